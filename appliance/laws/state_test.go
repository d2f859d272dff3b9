package laws

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"testing"

	"golang.org/x/tools/go/packages"
)

// No room keeps state in package variables and none runs code on import: what
// a frame leads to can then be seen from the arguments, and nothing about a
// visitor outlives the values that held it. A package variable is a constant
// that Go cannot declare as one; whatever writes to it, takes its address or
// calls a method that may write is found here. What a slice or map is changed
// through after it was copied elsewhere is not.
func TestNoPackageState(t *testing.T) {
	for _, p := range ownSource(t) {
		report(t, packageState(p))
	}
}

func TestNoPackageStateCanFail(t *testing.T) {
	p := sourceOf(t, "lintel/appliance/laws/testdata/stateful")[0]
	guilty(t, packageState(p),
		"stateful.go:12: init() runs on import",
		"stateful.go:12: writes the package variable visitors", // inside init
		"stateful.go:15: writes the package variable visitors",
		"stateful.go:16: writes the package variable table",
		"stateful.go:17: writes the package variable seen",
		"stateful.go:18: writes the package variable lock",
		"stateful.go:19: writes the package variable last",
		"stateful.go:20: writes the package variable seen",
		"stateful.go:21: writes the package variable visitors",
	)
}

func packageState(p *packages.Package) []string {
	var findings []string
	offend := func(at token.Pos, format string, args ...any) {
		findings = append(findings, place(p, at)+": "+fmt.Sprintf(format, args...))
	}
	written := func(e ast.Expr) {
		if v := packageVariable(p, e); v != nil {
			offend(e.Pos(), "writes the package variable %s: keep state in a value that its owner passes on", v.Name())
		}
	}
	for _, file := range authored(p) {
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl:
				if n.Recv == nil && n.Name.Name == "init" {
					offend(n.Pos(), "init() runs on import: call it by name from where it is needed")
				}
			case *ast.AssignStmt:
				for _, left := range n.Lhs {
					written(left)
				}
			case *ast.IncDecStmt:
				written(n.X)
			case *ast.RangeStmt:
				if n.Tok == token.ASSIGN {
					written(n.Key)
					written(n.Value)
				}
			case *ast.UnaryExpr:
				if n.Op == token.AND {
					written(n.X)
				}
			case *ast.CallExpr:
				for _, arg := range writtenByBuiltin(p, n) {
					written(arg)
				}
			case *ast.SelectorExpr:
				if takesAddress(p, n) {
					written(n.X)
				}
			}
			return true
		})
	}
	return findings
}

// writtenByBuiltin returns what clear, copy or delete writes to.
func writtenByBuiltin(p *packages.Package, call *ast.CallExpr) []ast.Expr {
	name, ok := call.Fun.(*ast.Ident)
	if !ok {
		return nil
	}
	if b, ok := p.TypesInfo.Uses[name].(*types.Builtin); ok {
		switch b.Name() {
		case "clear", "copy", "delete":
			return call.Args[:1]
		}
	}
	return nil
}

// takesAddress says that the selector calls a pointer method on a variable
// that is no pointer, as in mutex.Lock().
func takesAddress(p *packages.Package, s *ast.SelectorExpr) bool {
	selection := p.TypesInfo.Selections[s]
	if selection == nil || selection.Kind() != types.MethodVal {
		return false
	}
	method := selection.Obj().(*types.Func).Signature().Recv().Type()
	_, wantsPointer := method.(*types.Pointer)
	_, isPointer := selection.Recv().Underlying().(*types.Pointer)
	return wantsPointer && !isPointer
}

// packageVariable returns the package variable that e is, or is a part of.
func packageVariable(p *packages.Package, e ast.Expr) *types.Var {
	for {
		switch x := e.(type) {
		case *ast.Ident:
			return asPackageVariable(p.TypesInfo.Uses[x])
		case *ast.ParenExpr:
			e = x.X
		case *ast.IndexExpr:
			e = x.X
		case *ast.SliceExpr:
			e = x.X
		case *ast.StarExpr:
			e = x.X
		case *ast.SelectorExpr:
			if v := asPackageVariable(p.TypesInfo.Uses[x.Sel]); v != nil {
				return v
			}
			e = x.X
		default:
			return nil
		}
	}
}

func asPackageVariable(obj types.Object) *types.Var {
	if v, ok := obj.(*types.Var); ok && v.Pkg() != nil && v.Parent() == v.Pkg().Scope() {
		return v
	}
	return nil
}
