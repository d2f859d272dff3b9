// Package apply does what the kiosk may only ask for: it is root's side of
// [lintel/appliance/update], run by small oneshot units. It starts RAUC,
// systemd's tools and those that look at the root; the kiosk's program links
// nothing of it.
package apply
