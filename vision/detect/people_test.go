package detect

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"lintel/firmware/recording"
	"lintel/firmware/sim"
	"lintel/firmware/thermal"
	"lintel/vision"
)

// The rules by which a found face is right, as the annotators of the
// recordings state them.
const (
	matchIoU     = 0.35 // with the face or the head
	overlapIoU   = 0.2  // less with every head and face is a false face
	foreheadSlop = 1.0  // pixels
)

// truth is a person who is in view.
type truth struct {
	head, face, forehead thermal.Box
	usable               bool // frontal, bare and not far
}

func (p *truth) overlap(b thermal.Box) float64 { return max(p.head.IoU(b), p.face.IoU(b)) }

// tally counts over many frames.
type tally struct {
	frames, usable, found, false_, foreheads, inside, wronglyUsable int
}

func (y *tally) add(people []truth, faces []vision.Face) {
	y.frames++
	for i := range people {
		p := &people[i]
		best, most := -1, matchIoU
		for j := range faces {
			if v := p.overlap(faces[j].Box); v >= most {
				best, most = j, v
			}
		}
		if p.usable {
			y.usable++
		}
		if best < 0 {
			continue
		}
		if p.usable {
			y.found++
		}
		if p.forehead.Area() > 0 {
			y.foreheads++
			slop := thermal.Box{X0: p.forehead.X0 - foreheadSlop, Y0: p.forehead.Y0 - foreheadSlop, X1: p.forehead.X1 + foreheadSlop, Y1: p.forehead.Y1 + foreheadSlop}
			if slop.Contains(faces[best].Forehead.Centre()) {
				y.inside++
			}
		}
	}
	for j := range faces {
		nearest, most := -1, overlapIoU
		for i := range people {
			if v := people[i].overlap(faces[j].Box); v >= most {
				nearest, most = i, v
			}
		}
		if nearest < 0 {
			y.false_++
		}
		if faces[j].Usable() && (nearest < 0 || people[nearest].forehead.Area() == 0) {
			y.wronglyUsable++
		}
	}
}

func share(n, of int) float64 { return float64(n) / float64(max(1, of)) }

func (y *tally) String() string {
	return fmt.Sprintf("%d frames: %d of %d usable faces found (%.3f), %.4f false faces a frame, forehead inside in %d of %d (%.3f), %d wrongly usable",
		y.frames, y.found, y.usable, share(y.found, y.usable), share(y.false_, y.frames), y.inside, y.foreheads, share(y.inside, y.foreheads), y.wronglyUsable)
}

// find runs the first frames of a source, or those of them that are wanted,
// through a finder; look is called after each.
func find(t *testing.T, n *Net, source thermal.Source, frames int, wanted func(frame int) bool, reference func(frame int) thermal.Circle, look func(frame int, faces []vision.Face)) {
	t.Helper()
	finder, err := vision.New(vision.Config{Detector: n, Info: source.Info()})
	if err != nil {
		t.Fatal(err)
	}
	var f thermal.Frame
	var r vision.Result
	for i := range frames {
		err := source.Next(t.Context(), &f)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if !wanted(i) {
			continue
		}
		if err := finder.Find(&f, reference(i), &r); err != nil {
			t.Fatal(err)
		}
		look(i, r.Faces)
	}
	if err := finder.Forget(); err != nil {
		t.Error(err)
	}
}

// labels is what people saw in one recording, by frame.
type labels struct {
	people map[int][]truth
	discs  map[int]thermal.Circle
}

// disc returns where the reference was annotated nearest in time.
func (l *labels) disc(frame int) thermal.Circle {
	nearest, least := thermal.Circle{}, 1<<30
	for at, c := range l.discs {
		if d := max(at-frame, frame-at); d < least || d == least && at < frame {
			nearest, least = c, d
		}
	}
	return nearest
}

// soon says whether an annotated frame comes within the next second or so.
func (l *labels) soon(frame int) bool {
	for at := range 8 {
		if _, annotated := l.people[frame+at]; annotated {
			return true
		}
	}
	return false
}

func readLabels(t *testing.T, path string) map[string]*labels {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Skipf("skipped: the figures on real faces need the field recordings in ../shared/data/recordings: %v", err)
	}
	defer file.Close()
	box := func(v []float64) thermal.Box {
		if len(v) != 4 {
			return thermal.Box{}
		}
		return thermal.Box{X0: v[0], Y0: v[1], X1: v[2], Y1: v[3]}
	}
	clips := map[string]*labels{}
	for lines := json.NewDecoder(file); ; {
		var in struct {
			Clip    string
			Frame   int
			Persons []struct {
				Head, Face, Forehead []float64
				Pose, Size           string
			}
			Disc *struct{ CX, CY, R float64 }
		}
		if err := lines.Decode(&in); errors.Is(err, io.EOF) {
			return clips
		} else if err != nil {
			t.Fatal(err)
		}
		l := clips[in.Clip]
		if l == nil {
			l = &labels{map[int][]truth{}, map[int]thermal.Circle{}}
			clips[in.Clip] = l
		}
		l.people[in.Frame] = []truth{}
		for _, p := range in.Persons {
			l.people[in.Frame] = append(l.people[in.Frame], truth{
				box(p.Head), box(p.Face), box(p.Forehead),
				p.Pose == "frontal" && p.Size != "far" && p.Forehead != nil,
			})
		}
		if in.Disc != nil {
			l.discs[in.Frame] = thermal.Circle{X: in.Disc.CX, Y: in.Disc.CY, R: in.Disc.R}
		}
	}
}

