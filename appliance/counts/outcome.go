package counts

// Outcome is how a visit ended. The zero Outcome is unknown and never counted.
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
)

const outcomes = 3

// String names the outcome as the columns of the table do.
func (o Outcome) String() string {
	switch o {
	case Pass:
		return "pass"
	case Refer:
		return "refer"
	case Unmeasured:
		return "unmeasured"
	default:
		return "unknown"
	}
}
