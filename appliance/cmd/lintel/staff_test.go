package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"lintel/appliance/config"
	"lintel/appliance/kiosk"
	"lintel/firmware/thermal"
	"lintel/ui"
	"lintel/vision"
)

func TestMounted(t *testing.T) {
	const text = `22 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw
31 22 8:17 / /media/kiosk/STICK rw,nosuid - vfat /dev/sdb1 rw
32 22 8:33 / /media/kiosk/READ\040ONLY ro,nosuid - vfat /dev/sdc1 ro
33 22 8:49 / /run/media/kiosk/A\040B rw,nosuid - vfat /dev/sdd1 rw
34 22 8:65 / /mediation rw - ext4 /dev/sde1 rw
short line
`
	if got, want := mounted(strings.NewReader(text)), []string{"/media/kiosk/STICK", "/run/media/kiosk/A B"}; !slices.Equal(got, want) {
		t.Errorf("mounted media are %q, want %q", got, want)
	}
}

// Whatever the text, nothing but what lies in the folders is a medium.
func TestMountedStaysInTheFolders(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		place := rapid.StringMatching(`[a-z/\\0-9 .]{0,30}`).Draw(t, "place")
		for _, got := range mounted(strings.NewReader("1 2 3:4 / " + place + " rw - x y rw")) {
			if !slices.ContainsFunc(mediaFolders[:], func(f string) bool { return strings.HasPrefix(got, f) }) {
				t.Fatalf("%q is taken for a medium", got)
			}
		}
	})
}

func TestPINFile(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state")
	p := pinFile(filepath.Join(dir, pinName))
	if data, err := p.Load(); data != nil || err != nil {
		t.Errorf("without a file: %q, %v", data, err)
	}
	for _, want := range []string{"one", "another"} {
		if err := p.Save([]byte(want)); err != nil {
			t.Fatal(err)
		}
		if data, err := p.Load(); string(data) != want || err != nil {
			t.Errorf("read %q, %v, want %q", data, err, want)
		}
	}
	info, err := os.Stat(string(p))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file has the mode %v (%v)", info.Mode(), err)
	}
	if left, _ := os.ReadDir(dir); len(left) != 1 {
		t.Errorf("%d files are left", len(left))
	}
}

// The heat view is there only while somebody looks at it, and never while
// somebody is in sight.
func TestHeatViewIsBlankWhileSomebodyIsInSight(t *testing.T) {
	c := config.Default()
	i := &installer{cfg: &c, clock: systemClock{}}
	frame := thermal.Frame{Width: 64, Height: 48, Counts: make([]uint16, 64*48)}
	for n := range frame.Counts {
		frame.Counts[n] = uint16(30000 + n%64)
	}
	i.Confirm() // without a camera it does nothing
	i.begin(thermal.Info{Width: 64, Height: 48, Scale: thermal.CentiKelvin}, nil)
	nobody, somebody := &kiosk.Report{Frame: &frame, Nobody: true}, &kiosk.Report{Frame: &frame, Faces: make([]vision.Face, 1)}

	i.Observe(nobody)
	if len(i.levels) != 0 {
		t.Error("a heat view is kept that nobody looks at")
	}
	i.Sight()
	i.Observe(nobody)
	s := i.Sight()
	if s.Heat.Blank || len(s.Heat.Levels) != s.Heat.Width*s.Heat.Height || s.Heat.Width != 32 {
		t.Errorf("the heat view is %+v", s.Heat)
	}
	if first, last := s.Heat.Levels[0], s.Heat.Levels[31]; first != '0' || last != 'f' {
		t.Errorf("the levels run from %c to %c", first, last)
	}
	i.Observe(somebody)
	if s = i.Sight(); !s.Heat.Blank || s.Heat.Levels != "" {
		t.Error("the heat view shows a face")
	}
	later := func() { i.person = i.person.Add(-2 * blankFor) }
	later()
	if i.Observe(nobody); i.Sight().Heat.Blank {
		t.Error("the heat view stays blank when nobody is left")
	}
	far := &kiosk.Report{Frame: &frame}
	if i.Observe(far); !i.Sight().Heat.Blank {
		t.Error("the heat view shows who is too far away to be addressed")
	}
	later()
	back := thermal.Frame{Width: 64, Height: 48, Counts: slices.Clone(frame.Counts)}
	for y := 10; y < 48; y++ {
		for x := 30; x < 36; x++ {
			back.Counts[y*64+x] += 400
		}
	}
	if i.Observe(&kiosk.Report{Frame: &back, Nobody: true}); !i.Sight().Heat.Blank {
		t.Error("the heat view shows somebody with the back to the camera")
	}
	later()
	disc := &kiosk.Report{Frame: &back, Nobody: true}
	disc.Reference.OK, disc.Reference.Circle = true, thermal.Circle{X: 33, Y: 29, R: 10}
	if i.Observe(disc); i.Sight().Heat.Blank {
		t.Error("the reference is taken for somebody")
	}
	i.Observe(nobody)
	i.Sight()
	body := make([]byte, 16*60)
	body[3] = 0xff
	i.ShowMirror(ui.Mirror{Width: 128, Height: 60, Body: body})
	i.Observe(nobody)
	if s = i.Sight(); s.Heat.Blank && len(i.levels) != 0 {
		t.Error("levels are kept while blank")
	}
	for n := range body {
		body[n] = 0xff
	}
	i.ShowMirror(ui.Mirror{Width: 128, Height: 60, Body: body})
	if i.Observe(nobody); !i.Sight().Heat.Blank || slices.ContainsFunc(i.levels[:cap(i.levels)], func(b byte) bool { return b != 0 }) {
		t.Error("the heat view shows a body, or keeps it")
	}
}
