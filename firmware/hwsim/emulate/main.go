// Command emulate plugs an emulated camera into QEMU and lets a test in the
// guest command it: it reads commands, one a line, from a file that grows, and
// writes what the camera did to another.
//
//	plug, unplug        at once
//	scene NAME          show another scene of package sim
//	spoil SHARE         damage that share of the frames
//	freeze, mute        until a reset
//	shift on|off        8 bytes before the image
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
	flag.StringVar(&b.events, "events", "", "file for what the camera did")
	flag.Float64Var(&b.slow, "slow", 1, "show the scene so many times slower")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := b.run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "emulate:", err)
		os.Exit(1)
	}
}

type bench struct {
	model, serial, socket, commands, events string
	slow                                    float64

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
	b.camera, err = camera.New(camera.Config{Model: model, Serial: b.serial, Scene: "empty", Seed: 1, Slow: b.slow, Sent: b.note})
	if err != nil {
		return err
	}
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
			if err := b.obey(strings.Fields(line)); err != nil {
				return err
			}
			b.write("obeyed", strings.TrimSpace(line))
		}
		b.flush()
	}
}

// obey carries a command out.
func (b *bench) obey(words []string) error {
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
		b.plug, err = usbredir.Connect(b.camera, b.socket)
		return err
	case "unplug":
		b.unplug()
	case "scene":
		return b.camera.Show(argument, 1)
	case "spoil":
		share, err := strconv.ParseFloat(argument, 64)
		if err != nil {
			return fmt.Errorf("cannot spoil %q of the frames: %w", argument, err)
		}
		b.camera.SpoilShare(share)
	case "freeze":
		b.camera.Freeze()
	case "mute":
		b.camera.Mute()
	case "shift":
		b.camera.Shift(argument == "on")
	default:
		return fmt.Errorf("cannot obey %q", words)
	}
	return nil
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
	fmt.Fprintf(b.out, "%d %s %s\n", time.Now().UnixMilli(), kind, rest)
}

func (b *bench) flush() {
	b.mu.Lock()
	defer b.mu.Unlock()
	_ = b.out.Flush()
}
