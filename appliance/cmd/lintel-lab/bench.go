package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"runtime/metrics"
	"slices"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"

	"lintel/appliance/kiosk"
	"lintel/appliance/setup"
	"lintel/vision"
)

func benchCommand() *cobra.Command {
	var p pipeline
	var asJSON bool
	c := &cobra.Command{
		Use:   "bench --json RECORDING...",
		Short: "Measure how long each stage of a frame takes on one core",
		Long: `Bench runs recordings through the appliance's own frame loop on one core and
writes the quantiles of each stage's time and its allocations a frame. Stages:
read (decoding the recording), reference, detect (the network), find (the rest
of finding faces), locate (detect and find together), measure, screen, show.
"total" is a frame's whole way but for reading it. p50_us, p95_us and p99_us are
times on the clock, cpu_p50_us and cpu_p99_us those that the loop's thread spent
on a processor, which other programs on a busy machine do not lengthen by
waiting. Times belong to this machine; compare ratios.

Other resolutions: lintel-lab sim --width 640 --height 512 --out NAME, then
lintel-lab bench --json --set reference.temperature_c=37 NAME.y16.gz`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, paths []string) error {
			if !asJSON {
				return errors.New("cannot bench without a format: give --json")
			}
			runtime.GOMAXPROCS(1)
			w := newStopwatch()
			for _, path := range paths {
				out := setup.Outputs{Stopwatch: w}
				if err := p.replay(cmd.Context(), path, out, w.watch); err != nil {
					return err
				}
			}
			encoder := json.NewEncoder(cmd.OutOrStdout())
			for _, r := range w.results() {
				if err := encoder.Encode(r); err != nil {
					return fmt.Errorf("cannot write the results: %w", err)
				}
			}
			return nil
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "write JSON Lines")
	p.register(c.Flags())
	return c
}

// stageEvent is one line of the bench's output.
type stageEvent struct {
	Event  string  `json:"event"`
	Stage  string  `json:"stage"`
	Frames int     `json:"frames"`
	P50    float64 `json:"p50_us"`
	P95    float64 `json:"p95_us"`
	P99    float64 `json:"p99_us"`
	CPU50  float64 `json:"cpu_p50_us"`
	CPU99  float64 `json:"cpu_p99_us"`
	Allocs float64 `json:"allocs"`
}

const (
	stageDetect = "detect"
	stageLocate = "locate"
	stageTotal  = "total"
)

// stopwatch takes the time and the allocations of every stage.
type stopwatch struct {
	stages []string
	times  map[string][]time.Duration
	cpu    map[string][]time.Duration
	allocs map[string][]uint64
	last   mark
	detect mark // what the network took since the last lap
	total  mark // of this frame so far
	sample []metrics.Sample
}

// mark is a point of time, or a span of it, with the thread's processor time and
// the allocations until then.
type mark struct {
	time, cpu time.Duration
	allocs    uint64
}

func newStopwatch() *stopwatch {
	w := &stopwatch{
		stages: []string{"read", "reference", stageDetect, "find", stageLocate, "measure", "screen", "show", stageTotal},
		times:  map[string][]time.Duration{},
		cpu:    map[string][]time.Duration{},
		allocs: map[string][]uint64{},
		sample: []metrics.Sample{{Name: "/gc/heap/allocs:objects"}},
	}
	w.last = w.now()
	return w
}

func (w *stopwatch) now() mark {
	metrics.Read(w.sample)
	return mark{time.Duration(time.Now().UnixNano()), threadTime(), w.sample[0].Value.Uint64()}
}

// threadTime is the processor time of the calling thread, which is the frame
// loop's: it holds its thread, and the network runs on it.
func threadTime() time.Duration {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &t); err != nil {
		return 0
	}
	return time.Duration(t.Nano())
}

func (a mark) since(b mark) mark { return mark{a.time - b.time, a.cpu - b.cpu, a.allocs - b.allocs} }

func (a mark) and(b mark) mark { return mark{a.time + b.time, a.cpu + b.cpu, a.allocs + b.allocs} }

// Lap ends a stage.
func (w *stopwatch) Lap(s kiosk.Stage) {
	span := w.now().since(w.last)
	if s == kiosk.StageFind {
		w.add(stageDetect, w.detect)
		w.add(stageLocate, span)
		w.total = w.total.and(w.detect)
		span = span.since(w.detect)
		w.detect = mark{}
	}
	w.add(s.String(), span)
	switch s {
	case kiosk.StageRead:
		w.total = mark{}
	case kiosk.StageShow:
		w.total = w.total.and(span)
		w.add(stageTotal, w.total)
	default:
		w.total = w.total.and(span)
	}
	w.last = w.now()
}

func (w *stopwatch) add(stage string, m mark) {
	w.times[stage] = append(w.times[stage], m.time)
	w.cpu[stage] = append(w.cpu[stage], m.cpu)
	w.allocs[stage] = append(w.allocs[stage], m.allocs)
}

// watch times the network inside the stage find.
func (w *stopwatch) watch(d vision.Detector) vision.Detector { return watched{d, w} }

type watched struct {
	vision.Detector
	watch *stopwatch
}

func (d watched) Detect(in []float32, width, height int) ([]float32, error) {
	from := d.watch.now()
	out, err := d.Detector.Detect(in, width, height)
	d.watch.detect = d.watch.now().since(from)
	return out, err
}

// results returns the quantiles of every stage. Allocations are the median
// frame's: the first frames fill the buffers.
func (w *stopwatch) results() []stageEvent {
	var events []stageEvent
	for _, stage := range w.stages {
		times, cpu, allocs := w.times[stage], w.cpu[stage], w.allocs[stage]
		if len(times) == 0 {
			continue
		}
		slices.Sort(times)
		slices.Sort(cpu)
		slices.Sort(allocs)
		at := func(sorted []time.Duration, q float64) float64 {
			return float64(sorted[int(q*float64(len(sorted)-1))].Nanoseconds()) / 1e3
		}
		events = append(events, stageEvent{
			Event: "stage", Stage: stage, Frames: len(times),
			P50: at(times, .5), P95: at(times, .95), P99: at(times, .99),
			CPU50: at(cpu, .5), CPU99: at(cpu, .99), Allocs: float64(allocs[len(allocs)/2]),
		})
	}
	return events
}
