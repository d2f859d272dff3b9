package vision

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"lintel/firmware/thermal"
)

// period is that of a Lepton, 8.76 frames a second.
const period = 114 * time.Millisecond

func newTracker() *tracker { return &tracker{tracks: make([]track, 0, maxFaces)} }

// faceAt returns a sure, bare, frontal face 30 pixels wide and 40 high.
func faceAt(x, y float64) candidate {
	return candidate{
		box:      thermal.Box{X0: x - 15, Y0: y - 20, X1: x + 15, Y1: y + 20},
		forehead: thermal.Box{X0: x - 10, Y0: y - 15, X1: x + 10, Y1: y - 6},
		score:    0.9, bare: 0.9, frontal: 0.9, sharp: 1,
	}
}

func scored(c candidate, score float64) candidate {
	c.score = score
	return c
}

// ids returns the numbers of the tracks that are reported in this frame.
func (k *tracker) ids() []int {
	var ids []int
	for i := range k.tracks {
		if t := &k.tracks[i]; t.seen && t.confirmed(1) {
			ids = append(ids, t.id)
		}
	}
	return ids
}

// A number that has gone is never given again, whatever comes into view.
func TestTrackerNeverReusesANumber(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		k := newTracker()
		now := time.Duration(0)
		gone, alive := map[int]bool{}, map[int]bool{}
		last := 0
		for range 60 {
			now += time.Duration(rapid.IntRange(0, 700).Draw(r, "ms")) * time.Millisecond
			var found []candidate
			for range rapid.IntRange(0, maxCandidates).Draw(r, "faces") {
				c := faceAt(rapid.Float64Range(15, 105).Draw(r, "x"), rapid.Float64Range(20, 140).Draw(r, "y"))
				found = append(found, scored(c, rapid.Float64Range(keepScore, 1).Draw(r, "score")))
			}
			k.follow(found, now)
			if len(k.tracks) > maxFaces {
				r.Fatalf("%d tracks", len(k.tracks))
			}
			present := map[int]bool{}
			for i := range k.tracks {
				id := k.tracks[i].id
				if gone[id] || present[id] || !alive[id] && id <= last {
					r.Fatalf("number %d is given twice", id)
				}
				present[id] = true
			}
			for id := range alive {
				gone[id] = !present[id]
			}
			for id := range present {
				last = max(last, id)
			}
			alive = present
			if rapid.IntRange(0, 20).Draw(r, "forget") == 0 {
				for id := range alive {
					gone[id] = true
				}
				alive = map[int]bool{}
				k.forget()
			}
		}
	})
}

// A face that moves by less than half its width a frame, with the size of its
// box trembling and single frames missed, stays the same.
func TestTrackerFollows(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		k := newTracker()
		x, y := 60.0, 80.0
		missed := 1
		for n := range 100 {
			now := time.Duration(n) * period
			x = min(max(x+rapid.Float64Range(-10, 10).Draw(r, "dx"), 20), 100)
			y = min(max(y+rapid.Float64Range(-10, 10).Draw(r, "dy"), 20), 140)
			c := faceAt(x, y)
			c.box.X1 += rapid.Float64Range(-3, 3).Draw(r, "width")
			c.score = rapid.Float64Range(startScore, 1).Draw(r, "score")
			if missed == 0 && n > 2 && rapid.IntRange(0, 5).Draw(r, "missed") == 0 {
				missed++
				k.follow(nil, now)
				continue
			}
			if missed == 1 && n > 1 {
				x, y = k.tracks[0].now.box.Centre().X, k.tracks[0].now.box.Centre().Y
				c = faceAt(x, y)
			}
			missed = 0
			k.follow([]candidate{c}, now)
			if len(k.tracks) != 1 || k.tracks[0].id != 1 || !k.tracks[0].seen || k.tracks[0].since != 0 {
				r.Fatalf("frame %d: %+v", n, k.tracks)
			}
		}
	})
}

