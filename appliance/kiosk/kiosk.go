package kiosk

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"sync/atomic"
	"time"

	"lintel/appliance/policy"
	"lintel/appliance/screening"
	"lintel/calibration"
	"lintel/firmware/thermal"
	"lintel/ui"
	"lintel/vision"
)

// Screen shows the kiosk page. It never blocks and keeps nothing that it is
// given.
type Screen interface {
	Show(v ui.View)
	ShowMirror(m ui.Mirror)
}

// Lamps follow the view with lamps, a buzzer and a door. It never blocks.
type Lamps interface {
	Show(v ui.View)
}

// Interlock names what on the board keeps the kiosk out of service; empty for
// nothing. It is asked once a frame and never blocks.
type Interlock interface {
	Fault() string
}

// Tally counts how visits end. It never blocks.
type Tally interface {
	Add(v screening.Verdict)
}

// Observer sees what became of each frame. The report is valid during the
// call.
type Observer interface {
	Observe(r *Report)
}

// Stopwatch is told when a stage of a frame's way is over.
type Stopwatch interface {
	Lap(s Stage)
}

// Config holds what the loop runs on.
type Config struct {
	// Source, Reference, Finder, Machine and Site are required.
	Source    thermal.Source
	Reference *calibration.Tracker
	Finder    *vision.Finder
	Machine   *screening.Machine
	Site      policy.Site
	// Reader says what is read on a face at that site. Required.
	Reader Reader
	// Room is the temperature of the room, as far as it is known.
	Room policy.Room
	// RoomNow, where there is a sensor, tells it anew for each frame, instead of
	// Room. It never blocks.
	RoomNow func() policy.Room
	// Presence, where there is a sensor, says that somebody stands in front of
	// the kiosk, seen or not. It never blocks.
	Presence func() bool
	// Screen, Lamps, Interlock, Tally, Observer and Stopwatch may be nil.
	Screen    Screen
	Lamps     Lamps
	Interlock Interlock
	Tally     Tally
	Observer  Observer
	Stopwatch Stopwatch
	// Label is the page's word for a source that is no camera; see
	// [ui.View.Source].
	Label string
	// Voluntary shows the result to the visitor alone: nothing is counted.
	Voluntary bool
	// Temperature shows a visitor who passes the reading.
	Temperature bool
	// Today tells the day, the zero Date where it is not known; nil: never
	// known. It is asked once a second, as Health is told.
	Today func() calibration.Date
	// Health, which may be nil, must not block.
	Health func(Health)
}

// Report is what became of one frame.
type Report struct {
	Frame     *thermal.Frame
	Site      policy.Site
	Reference calibration.Reference
	Faces     []vision.Face
	// Nobody is that of [vision.Result]: nothing in the frame may be a face.
	Nobody bool
	Step   screening.Step
	// Measurement is that of the last forehead measured in the frame; its Budget
	// names every term, its Pixels are 0 where none was measured.
	Measurement calibration.Measurement
	// Usual is the budget of a usual forehead in the frame, where Reference.OK.
	Usual calibration.Budget
}

// Faults that the loop itself names.
const (
	FaultCameraLost     = "camera_lost"
	FaultRecordingEnded = "recording_ended"
)

// Kiosk is one frame loop.
type Kiosk struct {
	cfg    Config
	frame  thermal.Frame
	found  vision.Result
	seen   screening.Observation
	mirror ui.Mirror
	report Report
	// passed is the reading that a visitor who passed is shown.
	passed thermal.Celsius

	measured       calibration.Measurement
	asked          bool
	lastSlow       time.Duration
	model, expires string
	confirm        atomic.Bool
	state          screening.State // after the last frame
}

// New returns a loop that has not begun, or an error that names what the
// configuration lacks.
func New(cfg Config) (*Kiosk, error) {
	switch {
	case cfg.Source == nil, cfg.Reference == nil, cfg.Finder == nil, cfg.Machine == nil, cfg.Reader == nil:
		return nil, errors.New("cannot run the kiosk: internal error: a room is missing")
	case cfg.Site != policy.Forehead && cfg.Site != policy.FaceMax:
		return nil, errors.New("cannot run the kiosk: the measurement site is unknown; set policy.site")
	}
	return &Kiosk{cfg: cfg, model: cfg.Reference.Digest(), expires: cfg.Reference.Expires().String()}, nil
}

