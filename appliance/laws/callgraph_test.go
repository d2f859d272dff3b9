package laws

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/go/callgraph"
	"golang.org/x/tools/go/callgraph/rta"
	"golang.org/x/tools/go/callgraph/vta"
	"golang.org/x/tools/go/packages"
	"golang.org/x/tools/go/ssa"
	"golang.org/x/tools/go/ssa/ssautil"
)

// diallers are the functions of others that call what law 6 forbids, that the
// call graph reaches, and that the settings of ui/stream keep from running.
// One that is not reached any more must go.
var diallers = map[string]string{
	"(*github.com/pion/transport/v2/stdnet.Net).DialTCP":        "TURN over TCP; ui/stream names no server",
	"(*github.com/pion/transport/v2/stdnet.Net).DialUDP":        "TURN and STUN; ui/stream names no server",
	"(*github.com/pion/transport/v2/stdnet.Net).ResolveTCPAddr": "the address of a TURN server; ui/stream names none",
	"(*github.com/pion/transport/v2/stdnet.Net).ResolveUDPAddr": "the address of a STUN server; ui/stream names none",
	"github.com/pion/ice/v2.getTCPAddrOnInterface":              "ICE over TCP; ui/stream allows UDP only and disables active TCP",
	"github.com/pion/ice/v2.newActiveTCPConn$1":                 "ICE over TCP; ui/stream allows UDP only and disables active TCP",
	"github.com/pion/mdns.Server":                               "names of the local network; ui/stream disables multicast DNS",
	"github.com/pion/mdns.interfaceForRemote":                   "names of the local network; ui/stream disables multicast DNS",
}

// The call graph of the appliance reaches nothing forbidden but through the
// diallers. Every function of ours counts as called, whether the graph shows
// it or not, so that calls by reflection into our code hide nothing. Package
// net may call itself: it looks up the names of what it listens on, and the
// appliance listens on loopback addresses only.
func TestApplianceReachesNothingForbidden(t *testing.T) {
	findings, used := forbiddenReaches(sourceOf(t, appliance)[0], diallers)
	report(t, findings)
	for _, name := range slices.Sorted(maps.Keys(diallers)) {
		if !used[name] {
			t.Errorf("%s calls nothing forbidden any more, or is not reached: take it off the list", name)
		}
	}
}

// The settings that switch the diallers off are made. What they come to, one
// socket on loopback, is tested in ui/stream itself (TestOneSocket).
func TestDiallersAreSwitchedOff(t *testing.T) {
	made := map[string]bool{}
	for _, obj := range sourceOf(t, "lintel/ui/stream")[0].TypesInfo.Uses {
		made[fullName(obj)] = true
	}
	const settings = "(*github.com/pion/webrtc/v3.SettingEngine)."
	for _, setting := range []string{"DisableActiveTCP", "SetICEMulticastDNSMode", "SetInterfaceFilter", "SetIPFilter", "SetNetworkTypes"} {
		if !made[settings+setting] {
			t.Errorf("ui/stream does not call %s: pion would reach beyond loopback (law 6)", setting)
		}
	}
}

func TestReachesCanFail(t *testing.T) {
	findings, _ := forbiddenReaches(sourceOf(t, "lintel/appliance/laws/testdata/guilty")[0], nil)
	slices.Sort(findings)
	all := strings.Join(findings, "\n")
	for _, want := range []string{
		"(lintel/appliance/laws/testdata/guilty.direct).call reaches net/http.Get",
		"(lintel/appliance/laws/testdata/guilty.stored).call reaches net.Dial",
		"(lintel/appliance/laws/testdata/guilty.handed).call reaches (*net/http.Transport).RoundTrip",
		"guilty.main reaches os/exec.Command",
		"guilty.main reaches (*os/exec.Cmd).Run",
		"guilty.main reaches image/png.Encode",
	} {
		if !strings.Contains(all, want) {
			t.Errorf("no finding says %q:\n%s", want, all)
		}
	}
	findings, _ = forbiddenReaches(sourceOf(t, "lintel/appliance/laws/testdata/innocent")[0], nil)
	report(t, findings)
}

