package score

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"lintel/firmware/thermal"
)

// ErrDamaged means that a line of an input does not say what it should. The
// error names the file and the line. Mend or replace the file.
var ErrDamaged = errors.New("the line is damaged")

// Truth is what people saw in a set of recordings.
type Truth struct {
	clips map[string]*clip
}

// clip is what is known of one recording.
type clip struct {
	name string
	// frames is the number of frames in the file.
	frames int
	// scanned is the owner's count of people screened; -1 where not labelled.
	scanned int
	// labels holds the annotated frames by frame number.
	labels map[int]label
	visits []visit
	// watched says that visits.jsonl has a line for the recording.
	watched bool
}

// label is one annotated frame.
type label struct {
	persons []person
	// disc is the reference; the zero circle where it is out of sight. It need
	// not be found where something hides a part of it.
	disc   thermal.Circle
	hidden bool
}

// person is one annotated person. Boxes are nil where there is nothing to see.
type person struct {
	head, face, forehead *thermal.Box
	pose, size           string
	occluders            []string
}

// usable says that a thermograph should be able to measure the person.
func (p person) usable() bool { return p.pose == frontal && p.size != far && p.forehead != nil }

// visible says that a detector should find the face: not far, and neither seen
// from behind nor bowed.
func (p person) visible() bool {
	return p.face != nil && p.size != far && (p.pose == frontal || p.pose == turned || p.pose == profile)
}

// classes names what the person's figures are also counted under.
func (p person) classes() []string {
	names := []string{"pose " + p.pose, "size " + p.size}
	if len(p.occluders) == 0 {
		names = append(names, "no occluder")
	}
	for _, o := range p.occluders {
		names = append(names, "occluder "+o)
	}
	return names
}

// The poses and sizes that the figures tell apart.
const (
	frontal = "frontal"
	turned  = "turned"
	profile = "profile"
	far     = "far"
)

// overlap is the IoU of b with the person's face or head, whichever is larger.
func (p person) overlap(b thermal.Box) float64 {
	var best float64
	for _, own := range []*thermal.Box{p.head, p.face} {
		if own != nil {
			best = max(best, own.IoU(b))
		}
	}
	return best
}

// cover says how much of a visitor's forehead is bare.
type cover uint8

const (
	coverUnknown cover = iota
	bare
	partly
	covered
)

// visit is one annotated visit, frames included at both ends.
type visit struct {
	first, last int
	cover       cover
}

// Load reads the truth: the labels at labelsPath, and visits.jsonl and
// manifest.csv in the same folder.
//
// Errors: [ErrDamaged] with file and line; what [os.Open] returns.
func Load(labelsPath string) (*Truth, error) {
	t := &Truth{clips: map[string]*clip{}}
	folder := filepath.Dir(labelsPath)
	for _, part := range []struct {
		path string
		read func(io.Reader) error
	}{
		{filepath.Join(folder, "manifest.csv"), t.readManifest},
		{filepath.Join(folder, "visits.jsonl"), t.readVisits},
		{labelsPath, t.readLabels},
	} {
		if err := readFile(part.path, part.read); err != nil {
			return nil, err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(t.clips)) {
		if !t.clips[name].watched {
			return nil, fmt.Errorf("cannot score %s: visits.jsonl has no line for it; add one, with no visits if there are none", name)
		}
	}
	return t, nil
}

func readFile(path string, read func(io.Reader) error) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("cannot read the truth: %w; labels, visits.jsonl and manifest.csv must lie side by side", err)
	}
	defer func() { _ = f.Close() }()
	if err := read(f); err != nil {
		return fmt.Errorf("cannot read %s: %w", path, err)
	}
	return nil
}

// readManifest takes the columns file, frames and label_scanned.
func (t *Truth) readManifest(r io.Reader) error {
	rows := csv.NewReader(r)
	header, err := rows.Read()
	if err != nil {
		return fmt.Errorf("%w: no header: %w", ErrDamaged, err)
	}
	file, frames, scanned := slices.Index(header, "file"), slices.Index(header, "frames"), slices.Index(header, "label_scanned")
	if file < 0 || frames < 0 || scanned < 0 {
		return fmt.Errorf("%w: the header lacks file, frames or label_scanned", ErrDamaged)
	}
	for {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("%w: %w", ErrDamaged, err)
		}
		c, err := manifestClip(row[file], row[frames], row[scanned])
		if err == nil && t.clips[c.name] != nil {
			err = fmt.Errorf("%s is listed twice", c.name)
		}
		if err != nil {
			line, _ := rows.FieldPos(0)
			return fmt.Errorf("line %d: %w: %w", line, ErrDamaged, err)
		}
		t.clips[c.name] = c
	}
}

func manifestClip(file, frames, scanned string) (*clip, error) {
	c := &clip{name: strings.TrimSuffix(file, filepath.Ext(file)), scanned: -1, labels: map[int]label{}}
	var err error
	if c.frames, err = strconv.Atoi(frames); err != nil || c.frames <= 0 {
		return nil, fmt.Errorf("frames is %q, not a number above 0", frames)
	}
	if scanned == "" {
		return c, nil
	}
	if c.scanned, err = strconv.Atoi(scanned); err != nil || c.scanned < 0 {
		return nil, fmt.Errorf("label_scanned is %q, neither empty nor a number of people", scanned)
	}
	return c, nil
}

func (t *Truth) readVisits(r io.Reader) error {
	return eachLine(r, func(line []byte) error {
		var in struct {
			Clip   string
			Visits []struct {
				First, Last *int
				Forehead    string
			}
		}
		if err := json.Unmarshal(line, &in); err != nil {
			return err
		}
		c := t.clips[in.Clip]
		if c == nil {
			return fmt.Errorf("clip %q is not in the manifest", in.Clip)
		}
		if c.watched {
			return fmt.Errorf("clip %s has a line already", in.Clip)
		}
		c.watched = true
		for _, v := range in.Visits {
			of, known := map[string]cover{"bare": bare, "partly": partly, "covered": covered}[v.Forehead]
			if !known {
				return fmt.Errorf("forehead is %q: allowed are bare, partly and covered", v.Forehead)
			}
			if v.First == nil || v.Last == nil || *v.First < 0 || *v.First > *v.Last || *v.Last >= c.frames {
				return fmt.Errorf("first and last must be frames 0 to %d, in that order", c.frames-1)
			}
			c.visits = append(c.visits, visit{*v.First, *v.Last, of})
		}
		return nil
	})
}
