package laws

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// importLaw says what the packages of a room may import. Paths are within the
// module, and mean everything below them as well.
type importLaw struct {
	room string
	// except lists packages below room that the law leaves out.
	except []string
	// onlyOwn, where not nil, is all of the module that the room may import.
	onlyOwn []string
	// onlyStandard also keeps everything outside the module out.
	onlyStandard bool
	// never lists what it must not import, of the module or not.
	never []string
	why   string
}

// The import table: laws 1 to 4. Tests may import what they need to stage a
// scene, so the table is about the code itself; law 4 covers tests too, below.
var importTable = []importLaw{
	{
		room: "firmware/thermal", except: []string{"firmware/thermal/thermaltest"}, onlyOwn: []string{}, onlyStandard: true,
		why: "law 1: every room speaks these words, so they must cost nothing and know nobody",
	},
	{
		room: "calibration", onlyOwn: []string{"firmware/thermal", "calibration"},
		why: "law 1: calibration speaks degrees and knows no pixels' meaning; only kiosk joins it with vision",
	},
	{
		room: "vision", onlyOwn: []string{"firmware/thermal", "vision"},
		why: "law 1: vision speaks pixels and knows no degrees; only kiosk joins it with calibration",
	},
	{
		room: "firmware", onlyOwn: []string{"firmware"},
		why: "law 3: what touches the board decides nothing and knows no visitor",
	},
	{
		room: "appliance/screening", onlyOwn: []string{"firmware/thermal", "appliance/policy"},
		why: "law 2: a verdict follows from the observations alone",
	},
	{
		room: "appliance/policy", except: policyTools, onlyOwn: []string{"firmware/thermal"},
		why: "law 2: a judgement follows from the measurement alone",
	},
	{
		room: "ui", never: []string{"lintel/appliance", "lintel/calibration", "lintel/vision"},
		why: "law 3: the page shows what it is told and decides nothing",
	},
	{
		room: "appliance/counts", never: []string{"lintel/appliance/kiosk", "lintel/appliance/screening", "lintel/vision", "lintel/calibration", "lintel/ui"},
		why: "law 3: counts add integers and know no visitor",
	},
}

// policyTools work out the tables of policy before the build. No program of
// the appliance needs them.
var policyTools = []string{"appliance/policy/fit", "appliance/policy/trial"}

func TestImports(t *testing.T) {
	for _, law := range importTable {
		t.Run(law.room, func(t *testing.T) {
			judged := 0
			for _, p := range ownListed(t) {
				path := strings.TrimPrefix(p.ImportPath, module+"/")
				if !within(path, law.room) || slices.ContainsFunc(law.except, func(e string) bool { return within(path, e) }) {
					continue
				}
				judged++
				report(t, law.judge(p, listedPackages(t)))
			}
			if judged == 0 {
				t.Errorf("there is no room %s: the law holds of nothing", law.room)
			}
		})
	}
}

func (law importLaw) judge(p *listedPackage, all map[string]*listedPackage) []string {
	var findings []string
	offend := func(imported string) {
		findings = append(findings, fmt.Sprintf("%s imports %s, but must not: %s", p.ImportPath, imported, law.why))
	}
	for _, imported := range p.Imports {
		own, isOwn := strings.CutPrefix(imported, module+"/")
		lies := func(folder string) bool { return within(own, folder) }
		switch {
		case slices.ContainsFunc(law.never, func(n string) bool { return within(imported, n) }):
			offend(imported)
		case isOwn && law.onlyOwn != nil && !slices.ContainsFunc(law.onlyOwn, lies):
			offend(imported)
		case !isOwn && law.onlyStandard && (all[imported] == nil || !all[imported].Standard):
			offend(imported)
		}
	}
	return findings
}

func TestImportsCanFail(t *testing.T) {
	all := map[string]*listedPackage{"fmt": {Standard: true}, "github.com/x/y": {}}
	words := &listedPackage{ImportPath: "lintel/firmware/thermal", Imports: []string{"fmt", "github.com/x/y", "lintel/vision"}}
	guilty(t, importTable[0].judge(words, all), "imports github.com/x/y", "imports lintel/vision")
	page := &listedPackage{ImportPath: "lintel/ui", Imports: []string{"fmt", "lintel/appliance/kiosk", "lintel/ui/web"}}
	guilty(t, importTable[6].judge(page, all), "imports lintel/appliance/kiosk")
}

// Law 4: one room answers for each thing that reaches out of Go.
var soleImporters = []struct{ library, room, why string }{
	{"gocv.io/x/gocv", "vision/detect", "everything else builds without C++"},
	{"C", "vision/detect", "everything else builds without C"},
	{"github.com/mattn/go-sqlite3", "appliance/counts", "one room answers for what is on disk"},
	{"database/sql", "appliance/counts", "one room answers for what is on disk"},
	{"github.com/warthog618/gpiod", "firmware/gpio", "one room answers for the lamps and the safe state"},
	{"github.com/pion", "ui/stream", "one room answers for what leaves on a socket"},
}

func TestSoleImporters(t *testing.T) {
	for _, p := range ownListed(t) {
		path := strings.TrimPrefix(p.ImportPath, module+"/")
		for _, imported := range slices.Concat(p.Imports, p.TestImports, p.XTestImports) {
			for _, sole := range soleImporters {
				if within(imported, sole.library) && path != sole.room {
					t.Errorf("%s imports %s, but only %s may (law 4): %s", path, imported, sole.room, sole.why)
				}
			}
		}
	}
}

// needC may need a C compiler; everything else builds and tests without one.
var needC = []string{"appliance/cmd/lintel", "appliance/cmd/lintel-lab", "appliance/counts", "vision/detect"}

// withOrWithoutC are libraries that have C where there is a compiler for it and
// do without where there is none.
var withOrWithoutC = []string{"kernel.org/pub/linux/libs/security/libcap/psx"}

func TestNoCElsewhere(t *testing.T) {
	all := listedPackages(t)
	for _, p := range all {
		// A test binary stands for the package and its tests at once.
		path, isTest := strings.CutSuffix(strings.TrimPrefix(p.ImportPath, module+"/"), ".test")
		if !isOwn(p.ImportPath) || p.ForTest != "" && !isTest || slices.Contains(needC, path) {
			continue
		}
		for _, need := range p.Deps {
			if d := all[need]; d != nil && !d.Standard && len(d.CgoFiles) > 0 && !slices.Contains(withOrWithoutC, need) {
				t.Errorf("%s needs %s, which is C: law 4 keeps C to %s, so that the rest builds and tests anywhere", p.ImportPath, need, strings.Join(needC, ", "))
			}
		}
	}
}