// forbiddenReaches returns a finding for every call, in the program's call
// graph, of a forbidden function by one that is neither forbidden itself nor
// excepted; and which exceptions it met.
func forbiddenReaches(p *packages.Package, except map[string]string) (findings []string, used map[string]bool) {
	program, roots := build(p)
	// Rapid type analysis finds what can run at all; variable type analysis then
	// narrows down what a call through an interface or a variable can mean.
	rapid := rta.Analyze(roots, true)
	live := make(map[*ssa.Function]bool, len(rapid.Reachable))
	for f := range rapid.Reachable {
		live[f] = true
	}
	from := reached(vta.CallGraph(live, rapid.CallGraph), roots)

	found := map[string]bool{}
	used = map[string]bool{}
	for node := range from {
		name := functionName(node.Func)
		if matches(forbiddenNames, name) || packagePath(node.Func) == "net" {
			continue
		}
		for _, out := range node.Out {
			called := functionName(out.Callee.Func)
			if !matches(forbiddenNames, called) {
				continue
			}
			if except[name] != "" {
				used[name] = true
				continue
			}
			found[fmt.Sprintf("%s reaches %s, but must not (law 6); it is called so: %s", name, called, way(from, node, program))] = true
		}
	}
	return slices.Sorted(maps.Keys(found)), used
}

// build makes the program's SSA form, and returns as roots its main, its
// initialisation, and every function of ours in it.
func build(p *packages.Package) (*ssa.Program, []*ssa.Function) {
	program, built := ssautil.AllPackages([]*packages.Package{p}, ssa.InstantiateGenerics)
	program.Build()
	roots := []*ssa.Function{built[0].Func("main"), built[0].Func("init")}
	for f := range ssautil.AllFunctions(program) {
		if isOwn(packagePath(f)) && f.Synthetic == "" && f.Parent() == nil && f.TypeParams() == nil {
			roots = append(roots, f)
		}
	}
	slices.SortFunc(roots[2:], func(a, b *ssa.Function) int { return strings.Compare(a.String(), b.String()) })
	return program, roots
}

// reached walks the graph from the roots and returns, for each function, the
// call that led to it; nil for a root.
func reached(graph *callgraph.Graph, roots []*ssa.Function) map[*callgraph.Node]*callgraph.Edge {
	from := map[*callgraph.Node]*callgraph.Edge{}
	var next []*callgraph.Node
	for _, root := range roots {
		node := graph.CreateNode(root)
		if _, known := from[node]; !known {
			from[node] = nil
			next = append(next, node)
		}
	}
	for len(next) > 0 {
		node := next[0]
		next = next[1:]
		for _, out := range node.Out {
			if _, known := from[out.Callee]; !known {
				from[out.Callee] = out
				next = append(next, out.Callee)
			}
		}
	}
	return from
}

// way writes how a function is reached, outermost first, with the place of our
// own call that starts it.
func way(from map[*callgraph.Node]*callgraph.Edge, node *callgraph.Node, program *ssa.Program) string {
	steps := []string{functionName(node.Func)}
	for edge := from[node]; edge != nil; edge = from[edge.Caller] {
		step := functionName(edge.Caller.Func)
		if isOwn(packagePath(edge.Caller.Func)) {
			step = fmt.Sprintf("%s (%s)", step, program.Fset.Position(edge.Pos()))
		}
		steps = append(steps, step)
	}
	slices.Reverse(steps)
	return strings.Join(steps, " > ")
}

// functionName names a function as fullName does; one inside another as the
// other's name, a dollar sign and a number.
func functionName(f *ssa.Function) string {
	if f.Parent() == nil && f.Object() != nil {
		return fullName(f.Object())
	}
	return f.String()
}

func packagePath(f *ssa.Function) string {
	for f.Parent() != nil {
		f = f.Parent()
	}
	if f.Origin() != nil {
		f = f.Origin()
	}
	if f.Object() != nil && f.Object().Pkg() != nil {
		return f.Object().Pkg().Path()
	}
	if f.Pkg != nil {
		return f.Pkg.Pkg.Path()
	}
	return ""
}
