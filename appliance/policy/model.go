package policy

import (
	"errors"
	"fmt"
	"strings"

	"lintel/firmware/thermal"
)

// RoomZero is the room temperature at which a score is the reading itself:
// the mean of the study's rooms.
const RoomZero thermal.Celsius = 24

// The room temperatures in degrees Celsius that are believed. The study's were
// 20.3 to 28.7; beyond 15 to 35 a straight line is a guess.
const (
	MinRoom thermal.Celsius = 15
	MaxRoom thermal.Celsius = 35
)

// ErrRoom means that a room temperature is outside [MinRoom] to [MaxRoom].
var ErrRoom = errors.New("not a room temperature in degrees Celsius")

// Room is the temperature of the air in the room, if it is known. The zero
// Room is unknown.
type Room struct {
	temperature thermal.Celsius
	known       bool
}

// NewRoom returns a known room temperature. Errors: [ErrRoom], for what no
// entrance hall has; take Room{} where there is no sensor.
func NewRoom(t thermal.Celsius) (Room, error) {
	if !(t >= MinRoom && t <= MaxRoom) {
		return Room{}, fmt.Errorf("cannot use a room of %v degC: %w: allowed is %v to %v degC", t, ErrRoom, MinRoom, MaxRoom)
	}
	return Room{t, true}, nil
}

// Known says whether the temperature is known.
func (r Room) Known() bool { return r.known }

// Temperature is the room temperature; 0 where it is not known.
func (r Room) Temperature() thermal.Celsius { return r.temperature }

// Model turns what was read on a face into a score and says what thresholds on
// the score are worth. Its coefficients are the shares of the features and how
// the skin of healthy people follows the room. In a given room the score rises
// with slope 1 with the whole face, so that nothing is pulled toward normal.
type Model struct {
	// Version counts the models that were shipped, and SHA256 is the hash of
	// [Model.Text] in hexadecimal.
	Version int
	SHA256  string
	Site    Site
	// Weights make a reading of a pattern.
	Weights Weights
	// CentreShift and SpotShift are how far the reading stands above the centre
	// maximum and above the hottest spot in healthy people; see [Model.Read].
	CentreShift, SpotShift thermal.Kelvin
	// RoomSlope is in kelvin of skin per kelvin of room.
	RoomSlope float64
	// With and Without hold for a known room and for an unknown one.
	With, Without Curve
	// Losses say what is left of the default threshold's worth where part of
	// the pattern is missing; empty for a site that is no pattern.
	Losses []Loss
	// Trials are the fits that were compared.
	Trials []Trial
}

// Loss is what the default threshold is worth on a part of the pattern: means
// over the cameras, and the area under the curve by camera.
type Loss struct {
	// Left is what is left of the pattern, and Room whether the room is known.
	Left                     string
	Room                     bool
	AUC                      []float64
	Sensitivity, Specificity float64
}

// Trial is a fit with its worth on people left out of it.
type Trial struct {
	Name    string
	Weights Weights
	// Monotone says that no weight is below zero: a warmer spot never lowers
	// the score. Only such a fit is shipped.
	Monotone bool
	// HeldOutAUC is by camera; HeldOutSensitivity and HeldOutSpecificity are at
	// the default operating point, means over the cameras.
	HeldOutAUC                             []float64
	HeldOutSensitivity, HeldOutSpecificity float64
}

// Score is the reading as it would be in a room of [RoomZero]. Where the room
// is not known it is the reading.
func (m *Model) Score(reading thermal.Celsius, room Room) thermal.Celsius {
	return reading - m.follow(room)
}

// follow is what the room adds to a reading.
func (m *Model) follow(room Room) thermal.Celsius {
	if !room.known {
		return 0
	}
	return thermal.Celsius(m.RoomSlope) * (room.temperature - RoomZero)
}

// Curve returns what thresholds are worth with the room known or not.
func (m *Model) Curve(room Room) *Curve {
	if room.known {
		return &m.With
	}
	return &m.Without
}

// Text writes out everything of the model that a verdict or a stated figure
// depends on.
func (m *Model) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "version %d site %v room_slope %.4f room_zero %.1f\n", m.Version, m.Site, m.RoomSlope, RoomZero)
	fmt.Fprintf(&b, "weights %.4f shifts %.4f %.4f\n", m.Weights, m.CentreShift, m.SpotShift)
	for _, l := range m.Losses {
		fmt.Fprintf(&b, "left %s %t %.4f %.4f %.4f\n", l.Left, l.Room, l.AUC, l.Sensitivity, l.Specificity)
	}
	for _, t := range m.Trials {
		fmt.Fprintf(&b, "trial %s %.4f %t %.4f %.4f %.4f\n", t.Name, t.Weights, t.Monotone, t.HeldOutAUC, t.HeldOutSensitivity, t.HeldOutSpecificity)
	}
	for i, c := range []*Curve{&m.With, &m.Without} {
		fmt.Fprintf(&b, "room_known %t held_out %.4f %.4f single %.4f %.4f\n", i == 0,
			c.HeldOutSensitivity, c.HeldOutSpecificity, c.SingleSensitivity, c.SingleSpecificity)
		for _, k := range c.Cameras {
			fmt.Fprintf(&b, "%s %.4f %.4f %d %d\n", k.Name, k.AUC, k.HeldOutAUC, k.Febrile, k.Healthy)
		}
		for _, p := range c.Points {
			fmt.Fprintf(&b, "%.2f %d %d\n", p.Threshold, p.Caught, p.Cleared)
		}
	}
	return b.String()
}
