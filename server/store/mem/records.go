package mem

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"

	"safelight/server/store"
)

// Records implements store.Records, Manifests, Scrubber and Counter. The zero value is ready.
type Records struct {
	Fault Fault // set before use

	mu        sync.Mutex
	rows      map[store.Key]store.Record
	manifests map[manifestKey][]byte
	residue   [][]byte // replaced and deleted values, as a database file would keep them until Scrub
}

type manifestKey struct {
	share store.Key
	sum   [32]byte
}

// do runs one step under the lock, unless ctx is over.
func (s *Records) do(ctx context.Context, op string, f func() error) error {
	return s.Fault.step(op, func() error {
		if err := ctx.Err(); err != nil {
			return err
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		return f()
	})
}

func (s *Records) Create(ctx context.Context, r store.Record) error {
	return s.do(ctx, "create", func() error {
		if len(r.Value) > store.MaxValue {
			return tooLarge("value", len(r.Value), store.MaxValue)
		}
		if _, ok := s.rows[r.Key]; ok {
			return fmt.Errorf("mem: create: %w", store.ErrExists)
		}
		if s.rows == nil {
			s.rows = make(map[store.Key]store.Record)
		}
		r.Counter = 1
		r.Value = bytes.Clone(r.Value)
		s.rows[r.Key] = r
		return nil
	})
}

func (s *Records) Load(ctx context.Context, k store.Key) (r store.Record, err error) {
	err = s.do(ctx, "load", func() error {
		row, ok := s.rows[k]
		if !ok {
			return fmt.Errorf("mem: load: %w", store.ErrNotFound)
		}
		r = row
		r.Value = bytes.Clone(row.Value)
		return nil
	})
	if err != nil {
		return store.Record{}, err
	}
	return r, nil
}

func (s *Records) Swap(ctx context.Context, r store.Record) error {
	return s.do(ctx, "swap", func() error {
		if len(r.Value) > store.MaxValue {
			return tooLarge("value", len(r.Value), store.MaxValue)
		}
		old, ok := s.rows[r.Key]
		if !ok {
			return fmt.Errorf("mem: swap: %w", store.ErrNotFound)
		}
		if old.Counter != r.Counter {
			return fmt.Errorf("mem: swap: %w", store.ErrConflict)
		}
		s.residue = append(s.residue, old.Value)
		r.Counter++
		r.Value = bytes.Clone(r.Value)
		s.rows[r.Key] = r
		return nil
	})
}

func (s *Records) Due(ctx context.Context, now int64, limit int) (keys []store.Key, err error) {
	err = s.do(ctx, "due", func() error {
		var due []store.Record
		for k, r := range s.rows {
			if k != (store.Key{}) && r.Due <= now {
				due = append(due, r)
			}
		}
		slices.SortFunc(due, func(a, b store.Record) int {
			return cmp.Or(cmp.Compare(a.Due, b.Due), bytes.Compare(a.Key[:], b.Key[:]))
		})
		for _, r := range due[:min(max(limit, 0), len(due))] {
			keys = append(keys, r.Key)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return keys, nil
}

func (s *Records) Delete(ctx context.Context, k store.Key, counter uint64) error {
	return s.do(ctx, "delete", func() error {
		old, ok := s.rows[k]
		if !ok {
			return nil
		}
		if old.Counter != counter {
			return fmt.Errorf("mem: delete: %w", store.ErrConflict)
		}
		s.residue = append(s.residue, old.Value)
		delete(s.rows, k)
		return nil
	})
}

func (s *Records) PutManifest(ctx context.Context, k store.Key, sum [32]byte, b []byte) error {
	return s.do(ctx, "put-manifest", func() error {
		if len(b) > store.MaxManifest {
			return tooLarge("manifest", len(b), store.MaxManifest)
		}
		if s.manifests == nil {
			s.manifests = make(map[manifestKey][]byte)
		}
		if _, ok := s.manifests[manifestKey{k, sum}]; !ok {
			s.manifests[manifestKey{k, sum}] = bytes.Clone(b)
		}
		return nil
	})
}

func (s *Records) Manifest(ctx context.Context, k store.Key, sum [32]byte) (b []byte, err error) {
	err = s.do(ctx, "manifest", func() error {
		stored, ok := s.manifests[manifestKey{k, sum}]
		if !ok {
			return fmt.Errorf("mem: manifest: %w", store.ErrNotFound)
		}
		b = bytes.Clone(stored)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return b, nil
}

func (s *Records) DropManifest(ctx context.Context, k store.Key, sum [32]byte) error {
	return s.do(ctx, "drop-manifest", func() error {
		s.drop(manifestKey{k, sum})
		return nil
	})
}

func (s *Records) DropManifests(ctx context.Context, k store.Key) error {
	return s.do(ctx, "drop-manifests", func() error {
		for key := range s.manifests {
			if key.share == k {
				s.drop(key)
			}
		}
		return nil
	})
}

func (s *Records) drop(key manifestKey) {
	if b, ok := s.manifests[key]; ok {
		s.residue = append(s.residue, b)
		delete(s.manifests, key)
	}
}

func (s *Records) Scrub(ctx context.Context) error {
	return s.do(ctx, "scrub", func() error {
		s.residue = nil
		return nil
	})
}

func (s *Records) Stats(ctx context.Context) (st store.Stats, err error) {
	err = s.do(ctx, "stats", func() error {
		for _, r := range s.rows {
			st.Records++
			st.Bytes += int64(len(r.Value))
		}
		for _, b := range s.manifests {
			st.Manifests++
			st.Bytes += int64(len(b))
		}
		return nil
	})
	return st, err
}

// Holds tells whether secret stands anywhere in what a thief of the database would get: live values and manifests,
// and those replaced or deleted since the last Scrub.
func (s *Records) Holds(secret []byte) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, b := range s.residue {
		if bytes.Contains(b, secret) {
			return true
		}
	}
	for _, r := range s.rows {
		if bytes.Contains(r.Value, secret) {
			return true
		}
	}
	for _, b := range s.manifests {
		if bytes.Contains(b, secret) {
			return true
		}
	}
	return false
}
