package hwsim

import (
	"testing"
	"time"
)

// The face network costs the host a third of a second a frame. seldom leaves out
// every other frame of the Lepton, which is enough for a visit; rarely leaves as
// many as are needed to be ready.
const (
	seldom = "every 2"
	rarely = "every 4"
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

// The appliance decides visits before both cameras, the second time with one
// frame in a hundred damaged. When the program is killed, every line falls back.
func TestVisitsAreDecided(t *testing.T) {
	appliance(t)
	t.Run("lepton", func(t *testing.T) {
		e := plug(t, "lepton")
		e.command(seldom)
		k := start(t)
		_, n := k.await(0, "ready")
		e.command("scene normal")
		decided(t, k, n)
		within(t, "the relay", func() bool { return k.board.high(doorRelay) })
		k.kill()
		for line := range lineCount {
			within(t, "the lines to fall back", func() bool { return !k.board.high(line) })
		}
	})
	t.Run("p2pro", func(t *testing.T) {
		e := plug(t, "p2pro")
		k := start(t)
		_, n := k.await(0, "ready")
		e.command("scene normal")
		n = decided(t, k, n)
		e.command("spoil 0.01")
		decided(t, k, n)
	})
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
	files, threads, _ := k.use()
	var memory []int
	for range 20 {
		out(n)
		n = k.now()
		e.command("plug")
		_, n = k.await(n, "ready")
		_, _, kb := k.use()
		memory = append(memory, kb)
	}
	filesAfter, threadsAfter, _ := k.use()
	t.Logf("files %d and %d, threads %d and %d, memory %d KB", files, filesAfter, threads, threadsAfter, memory)
	// The heap grows in steps; a frame's memory left at each plug would be more.
	if filesAfter > files || threadsAfter > threads+2 || memory[19] > memory[9]+4<<10 {
		t.Error("something is left")
	}
	e.command(seldom)
	e.command("scene normal")
	decided(t, k, n)
}

// The flat field is corrected by command when nobody is there; the gap is
// bridged. A correction in the middle of a visit, as the camera may still make of
// its own accord, leads to the right verdict or another try.
func TestCorrections(t *testing.T) {
	appliance(t)
	e := plug(t, "lepton")
	e.command(rarely)
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
	e.command("correct")
	decided(t, k, n)
	for _, v := range k.since(n) {
		if v.State == "out_of_service" {
			t.Errorf("the gap was not bridged:%s", brief(k.since(n)))
		}
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
