package uvc

import (
	"context"
	"errors"

	"lintel/firmware/thermal"
)

// Offers lists the formats and sizes that the camera says it has.
//
// Errors: [ErrAccess], or what the system says.
func (c *Camera) Offers() ([]Size, error) { return sizes(c.Node) }

// ProfileFor returns the profile by which a camera with these formats would be
// read; ok is false where it must be named by the setting camera.profile.
func ProfileFor(c *Camera, offered []Size) (p Profile, ok bool) { return profileFor(c.USB, offered) }

// Look opens the camera as a kiosk would, waits for one good frame and forgets
// it. Where none comes the error says why.
//
// Errors: an [*OutageError], [ErrBusy], and those of [Open].
func (c *Camera) Look(ctx context.Context) error {
	s, err := Open(Config{Name: c.Node})
	if err != nil {
		return err
	}
	var f thermal.Frame
	err = s.Next(ctx, &f)
	f.Wipe()
	return errors.Join(err, s.Close())
}
