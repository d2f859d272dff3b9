package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"lintel/firmware/thermal"
)

const (
	// piece is how many pixels side by side are looked for.
	piece = 8
	// differing is how many of them must differ, lest they be found by chance.
	differing = 5
	// keyBytes is how much of a needle is looked up first.
	keyBytes = 2 * piece
)

// searcher looks for pieces of faces.
type searcher struct {
	first   [1 << 16]bool // the first two bytes of the needles
	needles map[[keyBytes]byte][]needle
	count   int
	// numbers are looked for where they are aligned, as a program holds them;
	// ends are their last two bytes.
	numbers map[[8]byte]string
	ends    [1 << 16]bool
}

// also has the readings and boxes of a visit looked for, too.
func (s *searcher) also(of *secrets) {
	s.numbers = of.numbers
	for b := range of.numbers {
		s.ends[uint16(b[6])|uint16(b[7])<<8] = true
	}
}

// findNumbers notes numbers in memory that begins at a multiple of 8.
//
//go:norace
func (s *searcher) findNumbers(b []byte, where string, found map[string]int, examples *[]string) {
	for i := 0; i+8 <= len(b); i += 8 {
		if !s.ends[uint16(b[i+6])|uint16(b[i+7])<<8] {
			continue
		}
		if what, is := s.numbers[[8]byte(b[i:i+8])]; is {
			name, _, _ := strings.Cut(what, " ")
			if name == "the" {
				name = strings.Fields(what)[1]
			}
			if found[name]++; found[name] <= 3 {
				*examples = append(*examples, fmt.Sprintf("%s at %x of %s", what, i, where))
			}
		}
	}
}

type needle struct {
	form  string
	frame uint64
	bytes []byte
}

// add takes the pieces of the face in a frame, in every form: counts upright
// and as the sensor saw them, kelvin above the frame's median, and that as the
// face network's input.
func (s *searcher) add(f *thermal.Frame, face thermal.Box, onItsSide bool) {
	face = face.Clip(f.Width, f.Height)
	if face.Area() == 0 {
		return
	}
	sorted := slices.Sorted(slices.Values(f.Counts))
	median := int32(sorted[len(sorted)/2])
	perCount := float32(thermal.CentiKelvin.KelvinPerCount())
	var upright, kelvin, input []byte
	x0, x1, y0, y1 := int(face.X0), int(face.X1), int(face.Y0), int(face.Y1)
	for y := y0; y < y1; y++ {
		for x := x0; x+piece <= x1; x += piece {
			row := f.Row(y)[x : x+piece]
			upright, kelvin, input = nil, nil, nil
			for _, c := range row {
				k := float32(int32(c)-median) * perCount
				upright = binary.LittleEndian.AppendUint16(upright, c)
				kelvin = binary.LittleEndian.AppendUint32(kelvin, math.Float32bits(k))
				input = binary.LittleEndian.AppendUint32(input, math.Float32bits(min(6, max(-3, k*.25))))
			}
			s.needle("upright", f, row, upright)
			s.needle("kelvin", f, row, kelvin)
			s.needle("input", f, row, input)
		}
	}
	if !onItsSide {
		return
	}
	// A row of the sensor is a column of the upright image.
	column := make([]uint16, piece)
	for x := x0; x < x1; x++ {
		for y := y0; y+piece <= y1; y += piece {
			var sensor []byte
			for i := range column {
				column[i] = f.At(x, y+i)
				sensor = binary.LittleEndian.AppendUint16(sensor, column[i])
			}
			s.needle("sensor", f, column, sensor)
		}
	}
}

func (s *searcher) needle(form string, f *thermal.Frame, row []uint16, b []byte) {
	distinct := slices.Compact(slices.Sorted(slices.Values(row)))
	if len(distinct) < differing {
		return
	}
	if s.needles == nil {
		s.needles = map[[keyBytes]byte][]needle{}
	}
	key := [keyBytes]byte(b)
	s.needles[key] = append(s.needles[key], needle{form, f.Sequence, b})
	s.first[binary.LittleEndian.Uint16(b)] = true
	s.count++
}

