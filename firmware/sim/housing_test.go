package sim

import (
	"math"
	"testing"
	"time"

	"lintel/firmware/thermal"
)

// A camera in a warm housing reads high: 0.6 K on the disc for each kelvin.
func TestHousing(t *testing.T) {
	read := func(room thermal.Celsius, responsivity float64, target thermal.Celsius) float64 {
		c := Defaults()
		c.Scene, c.Target, c.Room, c.Camera.CalibratedAt = "target", target, room, 22
		c.CameraOffset, c.Drift, c.NETD = 0, 0, 0
		c.Camera.Pattern, c.Camera.Correlated, c.Camera.Halo, c.Camera.Responsivity = 0, 0, 0, responsivity
		got, truth := readMiddle(t, c)
		if target == 37 && math.Abs(got-float64(target)-float64(truth.Offset)) > 0.01 {
			t.Errorf("a target like the disc is off by %.3f K, the truth says %.3f", got-float64(target), truth.Offset)
		}
		return got - float64(target)
	}
	for _, room := range []thermal.Celsius{18, 22, 25, 32} {
		if got, want := read(room, 0, 37), 0.6*float64(room-22); math.Abs(got-want) > 0.01 {
			t.Errorf("in a room of %v degC it reads %.3f K too high, want %.3f", room, got, want)
		}
	}
	// Ten kelvin of 0.002 stretch differences by 2 %: 0.08 K in four.
	stretch := func(target thermal.Celsius) float64 { return read(32, 0.002, target) - read(32, 0, target) }
	if got := stretch(39) - stretch(35); math.Abs(got-0.076) > 0.015 {
		t.Errorf("from 35 to 39 degC the error grows by %.3f K, want 0.08", got)
	}
	s := open(t, Config{Scene: "empty", Rate: 1, Drift: 1e-9, Camera: Camera{HousingSwing: 2}})
	var f thermal.Frame
	low, high := 99.0, -99.0
	for n := range uint64(24) {
		s.next = n * 50
		truth := next(t, s, &f)
		low, high = min(low, float64(truth.Offset)), max(high, float64(truth.Offset))
		if math.Abs(float64(truth.Housing-f.Telemetry.Sensor)) > 0.01 {
			t.Errorf("the sensor is at %v, the housing at %v", f.Telemetry.Sensor, truth.Housing)
		}
	}
	if math.Abs(high-low-2.4) > 0.1 {
		t.Errorf("a swing of 2 K moves the reading by %.3f K, want 2.4", high-low)
	}
}

func TestFFCSettles(t *testing.T) {
	c := Defaults()
	c.Scene, c.Drift, c.CameraOffset = "empty", 0, -1
	c.FFC = FFC{Every: 20, First: 5, Stop: 1.5, Step: 0.8, Settle: 3, Fade: 10000, Silent: true}
	s := open(t, c)
	var f thermal.Frame
	last, gaps := time.Duration(0), 0
	for f.Time < 12*time.Second {
		truth := next(t, s, &f)
		if f.Telemetry.HasSinceFFC {
			t.Fatal("the camera tells of its corrections")
		}
		if f.Time-last > time.Second {
			gaps++
			if math.Abs((f.Time-last).Seconds()-1.5-1/8.76) > 0.01 {
				t.Errorf("frames stopped for %v", f.Time-last)
			}
		}
		last = f.Time
		since, got := f.Time.Seconds()-6.5, float64(truth.Offset)+1
		want := 0.0
		if since >= 0 {
			want = 0.8 * (1 - math.Exp(-since))
		}
		if math.Abs(got-want) > 0.02 {
			t.Fatalf("%.2f s after the correction the camera is off by %.3f K more, want %.3f", since, got, want)
		}
	}
	if gaps != 1 {
		t.Errorf("%d gaps, want 1", gaps)
	}
}
