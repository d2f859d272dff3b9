package blackbody

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"lintel/firmware/thermal"
)

// ErrSentence means that a line is no whole sentence of the protocol.
var ErrSentence = errors.New("not a sentence of a blackbody controller")

// State is what the controller says of its blackbody. The zero value is
// unknown.
type State uint8

// The states.
const (
	Steady State = iota + 1
	Warming
	Faulty
)

// String names the state.
func (s State) String() string {
	switch s {
	case Steady:
		return "steady"
	case Warming:
		return "warming"
	case Faulty:
		return "faulty"
	default:
		return "unknown"
	}
}

// Reading is what one sentence says.
type Reading struct {
	Serial                string
	Temperature, SetPoint thermal.Celsius
	State                 State
}

const (
	// maxSentence is the length of the longest sentence with its end, in bytes.
	maxSentence = 82
	maxSerial   = 20

	minTemperature, maxTemperature = -40, 150
)

// Parse reads one sentence without its line end.
//
// Errors: [ErrSentence].
func Parse(line string) (Reading, error) {
	var r Reading
	refuse := func(why string) (Reading, error) {
		return Reading{}, fmt.Errorf("cannot take %.90q: %s: %w", line, why, ErrSentence)
	}
	body, sum, ok := strings.Cut(line, "*")
	body, dollar := strings.CutPrefix(body, "$")
	if !ok || !dollar || len(line) > maxSentence-2 {
		return refuse("its frame is broken")
	}
	if want, err := strconv.ParseUint(sum, 16, 8); err != nil || len(sum) != 2 || byte(want) != checksum(body) {
		return refuse("its checksum is wrong")
	}
	fields := strings.Split(body, ",")
	if len(fields) != 6 || fields[0] != "PLNTL" || fields[1] != "BB" {
		return refuse("it is another kind of sentence")
	}
	if r.Serial = fields[2]; len(r.Serial) > maxSerial || strings.ContainsFunc(r.Serial, foreign) {
		return refuse("its serial number is none")
	}
	if r.Temperature, ok = celsius(fields[3]); !ok {
		return refuse("its temperature is none")
	}
	if r.SetPoint, ok = celsius(fields[4]); !ok {
		return refuse("its set point is none")
	}
	switch fields[5] {
	case "S":
		r.State = Steady
	case "W":
		r.State = Warming
	case "F":
		r.State = Faulty
	default:
		return refuse("its state is none")
	}
	return r, nil
}

// checksum is the exclusive or of all bytes.
func checksum(body string) byte {
	var sum byte
	for i := range len(body) {
		sum ^= body[i]
	}
	return sum
}

// foreign says that a serial number must not have the rune.
func foreign(r rune) bool {
	switch {
	case r >= '0' && r <= '9', r >= 'A' && r <= 'Z', r >= 'a' && r <= 'z', r == '.', r == '-':
		return false
	default:
		return true
	}
}

// celsius reads a plain decimal number: no exponent, no infinity.
func celsius(text string) (thermal.Celsius, bool) {
	if strings.Trim(text, "-.0123456789") != "" {
		return 0, false
	}
	t, err := strconv.ParseFloat(text, 64)
	return thermal.Celsius(t), err == nil && t >= minTemperature && t <= maxTemperature
}
