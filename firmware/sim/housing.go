package sim

import (
	"math"
	"time"

	"lintel/firmware/thermal"
)

// What the housing does of itself: how far the camera warms it in the end, and
// how fast; how far a camera that was just switched on reads too low, and for
// how long; and the period of a swing.
const (
	selfHeating     = 9.0   // K
	selfHeatingTime = 500.0 // s
	coldError       = 3.0   // K
	coldTime        = 400.0 // s
	swingPeriod     = 1200.0
)

// ffcOf returns the flat-field corrections of a scene.
func ffcOf(c *Config, kind cameraKind) FFC {
	f := c.FFC
	if f.Every == 0 && kind == ffcCamera {
		// At once, so that the step stands out.
		f.Every, f.Settle = 20, 0
	}
	return f
}

// corrections returns how many flat-field corrections lie before frame n.
func (s *Source) corrections(n uint64) int {
	t := float64(n) / s.config.Rate
	if s.ffc.Every == 0 || t < s.ffc.First {
		return 0
	}
	return 1 + int((t-s.ffc.First)/s.ffc.Every)
}

// clock returns the time of frame n.
func (s *Source) clock(n uint64) time.Duration {
	t := float64(n)/s.config.Rate + s.ffc.Stop*float64(s.corrections(n))
	return time.Duration(t * float64(time.Second))
}

// sinceFFC returns the seconds since the last flat-field correction.
func (s *Source) sinceFFC(n uint64, now time.Duration) float64 {
	k := s.corrections(n)
	switch {
	case k == 0 && s.kind == coldCamera:
		return now.Seconds()
	case k == 0:
		return 60 + now.Seconds()
	}
	return float64(n)/s.config.Rate - s.ffc.First - s.ffc.Every*float64(k-1)
}

// swing returns how far the housing is warmer than the room makes it.
func (s *Source) swing(now time.Duration) float64 {
	return float64(s.config.Camera.HousingSwing) * math.Sin(2*math.Pi*now.Seconds()/swingPeriod+s.phases[0])
}

// selfHeated returns how far the camera warms its housing.
func (s *Source) selfHeated(now time.Duration) float64 {
	if s.kind != coldCamera {
		now += time.Hour
	}
	return selfHeating * (1 - math.Exp(-now.Seconds()/selfHeatingTime))
}

// offset returns the error of the camera in frame n on an object at the
// reference temperature, in K.
func (s *Source) offset(n uint64, now time.Duration) float64 {
	t := now.Seconds()
	wander := 0.6*math.Sin(2*math.Pi*t/97+s.phases[0]) + 0.4*math.Sin(2*math.Pi*t/311+s.phases[1])
	offset := float64(s.config.CameraOffset) + float64(s.config.Drift)*wander
	offset += s.config.Camera.PerKelvin * s.fromCalibration(now)
	if s.corrections(n) > 0 {
		since := s.sinceFFC(n, now)
		step := float64(s.ffc.Step) * math.Exp(-since/s.ffc.Fade)
		if s.ffc.Settle > 0 {
			step *= 1 - math.Exp(-3*since/s.ffc.Settle)
		}
		offset += step
	}
	if s.kind == coldCamera {
		offset -= coldError * math.Exp(-t/coldTime)
	}
	return offset
}

// lines returns by how much the upper lines read lower in frame n, in K.
func (s *Source) lines(n uint64, now time.Duration) float64 {
	if s.corrections(n) == 0 {
		return 0
	}
	return float64(s.ffc.Lines) * math.Exp(-s.sinceFFC(n, now)/s.ffc.Fade)
}

// fromCalibration returns how far the housing is warmer than where the offset
// of the camera holds.
func (s *Source) fromCalibration(now time.Duration) float64 {
	return float64(s.config.Room-s.config.Camera.CalibratedAt) + s.swing(now)
}

// respond returns how the camera answers in frame n. What is said of it in
// kelvin is turned into radiance at the temperature of the reference.
func (s *Source) respond(n uint64, now time.Duration) response {
	k, at := &s.config.Camera, float32(s.config.Reference)
	p := s.optics.planck
	e := float32(k.Emissivity)
	housing := float32(float64(s.config.Room) + s.swing(now) + s.selfHeated(now))
	return response{
		added:        e * (p.of(at+float32(s.offset(n, now))) - p.of(at)),
		gain:         1 + float32(k.Responsivity*s.fromCalibration(now)),
		shutter:      p.of(housing),
		unit:         e * (p.of(at+0.5) - p.of(at-0.5)),
		setting:      e,
		surroundings: p.of(s.shot.room.wall),
		lines:        float32(s.lines(n, now)),
	}
}

// telemetry returns what the camera says of itself with frame n.
func (s *Source) telemetry(n uint64, now time.Duration) thermal.Telemetry {
	uptime := now
	if s.kind != coldCamera {
		uptime += time.Hour
	}
	warmth := s.selfHeated(now) + s.swing(now)
	t := thermal.Telemetry{
		Uptime: uptime, HasUptime: true,
		Sensor: s.config.Room + thermal.Celsius(warmth), HasSensor: true,
	}
	if !s.ffc.Silent {
		t.SinceFFC, t.HasSinceFFC = time.Duration(s.sinceFFC(n, now)*float64(time.Second)), true
	}
	return t
}
