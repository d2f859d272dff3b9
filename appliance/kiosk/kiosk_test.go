package kiosk

import (
	"math"
	"slices"
	"strings"
	"testing"

	"lintel/appliance/kiosk/kiosktest"
	"lintel/appliance/policy"
	"lintel/appliance/screening"
	"lintel/calibration"
	"lintel/firmware/thermal"
	"lintel/ui"
	"lintel/vision"
)

// watcher takes everything that the loop gives away.
type watcher struct {
	views    []ui.View
	mirrors  int
	mirror   ui.Mirror // the last, its memory borrowed
	wiped    bool      // the last was the zero Mirror
	counted  []screening.Verdict
	steps    []screening.Step
	faults   []string
	frames   []uint64
	borrowed *thermal.Frame
	laps     []Stage
	check    func(r *Report)
}

func (w *watcher) Show(v ui.View) { w.views = append(w.views, v) }

func (w *watcher) ShowMirror(m ui.Mirror) {
	w.mirrors++
	w.mirror, w.wiped = m, m.Width == 0 && len(m.Body) == 0 && len(m.Faces) == 0
}

func (w *watcher) Add(v screening.Verdict) { w.counted = append(w.counted, v) }

func (w *watcher) Observe(r *Report) {
	w.steps = append(w.steps, r.Step)
	w.frames = append(w.frames, r.Frame.Sequence)
	w.faults = append(w.faults, FaultName(r.Reference.Fault))
	w.borrowed = r.Frame
	if w.check != nil {
		w.check(r)
	}
}

func (w *watcher) Lap(s Stage) { w.laps = append(w.laps, s) }

// verdicts returns how the visits ended.
func (w *watcher) verdicts() (all []screening.Verdict) {
	for _, s := range w.steps {
		if s.Verdict != 0 {
			all = append(all, s.Verdict)
		}
	}
	return all
}

