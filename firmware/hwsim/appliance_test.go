package hwsim

import (
	"testing"
	"time"
)

// The face network costs the host a third of a second a frame, so the cameras
// send all of their frames where a visit needs them, and few otherwise.
const (
	always = "every 1"
	seldom = "every 2"
	rarely = "every 4"
	hardly = "every 8" // for 25 frames a second
)

// decided waits until a visit has ended with a verdict and fails unless it is
// PASS: the forehead of the simulated visitors is at 34.8 degC.
func decided(t *testing.T, k *kiosk, from int) (after int) {
	t.Helper()
	v, n := k.await(from, "passed", "referred")
	if v.State != "passed" {
		t.Errorf("the visitor is %s; the page was told%s", v.State, brief(k.since(from)))
		return n
	}
	within(t, "the lamp for PASS", func() bool { return k.board.high(passLamp) })
	if k.board.high(referLamp) || k.board.high(outOfServiceLamp) {
		t.Error("another lamp is lit with that for PASS")
	}
	return n
}

// The appliance decides a visit before each camera at the full rate of that, takes
// the frames as fast as they come, and lights the lamp and opens the door. One
// frame in a hundred may be damaged: it is counted and the visit decided.
func TestVisitsAreDecided(t *testing.T) {
	appliance(t)
	for _, c := range []struct {
		camera, begin string
		rate          float64
	}{{"lepton", rarely, 9}, {"p2pro", hardly, 25}} {
		t.Run(c.camera, func(t *testing.T) {
			e := plug(t, c.camera)
			e.command(c.begin)
			first := len(e.events("frame"))
			k := start(t)
			_, n := k.await(0, "ready")
			e.command(always)
			begin := len(e.events("frame"))
			e.command("scene normal")
			n = decided(t, k, n)
			within(t, "the relay", func() bool { return k.board.high(doorRelay) })
			if c.camera == "p2pro" {
				e.command("spoil 0.01")
				decided(t, k, n)
				e.command("spoil 0")
			}
			e.command(c.begin)
			end := len(e.events("frame"))
			counts := k.stop()
			frames := e.events("frame")
			sent := frames[begin:end]
			frames = frames[first:]
			rate := float64(len(sent)-1) / float64(sent[len(sent)-1].at-sent[0].at) * 1000
			share := float64(counts["good"]) / float64(len(frames))
			t.Logf("%.2f frames a second were sent, %.3f of all were taken", rate, share)
			if rate < 0.85*c.rate || rate > 1.15*c.rate || share < 0.85 || share > 1 {
				t.Errorf("%.2f frames a second, of which %.3f were taken", rate, share)
			}
			compare(t, frames, counts)
		})
	}
}

// compare holds what the camera spoilt against what the program counted. Frames
// may be under way at the end.
func compare(t *testing.T, frames []event, counts map[string]int) {
	t.Helper()
	kinds := map[string]int{}
	for _, f := range frames {
		kinds[f.rest[0]]++
	}
	t.Logf("sent %v; counted %v", kinds, counts)
	dropped := counts["missing"] + counts["short"] + counts["flagged"]
	if dropped < kinds["short"]+kinds["flagged"]-1 || counts["repeated"] > kinds["repeated"] || counts["repeated"] < kinds["repeated"]-1 ||
		counts["torn"] > kinds["torn"] || counts["torn"] < kinds["torn"]-1 || counts["good"] > kinds["good"] {
		t.Error("what is damaged is not all counted, or taken")
	}
}

// Without a camera the page says so, and the kiosk begins when there is one.
func TestNoCameraAtStart(t *testing.T) {
	appliance(t)
	k := start(t)
	if v, _ := k.await(0, "out_of_service"); v.Reason != "camera_missing" {
		t.Errorf("out of service for %q", v.Reason)
	}
	e := plug(t, "lepton")
	e.command(rarely)
	_, n := k.await(0, "ready")

	// A second one that appears changes nothing, and does not stand in.
	other := plug(t, "p2pro")
	within(t, "the second camera", other.seen)
	e.command("unplug")
	if v, _ := k.await(n, "out_of_service"); v.Reason != "camera_missing" {
		t.Errorf("out of service for %q", v.Reason)
	}
	other.command("unplug")
	e.command("plug")
	k.await(n+1, "ready")
}

// The camera is unplugged and plugged in again so often until the memory is level,
// and so often to see that it stays so. Go's heap takes new pages until each size
// of value has a span with room; what is kept at each plug would go on growing
// by a frame's memory at the least.
const (
	settled = 20
	counted = 10
	frameKB = 2 * 160 * 120 >> 10
)

