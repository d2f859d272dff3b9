package main

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"lintel/appliance/counts"
)

// What the program really does is traced by the kernel: everything it opens,
// writes and sends is looked at for what it must not hold. What is not known
// here to be harmless is a finding.

// traced are the system calls by which something can leave a process.
const traced = "%file,%network,write,pwrite64,writev,pwritev,pwritev2,sendfile,splice,tee,vmsplice,copy_file_range," +
	"memfd_create,process_vm_writev,ptrace,shmget,mq_open,msgget,io_uring_setup,pidfd_getfd,userfaultfd,bpf,mount,ftruncate," +
	"fsetxattr,fchmod,fchown,futimesat,fallocate,execveat,open_by_handle_at,fsopen,memfd_secret"

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
	under := fmt.Sprintf("%s %s -D -f --seccomp-bpf -qq -xx -yy -s 1000000 -e signal=none -e trace=%s -o %s %s", other, strace, traced, file, program)
	return &trace{startIn(t, dir, under, args...), file}
}

// ended waits until the tracer is done: it ends after the program, and its file
// is whole when that grows no more.
func (tr *trace) ended(t *testing.T) {
	t.Helper()
	size := int64(-1)
	for begun := time.Now(); time.Since(begun) < patience; time.Sleep(100 * time.Millisecond) {
		info, err := os.Stat(tr.file)
		if err != nil {
			t.Fatal(err)
		}
		if info.Size() == size {
			return
		}
		size = info.Size()
	}
	t.Fatal("the trace does not end")
}

// calls are what was traced. A call that another thread interrupted stands on
// two lines, which are put together.
func (tr *trace) calls(t *testing.T) iter.Seq[string] {
	t.Helper()
	tr.ended(t)
	return func(yield func(string) bool) {
		file, err := os.Open(tr.file)
		if err != nil {
			t.Error(err)
			return
		}
		defer func() { _ = file.Close() }()
		begun := map[string]string{} // by thread
		for in := bufio.NewReaderSize(file, 1<<20); ; {
			line, err := in.ReadString('\n')
			line = strings.TrimSuffix(line, "\n")
			thread, _, _ := strings.Cut(line, " ")
			if first, cut := strings.CutSuffix(line, " <unfinished ...>"); cut {
				begun[thread], line = first, ""
			} else if _, last, resumed := strings.Cut(line, " resumed>"); resumed && begun[thread] != "" {
				line = begun[thread] + last
				delete(begun, thread)
			}
			if line != "" && !yield(line) {
				return
			}
			if err != nil {
				if !errors.Is(err, io.EOF) {
					t.Error(err)
				}
				break
			}
		}
		// What a kill cut off was begun, too.
		for _, line := range begun {
			if !yield(line) {
				return
			}
		}
	}
}

var (
	callName  = regexp.MustCompile(`^\d+\s+(\w+)\(`)
	quoted    = regexp.MustCompile(`"((?:\\x[0-9a-f]{2})*)"`)
	described = regexp.MustCompile(`^\d+\s+\w+\((\d+)<((?:->|[^>])*)>`)
	addressed = regexp.MustCompile(`sa_family=(\w+)`)
	degrees   = regexp.MustCompile(`(?:^|[^\d.])(?:2[6-9]|3\d|4[0-5])[.,]\d`)
	fourOf    = regexp.MustCompile(`\d+(?:\.\d+)?[, ]+\d+(?:\.\d+)?[, ]+\d+(?:\.\d+)?[, ]+\d+`)
	greeting  = regexp.MustCompile(`^Lintel is on http://127\.0\.0\.1:\d+/ \([^\n]*\)\. Stop it with Ctrl-C\.\n$`)
	// sockets are the kinds of them that the program may have.
	sockets = regexp.MustCompile(`socket\((AF_INET|AF_INET6|AF_NETLINK|AF_UNIX), SOCK_(STREAM|DGRAM|RAW)`)
	// internal are what leads out of the process to nobody else, or to this
	// machine alone. Addresses are looked at where a socket gets them.
	internal = regexp.MustCompile(`^(TCP(v6)?|UDP(v6)?|MPTCP|NETLINK|socket):|^anon_inode:|^/proc/(self|\d+)/(coredump_filter|task/\d+/attr/.*)$|^/dev/null$`)
	// system is what may be read: the machine's own files, which are no part of
	// any visit.
	system = regexp.MustCompile(`^(/(usr|lib|lib64|etc|proc|sys)(/|$)|/dev/(urandom|null)$)`)
	// writing are the flags of open that allow a change.
	writing = regexp.MustCompile(`O_WRONLY|O_RDWR|O_CREAT|O_TRUNC|O_APPEND|O_TMPFILE`)
)

