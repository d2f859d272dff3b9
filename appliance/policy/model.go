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

// Model turns a reading into a score and says what thresholds on the score are
// worth. It has one coefficient: how the skin of healthy people follows the
// room. The score is linear in the reading with slope 1, so that nothing is
// pulled toward normal.
type Model struct {
	// Version counts the models that were shipped, and SHA256 is the hash of
	// [Model.Text] in hexadecimal.
	Version int
	SHA256  string
	Site    Site
	// RoomSlope is in kelvin of skin per kelvin of room.
	RoomSlope float64
	// With and Without hold for a known room and for an unknown one.
	With, Without Curve
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
