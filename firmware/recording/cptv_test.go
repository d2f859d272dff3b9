package recording

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"lintel/firmware/thermal"
)

// Any frames come back as they were, whatever the differences between them.
func TestCPTVBringsBackTheFrames(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		width := rapid.IntRange(thermal.MinSide, 40).Draw(r, "width")
		height := rapid.IntRange(thermal.MinSide, 40).Draw(r, "height")
		n := rapid.IntRange(1, 5).Draw(r, "frames")
		spread := rapid.IntRange(0, 16).Draw(r, "spread")
		noise := rapid.SliceOfN(rapid.Uint16(), 97, 97)
		var want [][]uint16
		for range n {
			some := noise.Draw(r, "noise")
			counts := make([]uint16, width*height)
			for i := range counts {
				counts[i] = some[i*i%97] >> (16 - spread)
				// A frame is refused unless its median is a temperature.
				if i%3 > 0 {
					counts[i] = 29500 + counts[i]&0xff
				}
			}
			want = append(want, counts)
		}
		frames, info, err := all(cptvOf(width, height, want...), Config{})
		if err != nil {
			r.Fatal(err)
		}
		if info.Width != width || info.Height != height || len(frames) != n {
			r.Fatalf("%+v, %d frames", info, len(frames))
		}
		for i, f := range frames {
			if !slices.Equal(f.Counts, want[i]) {
				r.Fatalf("frame %d differs", i)
			}
		}
	})
}

// The widest differences there are: 18 bits.
func TestCPTVWidestDifferences(t *testing.T) {
	a, b := room(8, 8, 1), room(8, 8, 1)
	a[0], a[1], b[0], b[1] = 0, 65535, 65535, 0
	data, wide := packed(b, a, 8)
	if wide != widestBits || len(data) != 4+(63*18+7)/8 {
		t.Fatalf("%d bits", wide)
	}
	frames, _, err := all(cptvOf(8, 8, a, b), Config{})
	if err != nil || !slices.Equal(frames[1].Counts, b) {
		t.Fatal(err)
	}
}