// harmless are calls that only ask.
var harmless = []string{
	"access", "faccessat", "faccessat2", "stat", "lstat", "newfstatat", "fstatat64", "statx", "statfs", "statfs64", "readlink", "readlinkat", "getcwd", "uname",
	"listen", "accept", "accept4", "getsockname", "getpeername", "setsockopt", "getsockopt", "recvfrom", "recvmsg", "recvmmsg", "shutdown", "recv",
}

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

// target says what the first argument of a call, a descriptor, stands for.
func target(call string) (descriptor, name string) {
	m := described.FindStringSubmatch(call)
	if m == nil {
		return "", ""
	}
	// A device has its numbers after its path.
	name, _, _ = strings.Cut(m[2], "<")
	if b, err := hex.DecodeString(strings.ReplaceAll(name, `\x`, "")); err == nil {
		name = string(b)
	}
	return m[1], name
}

// judge is what may be in a trace.
type judge struct {
	*secrets
	dir, program string
	// reads is a file that may be read beside the program and the system's.
	reads    string
	started  bool
	calls    int
	writings int
	findings []string
}

func (j *judge) offend(format string, args ...any) {
	if f := fmt.Sprintf(format, args...); !slices.Contains(j.findings, f) {
		j.findings = append(j.findings, f)
	}
}

// all looks at every call: each that is not known to be harmless, or tells a
// secret, is a finding.
func (j *judge) all(calls iter.Seq[string]) []string {
	for call := range calls {
		j.calls++
		if m := callName.FindStringSubmatch(call); m != nil && !strings.HasSuffix(call, "= -1 ENOENT (No such file or directory)") {
			j.one(m[1], call, strs(call))
		}
	}
	return j.findings
}

func (j *judge) one(name, call string, args [][]byte) {
	path := ""
	if len(args) > 0 {
		path = string(args[0])
	}
	j.address(name, call, args)
	switch name {
	case "openat", "open", "openat2", "creat":
		j.opened(call, path)
	case "unlink", "unlinkat", "mkdir", "mkdirat", "chmod", "fchmodat", "truncate":
		if !j.mayWrite(path) && path != j.dir {
			j.offend("%s of %s", name, path)
		}
	case "ftruncate", "fallocate", "fchmod", "fchown":
		if _, of := target(call); !j.mayWrite(of) {
			j.offend("%s of %s", name, of)
		}
	case "socket":
		if !sockets.MatchString(call) {
			j.offend("opens another socket: %s", call)
		}
	case "bind": // its address was looked at
	case "write", "pwrite64", "writev", "pwritev", "pwritev2", "sendto", "sendmsg", "sendmmsg":
		j.wrote(name, call, args)
	case "execve":
		if j.started {
			j.offend("starts a program: %s", path)
		}
		j.started = true
	case "connect":
		j.offend("connects: %.200s", call)
	default:
		if !slices.Contains(harmless, name) {
			j.offend("calls %s: %.200s", name, call)
		}
	}
}

// address looks at where something is sent to or bound.
func (j *judge) address(name, call string, args [][]byte) {
	family := addressed.FindStringSubmatch(call)
	if family == nil {
		return
	}
	at := string(bytes.Join(args, []byte(" ")))
	switch {
	case family[1] == "AF_NETLINK", family[1] == "AF_UNIX" && name == "accept4":
	case family[1] == "AF_INET" && strings.Contains(at, "127.0.0.1"):
	case family[1] == "AF_INET6" && (strings.Contains(at, "::1") || strings.Contains(at, "::ffff:127.0.0.1")):
	default:
		j.offend("%s with another address than loopback: %.200s", name, call)
	}
}

func (j *judge) opened(call, path string) {
	switch {
	case writing.MatchString(call):
		if !j.mayWrite(path) {
			j.offend("opens %s to write", path)
		}
	case path == j.program, path == j.reads, path == j.dir, j.mayWrite(path), system.MatchString(path):
	case strings.Contains(call, "O_PATH"), path == "/var": // the sandbox names folders to the kernel, and tries itself
	default:
		j.offend("opens %s", path)
	}
}

func (j *judge) wrote(name, call string, args [][]byte) {
	j.writings++
	descriptor, to := target(call)
	said := bytes.Join(args, nil)
	greets := descriptor == "1" && greeting.Match(said)
	if !internal.MatchString(to) && !j.mayWrite(to) && !greets {
		j.offend("says %.80q to %s", said, to)
	}
	look := j.search
	if greets || strings.HasPrefix(to, "UDP") {
		// The name of a recording may look like a temperature, and what is
		// encrypted like anything.
		look = j.searchPieces
	}
	for _, b := range args {
		look(b, name, j.offend)
	}
}

// mayWrite says which files may be written: those of the counts, and the
// process's own settings of core dumps.
func (j *judge) mayWrite(path string) bool {
	name, in := strings.CutPrefix(path, j.dir+"/"+counts.FileName)
	return in && slices.Contains([]string{"", "-wal", "-shm", "-journal"}, name) ||
		slices.Contains([]string{"/proc/self/coredump_filter", "/dev/null", "/proc/self/task"}, path)
}
