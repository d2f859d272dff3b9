package uvc

// Offers lists the formats and sizes that the camera says it has.
//
// Errors: [ErrAccess], or what the system says.
func (c *Camera) Offers() ([]Size, error) { return sizes(c.Node) }

// ProfileFor returns the profile by which a camera with these formats would be
// read; ok is false where it must be named by the setting camera.profile.
func ProfileFor(c *Camera, offered []Size) (p Profile, ok bool) { return profileFor(c.USB, offered) }
