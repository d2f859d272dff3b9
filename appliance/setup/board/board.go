// Package board builds from the configuration what a kiosk has beside its
// camera and its screen: lines for lamps, door, button and switches, a sensor
// of the room, and a blackbody that tells its temperature. It also lists all of
// that for lintel devices, with what is wrong and the remedy.
//
// In: a configuration. Out: a [Board] that the frame loop asks and shows its
// views to; nothing of it blocks the loop. Without any of these settings the
// board is empty and the kiosk runs all the same.
package board

import (
	"context"
	"errors"
	"fmt"
	"time"

	"lintel/appliance/config"
	"lintel/appliance/policy"
	"lintel/appliance/setup"
	"lintel/calibration"
	"lintel/firmware/ambient"
	"lintel/firmware/blackbody"
	"lintel/firmware/gpio"
	"lintel/ui"
)

// Faults that the board names: those that keep the kiosk out of service, and
// with the room those that do not.
const (
	FaultTampered   = "tampered"
	FaultPaused     = "paused_by_staff"
	FaultLampsLost  = "lamps_lost"
	FaultRoomSensor = "room_sensor_lost"
)

const outOfService = "out_of_service"

// Board is the board of one kiosk. Show and Fault belong to the frame loop;
// the rest may be called by several goroutines.
type Board struct {
	panel     panel
	room      *ambient.Sensor
	blackbody *blackbody.Thermometer
	interlock interlock
	presence  bool // there is a sensor
	lamps     []gpio.Role
}

// panel is what the board asks of [gpio.Panel].
type panel interface {
	Show(state string)
	Try(role gpio.Role, lasting time.Duration) error
	Inputs() gpio.Inputs
	Fault() error
	Close() error
}

// Open takes the lines and begins nothing else; Run does. Where nobody is
// measured, because visitors are simulated or recorded, measured is false and
// the lamps stay out of service.
//
// Errors: those of [gpio.Open] and [blackbody.New], and [config.ErrValue].
func Open(c *config.Config, measured bool) (*Board, error) {
	b := &Board{}
	if name := c.Ambient.Sensor; name != "" {
		if c.Ambient.RoomC != 0 {
			return nil, fmt.Errorf("cannot take both ambient.sensor and ambient.room_c: %w: leave one out", config.ErrValue)
		}
		b.room = ambient.New(ambient.Config{Name: name, MaxAge: seconds(c.Ambient.MaxAgeS)})
	}
	var err error
	if b.blackbody, err = thermometer(c); err != nil {
		return nil, err
	}
	lines, err := Lines(c)
	if err != nil {
		return nil, err
	}
	if len(lines.Lines) == 0 {
		return b, nil
	}
	lines.Idle = !measured
	for _, role := range gpio.Roles() {
		if _, ok := lines.Lines[role]; ok && role.Output() && role != gpio.DoorRelay && !lines.Dark {
			b.lamps = append(b.lamps, role)
		}
	}
	_, b.presence = lines.Lines[gpio.Presence]
	_, b.interlock.button = lines.Lines[gpio.StaffButton]
	p, err := gpio.Open(lines)
	if err != nil {
		return nil, err
	}
	b.panel = p
	return b, nil
}

