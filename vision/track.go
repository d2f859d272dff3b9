package vision

import (
	"math"
	"time"

	"lintel/firmware/thermal"
)

const (
	// maxFaces is the largest number of people followed at once.
	maxFaces = 8
	// A face is believed when it scores startScore at first and keepScore from
	// then on: a single threshold cannot have both few false faces and few
	// gaps.
	startScore = 0.6
	keepScore  = 0.3
	// confirmHits is the number of frames before a face is reported.
	confirmHits = 2
	// A face is reported while its smoothed score is at least wideScore, or
	// narrowScore where it is narrower than narrowFace of the detector's values:
	// the fewer of them, the less tells a face from a bag or a lamp.
	wideScore   = 0.5
	narrowScore = 0.6
	narrowFace  = 16
	// A face is reported from addressSize pixels on, and until it is smaller
	// than departSize; see [track.size]. Who is smaller is not addressed: a
	// face of minFaceWidth is one and a half times as near, which on a
	// 160-pixel lens of 57 degrees (Lepton 3.5) is 0.9 m against 1.4 m.
	addressSize = 16
	departSize  = 12
	// scoreSmoothing is the weight of the newest frame in that score.
	scoreSmoothing = 0.3
	// trackLifetime is how long a face may go unseen and still be the same.
	trackLifetime = 1200 * time.Millisecond
	// smoothing is the weight of the newest frame in the network's answers, and
	// wornSmoothing that in whether the forehead is bare: a head turns from one
	// frame to the next, but what is worn on it stays for longer, so more frames
	// bear witness of it.
	smoothing     = 0.5
	wornSmoothing = 0.3
	// velocityTime is over how long the velocity is taken: boxes tremble by a
	// fixed part of a pixel, which at a high frame rate would look fast.
	velocityTime = 100 * time.Millisecond
	// sameReach is how far, in face widths, a face is at most from where it was,
	// or from where it would be if it had moved on. firstReach is that of a face
	// seen once, of which nobody knows how it moves: who walks past the camera
	// moves by more than a face between frames.
	sameReach  = 0.7
	firstReach = 1.5
)

// track is a face followed from frame to frame.
type track struct {
	id          int
	hits        int
	since, last time.Duration // first reported, last seen
	told        bool          // was reported before
	near        bool          // was near enough to be measured
	seen        bool          // in the current frame
	now         candidate
	smooth      Answers // smoothed
	score       float64 // smoothed
	vx, vy      float64 // smoothed, in face widths a second
	looks       looks
}

// confirmed says whether the track is to be reported. cell is the side of a
// value of the detector in pixels.
func (t *track) confirmed(cell float64) bool {
	if size := t.size(); size < departSize || size < addressSize && !t.told {
		return false
	}
	least := wideScore
	if t.now.box.Width() < narrowFace*cell {
		least = narrowScore
	}
	return t.hits >= confirmHits && t.score >= least
}

// size tells how near a face is, in pixels: its width, and where it is turned
// aside not less than three quarters of its height, because it is narrow then
// and no further away for that.
func (t *track) size() float64 {
	width := t.now.box.Width()
	if t.now.frontal >= minFrontal {
		return width
	}
	return math.Max(width, 0.75*t.now.box.Height())
}

// speed returns how fast the face moves, in face widths a second.
func (t *track) speed() float64 { return math.Hypot(t.vx, t.vy) }

// tracker keeps the tracks of the people in view and nothing of those who
// left.
type tracker struct {
	tracks []track // capacity maxFaces
	next   int     // the last number given
}

// anybody says whether a face is reported, or was a moment ago.
func (k *tracker) anybody(cell float64) bool {
	for i := range k.tracks {
		if k.tracks[i].confirmed(cell) {
			return true
		}
	}
	return false
}

