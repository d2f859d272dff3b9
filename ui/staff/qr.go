package staff

import (
	"bytes"
	"fmt"
	"strings"

	"rsc.io/qr/coding"
)

// One code holds this many bytes: version 22, 105 modules a side, which a
// telephone reads off a screen of 7 inch.
const (
	qrVersion = 22
	qrLevel   = coding.L
	qrHeader  = 24 // room for the line that numbers the parts
)

// code is one QR code: rows of 0 and 1, without the quiet zone.
type code struct {
	Part  int      `json:"part"` // from 1
	Parts int      `json:"parts"`
	Rows  []string `json:"rows"`
}

// codes puts a text into as many QR codes as it takes, cut at the ends of
// lines. Each begins with a line "lintel 1/3" and can be read on its own.
func codes(text []byte) ([]code, error) {
	most := coding.Version(qrVersion).DataBytes(qrLevel) - qrHeader
	var parts [][]byte
	var part []byte
	for line := range bytes.Lines(text) {
		if len(line) > most {
			return nil, fmt.Errorf("cannot make a QR code: a line of %d bytes is too long", len(line))
		}
		if len(part)+len(line) > most {
			parts, part = append(parts, part), nil
		}
		part = append(part, line...)
	}
	parts = append(parts, part)
	plan, err := coding.NewPlan(qrVersion, qrLevel, 0)
	if err != nil {
		return nil, fmt.Errorf("cannot make a QR code: %w", err)
	}
	var out []code
	for i, part := range parts {
		made, err := plan.Encode(coding.String(fmt.Sprintf("lintel %d/%d\n%s", i+1, len(parts), part)))
		if err != nil {
			return nil, fmt.Errorf("cannot make a QR code: %w", err)
		}
		out = append(out, code{i + 1, len(parts), rows(made)})
	}
	return out, nil
}

func rows(c *coding.Code) []string {
	var out []string
	for y := range c.Size {
		var row strings.Builder
		for x := range c.Size {
			if c.Black(x, y) {
				row.WriteByte('1')
			} else {
				row.WriteByte('0')
			}
		}
		out = append(out, row.String())
	}
	return out
}
