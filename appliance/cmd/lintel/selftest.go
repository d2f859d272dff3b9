package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"lintel/appliance/config"
	"lintel/appliance/counts"
	"lintel/appliance/inspect"
	"lintel/appliance/setup"
	"lintel/appliance/setup/board"
	"lintel/appliance/update"
	"lintel/calibration"
	"lintel/vision/detect"
)

// errSelftest means that a check failed; its line says which and why.
var errSelftest = errors.New("cannot vouch for this kiosk: a check failed; its line says what to mend")

func selftestCommand() *cobra.Command {
	var settings config.Flags
	var asJSON bool
	c := &cobra.Command{
		Use:   "selftest --json",
		Short: "Check this machine and this installation",
		Long: `Selftest checks what the kiosk's promises rest on, one line a check, and exits
with 1 if one fails. It looks at the kiosk that is running on this machine,
which only root may do; without one it looks at what there is.

  network         no interface but lo
  sockets         every socket of the kiosk is bound to this machine alone
  files           the kiosk has nothing open to write but its state directory
  mounts          which disks it could write
  swap            no memory reaches a disk
  dumps           a crash leaves nothing of the memory
  sandbox         what the kiosk has closed to itself
  packages        the libraries that the program is made of
  program         the program's hash, against the list in the image
  signature       the owner signed that list, and all its files are as it says
  image           the running root is the one that was built, by its hash; slot,
                  version and the owner's fingerprint
  model           the face model is the one this program was built for
  policy          version and hash of what a verdict rests on
  configuration   the settings can be used and the reference's temperature is set
  commissioning   the kiosk was commissioned, all that was found is in order, and the
                  certificate of the reference holds
  counts          the counts can be opened and are in order, and their schema

  gpio            the configured lines are there and free
  ambient         the configured sensor of the room answers
  reference       the configured blackbody tells its temperature`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !asJSON {
				return errors.New("cannot report without a format: give --json")
			}
			return selftest(cmd.Context(), &settings, cmd.OutOrStdout())
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "write JSON Lines")
	settings.RegisterKiosk(c.Flags())
	return c
}

// devices are what a kiosk may have open to write beside its state: cameras,
// lamps and relays, the clock, the watchdog.
var devices = [...]string{"/dev/video", "/dev/bus/usb", "/dev/gpiochip", "/dev/rtc", "/dev/watchdog"}

func selftest(ctx context.Context, settings *config.Flags, w io.Writer) error {
	c := config.Default()
	configured := settings.Apply(&c)
	checks := inspect.All(inspect.Subject{PID: inspect.Running("", c.State.Dir), StateDir: c.State.Dir, Device: devices[:]})
	for _, one := range []struct {
		name string
		run  func() (string, error)
	}{
		{"image", func() (string, error) { return checkImage(update.SystemFolder) }},
		{"model", checkModel},
		{"policy", func() (string, error) { return checkPolicy(&c) }},
		{"configuration", func() (string, error) { return checkConfiguration(&c, configured) }},
		{"commissioning", func() (string, error) { return checkCommissioning(&c) }},
		{"counts", func() (string, error) { return checkCounts(ctx, &c) }},
	} {
		detail, err := one.run()
		if err != nil {
			detail = err.Error()
		}
		checks = append(checks, inspect.Check{Check: one.name, OK: err == nil, Detail: detail})
	}
	for _, one := range board.ThisMachine().Checks(ctx, &c) {
		if one.Err != nil {
			one.Detail = one.Err.Error()
		}
		checks = append(checks, inspect.Check{Check: one.Name, OK: one.Err == nil, Detail: one.Detail})
	}
	failed := false
	encoder := json.NewEncoder(w)
	for _, check := range checks {
		failed = failed || !check.OK
		if err := encoder.Encode(check); err != nil {
			return fmt.Errorf("cannot write the result of %s: %w", check.Check, err)
		}
	}
	if failed {
		return errSelftest
	}
	return nil
}

func checkPolicy(c *config.Config) (string, error) {
	p, _, err := setup.Policy(c)
	if err != nil {
		return "", err
	}
	m := p.Model()
	return fmt.Sprintf("site %s, version %d, sha256 %s", m.Site, m.Version, m.SHA256), nil
}

func checkModel() (string, error) {
	net, err := detect.Open()
	if err != nil {
		return "", err
	}
	return "sha256 " + detect.Hash() + " and " + detect.SecondHash(), net.Close()
}

func checkConfiguration(c *config.Config, err error) (string, error) {
	if err != nil {
		return "", err
	}
	if c.Reference.TemperatureC == 0 {
		return "", errors.New("cannot give a verdict: set reference.temperature_c to the value on the blackbody's certificate")
	}
	return fmt.Sprintf("reference at %g degC, site %s, mode %s", c.Reference.TemperatureC, c.Policy.Site, c.Screening.Mode), nil
}

// checkCommissioning says what the commissioning record comes to. A kiosk that was
// not commissioned finds its reference by itself: that is told, and is no failure.
func checkCommissioning(c *config.Config) (string, error) {
	record, err := setup.LoadRecord(c)
	if err != nil {
		return "", err
	}
	if record == nil {
		return "none yet in " + c.State.Dir + "; run lintel commission", nil
	}
	for _, v := range record.Verdicts {
		if !v.Pass {
			return "", fmt.Errorf("cannot rely on the commissioning of %v: %v; mend it and run lintel commission", record.Date, v)
		}
	}
	if fault := setup.CertificateOn(record, time.Now()); fault != calibration.FaultNone {
		return "", fmt.Errorf("cannot give a verdict: the certificate is %v: %s", fault, fault.Instruction())
	}
	return fmt.Sprintf("signed off by the %s on %v, %d criteria pass", record.Role, record.Date, len(record.Verdicts)), nil
}

func checkCounts(ctx context.Context, c *config.Config) (string, error) {
	if c.Screening.Mode == config.Voluntary {
		return "none are kept in voluntary mode", nil
	}
	if aside := counts.SetAside(c.State.Dir); len(aside) > 0 {
		return "", fmt.Errorf("cannot vouch for the counts: they were damaged and begun anew: have the disk checked, then move %s away", strings.Join(aside, " and "))
	}
	// Read only: a check shall leave no trace on the file.
	store, err := counts.Open(ctx, counts.Config{Dir: c.State.Dir, ReadOnly: true})
	if errors.Is(err, fs.ErrNotExist) {
		return "none yet in " + c.State.Dir, nil
	}
	if err != nil {
		return "", err
	}
	if err := store.Close(); err != nil {
		return "", err
	}
	return fmt.Sprintf("in order in %s: hourly and daily sums, and no row about a visit (schema %d)", c.State.Dir, counts.SchemaVersion), nil
}
