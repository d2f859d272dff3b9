package recording

import (
	"compress/gzip"
	"encoding/binary"
	"encoding/csv"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"lintel/firmware/thermal"
	"lintel/firmware/thermal/thermaltest"
)

// dataFolder returns a folder of ../shared/data beside the repository, or
// skips the test.
func dataFolder(tb testing.TB, name string) string {
	tb.Helper()
	folder := filepath.Join("..", "..", "..", "shared", "data", name)
	if _, err := os.Stat(folder); err != nil {
		tb.Skipf("SKIPPED %s: the real recordings are not there (%v)", tb.Name(), err)
	}
	return folder
}

// recorded is a row of manifest.csv.
type recorded struct {
	path, serial            string
	frames, corrections     int
	seconds                 float64
	discX, discY, discR     float64
	median, lowest, highest float64
}

// realRecordings reads the manifest of the field recordings.
func realRecordings(tb testing.TB) []recorded {
	tb.Helper()
	folder := dataFolder(tb, "recordings")
	file, err := os.Open(filepath.Join(folder, "manifest.csv"))
	if err != nil {
		tb.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		tb.Fatal(err)
	}
	column := map[string]int{}
	for i, name := range rows[0] {
		column[name] = i
	}
	var all []recorded
	for _, row := range rows[1:] {
		number := func(name string) float64 {
			v, err := strconv.ParseFloat(row[column[name]], 64)
			if err != nil {
				tb.Fatalf("manifest.csv, %s: %v", name, err)
			}
			return v
		}
		all = append(all, recorded{
			path:   filepath.Join(folder, row[column["file"]]),
			serial: row[column["camera_serial"]],
			frames: int(number("frames")), corrections: int(number("n_ffc_epochs")),
			seconds: number("duration_s"),
			discX:   number("bb_x"), discY: number("bb_y"), discR: number("bb_r"),
			median: number("bb_raw_median"), lowest: number("bb_raw_min"), highest: number("bb_raw_max"),
		})
	}
	return all
}

// The field recordings are what the manifest says of them.
func TestFieldRecordings(t *testing.T) {
	files := realRecordings(t)
	if len(files) != 33 {
		t.Errorf("the manifest has %d files", len(files))
	}
	for _, r := range files {
		t.Run(filepath.Base(r.path), func(t *testing.T) {
			s, err := Open(r.path, Config{})
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = s.Close() }()
			want := thermal.Info{
				Model: "flir lepton3.5", Serial: r.serial, Width: 160, Height: 120, Rate: 9, Scale: thermal.CentiKelvin,
			}
			if s.Info() != want || s.Format() != CPTV {
				t.Errorf("%v %+v, want %+v", s.Format(), s.Info(), want)
			}
			var f thermal.Frame
			var medians []float64
			corrections := map[time.Duration]bool{}
			frames := 0
			for {
				if err := s.Next(t.Context(), &f); errors.Is(err, io.EOF) {
					break
				} else if err != nil {
					t.Fatal(err)
				}
				frames++
				if !f.Telemetry.HasSinceFFC || !f.Telemetry.HasUptime || f.Telemetry.HasSensor {
					t.Fatalf("frame %d: %+v", f.Sequence, f.Telemetry)
				}
				corrections[f.Telemetry.Uptime-f.Telemetry.SinceFFC] = true
				medians = append(medians, discMedian(&f, r))
			}
			if frames != r.frames || len(corrections) != r.corrections {
				t.Errorf("%d frames and %d corrections, want %d and %d", frames, len(corrections), r.frames, r.corrections)
			}
			// The manifest rounds to 0.1 s.
			if math.Abs(f.Time.Seconds()-r.seconds) > 0.051 {
				t.Errorf("it lasts %v, want %v s", f.Time, r.seconds)
			}
			slices.Sort(medians)
			// A visitor may cover the disc for a while; in half of the frames it
			// reads what the manifest found. Its pixels differ by some counts.
			if m := medians[len(medians)/2]; m < r.lowest-10 || m > r.highest+10 {
				t.Errorf("the disc reads %v, want %v to %v", m, r.lowest, r.highest)
			}
		})
	}
}

// discMedian returns the median of the inner disc.
func discMedian(f *thermal.Frame, r recorded) float64 {
	var counts []uint16
	for y := range f.Height {
		for x, c := range f.Row(y) {
			if math.Hypot(float64(x)-r.discX, float64(y)-r.discY) <= r.discR/2 {
				counts = append(counts, c)
			}
		}
	}
	slices.Sort(counts)
	return float64(counts[len(counts)/2])
}

func TestFieldRecordingConforms(t *testing.T) {
	r := realRecordings(t)[0]
	thermaltest.Run(t, func(t *testing.T) thermal.Source {
		t.Helper()
		s, err := Open(r.path, Config{Mounting: thermal.Mounting{Rotate: 90}})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}, thermaltest.Frames(r.frames), thermaltest.Deterministic(), thermaltest.MayAllocate(inflaterTables))
}