// Run screens until ctx is done or the source ends, and then overwrites what
// the last frames left in memory. The end of a recording is no error.
//
// Errors: what the source or the finder returns; the screen says that the
// kiosk is out of service then.
func (k *Kiosk) Run(ctx context.Context) error {
	// One thread handles every pixel, so that one thread can forget them.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	err := k.loop(ctx)
	fault := FaultCameraLost
	switch {
	case errors.Is(err, io.EOF):
		fault, err = FaultRecordingEnded, nil
	case errors.Is(err, context.Canceled) && ctx.Err() != nil:
		err = nil
	}
	err = errors.Join(err, k.forget())
	if k.cfg.Screen != nil {
		k.cfg.Screen.ShowMirror(ui.Mirror{})
	}
	k.show(k.view(screening.Step{State: screening.OutOfService, Fault: fault}))
	return err
}

func (k *Kiosk) loop(ctx context.Context) error {
	for {
		err := k.cfg.Source.Next(ctx, &k.frame)
		var outage Outage
		switch {
		case err == nil:
			k.lap(StageRead)
			err = k.process()
		case errors.As(err, &outage):
			err = k.without(outage)
		case !errors.Is(err, io.EOF):
			err = fmt.Errorf("cannot go on screening: %w", err)
		}
		if err != nil {
			return err
		}
	}
}

// process takes one frame its whole way.
func (k *Kiosk) process() error {
	due := k.keepTime()
	if k.confirm.CompareAndSwap(true, false) {
		k.cfg.Reference.Reset()
	}
	reference := k.cfg.Reference.Observe(&k.frame)
	if due {
		k.tellHealth(&reference)
	}
	k.lap(StageReference)
	var at thermal.Circle
	if reference.Reference.Found {
		at = reference.Reference.Circle
	}
	// On a blank frame nobody is found, and calibration says what is wrong.
	if err := k.cfg.Finder.Find(&k.frame, at, &k.found); err != nil && !errors.Is(err, vision.ErrBlank) {
		return fmt.Errorf("cannot go on screening: %w", err)
	}
	k.lap(StageFind)
	k.observe(reference)
	k.lap(StageMeasure)
	step, err := k.cfg.Machine.Step(&k.seen)
	if err != nil {
		return fmt.Errorf("cannot go on screening: %w", err)
	}
	k.lap(StageScreen)
	if step.State == screening.Ready && k.state != screening.Ready {
		// A visitor has left, and this frame has taken every register since.
		if err := forgetRegisters(); err != nil {
			return err
		}
	}
	k.state = step.State
	k.publish(step)
	if k.cfg.Observer != nil {
		k.report = Report{Frame: &k.frame, Site: k.cfg.Site, Reference: reference.Reference, Faces: k.found.Faces, Nobody: k.found.Nobody, Step: step, Measurement: k.measured, Usual: reference.Scale.Usual()}
		k.cfg.Observer.Observe(&k.report)
	}
	k.forgetFaces()
	k.correct(step)
	k.lap(StageShow)
	return nil
}

