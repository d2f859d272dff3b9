package update

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// HealthName is the file in the program's run folder that says how the kiosk
// came up: ready, or out_of_service and the reason. It is written once, so it
// tells nothing of any visit.
const HealthName = "health"

// ready is the health of a kiosk that screens.
const ready = "ready"

const outOfService = "out_of_service "

// Healthy says whether a text is a sign of health.
func Healthy(text string) bool {
	reason, out := strings.CutPrefix(text, outOfService)
	return text == ready || out && reason != "" && !strings.ContainsAny(reason, " \n")
}

// TellHealth writes how the kiosk came up into its run folder; an empty reason
// stands for ready.
func TellHealth(folder, reason string) error {
	text := ready
	if reason != "" {
		text = outOfService + reason
	}
	if err := os.WriteFile(filepath.Join(folder, HealthName), []byte(text+"\n"), 0o644); err != nil { //nolint:gosec // root reads it
		return fmt.Errorf("cannot tell of the kiosk's health: %w", err)
	}
	return nil
}