// On the annotated frames of the field recordings, the frames of the second
// before having gone through the same finder. The shipped network was trained on
// these recordings, so the bounds say that nothing broke; what it finds of
// people it never saw is in MODEL.md.
func TestFieldRecordings(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped: the figures on real faces take the network through 33 recordings")
	}
	folder := filepath.Join("..", "..", "..", "shared", "data", "recordings")
	clips := readLabels(t, filepath.Join(folder, "labels.jsonl"))
	n := open(t)
	var y tally
	for clip, l := range clips {
		source, err := recording.Open(filepath.Join(folder, clip+".cptv"), recording.Config{Mounting: thermal.Mounting{Rotate: 90}})
		if err != nil {
			t.Fatal(err)
		}
		last := 0
		for frame := range l.people {
			last = max(last, frame)
		}
		find(t, n, source, last+1, l.soon, l.disc, func(frame int, faces []vision.Face) {
			if people, annotated := l.people[frame]; annotated {
				y.add(people, faces)
			}
		})
		if err := source.Close(); err != nil {
			t.Error(err)
		}
	}
	t.Log(&y)
	if y.frames < 250 || y.usable < 60 || y.foreheads < 60 {
		t.Errorf("too little to judge by: %v", &y)
	}
	if share(y.found, y.usable) < 0.95 || share(y.false_, y.frames) > 0.02 || share(y.inside, y.foreheads) < 0.93 || y.wronglyUsable > 1 {
		t.Errorf("%v; want 0.95 found, at most 0.02 false faces a frame, 0.93 inside, at most 1 wrongly usable", &y)
	}
}

// On simulated people, at the size of a Lepton and at twice that, where the
// image is averaged down. They are simpler than real ones: the bounds show that
// sizes and scales fit together from the source to the faces.
func TestSimulatedPeople(t *testing.T) {
	n := open(t)
	for _, c := range []struct {
		scene       string
		scale       int
		found       float64 // at least
		falseFaces  float64 // a frame, at most
		inside      float64 // at least
		atLeastSeen int     // usable faces
	}{
		{"normal", 1, 0.9, 0.02, 0.9, 40},
		{"normal", 2, 0.9, 0.02, 0.9, 40},
		{"empty", 1, 0, 0.02, 0, 0},
	} {
		source, err := sim.Open(sim.Config{Scene: c.scene, Seed: 5, Width: 120 * c.scale, Height: 160 * c.scale})
		if err != nil {
			t.Fatal(err)
		}
		var y tally
		every := func(int) bool { return true }
		disc := func(int) thermal.Circle { return source.Truth().Disc }
		find(t, n, source, 120, every, disc, func(_ int, faces []vision.Face) {
			var people []truth
			for _, p := range source.Truth().People {
				people = append(people, truth{p.Head, p.Face, p.Forehead, p.Pose == sim.Frontal && p.Size != sim.Far && p.Forehead.Area() > 0})
			}
			y.add(people, faces)
		})
		t.Logf("%s, %dx%d: %v", c.scene, 120*c.scale, 160*c.scale, &y)
		if y.usable < c.atLeastSeen || share(y.false_, y.frames) > c.falseFaces ||
			y.usable > 0 && (share(y.found, y.usable) < c.found || share(y.inside, y.foreheads) < c.inside) {
			t.Errorf("%s, %dx%d: %v; want %+v", c.scene, 120*c.scale, 160*c.scale, &y, c)
		}
		if err := source.Close(); err != nil {
			t.Error(err)
		}
	}
}

// BenchmarkFind is what a frame costs the appliance, the network included.
func BenchmarkFind(b *testing.B) {
	source, err := sim.Open(sim.Config{Scene: "normal", Seed: 5})
	if err != nil {
		b.Fatal(err)
	}
	finder, err := vision.New(vision.Config{Detector: open(b), Info: source.Info()})
	if err != nil {
		b.Fatal(err)
	}
	var f thermal.Frame
	var r vision.Result
	seen := 0
	for standing := false; !standing; {
		if err := source.Next(b.Context(), &f); err != nil {
			b.Fatal(err)
		}
		people := source.Truth().People
		standing = len(people) == 1 && people[0].Size == sim.Near && people[0].Pose == sim.Frontal
	}
	b.ReportAllocs()
	for b.Loop() {
		f.Time += 114 * time.Millisecond
		if err := finder.Find(&f, source.Truth().Disc, &r); err != nil {
			b.Fatal(err)
		}
		seen += len(r.Faces)
	}
	if seen == 0 && b.N > 2 {
		b.Fatal("nobody is there to be found")
	}
}
