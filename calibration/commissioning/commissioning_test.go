package commissioning_test

import (
	"bytes"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"lintel/calibration"
	"lintel/calibration/commissioning"
	"lintel/firmware/thermal"
)

func camera() thermal.Info {
	return thermal.Info{Model: "test", Serial: "7", Width: 80, Height: 64, Rate: 9, Scale: thermal.CentiKelvin}
}

// shading is the pattern of a lens, in kelvin.
func shading(x, y int) float64 {
	return 0.5*math.Cos(float64(x)/40) + 0.4*float64(y)/64 + 0.03*math.Sin(float64(x*y))
}

// shoot fills the frame with a plate of 35 degC behind that shading, bad pixels
// among them.
func shoot(f *thermal.Frame, n int, change func(x, y int) float64) {
	d := rand.New(rand.NewPCG(uint64(n), 5))
	f.Resize(80, 64)
	for y := range 64 {
		for x := range 80 {
			t := 35 + shading(x, y) + 0.05*d.NormFloat64() + change(x, y)
			f.Counts[y*80+x] = uint16(math.Round(thermal.CentiKelvin.Counts(thermal.Celsius(t))))
		}
	}
	f.Counts[10*80+20] = 30825 // stuck at a likely value
	f.Counts[40*80+33] = 0     // dead
	f.Counts[50*80+60] += 300  // hot
}

func view(t *testing.T, frames int, change func(x, y int) float64) (*calibration.Field, error) {
	t.Helper()
	u, err := commissioning.NewUniform(calibration.CameraConfig{}, camera(), 35)
	if err != nil {
		t.Fatal(err)
	}
	var f thermal.Frame
	for n := range frames {
		shoot(&f, n, change)
		if err := u.Add(&f); err != nil {
			t.Fatal(err)
		}
	}
	return u.Field(0.05)
}

func none(int, int) float64 { return 0 }

func TestFieldOfView(t *testing.T) {
	f, err := view(t, 40, none)
	if err != nil {
		t.Fatal(err)
	}
	want := []calibration.Pixel{{X: 20, Y: 10}, {X: 33, Y: 40}, {X: 60, Y: 50}}
	if !slices.Equal(f.Bad, want) {
		t.Errorf("bad pixels %v, want %v", f.Bad, want)
	}
	mean := 0.0
	for i := range f.Offset {
		mean += shading(i%80, i/80) / float64(len(f.Offset))
	}
	squares := 0.0
	for i, v := range f.Offset {
		d := float64(v) - (shading(i%80, i/80) - mean)
		squares += d * d
	}
	if rms := math.Sqrt(squares / float64(len(f.Offset))); rms > 0.02 {
		t.Errorf("the map is off by %.3f K (rms)", rms)
	}
	if f.U < 0.025 || f.U > 0.04 {
		t.Errorf("U of the map is %.3f K", f.U)
	}
}

