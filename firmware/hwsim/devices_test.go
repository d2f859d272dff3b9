package hwsim

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"
)

// listed is a line of lintel devices --json.
type listed struct {
	Device, Name, Detail string
	OK                   bool
	Problem, Remedy      string
	Camera               struct {
		Serial, Profile, Radiometric string
		Formats                      []string
	}
	Lines []struct {
		Number int
		Used   bool
	}
}

// devices runs lintel devices with settings.
func devices(t *testing.T, settings ...string) []listed {
	t.Helper()
	args := []string{"devices", "--json"}
	for _, s := range settings {
		args = append(args, "--set", s)
	}
	var problems bytes.Buffer
	cmd := exec.Command(appliance(t), args...)
	cmd.Stderr = &problems
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, &problems)
	}
	t.Logf("%s", out)
	var all []listed
	for line := range strings.Lines(string(out)) {
		var d listed
		if err := json.Unmarshal([]byte(line), &d); err != nil {
			t.Fatal(err)
		}
		if d.OK != (d.Problem == "") || d.OK != (d.Remedy == "") {
			t.Errorf("what is wrong has a word and a remedy, and nothing else has: %+v", d)
		}
		all = append(all, d)
	}
	return all
}

// named returns the device of a name.
func named(t *testing.T, all []listed, name string) listed {
	t.Helper()
	i := slices.IndexFunc(all, func(d listed) bool { return d.Name == name })
	if i < 0 {
		t.Fatalf("%s is not listed", name)
	}
	return all[i]
}

// What is connected is listed, with what is wrong and what to do.
func TestDevicesAreListed(t *testing.T) {
	appliance(t)
	b := openBoard(t)
	connectSensors(t)
	e := plug(t, "lepton")
	within(t, "the camera", e.seen)

	all := devices(t, append(b.settings(), "ambient.sensor=lm75")...)
	const lepton, p2pro = "1e4e:0100:SIM-lepton", "0bda:5830:SIM-p2pro"
	d := named(t, all, lepton)
	if !d.OK || d.Camera.Serial != "SIM-lepton" || d.Camera.Profile != "lepton3-telemetry" || d.Camera.Radiometric != "yes" ||
		!slices.Equal(d.Camera.Formats, []string{"Y16 160x120", "Y16 160x122"}) {
		t.Errorf("the camera: %+v", d)
	}
	if d := named(t, all, b.chip); !d.OK || len(d.Lines) != lineCount {
		t.Errorf("the chip: %+v", d)
	}
	for _, key := range keys() {
		if d := named(t, all, "gpio."+key); !d.OK || !strings.HasPrefix(d.Detail, b.chip+":") {
			t.Errorf("the line: %+v", d)
		}
	}
	words := func(part string) bool {
		return slices.ContainsFunc(all, func(d listed) bool { return d.Device == "sensor" && d.OK && strings.Contains(d.Detail, part) })
	}
	if !words("lm75; 23.5 degC; used for the room") || !words("bme280; 25.1 degC; 42 %RH") {
		t.Error("the sensors are not listed with what they read")
	}

	// The other camera alone, in the wrong place of a stubborn one, and both.
	other := plug(t, "p2pro")
	within(t, "the second camera", other.seen)
	all = devices(t, "gpio.pass_lamp=gpiochip9:0", "gpio.refer_lamp="+b.chip+":77", "ambient.sensor=sht4x")
	for _, name := range []string{lepton, p2pro} {
		if d := named(t, all, name); d.OK || d.Problem != "Several thermal cameras are plugged in." || d.Remedy != "To use this one, run the kiosk with --source uvc:"+name+"." {
			t.Errorf("two cameras: %+v", d)
		}
	}
	for name, problem := range map[string]string{
		"gpio.pass_lamp":  "there is no such GPIO chip",
		"gpio.refer_lamp": "the chip has no such line",
		"sht4x":           "there is no such sensor",
	} {
		if d := named(t, all, name); !strings.Contains(d.Problem, problem) {
			t.Errorf("%s: %+v", name, d)
		}
	}
	e.command("unplug")
	within(t, "the first camera to go", func() bool { return !e.seen() })
	d = named(t, devices(t), p2pro)
	if !d.OK || d.Camera.Profile != "infiray-256" || d.Camera.Radiometric != "yes" || !slices.Equal(d.Camera.Formats, []string{"YUYV 256x384"}) {
		t.Errorf("the second camera: %+v", d)
	}
	other.command("gain low")
	if d := named(t, devices(t), p2pro); d.OK || !strings.Contains(d.Problem, "gain") {
		t.Errorf("in low gain: %+v", d)
	}
	other.command("unplug")
	within(t, "the second camera to go", func() bool { return !other.seen() })
	e.command("keep radiometry")
	e.command("plug")
	within(t, "the camera", e.seen)
	if d := named(t, devices(t), lepton); d.OK || d.Camera.Radiometric != "no" {
		t.Errorf("not radiometric: %+v", d)
	}
	e.command("unplug")
	within(t, "the camera to go", func() bool { return !e.seen() })
	if d := named(t, devices(t), "none"); d.OK || d.Problem != "No USB camera is plugged in." {
		t.Errorf("no camera: %+v", d)
	}
}

// The lamp test lights one line after the other, each for a second, and the
// door's only when asked to. A line that another program has is an error.
func TestLamps(t *testing.T) {
	path := appliance(t)
	b := openBoard(t)
	for _, door := range []bool{false, true} {
		args := []string{"devices", "--lamp-test"}
		for _, s := range b.settings() {
			args = append(args, "--set", s)
		}
		want := []int{passLamp, referLamp, outOfServiceLamp, buzzer}
		if door {
			args = append(args, "--door")
			want = append(want, doorRelay)
		}
		cmd := exec.Command(path, args...)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			for in := bufio.NewScanner(out); in.Scan(); {
				t.Log(in.Text())
			}
		}()
		var lit []int
		var since, lasted []time.Time
		for over := false; !over; {
			select {
			case <-ended:
				over = true
			default:
				time.Sleep(10 * time.Millisecond)
			}
			now := time.Now()
			for line := range outputs {
				if !b.high(line) {
					continue
				}
				if n := len(lit); n == 0 || lit[n-1] != line {
					lit, since, lasted = append(lit, line), append(since, now), append(lasted, now)
				}
				lasted[len(lit)-1] = now
			}
		}
		if err := cmd.Wait(); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(lit, want) {
			t.Errorf("lit were %v, want %v", lit, want)
		}
		for i := range lit {
			if took := lasted[i].Sub(since[i]); took < 800*time.Millisecond || took > 1300*time.Millisecond {
				t.Errorf("line %d was high for %v", lit[i], took)
			}
		}
	}
	k := start(t) // there is no camera: it waits, and has the lines
	k.await(0, "out_of_service")
	cmd := exec.Command(path, append([]string{"devices", "--lamp-test"}, "--set", fmt.Sprintf("gpio.pass_lamp=%s:%d", b.chip, passLamp))...)
	if out, err := cmd.CombinedOutput(); err == nil || !strings.Contains(string(out), `the line is in use by "lintel pass_lamp"`) {
		t.Errorf("beside the kiosk: %v: %s", err, out)
	}
}
