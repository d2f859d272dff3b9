package board

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"lintel/firmware/uvc"
)

// Each camera that has a profile may be used and reset without root, and so may
// the lines: by the groups that the error messages name.
func TestUdevRules(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "..", "firmware", "image", "udev", "70-lintel.rules"))
	if err != nil {
		t.Fatal(err)
	}
	rule := regexp.MustCompile(`(?m)^ATTR\{idVendor\}=="(\w{4})", ATTR\{idProduct\}=="([^"]+)", GROUP="video", MODE="0660"`)
	for _, p := range uvc.Profiles() {
		for _, id := range p.USB {
			found := false
			for _, m := range rule.FindAllStringSubmatch(string(text), -1) {
				// The patterns of udev are those of a shell, with | between them.
				for _, pattern := range strings.Split(m[2], "|") {
					ok, err := path.Match(pattern, fmt.Sprintf("%04x", id.Product))
					if err != nil {
						t.Fatal(err)
					}
					found = found || ok && m[1] == fmt.Sprintf("%04x", id.Vendor)
				}
			}
			if !found {
				t.Errorf("no rule is about %v, the camera of the profile %s", id, p.Name)
			}
		}
	}
	users, err := os.ReadFile(filepath.Join("..", "..", "..", "firmware", "image", "sysusers", "lintel.conf"))
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(`GROUP="(\w+)"`).FindAllStringSubmatch(string(text), -1) {
		if !strings.Contains(string(users), "\nm lintel "+m[1]+"\n") {
			t.Errorf("the kiosk's user is not in the group %s", m[1])
		}
	}
}
