package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"lintel/appliance/kiosk"
	"lintel/appliance/screening"
	"lintel/appliance/setup"
	"lintel/calibration"
	"lintel/firmware/thermal"
	"lintel/vision"
)

func replayCommand() *cobra.Command {
	var p pipeline
	var asJSON bool
	c := &cobra.Command{
		Use:   "replay --json RECORDING...",
		Short: "Run recordings through the appliance's own frame loop",
		Long: `Replay runs each recording from a fresh start through the appliance's own frame
loop, as fast as it can, and writes one event a frame, one a verdict or a visit
that could not be measured, and a summary. The events of a recording are
written whole or, where it cannot be read to its end, not at all.`,
		Example: "  lintel-lab replay --json recordings/*.cptv > replay.jsonl",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, paths []string) error {
			if !asJSON {
				return errors.New("cannot replay without a format: give --json")
			}
			for i, path := range paths {
				if len(paths) > 1 {
					fmt.Fprintf(cmd.ErrOrStderr(), "[%d/%d] %s\n", i+1, len(paths), filepath.Base(path))
				}
				r := newReplay(path)
				if err := p.replay(cmd.Context(), path, setup.Outputs{Observer: r}, nil); err != nil {
					return err
				}
				if err := r.finish(cmd.OutOrStdout()); err != nil {
					return err
				}
			}
			return nil
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "write JSON Lines")
	p.register(c.Flags())
	return c
}

// The events of a replay; see the fixed output format in BUILD.md.
type (
	frameEvent struct {
		Event     string         `json:"event"`
		Clip      string         `json:"clip"`
		Frame     int            `json:"frame"`
		T         float64        `json:"t"`
		State     string         `json:"state"`
		Guidance  *string        `json:"guidance"`
		Reference referenceEvent `json:"reference"`
		Faces     []faceEvent    `json:"faces"`
		Reading   *readingEvent  `json:"reading"`
	}
	referenceEvent struct {
		OK      bool     `json:"ok"`
		CX      *float64 `json:"cx"`
		CY      *float64 `json:"cy"`
		R       *float64 `json:"r"`
		OffsetK *float64 `json:"offset_k"`
		Fault   *string  `json:"fault"`
		// Budget is that of a usual forehead of 35 degC in the frame.
		Budget budget `json:"budget,omitempty"`
	}
	faceEvent struct {
		Track    int        `json:"track"`
		Box      [4]float64 `json:"box"`
		Forehead [4]float64 `json:"forehead"`
		Score    float64    `json:"score"`
		Usable   bool       `json:"usable"`
		Reject   *string    `json:"reject"`
		// The network's answers in the frame alone, each a probability.
		Bare    float64 `json:"bare"`
		Frontal float64 `json:"frontal"`
		Down    float64 `json:"down"`
		Sharp   float64 `json:"sharp"`
		Glasses float64 `json:"glasses_over_brow"`
	}
	readingEvent struct {
		Site string  `json:"site"`
		TC   float64 `json:"t_c"`
		UC   float64 `json:"u_c"`
		N    int     `json:"n"`
		// FrameC is this frame's measurement, Budget that of it, BridgedK what
		// was added for a flat-field correction; only where there is one.
		FrameC   *float64 `json:"frame_c,omitempty"`
		Budget   budget   `json:"budget,omitempty"`
		BridgedK *float64 `json:"bridged_k,omitempty"`
	}
	// budget has every term of an uncertainty by name, k = 1, in kelvin.
	budget       map[string]float64
	verdictEvent struct {
		Event   string  `json:"event"`
		Clip    string  `json:"clip"`
		Frame   int     `json:"frame"`
		Visit   int     `json:"visit"`
		Verdict string  `json:"verdict"`
		TC      float64 `json:"t_c"`
		UC      float64 `json:"u_c"`
		Frames  int     `json:"frames"`
		Seconds float64 `json:"seconds"`
		// Track is that of the face the verdict is about.
		Track int `json:"track"`
	}
	unmeasuredEvent struct {
		Event  string `json:"event"`
		Clip   string `json:"clip"`
		Frame  int    `json:"frame"`
		Visit  int    `json:"visit"`
		Reason string `json:"reason"`
	}
	summaryEvent struct {
		Event      string   `json:"event"`
		Clip       string   `json:"clip"`
		Frames     int      `json:"frames"`
		Verdicts   int      `json:"verdicts"`
		Unmeasured int      `json:"unmeasured"`
		Faults     []string `json:"faults"`
	}
)

// replay turns reports into events and keeps them until the recording is over.
type replay struct {
	clip    string
	events  bytes.Buffer
	encoder *json.Encoder
	summary summaryEvent
	err     error
}

