package update

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// HealthName is the file in the program's run folder that says how the kiosk
// came up. It is written until the kiosk is well and then no more, so it tells
// nothing of any visit.
const HealthName = "health"

// Health is how a kiosk came up.
type Health uint8

// How a kiosk comes up.
const (
	// HealthUnknown: nothing, or nothing that can be read, was told.
	HealthUnknown Health = iota
	// WarmingUp: frames come and the reference is seen, but the camera has not
	// been on for long enough. It may take half an hour.
	WarmingUp
	// Well: ready, or out of service for a reason that it knows.
	Well
)

const (
	ready        = "ready"
	warmingUp    = "warming_up"
	outOfService = "out_of_service "
)

// ParseHealth reads what the kiosk told.
func ParseHealth(text string) Health {
	reason, out := strings.CutPrefix(text, outOfService)
	switch {
	case text == ready, out && reason != "" && !strings.ContainsAny(reason, " \n"):
		return Well
	case text == warmingUp:
		return WarmingUp
	default:
		return HealthUnknown
	}
}

// TellHealth writes how the kiosk came up into its run folder. A reason is why
// it is out of service; empty, it is ready.
func TellHealth(folder string, h Health, reason string) error {
	text := ready
	switch {
	case h == WarmingUp:
		text = warmingUp
	case reason != "":
		text = outOfService + reason
	}
	if err := os.WriteFile(filepath.Join(folder, HealthName), []byte(text+"\n"), 0o644); err != nil { //nolint:gosec // root reads it
		return fmt.Errorf("cannot tell of the kiosk's health: %w", err)
	}
	return nil
}