// observe puts the frame in the words of the state machine, measuring every
// forehead that may be.
func (k *Kiosk) observe(o calibration.Observation) {
	k.measured = calibration.Measurement{}
	k.seen.Time = k.frame.Time
	k.seen.Uptime = k.frame.Time
	if k.frame.Telemetry.HasUptime {
		k.seen.Uptime = k.frame.Telemetry.Uptime
	}
	k.seen.Reference = o.Reference.OK
	k.seen.Room = k.cfg.Room
	if k.cfg.RoomNow != nil {
		k.seen.Room = k.cfg.RoomNow()
	}
	k.seen.Fault = FaultName(o.Reference.Fault)
	if k.cfg.Interlock != nil {
		if fault := k.cfg.Interlock.Fault(); fault != "" {
			k.seen.Fault = fault
		}
	}
	k.seen.Faces = k.seen.Faces[:0]
	for i := range k.found.Faces {
		f := &k.found.Faces[i]
		s := screening.Face{Track: f.Track, Since: f.Since, Width: f.Box.Width(), Cue: cue(f.Reject)}
		switch {
		case s.Cue == screening.CueNone:
			s.Cue = k.measure(&s, f, o.Scale)
		case s.Cue == screening.CueCovered && k.hot(f, o.Scale):
			s.Cue = screening.CueHot
		default:
		}
		k.seen.Faces = append(k.seen.Faces, s)
	}
}

// forget overwrites everything of the last frames and their visitor.
func (k *Kiosk) forget() error {
	k.forgetFaces()
	k.frame.Wipe()
	k.found.Wipe()
	clear(k.mirror.Faces[:cap(k.mirror.Faces)])
	k.cfg.Reference.Forget()
	k.report, k.passed = Report{}, 0
	k.cfg.Machine.Forget()
	// The network's pass over zeros takes every register.
	return errors.Join(k.cfg.Finder.Forget(), forgetRegisters())
}

// forgetFaces overwrites the readings of the frame that is done.
func (k *Kiosk) forgetFaces() {
	clear(k.seen.Faces[:cap(k.seen.Faces)])
	k.measured, k.report.Measurement = calibration.Measurement{}, calibration.Measurement{}
}

func (k *Kiosk) publish(step screening.Step) {
	if step.State != screening.Passed {
		k.passed = 0
	}
	k.tell(step)
	if k.cfg.Screen == nil {
		return
	}
	k.mirror.Width, k.mirror.Height, k.mirror.Body = k.found.Body.Width, k.found.Body.Height, k.found.Body.Bits
	clear(k.mirror.Faces)
	k.mirror.Faces = k.mirror.Faces[:0]
	cells := float64(k.found.Body.Width) / float64(k.frame.Width)
	for i := range k.found.Faces {
		b := k.found.Faces[i].Box
		k.mirror.Faces = append(k.mirror.Faces, thermal.Box{X0: b.X0 * cells, Y0: b.Y0 * cells, X1: b.X1 * cells, Y1: b.Y1 * cells})
	}
	k.cfg.Screen.ShowMirror(k.mirror)
}

// show gives the view to all that follow it.
func (k *Kiosk) show(v ui.View) {
	if k.cfg.Lamps != nil {
		k.cfg.Lamps.Show(v)
	}
	if k.cfg.Screen != nil {
		k.cfg.Screen.Show(v)
	}
}

// tell counts how a visit ended and shows what the kiosk is doing.
func (k *Kiosk) tell(step screening.Step) {
	if step.Verdict != 0 && k.cfg.Tally != nil && !k.cfg.Voluntary {
		k.cfg.Tally.Add(step.Verdict)
	}
	k.show(k.view(step))
}

// view puts a step in the words of the page. Nothing of a reading is in it,
// unless the kiosk is configured to show it to those who pass.
func (k *Kiosk) view(s screening.Step) ui.View {
	v := ui.View{
		State: s.State.String(), Guidance: s.Guidance.String(),
		Progress: s.Progress, Source: k.cfg.Label, Voluntary: k.cfg.Voluntary,
	}
	switch s.State {
	case screening.Unmeasured:
		v.Reason = s.Reason.String()
	case screening.OutOfService:
		v.Reason = s.Fault
	case screening.Passed:
		if k.cfg.Temperature {
			if s.Verdict == screening.Pass {
				k.passed = s.Value
			}
			v.TemperatureC = float64(k.passed)
		}
	default:
		// Who left before the verdict needs no reason on the screen.
	}
	return v
}

func (k *Kiosk) lap(s Stage) {
	if k.cfg.Stopwatch != nil {
		k.cfg.Stopwatch.Lap(s)
	}
}
