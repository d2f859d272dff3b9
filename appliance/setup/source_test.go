package setup

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lintel/appliance/config"
	"lintel/firmware/recording"
	"lintel/firmware/recording/write"
	"lintel/firmware/sim"
	"lintel/firmware/thermal"
)

func TestParseSource(t *testing.T) {
	for text, want := range map[string]SourceSpec{
		"uvc":                {UVC, ""},
		"uvc:/dev/video2":    {UVC, "/dev/video2"},
		"sim":                {Sim, ""},
		"sim:":               {Sim, ""},
		"sim:passers-by":     {Sim, "passers-by"},
		"recording:a.cptv":   {Recording, "a.cptv"},
		"recording:/b/c:d.y": {Recording, "/b/c:d.y"},
		"recording: ":        {Recording, " "},
		"recording:":         {},
		"recording":          {},
		"":                   {},
		":":                  {},
		"webcam":             {},
		"UVC":                {},
		" sim":               {},
		"/dev/video0":        {},
		"http://camera/":     {},
	} {
		got, err := ParseSource(text)
		if refused := want == (SourceSpec{}); got != want || errors.Is(err, ErrSource) != refused || (err != nil) != refused {
			t.Errorf("ParseSource(%q) = %+v, %v; want %+v", text, got, err, want)
		}
		if err != nil && !strings.HasPrefix(err.Error(), "cannot ") {
			t.Errorf("ParseSource(%q) says %q", text, err)
		}
	}
}

func FuzzParseSource(f *testing.F) {
	for _, s := range []string{"uvc", "uvc:1", "sim:normal", "recording:x", "recording:", "::"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := ParseSource(text)
		switch {
		case err == nil && (s.Kind < UVC || s.Kind > Recording):
			t.Errorf("ParseSource(%q) is of kind %d", text, s.Kind)
		case err == nil && !strings.HasSuffix(text, s.Name):
			t.Errorf("ParseSource(%q) is named %q", text, s.Name)
		case err != nil && s != (SourceSpec{}):
			t.Errorf("ParseSource(%q) = %+v, %v", text, s, err)
		}
	})
}

// Only what is no camera is labelled, so that a simulated verdict is never
// taken for one.
func TestLabel(t *testing.T) {
	for kind, want := range map[Kind]string{UVC: "", Sim: "sim", Recording: "recording"} {
		if got := (SourceSpec{Kind: kind}).Label(); got != want {
			t.Errorf("kind %d is labelled %q, want %q", kind, got, want)
		}
	}
}