func stage(t *testing.T, scene string, frames int) *kiosktest.Stage {
	t.Helper()
	s, err := kiosktest.Open(scene, frames)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// config returns a kiosk's rooms; all of its results go to the watcher.
func config(t *testing.T, source thermal.Source, detector vision.Detector, w *watcher) Config {
	t.Helper()
	c := calibration.DefaultConfig()
	c.Reference.Temperature = 37
	reference, err := calibration.New(c, source.Info())
	if err != nil {
		t.Fatal(err)
	}
	finder, err := vision.New(vision.Config{Detector: detector, Info: source.Info()})
	if err != nil {
		t.Fatal(err)
	}
	judge, err := policy.New(policy.Config{Site: policy.Forehead})
	if err != nil {
		t.Fatal(err)
	}
	steps := screening.DefaultConfig()
	steps.Judge, steps.WarmUp = judge, 0
	machine, err := screening.New(steps)
	if err != nil {
		t.Fatal(err)
	}
	return Config{
		Source: source, Reference: reference, Finder: finder, Machine: machine, Site: policy.Forehead, Reader: judge,
		Screen: w, Tally: w, Observer: w, Stopwatch: w,
	}
}

func start(t *testing.T, c Config) *Kiosk {
	t.Helper()
	k, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// screen runs a whole scene.
func screen(t *testing.T, scene string, frames int) *watcher {
	t.Helper()
	s, w := stage(t, scene, frames), &watcher{}
	if err := start(t, config(t, s, s, w)).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(w.frames) != frames {
		t.Fatalf("%d frames were observed, want %d", len(w.frames), frames)
	}
	return w
}

// Who comes is screened as the scene has it, once, and counted once.
func TestVisitorsAreScreened(t *testing.T) {
	for _, c := range []struct {
		scene  string
		frames int
		want   screening.Verdict // of every visit; 0 for no visit
		reason screening.Reason
	}{
		{"normal", 60, screening.Pass, 0},
		{"febrile", 60, screening.Refer, 0},
		{"cold", 90, screening.NotMeasured, screening.TooCold},
		{"hat", 90, screening.NotMeasured, screening.ForeheadCovered},
		{"far", 60, 0, 0},
		{"empty", 20, 0, 0},
		{"no-reference", 60, 0, 0},
	} {
		t.Run(c.scene, func(t *testing.T) {
			w := screen(t, c.scene, c.frames)
			got := w.verdicts()
			if (len(got) == 0) != (c.want == 0) || slices.ContainsFunc(got, func(v screening.Verdict) bool { return v != c.want }) {
				t.Errorf("the visits ended %v, want %v", got, c.want)
			}
			if !slices.Equal(got, w.counted) {
				t.Errorf("the visits ended %v, counted were %v", got, w.counted)
			}
			for _, s := range w.steps {
				if s.Verdict == screening.NotMeasured && s.Reason != c.reason {
					t.Errorf("a visit was not measured for %v, want %v", s.Reason, c.reason)
				}
			}
		})
	}
}

// The forehead of the simulated visitor is at 34.8 degC, read within the
// uncertainty that is stated with it.
func TestReadingIsTheForeheads(t *testing.T) {
	n := 0
	for _, s := range screen(t, "normal", 50).steps {
		if s.Verdict == screening.Pass {
			n++
			if d := math.Abs(float64(s.Value) - 34.8); d > float64(s.U) || s.U > 0.5 || s.Readings < 3 {
				t.Errorf("%v +- %v of %d readings", s.Value, s.U, s.Readings)
			}
		}
	}
	if n == 0 {
		t.Error("nobody was measured")
	}
}

// Whatever happens to the reference: a verdict rests on a frame with a valid
// one, and a frame without one has no reading.
func TestNoVerdictWithoutReference(t *testing.T) {
	for _, scene := range []string{"reference-moves", "reference-occluded", "reference-cold", "ffc"} {
		s, w := stage(t, scene, 150), &watcher{}
		w.check = func(r *Report) {
			if r.Reference.OK {
				return
			}
			if v := r.Step.Verdict; v == screening.Pass || v == screening.Refer {
				t.Errorf("%s, frame %d: %v without a reference", scene, r.Frame.Sequence, v)
			}
			if r.Step.Readings > 0 {
				t.Errorf("%s, frame %d: a reading without a reference", scene, r.Frame.Sequence)
			}
		}
		if err := start(t, config(t, s, s, w)).Run(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

// The screen gets one view and one mirror a frame, in the words of the step, and
// nothing of a reading.
func TestScreen(t *testing.T) {
	s, w := stage(t, "normal", 50), &watcher{}
	bodies := 0
	w.check = func(r *Report) {
		v, m := w.views[len(w.views)-1], w.mirror
		if v.State != r.Step.State.String() || v.Guidance != r.Step.Guidance.String() || v.Source != "sim" || v.Progress != r.Step.Progress {
			t.Errorf("frame %d: view %+v of step %+v", r.Frame.Sequence, v, r.Step)
		}
		if m.Width == 0 || m.Height == 0 || len(m.Faces) != len(r.Faces) || len(m.Body) != (m.Width+7)/8*m.Height {
			t.Errorf("frame %d: mirror of %dx%d, %d bytes, %d faces", r.Frame.Sequence, m.Width, m.Height, len(m.Body), len(m.Faces))
		}
		if slices.ContainsFunc(m.Body, func(b byte) bool { return b != 0 }) {
			bodies++
		}
	}
	c := config(t, s, s, w)
	c.Label = "sim"
	if err := start(t, c).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	// One more of each at the end.
	if len(w.views) != 51 || w.mirrors != 51 || bodies == 0 {
		t.Errorf("%d views, %d mirrors, %d bodies", len(w.views), w.mirrors, bodies)
	}
	for i := 1; i < len(w.frames); i++ {
		if w.frames[i] != w.frames[i-1]+1 {
			t.Errorf("frame %d was observed after %d", w.frames[i], w.frames[i-1])
		}
	}
}

func TestVoluntaryCountsNothing(t *testing.T) {
	s, w := stage(t, "normal", 50), &watcher{}
	c := config(t, s, s, w)
	c.Voluntary = true
	if err := start(t, c).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(w.verdicts()) == 0 || len(w.counted) != 0 {
		t.Errorf("the visits ended %v, counted were %v", w.verdicts(), w.counted)
	}
	for _, v := range w.views {
		if !v.Voluntary {
			t.Fatal("the page is not told that the result is the visitor's alone")
		}
	}
}

// Nobody needs to watch.
func TestRunsAlone(t *testing.T) {
	s := stage(t, "normal", 40)
	c := config(t, s, s, &watcher{})
	c.Screen, c.Tally, c.Observer, c.Stopwatch = nil, nil, nil, nil
	if err := start(t, c).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestStagesComeInTheirOrder(t *testing.T) {
	w := screen(t, "empty", 3)
	want := []Stage{StageRead, StageReference, StageFind, StageMeasure, StageScreen, StageShow}
	if want = slices.Concat(want, want, want); !slices.Equal(w.laps, want) {
		t.Errorf("the stages were %v", w.laps)
	}
}

func TestNewRefuses(t *testing.T) {
	for name, spoil := range map[string]func(c *Config){
		"no source":    func(c *Config) { c.Source = nil },
		"no reference": func(c *Config) { c.Reference = nil },
		"no finder":    func(c *Config) { c.Finder = nil },
		"no machine":   func(c *Config) { c.Machine = nil },
		"no reader":    func(c *Config) { c.Reader = nil },
		"no site":      func(c *Config) { c.Site = policy.SiteUnknown },
		"unknown site": func(c *Config) { c.Site = 99 },
	} {
		s := stage(t, "empty", 1)
		c := config(t, s, s, &watcher{})
		spoil(&c)
		if k, err := New(c); err == nil || k != nil || !strings.HasPrefix(err.Error(), "cannot ") {
			t.Errorf("%s: New returned %v, %v", name, k, err)
		}
	}
}

func TestWords(t *testing.T) {
	for r := vision.Usable; r.String() != "unknown"; r++ {
		if cue(r) == 0 || (cue(r) == screening.CueNone) != (r == vision.Usable) {
			t.Errorf("%v becomes cue %v", r, cue(r))
		}
	}
	if cue(0) != 0 {
		t.Error("an unknown reason is a cue")
	}
	for f, want := range map[calibration.Fault]string{
		calibration.FaultUnknown: "", calibration.FaultNone: "",
		calibration.FaultMissing: "reference_missing", calibration.FaultMoved: "reference_moved",
	} {
		if got := FaultName(f); got != want {
			t.Errorf("%v is called %q, want %q", f, got, want)
		}
	}
	for s := StageRead; s <= StageShow; s++ {
		if s.String() == "unknown" {
			t.Errorf("stage %d has no name", s)
		}
	}
}
