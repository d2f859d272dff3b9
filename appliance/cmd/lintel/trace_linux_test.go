package main

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"lintel/appliance/config"
	"lintel/appliance/counts"
	"lintel/appliance/kiosk"
	"lintel/appliance/setup"
	"lintel/vision/detect"
)

// What the program really does is traced by the kernel: everything it opens,
// writes and sends is looked at for what it must not hold.

// traced are the system calls by which something can leave a process.
const traced = "%file,%network,write,pwrite64,writev,pwritev,pwritev2,sendfile,splice,tee,vmsplice,copy_file_range," +
	"memfd_create,process_vm_writev,ptrace,shmget,mq_open,msgget,io_uring_setup,pidfd_getfd,userfaultfd,bpf,mount,ftruncate"

// trace is a running kiosk and where its system calls are written down.
type trace struct {
	*running
	file string
}

// startTraced starts the program under strace.
func startTraced(t *testing.T, dir, program string, args ...string) *trace {
	t.Helper()
	return startTracedUnder(t, "", dir, program, args...)
}

// startTracedUnder does so under another program, given with its arguments.
func startTracedUnder(t *testing.T, other, dir, program string, args ...string) *trace {
	t.Helper()
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Skipf("SKIPPED %s: strace is not installed, so nothing was traced", t.Name())
	}
	file := filepath.Join(t.TempDir(), "trace")
	// -D makes the program our own child, so that signals reach it.
	under := fmt.Sprintf("%s %s -D -f --seccomp-bpf -qq -xx -s 1000000 -e signal=none -e trace=%s -o %s %s", other, strace, traced, file, program)
	return &trace{startIn(t, dir, under, args...), file}
}

// calls returns what was traced, once the tracer is done, a line a call.
func (tr *trace) calls(t *testing.T) []string {
	t.Helper()
	// The tracer ends after the program; its file is whole when it grows no more.
	size := int64(-1)
	for begun := time.Now(); time.Since(begun) < patience; time.Sleep(100 * time.Millisecond) {
		info, err := os.Stat(tr.file)
		if err != nil {
			t.Fatal(err)
		}
		if info.Size() == size {
			break
		}
		size = info.Size()
	}
	content, err := os.ReadFile(tr.file)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(string(content)), "\n")
}

var (
	callName  = regexp.MustCompile(`^\d+\s+(\w+)\(`)
	quoted    = regexp.MustCompile(`"((?:\\x[0-9a-f]{2})*)"`)
	addressed = regexp.MustCompile(`sa_family=(\w+)`)
	degrees   = regexp.MustCompile(`(?:^|[^\d.])(?:2[6-9]|3\d|4[0-5])[.,]\d`)
	fourOf    = regexp.MustCompile(`\d+(?:\.\d+)?[, ]+\d+(?:\.\d+)?[, ]+\d+(?:\.\d+)?[, ]+\d+`)
)

// strs are the strings in the arguments of a call.
func strs(call string) (all [][]byte) {
	for _, m := range quoted.FindAllStringSubmatch(call, -1) {
		b, err := hex.DecodeString(strings.ReplaceAll(m[1], `\x`, ""))
		if err == nil {
			all = append(all, b)
		}
	}
	return all
}

// writing are the flags of open that allow a change.
var writing = regexp.MustCompile(`O_WRONLY|O_RDWR|O_CREAT|O_TRUNC|O_APPEND|O_TMPFILE`)

// secrets is what must not leave the program.
type secrets struct {
	frames *searcher
	// numbers are the readings, and pairs of corners of boxes, as memory has
	// them.
	numbers map[[8]byte]string
}

// judge returns a finding for each call that is not allowed or tells a secret.
func (s *secrets) judge(calls []string, dir string) (findings []string) {
	offend := func(format string, args ...any) {
		if f := fmt.Sprintf(format, args...); !slices.Contains(findings, f) {
			findings = append(findings, f)
		}
	}
	for _, call := range calls {
		m := callName.FindStringSubmatch(call)
		if m == nil || strings.HasSuffix(call, "= -1 ENOENT (No such file or directory)") {
			continue
		}
		args := strs(call)
		path := ""
		if len(args) > 0 {
			path = string(args[0])
		}
		if family := addressed.FindStringSubmatch(call); family != nil {
			switch {
			case family[1] == "AF_NETLINK", family[1] == "AF_UNIX" && m[1] == "accept4":
			case (family[1] == "AF_INET" || family[1] == "AF_INET6") && strings.Contains(string(bytes.Join(args, []byte(" "))), "127.0.0.1"), strings.Contains(string(bytes.Join(args, []byte(" "))), "::1"):
			default:
				offend("%s with another address than loopback: %.200s", m[1], call)
			}
		}
		switch m[1] {
		case "openat", "open", "openat2", "creat":
			if writing.MatchString(call) && !mayWrite(path, dir) {
				offend("opens %s to write", path)
			}
		case "unlink", "unlinkat", "mkdir", "mkdirat", "chmod", "fchmodat", "truncate":
			if !mayWrite(path, dir) && path != dir {
				offend("%s of %s", m[1], path)
			}
		case "connect":
			offend("connects: %.200s", call)
		case "socket":
			if !regexp.MustCompile(`socket\((AF_INET|AF_INET6|AF_NETLINK|AF_UNIX), SOCK_(STREAM|DGRAM|RAW)`).MatchString(call) {
				offend("opens another socket: %s", call)
			}
		case "rename", "renameat", "renameat2", "link", "linkat", "symlink", "symlinkat", "mknod", "mknodat",
			"memfd_create", "process_vm_writev", "ptrace", "shmget", "mq_open", "msgget", "io_uring_setup", "pidfd_getfd", "userfaultfd", "bpf", "mount",
			"sendfile", "splice", "tee", "vmsplice", "copy_file_range", "chroot", "pivot_root":
			offend("calls %s: %.200s", m[1], call)
		case "write", "pwrite64", "writev", "pwritev", "pwritev2", "sendto", "sendmsg", "sendmmsg":
			for _, b := range args {
				s.search(b, m[1], offend)
			}
		}
	}
	return findings
}

