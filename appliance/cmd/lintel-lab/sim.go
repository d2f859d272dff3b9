package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"lintel/firmware/recording/write"
	"lintel/firmware/sim"
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
		Long: `Sim writes a simulated scene as a recording, NAME.y16.gz, that replay can play,
and what is true of every frame, NAME.jsonl, in the format of the annotations.

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
	c.Flags().StringVar(&o.scene, "scene", "visitors", "which scene")
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

func (o *simOptions) run(cmd *cobra.Command) (err error) {
	source, err := sim.Open(sim.Config{Scene: o.scene, Seed: o.seed, Width: o.width, Height: o.height})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, source.Close()) }()
	frames, err := os.Create(o.out + ".y16.gz")
	if err != nil {
		return fmt.Errorf("cannot write the frames: %w", err)
	}
	defer func() { err = errors.Join(err, frames.Close()) }()
	labels, err := os.Create(o.out + ".jsonl")
	if err != nil {
		return fmt.Errorf("cannot write the truth: %w", err)
	}
	defer func() { err = errors.Join(err, labels.Close()) }()
	w, err := write.New(frames, source.Info())
	if err != nil {
		return err
	}
	encoder := json.NewEncoder(labels)
	var frame thermal.Frame
	for i := range o.frames {
		if err := source.Next(cmd.Context(), &frame); err != nil {
			return err
		}
		if err := w.Write(&frame); err != nil {
			return err
		}
		if err := encoder.Encode(label(filepath.Base(o.out), i, source.Truth())); err != nil {
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
