// Package pack makes a bundle out of the parts of an image, with Debian's RAUC.
package pack

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"lintel/appliance/update"
)

// Bundle is an update to be made.
type Bundle struct {
	// Key and Certificate are the owner's files.
	Key, Certificate string
	// Version is the image's own; Board the kind of computer, lintel-amd64 or
	// lintel-arm64.
	Version, Board string
	// Changes is a text for staff.
	Changes string
	// Root and Boot are the two parts of the image.
	Root, Boot string
}

// squash is how the bundle is packed: the root in it is compressed already.
const squash = "-comp zstd -Xcompression-level 3"

// maxChanges is how long the text of the changes may be, in bytes.
const maxChanges = 2000

// Make writes the bundle.
//
// Errors: what is not allowed in b; that the file is there already; what RAUC says.
func (b *Bundle) Make(ctx context.Context, to string) (err error) {
	if _, err := update.ParseVersion(b.Version); err != nil {
		return err
	}
	if !strings.HasSuffix(to, update.BundleSuffix) {
		return fmt.Errorf("cannot make %s: a kiosk looks for files that end with %s", to, update.BundleSuffix)
	}
	if _, err := os.Lstat(to); !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("cannot make %s: it is there already; choose another name", to)
	}
	if b.Changes == "" || len(b.Changes) > maxChanges {
		return fmt.Errorf("cannot make %s: the text of the changes must have 1 to %d bytes", to, maxChanges)
	}
	dir, err := os.MkdirTemp(filepath.Dir(to), ".bundle")
	if err != nil {
		return fmt.Errorf("cannot make %s: %w", to, err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	for name, from := range map[string]string{"root.img": b.Root, "boot.img": b.Boot} {
		if err := link(from, filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "manifest.raucm"), b.manifest(), 0o600); err != nil {
		return fmt.Errorf("cannot write the manifest: %w", err)
	}
	out, err := exec.CommandContext(ctx, "rauc", "bundle", "--mksquashfs-args="+squash, "--key", b.Key, "--cert", b.Certificate, dir, to).CombinedOutput()
	if errors.Is(err, exec.ErrNotFound) {
		return fmt.Errorf("cannot make %s: %w: install Debian's rauc and squashfs-tools", to, err)
	}
	if err != nil {
		return fmt.Errorf("cannot make %s: rauc says: %s", to, bytes.TrimSpace(out))
	}
	return nil
}

// manifest is RAUC's description of the bundle, a text in the format of GLib's
// key files.
func (b *Bundle) manifest() []byte {
	escape := strings.NewReplacer(`\`, `\\`, "\n", `\n`, "\t", `\t`, "\r", `\r`).Replace
	return fmt.Appendf(nil, "[update]\ncompatible=%s\nversion=%s\ndescription=%s\n\n[bundle]\nformat=verity\n\n[image.rootfs]\nfilename=root.img\n\n[image.boot]\nfilename=boot.img\n",
		escape(b.Board), b.Version, escape(b.Changes))
}

// link puts a file into the bundle's folder, without copying it where that can be.
func link(from, to string) error {
	whole, err := filepath.Abs(from)
	if err != nil {
		return fmt.Errorf("cannot find %s: %w", from, err)
	}
	if err := os.Link(whole, to); err == nil {
		return nil
	}
	data, err := os.ReadFile(whole)
	if err != nil {
		return fmt.Errorf("cannot read a part of the image: %w", err)
	}
	if err := os.WriteFile(to, data, 0o600); err != nil {
		return fmt.Errorf("cannot copy a part of the image: %w", err)
	}
	return nil
}
