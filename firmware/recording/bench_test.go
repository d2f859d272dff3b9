package recording

import (
	"errors"
	"io"
	"testing"

	"lintel/firmware/thermal"
)

// BenchmarkNext measures one frame of 160x120 pixels, unpacking and turning
// upright included.
func BenchmarkNext(b *testing.B) {
	var counts [][]uint16
	for i := range 200 {
		counts = append(counts, room(160, 120, i+1))
	}
	y16File, _ := y16Of(y16Json(160, 120, ""), visit(160, 120, 200)...)
	for _, c := range []struct {
		name    string
		content []byte
	}{
		{"cptv", gzipped(b, cptvOf(160, 120, counts...))},
		{"plain_cptv", cptvOf(160, 120, counts...)},
		{"pty16v1", gzipped(b, y16File)},
		{"plain_pty16v1", y16File},
	} {
		b.Run(c.name, func(b *testing.B) {
			benchmark(b, func() (*Source, error) {
				return play(c.content, Config{Mounting: thermal.Mounting{Rotate: 90}})
			})
		})
	}
	if files := realRecordings(b); len(files) > 0 {
		b.Run("field_recording", func(b *testing.B) {
			benchmark(b, func() (*Source, error) {
				return Open(files[0].path, Config{Mounting: thermal.Mounting{Rotate: 90}})
			})
		})
	}
}

func benchmark(b *testing.B, open func() (*Source, error)) {
	b.Helper()
	b.ReportAllocs()
	b.SetBytes(2 * 160 * 120)
	var s *Source
	var f thermal.Frame
	for b.Loop() {
		if s == nil {
			b.StopTimer()
			var err error
			if s, err = open(); err != nil {
				b.Fatal(err)
			}
			b.StartTimer()
		}
		if err := s.Next(b.Context(), &f); errors.Is(err, io.EOF) {
			b.StopTimer()
			_ = s.Close()
			s = nil
			b.StartTimer()
		} else if err != nil {
			b.Fatal(err)
		}
	}
	if s != nil {
		_ = s.Close()
	}
}
