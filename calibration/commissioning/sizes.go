package commissioning

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strconv"

	"lintel/firmware/thermal"
)

// sizesHeader is the first line of a table of targets.
func sizesHeader() [4]string { return [4]string{"pixels", "true_c", "read_c", "surround_c"} }

// ReadSizes reads a table of targets of several sizes, comma-separated: the width
// in pixels, the true temperature, what was read, and the surround, in degrees
// Celsius; the first line names them so.
//
// Errors: ErrSizes.
func ReadSizes(in io.Reader) ([]SizePoint, error) {
	table := csv.NewReader(io.LimitReader(in, 1<<16))
	table.FieldsPerRecord = 4
	header, err := table.Read()
	if err != nil || [4]string(header) != sizesHeader() {
		return nil, fmt.Errorf("cannot read a table of sizes without the line %v: %w", sizesHeader(), ErrSizes)
	}
	var points []SizePoint
	for {
		row, err := table.Read()
		if errors.Is(err, io.EOF) {
			return points, nil
		}
		if err != nil {
			return nil, fmt.Errorf("cannot read the table of sizes: %w: %w", err, ErrSizes)
		}
		var v [4]float64
		for i, text := range row {
			if v[i], err = strconv.ParseFloat(text, 64); err != nil {
				return nil, fmt.Errorf("cannot read %s = %q in the table of sizes: %w", header[i], text, ErrSizes)
			}
		}
		points = append(points, SizePoint{Pixels: v[0], Truth: thermal.Celsius(v[1]), Reading: thermal.Celsius(v[2]), Surround: thermal.Celsius(v[3])})
	}
}
