package screening

// State is what the kiosk is doing. The zero value is unknown.
type State uint8

// The states.
const (
	// Starting: no frame with a valid reference has been seen.
	Starting State = iota + 1
	// WarmingUp: the camera has not been on for long enough.
	WarmingUp
	// Ready: nobody is near.
	Ready
	// Guiding: somebody is there who cannot be measured yet.
	Guiding
	// Measuring: readings are being taken.
	Measuring
	// Passed, Referred and Unmeasured show how the visit ended.
	Passed
	Referred
	Unmeasured
	// Clearing: the visitor has seen the outcome and is asked to move on.
	Clearing
	// OutOfService: a fault blocks every verdict.
	OutOfService

	stateCount
)

// String names the state as pages and replays do.
func (s State) String() string {
	switch s {
	case Starting:
		return "starting"
	case WarmingUp:
		return "warming_up"
	case Ready:
		return "ready"
	case Guiding:
		return "guiding"
	case Measuring:
		return "measuring"
	case Passed:
		return "passed"
	case Referred:
		return "referred"
	case Unmeasured:
		return "unmeasured"
	case Clearing:
		return "clearing"
	case OutOfService:
		return "out_of_service"
	default:
		return "unknown"
	}
}

// Cue is why a face is not measured in this frame. The zero value is unknown
// and never measured.
type Cue uint8

// The cues.
const (
	// CueNone: the forehead was measured.
	CueNone Cue = iota + 1
	CueTooFar
	CueCutOff
	CueAtReference
	CueTurned
	CueCovered
	CueMoving
	CueTooNear
	// CueHot: something hotter than skin is in the face.
	CueHot
	// CueCold: the forehead is too cold for the face to be judged.
	CueCold
	CueLookingDown
	CueGlasses
	CueNotSharp
	// CueCrowded: somebody else is as near. The machine finds this one itself.
	CueCrowded

	cueCount
)

// Guidance is what the visitor is asked to do. The zero value asks nothing.
type Guidance uint8

// What can be asked.
const (
	ComeCloser Guidance = iota + 1
	ComeToTheMiddle
	MoveAside
	FaceTheCamera
	BareYourForehead
	HoldStill
	OneAtATime
	StepBack
	PutItAside
	WarmUp
	LookUp
	GlassesOff
)

// String names the guidance as pages and replays do; empty for none.
func (g Guidance) String() string {
	switch g {
	case ComeCloser:
		return "come_closer"
	case ComeToTheMiddle:
		return "come_to_the_middle"
	case MoveAside:
		return "move_aside"
	case FaceTheCamera:
		return "face_the_camera"
	case BareYourForehead:
		return "bare_your_forehead"
	case HoldStill:
		return "hold_still"
	case OneAtATime:
		return "one_at_a_time"
	case StepBack:
		return "step_back"
	case PutItAside:
		return "put_it_aside"
	case WarmUp:
		return "warm_up"
	case LookUp:
		return "look_up"
	case GlassesOff:
		return "glasses_off"
	default:
		return ""
	}
}

// Guidance returns what a visitor with this cue is asked to do.
func (c Cue) Guidance() Guidance {
	switch c {
	case CueNone, CueMoving, CueNotSharp:
		return HoldStill
	case CueTooFar:
		return ComeCloser
	case CueCutOff:
		return ComeToTheMiddle
	case CueAtReference:
		return MoveAside
	case CueCovered:
		return BareYourForehead
	case CueCrowded:
		return OneAtATime
	case CueTooNear:
		return StepBack
	case CueHot:
		return PutItAside
	case CueCold:
		return WarmUp
	case CueLookingDown:
		return LookUp
	case CueGlasses:
		return GlassesOff
	default:
		return FaceTheCamera
	}
}

// Reason is why a visit ended without a reading. The zero value is none.
type Reason uint8

// The reasons.
const (
	LeftEarly Reason = iota + 1
	ForeheadCovered
	TurnedAway
	TooFar
	KeptMoving
	OutOfPlace
	SeveralPeople
	TooCold
	TooHot
	TooUncertain
	Unsteady
	TooNear
	NotSharp
)

// String names the reason as pages and replays do; empty for none.
func (r Reason) String() string {
	switch r {
	case LeftEarly:
		return "left_early"
	case ForeheadCovered:
		return "forehead_covered"
	case TurnedAway:
		return "turned_away"
	case TooFar:
		return "too_far"
	case KeptMoving:
		return "kept_moving"
	case OutOfPlace:
		return "out_of_place"
	case SeveralPeople:
		return "several_people"
	case TooCold:
		return "too_cold"
	case TooHot:
		return "too_hot"
	case TooUncertain:
		return "too_uncertain"
	case Unsteady:
		return "unsteady"
	case TooNear:
		return "too_near"
	case NotSharp:
		return "not_sharp"
	default:
		return ""
	}
}

// Reason is what a visit that failed for this cue is told.
func (c Cue) Reason() Reason {
	switch c {
	case CueTooFar:
		return TooFar
	case CueCutOff, CueAtReference:
		return OutOfPlace
	case CueCovered, CueGlasses:
		return ForeheadCovered
	case CueTooNear:
		return TooNear
	case CueNotSharp:
		return NotSharp
	case CueMoving:
		return KeptMoving
	case CueCrowded:
		return SeveralPeople
	case CueHot:
		return TooHot
	case CueCold:
		return TooCold
	case CueTurned, CueLookingDown:
		return TurnedAway
	default:
		return LeftEarly
	}
}

// Verdict is how a visit ended. The zero value is no verdict.
type Verdict uint8

// The verdicts. NotMeasured is none: it says that there will be none.
const (
	Pass Verdict = iota + 1
	Refer
	NotMeasured
)

// String names the verdict as replays and counts do; empty for none.
func (v Verdict) String() string {
	switch v {
	case Pass:
		return "pass"
	case Refer:
		return "refer"
	case NotMeasured:
		return "unmeasured"
	default:
		return ""
	}
}