// Two people who pass each other at two thirds of a face's height and more
// keep their numbers, whichever of them the network is surer of.
func TestTrackerKeepsTwoApart(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		k := newTracker()
		apart := rapid.Float64Range(27, 60).Draw(r, "apart")
		speed := rapid.Float64Range(0, 8).Draw(r, "speed")
		upper := 0
		for n := range 12 {
			left := scored(faceAt(20+speed*float64(n), 50), rapid.Float64Range(startScore, 1).Draw(r, "left"))
			right := scored(faceAt(100-speed*float64(n), 50+apart), rapid.Float64Range(startScore, 1).Draw(r, "right"))
			found := []candidate{left, right}
			if right.score > left.score {
				found[0], found[1] = right, left
			}
			k.follow(found, time.Duration(n)*period)
			if len(k.tracks) != 2 {
				r.Fatalf("frame %d: %d tracks", n, len(k.tracks))
			}
			for i := range k.tracks {
				t := &k.tracks[i]
				if n == 0 && t.now == left {
					upper = t.id
				}
				if !t.seen || (t.now == left) != (t.id == upper) {
					r.Fatalf("frame %d: %+v", n, k.tracks)
				}
			}
		}
	})
}

// The nearest pair goes first: a face that came between does not take the
// number of the one that stands still.
func TestTrackerNearestFirst(t *testing.T) {
	k := newTracker()
	for n := range 2 {
		k.follow([]candidate{faceAt(40, 60), faceAt(80, 60)}, time.Duration(n)*period)
	}
	k.follow([]candidate{scored(faceAt(58, 60), 0.99), scored(faceAt(41, 60), 0.7)}, 2*period)
	for i, want := range []float64{41, 80, 58} {
		if tr := k.tracks[i]; tr.id != i+1 || tr.now.box.Centre().X != want {
			t.Errorf("number %d is at %v, want number %d at %v", tr.id, tr.now.box.Centre().X, i+1, want)
		}
	}
}

// Who walks past near the camera moves by more than a face between frames, and
// may stop.
func TestTrackerFollowsAWalker(t *testing.T) {
	for _, speed := range []float64{20, 35} {
		k := newTracker()
		x := -20.0
		for n := range 8 {
			if n < 6 {
				x += speed
			}
			k.follow([]candidate{faceAt(x, 60)}, time.Duration(n)*period)
			if len(k.tracks) != 1 || k.tracks[0].id != 1 || !k.tracks[0].seen {
				t.Errorf("speed %v, frame %d: %+v, want one face, number 1", speed, n, k.tracks)
			}
		}
	}
}

func TestTrackerConfirms(t *testing.T) {
	k := newTracker()
	for n, want := range []int{0, 1, 1} {
		k.follow([]candidate{faceAt(60, 80)}, time.Duration(n)*period)
		if got := len(k.ids()); got != want {
			t.Errorf("after %d frames %d faces are reported, want %d", n+1, got, want)
		}
	}
}

// A face starts at startScore and stays until keepScore.
func TestTrackerHysteresis(t *testing.T) {
	k := newTracker()
	for n, c := range []struct {
		score float64
		want  int
	}{
		{startScore - 0.01, 0},
		{startScore - 0.01, 0},
		{startScore, 0}, // the first of two
		{startScore, 1},
		{keepScore, 1},
		{startScore - 0.01, 1},
	} {
		k.follow([]candidate{scored(faceAt(60, 80), c.score)}, time.Duration(n)*period)
		if got := len(k.ids()); got != c.want {
			t.Errorf("frame %d, score %v: %d faces, want %d", n, c.score, got, c.want)
		}
	}
}

func TestTrackerLifetime(t *testing.T) {
	for _, c := range []struct {
		unseen time.Duration
		want   int // the number afterwards
	}{
		{period, 1},
		{trackLifetime, 1},
		{trackLifetime + time.Millisecond, 2},
		{time.Hour, 2},
		{-time.Second, 2}, // the source began anew
	} {
		k := newTracker()
		k.follow([]candidate{faceAt(60, 80)}, time.Minute)
		k.follow([]candidate{faceAt(60, 80)}, time.Minute+c.unseen)
		if len(k.tracks) != 1 || k.tracks[0].id != c.want {
			t.Errorf("unseen for %v: %+v, want number %d", c.unseen, k.tracks, c.want)
		}
	}
	k := newTracker()
	k.follow([]candidate{faceAt(60, 80)}, 0)
	k.follow(nil, trackLifetime+1)
	for _, tr := range k.tracks[:cap(k.tracks)] {
		if tr != (track{}) {
			t.Errorf("somebody who left is still in memory: %+v", tr)
		}
	}
}

func TestTrackerFull(t *testing.T) {
	k := newTracker()
	var found []candidate
	for n := range maxCandidates {
		found = append(found, faceAt(float64(60+200*n), 80))
	}
	k.follow(found, 0)
	if len(k.tracks) != maxFaces {
		t.Errorf("%d tracks, want %d", len(k.tracks), maxFaces)
	}
	for i := range k.tracks {
		if k.tracks[i].now != found[i] {
			t.Errorf("track %d is not the candidate %d", i, i)
		}
	}
}

