package calibration

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lintel/firmware/recording"
	"lintel/firmware/thermal"
)

// recordings returns the field recordings and the annotated discs, by clip and
// frame. It skips the test where the data is not there.
func recordings(t *testing.T) ([]string, map[string]map[int]thermal.Circle) {
	t.Helper()
	folder := filepath.Join("..", "..", "shared", "data", "recordings")
	files, _ := filepath.Glob(filepath.Join(folder, "*.cptv"))
	if len(files) == 0 {
		t.Skipf("SKIPPED: the test of the reference on real recordings needs %s", folder)
	}
	if raceEnabled && len(files) > 3 {
		t.Log("with the race detector only three recordings are played")
		files = files[:3]
	}
	file, err := os.Open(filepath.Join(folder, "labels.jsonl"))
	if err != nil {
		t.Skipf("SKIPPED: the test of the reference on real recordings needs its labels: %v", err)
	}
	defer file.Close()
	discs := map[string]map[int]thermal.Circle{}
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		var l struct {
			Clip  string
			Frame int
			Disc  *struct{ Cx, Cy, R float64 }
		}
		if err := json.Unmarshal(lines.Bytes(), &l); err != nil {
			t.Fatal(err)
		}
		if l.Disc == nil {
			continue
		}
		if discs[l.Clip] == nil {
			discs[l.Clip] = map[int]thermal.Circle{}
		}
		discs[l.Clip][l.Frame] = thermal.Circle{X: l.Disc.Cx, Y: l.Disc.Cy, R: l.Disc.R}
	}
	return files, discs
}

func clipName(path string) string { return strings.TrimSuffix(filepath.Base(path), ".cptv") }

// play shows every frame of a recording, upright.
func play(t *testing.T, path string, each func(n int, info thermal.Info, f *thermal.Frame)) {
	t.Helper()
	source, err := recording.Open(path, recording.Config{Mounting: thermal.Mounting{Rotate: 90}})
	if err != nil {
		t.Fatal(err)
	}
	defer source.Close()
	var f thermal.Frame
	for n := 0; ; n++ {
		err := source.Next(t.Context(), &f)
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		each(n, source.Info(), &f)
	}
}

// anyDisc returns one of the discs of a clip: it never moves.
func anyDisc(discs map[int]thermal.Circle) thermal.Circle {
	for _, c := range discs {
		return c
	}
	return thermal.Circle{}
}

// paintOut fills a disc from its surround: every pixel gets the mean of the
// ring outside, weighted by its nearness.
func paintOut(f *thermal.Frame, c thermal.Circle) {
	const directions = 32
	var level, x, y [directions]float64
	n := 0
	for k := range directions {
		sin, cos := math.Sincos(2 * math.Pi * float64(k) / directions)
		px, py := c.X+(c.R+1)*cos, c.Y+(c.R+1)*sin
		if px < 0 || py < 0 || int(px) >= f.Width || int(py) >= f.Height {
			continue
		}
		level[n], x[n], y[n] = float64(f.At(int(px), int(py))), px, py
		n++
	}
	for j := max(int(c.Y-c.R), 0); j <= min(int(c.Y+c.R), f.Height-1); j++ {
		for i := max(int(c.X-c.R), 0); i <= min(int(c.X+c.R), f.Width-1); i++ {
			px, py := float64(i)+0.5, float64(j)+0.5
			if math.Hypot(px-c.X, py-c.Y) > c.R {
				continue
			}
			var sum, weights float64
			for k := range n {
				w := 1 / (0.01 + (px-x[k])*(px-x[k]) + (py-y[k])*(py-y[k]))
				sum += w * level[k]
				weights += w
			}
			f.Counts[j*f.Width+i] = uint16(math.Round(sum / weights))
		}
	}
}

func TestReferenceOnRecordings(t *testing.T) {
	t.Parallel()
	files, discs := recordings(t)
	labels, hits, frames, ok := 0, 0, 0, 0
	worst := 0.0
	for _, path := range files {
		clip := clipName(path)
		known := anyDisc(discs[clip])
		var tr *Tracker
		play(t, path, func(n int, info thermal.Info, f *thermal.Frame) {
			if tr == nil {
				tr = tracker(t, info, nil)
			}
			r := tr.Observe(f).Reference
			frames++
			if r.OK {
				ok++
			} else if n >= 2 {
				t.Errorf("%s frame %d: %v", clip, n, r.Fault)
			}
			if r.Found {
				off := math.Hypot(r.Circle.X-known.X, r.Circle.Y-known.Y)
				worst = math.Max(worst, off)
				if off > 2 {
					t.Errorf("%s frame %d: the reference is taken to be at %.1f, %.1f", clip, n, r.Circle.X, r.Circle.Y)
				}
			}
			if c, labelled := discs[clip][n]; labelled {
				labels++
				if r.Found && math.Hypot(r.Circle.X-c.X, r.Circle.Y-c.Y) <= 2 {
					hits++
				}
			}
		})
	}
	t.Logf("%d recordings, %d frames: in order in %d; within 2 px in %d of %d labelled frames, largest distance %.2f px",
		len(files), frames, ok, hits, labels, worst)
	if float64(hits) < 0.99*float64(labels) {
		t.Errorf("found in %d of %d labelled frames, want 99 %%", hits, labels)
	}
}

