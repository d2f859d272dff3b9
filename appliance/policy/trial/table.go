package trial

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"lintel/appliance/policy"
	"lintel/firmware/thermal"
)

// Readings outside these bounds, in degrees Celsius, are typing errors and
// count as blank.
const (
	minFacial, maxFacial = 15.0, 55.0
	minOral, maxOral     = 30.0, 45.0
	minRoom, maxRoom     = float64(policy.MinRoom), float64(policy.MaxRoom)
)

// Rounds is the number of rounds of the study.
const Rounds = 4

// Errors of [Read] and of what works on a table.
var (
	// ErrTable means that the file is not a table of this format; the message
	// names the line and the column.
	ErrTable = errors.New("not a clinical table")
	// ErrNoReadings means that the table has no column for the measurement
	// site. Take the other site, or a table with T_FH_Max or T_Max columns.
	ErrNoReadings = errors.New("the table has no column for the site")
	// ErrNoTruth means that there are not both febrile and healthy subjects.
	ErrNoTruth = errors.New("the table has no febrile or no healthy subjects with an oral temperature")
)

// Table is a study's table.
type Table struct {
	Subjects []Subject
	// Discarded counts cells that held a number which is no body temperature.
	Discarded int
	has       [2]bool
}

// Subject is a row. A missing number is NaN.
type Subject struct {
	ID             string
	forehead, face [Rounds]float64
	// OralMonitor and OralFast are oral temperatures in degrees Celsius.
	OralMonitor, OralFast float64
	room                  float64
}

// Has says whether the table has a column for the site.
func (t *Table) Has(site policy.Site) bool {
	switch site {
	case policy.Forehead:
		return t.has[0]
	case policy.FaceMax:
		return t.has[1]
	default:
		return false
	}
}

// Readings appends the subject's usable rounds of a site to into.
func (s *Subject) Readings(into []float64, site policy.Site) []float64 {
	var rounds []float64
	switch site {
	case policy.Forehead:
		rounds = s.forehead[:]
	case policy.FaceMax:
		rounds = s.face[:Rounds-1] // see the package comment
	default:
		return into
	}
	for _, v := range rounds {
		if !math.IsNaN(v) {
			into = append(into, v)
		}
	}
	return into
}

// Reading is the mean of the subject's rounds in degrees Celsius, NaN where
// there is none. It never looks at the oral temperatures.
func (s *Subject) Reading(site policy.Site) float64 {
	var room [Rounds]float64
	readings := s.Readings(room[:0], site)
	var sum float64
	for _, v := range readings {
		sum += v
	}
	return sum / float64(len(readings))
}

// Room is the temperature of the subject's room, unknown where the table does
// not say or says what no room has.
func (s *Subject) Room() policy.Room {
	room, err := policy.NewRoom(thermal.Celsius(s.room))
	if err != nil {
		return policy.Room{}
	}
	return room
}

// Oral is the reference temperature in degrees Celsius, NaN where there is
// none.
func (s *Subject) Oral() float64 {
	if !math.IsNaN(s.OralMonitor) {
		return s.OralMonitor
	}
	return s.OralFast
}

// column says where a column's numbers go and what is believable there.
type column struct {
	index    int
	name     string
	min, max float64
	cell     func(*Subject) *float64
	// good and bad count the numbers within the bounds and outside.
	good, bad int
}

// check says whether the column is in degrees Celsius.
func (c *column) check() error {
	if c.bad > c.good {
		return fmt.Errorf("cannot read the clinical table: %w: column %s: %d of %d numbers are outside %g to %g degC: give it in degrees Celsius",
			ErrTable, c.name, c.bad, c.bad+c.good, c.min, c.max)
	}
	return nil
}