func TestFieldOfViewRefused(t *testing.T) {
	for name, c := range map[string]struct {
		frames int
		change func(x, y int) float64
		want   error
	}{
		"too few":     {commissioning.MinFrames - 1, none, commissioning.ErrFrames},
		"a person":    {20, func(x, y int) float64 { return 5 * max(0, 1-math.Hypot(float64(x-40), float64(y-30))/20) }, commissioning.ErrNotUniform},
		"an edge":     {20, func(x, _ int) float64 { return map[bool]float64{true: 1.5}[x > 43] }, commissioning.ErrNotUniform},
		"half a room": {20, func(x, _ int) float64 { return float64(x) / 20 }, commissioning.ErrNotUniform},
	} {
		if _, err := view(t, c.frames, c.change); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	u, _ := commissioning.NewUniform(calibration.CameraConfig{}, camera(), 35)
	if err := u.Add(&thermal.Frame{Width: 8, Height: 8, Counts: make([]uint16, 64)}); !errors.Is(err, commissioning.ErrFrames) {
		t.Errorf("another size: %v", err)
	}
	if _, err := commissioning.NewUniform(calibration.CameraConfig{}, thermal.Info{Width: 80, Height: 64}, 35); !errors.Is(err, calibration.ErrCamera) {
		t.Errorf("no scale: %v", err)
	}
}

// Targets that lose 6 per mille at 10 px, with a truth that is 0.05 K off for
// all.
func TestSizeOfSource(t *testing.T) {
	var points []commissioning.SizePoint
	for _, px := range []float64{6, 10, 20, 40, 60} {
		points = append(points, commissioning.SizePoint{
			Pixels: px, Truth: 37, Surround: 22, Reading: thermal.Celsius(37 - 0.006*15*10/px + 0.05),
		})
	}
	got, err := commissioning.FitSizeOfSource(points)
	if err != nil || math.Abs(got-0.006) > 1e-9 {
		t.Errorf("%g, %v, want 0.006", got, err)
	}
	for name, bad := range map[string][]commissioning.SizePoint{
		"two":         points[:2],
		"one size":    {points[1], points[1], points[1]},
		"no contrast": {points[0], points[1], {Pixels: 40, Truth: 37, Reading: 37, Surround: 36}},
		"blurred":     {{6, 37, 30, 22}, {20, 37, 35, 22}, {60, 37, 37, 22}},
	} {
		if _, err := commissioning.FitSizeOfSource(bad); !errors.Is(err, commissioning.ErrSizes) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func seen(x, offset float64) calibration.Observation {
	return calibration.Observation{Reference: calibration.Reference{
		OK: true, Found: true, Circle: thermal.Circle{X: 30 + x, Y: 50, R: 6.5}, Offset: thermal.Kelvin(offset), Fault: calibration.FaultNone,
	}}
}

func TestSettle(t *testing.T) {
	run := func(seconds float64, each func(n int) calibration.Observation) (commissioning.Accepted, error) {
		var s commissioning.Settle
		for n := 0; float64(n)*0.1 <= seconds; n++ {
			s.Add(each(n).Reference, time.Duration(n)*100*time.Millisecond)
		}
		return s.Accept()
	}
	got, err := run(12, func(n int) calibration.Observation { return seen(0.02*float64(n%2), 1+0.05*float64(n%2)) })
	if err != nil || math.Abs(got.Place.X-30.01) > 1e-3 || math.Abs(float64(got.Offset)-1.025) > 1e-3 || math.Abs(float64(got.Band)-2.05) > 1e-9 {
		t.Errorf("%+v, %v", got, err)
	}
	for name, err := range map[string]error{
		"short": func() error { _, err := run(5, func(int) calibration.Observation { return seen(0, 1) }); return err }(),
		"wanders": func() error {
			_, err := run(12, func(n int) calibration.Observation { return seen(float64(n%3), 1) })
			return err
		}(),
		"faulty": func() error {
			_, err := run(12, func(n int) calibration.Observation {
				if n%10 == 0 {
					return calibration.Observation{}
				}
				return seen(0, 1)
			})
			return err
		}(),
		"no frame": func() error { var s commissioning.Settle; _, err := s.Accept(); return err }(),
	} {
		if !errors.Is(err, commissioning.ErrUnsettled) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func record(t *testing.T) *commissioning.Record {
	t.Helper()
	c := calibration.Certificate{
		Temperature: 37, Emissivity: 0.97, Expanded: 0.15, Stability: 0.05, Serial: "BB-1",
		Expires: calibration.Date{Year: 2027, Month: 5, Day: 31},
	}
	r := commissioning.NewRecord(camera(), c, commissioning.Accepted{Place: thermal.Circle{X: 30, Y: 50, R: 6.5}, Offset: 1.2, Band: 2},
		commissioning.Ambient{TemperatureC: 22.5, Humidity: 0.4})
	f, err := view(t, 20, none)
	if err != nil {
		t.Fatal(err)
	}
	r.SetField(f)
	source := 0.006
	r.Source = &source
	r.SetBudget(calibration.Budget{Certificate: 0.3, ROINoise: 0.4})
	if last := r.Budget[len(r.Budget)-1]; len(r.Budget) != 11 || last.Name != "expanded" || math.Abs(last.UK-1) > 1e-12 {
		t.Errorf("budget %+v", r.Budget)
	}
	return r
}

func TestRecordGoesRoundAndApplies(t *testing.T) {
	r := record(t)
	if err := r.Verify(); !errors.Is(err, commissioning.ErrUnsigned) {
		t.Errorf("not signed off: %v", err)
	}
	if err := r.SignOff(commissioning.RoleTechnician, calibration.Date{Year: 2026, Month: 11, Day: 20}); err != nil {
		t.Fatal(err)
	}
	var text bytes.Buffer
	if err := r.Write(&text); err != nil {
		t.Fatal(err)
	}
	back, err := commissioning.Read(bytes.NewReader(text.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(r, back); d != "" {
		t.Error(d)
	}
	if err := back.Verify(); err != nil {
		t.Error(err)
	}
	cfg := calibration.DefaultConfig()
	if err := back.Apply(&cfg, camera()); err != nil {
		t.Fatal(err)
	}
	want := cfg.Reference
	if want.Temperature != 37 || want.Expires.Month != 5 || want.Place.R != 6.5 || want.OffsetBand != 2 || cfg.Correction.SizeOfSource != 0.006 || len(cfg.Field.Bad) != 3 {
		t.Errorf("%+v", cfg.Reference)
	}
	tr, err := calibration.New(cfg, camera())
	if err != nil {
		t.Fatal(err)
	}
	on := 0
	for _, c := range tr.Corrections() {
		if c.On {
			on++
		}
	}
	if on != 4 || tr.Digest() == "" {
		t.Errorf("corrections %+v", tr.Corrections())
	}
	other := camera()
	other.Serial = "8"
	if err := back.Apply(&cfg, other); !errors.Is(err, commissioning.ErrOtherCamera) {
		t.Errorf("another camera: %v", err)
	}
}

func TestRecordChangedAfterwards(t *testing.T) {
	r := record(t)
	day := calibration.Date{Year: 2026, Month: 11, Day: 20}
	if err := r.SignOff("the boss", day); !errors.Is(err, commissioning.ErrRecord) {
		t.Errorf("a name: %v", err)
	}
	if err := r.SignOff(commissioning.RoleOwner, calibration.Date{}); !errors.Is(err, commissioning.ErrRecord) {
		t.Errorf("no day: %v", err)
	}
	if err := r.SignOff(commissioning.RoleOwner, day); err != nil {
		t.Fatal(err)
	}
	r.Reference.TemperatureC = 36
	if err := r.Verify(); !errors.Is(err, commissioning.ErrChanged) {
		t.Errorf("changed: %v", err)
	}
}

func TestRecordRefused(t *testing.T) {
	for _, text := range []string{
		"", "{}", "[]", `{"version":2}`, `{"version":1,"owner":"Jane"}`,
		`{"version":1,"camera":{"width":8,"height":8},"field_of_view":{"offset_mk":"AAA="},"signed_off_on":""}`,
		`{"version":1,"signed_off_on":"31.12.2026"}`,
	} {
		if _, err := commissioning.Read(strings.NewReader(text)); !errors.Is(err, commissioning.ErrRecord) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// A damaged record never panics, and what is read can be applied or is refused.
func FuzzRead(f *testing.F) {
	f.Add([]byte(`{"version":1,"camera":{"width":8,"height":8,"serial":"7"},"reference":{"temperature_c":37,"place":[4,4,1]},"signed_off_on":""}`))
	f.Add([]byte(`{"version":1,"camera":{"width":-1,"height":-1},"field_of_view":{"offset_mk":"AAA=","bad_pixels":[{"X":-1,"Y":9}]}}`))
	f.Fuzz(func(_ *testing.T, text []byte) {
		r, err := commissioning.Read(bytes.NewReader(text))
		if err != nil {
			return
		}
		_ = r.Verify()
		info := thermal.Info{Serial: r.Camera.Serial, Width: r.Camera.Width, Height: r.Camera.Height, Scale: thermal.CentiKelvin}
		cfg := calibration.DefaultConfig()
		if r.Apply(&cfg, info) == nil && info.Width*info.Height < 1<<16 {
			_, _ = calibration.New(cfg, info)
		}
	})
}

// What commissioning finds is judged, in words that say value, limit and source.
func TestInspection(t *testing.T) {
	good := commissioning.Inspection{
		Accepted:    commissioning.Accepted{Place: thermal.Circle{X: 30, Y: 50, R: 6.5}, Wander: 0.02, Share: 1},
		Certificate: calibration.Certificate{Temperature: 37, Expanded: 0.2, Stability: 0.1, Expires: calibration.Date{Year: 2027, Month: 5, Day: 31}},
		Budget:      calibration.Budget{Certificate: 0.1, Emissivity: 0.07},
		Field:       &calibration.Field{Width: 10, Height: 10, U: 0.05},
		Day:         calibration.Date{Year: 2027, Month: 5, Day: 31},
	}
	if v := good.Judge(); !commissioning.Passed(v) || len(v) != 9 {
		t.Errorf("%v", v)
	}
	for name, change := range map[string]func(i *commissioning.Inspection){
		"reference_in_order":    func(i *commissioning.Inspection) { i.Share = 0.9 },
		"reference_width":       func(i *commissioning.Inspection) { i.Place.R = 4.8 },
		"reference_wander":      func(i *commissioning.Inspection) { i.Wander = 0.4 },
		"reference_uncertainty": func(i *commissioning.Inspection) { i.Certificate.Expanded = 0.4 },
		"reference_stability":   func(i *commissioning.Inspection) { i.Certificate.Stability = 0.2 },
		"expanded_uncertainty":  func(i *commissioning.Inspection) { i.Budget.Drift = 0.3 },
		"certificate_expired":   func(i *commissioning.Inspection) { i.Day.Year = 2028 },
		"field_uncertainty":     func(i *commissioning.Inspection) { i.Field = &calibration.Field{Width: 10, Height: 10, U: 0.2} },
		"bad_pixels": func(i *commissioning.Inspection) {
			i.Field = &calibration.Field{Width: 10, Height: 10, Bad: make([]calibration.Pixel, 2)}
		},
	} {
		i := good
		change(&i)
		failed := 0
		for _, v := range i.Judge() {
			if v.Pass {
				continue
			}
			failed++
			if s := v.String(); v.Name != name || !strings.HasPrefix(s, "FAIL  ") || !strings.Contains(s, v.Source) || strings.Contains(s, "_") {
				t.Errorf("%s: %s: %s", name, v.Name, s)
			}
		}
		if failed != 1 {
			t.Errorf("%s: %d verdicts fail", name, failed)
		}
	}
}

func TestReadSizes(t *testing.T) {
	points, err := commissioning.ReadSizes(strings.NewReader("pixels,true_c,read_c,surround_c\n8,37,36.9,22\n16,37,36.95,22\n32,37,36.98,22\n"))
	if err != nil || len(points) != 3 || points[1].Pixels != 16 || points[2].Reading != 36.98 {
		t.Errorf("%v, %v", points, err)
	}
	for _, text := range []string{"", "a,b,c,d\n", "pixels,true_c,read_c,surround_c\n8,37,x,22\n", "pixels,true_c,read_c,surround_c\n8,37\n"} {
		if _, err := commissioning.ReadSizes(strings.NewReader(text)); !errors.Is(err, commissioning.ErrSizes) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// Whatever is read as a table of sizes can be fitted or is refused.
func FuzzReadSizes(f *testing.F) {
	f.Add("pixels,true_c,read_c,surround_c\n8,37,36.9,22\n16,37,36.95,22\n32,37,36.98,22\n")
	f.Fuzz(func(t *testing.T, text string) {
		points, err := commissioning.ReadSizes(strings.NewReader(text))
		if err != nil {
			return
		}
		if v, err := commissioning.FitSizeOfSource(points); err == nil && !(v >= 0 && v < 0.1) {
			t.Errorf("%g", v)
		}
	})
}
