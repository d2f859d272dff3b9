package laws

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// The rooms. A law about a room that is not there would hold of nothing, so
// each must exist; and a package outside all of them has no law at all.
var rooms = []string{
	"appliance/cmd/lintel",
	"appliance/cmd/lintel-lab",
	"appliance/cmd/lintel-update",
	"appliance/config",
	"appliance/counts",
	"appliance/inspect",
	"appliance/kiosk",
	"appliance/laws",
	"appliance/policy",
	"appliance/sandbox",
	"appliance/screening",
	"appliance/setup",
	"appliance/update",
	"calibration",
	"firmware/ambient",
	"firmware/blackbody",
	"firmware/gpio",
	"firmware/hwsim",
	"firmware/image/imagetest",
	"firmware/recording",
	"firmware/sim",
	"firmware/thermal",
	"firmware/thermal/thermaltest",
	"firmware/uvc",
	"ui",
	"ui/pagetest",
	"ui/stream",
	"ui/web",
	"vision",
	"vision/detect",
}

func TestEveryRoomIsThere(t *testing.T) {
	all := listedPackages(t)
	for _, room := range rooms {
		if all[module+"/"+room] == nil {
			t.Errorf("there is no room %s: the laws about it hold of nothing", room)
		}
	}
	for _, p := range ownListed(t) {
		path := strings.TrimPrefix(p.ImportPath, module+"/")
		if !slices.ContainsFunc(rooms, func(room string) bool { return within(path, room) }) {
			t.Errorf("%s lies in no room: put it where a stranger would look for it, or add the room to the list with its laws", path)
		}
	}
}

// What may stand at the top of the repository: a stranger sees the rooms, and
// nothing beside them.
var topLevel = []string{
	".ci", ".gitattributes", ".gitignore", ".golangci.yml", "BUILD.md", "LICENSE", "Makefile", "README.md",
	"appliance", "calibration", "firmware", "go.mod", "go.sum", "ui", "vision",
}

func TestTopLevel(t *testing.T) {
	root, err := repositoryRoot()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "git", "ls-files", "--cached", "--others", "--exclude-standard")
	cmd.Dir = root
	out, err := cmd.Output()
	if err != nil {
		t.Skipf("skipped: this is no git checkout, so what belongs to it is not known: %v", err)
	}
	var there []string
	for file := range strings.Lines(string(out)) {
		top, _, _ := strings.Cut(strings.TrimSpace(file), "/")
		there = append(there, top)
	}
	slices.Sort(there)
	for _, top := range slices.Compact(there) {
		if !slices.Contains(topLevel, top) {
			t.Errorf("%s stands at the top of the repository: put it into a room", top)
		}
	}
}