// Read reads a comma-separated table with a header line. It needs the column
// SubjectID and at least one of T_FH_Max1..4 and T_Max1..4; the oral columns
// aveOralM and aveOralF and the room's, T_atm, may be missing, others are
// ignored. Blank cells and NaN are missing values, and so are numbers that are
// no temperature of their kind in degrees Celsius; a column that mostly holds
// such is refused. Errors wrap [ErrTable], or are r's own.
func Read(r io.Reader) (*Table, error) {
	in := csv.NewReader(r)
	in.ReuseRecord = true
	header, err := in.Read()
	if errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("cannot read the clinical table: %w: the file is empty", ErrTable)
	}
	if err != nil {
		return nil, readError(err)
	}
	t := &Table{}
	id, columns, err := t.columns(header)
	if err != nil {
		return nil, err
	}
	for {
		row, err := in.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, readError(err)
		}
		line, _ := in.FieldPos(0)
		s, err := t.subject(row, line, id, columns)
		if err != nil {
			return nil, err
		}
		t.Subjects = append(t.Subjects, s)
	}
	if len(t.Subjects) == 0 {
		return nil, fmt.Errorf("cannot read the clinical table: %w: there is no row below the header", ErrTable)
	}
	for i := range columns {
		if err := columns[i].check(); err != nil {
			return nil, err
		}
	}
	return t, nil
}

func readError(err error) error {
	var broken *csv.ParseError
	if errors.As(err, &broken) {
		return fmt.Errorf("cannot read the clinical table: %w: line %d: %w", ErrTable, broken.Line, broken.Err)
	}
	return fmt.Errorf("cannot read the clinical table: %w", err)
}

func (t *Table) columns(header []string) (id int, columns []column, err error) {
	at := make(map[string]int, len(header))
	for i, name := range header {
		if i == 0 {
			name = strings.TrimPrefix(name, "\ufeff")
		}
		name = strings.TrimSpace(name)
		if _, twice := at[name]; twice && name != "" {
			return 0, nil, fmt.Errorf("cannot read the clinical table: %w: line 1: the column %q is there twice", ErrTable, name)
		}
		at[name] = i
	}
	id, ok := at["SubjectID"]
	if !ok {
		return 0, nil, fmt.Errorf("cannot read the clinical table: %w: line 1: the column SubjectID is missing", ErrTable)
	}
	add := func(name string, low, high float64, cell func(*Subject) *float64) bool {
		i, ok := at[name]
		if ok {
			columns = append(columns, column{index: i, name: name, min: low, max: high, cell: cell})
		}
		return ok
	}
	for n := range Rounds {
		if add(fmt.Sprintf("T_FH_Max%d", n+1), minFacial, maxFacial, func(s *Subject) *float64 { return &s.forehead[n] }) {
			t.has[0] = true
		}
		found := add(fmt.Sprintf("T_Max%d", n+1), minFacial, maxFacial, func(s *Subject) *float64 { return &s.face[n] })
		if found && n < Rounds-1 {
			t.has[1] = true
		}
	}
	if !t.has[0] && !t.has[1] {
		return 0, nil, fmt.Errorf("cannot read the clinical table: %w: line 1: there is none of the columns T_FH_Max1 to T_FH_Max4 and T_Max1 to T_Max3", ErrTable)
	}
	add("aveOralM", minOral, maxOral, func(s *Subject) *float64 { return &s.OralMonitor })
	add("aveOralF", minOral, maxOral, func(s *Subject) *float64 { return &s.OralFast })
	add("T_atm", minRoom, maxRoom, func(s *Subject) *float64 { return &s.room })
	return id, columns, nil
}

func (t *Table) subject(row []string, line, id int, columns []column) (Subject, error) {
	nan := math.NaN()
	s := Subject{
		ID:          strings.Clone(strings.TrimSpace(row[id])),
		forehead:    [Rounds]float64{nan, nan, nan, nan},
		face:        [Rounds]float64{nan, nan, nan, nan},
		OralMonitor: nan, OralFast: nan, room: nan,
	}
	if s.ID == "" {
		return s, fmt.Errorf("cannot read the clinical table: %w: line %d: the SubjectID is blank", ErrTable, line)
	}
	for i := range columns {
		c := &columns[i]
		text := strings.TrimSpace(row[c.index])
		if text == "" {
			continue
		}
		v, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return s, fmt.Errorf("cannot read the clinical table: %w: line %d, column %s: %q is not a number", ErrTable, line, c.name, text)
		}
		switch {
		case math.IsNaN(v):
		case v < c.min || v > c.max:
			t.Discarded++
			c.bad++
		default:
			c.good++
			*c.cell(&s) = v
		}
	}
	return s, nil
}
