package main

import (
	"lintel/appliance/screening"
	"lintel/appliance/update"
	"lintel/ui"
)

// wellness tells root how the kiosk came up: until it is well, and then no more.
type wellness struct {
	folder string // the run folder; empty where there is none
	told   update.Health
}

// see looks at a view. What cannot be told is dropped: root notices when nothing
// comes.
func (w *wellness) see(v *ui.View) {
	if w.folder == "" || w.told == update.Well {
		return
	}
	h, reason := update.Well, ""
	switch v.State {
	case "", screening.Starting.String():
		return
	case screening.WarmingUp.String():
		h = update.WarmingUp
	case screening.OutOfService.String():
		if reason = v.Reason; reason == "" {
			return
		}
	default:
	}
	if h == w.told {
		return
	}
	w.told = h
	_ = update.TellHealth(w.folder, h, reason)
}
