package hwsim

import "testing"

// Staff take the kiosk out of service and back with their button, and an opened
// housing does until it is shut and the button was pressed. A contact that
// bounces is one press.
func TestSwitches(t *testing.T) {
	appliance(t)
	e := plug(t, "lepton")
	e.command(rarely)
	k := start(t)
	_, n := k.await(0, "ready")
	out := func(reason string) {
		t.Helper()
		var v view
		if v, n = k.await(n, "out_of_service"); v.Reason != reason {
			t.Errorf("out of service for %q, want %q", v.Reason, reason)
		}
		within(t, "the lamp", func() bool { return k.board.high(outOfServiceLamp) })
	}
	ready := func() {
		t.Helper()
		_, n = k.await(n, "ready")
		within(t, "the lamp to go out", func() bool { return !k.board.high(outOfServiceLamp) })
	}
	k.board.press(staffButton)
	out("paused_by_staff")
	k.board.press(staffButton)
	ready()
	k.board.pull(tamper, true)
	out("tampered")
	k.board.press(staffButton) // while it is open
	k.board.pull(tamper, false)
	within(t, "the lamp to stay", func() bool { return k.board.high(outOfServiceLamp) })
	k.board.press(staffButton)
	ready()
}