// thermometer is the one that is configured, nil for none.
func thermometer(c *config.Config) (*blackbody.Thermometer, error) {
	l := &c.Live
	if l.Device == "" {
		return nil, nil
	}
	return blackbody.New(blackbody.Config{Path: l.Device, Baud: l.Baud, Timeout: seconds(c.Live.TimeoutS), Serial: c.Reference.Serial})
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

// Lines returns the lines that are configured; none where there are none.
//
// Errors: [config.ErrValue] and [gpio.ErrSpec], with the key.
func Lines(c *config.Config) (gpio.Config, error) {
	g := &c.GPIO
	cfg := gpio.Config{
		Lines:    map[gpio.Role]gpio.Spec{},
		DoorTime: seconds(g.DoorOpenS), BuzzerTime: seconds(g.BuzzerS), Debounce: seconds(g.DebounceMS / 1000),
		Dark: c.Screening.Mode == config.Voluntary,
	}
	switch g.Door {
	case config.FailSecure:
		cfg.Door = gpio.FailSecure
	case config.FailSafe:
		cfg.Door = gpio.FailSafe
	default:
		if g.DoorRelay != "" {
			return cfg, fmt.Errorf("cannot drive gpio.door_relay without gpio.door: %w: allowed: fail_secure, fail_safe", config.ErrValue)
		}
	}
	for role, text := range map[gpio.Role]string{
		gpio.PassLamp: g.PassLamp, gpio.ReferLamp: g.ReferLamp, gpio.OutOfServiceLamp: g.OutOfServiceLamp,
		gpio.Buzzer: g.Buzzer, gpio.DoorRelay: g.DoorRelay,
		gpio.Presence: g.Presence, gpio.StaffButton: g.StaffButton, gpio.Tamper: g.Tamper,
	} {
		if text == "" {
			continue
		}
		spec, err := gpio.ParseSpec(text)
		if err != nil {
			return cfg, fmt.Errorf("cannot take gpio.%v: %w", role, err)
		}
		cfg.Lines[role] = spec
	}
	return cfg, nil
}

// Close makes every output inactive and gives the lines back.
func (b *Board) Close() error {
	if b.panel == nil {
		return nil
	}
	return b.panel.Close()
}

// Run asks the room's sensor and the blackbody until ctx is done.
func (b *Board) Run(ctx context.Context) error {
	ended := make(chan error, 2)
	n := 0
	if b.room != nil {
		n++
		go func() { ended <- b.room.Run(ctx) }()
	}
	if b.blackbody != nil {
		n++
		go func() { ended <- b.blackbody.Run(ctx) }()
	}
	<-ctx.Done()
	var errs []error
	for range n {
		errs = append(errs, <-ended)
	}
	return errors.Join(errs...)
}

// Kiosk returns the board as the frame loop takes it.
func (b *Board) Kiosk() setup.Board {
	var out setup.Board
	if b.panel != nil {
		out.Lamps, out.Interlock = b, b
		if b.presence {
			out.Presence = func() bool { return b.panel.Inputs().Presence }
		}
	}
	if b.room != nil {
		out.Room = b.Room
	}
	if b.blackbody != nil {
		out.Live = func() (calibration.Live, bool) {
			t, age, ok := b.blackbody.Temperature()
			return calibration.Live{Temperature: t, Age: age}, ok
		}
	}
	return out
}

// Show makes the lamps follow the view. A fault of the board does not wait for
// the end of what the screen shows: the door is shut at once.
func (b *Board) Show(v ui.View) {
	if b.interlock.fault() != "" {
		v.State = outOfService
	}
	b.panel.Show(v.State)
}

// Lamps names what [Board.Try] can light, the buzzer among them.
func (b *Board) Lamps() []string {
	names := []string{}
	for _, role := range b.lamps {
		names = append(names, role.String())
	}
	return names
}

// Try lights that lamp alone for a while.
//
// Errors: [gpio.ErrNoTrial].
func (b *Board) Try(name string, lasting time.Duration) error {
	for _, role := range b.lamps {
		if role.String() == name {
			return b.panel.Try(role, lasting)
		}
	}
	return fmt.Errorf("cannot try %q: %w", name, gpio.ErrNoTrial)
}

// Fault names what on the board keeps the kiosk out of service.
func (b *Board) Fault() string {
	b.interlock.take(b.panel.Inputs())
	b.interlock.lost = b.panel.Fault() != nil
	return b.interlock.fault()
}

// Room is the room as its sensor has it; unknown where the last reading is too
// old or no room that the policy knows.
func (b *Board) Room() policy.Room {
	r, err := b.room.Latest()
	if err != nil {
		return policy.Room{}
	}
	room, err := policy.NewRoom(r.Temperature)
	if err != nil {
		return policy.Room{}
	}
	return room
}

// Notices names what staff should know of the room. Screening goes on with it.
func (b *Board) Notices() []string {
	if b.room == nil {
		return nil
	}
	r, err := b.room.Latest()
	if err != nil {
		return []string{FaultRoomSensor}
	}
	var names []string
	for _, a := range r.Advice(nil) {
		names = append(names, a.String())
	}
	return names
}
