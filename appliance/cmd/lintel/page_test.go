package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"lintel/ui/pagetest"
)

// The page of the whole appliance in a real Chromium that has only lo: a
// simulated visitor in good health passes, one at 38.5 degC skin is referred,
// and nobody is judged without the reference.
func TestPageOfSimulatedVisitors(t *testing.T) {
	pagetest.InLoopbackNamespace(t, func() {
		drivePage(t, "sim:normal", "ready measuring passed", "referred")
		drivePage(t, "sim:febrile", "ready measuring referred", "passed")
		drivePage(t, "sim:no-reference", "out_of_service", "passed referred ready")
	})
}

// A newcomer's way from the demo to a commissioned kiosk, in pictures: go test
// -artifacts keeps them.
func TestNewcomer(t *testing.T) {
	pagetest.InLoopbackNamespace(t, func() {
		shots := os.Getenv("LINTEL_SHOTS")
		if shots == "" {
			shots = t.ArtifactDir()
		}
		a := &appliance{state: t.TempDir()}
		defer func() {
			if err := a.stop(); err != nil {
				t.Error(err)
			}
		}()
		pagetest.ScriptWith(t, "newcomer.mjs", a.commands(), "LINTEL_SHOTS="+shots)
	})
}

// The same from a field recording, in real time.
func TestPageOfRecording(t *testing.T) {
	path, err := filepath.Abs("../../../../shared/data/recordings/fs-1228-815076-2021-03-29T15-35-10.096Z.cptv")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); err != nil {
		t.Skipf("REAL DATA SKIPPED: the page of a field recording was not tested: %v", err)
	}
	pagetest.InLoopbackNamespace(t, func() {
		drivePage(t, "recording:"+path, "ready measuring passed out_of_service", "referred")
	})
}

// drivePage runs the script against the appliance with the given source.
func drivePage(t *testing.T, source, shows, never string) {
	t.Helper()
	a := &appliance{state: t.TempDir()}
	defer func() {
		if err := a.stop(); err != nil {
			t.Error(err)
		}
	}()
	pagetest.ScriptWith(t, "appliance.mjs", a.commands(), "SOURCE="+source, "SHOWS="+shows, "NEVER="+never)
}

// appliance is the program's run command inside the test.
type appliance struct {
	state  string
	cancel context.CancelFunc
	ended  chan error
}

func (a *appliance) commands() pagetest.Commands {
	return pagetest.Commands{
		"start": func(argument json.RawMessage) (any, error) {
			var o struct{ Source string }
			if err := json.Unmarshal(argument, &o); err != nil {
				return nil, err
			}
			return a.start(o.Source)
		},
		"stop": func(json.RawMessage) (any, error) { return nil, a.stop() },
	}
}

// start runs the program and returns the page's address.
func (a *appliance) start(source string) (string, error) {
	ctx, cancel := context.WithCancel(context.Background())
	out, in := io.Pipe()
	c := command(false)
	c.SetArgs([]string{"run", "--source", source, "--listen", "127.0.0.1:0", "--set", "state.dir=" + a.state})
	c.SetOut(in)
	a.cancel, a.ended = cancel, make(chan error, 1)
	go func() {
		err := c.ExecuteContext(ctx)
		_ = in.CloseWithError(err)
		a.ended <- err
	}()
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		return "", errors.Join(err, a.stop())
	}
	url := regexp.MustCompile(`http://[^ ]+/`).FindString(line)
	if url == "" {
		return "", fmt.Errorf("no address in %q", line)
	}
	return url, nil
}

func (a *appliance) stop() error {
	if a.cancel == nil {
		return nil
	}
	a.cancel()
	a.cancel = nil
	select {
	case err := <-a.ended:
		return err
	case <-time.After(10 * time.Second):
		return errors.New("the program does not end")
	}
}
