package config

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func TestReferenceKeys(t *testing.T) {
	c := Default()
	for _, s := range []string{
		"reference.temperature_c=37", "reference.emissivity=0.97", "reference.serial=BB-0815", "reference.expires=2027-03-31",
		"reference.live_timeout_s=30", "second_reference.temperature_c=33", `second_reference.expires="2027-05-01"`,
		"reference.place=[30, 120, 6]", "second_reference.place=[30, 80, 6]",
	} {
		if err := c.Set(s); err != nil {
			t.Errorf("Set(%q): %v", s, err)
		}
	}
	r := c.Reference
	if r.Emissivity != 0.97 || r.Serial != "BB-0815" || r.Expires != "2027-03-31" || c.Live.TimeoutS != 30 || c.Second.TemperatureC != 33 || c.Second.Expires != "2027-05-01" {
		t.Errorf("settings were lost: %+v, %+v", r, c.Second)
	}
	if err := c.CheckReferences(time.Date(2027, 3, 31, 12, 0, 0, 0, time.UTC)); err != nil {
		t.Error(err)
	}
}

// Whatever is wrong with a reference is refused with the key, the value and what
// is allowed.
func TestReferenceKeysRefused(t *testing.T) {
	for setting, allowed := range map[string]string{
		"reference.temperature_c=5":          "20 to 60",
		"reference.temperature_c=370":        "20 to 60",
		"reference.temperature_c=-37":        "20 to 60",
		"reference.uncertainty_k=0":          "0.01 to 1",
		"reference.uncertainty_k=-0.2":       "0.01 to 1",
		"reference.stability_k=9":            "0.01 to 1",
		"reference.emissivity=1.2":           "0.8 to 1",
		"reference.emissivity=98":            "0.8 to 1",
		"reference.max_offset_k=-1":          "0.5 to 20",
		"reference.expires=31.3.2027":        "2027-03-31",
		"reference.expires=2027-02-30":       "2027-03-31",
		"reference.expires=20270331":         "2027-03-31",
		"reference.serial=7":                 "a text",
		"reference.live_timeout_s=0":         "0.5 to 60",
		"reference.live_off_k=50":            "0.05 to 5",
		"second_reference.temperature_c=inf": "20 to 60",
		"second_reference.expires=never":     "2027-03-31",
		"policy.plausible_min_c=43":          "28 to 34",
		"policy.plausible_max_c=31":          "40 to 45",
	} {
		c := Default()
		err := c.Set(setting)
		key, value, _ := strings.Cut(setting, "=")
		if !errors.Is(err, ErrValue) || !strings.Contains(err.Error(), key) || !strings.Contains(err.Error(), allowed) ||
			!strings.Contains(strings.ToLower(err.Error()), strings.Trim(value, "-")) {
			t.Errorf("%s: %v", setting, err)
		}
	}
}

func TestReferencesThatContradict(t *testing.T) {
	day := time.Date(2027, 4, 1, 23, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		set   []string
		words []string
	}{
		"expired":              {[]string{"reference.expires=2027-03-30"}, []string{"reference.expires", "2027-03-30", "2027-04-01"}},
		"second expired":       {[]string{"second_reference.temperature_c=33", "second_reference.expires=2020-01-01"}, []string{"second_reference.expires"}},
		"too near":             {[]string{"second_reference.temperature_c=36"}, []string{"second_reference.temperature_c = 36", "3 K"}},
		"no place":             {[]string{"second_reference.temperature_c=33", "reference.place=[30, 120, 6]"}, []string{"second_reference.place"}},
		"second without value": {[]string{"second_reference.serial=S2"}, []string{"second_reference.temperature_c", "20 to 60"}},
	} {
		cfg := Default()
		for _, s := range append([]string{"reference.temperature_c=37"}, c.set...) {
			if err := cfg.Set(s); err != nil {
				t.Fatal(err)
			}
		}
		err := cfg.CheckReferences(day)
		if !errors.Is(err, ErrReferences) {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for _, w := range c.words {
			if !strings.Contains(err.Error(), w) {
				t.Errorf("%s: %q does not say %q", name, err, w)
			}
		}
	}
	// A day that is not known expires nothing here; the frame loop names it.
	c := Default()
	if err := errors.Join(c.Set("reference.expires=2020-01-01"), c.CheckReferences(time.Time{})); err != nil {
		t.Error(err)
	}
}
