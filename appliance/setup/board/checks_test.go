package board

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"lintel/appliance/config"
	"lintel/firmware/ambient"
	"lintel/firmware/gpio"
)

func TestChecks(t *testing.T) {
	m := machine(t, "board.txtar")
	m.check = func(gpio.Config) map[gpio.Role]error {
		return map[gpio.Role]error{gpio.Tamper: fmt.Errorf("cannot use c:2 for the tamper: %w", gpio.ErrNoLine)}
	}
	for _, c := range []struct {
		sets  []string
		words [3]string // in the details
		errs  [3]error
	}{
		{nil, [3]string{"no lines", "no sensor", "certificate"}, [3]error{}},
		{
			[]string{"gpio.pass_lamp=c:1", "ambient.sensor=auto"},
			[3]string{"gpio.pass_lamp: c:1", "sht3x@1-0044: 27.4 degC, 38 %RH. The room is above 24 degC", "certificate"},
			[3]error{},
		},
		{
			[]string{"gpio.door_relay=c:1", "ambient.sensor=no", "reference.live=/dev/no-such-port"},
			[3]string{},
			[3]error{config.ErrValue, ambient.ErrNoSensor, nil},
		},
	} {
		got := m.Checks(t.Context(), settings(t, c.sets...))
		for i, check := range got {
			if !strings.Contains(check.Detail, c.words[i]) || c.errs[i] != nil && !errors.Is(check.Err, c.errs[i]) || check.Err != nil && !strings.HasPrefix(check.Err.Error(), "cannot ") {
				t.Errorf("%v: %+v", c.sets, check)
			}
		}
	}
	for _, sets := range [][]string{{"gpio.tamper=c:2"}, {"gpio.tamper=c:2", "gpio.pass_lamp=c:1"}} {
		if got := m.Checks(t.Context(), settings(t, sets...))[0]; got.Err == nil || !strings.Contains(got.Err.Error(), "no such line") {
			t.Errorf("%+v", got)
		}
	}
	if got := m.Checks(t.Context(), settings(t, "reference.live=/dev/no-such-port"))[2]; got.Err == nil || !strings.Contains(got.Err.Error(), "/dev/no-such-port") {
		t.Errorf("%+v", got)
	}
}
