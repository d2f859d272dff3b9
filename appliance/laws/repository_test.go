package laws

import (
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/token"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"golang.org/x/tools/go/packages"
)

const module = "lintel"

// listedPackage is what the go command says of a package.
type listedPackage struct {
	ImportPath, Dir, ForTest           string
	Standard                           bool
	CgoFiles                           []string
	Imports, TestImports, XTestImports []string
	Deps                               []string
	Module                             *struct{ Path string }
}

// listing is every package of the module, the packages they need, and their
// test binaries, by import path. C is switched on so that the list says who
// needs it.
var listing = sync.OnceValues(func() (map[string]*listedPackage, error) {
	root, err := repositoryRoot()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command("go", "list", "-deps", "-test", "-json=ImportPath,Dir,ForTest,Standard,CgoFiles,Imports,TestImports,XTestImports,Deps,Module", "./...")
	cmd.Dir, cmd.Env, cmd.Stderr = root, withC(), os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("cannot list the packages: %w", err)
	}
	all := map[string]*listedPackage{}
	for in := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listedPackage
		if err := in.Decode(&p); errors.Is(err, io.EOF) {
			return all, nil
		} else if err != nil {
			return nil, fmt.Errorf("cannot read the package list: %w", err)
		}
		all[p.ImportPath] = &p
	}
})

// lawbreakers are the programs that show that the laws can fail, and one that
// keeps them. The go command lists none of them by itself.
var lawbreakers = []string{
	"./appliance/laws/testdata/guilty",
	"./appliance/laws/testdata/impure",
	"./appliance/laws/testdata/innocent",
	"./appliance/laws/testdata/stateful",
}

// source is the typed syntax of every package of the module, of the programs
// in testdata, and of all they need.
var source = sync.OnceValues(func() (map[string]*packages.Package, error) {
	root, err := repositoryRoot()
	if err != nil {
		return nil, err
	}
	cfg := &packages.Config{Mode: packages.LoadAllSyntax, Dir: root, Env: withC()}
	loaded, err := packages.Load(cfg, append([]string{"./..."}, lawbreakers...)...)
	if err != nil {
		return nil, fmt.Errorf("cannot read the source: %w", err)
	}
	all := map[string]*packages.Package{}
	var broken []error
	packages.Visit(loaded, nil, func(p *packages.Package) {
		all[p.PkgPath] = p
		for _, e := range p.Errors {
			broken = append(broken, e)
		}
	})
	return all, errors.Join(broken...)
})

func withC() []string { return append(os.Environ(), "CGO_ENABLED=1") }

func repositoryRoot() (string, error) { return filepath.Abs(filepath.Join("..", "..")) }

func listedPackages(t *testing.T) map[string]*listedPackage {
	t.Helper()
	all, err := listing()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// ownListed returns the module's packages in order, without test binaries.
func ownListed(t *testing.T) []*listedPackage {
	t.Helper()
	var own []*listedPackage
	for _, p := range listedPackages(t) {
		if isOwn(p.ImportPath) && p.ForTest == "" && !strings.HasSuffix(p.ImportPath, ".test") {
			own = append(own, p)
		}
	}
	slices.SortFunc(own, func(a, b *listedPackage) int { return strings.Compare(a.ImportPath, b.ImportPath) })
	return own
}

func sourcePackages(t *testing.T) map[string]*packages.Package {
	t.Helper()
	all, err := source()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// sourceOf returns the packages of the paths, and fails where one is missing.
func sourceOf(t *testing.T, paths ...string) []*packages.Package {
	t.Helper()
	all := sourcePackages(t)
	var found []*packages.Package
	for _, path := range paths {
		if all[path] == nil {
			t.Fatalf("there is no package %s: a law about it would hold of nothing", path)
		}
		found = append(found, all[path])
	}
	return found
}

// ownSource returns the module's packages without the programs in testdata.
func ownSource(t *testing.T) []*packages.Package {
	t.Helper()
	var own []*packages.Package
	for path, p := range sourcePackages(t) {
		if isOwn(path) && !strings.Contains(path, "/testdata/") {
			own = append(own, p)
		}
	}
	slices.SortFunc(own, func(a, b *packages.Package) int { return strings.Compare(a.PkgPath, b.PkgPath) })
	return own
}

// authored returns the syntax of the package's files that somebody wrote,
// without what cgo generates.
func authored(p *packages.Package) []*ast.File {
	var files []*ast.File
	for _, file := range p.Syntax {
		if filepath.Dir(p.Fset.Position(file.Package).Filename) == p.Dir {
			files = append(files, file)
		}
	}
	return files
}

func isOwn(path string) bool { return within(path, module) }

// within says that path is the folder or lies below it.
func within(path, folder string) bool {
	return path == folder || strings.HasPrefix(path, folder+"/")
}

// place writes a position as folder/file.go:line.
func place(p *packages.Package, pos token.Pos) string {
	at := p.Fset.Position(pos)
	return fmt.Sprintf("%s/%s:%d", strings.TrimPrefix(p.PkgPath, module+"/"), filepath.Base(at.Filename), at.Line)
}

// report fails the test once for every finding.
func report(t *testing.T, findings []string) {
	t.Helper()
	for _, f := range findings {
		t.Error(f)
	}
}

// guilty checks that a law finds exactly these offences in a program that
// breaks it. Each is a part of one finding, in order.
func guilty(t *testing.T, findings []string, offences ...string) {
	t.Helper()
	slices.Sort(findings)
	if len(findings) != len(offences) {
		t.Errorf("%d findings, want %d:\n%s", len(findings), len(offences), strings.Join(findings, "\n"))
		return
	}
	for i, part := range offences {
		if !strings.Contains(findings[i], part) {
			t.Errorf("finding %q, want one with %q", findings[i], part)
		}
	}
}
