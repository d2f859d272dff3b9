package commissioning

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"

	"lintel/calibration"
	"lintel/firmware/thermal"
)

// Errors of records.
var (
	// ErrRecord means that a text is no commissioning record.
	ErrRecord = errors.New("no commissioning record: commission the kiosk anew")
	// ErrChanged means that a record was changed after it was signed off.
	ErrChanged = errors.New("the commissioning record was changed after it was signed off: commission the kiosk anew")
	// ErrUnsigned means that a record was not signed off.
	ErrUnsigned = errors.New("the commissioning record is not signed off: sign it off")
	// ErrOtherCamera means that a record belongs to another camera.
	ErrOtherCamera = errors.New("the commissioning record belongs to another camera: commission this one")
)

// recordVersion numbers the form of the record.
const recordVersion = 1

// maxRecord is the largest record in bytes: that of a 2048x2048 image.
const maxRecord = 16 << 20

// Role says who signs off, never by name. The zero Role is unknown.
type Role string

// The roles.
const (
	RoleOwner      Role = "owner"      // who is responsible for the kiosk
	RoleTechnician Role = "technician" // who installed it
	RoleLaboratory Role = "laboratory" // who calibrates
)

// Record is what commissioning found, as a JSON document.
type Record struct {
	Version   int              `json:"version"`
	Camera    Camera           `json:"camera"`
	Reference Reference        `json:"reference"`
	Second    *Reference       `json:"second_reference,omitempty"`
	Ambient   Ambient          `json:"ambient"`
	Field     *Field           `json:"field_of_view,omitempty"`
	Source    *float64         `json:"size_of_source,omitempty"`
	Budget    []Term           `json:"uncertainty,omitempty"`
	Verdicts  []Verdict        `json:"acceptance,omitempty"`
	Model     string           `json:"correction_model,omitempty"` // calibration.Tracker.Digest
	Role      Role             `json:"signed_off_by,omitempty"`
	Date      calibration.Date `json:"signed_off_on"`
	// Seal is the SHA-256 of the record without it. It shows a change, it does
	// not prove who made the record.
	Seal string `json:"seal,omitempty"`
}

// Camera identifies the camera.
type Camera struct {
	Model  string `json:"model"`
	Serial string `json:"serial"`
	Width  int    `json:"width"`
	Height int    `json:"height"`
}

// Reference is a reference with its certificate and its accepted place.
type Reference struct {
	TemperatureC float64          `json:"temperature_c"`
	Emissivity   float64          `json:"emissivity,omitempty"`
	ExpandedK    float64          `json:"uncertainty_k"`
	StabilityK   float64          `json:"stability_k"`
	Serial       string           `json:"serial"`
	Expires      calibration.Date `json:"expires"`
	Place        [3]float64       `json:"place"` // centre and radius, pixels
	OffsetK      float64          `json:"offset_k"`
	OffsetBandK  float64          `json:"offset_band_k"`
}

// Ambient is the room at commissioning.
type Ambient struct {
	TemperatureC float64 `json:"temperature_c"`
	Humidity     float64 `json:"humidity"` // relative, 0 to 1
}

// Field is the map of the field of view: millikelvin as little-endian 16-bit
// integers, row by row.
type Field struct {
	Offset []byte              `json:"offset_mk"`
	U      float64             `json:"u_k"`
	Bad    []calibration.Pixel `json:"bad_pixels"`
}

// Term is a term of the uncertainty of a reading at commissioning, a standard
// uncertainty (k = 1) in kelvin; "expanded" is the whole (k = 2).
type Term struct {
	Name string  `json:"name"`
	UK   float64 `json:"u_k"`
}

// NewRecord starts the record of a camera.
func NewRecord(info thermal.Info, reference calibration.Certificate, accepted Accepted, ambient Ambient) *Record {
	return &Record{
		Version:   recordVersion,
		Camera:    Camera{Model: info.Model, Serial: info.Serial, Width: info.Width, Height: info.Height},
		Reference: NewReference(reference, accepted), Ambient: ambient,
	}
}

