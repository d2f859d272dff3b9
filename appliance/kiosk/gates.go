package kiosk

import (
	"lintel/appliance/policy"
	"lintel/appliance/screening"
	"lintel/vision"
)

// Gate is one reason not to measure somebody, with its limit and what the
// visitor is asked and told.
type Gate struct {
	// Name is that of the reject in a replay, or what the machine calls it.
	Name string
	// Quantity is what is compared; refused is what lies Side ("below" or
	// "above") of Limit, in Unit.
	Quantity, Side string
	Limit          float64
	Unit           string
	// Room is where it is decided.
	Room string
	// Guidance is what the visitor is asked to do, Reason what a visit that
	// fails for it is told.
	Guidance screening.Guidance
	Reason   screening.Reason
}

// Gates lists every gate between a face and its reading, in the order in which
// they are tried. What fails one is never measured, or its reading not used.
func Gates() []Gate {
	var all []Gate
	for _, g := range vision.Gates() {
		side := "below"
		if g.Above {
			side = "above"
		}
		c := cue(g.Reject)
		all = append(all, Gate{g.Reject.String(), g.Quantity, side, g.Limit, g.Unit, "vision", c.Guidance(), c.Reason()})
	}
	covered, crowded := screening.CueCovered, screening.CueCrowded
	hot, cold := screening.CueHot, screening.CueCold
	return append(all,
		Gate{vision.Covered.String(), "warmest of the forehead over its mean", "above", float64(policy.MaxUneven), "K", "policy", covered.Guidance(), covered.Reason()},
		Gate{policy.ColdForehead.String(), "warmest of the forehead, where the face is judged", "below", float64(policy.DefaultPlausibleMin), "degC", "policy", cold.Guidance(), cold.Reason()},
		Gate{policy.HotObject.String(), "warmest of the face over the forehead, where the face is judged", "above", float64(policy.MaxHot), "K", "policy", hot.Guidance(), hot.Reason()},
		Gate{policy.HotObject.String(), "warmest of the face, where the forehead is no warmer", "above", float64(policy.DefaultPlausibleMax), "degC", "policy", hot.Guidance(), hot.Reason()},
		Gate{"too_many_people", "width of the next face", "above", screening.DefaultConfig().Crowd, "of the visitor's", "screening", crowded.Guidance(), crowded.Reason()},
		Gate{"too_cold", "reading", "below", float64(policy.DefaultPlausibleMin), "degC", "policy", screening.HoldStill, screening.TooCold},
		Gate{"too_hot", "reading", "above", float64(policy.DefaultPlausibleMax), "degC", "policy", screening.HoldStill, screening.TooHot},
	)
}
