package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"lintel/appliance/config"
	"lintel/appliance/counts"
	"lintel/appliance/inspect"
	"lintel/appliance/setup"
	"lintel/appliance/update"
)

// kept are the patterns of everything that the program keeps in state.dir, with
// what is left of a writing that was cut off.
var kept = [...]string{counts.FileName + "*", pinName + "*", setup.RecordName + "*", config.OwnName + "*", asideName + "*", clockName + "*"}

func forgetCommand() *cobra.Command {
	var settings config.Flags
	var sure bool
	c := &cobra.Command{
		Use:   "forget --sure",
		Short: "Wipe everything that this kiosk keeps",
		Long: `Forget wipes what the kiosk keeps in state.dir: the counts, those that were set
aside too, the staff PIN, the commissioning record and what was set here. It is then as it was when
it was first started. The files are written over before they are removed; what a
flash medium keeps of them beside that is beyond a program.

Stop the kiosk first, or forget everything from its staff page, which does the
same. In the image that also makes the file system of the state anew.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c := config.Default()
			if err := settings.Apply(&c); err != nil {
				return err
			}
			switch {
			case !sure:
				return errors.New("cannot forget everything without --sure: it cannot be undone")
			case inspect.Running("", c.State.Dir) != 0:
				return errors.New("cannot forget while the kiosk runs: stop it first, or use its staff page")
			}
			return forget(c.State.Dir, cmd.OutOrStdout())
		},
	}
	c.Flags().BoolVar(&sure, "sure", false, "do it")
	settings.Register(c.Flags())
	return c
}

// forget wipes what the program keeps in a folder, and says so.
func forget(dir string, out io.Writer) error {
	var errs []error
	wiped := 0
	for _, pattern := range kept {
		files, err := filepath.Glob(filepath.Join(escaped(dir), pattern))
		errs = append(errs, err)
		for _, file := range files {
			errs = append(errs, wipe(file))
			wiped++
		}
	}
	if err := errors.Join(append(errs, syncFolder(dir))...); err != nil {
		return fmt.Errorf("cannot forget everything: %w", err)
	}
	fmt.Fprintf(out, "Everything is forgotten: %d files in %s.\n", wiped, dir)
	return nil
}

// escaped is a folder's name as a pattern of itself.
func escaped(dir string) string {
	var out []byte
	for i := range len(dir) {
		switch dir[i] {
		case '*', '?', '[', '\\':
			out = append(out, '\\')
		}
		out = append(out, dir[i])
	}
	return string(out)
}

// wipe writes over a file and removes it.
func wipe(name string) error {
	info, err := os.Lstat(name)
	if err != nil {
		return err
	}
	if info.Mode().IsRegular() {
		f, err := os.OpenFile(name, os.O_WRONLY, 0)
		if err != nil {
			return err
		}
		_, err = io.CopyN(f, zeros{}, info.Size())
		if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
			return err
		}
	}
	return os.Remove(name)
}

// zeros reads as zeros without end.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// syncFolder has the disk know that files are gone.
func syncFolder(dir string) error {
	f, err := os.Open(dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// oblivion is how staff have the running kiosk forget everything: it ends, and
// what it kept is wiped when all is closed.
type oblivion struct{ asked chan struct{} }

func newOblivion() oblivion { return oblivion{make(chan struct{}, 1)} }

// ask returns at once.
func (o oblivion) ask() {
	select {
	case o.asked <- struct{}{}:
	default: // it was asked already
	}
}

// errForget ends a kiosk that is to forget everything.
var errForget = errors.New("everything is to be forgotten")

// wait ends with errForget when it was asked.
func (o oblivion) wait(ctx context.Context) error {
	select {
	case <-o.asked:
		return errForget
	case <-ctx.Done():
		return nil
	}
}

// forgotten wipes what a kiosk kept that has ended for it; in the image, root
// makes the file system of the state anew.
func forgotten(dir string, u updates, out io.Writer) error {
	err := forget(dir, out)
	if u.program == "" {
		return err
	}
	return errors.Join(err, u.ask(update.Request{Act: update.ActForget}))
}
