package board

import (
	"context"
	"errors"
	"fmt"
	"time"

	"lintel/appliance/config"
	"lintel/calibration"
	"lintel/firmware/ambient"
)

// StartLive follows the blackbody's controller without the rest of the board, as
// for commissioning, and waits for its first reading. live is nil where no
// controller is configured; stop ends it.
//
// Errors: those of [blackbody.New] and [blackbody.Thermometer.Latest].
func StartLive(ctx context.Context, c *config.Config) (live func() (calibration.Live, bool), stop func(), err error) {
	t, err := thermometer(c)
	if t == nil || err != nil {
		return nil, func() {}, err
	}
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = t.Run(ctx) // nil: it ends because it is told to
	}()
	stop = func() {
		cancel()
		<-ended
	}
	patience := time.NewTimer(seconds(c.Live.TimeoutS))
	defer patience.Stop()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		_, err := t.Latest()
		if err == nil {
			b := Board{blackbody: t}
			return b.Kiosk().Live, stop, nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			stop()
			return nil, nil, ctx.Err()
		case <-patience.C:
			stop()
			return nil, nil, fmt.Errorf("cannot read reference.live = %q: %w", c.Live.Device, err)
		}
	}
}

// ErrNoHumidity means that the configured sensor of the room tells no humidity.
var ErrNoHumidity = errors.New("the sensor of the room tells no humidity: give --room and --humidity")

// RoomNow asks the configured sensor of the room.
//
// Errors: those of package ambient, and [ErrNoHumidity].
func (m Machine) RoomNow(c *config.Config) (ambient.Reading, error) {
	d, err := m.room(c)
	if err != nil {
		return ambient.Reading{}, err
	}
	r, err := d.Read()
	if err == nil && !r.HasHumidity {
		err = ErrNoHumidity
	}
	return r, err
}
