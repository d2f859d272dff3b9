package ambient

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rogpeppe/go-internal/txtar"
	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"lintel/firmware/thermal"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// tree unpacks a tree of testdata and returns its root. A name "a -> b" is a
// link.
func tree(t *testing.T, name string) string {
	t.Helper()
	archive, err := txtar.ParseFile(filepath.Join("testdata", name+".txtar"))
	if err != nil {
		t.Fatal(err)
	}
	root := t.TempDir()
	for _, f := range archive.Files {
		path, target, isLink := strings.Cut(f.Name, " -> ")
		path = filepath.Join(root, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if isLink {
			err = os.Symlink(target, path)
		} else {
			err = os.WriteFile(path, f.Data, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return root
}

// put changes a file of a tree.
func put(t *testing.T, root, path, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(root, path), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestReadings(t *testing.T) {
	for _, c := range []struct {
		tree, name  string
		temperature thermal.Celsius
		humidity    float64 // 0 for none
	}{
		// The data sheet's example; its humidity is the driver's own.
		{"bme280_lm75", Auto, 25.08, 0.42249},
		{"bme280_lm75", "bme280", 25.08, 0.42249},
		{"bme280_lm75", "bme280@0-0076", 25.08, 0.42249},
		{"bme280_lm75", "iio:device0", 25.08, 0.42249},
		{"bme280_lm75", "lm75", 23.5, 0},
		{"bme280_lm75", "lm75@0-0048", 23.5, 0},
		{"board", "sht3x", 21.437, 0.3821},
		{"board", "hwmon2", 21.437, 0.3821},
		// (25640 - 15887.515151) * 2.517700195 and 29491 * 1.525878906
		// thousandths.
		{"board", "hdc100x@1-0040", 24.5538, 0.44999},
		{"board", "cpu_thermal", 51.121, 0}, // who names it shall have it
	} {
		d, err := Find(tree(t, c.tree), c.name)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		r, err := d.Read()
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		if math.Abs(float64(r.Temperature-c.temperature)) > 0.001 || r.HasHumidity != (c.humidity != 0) || math.Abs(r.Humidity-c.humidity) > 0.0001 {
			t.Errorf("%s: %+v", c.name, r)
		}
		if time.Since(r.Taken) > time.Minute || r.Taken.IsZero() {
			t.Errorf("%s: taken at %v", c.name, r.Taken)
		}
	}
}

func TestFindRefuses(t *testing.T) {
	for _, c := range []struct {
		tree, name string
		err        error
	}{
		{"board", Auto, ErrAmbiguous}, // two measure humidity
		{"board", "sht4x", ErrNoSensor},
		{"board", "mcp3008", ErrNoSensor}, // it measures no temperature
		{"board", "", ErrNoSensor},
	} {
		if d, err := Find(tree(t, c.tree), c.name); !errors.Is(err, c.err) || !strings.HasPrefix(err.Error(), "cannot ") || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v, %v", c.name, d, err)
		}
	}
	if d, err := Find(t.TempDir(), Auto); !errors.Is(err, ErrNoSensor) {
		t.Errorf("a machine without sensors: %v, %v", d, err)
	}
}

func TestList(t *testing.T) {
	var names []string
	for _, d := range List(tree(t, "board")) {
		names = append(names, fmt.Sprintf("%v (%s %s) degC: %v, %%RH: %v", d, d.Name, d.Kernel, d.HasTemperature(), d.HasHumidity()))
	}
	want := []string{
		"hwmon0 (cpu_thermal hwmon0) degC: true, %RH: false",
		"sht3x@1-0044 (sht3x hwmon2) degC: true, %RH: true",
		"hdc100x@1-0040 (hdc100x iio:device0) degC: true, %RH: true",
	}
	if !slices.Equal(names, want) {
		t.Errorf("%q", names)
	}
}

func TestReadRefuses(t *testing.T) {
	const file = "class/hwmon/hwmon2/temp1_input"
	for text, want := range map[string]error{
		"": ErrRead, "\n": ErrRead, "nan\n": ErrRead, "inf": ErrRead, "0x10": ErrRead, "2 1437": ErrRead, strings.Repeat("1", 100): ErrRead,
		"1e9": ErrImplausible, "-45000\n": ErrImplausible, "130000\n": ErrImplausible, "60001": ErrImplausible,
	} {
		root := tree(t, "board")
		put(t, root, file, text)
		d, err := Find(root, "sht3x")
		if err != nil {
			t.Fatal(err)
		}
		if r, err := d.Read(); !errors.Is(err, want) || !strings.HasPrefix(err.Error(), "cannot ") {
			t.Errorf("%q: %+v, %v", text, r, err)
		}
	}
	// Humidity that hangs does not take the temperature away.
	for _, text := range []string{"0", "100001", "wet", ""} {
		root := tree(t, "board")
		put(t, root, "class/hwmon/hwmon2/humidity1_input", text)
		d, err := Find(root, "sht3x")
		if err != nil {
			t.Fatal(err)
		}
		if r, err := d.Read(); err != nil || r.HasHumidity || r.Temperature != 21.437 {
			t.Errorf("humidity %q: %+v, %v", text, r, err)
		}
	}
}

func TestAdvice(t *testing.T) {
	for _, c := range []struct {
		temperature thermal.Celsius
		humidity    float64
		want        string
	}{
		{20, 0.3, "[]"},
		{18, 0.1, "[]"},
		{24, 0.75, "[]"},
		{17.9, 0.5, "[room_too_cold]"},
		{24.1, 0.5, "[room_too_warm]"},
		{22, 0.09, "[room_too_dry]"},
		{22, 0.76, "[room_too_humid]"},
		{30, 0.9, "[room_too_warm room_too_humid]"},
		{10, -1, "[room_too_cold]"}, // no humidity is known
	} {
		r := Reading{Temperature: c.temperature, Humidity: c.humidity, HasHumidity: c.humidity >= 0}
		got := r.Advice(nil)
		if fmt.Sprintf("%v", got) != c.want {
			t.Errorf("%+v: %v, want %s", r, got, c.want)
		}
		for _, a := range got {
			if a.Instruction() == "" {
				t.Errorf("%v has no instruction", a)
			}
		}
	}
}

// watch runs a sensor in a bubble and returns it.
func watch(t *testing.T, root, name string) *Sensor {
	t.Helper()
	s := New(Config{Root: root, Name: name})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return s
}

func TestSensorLivesOn(t *testing.T) {
	root := tree(t, "board")
	const file = "class/hwmon/hwmon2/temp1_input"
	synctest.Test(t, func(t *testing.T) {
		s := watch(t, root, "sht3x")
		want := func(when string, temperature thermal.Celsius, reason error) {
			t.Helper()
			synctest.Wait()
			r, err := s.Latest()
			if r.Temperature != temperature || !errors.Is(err, reason) || (err == nil) != (reason == nil) {
				t.Errorf("%s: %v, %v", when, r.Temperature, err)
			}
		}
		wait := func(d time.Duration) { time.Sleep(d); synctest.Wait() }
		wait(DefaultEvery)
		want("it answers", 21.437, nil)
		put(t, root, file, "85000\n") // as a DS18B20 after a dip of its power
		wait(DefaultEvery)
		want("one reading is nonsense", 21.437, nil)
		put(t, root, file, "31000\n")
		wait(DefaultEvery)
		want("a step is not believed at once", 21.437, nil)
		wait(DefaultEvery)
		want("it is when it comes twice", 31, nil)
		if err := os.Remove(filepath.Join(root, file)); err != nil {
			t.Fatal(err)
		}
		wait(DefaultMaxAge / 2)
		want("it holds for a while", 31, nil)
		wait(DefaultMaxAge)
		want("then it is too old", 0, ErrStale)
		want("and the reason is known", 0, ErrNoSensor)
		put(t, root, file, "19000\n")
		wait(DefaultEvery)
		want("it is back, whatever the room was before", 19, nil)
	})
}

func TestNothingYet(t *testing.T) {
	if r, err := New(Config{Name: Auto}).Latest(); !errors.Is(err, ErrStale) {
		t.Errorf("%+v, %v", r, err)
	}
}

// However the readings jump: what is believed has been read, and one that is
// far off has come twice.
func TestSteps(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := New(Config{Name: Auto})
		now := time.Now()
		before := math.Inf(1)
		for range rapid.IntRange(1, 40).Draw(t, "readings") {
			now = now.Add(DefaultEvery)
			v := rapid.Float64Range(15, 30).Draw(t, "degC")
			last := s.last
			s.take(Reading{Temperature: thermal.Celsius(v), Taken: now})
			believed := s.last.Taken.Equal(now)
			fresh := !last.Taken.IsZero() && now.Sub(last.Taken) < DefaultMaxAge
			if believed && fresh && math.Abs(v-float64(last.Temperature)) > maxStep && math.Abs(v-before) > maxSpread {
				t.Fatalf("%v is believed after %v and %v", v, last.Temperature, before)
			}
			if !believed && s.last != last {
				t.Fatal("a reading changed without one")
			}
			before = v
			if believed {
				before = math.Inf(1)
			}
		}
	})
}

func FuzzNumber(f *testing.F) {
	for _, s := range []string{"25080\n", "-15887.515151", "1e3", "nan", "", "0x1p4", "+1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		v, err := parse(text)
		if err == nil && (math.IsNaN(v) || math.IsInf(v, 0)) {
			t.Errorf("%q is %v", text, v)
		}
	})
}
