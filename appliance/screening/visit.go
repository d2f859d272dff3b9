package screening

import (
	"slices"
	"time"

	"lintel/firmware/thermal"
)

const (
	// maxReadings bounds the readings of a visit: Config.MaxTaken must not be
	// larger.
	maxReadings = 32
	// maxOthers bounds the other people in view that a visit remembers.
	maxOthers = 8
)

type reading struct {
	time  time.Duration
	value thermal.Celsius
	u     thermal.Kelvin
}

// visit is everything known of the person being screened. It is overwritten
// when the visit ends.
type visit struct {
	active   bool
	decided  bool
	track    int
	began    time.Duration // first frame in which the face was found
	near     time.Duration // first frame in which it was near enough
	lastSeen time.Duration
	frames   int
	readings [maxReadings]reading
	count    int
	taken    int           // readings in all
	first    time.Duration // of the first reading
	tries    int
	blocked  bool          // given up on before it could be measured
	steady   time.Duration // since when every frame was a reading
	why      Reason        // why the readings so far gave no verdict; 0 for too few
	cues     [cueCount]int // frames by what was in the way
	asked    [cueCount]int // frames by what the visitor was told
	// others are the tracks that were in view together with this one, and so
	// belong to other people.
	others     [maxOthers]int
	otherCount int
	// cue is the latest, since cueSince; shown is the one whose guidance is on
	// the screen, and readable when there was a reading last.
	cue, shown Cue
	cueSince   time.Duration
	readable   time.Duration
}

func (v *visit) isOther(track int) bool {
	return slices.Contains(v.others[:v.otherCount], track)
}

// meet remembers everybody else in view.
func (v *visit) meet(faces []Face) {
	for _, f := range faces {
		if f.Track != v.track && !v.isOther(f.Track) && v.otherCount < maxOthers {
			v.others[v.otherCount] = f.Track
			v.otherCount++
		}
	}
}

// see takes in the subject's face of one frame.
func (v *visit) see(f *Face, now time.Duration) {
	v.track, v.lastSeen = f.Track, now
	v.frames++
	v.cues[f.Cue]++
	if f.Cue != v.cue {
		v.cue, v.cueSince = f.Cue, now
	}
	if f.Cue != CueNone {
		v.steady = 0
		return
	}
	if v.steady == 0 {
		v.steady = now
	}
	v.readable = now
	if v.taken == 0 {
		v.first = now
	}
	v.taken++
	if v.count == maxReadings {
		// Only once it is decided: then nobody looks at them any more.
		return
	}
	v.readings[v.count] = reading{now, f.Value, f.U}
	v.count++
}

// expire drops readings that are older than age.
func (v *visit) expire(now, age time.Duration) {
	keep := v.readings[:0]
	for _, r := range v.readings[:v.count] {
		if now-r.time <= age {
			keep = append(keep, r)
		}
	}
	v.count = len(keep)
}

// quantile interpolates between the sorted values.
func quantile(sorted []float64, q float64) float64 {
	at := q * float64(len(sorted)-1)
	i := int(at)
	if i+1 >= len(sorted) {
		return sorted[len(sorted)-1]
	}
	return sorted[i] + (at-float64(i))*(sorted[i+1]-sorted[i])
}

// mainCue returns what the visitor was told for the longest, so that the
// reason is the words that were on the screen: who turns away on leaving was
// not refused for that. Where nothing was told, it is what cost the most frames.
func (v *visit) mainCue() Cue {
	if c := most(&v.asked); c != 0 {
		return c
	}
	return most(&v.cues)
}

// most returns the cue of the most frames but CueNone, 0 for none.
func most(frames *[cueCount]int) Cue {
	best := Cue(0)
	for c := CueTooFar; c < cueCount; c++ {
		if frames[c] > 0 && (best == 0 || frames[c] > frames[best]) {
			best = c
		}
	}
	return best
}
