package trial

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
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
	// ErrNoReadings means that the table has no number for the measurement
	// site. Take the other site, or a table with T_FH_Max or T_Max columns.
	ErrNoReadings = errors.New("the table has no reading of the site")
	// ErrNoTruth means that there are not both febrile and healthy subjects.
	ErrNoTruth = errors.New("the table has no febrile or no healthy subjects with an oral temperature")
)

// Table is a study's table.
type Table struct {
	Subjects []Subject
	// Discarded counts cells that held a number which is no body temperature.
	Discarded int
	has       [2]bool
	// features are those of the forehead's pattern that the table has columns
	// for.
	features []policy.Feature
}

// Subject is a row. A missing number is NaN.
type Subject struct {
	ID string
	// forehead is by round and feature, face by round.
	forehead [Rounds][len(policy.Pattern{})]float64
	face     [Rounds]float64
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

// Features are those of a site that the table has columns for.
func (t *Table) Features(site policy.Site) []policy.Feature {
	if site == policy.Forehead {
		return t.features
	}
	return []policy.Feature{policy.Maximum}
}

// pattern is what was read of a site in one round.
func (s *Subject) pattern(site policy.Site, round int) (p policy.Pattern) {
	put := func(f policy.Feature, v float64) {
		if !math.IsNaN(v) {
			p[f] = thermal.Celsius(v)
		}
	}
	switch site {
	case policy.Forehead:
		for _, f := range policy.Features() {
			put(f, s.forehead[round][f])
		}
	case policy.FaceMax:
		if round < Rounds-1 { // see the package comment
			put(policy.Maximum, s.face[round])
		}
	default:
	}
	return p
}

// Readings appends the model's readings of the subject's usable rounds to into.
func (s *Subject) Readings(into []float64, m *policy.Model) []float64 {
	for round := range Rounds {
		if v, _, ok := m.Read(s.pattern(m.Site, round)); ok {
			into = append(into, float64(v))
		}
	}
	return into
}

// Reading is the mean of the model's readings of the subject's rounds in
// degrees Celsius, NaN where there is none. It never looks at the oral
// temperatures.
func (s *Subject) Reading(m *policy.Model) float64 {
	var rounds [Rounds]float64
	readings := s.Readings(rounds[:0], m)
	var sum float64
	for _, v := range readings {
		sum += v
	}
	return sum / float64(len(readings))
}

// without is the subject with only these features of the pattern left.
func (s *Subject) without(left []policy.Feature) *Subject {
	part := *s
	for round := range part.forehead {
		for _, f := range policy.Features() {
			if !slices.Contains(left, f) {
				part.forehead[round][f] = math.NaN()
			}
		}
	}
	return &part
}

// Whole says whether every feature that has a weight in the model was read in
// every round that was read at all.
func (s *Subject) Whole(m *policy.Model) bool {
	for round := range Rounds {
		if _, whole, ok := m.Read(s.pattern(m.Site, round)); ok && !whole {
			return false
		}
	}
	return true
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

// check says whether the column is in degrees Celsius: of one that is, next to
// nothing is out of range. A few cells may be typing errors.
func (c *column) check() error {
	const few = 10
	if c.bad > c.good || c.bad > few && few*c.bad > c.bad+c.good {
		return fmt.Errorf("cannot read the clinical table: %w: column %s: %d of %d numbers are outside %g to %g degC: give it in degrees Celsius",
			ErrTable, c.name, c.bad, c.bad+c.good, c.min, c.max)
	}
	return nil
}

// Read reads a comma-separated table with a header line. It needs the column
// SubjectID and at least one of the forehead's T_FH_Max, T_FHC_Max, T_FHCC,
// T_FHRC, T_FHLC, T_FHBC and T_FHTC with the round 1 to 4, or of T_Max1..3; the
// oral columns aveOralM and aveOralF and the room's, T_atm, may be missing,
// others are ignored. Blank cells and NaN are missing values, and so are numbers that are
// no temperature of their kind in degrees Celsius; a column of which more than a
// tenth is such, and more than a few cells, is refused. Errors wrap [ErrTable], or are r's own.
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
	// A column without a number is none.
	for site := range t.has {
		t.has[site] = t.has[site] && slices.ContainsFunc(t.Subjects, func(s Subject) bool {
			return !math.IsNaN(s.Reading(maximumOf(policy.Sites()[site])))
		})
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

// maximumOf is a model that takes the maximum of the site for what it reads.
func maximumOf(site policy.Site) *policy.Model {
	return &policy.Model{Site: site, Weights: policy.Weights{policy.Maximum: 1}}
}

// columnOf is the study's name of a feature, without the number of the round.
func columnOf(f policy.Feature) string {
	switch f {
	case policy.Maximum:
		return "T_FH_Max"
	case policy.CentreMaximum:
		return "T_FHC_Max"
	case policy.SpotCentre:
		return "T_FHCC"
	case policy.SpotRight:
		return "T_FHRC"
	case policy.SpotLeft:
		return "T_FHLC"
	case policy.SpotBottom:
		return "T_FHBC"
	case policy.SpotTop:
		return "T_FHTC"
	default:
		return ""
	}
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
	if !ok && len(header) == 1 && strings.ContainsAny(header[0], ";\t") {
		return 0, nil, fmt.Errorf("cannot read the clinical table: %w: line 1: its columns are separated by something else than commas", ErrTable)
	}
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
	found := map[policy.Feature]bool{}
	for n := range Rounds {
		for _, f := range policy.Features() {
			if add(fmt.Sprintf("%s%d", columnOf(f), n+1), minFacial, maxFacial, func(s *Subject) *float64 { return &s.forehead[n][f] }) {
				found[f] = true
			}
		}
		face := add(fmt.Sprintf("T_Max%d", n+1), minFacial, maxFacial, func(s *Subject) *float64 { return &s.face[n] })
		if face && n < Rounds-1 {
			t.has[1] = true
		}
	}
	t.has[0] = len(found) > 0
	for _, f := range policy.Features() {
		if found[f] {
			t.features = append(t.features, f)
		}
	}
	if !t.has[0] && !t.has[1] {
		return 0, nil, fmt.Errorf("cannot read the clinical table: %w: line 1: there is none of the columns of the forehead (T_FH_Max1 to T_FH_Max4, T_FHC_Max, T_FHCC, T_FHRC, T_FHLC, T_FHBC, T_FHTC) and none of T_Max1 to T_Max3", ErrTable)
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
		face:        [Rounds]float64{nan, nan, nan, nan},
		OralMonitor: nan, OralFast: nan, room: nan,
	}
	for round := range s.forehead {
		for f := range s.forehead[round] {
			s.forehead[round][f] = nan
		}
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
