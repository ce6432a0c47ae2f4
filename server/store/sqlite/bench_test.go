package sqlite

import (
	"encoding/binary"
	"sync/atomic"
	"testing"

	"safelight/server/store"
)

// BenchmarkSwap compares group commit with one transaction for each write, 32 writers on a record each, 2 KB values.
func BenchmarkSwap(b *testing.B) {
	for _, bb := range []struct {
		name string
		o    options
	}{
		{"grouped", options{secureDelete: true}},
		{"alone", options{secureDelete: true, alone: true}},
		{"grouped without frame", options{secureDelete: true, noFrame: true}},
	} {
		b.Run(bb.name, func(b *testing.B) {
			s, _ := openTest(b, bb.o)
			var next atomic.Uint32
			value := make([]byte, 2000)
			b.SetParallelism(16) // × 2 processors
			b.RunParallel(func(pb *testing.PB) {
				r := store.Record{Counter: 1, Value: value}
				binary.BigEndian.PutUint32(r.Key[:], next.Add(1))
				if err := s.Create(b.Context(), r); err != nil {
					b.Error(err)
					return
				}
				for ; pb.Next(); r.Counter++ {
					if err := s.Swap(b.Context(), r); err != nil {
						b.Error(err)
						return
					}
				}
			})
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "swaps/s")
		})
	}
}

func BenchmarkLoad(b *testing.B) {
	s, _ := openTest(b, options{secureDelete: true})
	if err := s.Create(b.Context(), store.Record{Value: make([]byte, 2000)}); err != nil {
		b.Fatal(err)
	}
	b.SetParallelism(16)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := s.Load(b.Context(), store.Key{}); err != nil {
				b.Error(err)
				return
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "loads/s")
}

func BenchmarkScrub(b *testing.B) {
	s, _ := openTest(b, options{secureDelete: true})
	r := store.Record{Counter: 1, Value: make([]byte, 2000)}
	if err := s.Create(b.Context(), r); err != nil {
		b.Error(err)
		return
	}
	for b.Loop() {
		if err := s.Swap(b.Context(), r); err != nil {
			b.Error(err)
			return
		}
		r.Counter++
		if err := s.Scrub(b.Context()); err != nil {
			b.Error(err)
			return
		}
	}
}
