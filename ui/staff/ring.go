package staff

import (
	"encoding/json"
	"math"
	"sync"
	"time"
)

// Point is how the reference and the camera were in one minute. NaN stands for
// what is not known.
type Point struct {
	// OffsetK is what the camera is off at the reference, in kelvin.
	OffsetK float64
	// UncertaintyK is the expanded uncertainty (k = 2) of a reading of skin.
	UncertaintyK float64
	// RoomC is the temperature of the room in degrees Celsius.
	RoomC float64
	// Fault names what was wrong; empty for nothing.
	Fault string
}

// MaxTerms is how many terms a budget has at most.
const MaxTerms = 12

// Budget are the terms of an uncertainty; those that are not used have no name.
type Budget [MaxTerms]Term

// Term is one term of an uncertainty: its name and its standard uncertainty
// (k = 1) in kelvin.
type Term struct {
	Name string  `json:"name"`
	UK   float64 `json:"u_k"`
}

// ringMinutes is how far the ring reaches back: a day.
const ringMinutes = 24 * 60

// Ring keeps the last day's points, one a minute, in memory alone. Nothing in
// it is about a visitor. The zero Ring is empty and ready for use.
type Ring struct {
	mu     sync.Mutex
	newest int64 // minutes since the source began
	filled bool
	points [ringMinutes]Point
	there  [ringMinutes]bool
	budget Budget
}

// Note makes p the point of its minute, at being the frame's time. It is
// called once a frame, does not block for long and does not allocate.
func (r *Ring) Note(at time.Duration, p Point) {
	minute := max(0, int64(at/time.Minute))
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.filled && minute < r.newest {
		// Time went back: another source.
		clear(r.there[:])
		r.filled = false
	}
	if r.filled {
		// Minutes without a frame are gaps.
		for m := max(r.newest+1, minute-ringMinutes+1); m <= minute; m++ {
			r.there[m%ringMinutes] = false
		}
	}
	r.newest, r.filled = minute, true
	slot := minute % ringMinutes
	if r.there[slot] && r.points[slot].Fault != "" && p.Fault == "" {
		// A fault of this minute stays to be seen.
		p.Fault = r.points[slot].Fault
	}
	r.points[slot], r.there[slot] = p, true
}

// NoteBudget makes b the terms of the present uncertainty.
func (r *Ring) NoteBudget(b *Budget) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.budget = *b
}

// Terms returns the terms that were noted last.
func (r *Ring) Terms() []Term {
	r.mu.Lock()
	defer r.mu.Unlock()
	terms := []Term{}
	for _, t := range r.budget {
		if t.Name != "" {
			terms = append(terms, t)
		}
	}
	return terms
}

// point is a Point as the page gets it; null stands for what is not known.
type point struct {
	MinutesAgo   int64    `json:"minutes_ago"`
	OffsetK      *float64 `json:"offset_k"`
	UncertaintyK *float64 `json:"uncertainty_k"`
	RoomC        *float64 `json:"room_c"`
	Fault        string   `json:"fault"`
}

// MarshalJSON writes the points, the oldest first.
func (r *Ring) MarshalJSON() ([]byte, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	out := []point{}
	for ago := int64(ringMinutes) - 1; ago >= 0 && r.filled; ago-- {
		minute := r.newest - ago
		if minute < 0 || !r.there[minute%ringMinutes] {
			continue
		}
		p := &r.points[minute%ringMinutes]
		out = append(out, point{ago, known(p.OffsetK), known(p.UncertaintyK), known(p.RoomC), p.Fault})
	}
	return json.Marshal(out)
}

func known(v float64) *float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return nil
	}
	v = math.Round(v*1000) / 1000
	return &v
}
