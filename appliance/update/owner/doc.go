// Package owner makes the key of whoever owns the kiosks, and signs with it. The
// key signs the bundles that a kiosk installs, so whoever has it can put any
// program on every kiosk whose image holds its certificate. Nobody else can: no
// maker's and no supplier's key is trusted.
package owner
