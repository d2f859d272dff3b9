package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"lintel/calibration"
)

// The fixed format of replay's events: scripts outside of the project rely on
// it. Fields may be added; these keep their names, types and meaning.

// check says what is wrong with a value of JSON; empty for nothing.
type check func(v any) string

func text(v any) string {
	if s, ok := v.(string); !ok || s == "" {
		return fmt.Sprintf("%v is no text", v)
	}
	return ""
}

func number64(v any) string {
	if f, ok := v.(float64); !ok || math.IsInf(f, 0) {
		return fmt.Sprintf("%v is no number", v)
	}
	return ""
}

func whole(v any) string {
	if f, ok := v.(float64); !ok || f != math.Trunc(f) || f < 0 {
		return fmt.Sprintf("%v is no whole number from 0", v)
	}
	return ""
}

func truth(v any) string {
	if _, ok := v.(bool); !ok {
		return fmt.Sprintf("%v is neither true nor false", v)
	}
	return ""
}

func word(words ...string) check {
	return func(v any) string {
		if s, ok := v.(string); !ok || !slices.Contains(words, s) {
			return fmt.Sprintf("%v is none of %v", v, words)
		}
		return ""
	}
}

func orNullToo(c check) check {
	return func(v any) string {
		if v == nil {
			return ""
		}
		return c(v)
	}
}

func list(c check) check {
	return func(v any) string {
		values, ok := v.([]any)
		if !ok {
			return fmt.Sprintf("%v is no list", v)
		}
		for _, e := range values {
			if wrong := c(e); wrong != "" {
				return wrong
			}
		}
		return ""
	}
}

func box4(v any) string {
	b, ok := v.([]any)
	if wrong := list(number64)(v); !ok || wrong != "" || len(b) != 4 {
		return fmt.Sprintf("%v is no box", v)
	}
	if b[0].(float64) > b[2].(float64) || b[1].(float64) > b[3].(float64) {
		return fmt.Sprintf("%v is a box turned inside out", v)
	}
	return ""
}

func object(fields map[string]check) check {
	return func(v any) string {
		o, ok := v.(map[string]any)
		if !ok {
			return fmt.Sprintf("%v is no object", v)
		}
		for name, c := range fields {
			value, there := o[name]
			if !there {
				return fmt.Sprintf("%s is missing", name)
			}
			if wrong := c(value); wrong != "" {
				return fmt.Sprintf("%s: %s", name, wrong)
			}
		}
		return ""
	}
}

// budgets has the terms of an uncertainty by name.
func budgets(v any) string {
	terms, ok := v.(map[string]any)
	every := calibration.Budget{}.Terms()
	if !ok || len(terms) != len(every) {
		return fmt.Sprintf("%v is no budget", v)
	}
	for _, t := range every {
		if wrong := number64(terms[t.Name]); wrong != "" {
			return t.Name + ": " + wrong
		}
	}
	return ""
}

var (
	states    = word("starting", "warming_up", "ready", "guiding", "measuring", "passed", "referred", "unmeasured", "clearing", "out_of_service")
	contracts = map[string]check{
		"frame": object(map[string]check{
			"clip": text, "frame": whole, "t": number64, "state": states, "guidance": orNullToo(text),
			"reference": object(map[string]check{
				"ok": truth, "cx": orNullToo(number64), "cy": orNullToo(number64), "r": orNullToo(number64),
				"offset_k": orNullToo(number64), "fault": orNullToo(text),
			}),
			"faces": list(object(map[string]check{
				"track": whole, "box": box4, "forehead": box4, "score": number64, "usable": truth, "reject": orNullToo(text),
			})),
			"reading": orNullToo(object(map[string]check{
				"site": word("forehead", "face_max"), "t_c": number64, "u_c": number64, "n": whole,
			})),
		}),
		"verdict": object(map[string]check{
			"clip": text, "frame": whole, "visit": whole, "verdict": word("pass", "refer"),
			"t_c": number64, "u_c": number64, "frames": whole, "seconds": number64,
		}),
		"unmeasured": object(map[string]check{"clip": text, "frame": whole, "visit": whole, "reason": text}),
		"summary": object(map[string]check{
			"clip": text, "frames": whole, "verdicts": whole, "unmeasured": whole, "faults": list(text),
		}),
	}
)

// follow checks the events of one recording after the other.
type follow struct {
	clip                          string
	frames, verdicts, unmeasured  int
	time                          float64
	faults                        []string
	faces, readings, nulls, found int // seen at all
}