// A face that walks at two widths a second is that fast at every frame rate,
// and one whose box trembles by half a pixel stands still.
func TestTrackerSpeed(t *testing.T) {
	for _, rate := range []float64{5, 8.76, 25, 60} {
		walker, still := newTracker(), newTracker()
		for n := range int(2 * rate) {
			s := float64(n) / rate
			now := time.Duration(s * float64(time.Second))
			walker.follow([]candidate{faceAt(60+2*30*s, 80)}, now)
			still.follow([]candidate{faceAt(60+0.5*float64(n%2), 80)}, now)
		}
		if v := walker.tracks[0].speed(); math.Abs(v-2) > 0.02 {
			t.Errorf("at %v frames a second it walks at %v widths a second, want 2", rate, v)
		}
		if v := still.tracks[0].speed(); v > maxSpeed/10 {
			t.Errorf("at %v frames a second it stands still at %v widths a second", rate, v)
		}
	}
	// Two frames of one moment say nothing of speed.
	k := newTracker()
	k.follow([]candidate{faceAt(60, 80)}, period)
	k.follow([]candidate{faceAt(65, 80)}, period)
	if v := k.tracks[0].speed(); v != 0 {
		t.Errorf("speed %v", v)
	}
}

// One frame's doubt is smoothed: 0.9, then 0.1, is 0.66 of what is worn.
func TestTrackerSmooths(t *testing.T) {
	k := newTracker()
	c := faceAt(60, 80)
	k.follow([]candidate{c}, 0)
	c.bare, c.frontal = 0.1, 0.5
	k.follow([]candidate{c}, period)
	if tr := k.tracks[0]; math.Abs(tr.smooth.Bare-0.66) > 1e-9 || math.Abs(tr.smooth.Frontal-0.7) > 1e-9 {
		t.Errorf("bare %v, frontal %v", tr.smooth.Bare, tr.smooth.Frontal)
	}
}

// A face of low score is followed and not reported; a small one must be surer.
func TestTrackerReportsTheSure(t *testing.T) {
	for _, c := range []struct {
		width, score float64
		want         bool
	}{
		{30, 0.55, true},
		{30, 0.45, false},
		{15, 0.65, true},
		{15, 0.55, false},
		{16, 0.55, true},
	} {
		k := newTracker()
		face := faceAt(60, 80)
		face.box.X1, face.frontal = face.box.X0+c.width, 0.1 // 40 px high, turned aside
		k.follow([]candidate{face}, 0)
		for n := range 20 {
			k.follow([]candidate{scored(face, c.score)}, time.Duration(n+1)*period)
		}
		if got := len(k.ids()) == 1; got != c.want || len(k.tracks) != 1 {
			t.Errorf("%g px wide, score %g: reported %v, %d tracks", c.width, c.score, got, len(k.tracks))
		}
	}
}

// Who is far away is not addressed, who was is followed for some way, and a
// face that is narrow because it is turned aside is no further away for that.
func TestTrackerAddressesTheNear(t *testing.T) {
	sized := func(width, height float64) candidate {
		c := faceAt(60, 80)
		c.box.X1, c.box.Y1 = c.box.X0+width, c.box.Y0+height
		return c
	}
	k := newTracker()
	for n, c := range []struct {
		width, height float64
		want          int
	}{
		{15.9, 21, 0},
		{15.9, 21, 0},
		{16, 21, 1},
		{12, 16, 1},
		{11.9, 15, 0},
		{15.9, 21, 1},
	} {
		k.follow([]candidate{sized(c.width, c.height)}, time.Duration(n)*period)
		ids := k.ids()
		if len(ids) != c.want {
			t.Errorf("frame %d, %g x %g px: %d faces, want %d", n, c.width, c.height, len(ids), c.want)
		}
		for i := range k.tracks {
			k.tracks[i].told = k.tracks[i].told || len(ids) > 0
		}
	}
	for frontal, want := range map[float64]int{0.9: 0, 0.1: 1} {
		k := newTracker()
		c := sized(12, 22)
		c.frontal = frontal
		for n := range 3 {
			k.follow([]candidate{c}, time.Duration(n)*period)
		}
		if got := len(k.ids()); got != want {
			t.Errorf("12 x 22 px, frontal %g: %d faces, want %d", frontal, got, want)
		}
	}
}