// mayWrite says which files may be written: those of the counts, and the
// process's own settings of core dumps.
func mayWrite(path, dir string) bool {
	name, in := strings.CutPrefix(path, dir+"/"+counts.FileName)
	return in && slices.Contains([]string{"", "-wal", "-shm", "-journal"}, name) ||
		slices.Contains([]string{"/proc/self/coredump_filter", "/dev/null", "/proc/self/task"}, path)
}

// search looks for secrets in what was written or sent.
func (s *secrets) search(b []byte, where string, offend func(string, ...any)) {
	var examples []string
	s.frames.find(append(slices.Clone(b), make([]byte, 4*piece)...), where, map[string]int{}, &examples)
	for _, e := range examples {
		offend("a piece of a frame: %s", e)
	}
	for i := 0; i+8 <= len(b); i++ {
		if what, found := s.numbers[[8]byte(b[i:i+8])]; found {
			offend("%s in %s", what, where)
		}
	}
	if m := degrees.Find(b); m != nil {
		offend("a temperature, %q, in %s of %.80q", m, where, b)
	}
	if m := fourOf.Find(b); m != nil {
		offend("a box, %q, in %s of %.80q", m, where, b)
	}
}

// Observe collects the readings and boxes of the loop in the test itself.
func (s *secrets) Observe(r *kiosk.Report) {
	number := func(what string, v float64) {
		if v != math.Trunc(v*4)/4 { // a round number is everywhere
			s.numbers[[8]byte(binary.LittleEndian.AppendUint64(nil, math.Float64bits(v)))] = fmt.Sprintf("%s %g", what, v)
		}
	}
	if r.Step.Value != 0 {
		number("the reading", float64(r.Step.Value))
		number("the uncertainty", float64(r.Step.U))
	}
	for _, f := range r.Faces {
		for _, v := range []float64{f.Box.X0, f.Box.Y0, f.Box.X1, f.Box.Y1, f.Forehead.X0, f.Forehead.Y0, f.Forehead.X1, f.Forehead.Y1} {
			number("the corner of a box", v)
		}
		if r.Frame.Sequence%4 == 0 {
			s.frames.add(r.Frame, f.Box, true)
		}
	}
}

// secretsOf replays a recording in the test and returns what must not leave.
func secretsOf(t *testing.T, file string, sets ...string) *secrets {
	t.Helper()
	s := &secrets{frames: &searcher{}, numbers: map[[8]byte]string{}}
	source := setup.SourceSpec{Kind: setup.Recording, Name: file}
	c, err := source.Configure(&config.Flags{Sets: sets})
	if err != nil {
		t.Fatal(err)
	}
	frames, err := source.Open(&c, false, 1)
	if err != nil {
		t.Fatal(err)
	}
	detector, err := detect.Open()
	if err != nil {
		t.Fatal(err)
	}
	loop, err := setup.Kiosk(&c, frames, detector, nil, setup.Outputs{Observer: s})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(loop.Run(t.Context()), frames.Close(), detector.Close()); err != nil {
		t.Fatal(err)
	}
	if s.frames.count < 1000 || len(s.numbers) < 100 {
		t.Fatalf("only %d pieces of frames and %d numbers to look for", s.frames.count, len(s.numbers))
	}
	return s
}

// read reads the page's events, as a browser does, until the program ends.
func (r *running) read(t *testing.T) {
	t.Helper()
	answer, err := http.Get(r.url + "/events")
	if err != nil {
		t.Fatal(err)
	}
	r.drained.Go(func() {
		_, _ = io.Copy(io.Discard, bufio.NewReader(answer.Body))
		_ = answer.Body.Close()
	})
}

