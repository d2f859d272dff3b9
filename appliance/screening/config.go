package screening

import (
	"time"

	"lintel/appliance/policy"
	"lintel/firmware/thermal"
)

// Judge says what a reading means; [policy.Policy] is the real one.
type Judge interface {
	Judge(value thermal.Celsius, u thermal.Kelvin, room policy.Room) policy.Judgement
	// Threshold is the reading from which on a visitor is referred.
	Threshold(room policy.Room) thermal.Celsius
}

// Config holds the machine's times. [DefaultConfig] has values that suit a
// walk-up kiosk.
type Config struct {
	// Judge decides. Required.
	Judge Judge
	// WarmUp is how long the camera must have been on.
	WarmUp time.Duration
	// Readings is how many a verdict needs, 3 to 16.
	Readings int
	// ReadingAge is how long a reading counts.
	ReadingAge time.Duration
	// MaxTaken is how many readings are taken before the kiosk gives up on
	// their agreeing and being plausible.
	MaxTaken int
	// MaxSpread is the largest quartile range of the readings of one visit.
	MaxSpread thermal.Kelvin
	// Crowd is how wide another face must be, as a share of the visitor's, for
	// it not to be clear who is being screened.
	Crowd float64
	// Patience is how long a visitor is guided before the kiosk gives up.
	Patience time.Duration
	// CueHold is how long a cue must last to interrupt a measurement, or to
	// change what the visitor is asked to do: words that flicker help nobody.
	CueHold time.Duration
	// Leave is how long a visitor must be out of sight to have left.
	Leave time.Duration
	// Jump is how soon after the visitor was last seen a face found elsewhere
	// is still taken for the same person, who moved fast.
	Jump time.Duration
	// MinStay is how long somebody must have been near for a visit without
	// verdict to count as unmeasured rather than as walking past.
	MinStay time.Duration
	// Show is how long an outcome stays on the screen at least.
	Show time.Duration
	// FaultHold is how long a fault must last to put the kiosk out of service.
	// The frames themselves are never measured.
	FaultHold time.Duration
	// SearchHold is how long the reference may go unseen without a named
	// fault before that is one.
	SearchHold time.Duration
}

// DefaultConfig returns the shipped times. Judge is left empty.
func DefaultConfig() Config {
	return Config{
		WarmUp: 30 * time.Minute, Readings: 5, ReadingAge: 4 * time.Second, MaxTaken: 30, MaxSpread: 0.8, Crowd: 0.75,
		Patience: 12 * time.Second, CueHold: 400 * time.Millisecond, Leave: 1500 * time.Millisecond, Jump: 600 * time.Millisecond,
		MinStay: 800 * time.Millisecond, Show: 2500 * time.Millisecond,
		FaultHold: 500 * time.Millisecond, SearchHold: 3 * time.Second,
	}
}
