package pagetest

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Commands are what a script may ask its test for, by name. A command gets the
// script's argument and returns what the script receives, both as JSON. They
// run one after another, in a goroutine of the package's own.
type Commands map[string]func(argument json.RawMessage) (any, error)

// Script runs a script of ui/pagetest in node and fails the test unless it ends
// with status 0. Each of env is "NAME=value". It skips the test where node, the
// browser or the node packages are missing.
func Script(t *testing.T, name string, env ...string) {
	t.Helper()
	ScriptWith(t, name, nil, env...)
}

// ScriptWith is [Script] with commands that the script may ask for.
func ScriptWith(t *testing.T, name string, commands Commands, env ...string) {
	t.Helper()
	folder := scripts(t)
	browser := need(t, folder)

	questions, asks, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = questions.Close() }()
	cmd := exec.CommandContext(t.Context(), "node", filepath.Join(folder, name))
	cmd.Env = append(append(os.Environ(), "LINTEL_CHROMIUM="+browser), env...)
	cmd.ExtraFiles = []*os.File{asks} // file descriptor 3 of the script
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	var output strings.Builder
	cmd.Stdout, cmd.Stderr = &output, &output
	// The browser may outlive a script that was killed and hold the output open.
	cmd.WaitDelay = 5 * time.Second
	answers, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	err = cmd.Start()
	_ = asks.Close()
	if err != nil {
		t.Fatalf("cannot start node: %v", err)
	}
	served := make(chan error, 1)
	go func() { served <- serve(questions, answers, commands) }()
	err = cmd.Wait()
	_ = questions.SetReadDeadline(time.Now().Add(time.Second))
	if asked := <-served; asked != nil {
		t.Errorf("%s: %v", name, asked)
	}
	if err != nil {
		t.Fatalf("%s: %v\n%s", name, err, output.String())
	}
	t.Logf("%s:\n%s", name, output.String())
}

// serve answers the script's questions, one JSON object a line, until the
// script has ended.
func serve(questions io.Reader, answers io.Writer, commands Commands) error {
	lines := bufio.NewScanner(questions)
	for lines.Scan() {
		var question struct {
			Name     string          `json:"name"`
			Argument json.RawMessage `json:"argument"`
		}
		if err := json.Unmarshal(lines.Bytes(), &question); err != nil {
			return fmt.Errorf("cannot read the question %q: %w", lines.Text(), err)
		}
		var reply struct {
			Value any    `json:"value"`
			Error string `json:"error,omitempty"`
		}
		if command, ok := commands[question.Name]; !ok {
			reply.Error = "the test has no command " + question.Name
		} else if value, err := command(question.Argument); err != nil {
			reply.Error = err.Error()
		} else {
			reply.Value = value
		}
		// A script that has ended reads no answer, and asks nothing more.
		_ = json.NewEncoder(answers).Encode(reply)
	}
	return nil
}

// need returns the browser's path, and skips the test where something that page
// tests need is missing.
func need(t *testing.T, folder string) string {
	t.Helper()
	browser := os.Getenv("LINTEL_CHROMIUM")
	if browser == "" {
		browser = "/usr/bin/chromium"
	}
	if _, err := os.Stat(browser); err != nil {
		t.Skipf("PAGE TEST SKIPPED: there is no browser at %s: install Debian's chromium or set LINTEL_CHROMIUM", browser)
	}
	if _, err := exec.LookPath("node"); err != nil {
		t.Skip("PAGE TEST SKIPPED: there is no node: install node 18 or later")
	}
	if _, err := os.Stat(filepath.Join(folder, "node_modules", "playwright-core")); err != nil {
		t.Skip("PAGE TEST SKIPPED: ui/pagetest/node_modules is missing: `make test` installs it")
	}
	return browser
}

// scripts returns the folder of the scripts, found from the test's folder.
func scripts(t *testing.T) string {
	t.Helper()
	at, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(at, "go.mod")); err == nil {
			return filepath.Join(at, "ui", "pagetest")
		}
		if filepath.Dir(at) == at {
			t.Fatal("cannot find ui/pagetest: run the tests within the module")
		}
		at = filepath.Dir(at)
	}
}
