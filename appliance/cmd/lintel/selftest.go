package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"lintel/appliance/config"
	"lintel/appliance/counts"
	"lintel/appliance/setup"
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
with 1 if one fails:

  network         no interface but lo
  model           the face model is the one this program was built for
  configuration   the settings can be used and the reference's temperature is set
  commissioning   the kiosk was commissioned, all that was found is in order, and the
                  certificate of the reference holds
  counts          the counts can be opened and are in order`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !asJSON {
				return errors.New("cannot report without a format: give --json")
			}
			return selftest(cmd.Context(), &settings, cmd.OutOrStdout())
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "write JSON Lines")
	settings.Register(c.Flags())
	return c
}

// check is one line of the selftest.
type check struct {
	Check  string `json:"check"`
	OK     bool   `json:"ok"`
	Detail string `json:"detail"`
}

func selftest(ctx context.Context, settings *config.Flags, w io.Writer) error {
	c := config.Default()
	configured := settings.Apply(&c)
	failed := false
	encoder := json.NewEncoder(w)
	for _, one := range []struct {
		name string
		run  func() (string, error)
	}{
		{"network", checkNetwork},
		{"model", checkModel},
		{"configuration", func() (string, error) { return checkConfiguration(&c, configured) }},
		{"commissioning", func() (string, error) { return checkCommissioning(&c) }},
		{"counts", func() (string, error) { return checkCounts(ctx, &c) }},
	} {
		detail, err := one.run()
		if err != nil {
			detail, failed = err.Error(), true
		}
		if err := encoder.Encode(check{one.name, err == nil, detail}); err != nil {
			return fmt.Errorf("cannot write the result of %s: %w", one.name, err)
		}
	}
	if failed {
		return errSelftest
	}
	return nil
}

func checkNetwork() (string, error) {
	interfaces, err := net.Interfaces()
	if err != nil {
		return "", fmt.Errorf("cannot list the network interfaces: %w", err)
	}
	var others []string
	for _, i := range interfaces {
		if i.Flags&net.FlagLoopback == 0 {
			others = append(others, i.Name)
		}
	}
	if len(others) > 0 {
		return "", fmt.Errorf("cannot be sure that nothing leaves: there are other interfaces: %s; remove them or run in a network namespace of its own", strings.Join(others, ", "))
	}
	return "lo only", nil
}

func checkModel() (string, error) {
	net, err := detect.Open()
	if err != nil {
		return "", err
	}
	return "sha256 " + detect.Hash(), net.Close()
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
	// Read only: a check shall leave no trace on the file.
	store, err := counts.Open(ctx, counts.Config{Dir: c.State.Dir, ReadOnly: true})
	if errors.Is(err, fs.ErrNotExist) {
		return "none yet in " + c.State.Dir, nil
	}
	if err != nil {
		return "", err
	}
	return "in order in " + c.State.Dir, store.Close()
}
