package main

import (
	"context"
	"errors"
	"fmt"
	"math/bits"
	"sync"
	"time"

	"lintel/appliance/config"
	"lintel/appliance/kiosk"
	"lintel/appliance/screening"
	"lintel/appliance/setup"
	"lintel/calibration"
	"lintel/calibration/commissioning"
	"lintel/firmware/thermal"
	"lintel/ui"
	"lintel/ui/staff"
)

const (
	// watchedFor is how long the heat view goes on after it was asked for.
	watchedFor = 3 * time.Second
	// blankFor is how long it stays blank after somebody was in sight.
	blankFor = 2 * time.Second
	// someBody is the share of silhouette cells from which on somebody is in
	// sight: a hand at the edge is enough.
	someBody = 0.005
	// settleFor is how long the reference is watched for a record.
	settleFor = 12 * time.Second
)

// lamps are what can be tried one by one.
type lamps interface {
	Lamps() []string
	Try(name string, lasting time.Duration) error
}

// installer lets staff commission the running kiosk. The frame loop tells it
// every frame; it keeps nothing of one but the heat view, and that only while
// somebody looks at it and nobody is in sight.
type installer struct {
	cfg     *config.Config
	options *runOptions
	clock   staff.Clock
	lamps   lamps
	seat    *seat

	accepting sync.Mutex // held while the reference is watched

	mu      sync.Mutex
	owners  config.Config // the configuration without what was set here
	own     config.Own
	info    thermal.Info
	confirm func() // has the frame loop look for the reference anew; nil before there is one
	record  *commissioning.Record
	asked   time.Time
	person  time.Time // when somebody was last in sight
	now     staff.Sight
	levels  []byte
	cells   []uint16 // room to sort the counts of one view's cells; overwritten
	settle  *commissioning.Settle
	budget  calibration.Budget // while settle is watched
	settled chan struct{}
	until   time.Duration
	newer   bool
}

// begin tells of the camera, which may be plugged in late, and of the frame
// loop over it.
func (i *installer) begin(info thermal.Info, confirm func()) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.info, i.confirm = info, confirm
}

// Confirm has the reference looked for anew.
func (i *installer) Confirm() {
	i.mu.Lock()
	confirm := i.confirm
	i.mu.Unlock()
	if confirm != nil {
		confirm()
	}
}

// ShowMirror notes whether somebody is in sight.
func (i *installer) ShowMirror(m ui.Mirror) {
	cells := 0
	for _, b := range m.Body {
		cells += bits.OnesCount8(b)
	}
	if len(m.Faces) == 0 && float64(cells) < someBody*float64(m.Width*m.Height) {
		return
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	i.person = time.Now()
	i.wipe()
}

// wipe forgets the heat view. The caller holds mu.
func (i *installer) wipe() {
	clear(i.levels[:cap(i.levels)])
	i.levels = i.levels[:0]
}

// Observe takes what became of a frame. The loop has shown its mirror before.
func (i *installer) Observe(r *kiosk.Report) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.settle != nil {
		i.settle.Add(r.Reference, r.Frame.Time)
		if r.Reference.OK {
			i.budget = r.Usual
		}
		if i.until == 0 {
			i.until = r.Frame.Time + settleFor
		}
		if r.Frame.Time >= i.until {
			close(i.settled)
			i.settle, i.settled, i.until = nil, nil, 0
		}
	}
	if time.Since(i.asked) > watchedFor {
		i.wipe()
		return
	}
	i.now.State = r.Step.State.String()
	i.now.Fault = kiosk.FaultName(r.Reference.Fault)
	i.now.X, i.now.Y, i.now.R, i.now.OffsetK = 0, 0, 0, 0
	if r.Reference.OK {
		c := r.Reference.Circle
		i.now.X, i.now.Y, i.now.R, i.now.OffsetK = c.X, c.Y, c.R, float64(r.Reference.Offset)
	}
	if !r.Nobody || i.warm(r) {
		i.person = time.Now()
	}
	if time.Since(i.person) < blankFor {
		i.wipe()
		return
	}
	i.levels = heat(i.levels[:0], r.Frame)
}

