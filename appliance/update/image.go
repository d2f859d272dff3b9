package update

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// Image is what an image says of itself: in its root, and, with the hash of that
// root, in the slot that it boots from.
type Image struct {
	Version string `json:"version"`
	// Board is the kind of computer that it is for: lintel-amd64, lintel-arm64.
	Board string `json:"compatible"`
	// RootHash is dm-verity's over the root, in hexadecimal; only in the slot.
	RootHash string `json:"root_hash,omitempty"`
}

// Where an image keeps what this package reads.
const (
	// ImageFile is in the root.
	ImageFile = "/usr/lib/lintel/image.json"
	// OwnerFile is the owner's certificate, RAUC's keyring.
	OwnerFile = "/usr/lib/lintel/owner.crt"
	// SystemFolder is root's run folder: what is there is true, for the kiosk's
	// program cannot write it.
	SystemFolder = "/run/lintel-system"
	// BundleFolder has the media, each in a folder of its own, read-only.
	BundleFolder = SystemFolder + "/media"
	// NotesFolder survives a restart; root's alone.
	NotesFolder = "/state/system"
)

// Names within SystemFolder.
const (
	// BuiltName is the running slot's own image.json, and BuiltName.sig the
	// owner's signature over it.
	BuiltName = "image.json"
	// SlotName is a [Slot].
	SlotName = "slot.json"
	// ReportName is a [Report].
	ReportName = "report.json"
)

// ReadImage reads what an image says of itself.
//
// Errors: fs.ErrNotExist outside an image.
func ReadImage(path string) (Image, error) {
	var i Image
	if err := readJSON(path, &i); err != nil {
		return i, fmt.Errorf("cannot tell which image this is: %w", err)
	}
	if i.Version == "" || i.Board == "" {
		return i, fmt.Errorf("cannot tell which image this is: %s names no version or no board", path)
	}
	return i, nil
}

// Slot is the running slot, as root found it at the start.
type Slot struct {
	// Name is A or B.
	Name string `json:"name"`
	Image
	// RunningHash is the hash that the kernel checks the root with; empty where
	// the root is not under dm-verity.
	RunningHash string `json:"running_hash"`
	// Corrupt says that the kernel has found a block that is not as it was.
	Corrupt bool `json:"corrupt"`
	// Signed says that the slot's own image.json, with the hash in it, is signed
	// by the owner.
	Signed bool `json:"signed"`
	// Owner is the fingerprint of the owner's certificate: SHA-256 over its DER
	// form; empty where the image has none.
	Owner string `json:"owner"`
	// OwnerName is the name in it.
	OwnerName string `json:"owner_name"`
	// FellBack is the version that was installed and did not come up, so that
	// this one runs again; empty for none.
	FellBack string `json:"fell_back,omitempty"`
	// StateRemade says that the state could not be read and was begun anew.
	StateRemade bool `json:"state_remade,omitempty"`
}

// Errors about the running root.
var (
	// ErrNoImage means that this is no image.
	ErrNoImage = errors.New("this is not an image")
	// ErrRoot means that the root is not the one that was built.
	ErrRoot = errors.New("the root is not the one that was built: write the image anew")
)

// ReadSlot reads what root found out about the running slot.
//
// Errors: [ErrNoImage] where there is no image; what is wrong with the file.
func ReadSlot(folder string) (Slot, error) {
	var s Slot
	err := readJSON(folder+"/"+SlotName, &s)
	if errors.Is(err, fs.ErrNotExist) {
		if _, err := os.Stat(ImageFile); errors.Is(err, fs.ErrNotExist) {
			return s, ErrNoImage
		}
	}
	if err != nil {
		return s, fmt.Errorf("cannot tell which slot runs: %w", err)
	}
	return s, nil
}

// Check says whether the running root is the one that was built, in words.
//
// Errors: [ErrRoot].
func (s *Slot) Check() (string, error) {
	switch {
	case s.RunningHash == "":
		return "", fmt.Errorf("cannot vouch for the root: the kernel does not check it (dm-verity): %w", ErrRoot)
	case s.Corrupt:
		return "", fmt.Errorf("cannot vouch for the root: the kernel found a damaged block: %w", ErrRoot)
	case s.RootHash != s.RunningHash:
		return "", fmt.Errorf("cannot vouch for the root: its hash is %s, but %.64q was built: %w", s.RunningHash, s.RootHash, ErrRoot)
	}
	signed := "the hash is not signed"
	if s.Signed {
		signed = "signed by the owner"
	}
	owner := "no owner's certificate, so no updates"
	if s.Owner != "" {
		owner = fmt.Sprintf("owner %s, sha256 %s", s.OwnerName, s.Owner)
	}
	return fmt.Sprintf("version %s for %s in slot %s, root hash %s as built, %s; %s", s.Version, s.Board, s.Name, s.RunningHash, signed, owner), nil
}

const maxJSON = 256 << 10

// readJSON reads a small file.
func readJSON(path string, into any) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if len(data) > maxJSON {
		return fmt.Errorf("%s is too long", path)
	}
	if err := json.Unmarshal(data, into); err != nil {
		return fmt.Errorf("%s cannot be read: %w", path, err)
	}
	return nil
}