func TestCPTVHeader(t *testing.T) {
	size := []cptvField{u32('X', 8), u32('Y', 9)}
	for _, c := range []struct {
		name   string
		fields []cptvField
		config Config
		want   thermal.Info
	}{
		{"size alone", nil, Config{}, thermal.Info{Scale: thermal.CentiKelvin}},
		{"as recorded", cptvHeader(8, 9)[3:], Config{}, thermal.Info{
			Model: "flir lepton3.5", Serial: "20233546", Rate: 9, Scale: thermal.CentiKelvin,
		}},
		{"serial as text", []cptvField{text('N', "A-1 é\x00\n7"), text('E', "m")}, Config{}, thermal.Info{
			Model: "m", Serial: "A-1 é7", Scale: thermal.CentiKelvin,
		}},
		{
			"unknown fields",
			[]cptvField{text('?', "what"), text('M', strings.Repeat("y", 255)), {'A', nil}},
			Config{},
			thermal.Info{Scale: thermal.CentiKelvin},
		},
		{
			"another scale",
			[]cptvField{u8('Z', 25)},
			Config{Scale: thermal.Kelvin64},
			thermal.Info{Rate: 25, Scale: thermal.Kelvin64},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			var file cptvFile
			file.begin(append(size, c.fields...)...)
			counts := make([]uint16, 72)
			for i := range counts {
				counts[i] = uint16(c.want.Scale.Counts(30))
			}
			file.frame(8, counts, nil)
			_, got, err := all(file.Bytes(), c.config)
			if err != nil {
				t.Fatal(err)
			}
			c.want.Width, c.want.Height = 8, 9
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Time and telemetry out of the frame's fields.
func TestCPTVTimes(t *testing.T) {
	const ms = time.Millisecond
	type row struct {
		fields []cptvField
		time   time.Duration
		want   thermal.Telemetry
	}
	up := func(uptime, ffc time.Duration) thermal.Telemetry {
		return thermal.Telemetry{SinceFFC: ffc, HasSinceFFC: true, Uptime: uptime, HasUptime: true}
	}
	for _, c := range []struct {
		name string
		rate []cptvField
		rows []row
	}{
		{"time on", nil, []row{
			{[]cptvField{u32('t', 60_000), u32('c', 30_000)}, 0, up(60_000*ms, 30_000*ms)},
			{[]cptvField{u32('t', 60_114), u32('c', 30_000)}, 114 * ms, up(60_114*ms, 30_114*ms)},
			{[]cptvField{u32('t', 62_167), u32('c', 62_000)}, 2167 * ms, up(62_167*ms, 167*ms)},
		}},
		{"the counter wraps", nil, []row{
			{[]cptvField{u32('t', 0xffffffff), u32('c', 0xfffffff0)}, 0, up(0xffffffff*ms, 15*ms)},
			{[]cptvField{u32('t', 99), u32('c', 0xfffffff0)}, 100 * ms, up(99*ms, 115*ms)},
		}},
		{"no field, a rate of 20", []cptvField{u8('Z', 20)}, []row{
			{nil, 0, thermal.Telemetry{}},
			{nil, 50 * ms, thermal.Telemetry{}},
			{nil, 100 * ms, thermal.Telemetry{}},
		}},
		{"no field and no rate", nil, []row{
			{nil, 0, thermal.Telemetry{}},
			{nil, time.Second / 9, thermal.Telemetry{}},
		}},
		{"the camera started again", []cptvField{u8('Z', 10)}, []row{
			{[]cptvField{u32('t', 60_000), u32('c', 30_000)}, 0, up(60_000*ms, 30_000*ms)},
			{[]cptvField{u32('t', 1_000), u32('c', 900)}, 100 * ms, up(1000*ms, 100*ms)},
			{[]cptvField{u32('t', 1_111), u32('c', 900)}, 211 * ms, up(1111*ms, 211*ms)},
		}},
		{"a counter that stands still", []cptvField{u8('Z', 10)}, []row{
			{[]cptvField{u32('t', 0), u32('c', 0)}, 0, thermal.Telemetry{}},
			{[]cptvField{u32('t', 0), u32('c', 0)}, 100 * ms, thermal.Telemetry{}},
		}},
		{"no correction yet", nil, []row{
			{[]cptvField{u32('t', 5_000), u32('c', 0)}, 0, thermal.Telemetry{Uptime: 5000 * ms, HasUptime: true}},
		}},
		{"a correction to come", nil, []row{
			{[]cptvField{u32('t', 5_000), u32('c', 5_001)}, 0, thermal.Telemetry{Uptime: 5000 * ms, HasUptime: true}},
		}},
		{"camera temperature", nil, []row{
			{[]cptvField{u32('t', 5_000), cameraTemperature(31.5)}, 0, thermal.Telemetry{
				Uptime: 5000 * ms, HasUptime: true, Sensor: 31.5, HasSensor: true,
			}},
			{[]cptvField{u32('t', 5_100), cameraTemperature(0)}, 100 * ms, thermal.Telemetry{Uptime: 5100 * ms, HasUptime: true}},
			{[]cptvField{cameraTemperature(30)}, 100*ms + time.Second/9, thermal.Telemetry{Sensor: 30, HasSensor: true}},
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var file cptvFile
			file.begin(append([]cptvField{u32('X', 8), u32('Y', 8)}, c.rate...)...)
			var before []uint16
			for i, r := range c.rows {
				counts := room(8, 8, i+1)
				file.frame(8, counts, before, r.fields...)
				before = counts
			}
			frames, _, err := all(file.Bytes(), Config{})
			if err != nil || len(frames) != len(c.rows) {
				t.Fatalf("%d frames: %v", len(frames), err)
			}
			for i, r := range c.rows {
				if f := frames[i]; f.Time != r.time || f.Telemetry != r.want || f.Sequence != uint64(i) {
					t.Errorf("frame %d: %d %v %+v, want %v %+v", i, f.Sequence, f.Time, f.Telemetry, r.time, r.want)
				}
			}
		})
	}
}

// A learned background is no picture, but the next frame builds on it.
func TestCPTVBackgroundIsNotDelivered(t *testing.T) {
	background, first := room(8, 8, 5), room(8, 8, 6)
	var file cptvFile
	file.begin(cptvHeader(8, 8)...)
	file.frame(8, background, nil, u8('g', 1), u32('t', 10))
	alone := bytes.Clone(file.Bytes())
	file.frame(8, first, background, u8('g', 0), u32('t', 5000))
	frames, _, err := all(file.Bytes(), Config{})
	if err != nil || len(frames) != 1 || !slices.Equal(frames[0].Counts, first) {
		t.Fatalf("%d frames: %v", len(frames), err)
	}
	if frames[0].Time != 0 || frames[0].Sequence != 0 {
		t.Errorf("the first frame has the number %d and the time %v", frames[0].Sequence, frames[0].Time)
	}
	if _, _, err := all(alone, Config{}); !errors.Is(err, ErrEmpty) {
		t.Errorf("a background alone: %v", err)
	}
}

// The data's size may be filled up to a whole word.
func TestCPTVPadding(t *testing.T) {
	for pad := range padding + 1 {
		var file cptvFile
		file.begin(cptvHeader(8, 8)...)
		var before []uint16
		for i := range 2 {
			counts := room(8, 8, i+1)
			data, wide := packed(counts, before, 8)
			file.section('F', "F", u8('w', wide), u32('f', uint32(len(data)+pad)))
			file.Write(append(data, make([]byte, pad)...))
			before = counts
		}
		if frames, _, err := all(file.Bytes(), Config{}); err != nil || len(frames) != 2 {
			t.Errorf("%d bytes of padding: %d frames, %v", pad, len(frames), err)
		}
	}
}
