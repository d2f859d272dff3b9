package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"lintel/calibration"
	"lintel/calibration/commissioning"
	"lintel/firmware/sim"
	"lintel/firmware/thermal"
)

// The laboratory test: a plate at each set point, up and down again, for a time
// each, after the reference has had time to be found.
const (
	firstSetPoint, lastSetPoint = 34, 39 // degC
	beforeFirst                 = 5.0    // s
	holdSetPoint                = 9.0    // s
	plateSide                   = 24     // units, as large as a near forehead is wide
	uniformFrames               = 60
	plateCount                  = 3 // places
	// settlingAfterFFC is how long after a flat-field correction a camera is not
	// steady. The appliance measures all the while, and so does the test.
	settlingAfterFFC = 10 * time.Second
)

// platePlaces are where the plate is shown, in units of the simulation: clear of
// the blackbody, whose place is a lower corner.
func platePlaces() [plateCount]thermal.Point {
	return [plateCount]thermal.Point{{X: 28, Y: 32}, {X: 92, Y: 32}, {X: 60, Y: 80}}
}

// laboratory is one test and what it found.
type laboratory struct {
	camera      sim.Config
	info        thermal.Info
	calibration calibration.Config
	digest      string
	corrections []calibration.Correction

	readings []labReading
	offsets  []labOffset
	ffc      []time.Duration // when the shutter closed
	rooms    []labRoom
	elapsed  time.Duration
	frames   int
	blocked  int // frames without a valid scale or measurement
}

// labReading is the median of the readings of as many frames as a visit has.
type labReading struct {
	commissioning.Point
	room thermal.Celsius
	// settling says that the camera was not steady.
	settling bool
}

// labOffset is what the reference says of the camera at one time, beside what
// the simulation did.
type labOffset struct {
	at          time.Duration
	seen, truth thermal.Kelvin
}

type labRoom struct {
	temperature thermal.Celsius
	from        time.Duration
}

// newLaboratory commissions the field of view of the camera.
func newLaboratory(ctx context.Context, camera sim.Config) (_ *laboratory, err error) {
	l := &laboratory{camera: camera, calibration: calibration.DefaultConfig()}
	l.calibration.Reference.Temperature = camera.Reference
	c := camera
	c.Scene, c.Target = "uniform", camera.Reference
	source, err := sim.Open(c)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, source.Close()) }()
	l.info = source.Info()
	u, err := commissioning.NewUniform(l.calibration.Camera, l.info, c.Target)
	if err != nil {
		return nil, err
	}
	var frame thermal.Frame
	for range uniformFrames {
		if err := source.Next(ctx, &frame); err != nil {
			return nil, err
		}
		if err := u.Add(&frame); err != nil {
			return nil, err
		}
	}
	l.calibration.Field, err = u.Field(0) // the simulated plate is even
	return l, err
}

// plates are the targets that are shown in a room, one after the other. The
// places change with set point, pass and room, so that none of these is taken
// for another.
func (l *laboratory) plates() []sim.Object {
	var list []sim.Object
	places := platePlaces()
	add := func(setPoint, pass int) {
		at := places[(setPoint+pass+len(l.rooms))%len(places)]
		from := beforeFirst + holdSetPoint*float64(len(list))
		list = append(list, sim.Object{
			X: at.X, Y: at.Y, Width: plateSide, Height: plateSide,
			Temperature: thermal.Celsius(setPoint), From: from, Until: from + holdSetPoint,
			Emissivity: l.camera.Emissivity.Target,
		})
	}
	for t := firstSetPoint; t <= lastSetPoint; t++ {
		add(t, 0)
	}
	for t := lastSetPoint; t >= firstSetPoint; t-- {
		add(t, 1)
	}
	return list
}

// room runs the test in a room of that temperature.
func (l *laboratory) room(ctx context.Context, t thermal.Celsius) (err error) {
	c := l.camera
	c.Room, c.Objects = t, l.plates()
	source, err := sim.Open(c)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, source.Close()) }()
	tracker, err := calibration.New(l.calibration, source.Info())
	if err != nil {
		return err
	}
	l.digest, l.corrections = tracker.Digest(), tracker.Corrections()
	l.rooms = append(l.rooms, labRoom{t, l.elapsed})
	v := labVisit{room: t}
	var frame thermal.Frame
	var last time.Duration
	for range int(c.Rate * (beforeFirst + holdSetPoint*float64(len(c.Objects)))) {
		if err := source.Next(ctx, &frame); err != nil {
			return err
		}
		if frame.Time-last > time.Second {
			v.corrected = frame.Time
			l.ffc = append(l.ffc, l.elapsed+last)
		}
		last = frame.Time
		l.look(tracker.Observe(&frame), &frame, source.Truth(), &v)
	}
	l.elapsed += last + time.Second
	if v.read != len(c.Objects) {
		return fmt.Errorf("cannot read every target in a room of %g degC: %d of %d were read, the last fault of the reference is %v; choose another --seed or --scene", float64(t), v.read, len(c.Objects), v.fault)
	}
	return nil
}

// labVisit gathers the readings of one target.
type labVisit struct {
	room       thermal.Celsius
	target     thermal.Box
	values, us []float64
	corrected  time.Duration // the last flat-field correction, zero before the first
	settling   bool
	read       int  // targets read
	seen       bool // this one was
	fault      calibration.Fault
}

// begin begins a reading.
func (v *labVisit) begin(target thermal.Box) {
	v.target, v.values, v.us, v.settling = target, v.values[:0], v.us[:0], false
}

// look takes one frame.
func (l *laboratory) look(seen calibration.Observation, frame *thermal.Frame, truth sim.Truth, v *labVisit) {
	l.frames++
	at := l.elapsed + frame.Time
	if !seen.Scale.Valid() {
		v.fault = seen.Reference.Fault
		l.blocked++
		return
	}
	l.offsets = append(l.offsets, labOffset{at, seen.Reference.Offset, -truth.Offset})
	if truth.Target != v.target {
		v.begin(truth.Target)
		v.seen = false
	}
	if truth.Target == (thermal.Box{}) {
		return
	}
	// The middle of the plate, clear of its blurred edge.
	m, err := seen.Scale.MeasureTarget(frame, truth.Target.Inset(.25), truth.Target)
	if err != nil {
		l.blocked++
		return
	}
	v.values, v.us = append(v.values, float64(m.Mean)), append(v.us, float64(m.U))
	v.settling = v.settling || v.corrected > 0 && frame.Time-v.corrected < settlingAfterFFC
	if len(v.values) < sweepFrames {
		return
	}
	slices.Sort(v.values)
	slices.Sort(v.us)
	l.readings = append(l.readings, labReading{commissioning.Point{
		Truth: truth.TargetTemperature, Reading: thermal.Celsius(v.values[sweepFrames/2]),
		U: thermal.Kelvin(v.us[sweepFrames/2]), At: at, Place: truth.Target.Centre(),
	}, v.room, v.settling})
	v.begin(v.target)
	if !v.seen {
		v.seen = true
		v.read++
	}
}

// points returns the readings.
func (l *laboratory) points() (all []commissioning.Point) {
	for i := range l.readings {
		all = append(all, l.readings[i].Point)
	}
	return all
}

// settling returns how many readings there are while the camera settles, and the
// largest error of these.
func (l *laboratory) settling() (n int, worst float64) {
	for i := range l.readings {
		if r := &l.readings[i]; r.settling {
			n++
			worst = math.Max(worst, math.Abs(float64(r.Reading.Sub(r.Truth))))
		}
	}
	return n, worst
}