func TestNothingElseIsTakenForTheReference(t *testing.T) {
	t.Parallel()
	files, discs := recordings(t)
	frames := 0
	for i, path := range files {
		clip := clipName(path)
		hole := anyDisc(discs[clip])
		hole.R *= []float64{1.2, 1.5, 2}[i%3]
		var tr *Tracker
		play(t, path, func(n int, info thermal.Info, f *thermal.Frame) {
			if tr == nil {
				tr = tracker(t, info, nil)
			}
			paintOut(f, hole)
			o := tr.Observe(f)
			frames++
			if o.Reference.Fault == FaultUnknown && !o.Reference.Found {
				return // looks round for one frame
			}
			if o.Reference.Found || o.Scale.Valid() || o.Reference.Fault != FaultMissing {
				t.Errorf("%s frame %d: %+v", clip, n, o.Reference)
			}
		})
	}
	t.Logf("%d recordings, %d frames without the reference", len(files), frames)
}

// Every criterion keeps its distance on every camera: the reference uses at most
// 80 % of each bound, and whatever else is in view breaks one by 10 % or moves.
func TestMarginsOnRecordings(t *testing.T) {
	skipWithRace(t)
	t.Parallel()
	if testing.Short() {
		t.Skip("SKIPPED: the margins on real recordings are not measured in short mode")
	}
	files, discs := recordings(t)
	const persistence = 3
	type margin struct {
		frames   int
		disc     [criteria]float64 // largest ratios of the reference
		impostor float64           // least of the largest ratio elsewhere
		still    float64           // the same, of those that stay in place
	}
	margins := map[string]*margin{}
	for _, path := range files {
		clip := clipName(path)
		known := anyDisc(discs[clip])
		var tr *Tracker
		var before [persistence - 1][]disc
		play(t, path, func(n int, info thermal.Info, f *thermal.Frame) {
			if tr == nil {
				tr = tracker(t, info, nil)
			}
			m := margins[info.Serial]
			if m == nil {
				m = &margin{impostor: math.Inf(1), still: math.Inf(1)}
				margins[info.Serial] = m
			}
			m.frames++
			tr.probe.frame = f
			now := before[n%(persistence-1)][:0]
			earlier := before[(n+1)%(persistence-1)]
			for _, c := range tr.first.search.run(f, tr.first.image()) {
				d, ok := tr.probe.measure(c.circle, tr.first.least/2)
				if !ok {
					continue
				}
				if math.Hypot(d.circle.X-known.X, d.circle.Y-known.Y) < 3 {
					for i, r := range d.ratios(tr.first.least) {
						m.disc[i] = math.Max(m.disc[i], r)
					}
					continue
				}
				if tr.first.objection(&d) != FaultNone {
					continue
				}
				worst := d.worst(tr.first.least)
				m.impostor = math.Min(m.impostor, worst)
				now = append(now, d)
				for _, e := range earlier {
					var p pending
					p.add(&e, FaultNone, tr.first.maxStep())
					p.add(&d, FaultNone, tr.first.maxStep())
					if p.count == 2 {
						m.still = math.Min(m.still, math.Max(worst, e.worst(tr.first.least)))
					}
				}
			}
			before[n%(persistence-1)] = now
		})
	}
	for camera, m := range margins {
		t.Logf("camera %s, %d frames; best impostor in one frame %.2f, in two frames at one place %.2f", camera, m.frames, m.impostor, m.still)
		for i, name := range criterionNames() {
			t.Logf("  %-10s reference at most %.2f of the bound", name, m.disc[i])
			if m.disc[i] > 0.8 {
				t.Errorf("camera %s: the reference uses %.2f of the bound of %s", camera, m.disc[i], name)
			}
		}
		if m.still < 1.1 {
			t.Errorf("camera %s: another object that stays in place comes within %.2f of the bounds", camera, m.still)
		}
	}
}
