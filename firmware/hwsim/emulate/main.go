// Command emulate plugs an emulated camera into QEMU and lets a test in the
// guest command it: it reads commands, one a line, from a file that grows, and
// writes what the camera did to another.
//
//	plug, unplug        at once
//	scene NAME          show another scene of package sim
//	spoil SHARE         damage that share of the frames
//	freeze, mute        until a reset
//	shift on|off        8 bytes before the image
//	every N             send every N-th frame of the scene
//	correct             a flat-field correction of the camera's own accord
//	fix N               so many rows in the middle stay as they are
//	keep radiometry|gain|nothing
//	                    what a Lepton does not let be set, from the next plug on
//	gain low|high       of a camera that takes no commands
//	ignore on|off       answer no extension unit
package main

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"lintel/firmware/hwsim/camera"
	"lintel/firmware/hwsim/usbredir"
)

func main() {
	var b bench
	flag.StringVar(&b.model, "model", "lepton", "lepton or p2pro")
	flag.StringVar(&b.serial, "serial", "SIM0001", "serial of the camera")
	flag.StringVar(&b.socket, "socket", "", "socket of QEMU's usb-redir device")
	flag.StringVar(&b.commands, "commands", "", "file with commands")
	flag.StringVar(&b.clock, "clock", "", "file in which the guest keeps its time, in ns")
	flag.StringVar(&b.events, "events", "", "file for what the camera did")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := b.run(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "emulate:", err)
		os.Exit(1)
	}
}

type bench struct {
	model, serial, socket, commands, events, clock string

	time   atomic.Int64 // of the guest, ns
	camera *camera.Camera
	plug   *usbredir.Plug
	mu     sync.Mutex
	out    *bufio.Writer
}

func (b *bench) run(ctx context.Context) error {
	model, err := camera.FindModel(b.model)
	if err != nil {
		return err
	}
	file, err := os.Create(b.events)
	if err != nil {
		return fmt.Errorf("cannot write the events: %w", err)
	}
	defer func() { _ = file.Close() }()
	b.out = bufio.NewWriter(file)
	b.camera, err = camera.New(camera.Config{Model: model, Serial: b.serial, Scene: "empty", Seed: 1, Now: b.now, Sent: b.note})
	if err != nil {
		return err
	}
	go b.follow(ctx)
	done := 0
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			b.unplug()
			return nil
		case <-tick.C:
		}
		text, err := os.ReadFile(b.commands)
		if err != nil && !os.IsNotExist(err) {
			return fmt.Errorf("cannot read the commands: %w", err)
		}
		lines := strings.SplitAfter(string(text), "\n")
		for _, line := range lines[done:] {
			if !strings.HasSuffix(line, "\n") {
				break
			}
			done++
			if err := b.obey(ctx, strings.Fields(line)); err != nil {
				return err
			}
			b.write("obeyed", strings.TrimSpace(line))
		}
		b.flush()
	}
}

// follow reads the guest's time. The guest's processor is emulated, and its time
// goes with the work that it does.
func (b *bench) follow(ctx context.Context) {
	tick := time.NewTicker(4 * time.Millisecond)
	defer tick.Stop()
	for ctx.Err() == nil {
		text, err := os.ReadFile(b.clock)
		if ns, parse := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64); err == nil && parse == nil {
			b.time.Store(ns)
		}
		<-tick.C
	}
}

func (b *bench) now() time.Time { return time.Unix(0, b.time.Load()) }

// obey carries a command out.
func (b *bench) obey(ctx context.Context, words []string) error {
	if len(words) == 0 {
		return nil
	}
	argument := ""
	if len(words) > 1 {
		argument = words[1]
	}
	switch words[0] {
	case "plug":
		if b.plug != nil {
			return nil
		}
		b.camera.PlugIn()
		var err error
		b.plug, err = usbredir.Connect(ctx, b.camera, b.socket)
		return err
	case "unplug":
		b.unplug()
	case "scene":
		return b.camera.Show(argument, 1)
	case "spoil", "every", "fix":
		n, err := strconv.ParseFloat(argument, 64)
		if err != nil {
			return fmt.Errorf("cannot obey %q: %w", words, err)
		}
		b.number(words[0], n)
	default:
		if !b.word(words[0], argument) {
			return fmt.Errorf("cannot obey %q", words)
		}
	}
	return nil
}

// number carries out a command with a number.
func (b *bench) number(command string, n float64) {
	switch command {
	case "spoil":
		b.camera.SpoilShare(n)
	case "every":
		b.camera.Every(int(n))
	case "fix":
		b.camera.Fix(int(n))
	}
}

// word carries out a command with a word, or with none. ok is false where there
// is no such command.
func (b *bench) word(command, argument string) (ok bool) {
	switch command {
	case "correct":
		b.camera.Correct()
	case "freeze":
		b.camera.Freeze()
	case "mute":
		b.camera.Mute()
	case "shift":
		b.camera.Shift(argument == "on")
	case "keep":
		b.camera.Keep(argument)
	case "gain":
		b.camera.LowGain(argument == "low")
	case "ignore":
		b.camera.Ignore(argument == "on")
	default:
		return false
	}
	return true
}

func (b *bench) unplug() {
	if b.plug == nil {
		return
	}
	b.plug.Close()
	b.plug = nil
	b.camera.Unplug()
}

// note writes an event: what, and for a frame its spoil, number and sum.
func (b *bench) note(e camera.Event) {
	if e.Kind == "frame" {
		b.write(e.Kind, fmt.Sprintf("%v %d %08x", e.Spoil, e.Number, e.Sum))
		return
	}
	b.write(e.Kind, "")
}

func (b *bench) write(kind, rest string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	fmt.Fprintf(b.out, "%d %s %s\n", b.now().UnixMilli(), kind, rest)
}

func (b *bench) flush() {
	b.mu.Lock()
	defer b.mu.Unlock()
	_ = b.out.Flush()
}
