package laws

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// Every library that the module asks for by name has a line in BUILD.md that
// says what it is for and under which licence it comes.
func TestDependenciesAreJustified(t *testing.T) {
	root, err := repositoryRoot()
	if err != nil {
		t.Fatal(err)
	}
	build, err := os.ReadFile(filepath.Join(root, "BUILD.md"))
	if err != nil {
		t.Fatal(err)
	}
	mod, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	report(t, unjustified(string(mod), string(build)))
}

func TestDependenciesAreJustifiedCanFail(t *testing.T) {
	const mod = "require (\n\tgithub.com/a/known v1.0.0\n\tgithub.com/b/new/v2 v2.0.0\n\tgithub.com/c/under v1.0.0 // indirect\n)\n"
	guilty(t, unjustified(mod, "## Dependencies\n| a/known | x | MIT |\n## Data\n| b/new | elsewhere | MIT |"), "github.com/b/new/v2")
}

var (
	direct    = regexp.MustCompile(`(?m)^(?:require )?\s*(\S+\.\S+/\S+) v\S+$`)
	majorPart = regexp.MustCompile(`^v\d+$`)
)

func unjustified(mod, build string) (findings []string) {
	_, table, _ := strings.Cut(build, "## Dependencies")
	table, _, _ = strings.Cut(table, "\n## ")
	for _, m := range direct.FindAllStringSubmatch(mod, -1) {
		name := m[1]
		if majorPart.MatchString(path.Base(name)) {
			name = path.Dir(name)
		}
		// A whole word of a row that is complete.
		row := regexp.MustCompile(`(?m)^\|[^|]*\b` + regexp.QuoteMeta(path.Base(name)) + `\b[^|]*\|[^|]+\|[^|]+\|`)
		if !row.MatchString(table) {
			findings = append(findings, fmt.Sprintf("go.mod asks for %s, which BUILD.md does not justify: add a row to its table of dependencies, or do without", m[1]))
		}
	}
	return findings
}

// permits are words of licences under which a library may be linked, and what
// they are called.
var permits = []struct{ words, name string }{
	{"apache license", "Apache-2.0"},
	{"permission is hereby granted, free of charge", "MIT"},
	{"permission to use, copy, modify, and/or distribute this software for any purpose", "ISC"},
	{"redistribution and use in source and binary forms", "BSD"},
	{"mozilla public license version 2.0", "MPL-2.0"},
}

// Every library that the appliance links has a licence file, and it is one of
// those that go together with Apache-2.0. make release collects them.
func TestLicences(t *testing.T) {
	root, err := repositoryRoot()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "go", "list", "-deps", "-json=Module", "./appliance/cmd/lintel")
	cmd.Dir, cmd.Env = root, withC()
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for in := json.NewDecoder(strings.NewReader(string(out))); in.More(); {
		var p struct{ Module *struct{ Path, Dir string } }
		if err := in.Decode(&p); err != nil {
			t.Fatal(err)
		}
		if p.Module == nil || p.Module.Path == module || found[p.Module.Path] != "" {
			continue
		}
		found[p.Module.Path] = licence(t, p.Module.Dir)
		if found[p.Module.Path] == "" {
			found[p.Module.Path] = "none"
			t.Errorf("%s comes with no licence that is known here: do without it, or list its words", p.Module.Path)
		}
	}
	if len(found) < 20 {
		t.Errorf("only %d libraries were found", len(found))
	}
}

// licence names the licence in a folder.
func licence(t *testing.T, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !regexp.MustCompile(`(?i)^(licen[cs]e|copying)`).MatchString(e.Name()) || e.IsDir() {
			continue
		}
		text, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		one := strings.ToLower(strings.Join(strings.Fields(string(text)), " "))
		if i := slices.IndexFunc(permits, func(p struct{ words, name string }) bool { return strings.Contains(one, p.words) }); i >= 0 {
			return permits[i].name
		}
	}
	return ""
}

// An image encoder that is put into a room of the appliance is found, though no
// file of the tree has it.
func TestAnEncoderBuiltInIsFound(t *testing.T) {
	root, err := repositoryRoot()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	added, list := filepath.Join(dir, "encoder.go"), filepath.Join(dir, "overlay.json")
	overlay, err := json.Marshal(map[string]any{"Replace": map[string]string{filepath.Join(root, "appliance/kiosk/encoder.go"): added}})
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{added: []byte("package kiosk\n\nimport _ \"image/png\"\n"), list: overlay} {
		if err := os.WriteFile(name, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.CommandContext(t.Context(), "go", "list", "-overlay", list, "-deps", "./appliance/cmd/lintel")
	cmd.Dir, cmd.Env = root, withC()
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	guilty(t, forbiddenLinks(strings.Fields(string(out))), "links image/png")
}
