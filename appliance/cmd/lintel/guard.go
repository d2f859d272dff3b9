package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"lintel/appliance/config"
	"lintel/appliance/sandbox"
	"lintel/appliance/setup"
	"lintel/appliance/update"
)

// Faults about the machine. Screening goes on with them.
const (
	faultNetwork = "network_present"
	faultSandbox = "sandbox_off"
)

var (
	// errNetwork means that the machine has more than lo.
	errNetwork = errors.New("there is a network interface other than lo: remove it, run in a network namespace of its own, or start with --development")
	// errSandbox means that the kernel lacks what privacy.sandbox requires.
	errSandbox = errors.New("the kernel has no Landlock of version 4 or newer: use Linux 6.7 or newer with it switched on, or set privacy.sandbox to auto")
)

// guard keeps the promise that nothing leaves. Of its two sides one is about
// this process (own, because a test that runs the program inside of itself
// cannot be confined), the other about the machine.
type guard struct {
	config      config.Privacy
	own         bool
	development bool
	// network says that there is another interface, open that the sandbox is
	// not in force though the kernel could.
	network, open atomic.Bool
}

// watchEvery is how often the interfaces are looked at.
const watchEvery = 5 * time.Second

// begin looks at the machine and hardens the process, before the first frame.
func (g *guard) begin() error {
	if err := g.look(); err != nil {
		return err
	}
	if !g.own || g.config.Sandbox == config.SandboxOff {
		return nil
	}
	if g.config.Sandbox == config.SandboxRequire && sandbox.Version() < 4 {
		return fmt.Errorf("cannot start: %w", errSandbox)
	}
	return g.insist(sandbox.Harden())
}

// end lets the program say why it ends.
func (g *guard) end() {
	if g.own {
		sandbox.Speak()
	}
}

// insist returns the error where the sandbox is required, and has it told as a
// fault where it is not.
func (g *guard) insist(err error) error {
	if err == nil || g.config.Sandbox == config.SandboxRequire {
		return err
	}
	g.open.Store(true)
	return nil
}

// confine closes everything but the state directory, what is plugged in for
// staff to carry tables away on, and what was read at the start. It is called
// when all that is needed is open.
func (g *guard) confine(c *config.Config, source setup.SourceSpec, settings string) error {
	if !g.own || g.config.Sandbox == config.SandboxOff {
		return nil
	}
	// It cannot be made afterwards. Where it cannot be made now, nothing can be
	// kept there either, which is told when that is tried.
	_ = os.MkdirAll(c.State.Dir, 0o700)
	policy := sandbox.Policy{Write: append([]string{c.State.Dir}, mediaFolders[:]...)}
	if folder := runFolder(); folder != "" {
		policy.Write = append(policy.Write, folder)
	}
	policy.Read = append(policy.Read, update.SystemFolder)
	if source.Kind == setup.Recording {
		policy.Read = append(policy.Read, source.Name)
	}
	if settings != "" {
		policy.Read = append(policy.Read, settings)
	}
	// The selftest compares the program with the list beside it.
	if program, err := os.Executable(); err == nil {
		policy.Read = append(policy.Read, program, program+".sha256")
	}
	err := sandbox.Confine(policy)
	if err == nil && sandbox.Version() > 0 && !sandbox.Confined() {
		err = errors.New("cannot close the file system: the kernel says it is done, but it is not")
	}
	return g.insist(err)
}

// look says whether there is a network. Errors: errNetwork where that is
// refused.
func (g *guard) look() error {
	if g.config.Network == config.NetworkAllow {
		return nil
	}
	others, err := sandbox.OtherInterfaces()
	if err != nil {
		return err
	}
	g.network.Store(len(others) > 0)
	if len(others) > 0 && g.config.Network == config.NetworkRefuse && !g.development {
		return fmt.Errorf("cannot vouch that nothing leaves (%s): %w", strings.Join(others, ", "), errNetwork)
	}
	return nil
}

// watch ends with an error when a network appears that is refused.
func (g *guard) watch(ctx context.Context) error {
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			if err := g.look(); err != nil {
				return err
			}
		}
	}
}

// faults names what is wrong with the machine at present.
func (g *guard) faults() (names []string) {
	if g.network.Load() {
		names = append(names, faultNetwork)
	}
	if g.open.Load() || g.config.Sandbox == config.SandboxOff {
		names = append(names, faultSandbox)
	}
	return names
}

// label is the page's word for a source; a camera under --development gets one,
// too.
func (g *guard) label(of setup.SourceSpec) string {
	if label := of.Label(); label != "" || !g.development {
		return label
	}
	return "development"
}
