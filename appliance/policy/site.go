package policy

import "fmt"

// Site is the place on the face that is measured. The zero Site is unknown.
type Site uint8

// The measurement sites.
const (
	// SiteUnknown is no site.
	SiteUnknown Site = iota
	// Forehead is the hottest 3x3 mean inside the forehead.
	Forehead
	// FaceMax is the hottest spot of the whole face.
	FaceMax
)

// Sites returns every site in a fixed order.
func Sites() []Site { return []Site{Forehead, FaceMax} }

// String names the site as the configuration and the JSON output do.
func (s Site) String() string {
	switch s {
	case Forehead:
		return "forehead"
	case FaceMax:
		return "face_max"
	default:
		return "unknown"
	}
}

// ParseSite is the inverse of [Site.String]. An unknown name gives an error
// that wraps [ErrSetting].
func ParseSite(name string) (Site, error) {
	for _, s := range Sites() {
		if s.String() == name {
			return s, nil
		}
	}
	return SiteUnknown, fmt.Errorf("cannot use policy.site = %q: %w: allowed are forehead and face_max", name, ErrSetting)
}