// follow matches the candidates, the best first, to the tracks. Every
// candidate scores at least keepScore.
func (k *tracker) follow(found []candidate, now time.Duration) {
	k.expire(now)
	var taken [maxCandidates]bool
	for {
		t, c := k.nearest(found, &taken, now)
		if t == nil {
			break
		}
		taken[c] = true
		t.update(found[c], now)
	}
	for i, c := range found {
		if taken[i] || c.score < startScore || len(k.tracks) == cap(k.tracks) {
			continue
		}
		k.next++
		k.tracks = append(k.tracks, track{
			id: k.next, hits: 1, since: now, last: now, seen: true,
			now: c, smooth: c.answers(), score: c.score,
		})
	}
}

// expire drops the tracks that were not seen for too long.
func (k *tracker) expire(now time.Duration) {
	alive := k.tracks[:0]
	for _, t := range k.tracks {
		if now-t.last <= trackLifetime && now >= t.last {
			t.seen = false
			alive = append(alive, t)
		}
	}
	clear(k.tracks[len(alive):])
	k.tracks = alive
}

// forget overwrites all tracks. Numbers go on.
func (k *tracker) forget() {
	clear(k.tracks[:cap(k.tracks)])
	k.tracks = k.tracks[:0]
}

// nearest returns the unseen track and the candidate not taken that are
// nearest to each other, in parts of the track's reach, nil where no two are
// near enough to be one face. Taking the nearest pair first keeps two people
// who pass each other apart.
func (k *tracker) nearest(found []candidate, taken *[maxCandidates]bool, now time.Duration) (*track, int) {
	var nearest *track
	at, least := 0, 1.0
	for i := range k.tracks {
		t := &k.tracks[i]
		if t.seen {
			continue
		}
		expected, reach := t.expected(now), sameReach
		if t.hits == 1 {
			reach = firstReach
		}
		for j := range found {
			if taken[j] {
				continue
			}
			d := math.Min(distance(expected, found[j].box), distance(t.now.box, found[j].box)) / reach
			if d < least {
				nearest, at, least = t, j, d
			}
		}
	}
	return nearest, at
}

// expected is where the face is if it has moved on as it did, for a frame or
// so.
func (t *track) expected(now time.Duration) thermal.Box {
	seconds := math.Min((now - t.last).Seconds(), velocityTime.Seconds())
	width := t.now.box.Width()
	return t.now.box.Moved(t.vx*seconds*width, t.vy*seconds*width)
}

// distance is that of the centres in widths of the wider box, with the change
// of size added.
func distance(a, b thermal.Box) float64 {
	p, q := a.Centre(), b.Centre()
	wide := math.Max(a.Width(), b.Width())
	return math.Hypot(p.X-q.X, p.Y-q.Y)/wide + math.Abs(math.Log(a.Width()/b.Width()))/2
}

func (t *track) update(c candidate, now time.Duration) {
	if dt := now - t.last; dt > 0 {
		p, q := t.now.box.Centre(), c.box.Centre()
		perWidth := 1 / (math.Max(t.now.box.Width(), c.box.Width()) * dt.Seconds())
		weight := math.Min(1, dt.Seconds()/velocityTime.Seconds())
		t.vx += weight * ((q.X-p.X)*perWidth - t.vx)
		t.vy += weight * ((q.Y-p.Y)*perWidth - t.vy)
	}
	t.smooth.follow(c.answers())
	t.score += scoreSmoothing * (c.score - t.score)
	t.now, t.last, t.seen = c, now, true
	t.hits++
}

// follow moves smoothed answers towards new ones.
func (a *Answers) follow(b Answers) {
	a.Bare += wornSmoothing * (b.Bare - a.Bare)
	a.Frontal += smoothing * (b.Frontal - a.Frontal)
	a.Down += smoothing * (b.Down - a.Down)
	a.Sharp += smoothing * (b.Sharp - a.Sharp)
	a.GlassesOverBrow += smoothing * (b.GlassesOverBrow - a.GlassesOverBrow)
}
