package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"lintel/firmware/recording/write"
	"lintel/firmware/recording/write/cptv"
	"lintel/firmware/sim"
	"lintel/firmware/sim/scenefile"
	"lintel/firmware/thermal"
)

type simOptions struct {
	scene         string
	seed          uint64
	frames        int
	width, height int
	out           string
}

func simCommand() *cobra.Command {
	o := simOptions{}
	c := &cobra.Command{
		Use:   "sim --out NAME",
		Short: "Write simulated frames with their truth",
		Long: `Sim writes a simulated scene as a recording that replay can play, and what is
true of every frame beside it, in the format of the annotations. The recording
is CPTV where NAME ends in .cptv, lying on its side as field recordings do;
otherwise it is NAME.y16.gz, upright. The truth is NAME.jsonl, without .cptv.
A scene is one of the list below or a file of one's own, whose name ends in
.toml; BUILD.md says where its keys are described.

Scenes:
` + sceneHelp(),
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if o.out == "" {
				return errors.New("cannot simulate to nowhere: name the recording with --out")
			}
			return o.run(cmd)
		},
	}
	c.Flags().StringVar(&o.scene, "scene", "visitors", "which scene, or a `FILE.toml` of one")
	c.Flags().Uint64Var(&o.seed, "seed", 1, "seed of the simulation")
	c.Flags().IntVar(&o.frames, "frames", 300, "number of frames")
	c.Flags().IntVar(&o.width, "width", 120, "width of the upright image in pixels")
	c.Flags().IntVar(&o.height, "height", 160, "height of the upright image in pixels")
	c.Flags().StringVar(&o.out, "out", "", "where to write, without extension (required)")
	return c
}

func sceneHelp() string {
	var b strings.Builder
	for _, s := range sim.Scenes() {
		fmt.Fprintf(&b, "  %-20s %s\n", s.Name, s.Explanation)
	}
	return b.String()
}

// The truth of a frame, in the format of labels.jsonl.
type (
	labelEvent struct {
		Clip    string        `json:"clip"`
		Frame   int           `json:"frame"`
		Persons []labelPerson `json:"persons"`
		Disc    *labelDisc    `json:"disc"`
		Note    string        `json:"note"`
	}
	labelPerson struct {
		Head      *[4]float64 `json:"head"`
		Face      *[4]float64 `json:"face"`
		Forehead  *[4]float64 `json:"forehead"`
		Pose      string      `json:"pose"`
		Occluders []string    `json:"occluders"`
		Size      string      `json:"size"`
		SkinC     float64     `json:"skin_c"`
		Visit     int         `json:"visit"`
	}
	labelDisc struct {
		CX       float64 `json:"cx"`
		CY       float64 `json:"cy"`
		R        float64 `json:"r"`
		Occluded bool    `json:"occluded"`
	}
)

// frameWriter is what both formats' writers are.
type frameWriter interface {
	Write(f *thermal.Frame) error
	Close() error
}

const (
	cptvSuffix  = ".cptv"
	y16Suffix   = ".y16.gz"
	sceneSuffix = ".toml"
)

// open opens the scene. A file of a scene says its own size and seed.
func (o *simOptions) open() (*sim.Source, error) {
	if strings.HasSuffix(o.scene, sceneSuffix) {
		return scenefile.Open(o.scene)
	}
	return sim.Open(sim.Config{Scene: o.scene, Seed: o.seed, Width: o.width, Height: o.height})
}

func (o *simOptions) run(cmd *cobra.Command) (err error) {
	source, err := o.open()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, source.Close()) }()
	name, isCPTV := strings.CutSuffix(o.out, cptvSuffix)
	path := name + y16Suffix
	if isCPTV {
		path = o.out
	}
	frames, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("cannot write the frames: %w", err)
	}
	defer func() { err = errors.Join(err, frames.Close()) }()
	labels, err := os.Create(name + ".jsonl")
	if err != nil {
		return fmt.Errorf("cannot write the truth: %w", err)
	}
	defer func() { err = errors.Join(err, labels.Close()) }()
	var w frameWriter
	if isCPTV {
		w, err = cptv.NewMounted(frames, source.Info(), thermal.Mounting{Rotate: 90})
	} else {
		w, err = write.New(frames, source.Info())
	}
	if err != nil {
		return err
	}
	return o.write(cmd, source, w, json.NewEncoder(labels), clipName(path))
}

// write writes the frames and their truth.
func (o *simOptions) write(cmd *cobra.Command, source *sim.Source, w frameWriter, truth *json.Encoder, clip string) error {
	var frame thermal.Frame
	for i := range o.frames {
		if err := source.Next(cmd.Context(), &frame); err != nil {
			return err
		}
		if err := w.Write(&frame); err != nil {
			return err
		}
		if err := truth.Encode(label(clip, i, source.Truth())); err != nil {
			return fmt.Errorf("cannot write the truth of frame %d: %w", i, err)
		}
		if (i+1)%100 == 0 {
			fmt.Fprintf(cmd.ErrOrStderr(), "%d of %d frames\n", i+1, o.frames)
		}
	}
	return w.Close()
}

func label(clip string, frame int, t sim.Truth) labelEvent {
	e := labelEvent{Clip: clip, Frame: frame, Persons: []labelPerson{}}
	if t.Disc.R > 0 {
		e.Disc = &labelDisc{round(t.Disc.X, 100), round(t.Disc.Y, 100), round(t.Disc.R, 100), t.Occluded}
	}
	for _, p := range t.People {
		e.Persons = append(e.Persons, labelPerson{
			Head: boxOrNull(p.Head), Face: boxOrNull(p.Face), Forehead: boxOrNull(p.Forehead),
			Pose: p.Pose.String(), Occluders: p.Occluders.Names(), Size: p.Size.String(),
			SkinC: round(float64(p.Skin), 1e3), Visit: p.Visit,
		})
	}
	return e
}

func boxOrNull(b thermal.Box) *[4]float64 {
	if b.Area() == 0 {
		return nil
	}
	c := corners(b)
	return &c
}
