package imagetest

import (
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// The grounds of the page, by state (ui/web/kiosk.css), and of the page that
// stands where the program does not start (../files/trouble.html).
var grounds = map[string]color.RGBA{
	"page":           {0x0b, 0x13, 0x20, 255},
	"passed":         {0x0a, 0x4a, 0x28, 255},
	"out_of_service": {0x17, 0x18, 0x1c, 255},
	"trouble":        {0x1b, 0x1f, 0x24, 255},
}

// ground is what the screen shows: the name of the ground that covers more than
// a third of it, and how much of the screen is bright, as letters are.
func (m *machine) ground(t testing.TB) (name string, bright float64) {
	t.Helper()
	file := filepath.Join(m.folder, "screen.png")
	m.command("screendump", map[string]any{"filename": file, "format": "png"})
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	picture, err := png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	b := picture.Bounds()
	count := map[string]int{}
	lit, all := 0, 0
	for y := b.Min.Y; y < b.Max.Y; y += 2 {
		for x := b.Min.X; x < b.Max.X; x += 2 {
			all++
			r, g, bl, _ := picture.At(x, y).RGBA()
			if r>>8 > 180 && g>>8 > 180 && bl>>8 > 180 {
				lit++
			}
			for n, c := range grounds {
				if near(r>>8, c.R) && near(g>>8, c.G) && near(bl>>8, c.B) {
					count[n]++
				}
			}
		}
	}
	for n, c := range count {
		if 3*c > all && c > count[name] {
			name = n
		}
	}
	return name, float64(lit) / float64(all)
}

func near(a uint32, b uint8) bool { return a+3 >= uint32(b) && a <= uint32(b)+3 }

// sees waits until the screen shows one of the grounds with letters on it, and
// keeps a picture of it in LINTEL_SCREENS where that is set.
func (m *machine) sees(t testing.TB, picture string, wanted ...string) time.Duration {
	t.Helper()
	name, bright := "", 0.0
	for time.Since(m.began) < 2*patience {
		name, bright = m.ground(t)
		for _, w := range wanted {
			if name == w && bright > 0.002 {
				took := time.Since(m.began)
				m.keep(picture)
				t.Logf("%s the screen shows %s", m.when(), name)
				return took
			}
		}
		if strings.Contains(m.console(), "neither system could be started") {
			break
		}
		time.Sleep(500 * time.Millisecond)
	}
	m.keep(picture)
	t.Fatalf("the screen shows %q (%.3f bright), not %v; %s", name, bright, wanted, m.console())
	return 0
}

func (m *machine) keep(picture string) {
	if folder := os.Getenv("LINTEL_SCREENS"); folder != "" {
		if text, err := os.ReadFile(filepath.Join(m.folder, "screen.png")); err == nil {
			_ = os.MkdirAll(folder, 0o755)
			_ = os.WriteFile(filepath.Join(folder, picture+".png"), text, 0o644)
		}
	}
}
