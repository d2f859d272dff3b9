package main

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"lintel/appliance/policy/trial"
)

func TestOutputIsTheCommittedTable(t *testing.T) {
	dir := filepath.Join("..", "..", "..", "..", "shared", "data", "clinical")
	if _, err := os.Stat(dir); os.IsNotExist(err) {
		t.Skipf("SKIPPED: the shipped table was not written anew: %s is not there", dir)
	}
	var got bytes.Buffer
	if err := run([]string{filepath.Join(dir, "flir_dev.csv"), filepath.Join(dir, "ici_dev.csv")}, &got); err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile(filepath.Join("..", "shipped_table.go"))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got.Bytes(), want) {
		t.Error("shipped_table.go is not what fit writes: run the command in the policy's package comment")
	}
}

func TestRunRefuses(t *testing.T) {
	if err := run(nil, io.Discard); err == nil {
		t.Error("no files are accepted")
	}
	missing := filepath.Join(t.TempDir(), "none.csv")
	if err := run([]string{missing}, io.Discard); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a missing file gives %v", err)
	}
	broken := filepath.Join(t.TempDir(), "broken.csv")
	if err := os.WriteFile(broken, []byte("a,b\n1,2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := run([]string{broken}, io.Discard); !errors.Is(err, trial.ErrTable) {
		t.Errorf("a broken file gives %v", err)
	}
}