func (f *follow) event(e map[string]any) string {
	kind, _ := e["event"].(string)
	c := contracts[kind]
	if c == nil {
		return fmt.Sprintf("unknown event %q", kind)
	}
	if wrong := c(e); wrong != "" {
		return wrong
	}
	if clip := e["clip"].(string); clip != f.clip {
		if f.clip != "" {
			return f.clip + " has no summary"
		}
		*f = follow{clip: clip, faces: f.faces, readings: f.readings, nulls: f.nulls, found: f.found}
	}
	switch kind {
	case "frame":
		return f.frame(e)
	case "summary":
		return f.summary(e)
	}
	// The frame in which the visit ended has just been written.
	if int(e["frame"].(float64)) != f.frames-1 {
		return "the event is not with its frame"
	}
	if kind == "verdict" {
		f.verdicts++
		if e["frames"].(float64) < 3 || e["u_c"].(float64) <= 0 || e["seconds"].(float64) < 0 {
			return "the verdict rests on nothing"
		}
	} else {
		f.unmeasured++
	}
	return ""
}

func (f *follow) frame(e map[string]any) string {
	if n := int(e["frame"].(float64)); n != f.frames {
		return fmt.Sprintf("frame %d where %d belongs", n, f.frames)
	}
	if now := e["t"].(float64); f.frames > 0 && now < f.time || f.frames == 0 && now != 0 {
		return fmt.Sprintf("t is %v after %v", now, f.time)
	}
	f.time = e["t"].(float64)
	f.frames++
	r := e["reference"].(map[string]any)
	seen := r["cx"] != nil
	if (r["cy"] != nil) != seen || (r["r"] != nil) != seen {
		return "half a reference"
	}
	if ok := r["ok"].(bool); ok && (!seen || r["fault"] != nil) || ok != (r["offset_k"] != nil) {
		return "the reference contradicts itself"
	}
	if seen {
		f.found++
	} else {
		f.nulls++
	}
	if fault, ok := r["fault"].(string); ok && !slices.Contains(f.faults, fault) {
		f.faults = append(f.faults, fault)
	}
	for _, v := range e["faces"].([]any) {
		face := v.(map[string]any)
		f.faces++
		if s := face["score"].(float64); s < 0 || s > 1 {
			return fmt.Sprintf("score %v", s)
		}
		if face["usable"].(bool) != (face["reject"] == nil) {
			return "a face is usable and rejected, or neither"
		}
	}
	if e["reading"] != nil {
		f.readings++
		if !r["ok"].(bool) {
			return "a reading without a reference"
		}
	}
	return ""
}

func (f *follow) summary(e map[string]any) string {
	var faults []string
	for _, v := range e["faults"].([]any) {
		faults = append(faults, v.(string))
	}
	got := []int{int(e["frames"].(float64)), int(e["verdicts"].(float64)), int(e["unmeasured"].(float64))}
	if want := []int{f.frames, f.verdicts, f.unmeasured}; !slices.Equal(got, want) {
		return fmt.Sprintf("the summary has %v, the events %v", got, want)
	}
	if !slices.Equal(faults, f.faults) {
		return fmt.Sprintf("the summary has the faults %v, the frames %v", faults, f.faults)
	}
	f.clip = ""
	return ""
}

// followAll checks every line and returns what was seen.
func followAll(t *testing.T, events []byte) follow {
	t.Helper()
	var f follow
	n := 0
	for line := range bytes.Lines(events) {
		n++
		var e map[string]any
		if err := json.Unmarshal(line, &e); err != nil {
			t.Fatalf("line %d: %v", n, err)
		}
		if wrong := f.event(e); wrong != "" {
			t.Fatalf("line %d: %s\n%s", n, wrong, line)
		}
	}
	if f.clip != "" || n == 0 {
		t.Errorf("the last of %d lines is no summary", n)
	}
	return f
}

func TestEventsKeepTheirContract(t *testing.T) {
	t.Run("simulated", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "sim.y16.gz")
		if err := os.WriteFile(path, simulated(t, "normal", 45, nil), 0o600); err != nil {
			t.Fatal(err)
		}
		events := lab(t, "replay", "--json", "--set", "reference.temperature_c=37", path)
		if n := bytes.Count(events, []byte(`"event":"frame"`)); n != 45 {
			t.Errorf("%d frames, want 45", n)
		}
		followAll(t, events)
	})
	t.Run("field", func(t *testing.T) {
		fieldFiles(t)
		events, err := fieldEvents()
		if err != nil {
			t.Fatal(err)
		}
		// The number of frames of each file is checked where they are scored.
		f := followAll(t, events)
		if f.faces == 0 || f.readings == 0 || f.found == 0 || f.nulls == 0 || clips(events) != 33 {
			t.Errorf("not everything was seen: %+v of %d clips", f, clips(events))
		}
	})
}