// day plays a recording through the program and returns what was traced.
func day(t *testing.T, program, dir, file string, sets ...string) []string {
	t.Helper()
	args := []string{"--fast", "--source", "recording:" + file, "--set", "counts.every_s=1"}
	for _, s := range sets {
		args = append(args, "--set", s)
	}
	tr := startTraced(t, dir, program, args...)
	tr.read(t)
	tr.until(t, "out_of_service")
	time.Sleep(1100 * time.Millisecond) // a writing of the counts
	tr.stop(t)
	return tr.calls(t)
}

func wantClean(t *testing.T, s *secrets, calls []string, dir string) {
	t.Helper()
	findings := s.judge(calls, dir)
	if len(findings) > 0 {
		t.Errorf("%d findings in %d calls:\n%s", len(findings), len(calls), strings.Join(findings[:min(20, len(findings))], "\n"))
	}
	written := 0
	for _, call := range calls {
		if m := callName.FindStringSubmatch(call); m != nil && strings.Contains(m[1], "write") {
			written++
		}
	}
	if written < 10 {
		t.Errorf("%d calls were traced and %d writings: nothing was seen", len(calls), written)
	}
	t.Logf("%d findings in %d calls, %d of them writings; looked for %d pieces of frames and %d numbers", len(findings), len(calls), written, s.frames.count, len(s.numbers))
}

// TestTracedDay: visitors come one after the other as they would over a day, to
// the clock of the camera, and nothing of them leaves.
func TestTracedDay(t *testing.T) {
	skipRaced(t)
	program, err := built()
	if err != nil {
		t.Fatal(err)
	}
	t.Run("simulated", func(t *testing.T) {
		t.Parallel()
		file := record(t, "visitors", 1600, true, nil)
		const known = "reference.temperature_c=37"
		dir := filepath.Join(t.TempDir(), "state")
		wantClean(t, secretsOf(t, file, known, "camera.rotate=90"), day(t, program, dir, file, known, "camera.rotate=90"), dir)
	})
	for _, clip := range []string{"20210325-091249", "20210323-141045", "fs-1228-815076-2021-03-29T15-35-10.096Z"} {
		t.Run(clip, func(t *testing.T) {
			t.Parallel()
			file, err := filepath.Abs(filepath.Join("..", "..", "..", "..", "shared", "data", "recordings", clip+".cptv"))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := os.Stat(file); err != nil {
				t.Skipf("REAL DATA SKIPPED: a field recording was not traced: %v", err)
			}
			dir := filepath.Join(t.TempDir(), "state")
			wantClean(t, secretsOf(t, file), day(t, program, dir, file), dir)
		})
	}
}

// TestTracedCrash: with a disk that is in the way, a reference that goes, a crash
// in the middle of a visit and a new start, nothing leaves either, and there is
// no core dump though there might be one.
func TestTracedCrash(t *testing.T) {
	skipRaced(t)
	program, err := built()
	if err != nil {
		t.Fatal(err)
	}
	t.Parallel()
	file := record(t, "reference-moves", 300, true, nil)
	const known = "reference.temperature_c=37"
	s := secretsOf(t, file, known, "camera.rotate=90")
	dir := filepath.Join(t.TempDir(), "state")
	// A folder in the place of the log makes every writing fail.
	if err := os.MkdirAll(filepath.Join(dir, counts.FileName+"-wal"), 0o700); err != nil {
		t.Fatal(err)
	}
	args := []string{"--source", "recording:" + file, "--set", known, "--set", "camera.rotate=90", "--set", "counts.every_s=1"}
	for _, last := range []syscall.Signal{syscall.SIGSEGV, syscall.SIGKILL, syscall.SIGTERM} {
		here := t.TempDir()
		tr := startTracedUnder(t, "env -C "+here+withDumps(), dir, program, args...)
		tr.until(t, "guiding", "measuring", "passed")
		if err := tr.command.Process.Signal(last); err != nil {
			t.Fatal(err)
		}
		tr.drained.Wait()
		_ = tr.command.Wait()
		wantClean(t, s, tr.calls(t), dir)
		s.search(tr.errs.Bytes(), "standard error", func(format string, args ...any) { t.Errorf(format, args...) })
		if left, err := os.ReadDir(here); err != nil || len(left) > 0 {
			t.Errorf("after %v the working directory holds %v (%v)", last, left, err)
		}
		_ = os.Remove(filepath.Join(dir, counts.FileName+"-wal"))
	}
}

// withDumps is what goes before a program that may dump its core, as far as this
// system lets it.
func withDumps() string {
	const words = " prlimit --core=unlimited:unlimited"
	if exec.Command("prlimit", "--core=unlimited:unlimited", "true").Run() != nil {
		return ""
	}
	return words
}

// skipRaced leaves out what looks at a program built without the race detector:
// it would find nothing and take minutes.
func skipRaced(t *testing.T) {
	t.Helper()
	if raced {
		t.Skip("skipped: the program that is looked at is built without the race detector; the other run of the tests does this")
	}
}
