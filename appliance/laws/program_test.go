package laws

import (
	"fmt"
	"go/types"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/go/packages"
)

// The appliance's program, which law 6 is about: it links no frame writer, no
// image encoder and no recognition code, and reaches no HTTP client and no
// dialler. What is not in the program cannot be switched on by a setting, a
// mistake or an attacker.
const appliance = "lintel/appliance/cmd/lintel"

// forbiddenPackages must not be linked into the appliance, nor anything below
// them.
var forbiddenPackages = []struct{ path, why string }{
	{"image/png", "it encodes images"},
	{"image/jpeg", "it encodes images"},
	{"image/gif", "it encodes images"},
	{"golang.org/x/image", "it encodes images"},
	{"lintel/firmware/recording/write", "it writes frames to disk"},
	{"lintel/appliance/update/apply", "root's part starts other programs"},
	{"lintel/appliance/cmd/lintel-lab", "the bench writes what an appliance must not"},
	{"gocv.io/x/gocv/contrib", "it recognises faces"},
	{"os/exec", "another program could do what this one must not"},
	{"plugin", "code loaded later has not been looked at"},
	{"net/http/cgi", "it starts other programs"},
	{"net/http/httputil", "it forwards requests to other machines"},
	{"net/http/pprof", "it serves the memory, and with it frames"},
	{"net/rpc", "it calls other machines"},
	{"net/smtp", "it sends mail"},
	{"log/syslog", "it dials the log of another machine"},
}

// linkedModules is everything from outside that the appliance links. Each is a
// decision: a new one has to be looked at, for recognition and for reaching
// out above all, before it is listed here and in BUILD.md.
var linkedModules = map[string]string{
	"github.com/davecgh/go-spew":                    "testify needs it",
	"github.com/google/uuid":                        "pion names its streams with it",
	"github.com/landlock-lsm/go-landlock":           "the sandbox",
	"github.com/mattn/go-sqlite3":                   "the counts",
	"github.com/pelletier/go-toml/v2":               "the configuration",
	"github.com/pion/datachannel":                   "the live silhouette, over WebRTC",
	"github.com/pion/dtls/v2":                       "the live silhouette, over WebRTC",
	"github.com/pion/ice/v2":                        "the live silhouette, over WebRTC",
	"github.com/pion/interceptor":                   "the live silhouette, over WebRTC",
	"github.com/pion/logging":                       "the live silhouette, over WebRTC",
	"github.com/pion/mdns":                          "the live silhouette, over WebRTC (switched off in ui/stream)",
	"github.com/pion/randutil":                      "the live silhouette, over WebRTC",
	"github.com/pion/rtcp":                          "the live silhouette, over WebRTC",
	"github.com/pion/rtp":                           "the live silhouette, over WebRTC",
	"github.com/pion/sctp":                          "the live silhouette, over WebRTC",
	"github.com/pion/sdp/v3":                        "the live silhouette, over WebRTC",
	"github.com/pion/srtp/v2":                       "the live silhouette, over WebRTC",
	"github.com/pion/stun":                          "the live silhouette, over WebRTC",
	"github.com/pion/transport/v2":                  "the live silhouette, over WebRTC",
	"github.com/pion/turn/v2":                       "the live silhouette, over WebRTC (no server is ever named)",
	"github.com/pion/webrtc/v3":                     "the live silhouette, over WebRTC",
	"github.com/pmezard/go-difflib":                 "testify needs it",
	"github.com/spf13/cobra":                        "the command line",
	"github.com/spf13/pflag":                        "the command line",
	"github.com/stretchr/testify":                   "pion/ice v2 imports it outside its tests",
	"github.com/warthog618/gpiod":                   "lamps, buzzer, door relay and switches, over the kernel's GPIO device",
	"github.com/wlynxg/anet":                        "pion lists the interfaces with it",
	"gocv.io/x/gocv":                                "the face detector, through OpenCV",
	"golang.org/x/crypto":                           "the hash of the staff PIN, and pion's ciphers",
	"golang.org/x/net":                              "pion's sockets",
	"golang.org/x/sys":                              "system calls",
	"gopkg.in/yaml.v3":                              "testify needs it",
	"kernel.org/pub/linux/libs/security/libcap/psx": "the sandbox: one system call for all threads",
	"rsc.io/qr":                                     "the counts as a QR code: its package coding, which makes a matrix and no picture",
}

func TestApplianceLinksNothingForbidden(t *testing.T) {
	all := listedPackages(t)
	program := all[appliance]
	if program == nil {
		t.Fatalf("there is no program %s: law 6 would hold of nothing", appliance)
	}
	report(t, forbiddenLinks(program.Deps))
	for _, p := range ownListed(t) {
		if slices.Contains(program.Deps, p.ImportPath) && slices.Contains(p.Imports, "testing") {
			t.Errorf("the appliance links %s, which imports testing: test code stays out of it", p.ImportPath)
		}
	}
	linked := map[string]bool{}
	for _, path := range program.Deps {
		p := all[path]
		if p.Standard || isOwn(path) {
			continue
		}
		if p.Module == nil || linkedModules[p.Module.Path] == "" {
			t.Errorf("%s links %s, which nobody has looked at (law 6): list its module with a reason, or do without", appliance, path)
			continue
		}
		linked[p.Module.Path] = true
	}
	for path := range linkedModules {
		if !linked[path] {
			t.Errorf("%s does not link %s any more: take it off the list", appliance, path)
		}
	}
}