// find notes the needles in b by their form, with a few examples. It is one
// goroutine's plain loop over hundreds of megabytes: the race detector would
// find nothing in it and take a minute.
//
//go:norace
func (s *searcher) find(b []byte, where string, found map[string]int, examples *[]string) {
	for i := 0; i+4*piece <= len(b); i++ {
		if !s.first[uint16(b[i])|uint16(b[i+1])<<8] {
			continue
		}
		for _, n := range s.needles[[keyBytes]byte(b[i:i+keyBytes])] {
			if bytes.HasPrefix(b[i:], n.bytes) {
				if found[n.form]++; found[n.form] <= 3 {
					*examples = append(*examples, fmt.Sprintf("%s of frame %d in %s", n.form, n.frame, where))
				}
			}
		}
	}
}

// look stops the process and searches its memory.
func (s *searcher) look(t *testing.T, r *running) (found map[string]int, examples []string) {
	t.Helper()
	process := r.command.Process
	if err := process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := process.Signal(syscall.SIGCONT); err != nil {
			t.Fatal(err)
		}
	}()
	// The process stops soon after the signal.
	stopped := func() bool {
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", process.Pid))
		if err != nil {
			t.Fatal(err)
		}
		_, rest, _ := strings.Cut(string(stat), ") ")
		return strings.HasPrefix(rest, "T")
	}
	for !stopped() {
		time.Sleep(time.Millisecond)
	}
	maps, err := os.ReadFile(fmt.Sprintf("/proc/%d/maps", process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	memory, err := os.Open(fmt.Sprintf("/proc/%d/mem", process.Pid))
	if errors.Is(err, os.ErrPermission) {
		t.Skipf("SKIPPED %s: this system does not let a process read its child's memory (%v)", t.Name(), err)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = memory.Close() }()
	found = map[string]int{}
	searched := uint64(0)
	buffer := make([]byte, 1<<20)
	for line := range strings.Lines(string(maps)) {
		var from, to uint64
		var mode string
		if _, err := fmt.Sscanf(line, "%x-%x %s", &from, &to, &mode); err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(mode, "rw") {
			continue
		}
		for at := from; at < to; {
			n, err := memory.ReadAt(buffer[:min(uint64(len(buffer)), to-at)], int64(at))
			if n == 0 {
				if searched == 0 && errors.Is(err, os.ErrPermission) {
					t.Skipf("SKIPPED %s: this system does not let a process read its child's memory (%v)", t.Name(), err)
				}
				at += uint64(os.Getpagesize()) // a hole, or a device
				continue
			}
			s.find(buffer[:n], strings.TrimSpace(line), found, &examples)
			s.findNumbers(buffer[:n], strings.TrimSpace(line), found, &examples)
			searched += uint64(n)
			if at+uint64(n) == to {
				break
			}
			at += max(uint64(n)-4*piece, 8)
		}
	}
	t.Logf("looked for %d pieces in %d MB: %v", s.count, searched>>20, found)
	return found, examples
}

// mustFind is the control: the search finds what is there.
func (s *searcher) mustFind(t *testing.T, r *running, forms ...string) {
	t.Helper()
	found, _ := s.look(t, r)
	for _, form := range forms {
		if found[form] == 0 {
			t.Errorf("in the middle of the visit no %s is found: the search does not work", form)
		}
	}
}

func (s *searcher) mustNotFind(t *testing.T, r *running) {
	t.Helper()
	found, examples := s.look(t, r)
	// Where in the picture a face once was may stay in words of the stack that
	// nothing has taken since.
	delete(found, "corner")
	if len(found) > 0 {
		t.Errorf("pieces of the visitor's face are still in memory: %v\n%s", found, strings.Join(examples, "\n"))
	}
}
