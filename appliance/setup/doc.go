// Package setup builds a kiosk from its configuration: it opens the source
// that is asked for and hands every room its part of the settings. Both
// commands use it, so that the bench runs what the appliance runs.
package setup