func forbiddenLinks(deps []string) []string {
	var findings []string
	for _, f := range forbiddenPackages {
		for _, path := range deps {
			if within(path, f.path) {
				findings = append(findings, fmt.Sprintf("the appliance links %s, but must not (law 6): %s", path, f.why))
			}
		}
	}
	return findings
}

// forbiddenNames are the functions that the appliance must not reach, and what
// no file of it may even mention: they open connections, ask name servers,
// start programs, write memory, encode images, open network streams, or
// describe a picture so that it can be recognised.
var forbiddenNames = []string{
	"net.Dial*", "(*net.Dialer).*", "net.Lookup*", "(*net.Resolver).Lookup*",
	"net.ResolveIPAddr", "net.ResolveTCPAddr", "net.ResolveUDPAddr",
	"crypto/tls.Dial*", "(*crypto/tls.Dialer).*",
	"net/http.Client", "(*net/http.Client).*", "net/http.DefaultClient",
	"net/http.Get", "net/http.Head", "net/http.Post", "net/http.PostForm",
	"net/http.Transport", "(*net/http.Transport).RoundTrip", "net/http.DefaultTransport",
	"syscall.Connect", "golang.org/x/sys/unix.Connect*",
	"os.StartProcess", "syscall.Exec", "syscall.ForkExec", "syscall.StartProcess", "golang.org/x/sys/unix.Exec",
	"(*os/exec.Cmd).Start", "(*os/exec.Cmd).Run", "(*os/exec.Cmd).Output", "(*os/exec.Cmd).CombinedOutput", "os/exec.Command*",
	"runtime/debug.WriteHeapDump",
	"image/png.Encode", "(*image/png.Encoder).Encode", "image/jpeg.Encode", "image/gif.Encode*",
	"gocv.io/x/gocv.IMWrite*", "gocv.io/x/gocv.IMEncode*",
	"gocv.io/x/gocv.VideoWriter*", "(*gocv.io/x/gocv.VideoWriter).*",
	"gocv.io/x/gocv.OpenVideoCapture*", "gocv.io/x/gocv.VideoCapture*",
	"gocv.io/x/gocv.NewAKAZE*", "gocv.io/x/gocv.NewBRISK*", "gocv.io/x/gocv.NewKAZE*", "gocv.io/x/gocv.NewORB*", "gocv.io/x/gocv.NewSIFT*",
	"gocv.io/x/gocv.NewBFMatcher*", "gocv.io/x/gocv.NewFlannBasedMatcher*",
	"github.com/pion/webrtc/v3.ICEServer",
}

func TestApplianceMentionsNothingForbidden(t *testing.T) {
	mentions := 0
	for _, p := range linkedSource(t, appliance) {
		mentions += len(p.TypesInfo.Uses)
		report(t, forbiddenMentions(p))
	}
	if mentions == 0 {
		t.Error("no source was read: law 6 holds of nothing")
	}
}

// linkedSource returns the module's packages that a program links, itself
// included.
func linkedSource(t *testing.T, program string) []*packages.Package {
	t.Helper()
	var linked []*packages.Package
	packages.Visit(sourceOf(t, program), nil, func(p *packages.Package) {
		if isOwn(p.PkgPath) {
			linked = append(linked, p)
		}
	})
	return linked
}

func forbiddenMentions(p *packages.Package) []string {
	var findings []string
	for name, obj := range p.TypesInfo.Uses {
		if full := fullName(obj); matches(forbiddenNames, full) {
			findings = append(findings, fmt.Sprintf("%s mentions %s, but the appliance must not (law 6)", place(p, name.Pos()), full))
		}
	}
	return findings
}

func TestProgramLawsCanFail(t *testing.T) {
	const path = "lintel/appliance/laws/testdata/guilty"
	p := sourceOf(t, path)[0]
	guilty(t, forbiddenMentions(p),
		"net/http.Get", "net.Dial", "net/http.DefaultTransport", "(*os/exec.Cmd).Run", "os/exec.Command", "image/png.Encode")
	var deps []string
	packages.Visit([]*packages.Package{p}, nil, func(p *packages.Package) { deps = append(deps, p.PkgPath) })
	guilty(t, forbiddenLinks(deps), "links image/png", "links os/exec")
	innocent := sourceOf(t, "lintel/appliance/laws/testdata/innocent")[0]
	report(t, forbiddenMentions(innocent))
}

// A forbidden name that is spelt wrong forbids nothing.
func TestForbiddenNamesExist(t *testing.T) {
	declared := map[string][]string{}
	for path, p := range sourcePackages(t) {
		scope := p.Types.Scope()
		for _, name := range scope.Names() {
			obj := scope.Lookup(name)
			declared[path] = append(declared[path], fullName(obj))
			methods := types.NewMethodSet(types.NewPointer(obj.Type()))
			for m := range methods.Methods() {
				declared[path] = append(declared[path], fullName(m.Obj()))
			}
		}
	}
	for _, pattern := range forbiddenNames {
		// The package's path ends at the first dot after its last slash.
		path := strings.TrimPrefix(pattern, "(*")
		folder := strings.LastIndex(path, "/") + 1
		last, _, _ := strings.Cut(path[folder:], ".")
		path = path[:folder] + last
		// What nothing here links is named for the day that something does.
		if names := declared[path]; names != nil && !slices.ContainsFunc(names, func(n string) bool { return matches([]string{pattern}, n) }) {
			t.Errorf("%s declares nothing by the name %s", path, pattern)
		}
	}
}
