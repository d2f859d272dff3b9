package laws

import (
	"fmt"
	"go/ast"
	"go/types"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/go/packages"
)

// Law 2: screening and policy are pure. No clock, file, goroutine or network;
// time is the frame's time. Then a verdict can be repeated from its
// observations, and nothing about a visitor can stay behind.
var purePackages = []string{"lintel/appliance/screening", "lintel/appliance/policy"}

// pureImports is all of the standard library that a pure room may import.
// Adding to it is a decision: may it touch a file, a clock, a socket or memory
// that others share?
var pureImports = []string{
	"cmp", "embed", "errors", "fmt", "iter", "maps", "math", "math/bits", "slices", "sort", "strconv", "strings", "time",
}

// impureNames are the functions of these packages that a pure room must not
// mention.
var impureNames = []string{
	"fmt.Print*", "fmt.Scan*",
	"time.After*", "time.NewTicker", "time.NewTimer", "time.Now", "time.Since", "time.Sleep", "time.Tick", "time.Until", "time.Local",
}

func TestPureRooms(t *testing.T) {
	for _, p := range sourceOf(t, purePackages...) {
		report(t, impurities(p))
	}
}

func TestPurityCanFail(t *testing.T) {
	p := sourceOf(t, "lintel/appliance/laws/testdata/impure")[0]
	guilty(t, impurities(p),
		":13 starts a goroutine", ":14 uses println", ":15 waits on a channel", ":19 uses time.Now", ":5 imports os", ":6 imports sync")
}

func impurities(p *packages.Package) []string {
	var findings []string
	offend := func(at ast.Node, format string, args ...any) {
		findings = append(findings, fmt.Sprintf("%s %s, but must be pure (law 2): a verdict follows from the observations alone",
			place(p, at.Pos()), fmt.Sprintf(format, args...)))
	}
	for _, file := range authored(p) {
		for _, spec := range file.Imports {
			path := strings.Trim(spec.Path.Value, `"`)
			if !isOwn(path) && !slices.Contains(pureImports, path) {
				offend(spec, "imports %s", path)
			}
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.GoStmt:
				offend(n, "starts a goroutine")
			case *ast.SelectStmt:
				offend(n, "waits on a channel")
			case *ast.Ident:
				if name := fullName(p.TypesInfo.Uses[n]); matches(impureNames, name) {
					offend(n, "uses %s", name)
				} else if b, ok := p.TypesInfo.Uses[n].(*types.Builtin); ok && strings.HasPrefix(b.Name(), "print") {
					offend(n, "uses %s", b.Name())
				}
			}
			return true
		})
	}
	return findings
}

// fullName names a function, method, type, variable or constant of a package:
// net.Dial, (*net.Dialer).Dial, net.Dialer. Anything local has no name.
func fullName(obj types.Object) string {
	if obj == nil || obj.Pkg() == nil {
		return ""
	}
	if f, ok := obj.(*types.Func); ok {
		return f.Origin().FullName()
	}
	if obj.Parent() != obj.Pkg().Scope() {
		return ""
	}
	return obj.Pkg().Path() + "." + obj.Name()
}

// matches says whether one of the patterns is the name, or, where it ends in
// *, begins it.
func matches(patterns []string, name string) bool {
	return name != "" && slices.ContainsFunc(patterns, func(pattern string) bool {
		start, open := strings.CutSuffix(pattern, "*")
		return name == start || open && strings.HasPrefix(name, start)
	})
}