func newReplay(path string) *replay {
	r := &replay{clip: clipName(path)}
	r.encoder = json.NewEncoder(&r.events)
	r.summary = summaryEvent{Event: "summary", Clip: r.clip, Faults: []string{}}
	return r
}

// clipName is the name of a recording in every event: its file's without the
// extension.
func clipName(path string) string {
	base := filepath.Base(path)
	return strings.TrimSuffix(base, filepath.Ext(base))
}

var _ kiosk.Observer = (*replay)(nil)

// Observe writes the events of one frame.
func (r *replay) Observe(k *kiosk.Report) {
	frame := r.summary.Frames
	r.summary.Frames++
	fault := kiosk.FaultName(k.Reference.Fault)
	if fault != "" && !slices.Contains(r.summary.Faults, fault) {
		r.summary.Faults = append(r.summary.Faults, fault)
	}
	e := frameEvent{
		Event: "frame", Clip: r.clip, Frame: frame, T: round(k.Frame.Time.Seconds(), 1e3),
		State: k.Step.State.String(), Guidance: orNull(k.Step.Guidance.String()),
		Reference: referenceEvent{OK: k.Reference.OK, Fault: orNull(fault)},
		Faces:     []faceEvent{},
	}
	if k.Reference.Found {
		c := k.Reference.Circle
		e.Reference.CX, e.Reference.CY, e.Reference.R = number(c.X, 1e2), number(c.Y, 1e2), number(c.R, 1e2)
	}
	if k.Reference.OK {
		e.Reference.OffsetK = number(float64(k.Reference.Offset), 1e3)
		e.Reference.Budget = budgetOf(&k.Usual)
	}
	for i := range k.Faces {
		f := &k.Faces[i]
		face := faceEvent{Track: f.Track, Box: corners(f.Box), Forehead: corners(f.Forehead), Score: round(f.Score, 1e3), Usable: f.Usable()}
		face.Bare, face.Frontal, face.Down = round(f.Bare, 1e3), round(f.Frontal, 1e3), round(f.Down, 1e3)
		face.Sharp, face.Glasses = round(f.Sharp, 1e3), round(f.GlassesOverBrow, 1e3)
		if f.Reject != vision.Usable {
			face.Reject = orNull(f.Reject.String())
		}
		e.Faces = append(e.Faces, face)
	}
	if s := &k.Step; s.Readings > 0 {
		e.Reading = &readingEvent{Site: k.Site.String(), TC: round(float64(s.Value), 1e3), UC: round(float64(s.U), 1e3), N: s.Readings}
		if m := &k.Measurement; m.Pixels > 0 {
			e.Reading.FrameC = number(float64(m.Max), 1e3)
			e.Reading.Budget, e.Reading.BridgedK = budgetOf(&m.Budget), number(float64(m.Bridged), 1e3)
		}
	}
	r.emit(e)
	r.outcome(&k.Step, frame)
}

func budgetOf(b *calibration.Budget) budget {
	out := budget{}
	for _, t := range b.Terms() {
		out[t.Name] = round(float64(t.U), 1e4)
	}
	return out
}

// outcome writes how a visit ended.
func (r *replay) outcome(s *screening.Step, frame int) {
	switch s.Verdict {
	case screening.Pass, screening.Refer:
		r.summary.Verdicts++
		r.emit(verdictEvent{
			Event: "verdict", Clip: r.clip, Frame: frame, Visit: s.Visit, Verdict: s.Verdict.String(),
			TC: round(float64(s.Value), 1e3), UC: round(float64(s.U), 1e3), Frames: s.Readings, Seconds: round(s.Duration.Seconds(), 1e3), Track: s.Track,
		})
	case screening.NotMeasured:
		r.summary.Unmeasured++
		r.emit(unmeasuredEvent{Event: "unmeasured", Clip: r.clip, Frame: frame, Visit: s.Visit, Reason: s.Reason.String()})
	default:
	}
}

func (r *replay) emit(event any) {
	if r.err == nil {
		r.err = r.encoder.Encode(event)
	}
}

// finish writes everything out.
func (r *replay) finish(w io.Writer) error {
	r.emit(r.summary)
	if r.err != nil {
		return fmt.Errorf("cannot write the events of %s: %w", r.clip, r.err)
	}
	if _, err := r.events.WriteTo(w); err != nil {
		return fmt.Errorf("cannot write the events of %s: %w", r.clip, err)
	}
	return nil
}

func orNull(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func round(v, scale float64) float64 { return math.Round(v*scale) / scale }

func number(v, scale float64) *float64 {
	v = round(v, scale)
	return &v
}

func corners(b thermal.Box) [4]float64 {
	return [4]float64{round(b.X0, 10), round(b.Y0, 10), round(b.X1, 10), round(b.Y1, 10)}
}