// Sight is what the camera sees now.
func (i *installer) Sight() staff.Sight {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.asked = time.Now()
	s := i.now
	s.Camera, s.Width, s.Height, s.Hertz = i.info.Model, i.info.Width, i.info.Height, i.info.Rate
	s.Rotate, s.Mirror = i.cfg.Camera.Rotate, i.cfg.Camera.Mirror
	r := &i.cfg.Reference
	s.ReferenceC, s.ExpandedK, s.Emissivity, s.Serial, s.Expires = r.TemperatureC, r.UncertaintyK, r.Emissivity, r.Serial, r.Expires
	if i.info.Width == 0 {
		s.State = screening.OutOfService.String()
	}
	step := max(1, i.info.Width/heatColumns)
	s.Heat = staff.Heat{Width: cells(i.info.Width, step), Height: cells(i.info.Height, step), Levels: string(i.levels)}
	s.Heat.Blank = len(i.levels) == 0
	if i.record != nil {
		signed := signedOf(i.record)
		s.Signed = &signed
	}
	s.Newer = i.newer
	return s
}

// Accept watches the reference and signs a record of it off.
func (i *installer) Accept(ctx context.Context, s staff.SignOff) (staff.Signed, error) {
	day, err := i.check(s)
	if err != nil {
		return staff.Signed{}, err
	}
	i.accepting.Lock()
	defer i.accepting.Unlock()
	var settle commissioning.Settle
	settled := make(chan struct{})
	i.mu.Lock()
	i.settle, i.settled, i.until = &settle, settled, 0
	i.mu.Unlock()
	select {
	case <-settled:
	case <-ctx.Done():
		i.mu.Lock()
		i.settle, i.settled, i.until = nil, nil, 0
		i.mu.Unlock()
		return staff.Signed{}, fmt.Errorf("cannot watch the reference: %w: no frames come", staff.ErrUnsettled)
	}
	accepted, err := settle.Accept()
	if err != nil {
		return staff.Signed{}, errors.Join(staff.ErrUnsettled, err)
	}
	i.mu.Lock()
	info, budget, old, cfg := i.info, i.budget, i.record, *i.cfg
	i.mu.Unlock()
	how := setup.Commissioning{Ambient: commissioning.Ambient{TemperatureC: s.RoomC, Humidity: s.Humidity}, Day: day}
	var kept calibration.Config
	if old != nil && old.Apply(&kept, info) == nil {
		// What a uniform target told of this camera holds on.
		how.Field, how.Source = kept.Field, old.Source
	}
	record, err := setup.NewRecord(&cfg, info, how, setup.Found{First: accepted, Budget: budget})
	if err != nil {
		return staff.Signed{}, err
	}
	if err := record.SignOff(commissioning.Role(s.Role), day); err != nil {
		return staff.Signed{}, errors.Join(staff.ErrEntry, err)
	}
	if err := setup.SaveRecord(&cfg, record); err != nil {
		return staff.Signed{}, err
	}
	i.mu.Lock()
	i.record, i.newer = record, true
	i.mu.Unlock()
	return signedOf(record), nil
}

// check tells what is wrong before anybody waits for the measurement.
func (i *installer) check(s staff.SignOff) (calibration.Date, error) {
	day, err := calibration.ParseDate(i.clock.Now().UTC().Format(time.DateOnly))
	switch {
	case !i.clock.Known():
		return day, fmt.Errorf("cannot sign off on an unknown day: %w: set the clock", staff.ErrEntry)
	case err != nil:
		return day, errors.Join(staff.ErrEntry, err)
	case i.cfg.Second.TemperatureC != 0:
		return day, fmt.Errorf("cannot sign off two references here: %w: use lintel commission", staff.ErrEntry)
	case !(s.RoomC >= 5 && s.RoomC <= 45) || !(s.Humidity > 0 && s.Humidity <= 1):
		return day, fmt.Errorf("cannot take a room of %g degC and a humidity of %g: %w", s.RoomC, s.Humidity, staff.ErrEntry)
	}
	if err := new(commissioning.Record).SignOff(commissioning.Role(s.Role), day); err != nil {
		return day, errors.Join(staff.ErrEntry, err)
	}
	return day, nil
}

func signedOf(r *commissioning.Record) staff.Signed {
	ref := r.Reference
	var criteria []staff.Criterion
	for _, v := range r.Verdicts {
		criteria = append(criteria, staff.Criterion{Name: v.Name, Value: v.Value, Limit: v.Limit, Unit: v.Unit, Least: v.Least, Pass: v.Pass})
	}
	return staff.Signed{
		Criteria: criteria,
		SignOff:  staff.SignOff{Role: string(r.Role), RoomC: r.Ambient.TemperatureC, Humidity: r.Ambient.Humidity},
		Serial:   ref.Serial,
		Date:     r.Date.String(), X: ref.Place[0], Y: ref.Place[1], R: ref.Place[2], OffsetK: ref.OffsetK, BandK: ref.OffsetBandK, Seal: r.Seal,
	}
}
