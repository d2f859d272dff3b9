package ambient

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"lintel/firmware/thermal"
)

// Auto is the name that stands for the one sensor that measures humidity.
const Auto = "auto"

var (
	// ErrNoSensor means that no sensor has the name.
	ErrNoSensor = errors.New("there is no such sensor; see lintel devices for those that there are, and check its cable and its driver")
	// ErrAmbiguous means that several sensors have the name.
	ErrAmbiguous = errors.New("several sensors have that name; write NAME@DEVICE as lintel devices lists them")
	// ErrRead means that the sensor does not answer.
	ErrRead = errors.New("the sensor does not answer; check its cable")
	// ErrImplausible means that what it says is no room.
	ErrImplausible = errors.New("no room is like that; check the sensor and its cable")
)

// What a sensor in a room may say, in degrees Celsius and as a part of 1. It is
// wider than what a room should be: a cold hall is told as one.
const (
	MinTemperature thermal.Celsius = -20
	MaxTemperature thermal.Celsius = 60
	// Sensors whose data line hangs say 0 or all ones.
	MinHumidity = 0.01
	MaxHumidity = 1.0
)

// Device is a sensor as the kernel lists it.
type Device struct {
	// Name is the driver's, such as sht3x; At says where it is connected, such
	// as 1-0044 for bus 1, address 0x44; it may be empty. Kernel is the
	// kernel's own name of the moment, such as hwmon2.
	Name, At, Kernel      string
	temperature, humidity channel
}

// HasTemperature and HasHumidity say what it measures.
func (d Device) HasTemperature() bool { return d.temperature.value != "" }

// HasHumidity is told above.
func (d Device) HasHumidity() bool { return d.humidity.value != "" }

// String is the name by which [Find] finds this sensor alone.
func (d Device) String() string {
	if d.At == "" {
		return d.Kernel
	}
	return d.Name + "@" + d.At
}

// channel is where a quantity is read: a value in thousandths, or a raw one
// with the offset and the scale that make it thousandths.
type channel struct{ value, offset, scale string }

// List returns the sensors below the root of sysfs, "/sys" on a machine, that
// measure a temperature or a humidity.
func List(root string) []Device {
	var found []Device
	for _, kind := range []struct {
		folder                string
		temperature, humidity []string
	}{
		{"class/hwmon", []string{"temp1_input", "temp2_input"}, []string{"humidity1_input"}},
		{
			"bus/iio/devices",
			[]string{"in_temp_input", "in_temp_raw", "in_temp_ambient_input", "in_temp_ambient_raw", "in_temp0_input", "in_temp0_raw"},
			[]string{"in_humidityrelative_input", "in_humidityrelative_raw"},
		},
	} {
		folder := filepath.Join(root, kind.folder)
		entries, err := os.ReadDir(folder)
		if err != nil {
			continue // this kernel has no sensor of that kind
		}
		for _, e := range entries {
			path := filepath.Join(folder, e.Name())
			d := Device{Kernel: e.Name(), At: link(filepath.Join(path, "device"))}
			if name, err := os.ReadFile(filepath.Join(path, "name")); err == nil {
				d.Name = strings.TrimSpace(string(name))
			}
			if kind.folder != "class/hwmon" {
				// The device itself lies below the one that it is connected to.
				d.At = parent(path)
			}
			d.temperature = first(path, kind.temperature)
			d.humidity = first(path, kind.humidity)
			if d.HasTemperature() || d.HasHumidity() {
				found = append(found, d)
			}
		}
	}
	return found
}

// link returns the last part of what the link names, empty where there is none.
func link(path string) string {
	target, err := os.Readlink(path)
	if err != nil {
		return ""
	}
	return filepath.Base(target)
}

// parent returns the name of the folder that holds the one that path links to.
func parent(path string) string {
	target, err := filepath.EvalSymlinks(path)
	if err != nil || target == path {
		return ""
	}
	return filepath.Base(filepath.Dir(target))
}

// first returns the first of the channels that is there.
func first(path string, names []string) channel {
	for _, name := range names {
		value := filepath.Join(path, name)
		if _, err := os.Stat(value); err != nil {
			continue
		}
		stem, raw := strings.CutSuffix(value, "_raw")
		if !raw {
			return channel{value: value}
		}
		return channel{value, stem + "_offset", stem + "_scale"}
	}
	return channel{}
}

// Find returns the sensor with that name: [Auto], NAME@AT, the name of the
// driver or that of the kernel.
//
// Errors: [ErrNoSensor], [ErrAmbiguous].
func Find(root, name string) (Device, error) {
	all := List(root)
	matching := slices.DeleteFunc(slices.Clone(all), func(d Device) bool {
		if name == Auto {
			return !d.HasTemperature() || !d.HasHumidity()
		}
		return !d.HasTemperature() || name != d.String() && name != d.Name && name != d.Kernel
	})
	switch len(matching) {
	case 0:
		return Device{}, fmt.Errorf("cannot find the room sensor %q: %w", name, ErrNoSensor)
	case 1:
		return matching[0], nil
	default:
		return Device{}, fmt.Errorf("cannot choose the room sensor %q of %v: %w", name, matching, ErrAmbiguous)
	}
}

// Reading is the state of the room.
type Reading struct {
	// Temperature of the air in degrees Celsius.
	Temperature thermal.Celsius
	// Humidity is the relative humidity, 0 to 1; it holds where HasHumidity.
	Humidity    float64
	HasHumidity bool
	// Taken is when it was read.
	Taken time.Time
}

// Read asks the sensor, which may take a second. Where humidity alone fails the
// temperature stands.
//
// Errors: [ErrRead], [ErrImplausible].
func (d Device) Read() (Reading, error) {
	t, err := d.temperature.read()
	if err != nil {
		return Reading{}, fmt.Errorf("cannot read %v: %w: %w", d, err, ErrRead)
	}
	r := Reading{Temperature: thermal.Celsius(t), Taken: time.Now()}
	// The negation refuses what is no number.
	if !(r.Temperature >= MinTemperature && r.Temperature <= MaxTemperature) {
		return Reading{}, fmt.Errorf("cannot believe %v: it says %.1f degC: %w", d, t, ErrImplausible)
	}
	if !d.HasHumidity() {
		return r, nil
	}
	if h, err := d.humidity.read(); err == nil && h/100 >= MinHumidity && h/100 <= MaxHumidity {
		r.Humidity, r.HasHumidity = h/100, true
	}
	return r, nil
}

// read returns the quantity in degrees Celsius or percent.
func (c channel) read() (float64, error) {
	v, err := number(c.value)
	if err != nil || c.scale == "" {
		return v / 1000, err
	}
	// A channel without the one has no offset; without the other it counts in
	// thousandths.
	offset, err := number(c.offset)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return 0, err
	}
	scale, err := number(c.scale)
	if errors.Is(err, os.ErrNotExist) {
		scale, err = 1, nil
	}
	return (v + offset) * scale / 1000, err
}

// longest is longer than what the kernel writes of a number.
const longest = 64

func number(path string) (float64, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return 0, err
	}
	return parse(string(text))
}

// parse reads a number as sysfs has it.
func parse(text string) (float64, error) {
	if len(text) > longest {
		return 0, fmt.Errorf("cannot read %.20q as a number", text)
	}
	text = strings.TrimSpace(text)
	if strings.ContainsFunc(text, func(r rune) bool { return !strings.ContainsRune("+-.0123456789eE", r) }) {
		return 0, fmt.Errorf("cannot read %q as a number", text)
	}
	v, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return 0, fmt.Errorf("cannot read %q as a number", text)
	}
	return v, nil
}
