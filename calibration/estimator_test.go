package calibration

import (
	"math"
	"testing"
	"time"

	"lintel/firmware/thermal"

	"pgregory.net/rapid"
)

const period = 114 * time.Millisecond

// steps feeds offsets to an estimator, one a frame.
func steps(e *estimator, from int, offsets ...float64) estimate {
	var out estimate
	for i, v := range offsets {
		out = e.add(v, 0.008, time.Duration(from+i)*period, 0.3)
	}
	return out
}

func repeat(v float64, n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = v
	}
	return out
}

// The reading is better than one frame's, and follows what is real.
func TestEstimatorInQuietAndInDrift(t *testing.T) {
	d := newDice(1)
	var e estimator
	squares, stated := 0.0, 0.0
	const n = 4000
	truth := 1.0
	for i := range n {
		truth += d.normal(0.01)
		out := e.add(truth+d.normal(0.008), 0.008, time.Duration(i)*period, 0.3)
		if out.unstable {
			t.Fatalf("frame %d: unstable", i)
		}
		squares += math.Pow(float64(out.offset)-truth, 2)
		stated += float64(out.noise * out.noise)
	}
	rms, u := math.Sqrt(squares/n), math.Sqrt(stated/n)
	t.Logf("rms error %.4f K, stated %.4f K, one frame 0.008 K", rms, u)
	if rms > 0.008 || math.Abs(u/rms-1) > 0.25 {
		t.Errorf("rms error %.4f K, stated %.4f K", rms, u)
	}
}

// A step beyond the noise is followed at once, not smoothed.
func TestEstimatorNeverSmoothsAcrossAStep(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		var e estimator
		steps(&e, 0, repeat(1, 10)...)
		step := rapid.Float64Range(0.1, 2).Draw(rt, "step") * float64(rapid.SampledFrom([]int{-1, 1}).Draw(rt, "sign"))
		out := steps(&e, 10, 1+step)
		if math.Abs(float64(out.offset)-1-step) > 1e-9 {
			rt.Errorf("after a step of %.3f the offset is %.3f", step, out.offset-1)
		}
		if out.noise < 0.0079 {
			rt.Errorf("the uncertainty after a step is %.4f", out.noise)
		}
		if out.unstable != (math.Abs(step) > 0.3) {
			rt.Errorf("a step of %.3f: unstable %v", step, out.unstable)
		}
	})
}

// The longer nothing is known of the reference, the less is known of the
// offset; it is taken from the next frame.
func TestEstimatorAfterAGap(t *testing.T) {
	var e estimator
	steps(&e, 0, repeat(1, 20)...)
	out := e.add(1.03, 0.008, 30*time.Second, 0.3)
	if math.Abs(float64(out.offset)-1.03) > 0.001 {
		t.Errorf("after a gap the offset is %.4f, want 1.03", out.offset)
	}
}

// While a flat-field correction settles the uncertainty says so, and fades.
func TestEstimatorWhileACorrectionSettles(t *testing.T) {
	var e estimator
	f := &thermal.Frame{Telemetry: thermal.Telemetry{HasSinceFFC: true, SinceFFC: 9 * time.Minute}}
	e.frame(f, 0, 9)
	quiet := steps(&e, 0, repeat(1, 10)...)
	f.Time, f.Telemetry.SinceFFC = 3*time.Second, 900*time.Millisecond
	e.frame(f, 2*time.Second, 9)
	last := math.Inf(1)
	for i := range 200 {
		f.Time = 3*time.Second + time.Duration(i)*period
		f.Telemetry.SinceFFC = 900*time.Millisecond + time.Duration(i)*period
		e.frame(f, period, 9)
		out := e.add(1-0.8*(1-math.Exp(-float64(i)/10)), 0.008, f.Time, 0.3)
		settling := float64(out.settling)
		if out.unstable || settling > last+0.01 { // the step still comes
			t.Fatalf("frame %d: unstable %v, settling %.3f after %.3f", i, out.unstable, settling, last)
		}
		if i == 0 && settling < 0.3 {
			t.Errorf("right after the correction %.3f K", settling)
		}
		last = settling
	}
	if quiet.settling > 0.01 || last > 0.05 {
		t.Errorf("before %.3f K, after %.3f K", quiet.settling, last)
	}
}

// Noise that is too large for a reference in order.
func TestEstimatorCallsNoiseUnstable(t *testing.T) {
	var e estimator
	unstable := 0
	for i := range 60 {
		if e.add(1+0.25*float64(i%2), 0.008, time.Duration(i)*period, 0.3).unstable {
			unstable++
		}
	}
	if unstable < 45 {
		t.Errorf("unstable in %d of 60 frames", unstable)
	}
}

// A camera that tells nothing and sends frames all the while: the step itself,
// or a rise of half a kelvin in a second, tells of the correction.
func TestEstimatorSeesACorrectionInTheReadings(t *testing.T) {
	for name, rise := range map[string]float64{"step": 0.8, "ramp": 0.08} {
		var e estimator
		quiet := steps(&e, 0, repeat(1, 20)...)
		v, settling := 1.0, 0.0
		for i := range 12 {
			if i == 0 || name == "ramp" {
				v -= rise
			}
			settling = math.Max(settling, float64(steps(&e, 20+i, v).settling))
		}
		if quiet.settling != 0 || settling < 0.3 {
			t.Errorf("%s: settling %.3f K, before it %.3f K", name, settling, quiet.settling)
		}
	}
	var e estimator
	if out := steps(&e, 0, append(repeat(1, 20), repeat(1.1, 20)...)...); out.settling != 0 {
		t.Errorf("a wander of 0.1 K: settling %.3f K", out.settling)
	}
}
