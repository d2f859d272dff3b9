package apply

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"lintel/appliance/update"
)

// maxOffers is how many bundles are looked at; each is read as a whole.
const maxOffers = 12

// look looks at every bundle on every medium.
func (m *Machine) look(ctx context.Context, last update.Report) error {
	phase := update.Idle
	if last.Phase == update.Installed {
		phase = last.Phase // it still waits for the restart
	}
	r := update.Report{Phase: update.Looking, Version: last.Version}
	if err := m.report(&r); err != nil {
		return err
	}
	files, err := filepath.Glob(filepath.Join(m.Media, "*", "*"+update.BundleSuffix))
	if err != nil {
		return fmt.Errorf("cannot look for bundles: %w", err)
	}
	files = files[:min(len(files), maxOffers)]
	for i, file := range files {
		offer := m.offer(ctx, file, func(done, total int64) {
			if p := (100*i + int(100*done/max(1, total))) / len(files); p >= r.Percent+5 {
				r.Percent = p
				_ = m.report(&r) // the page sees the next one
			}
		})
		m.logf("offer %s version=%s signer=%q refused=%s", offer.File, offer.Version, offer.Signer, offer.Refused)
		r.Offers = append(r.Offers, offer)
	}
	r.Phase, r.Percent = phase, 0
	return m.report(&r)
}

// offer looks at one bundle, all of it.
func (m *Machine) offer(ctx context.Context, file string, progress func(done, total int64)) update.Offer {
	o := update.Offer{Bundle: file, File: filepath.Base(file)}
	b, said, err := m.examine(ctx, file)
	if said != nil {
		o.Version, o.Changes, o.Signer = said.Version, said.Changes, said.signer
	}
	if err == nil || errors.Is(err, update.ErrOlder) {
		if payload := b.CheckPayload(ctx, progress); payload != nil {
			err = payload
		}
	}
	if err != nil {
		m.logf("%v", err)
		o.Refused = update.Why(err).String()
	}
	if said != nil && err == nil {
		o.Same = said.same
	}
	return o
}

// statement is what the owner signed.
type statement struct {
	Board   string `json:"compatible"`
	Version string `json:"version"`
	Changes string `json:"description"`

	signer string
	same   bool
}

// examine says whether a bundle may be installed, but for its payload. What the
// owner signed is nil where the owner did not.
//
// Errors: the refusals.
func (m *Machine) examine(ctx context.Context, file string) (*update.Bundle, *statement, error) {
	b, err := update.ReadBundle(file)
	if err != nil {
		return nil, nil, err
	}
	said, err := m.signed(ctx, file)
	if err != nil {
		return b, nil, err
	}
	if said.Board != b.Board || said.Version != b.Version {
		// RAUC and this program read the same file: they must see the same.
		return b, nil, fmt.Errorf("cannot take %s: its manifest can be read in two ways: %w", file, update.ErrTampered)
	}
	image, err := update.ReadImage(m.Image)
	if err != nil {
		return b, said, err
	}
	if said.Board != image.Board {
		return b, said, fmt.Errorf("cannot take %s: it is for %.40q, this is %s: %w", file, said.Board, image.Board, update.ErrOtherBoard)
	}
	now, err := update.ParseVersion(image.Version)
	if err != nil {
		return b, said, err
	}
	then, err := update.ParseVersion(said.Version)
	if err != nil {
		return b, said, fmt.Errorf("%w: %w", err, update.ErrBadFormat)
	}
	said.same = then.Compare(now) == 0
	if then.Compare(now) < 0 {
		return b, said, fmt.Errorf("cannot take %s: %v is older than %v: %w", file, then, now, update.ErrOlder)
	}
	return b, said, nil
}

// verified is RAUC's line about who signed.
var verified = regexp.MustCompile(`Verified inline signature by '(?:.*CN ?= ?)?([^']*)'`)

// signed has RAUC check the signature and returns what was signed.
func (m *Machine) signed(ctx context.Context, file string) (*statement, error) {
	if _, err := os.Stat(m.Owner); errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("cannot take %s: %w", file, update.ErrNoOwner)
	}
	var out, messages bytes.Buffer
	if err := m.Start(ctx, &out, &messages, "rauc", "--conf="+m.Config, "--output-format=json", "info", file); err != nil {
		why := update.ErrBadFormat
		switch text := messages.String(); {
		case strings.Contains(text, "certificate"):
			why = update.ErrWrongKey
		case strings.Contains(text, "signature verification failed"):
			why = update.ErrTampered
		}
		return nil, fmt.Errorf("cannot take %s: RAUC says: %s: %w", file, lastLine(messages.String()), why)
	}
	var s statement
	if err := json.Unmarshal(out.Bytes(), &s); err != nil {
		return nil, fmt.Errorf("cannot read what RAUC says of %s: %w", file, err)
	}
	if who := verified.FindStringSubmatch(messages.String()); who != nil {
		s.signer = who[1]
	}
	return &s, nil
}
