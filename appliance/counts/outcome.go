package counts

// Outcome is how a visit ended, or the second check of somebody who was
// referred. The zero Outcome is unknown and never counted.
type Outcome uint8

// The outcomes.
const (
	// OutcomeUnknown is no outcome.
	OutcomeUnknown Outcome = iota
	// Pass is a reading below the threshold.
	Pass
	// Refer is a reading at or above the threshold.
	Refer
	// Unmeasured is a visit without a usable reading.
	Unmeasured
	// Cleared is a second check that found no fever.
	Cleared
	// Confirmed is a second check that found fever.
	Confirmed
	// NotDone is a referral without a second check.
	NotDone
)

// outcomes is how many outcomes there are.
const outcomes = 6

// String names the outcome as the columns of the table do.
func (o Outcome) String() string {
	switch o {
	case Pass:
		return "pass"
	case Refer:
		return "refer"
	case Unmeasured:
		return "unmeasured"
	case Cleared:
		return "cleared"
	case Confirmed:
		return "confirmed"
	case NotDone:
		return "not_done"
	default:
		return "unknown"
	}
}
