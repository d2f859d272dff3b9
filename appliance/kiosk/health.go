package kiosk

import (
	"time"

	"lintel/calibration"
)

// Health says how the measuring is, for the staff page. Nothing in it is of a
// visitor: the budget is that of a usual forehead of 35 degC.
type Health struct {
	// Fault is the name of the reference's fault, empty where it is in order.
	Fault string `json:"fault"`
	// OffsetK is how far the camera is off; X, Y and R are where the reference
	// is, in pixels. All are zero where it is not in order.
	OffsetK float64 `json:"offset_k"`
	X       float64 `json:"x"`
	Y       float64 `json:"y"`
	R       float64 `json:"r"`
	// ExpandedK is the expanded uncertainty (k = 2) of a reading, Budget its
	// terms, standard uncertainties (k = 1) in kelvin.
	ExpandedK float64          `json:"expanded_k"`
	Budget    [10]HealthBudget `json:"budget"`
	// Bridging says that a flat-field correction settles and its change of
	// pattern is being taken away.
	Bridging bool `json:"bridging"`
	// Model names the model of correction, [calibration.Tracker.Digest]; Expires
	// is the last day of the certificate, empty where it holds for ever.
	Model   string `json:"model"`
	Expires string `json:"expires"`
}

// HealthBudget is one term of the budget.
type HealthBudget struct {
	Name string  `json:"name"`
	UK   float64 `json:"u_k"`
}

// slow is the time of frames between what is not asked or told with each.
const slow = time.Second

// keepTime asks for the day and tells the health once a second.
func (k *Kiosk) keepTime() bool {
	if k.asked && k.frame.Time >= k.lastSlow && k.frame.Time-k.lastSlow < slow {
		return false
	}
	k.asked, k.lastSlow = true, k.frame.Time
	if k.cfg.Today != nil {
		k.cfg.Reference.Today(k.cfg.Today())
	}
	return k.cfg.Health != nil
}

// tellHealth tells what a frame says of the measuring.
func (k *Kiosk) tellHealth(o *calibration.Observation) {
	h := Health{Fault: FaultName(o.Reference.Fault), Bridging: o.Scale.Bridging(), Model: k.model, Expires: k.expires}
	if o.Reference.OK {
		c, usual := o.Reference.Circle, o.Scale.Usual()
		h.OffsetK, h.X, h.Y, h.R = float64(o.Reference.Offset), c.X, c.Y, c.R
		h.ExpandedK = float64(usual.Expanded())
		for i, t := range usual.Terms() {
			h.Budget[i] = HealthBudget{t.Name, float64(t.U)}
		}
	}
	k.cfg.Health(h)
}

// ConfirmReference has the references looked for anew before the next frame. It
// is how staff confirm a blackbody that was exchanged or moved on purpose, as
// starting the kiosk again does. It may be called from any goroutine.
func (k *Kiosk) ConfirmReference() { k.confirm.Store(true) }
