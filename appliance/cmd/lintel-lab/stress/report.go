package stress

import (
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"
)

// Share is how many of how many.
type Share struct {
	N  int `json:"n"`
	Of int `json:"of"`
}

func (s *Share) count(yes bool) {
	s.Of++
	if yes {
		s.N++
	}
}

// String writes "0.950 of 20".
func (s Share) String() string {
	if s.Of == 0 {
		return "-"
	}
	return fmt.Sprintf("%.3f of %d", float64(s.N)/float64(s.Of), s.Of)
}

// Seed is a scene that went wrong.
type Seed struct {
	Seed uint64 `json:"seed"`
	What string `json:"what"`
}

// worstListed bounds the seeds of a row that are listed.
const worstListed = 12

// Result is the outcome of one row.
type Result struct {
	Group  string `json:"group"`
	Row    string `json:"row"`
	Scenes int    `json:"scenes"`
	// Usable is the recall, Found that of faces in any pose.
	Usable Share `json:"usable"`
	Found  Share `json:"found"`
	// The scenes with a wrong use, by the worst in it: OtherSkin where no
	// forehead is bare and the brow or a temple was measured, NoForehead where
	// that was no bare skin either, OffSkin where the region leaves the skin of
	// a bare forehead.
	OtherSkin  int `json:"used_other_skin"`
	NoForehead int `json:"used_no_forehead"`
	OffSkin    int `json:"used_off_skin"`
	FalseFaces int `json:"false_faces"`
	// Worst lists the first scenes of wrong use, then those missed.
	Worst []Seed `json:"worst"`
}

// Wrong returns the number of scenes with a wrong use.
func (r *Result) Wrong() int { return r.OtherSkin + r.NoForehead + r.OffSkin }

// note lists a scene; wrong uses push out what is less.
func (r *Result) note(seed uint64, what string) {
	if len(r.Worst) < worstListed {
		r.Worst = append(r.Worst, Seed{seed, what})
		return
	}
	if what == "missed" {
		return
	}
	for i := range r.Worst {
		if r.Worst[i].What == "missed" {
			r.Worst[i] = Seed{seed, what}
			return
		}
	}
}

// Report is the outcome of all rows.
type Report struct {
	Rows []Result `json:"rows"`
}

// Wrong returns the number of scenes with a wrong use.
func (r *Report) Wrong() (n int) {
	for i := range r.Rows {
		n += r.Rows[i].Wrong()
	}
	return n
}

// WriteJSON writes the report as one indented JSON object.
func (r *Report) WriteJSON(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	if err := enc.Encode(r); err != nil {
		return fmt.Errorf("cannot write the table: %w", err)
	}
	return nil
}

// Write writes the report as a table for people, worst seeds at the end of a
// row.
func (r *Report) Write(w io.Writer) error {
	tab := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(tab, "group\trow\tscenes\tcalled usable\tfound\tno forehead: brow\tno forehead: no skin\toff the skin\tfalse faces\tworst seeds")
	for i := range r.Rows {
		q := &r.Rows[i]
		_, _ = fmt.Fprintf(tab, "%s\t%s\t%d\t%v\t%v\t%d\t%d\t%d\t%d\t%s\n", q.Group, q.Row, q.Scenes, q.Usable, q.Found, q.OtherSkin, q.NoForehead, q.OffSkin, q.FalseFaces, q.seeds())
	}
	if err := tab.Flush(); err != nil {
		return fmt.Errorf("cannot write the table: %w", err)
	}
	return nil
}

// seeds lists the first scenes of wrong use.
func (r *Result) seeds() string {
	text := ""
	for _, s := range r.Worst {
		if s.What != "missed" && len(text) < 40 {
			text += fmt.Sprintf("%d ", s.Seed)
		}
	}
	return text
}