// Unplugged in the middle of a visit: no verdict, out of service within 2 s, and
// ready again when it is back; and again and again, and nothing is left of it.
func TestUnplugging(t *testing.T) {
	appliance(t)
	e := plug(t, "lepton")
	e.command(seldom)
	k := start(t)
	_, n := k.await(0, "ready")
	out := func(from int) {
		t.Helper()
		begin := time.Now()
		e.command("unplug")
		v, _ := k.await(from, "out_of_service")
		if took := v.at.Sub(begin); took > 2*time.Second || v.Reason != "camera_missing" {
			t.Errorf("out of service for %q after %v", v.Reason, took)
		} else {
			t.Logf("out of service after %v", took)
		}
		within(t, "the lamp", func() bool { return k.board.high(outOfServiceLamp) })
		if took := time.Since(begin); took > 2*time.Second || k.board.high(passLamp) || k.board.high(doorRelay) {
			t.Errorf("the lamp was lit after %v", took)
		}
	}
	e.command("scene normal")
	_, n = k.await(n, "measuring")
	out(n)
	for _, v := range k.since(n) {
		if v.State == "passed" || v.State == "referred" {
			t.Errorf("a verdict without a camera: %v", brief(k.since(n)))
		}
	}
	n = k.now()
	e.command("scene empty")
	e.command("plug")
	_, n = k.await(n, "ready")
	e.command(rarely)
	var used []usage
	for range settled + counted {
		out(n)
		n = k.now()
		e.command("plug")
		_, n = k.await(n, "ready")
		used = append(used, k.use())
	}
	first, middle, last := used[0], used[settled-1], used[settled+counted-1]
	for _, u := range used {
		t.Logf("files %d, threads %d, memory %d KB", u.files, u.threads, u.memory)
	}
	if last.files > first.files || last.threads > first.threads+2 {
		t.Error("files or threads are left")
	}
	if most := middle.memory + counted*frameKB; last.memory >= most {
		t.Errorf("as much memory is left as frames would need")
	}
	e.command(seldom)
	e.command("scene normal")
	decided(t, k, n)
}

// The flat field is corrected by command when nobody is there; the gap is
// bridged. A correction in the middle of a visit, as the camera may still make of
// its own accord, leads to the right verdict or another try. Killed with the door
// open, the program leaves every line low.
func TestCorrections(t *testing.T) {
	appliance(t)
	e := plug(t, "lepton")
	e.command(rarely)
	first := len(e.events("ffc"))
	k := start(t, "camera.correct_within_s=60")
	_, n := k.await(0, "ready")
	before := len(e.events("ffc"))
	within(t, "a correction", func() bool { return len(e.events("ffc")) > before })
	time.Sleep(4 * time.Second)
	e.command(seldom)
	for _, v := range k.since(n) {
		if v.State == "out_of_service" {
			t.Errorf("the gap was not bridged:%s", brief(k.since(n)))
		}
	}
	e.command("scene normal")
	_, n = k.await(n, "measuring")
	commanded := e.events("ffc")[first:]
	e.command("correct")
	decided(t, k, n)
	for _, v := range k.since(n) {
		if v.State == "out_of_service" {
			t.Errorf("the gap was not bridged:%s", brief(k.since(n)))
		}
	}
	for i, c := range commanded {
		if state := k.at(time.UnixMilli(c.at)); state == "guiding" || state == "measuring" || state == "passed" {
			t.Errorf("a correction while the kiosk was %s", state)
		}
		if i > 0 && c.at-commanded[i-1].at > 60_000 {
			t.Errorf("%d ms between two corrections", c.at-commanded[i-1].at)
		}
	}
	within(t, "the relay", func() bool { return k.board.high(doorRelay) })
	k.kill()
	for line := range outputs {
		within(t, "the lines to fall back", func() bool { return !k.board.high(line) })
	}
}

// A camera that is stuck: out of service first, then the stream is restarted,
// then the camera reset, and then all is well.
func TestStuckCamera(t *testing.T) {
	appliance(t)
	for _, c := range []struct{ how, fault string }{{"freeze", "camera_frozen"}, {"mute", "camera_silent"}} {
		t.Run(c.how, func(t *testing.T) {
			e := plug(t, "lepton")
			e.command(rarely)
			k := start(t)
			_, n := k.await(0, "ready")
			before := len(e.events("stop", "start", "reset"))
			begin := time.Now()
			e.command(c.how)
			v, n := k.await(n, "out_of_service")
			took := v.at.Sub(begin)
			t.Logf("out of service after %v", took)
			if took > 2*time.Second || v.Reason != c.fault {
				t.Errorf("out of service for %q after %v", v.Reason, took)
			}
			if done := e.events("stop", "start", "reset")[before:]; len(done) > 0 {
				t.Errorf("something was done before anybody was told: %v", done)
			}
			k.await(n, "ready")
			var order []string
			for _, d := range e.events("stop", "start", "reset")[before:] {
				order = append(order, d.kind)
			}
			t.Logf("%v", order)
			if len(order) < 3 || order[0] != "stop" || order[1] != "start" || order[2] != "stop" && order[2] != "reset" {
				t.Errorf("done was %v", order)
			}
		})
	}
}
