package sim

import (
	"math"

	"lintel/firmware/thermal"
)

// Truth describes the frame that Next delivered last. It is for tests, training
// and the bench program; nothing in an appliance may read it.
type Truth struct {
	// Disc is the blackbody's disc in pixels; the zero Circle where none is in
	// view. Occluded says that somebody or something hides a part of it.
	Disc     thermal.Circle
	Occluded bool
	// Reference is the true temperature of the disc.
	Reference thermal.Celsius
	// SecondDisc and Second are those of the second blackbody; zero where there
	// is none.
	SecondDisc thermal.Circle
	Second     thermal.Celsius
	// Offset is by how much the camera reads the disc too high, its emissivity
	// included, before optics and noise.
	Offset thermal.Kelvin
	// Room is the temperature of the walls, Reflected that of what surfaces
	// reflect, Housing that of the camera's housing.
	Room, Reflected, Housing thermal.Celsius
	// Target is the plate of the scenes "target" and "uniform", or the first
	// object that is in view; zero in other scenes. TargetTemperature is its
	// true temperature.
	Target            thermal.Box
	TargetTemperature thermal.Celsius
	// Visit counts those who came to be screened, from 1; it is the number of
	// the latest of them, 0 before the first.
	Visit int
	// People holds everybody in view, the nearest last. It is valid until the
	// next call of Next.
	People []Person
}

// Person is one person in view. Boxes are in pixels and cover what is visible;
// the zero Box stands for none.
type Person struct {
	// Visit is the number of the visit, 0 for a passer-by.
	Visit int
	// Skin is the true temperature of the forehead.
	Skin thermal.Celsius
	// Head goes from the top of hair or hat to the chin, Face from the
	// uppermost bare skin to the chin, Forehead lies inside the bare forehead.
	Head, Face, Forehead thermal.Box
	Pose                 Pose
	Occluders            Occluders
	Size                 Size
}

// What [Source.Skin] says of a pixel on bare skin. The forehead is that of
// Person.Forehead: between brows and hairline, with a margin for the blur.
const (
	SkinFace     = 1
	SkinForehead = 2
)

// Pose says how a head is turned. The zero value is unknown.
type Pose uint8

// The poses, as annotators of real frames tell them apart.
const (
	Frontal Pose = iota + 1 // less than 22 degrees to a side
	Turned                  // 22 to 55 degrees
	Profile                 // 55 to 115 degrees
	Back                    // more
	Down                    // looks down by more than 25 degrees, frontal or turned
)

// String names the pose as the labels do.
func (p Pose) String() string {
	switch p {
	case Frontal:
		return "frontal"
	case Turned:
		return "turned"
	case Profile:
		return "profile"
	case Back:
		return "back"
	case Down:
		return "down"
	default:
		return "unknown"
	}
}

// Size says how large a head is in the image. The zero value is unknown.
type Size uint8

// The sizes, by the width of the head in units of a 120 x 160 image.
const (
	Near Size = iota + 1 // 35 and more
	Mid                  // 18 to 35
	Far                  // less
)

// String names the size as the labels do.
func (s Size) String() string {
	switch s {
	case Near:
		return "near"
	case Mid:
		return "mid"
	case Far:
		return "far"
	default:
		return "unknown"
	}
}

// Occluders is a set of what covers parts of a head.
type Occluders uint8

// The occluders.
const (
	Hair    Occluders = 1 << iota // hair hangs over the forehead
	Glasses                       // glasses, opaque in this band, worn or pushed up
	Hat                           // hat, cap, hood or headscarf
	Hand                          // a hand before the face
	Other                         // a face mask, a door frame and whatever else

	// AllOccluders is the set of all of them.
	AllOccluders = Hair | Glasses | Hat | Hand | Other
)

// Names lists the set as the labels do, never nil.
func (o Occluders) Names() []string {
	names := []string{}
	for i, name := range [...]string{"hair", "glasses", "hat", "hand", "other"} {
		if o&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return names
}

// poseOf names the pose of a head turned by yaw and bent down by pitch, in
// radians.
func poseOf(yaw, pitch float32) Pose {
	const degree = math.Pi / 180
	turn := math.Abs(math.Remainder(float64(yaw), 2*math.Pi))
	switch {
	case turn > 115*degree:
		return Back
	case turn > 55*degree:
		return Profile
	case pitch > 25*degree:
		return Down
	case turn > 22*degree:
		return Turned
	default:
		return Frontal
	}
}

// sizeOf names the size of a head that is width units wide.
func sizeOf(width float32) Size {
	switch {
	case width >= 35:
		return Near
	case width >= 18:
		return Mid
	default:
		return Far
	}
}