func file(t *testing.T, name string, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// y16 returns a recording of a simulated frame.
func y16(t *testing.T) []byte {
	t.Helper()
	source, err := sim.Open(sim.Config{Scene: "empty"})
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	w, err := write.New(&out, source.Info())
	if err != nil {
		t.Fatal(err)
	}
	var f thermal.Frame
	if err := errors.Join(source.Next(t.Context(), &f), w.Write(&f), w.Close(), source.Close()); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// cptv is the beginning of a field recording.
var cptv = []byte("CPTV\x02H\x00")

func TestDefaults(t *testing.T) {
	for name, c := range map[string]struct {
		spec   SourceSpec
		rotate int
		warmUp float64
		degC   float64
	}{
		"uvc":     {SourceSpec{Kind: UVC}, 0, 1800, 0},
		"sim":     {SourceSpec{Kind: Sim}, 0, 0, 37},
		"cptv":    {SourceSpec{Recording, file(t, "a.bin", cptv)}, 90, 0, 37},
		"pty16v1": {SourceSpec{Recording, file(t, "b.bin", y16(t))}, 0, 0, 0},
	} {
		got := config.Default()
		if err := c.spec.Defaults(&got); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		want := config.Default()
		want.Camera.Rotate, want.Camera.WarmUpS, want.Reference.TemperatureC = c.rotate, c.warmUp, c.degC
		if got.Camera != want.Camera || got.Policy != want.Policy || got.Screening != want.Screening ||
			got.State != want.State || got.Reference.TemperatureC != want.Reference.TemperatureC {
			t.Errorf("%s: %+v, want %+v", name, got, want)
		}
	}
	c := config.Default()
	if err := (SourceSpec{Recording, filepath.Join(t.TempDir(), "none")}).Defaults(&c); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a missing file gives %v", err)
	}
	if err := (SourceSpec{Recording, file(t, "text", []byte("some text"))}).Defaults(&c); !errors.Is(err, recording.ErrUnknownFormat) {
		t.Errorf("a text gives %v", err)
	}
}

// What a source suggests gives way to the file, and that to single settings.
func TestPrecedence(t *testing.T) {
	spec := SourceSpec{Recording, file(t, "a.cptv", cptv)}
	toml := file(t, "lintel.toml", []byte("[camera]\nrotate = 180\nwarm_up_s = 5\n[reference]\ntemperature_c = 36\n"))
	for _, c := range []struct {
		flags  config.Flags
		rotate int
		warmUp float64
		degC   float64
	}{
		{config.Flags{}, 90, 0, 37},
		{config.Flags{File: toml}, 180, 5, 36},
		{config.Flags{Sets: []string{"camera.rotate=0"}}, 0, 0, 37},
		{config.Flags{File: toml, Sets: []string{"camera.rotate=270", "camera.rotate=0", "reference.temperature_c=35"}}, 0, 5, 35},
	} {
		got, err := spec.Configure(&c.flags)
		if err != nil {
			t.Fatal(err)
		}
		if got.Camera.Rotate != c.rotate || got.Camera.WarmUpS != c.warmUp || got.Reference.TemperatureC != c.degC {
			t.Errorf("%+v: rotate %d, warm-up %g s, reference %g degC; want %d, %g, %g",
				c.flags, got.Camera.Rotate, got.Camera.WarmUpS, got.Reference.TemperatureC, c.rotate, c.warmUp, c.degC)
		}
	}
}

func TestOpen(t *testing.T) {
	c := config.Default()
	c.Camera.Rotate = 90
	whole := y16(t)
	s, err := (SourceSpec{Recording, file(t, "whole", whole)}).Open(&c, false, 0)
	if err != nil {
		t.Fatal(err)
	}
	if i := s.Info(); i.Width != 160 || i.Height != 120 || i.Scale != thermal.CentiKelvin {
		t.Errorf("turned by 90 degrees it is %+v", i)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}

	// The seed and the scene reach the simulation.
	var serials []string
	for _, seed := range []uint64{1, 2} {
		s, err := (SourceSpec{Sim, "empty"}).Open(&c, false, seed)
		if err != nil {
			t.Fatal(err)
		}
		serials = append(serials, s.Info().Serial)
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
	if serials[0] == serials[1] {
		t.Error("both seeds give the same camera")
	}
	if _, err := (SourceSpec{Sim, "picnic"}).Open(&c, false, 0); !errors.Is(err, sim.ErrScene) {
		t.Errorf("an unknown scene gives %v", err)
	}
	if _, err := (SourceSpec{Kind: UVC, Name: "/dev/no-such-camera"}).Open(&c, true, 0); err == nil || !strings.HasPrefix(err.Error(), "cannot open the camera") {
		t.Errorf("a camera that is not there gives %v", err)
	}
}

// A file that does not say what a count means is taken as camera.scale says.
func TestOpenTakesTheScale(t *testing.T) {
	header := `{"width":16,"height":16}`
	plain := binary.LittleEndian.AppendUint32([]byte("PTY16V1\n"), uint32(len(header)))
	plain = append(append(plain, header...), make([]byte, 24)...)
	for range 16 * 16 {
		plain = binary.LittleEndian.AppendUint16(plain, 64*295) // 22 degC by 1/64 K, -84 by 1/100
	}
	spec := SourceSpec{Recording, file(t, "unnamed", plain)}
	for scale, want := range map[string]error{"kelvin64": nil, "": recording.ErrScaleUnknown, "centikelvin": thermal.ErrNotRadiometric} {
		c := config.Default()
		c.Camera.Scale = scale
		s, err := spec.Open(&c, false, 0)
		if !errors.Is(err, want) || (err == nil) != (want == nil) {
			t.Errorf("scale %q: %v, want %v", scale, err, want)
		}
		if err == nil {
			if s.Info().Scale != thermal.Kelvin64 {
				t.Errorf("the scale is %v", s.Info().Scale)
			}
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		}
	}
}