// A second decoder, bit by bit and by the book, sees the same pixels.
func TestFieldRecordingsBitByBit(t *testing.T) {
	files := realRecordings(t)
	for _, r := range []recorded{files[0], files[len(files)/2]} {
		t.Run(filepath.Base(r.path), func(t *testing.T) {
			s, err := Open(r.path, Config{})
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = s.Close() }()
			var f thermal.Frame
			for i, want := range slowCPTV(t, r.path) {
				if err := s.Next(t.Context(), &f); err != nil {
					t.Fatal(err)
				}
				if !slices.Equal(f.Counts, want) {
					t.Fatalf("frame %d differs", i)
				}
			}
			if err := s.Next(t.Context(), &f); !errors.Is(err, io.EOF) {
				t.Errorf("%v after the last frame", err)
			}
		})
	}
}

// slowCPTV decodes a CPTV file of 160x120 pixels with nothing but the standard
// library and one bit at a time.
func slowCPTV(t *testing.T, path string) (frames [][]uint16) {
	t.Helper()
	const width, height = 160, 120
	file := gunzipped(t, path)
	fields := func(at int) (map[byte][]byte, int) {
		n := int(file[at+1])
		at += 2
		m := map[byte][]byte{}
		for range n {
			size := int(file[at])
			m[file[at+1]] = file[at+2:][:size]
			at += 2 + size
		}
		return m, at
	}
	_, at := fields(5)
	counts := make([]int, width*height)
	for at < len(file) {
		var f map[byte][]byte
		f, at = fields(at)
		data := file[at:][:binary.LittleEndian.Uint32(f['f'])]
		at += len(data)
		wide := int(f['w'][0])
		change := int(int32(binary.LittleEndian.Uint32(data)))
		counts[0] += change
		for i := 1; i < len(counts); i++ {
			delta := 0
			for b := range wide {
				bit := (i-1)*wide + b
				delta = delta<<1 | int(data[4+bit/8]>>(7-bit%8)&1)
			}
			if delta >= 1<<(wide-1) {
				delta -= 1 << wide
			}
			change += delta
			x, y := i%width, i/width
			if y%2 == 1 {
				x = width - 1 - x
			}
			counts[y*width+x] += change
		}
		frame := make([]uint16, len(counts))
		for i, c := range counts {
			frame[i] = uint16(c)
		}
		frames = append(frames, frame)
	}
	return frames
}

func gunzipped(t *testing.T, path string) []byte {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	z, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// A PureThermal's recording, against its bytes.
func TestPureThermalRecording(t *testing.T) {
	path := filepath.Join(dataFolder(t, "cameras"), "purethermal_lepton_cK.pty16.gz")
	file := gunzipped(t, path)
	s, err := Open(path, Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	want := thermal.Info{Width: 160, Height: 120, Rate: 9, Scale: thermal.CentiKelvin}
	if s.Info() != want || s.Format() != Y16 {
		t.Errorf("%v %+v", s.Format(), s.Info())
	}
	at := 12 + int(binary.LittleEndian.Uint32(file[8:]))
	first := math.Float64frombits(binary.LittleEndian.Uint64(file[at+8:]))
	var f thermal.Frame
	for i := range 4 {
		if err := s.Next(t.Context(), &f); err != nil {
			t.Fatal(err)
		}
		seconds := math.Float64frombits(binary.LittleEndian.Uint64(file[at+8:])) - first
		if f.Sequence != uint64(i) || math.Abs(f.Time.Seconds()-seconds) > 1e-6 || f.Telemetry != (thermal.Telemetry{}) {
			t.Errorf("frame %d: %d at %v, want %v s, %+v", i, f.Sequence, f.Time, seconds, f.Telemetry)
		}
		at += 24
		for p, c := range f.Counts {
			if c != binary.LittleEndian.Uint16(file[at+2*p:]) {
				t.Fatalf("frame %d, pixel %d: %d", i, p, c)
			}
		}
		at += 2 * len(f.Counts)
	}
	if err := s.Next(t.Context(), &f); !errors.Is(err, io.EOF) || at != len(file) {
		t.Errorf("%v after %d of %d bytes", err, at, len(file))
	}
}

// Counts that are no temperatures, and a file that is no recording.
func TestRefusedCameraFiles(t *testing.T) {
	folder := dataFolder(t, "cameras")
	if _, err := Open(filepath.Join(folder, "cptv_v2_nonradiometric.cptv"), Config{}); !errors.Is(err, thermal.ErrNotRadiometric) {
		t.Errorf("Open returned %v", err)
	}
	if _, err := Open(filepath.Join(folder, "topdon_tc001_thermal.yml.gz"), Config{}); !errors.Is(err, ErrUnknownFormat) {
		t.Errorf("Open returned %v", err)
	}
}
