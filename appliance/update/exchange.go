package update

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// RequestName is the file of a [Request] in the program's run folder.
const RequestName = "update.request"

// What may be asked of root.
const (
	// ActLook has the media looked at for bundles.
	ActLook = "look"
	// ActInstall has a bundle installed into the other slot.
	ActInstall = "install"
	// ActRestart restarts the machine.
	ActRestart = "restart"
	// ActForget wipes the state and restarts the machine.
	ActForget = "forget"
)

// Request is what the kiosk's program asks of root.
type Request struct {
	Act string `json:"act"`
	// Bundle is a path below [BundleFolder], for ActInstall.
	Bundle string `json:"bundle,omitempty"`
	// Older says that staff allowed a bundle that is older than what runs.
	Older bool `json:"older,omitempty"`
}

// ErrRequest means that a request cannot be done by anybody.
var ErrRequest = errors.New("the request is not one of look, install with a bundle on a medium, restart or forget")

// Check says whether a request is one. media is where the media are.
//
// Errors: [ErrRequest].
func (r *Request) Check(media string) error {
	switch r.Act {
	case ActLook, ActRestart, ActForget:
		if r.Bundle != "" || r.Older {
			return ErrRequest
		}
		return nil
	case ActInstall:
		rest, below := strings.CutPrefix(r.Bundle, media+"/")
		if !below || filepath.Clean(r.Bundle) != r.Bundle || strings.Count(rest, "/") != 1 || !strings.HasSuffix(rest, BundleSuffix) {
			return ErrRequest
		}
		return nil
	default:
		return ErrRequest
	}
}

// BundleSuffix is the end of a bundle's name.
const BundleSuffix = ".raucb"

const maxRequest = 4 << 10

// ParseRequest reads a request.
//
// Errors: [ErrRequest].
func ParseRequest(in io.Reader, media string) (Request, error) {
	var r Request
	data, err := io.ReadAll(io.LimitReader(in, maxRequest+1))
	if err != nil || len(data) > maxRequest {
		return Request{}, errors.Join(ErrRequest, err)
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&r); err != nil {
		return Request{}, errors.Join(ErrRequest, err)
	}
	if err := r.Check(media); err != nil {
		return Request{}, err
	}
	return r, nil
}

// Ask writes a request into the program's run folder, whole or not at all.
//
// Errors: [ErrRequest], or the file system's.
func Ask(folder string, r Request) error {
	if err := r.Check(BundleFolder); err != nil {
		return err
	}
	return WriteJSON(filepath.Join(folder, RequestName), r)
}

// Phase is how far root is.
type Phase string

// The phases.
const (
	Idle       Phase = "idle"
	Looking    Phase = "looking"
	Installing Phase = "installing"
	// Installed: the other slot is written and starts next.
	Installed Phase = "installed"
	// Failed: Reason says why.
	Failed Phase = "failed"
)

// Report is how root is getting on.
type Report struct {
	Phase Phase `json:"phase"`
	// Percent is how far that is.
	Percent int `json:"percent"`
	// Reason is a [RefusalError]'s name, install_failed or bad_request; Detail what a
	// technician needs of it.
	Reason string `json:"reason,omitempty"`
	Detail string `json:"detail,omitempty"`
	// Version is the one that is or was installed.
	Version string `json:"version,omitempty"`
	// Offers are the bundles that were found.
	Offers []Offer `json:"offers"`
}

// Reasons that are no refusals.
const (
	ReasonInstall = "install_failed"
	ReasonRequest = "bad_request"
)

// Offer is a bundle on a medium.
type Offer struct {
	// Bundle is its path, File its name.
	Bundle  string `json:"bundle"`
	File    string `json:"file"`
	Version string `json:"version"`
	Changes string `json:"changes"`
	// Signer is the name in the certificate of who signed it.
	Signer string `json:"signer"`
	// Refused is a [RefusalError]'s name; empty for a bundle that may be installed.
	Refused string `json:"refused,omitempty"`
	// Same says that it is the version that runs.
	Same bool `json:"same,omitempty"`
}

// ReadReport reads what root wrote last; the zero Report stands for nothing yet.
func ReadReport(folder string) (Report, error) {
	r := Report{Phase: Idle}
	err := readJSON(filepath.Join(folder, ReportName), &r)
	if errors.Is(err, os.ErrNotExist) {
		return r, nil
	}
	return r, err
}

// WriteJSON replaces a file, whole or not at all, readable by everybody.
func WriteJSON(path string, content any) error {
	data, err := json.Marshal(content)
	if err != nil {
		return fmt.Errorf("cannot write %s: %w", path, err)
	}
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return fmt.Errorf("cannot write %s: %w", path, err)
	}
	_, err = f.Write(append(data, '\n'))
	err = errors.Join(err, f.Chmod(0o644), f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("cannot write %s: %w", path, err), os.Remove(f.Name()))
	}
	return nil
}
