package ui

import (
	"math"

	"lintel/ui/stream"
)

// Mirror is what a visitor sees of himself; see [stream.Mirror].
type Mirror = stream.Mirror

// View is what the kiosk page shows. All words are the snake_case names of the
// state machine. The page shows a state it does not know, the empty one
// included, as out of service.
type View struct {
	// State is the state of the kiosk: starting, warming_up, ready, guiding,
	// measuring, passed, referred, unmeasured, clearing or out_of_service.
	State string `json:"state"`
	// Guidance is what the visitor is asked to do; empty for nothing.
	Guidance string `json:"guidance"`
	// Reason says why nothing could be measured, or what is wrong while out of
	// service; empty otherwise.
	Reason string `json:"reason"`
	// Progress of the measurement, 0 to 1. The page is told whole percents.
	Progress float64 `json:"progress"`
	// TemperatureC is the reading to show with a pass, in degrees Celsius;
	// zero, unless the kiosk is configured to show it. A referral has none.
	TemperatureC float64 `json:"temperature_c,omitempty"`
	// Source is empty for a camera; otherwise the page says all the time that
	// nobody is being measured: "sim" for simulated visitors, "recording" for
	// recorded ones.
	Source string `json:"source"`
	// Voluntary says that the result is for the visitor alone.
	Voluntary bool `json:"voluntary"`
}

// The states that this package has to know by name.
const (
	stateStarting     = "starting"
	statePassed       = "passed"
	stateUnknown      = "unknown"
	stateOutOfService = "out_of_service"
	reasonStalled     = "kiosk_stalled"
)

// tidy returns v with an unnamed state called unknown and Progress held within
// 0 and 1, in whole percents: JSON knows no NaN, and nobody sees less.
func (v View) tidy() View {
	if v.State == "" {
		v.State = stateUnknown
	}
	switch p := v.Progress; {
	case !(p > 0):
		v.Progress = 0
	case p > 1:
		v.Progress = 1
	default:
		v.Progress = math.Round(p*100) / 100
	}
	if v.State != statePassed || math.IsNaN(v.TemperatureC) || math.IsInf(v.TemperatureC, 0) {
		v.TemperatureC = 0
	}
	v.TemperatureC = math.Round(v.TemperatureC*10) / 10
	return v
}
