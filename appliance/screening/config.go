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
	// Early, Readings and Limit bound the readings of a verdict, 3 to 16 each:
	// Early are enough far from the threshold, Readings elsewhere if they tell
	// the side; at Limit the median decides.
	Early, Readings, Limit int
	// Far is how far from the threshold all of Early readings must be to be
	// enough.
	Far thermal.Kelvin
	// Drift is the largest difference between the first and the second half of
	// the readings of somebody who stands, and the furthest that Early readings
	// may move toward the threshold.
	Drift thermal.Kelvin
	// CalmAfter is how long after the first reading the median of at least
	// Readings decides if its standard error is Calm at most: what is left
	// comes from how the visitor stands, and more readings would share it.
	// After LimitAfter it decides in any case.
	CalmAfter, LimitAfter time.Duration
	Calm                  thermal.Kelvin
	// Certainty is the number of standard errors by which the median must clear
	// the threshold; Noise is the least standard deviation of single readings
	// that is believed.
	Certainty float64
	Noise     thermal.Kelvin
	// Repeatability is the standard deviation of single readings of a visitor
	// that U allows for, whatever these readings show.
	Repeatability thermal.Kelvin
	// MaxError is the largest standard error of the median, by the scatter of
	// its readings, for a verdict. With the uncertainty of 0.4 K that readings
	// have in common it comes to the 0.5 K that U may be.
	MaxError thermal.Kelvin
	// ReadingAge is how long a reading counts.
	ReadingAge time.Duration
	// MaxTaken is how many readings are taken before the kiosk gives up on
	// their agreeing and being plausible.
	MaxTaken int
	// Crowd is how wide another face must be, as a share of the visitor's, for
	// it not to be clear who is being screened.
	Crowd float64
	// Patience is how long a visitor is guided before the kiosk gives up.
	Patience time.Duration
	// CueHold is how long a cue must last to interrupt a measurement, or to
	// change what the visitor is asked to do: words that flicker help nobody.
	CueHold time.Duration
	// Leave is how long a visitor who has an outcome must be out of sight or
	// too far away to have left. One without is gone after Lost: nobody can tell
	// that who comes back then is the same person, so readings of one must not
	// go together with those of the other.
	Leave, Lost time.Duration
	// Jump is how soon after the visitor was last seen a face found elsewhere
	// is still taken for the same person, who moved fast.
	Jump time.Duration
	// Tries is how often a visitor may try again who was not measured for a
	// cause that can be seen to be put right.
	Tries int
	// Stall is how long without a frame nobody is taken for the same person.
	Stall time.Duration
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
		WarmUp: 30 * time.Minute,
		Early:  3, Readings: 5, Limit: 16, Far: 0.5, Drift: 0.3, CalmAfter: 650 * time.Millisecond, LimitAfter: 2 * time.Second, Calm: 0.05, Certainty: 3, Noise: 0.02, Repeatability: 0.15, MaxError: 0.15,
		Tries: 2, Stall: 4 * time.Second,
		ReadingAge: 4 * time.Second, MaxTaken: 30, Crowd: 0.75,
		Patience: 12 * time.Second, CueHold: 400 * time.Millisecond, Leave: 1500 * time.Millisecond, Lost: 600 * time.Millisecond, Jump: 600 * time.Millisecond,
		MinStay: 800 * time.Millisecond, Show: 2500 * time.Millisecond,
		FaultHold: 500 * time.Millisecond, SearchHold: 3 * time.Second,
	}
}
