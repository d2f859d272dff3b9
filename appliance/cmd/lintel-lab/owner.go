package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"lintel/appliance/update/owner"
)

// The files that the owner's key and certificate are in.
const (
	keyName         = "owner.key"
	certificateName = "owner.crt"
)

func keysCommand() *cobra.Command {
	var name string
	c := &cobra.Command{
		Use:   "keys FOLDER",
		Short: "Make the key that signs updates, and its certificate",
		Long: `Keys makes owner.key and owner.crt in FOLDER. Both belong to whoever owns the
kiosks; nobody else has a part in them, and no maker's key is trusted.

  owner.crt   goes into every image (make image OWNER=owner.crt). It is no
              secret. Write its fingerprint down: each kiosk shows it on its
              staff page, and it must be the same there.
  owner.key   signs updates (lintel-lab bundle). Whoever has it can put any
              program on every kiosk whose image holds that certificate.

Where to keep owner.key: on two media that are plugged in for signing alone
(one is a spare, in another building), in a safe, never on a kiosk, never on a
computer that is on a network, never in a repository or a backup of everything.
A copy that is encrypted (openssl pkey -aes256 -in owner.key) is better still.
Lost: no kiosk takes another update until its image is written anew, by hand,
with another certificate. Stolen: do the same on every kiosk, at once. To change
the key in time, install an image with the new certificate, signed with the old
key, on every kiosk.

Files that are there are never overwritten.`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			fingerprint, err := makeKeys(args[0], name)
			if err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s\n%s\nfingerprint %s\n", filepath.Join(args[0], keyName), filepath.Join(args[0], certificateName), fingerprint)
			return nil
		},
	}
	c.Flags().StringVar(&name, "name", "Owner of these kiosks", "who you are; staff see it as the signer")
	return c
}

// makeKeys writes a new key and its certificate and returns the certificate's
// fingerprint.
func makeKeys(folder, name string) (string, error) {
	key, certificate, err := owner.Make(name)
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return "", fmt.Errorf("cannot make the folder of the key: %w", err)
	}
	at := filepath.Join(folder, certificateName)
	if _, err := os.Lstat(at); !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("cannot make a key: %s is there already; it may be in use, so choose another folder", at)
	}
	if err := create(filepath.Join(folder, keyName), key, 0o600); err != nil {
		return "", err
	}
	if err := create(at, certificate, 0o644); err != nil {
		return "", err
	}
	made, err := owner.Certificate(at)
	if err != nil {
		return "", err
	}
	return owner.Fingerprint(made), nil
}

// create writes a file that must not be there, to the disk and not only to the
// memory before it.
func create(path string, data []byte, mode fs.FileMode) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("cannot write %s: it is there already; choose another name or folder", path)
	}
	if err != nil {
		return fmt.Errorf("cannot write %s: %w", path, err)
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("cannot write %s: %w", path, err)
	}
	return nil
}

func signCommand() *cobra.Command {
	var key string
	c := &cobra.Command{
		Use:   "sign FILE",
		Short: "Sign a file of an image with the owner's key",
		Long: `Sign writes FILE's signature into FILE.sig. A kiosk holds that of its image.json
against its owner's certificate (lintel selftest).`,
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			secret, err := os.ReadFile(key)
			if err != nil {
				return fmt.Errorf("cannot read the owner's key: %w", err)
			}
			data, err := os.ReadFile(args[0])
			if err != nil {
				return fmt.Errorf("cannot read what is to be signed: %w", err)
			}
			signature, err := owner.Sign(secret, data)
			if err != nil {
				return err
			}
			if err := os.WriteFile(args[0]+".sig", signature, 0o644); err != nil { //nolint:gosec // it is no secret
				return fmt.Errorf("cannot write the signature: %w", err)
			}
			return nil
		},
	}
	c.Flags().StringVar(&key, "key", keyName, "the owner's key, a `FILE` made by lintel-lab keys")
	return c
}
