package thermal

import (
	"context"
	"errors"
)

// Source delivers frames from a camera, a recording or a simulation. It is
// used by one goroutine at a time. Every implementation passes the conformance
// suite in the package thermaltest.
type Source interface {
	// Info says what is known of the camera. It does not change while the
	// source is open, and works after Close.
	Info() Info
	// Next fills f with the next frame, reusing its memory; after the first
	// call it does not allocate. It blocks until the frame is there or ctx is
	// done. After an error the contents of f are undefined.
	//
	// Errors: [io.EOF] at the end of a finite source, ctx.Err() when ctx is
	// done, [ErrClosed] after Close, [ErrNotRadiometric] when the counts
	// cannot be temperatures by this camera's scale, or what the source's
	// package documents.
	Next(ctx context.Context, f *Frame) error
	// Close releases the source. A second Close does nothing and returns nil.
	Close() error
}

// Sentinels that every source shares.
var (
	// ErrClosed is returned by Next after Close.
	ErrClosed = errors.New("the source is closed")
	// ErrNotRadiometric means that the counts are no temperatures. Switch the
	// camera's radiometry (TLinear) on, or choose the right camera scale.
	ErrNotRadiometric = errors.New("the camera does not deliver temperatures: switch its radiometry on or choose the right camera.scale")
)

// Info is what is known of a camera.
type Info struct {
	// Model and Serial identify the camera; empty where unknown.
	Model, Serial string
	// Width and Height are the size of the upright image in pixels.
	Width, Height int
	// Rate is the nominal frame rate in frames per second; 0 where unknown.
	Rate float64
	// Scale says what one count means.
	Scale CountScale
}

// CountScale says how the counts of a camera stand for temperatures. The zero
// value is unknown.
type CountScale uint8

// The scales in use.
const (
	// CentiKelvin is 0.01 K a count from absolute zero: FLIR Lepton with
	// TLinear at high gain, and others (Lepton Engineering Datasheet, TLinear).
	CentiKelvin CountScale = iota + 1
	// Kelvin64 is 1/64 K a count from absolute zero: InfiRay P2 Pro and Topdon
	// TC001 at high gain.
	Kelvin64
)

// KelvinPerCount returns the size of one count in kelvin, 0 where unknown.
func (s CountScale) KelvinPerCount() float64 {
	switch s {
	case CentiKelvin:
		return 0.01
	case Kelvin64:
		return 1.0 / 64
	default:
		return 0
	}
}

// String names the scale as the configuration does.
func (s CountScale) String() string {
	switch s {
	case CentiKelvin:
		return "centikelvin"
	case Kelvin64:
		return "kelvin64"
	default:
		return "unknown"
	}
}

// AbsoluteZero is 0 K in degrees Celsius.
const AbsoluteZero Celsius = -273.15

// Celsius turns counts (fractional ones too: means, medians) into the
// temperature the camera reports, before any correction. The scale must be
// known.
func (s CountScale) Celsius(counts float64) Celsius {
	return Celsius(counts*s.KelvinPerCount()) + AbsoluteZero
}

// Counts is the inverse of [CountScale.Celsius].
func (s CountScale) Counts(c Celsius) float64 {
	return float64(c-AbsoluteZero) / s.KelvinPerCount()
}
