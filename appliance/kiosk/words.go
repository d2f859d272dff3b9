package kiosk

import (
	"lintel/appliance/screening"
	"lintel/calibration"
	"lintel/vision"
)

// Stage is a part of a frame's way. The zero value is unknown.
type Stage uint8

// The stages, in their order.
const (
	StageRead Stage = iota + 1
	StageReference
	StageFind
	StageMeasure
	StageScreen
	StageShow
)

// String names the stage as the bench does.
func (s Stage) String() string {
	switch s {
	case StageRead:
		return "read"
	case StageReference:
		return "reference"
	case StageFind:
		return "find"
	case StageMeasure:
		return "measure"
	case StageScreen:
		return "screen"
	case StageShow:
		return "show"
	default:
		return "unknown"
	}
}

// cue turns vision's word into the state machine's.
func cue(r vision.Reject) screening.Cue {
	switch r {
	case vision.Usable:
		return screening.CueNone
	case vision.TooFar:
		return screening.CueTooFar
	case vision.CutOff:
		return screening.CueCutOff
	case vision.AtReference:
		return screening.CueAtReference
	case vision.Turned:
		return screening.CueTurned
	case vision.Covered:
		return screening.CueCovered
	case vision.Moving:
		return screening.CueMoving
	case vision.TooNear:
		return screening.CueTooNear
	case vision.LookingDown:
		return screening.CueLookingDown
	case vision.GlassesOverBrow:
		return screening.CueGlasses
	case vision.HotObject:
		// Beside it, there may be nothing hot behind the head.
		return screening.CueCutOff
	case vision.OutOfFocus, vision.NoContrast:
		return screening.CueNotSharp
	default:
		return 0
	}
}

// faultPrefix goes before the name of a fault of the reference.
const faultPrefix = "reference_"

// FaultName returns the name of the reference's fault as the page, /healthz
// and the replay have it; empty where there is none or none is known yet.
func FaultName(f calibration.Fault) string {
	switch f {
	case calibration.FaultUnknown, calibration.FaultNone:
		return ""
	default:
		return faultPrefix + f.String()
	}
}
