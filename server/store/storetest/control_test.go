package storetest_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"runtime"
	"slices"
	"sync/atomic"
	"testing"

	"safelight/server/store"
	"safelight/server/store/mem"
	"safelight/server/store/storetest"
)

// recorder is a T that notes failures instead of reporting them.
type recorder struct {
	*testing.T
	failed atomic.Pointer[string]
}

func (r *recorder) Errorf(format string, args ...any) {
	s := fmt.Sprintf(format, args...)
	r.failed.CompareAndSwap(nil, &s)
}

func (r *recorder) Fatalf(format string, args ...any) {
	r.Errorf(format, args...)
	runtime.Goexit()
}

// wantFailure reports a case that passes although the store is broken.
func wantFailure[S any](t *testing.T, cases []storetest.Case[S], name, broken string, s S) {
	t.Helper()
	i := slices.IndexFunc(cases, func(c storetest.Case[S]) bool { return c.Name == name })
	if i < 0 {
		t.Fatalf("no case is called %q", name)
	}
	r := &recorder{T: t}
	done := make(chan struct{})
	go func() {
		defer close(done)
		cases[i].Run(r, s)
	}()
	<-done
	if r.failed.Load() == nil {
		t.Errorf("case %q passes with %s", name, broken)
	}
}

// tornRecords compares and swaps in two steps, as a store without transactions would.
type tornRecords struct{ mem.Records }

func (s *tornRecords) Swap(ctx context.Context, r store.Record) error {
	old, err := s.Load(ctx, r.Key)
	if err != nil {
		return err
	}
	if old.Counter != r.Counter {
		return store.ErrConflict
	}
	runtime.Gosched()
	for {
		now, err := s.Load(ctx, r.Key)
		if err != nil {
			return err
		}
		r.Counter = now.Counter
		if s.Records.Swap(ctx, r) == nil {
			return nil
		}
	}
}

type eagerRecords struct{ mem.Records } // deletes whatever the counter

func (s *eagerRecords) Delete(ctx context.Context, k store.Key, _ uint64) error {
	r, err := s.Load(ctx, k)
	if err != nil {
		return nil
	}
	return s.Records.Delete(ctx, k, r.Counter)
}

type openRecords struct{ mem.Records } // shows the sweep the clock's record

func (s *openRecords) Due(ctx context.Context, now int64, limit int) ([]store.Key, error) {
	keys, err := s.Records.Due(ctx, now, limit)
	return append(keys, store.Key{}), err
}

func TestSuiteCatchesBrokenRecords(t *testing.T) {
	tests := []struct {
		name, fails string
		open        func() storetest.Database
	}{
		{"swap in two steps", "swap race has one winner", func() storetest.Database { return new(tornRecords) }},
		{"swap in two steps", "no swap is lost", func() storetest.Database { return new(tornRecords) }},
		{"delete without counter", "delete", func() storetest.Database { return new(eagerRecords) }},
		{"due with the zero key", "due", func() storetest.Database { return new(openRecords) }},
	}
	for _, tt := range tests {
		wantFailure(t, storetest.Records(), tt.fails, tt.name, tt.open())
	}
}

type trustingParts struct{ mem.Parts } // stores what comes

func (s *trustingParts) Put(ctx context.Context, u store.Upload, n uint32, body io.Reader, _ int64, _ [32]byte) (bool, error) {
	b, err := io.ReadAll(body)
	if err != nil {
		return false, err
	}
	return s.Parts.Put(ctx, u, n, bytes.NewReader(b), int64(len(b)), sha256.Sum256(b))
}

type forgivingParts struct{ mem.Parts } // takes other bytes for the same

func (s *forgivingParts) Put(ctx context.Context, u store.Upload, n uint32, body io.Reader, size int64, sum [32]byte) (bool, error) {
	created, err := s.Parts.Put(ctx, u, n, body, size, sum)
	if list, _ := s.List(ctx, u); err != nil && len(list) > 0 {
		return false, nil
	}
	return created, err
}

type shortParts struct{ mem.Parts } // one page, and no more

func (s *shortParts) List(ctx context.Context, u store.Upload) ([]store.PartInfo, error) {
	list, err := s.Parts.List(ctx, u)
	return list[:min(len(list), 1000)], err
}

func TestSuiteCatchesBrokenParts(t *testing.T) {
	tests := []struct {
		name, fails string
		open        func() store.Parts
	}{
		{"no check of length and hash", "bad bodies leave nothing", func() store.Parts { return new(trustingParts) }},
		{"other bytes taken for the same", "put is create-only", func() store.Parts { return new(forgivingParts) }},
		{"other bytes taken for the same", "put race, other bytes", func() store.Parts { return new(forgivingParts) }},
		{"a listing of one page", "many parts", func() store.Parts { return new(shortParts) }},
	}
	for _, tt := range tests {
		wantFailure(t, storetest.Parts(), tt.fails, tt.name, tt.open())
	}
}