// NewReference makes the part of a record about one reference.
func NewReference(c calibration.Certificate, a Accepted) Reference {
	return Reference{
		TemperatureC: float64(c.Temperature), Emissivity: c.Emissivity, ExpandedK: float64(c.Expanded),
		StabilityK: float64(c.Stability), Serial: c.Serial, Expires: c.Expires,
		Place: [3]float64{a.Place.X, a.Place.Y, a.Place.R}, OffsetK: float64(a.Offset), OffsetBandK: float64(a.Band),
	}
}

// SetField enters the map.
func (r *Record) SetField(f *calibration.Field) {
	out := &Field{Offset: make([]byte, 0, 2*len(f.Offset)), U: float64(f.U), Bad: f.Bad}
	for _, v := range f.Offset {
		mk := math.Round(math.Max(-5000, math.Min(5000, float64(v)*1000)))
		out.Offset = binary.LittleEndian.AppendUint16(out.Offset, uint16(int16(mk)))
	}
	r.Field = out
}

// SetBudget enters the uncertainty of a reading of a usual target.
func (r *Record) SetBudget(b calibration.Budget) {
	r.Budget = nil
	for _, t := range b.Terms() {
		r.Budget = append(r.Budget, Term{t.Name, float64(t.U)})
	}
	r.Budget = append(r.Budget, Term{"expanded", float64(b.Expanded())})
}

// SignOff signs and seals the record.
//
// Errors: ErrRecord for a role or a day that is unknown.
func (r *Record) SignOff(role Role, day calibration.Date) error {
	switch role {
	case RoleOwner, RoleTechnician, RoleLaboratory:
	default:
		return fmt.Errorf("cannot sign off as %q: allowed are owner, technician and laboratory: %w", role, ErrRecord)
	}
	if day == (calibration.Date{}) {
		return fmt.Errorf("cannot sign off without the day: %w", ErrRecord)
	}
	r.Role, r.Date = role, day
	r.Seal = r.digest()
	return nil
}

// digest returns the hash of the record without its seal.
func (r *Record) digest() string {
	c := *r
	c.Seal = ""
	text, err := json.Marshal(&c)
	if err != nil {
		return "" // a record with a number that JSON has not; nothing matches it
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// Verify says whether the record is signed off and unchanged.
//
// Errors: ErrUnsigned, ErrChanged.
func (r *Record) Verify() error {
	if r.Role == "" || r.Seal == "" || r.Date == (calibration.Date{}) {
		return fmt.Errorf("cannot use the record: %w", ErrUnsigned)
	}
	if d := r.digest(); d == "" || d != r.Seal {
		return fmt.Errorf("cannot use the record: %w", ErrChanged)
	}
	return nil
}

// Write writes the record as JSON.
func (r *Record) Write(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	if err := e.Encode(r); err != nil {
		return fmt.Errorf("cannot write the commissioning record: %w", err)
	}
	return nil
}

// Read reads a record. It does not verify it.
//
// Errors: ErrRecord.
func Read(in io.Reader) (*Record, error) {
	d := json.NewDecoder(io.LimitReader(in, maxRecord))
	d.DisallowUnknownFields()
	var r Record
	if err := d.Decode(&r); err != nil {
		return nil, fmt.Errorf("cannot read the commissioning record: %w: %w", err, ErrRecord)
	}
	if r.Version != recordVersion {
		return nil, fmt.Errorf("cannot read a commissioning record of version %d, known is %d: %w", r.Version, recordVersion, ErrRecord)
	}
	if f := r.Field; f != nil && len(f.Offset) != 2*r.Camera.Width*r.Camera.Height {
		return nil, fmt.Errorf("cannot read a map of %d bytes for %dx%d pixels: %w", len(f.Offset), r.Camera.Width, r.Camera.Height, ErrRecord)
	}
	return &r, nil
}
