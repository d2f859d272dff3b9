package laws

import (
	"go/ast"
	"go/types"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/go/packages"
)

const words = "lintel/firmware/thermal"

// Law 5: interfaces are declared where they are used, so that a room says what
// it needs of others and not what it thinks others need of it. A room that
// declares an exported interface must therefore use it: in a signature, a
// field or a variable. thermal.Source is the one exception.
func TestInterfacesAreDeclaredWhereTheyAreUsed(t *testing.T) {
	declared := 0
	for _, p := range ownSource(t) {
		for name, iface := range exportedInterfaces(p) {
			declared++
			if p.PkgPath == words && name == "Source" {
				continue
			}
			if !usesType(p, iface) {
				t.Errorf("%s declares the interface %s but does not use it (law 5): declare it where it is used", p.PkgPath, name)
			}
		}
	}
	if declared == 0 {
		t.Error("no interface was found: law 5 holds of nothing")
	}
}

func exportedInterfaces(p *packages.Package) map[string]types.Object {
	found := map[string]types.Object{}
	for _, name := range p.Types.Scope().Names() {
		obj, ok := p.Types.Scope().Lookup(name).(*types.TypeName)
		if ok && obj.Exported() && types.IsInterface(obj.Type()) && !isConstraint(obj.Type()) {
			found[name] = obj
		}
	}
	return found
}

func isConstraint(t types.Type) bool { return !t.Underlying().(*types.Interface).IsMethodSet() }

// usesType says that the package mentions the type, other than to promise that
// another type implements it (var _ I = ...).
func usesType(p *packages.Package, obj types.Object) bool {
	used := false
	for _, file := range authored(p) {
		ast.Inspect(file, func(n ast.Node) bool {
			if v, ok := n.(*ast.ValueSpec); ok && len(v.Names) == 1 && v.Names[0].Name == "_" {
				return false
			}
			if id, ok := n.(*ast.Ident); ok && p.TypesInfo.Uses[id] == obj {
				used = true
			}
			return !used
		})
	}
	return used
}

// Law 5, second half: every source of frames passes the conformance suite, so
// that the frame loop can rely on what thermal.Source promises.
func TestEverySourcePassesTheSuite(t *testing.T) {
	const suite = words + "/thermaltest"
	source := sourceOf(t, words)[0].Types.Scope().Lookup("Source").Type().Underlying().(*types.Interface)
	listed := listedPackages(t)
	sources := 0
	for _, p := range ownSource(t) {
		for _, name := range p.Types.Scope().Names() {
			obj, ok := p.Types.Scope().Lookup(name).(*types.TypeName)
			if !ok || types.IsInterface(obj.Type()) || !types.Implements(types.NewPointer(obj.Type()), source) {
				continue
			}
			sources++
			l := listed[p.PkgPath]
			if !slices.Contains(slices.Concat(l.TestImports, l.XTestImports), suite) {
				t.Errorf("%s.%s is a thermal.Source, but no test of its package imports %s (law 5)",
					strings.TrimPrefix(p.PkgPath, module+"/"), name, suite)
			}
		}
	}
	if sources == 0 {
		t.Error("no source was found: law 5 holds of nothing")
	}
}

// Law 7: no pixel value crosses ui. Its packages get a silhouette of one bit a
// cell, boxes and words; none of them may name a frame, whose counts are
// temperatures of somebody's face.
func TestNoPixelCrossesThePage(t *testing.T) {
	read := 0
	for _, p := range ownSource(t) {
		if !within(p.PkgPath, "lintel/ui") {
			continue
		}
		read++
		for id, obj := range p.TypesInfo.Uses {
			switch fullName(obj) {
			case words + ".Frame", words + ".Source":
				t.Errorf("%s names %s, but ui shows a silhouette, boxes and words only (law 7)", place(p, id.Pos()), fullName(obj))
			}
		}
	}
	if read == 0 {
		t.Error("there is no room ui: law 7 holds of nothing")
	}
}
