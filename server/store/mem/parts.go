package mem

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"slices"
	"sync"

	"safelight/server/store"
)

// Parts implements store.Parts. The zero value is ready.
type Parts struct {
	Fault Fault // set before use

	mu    sync.Mutex
	parts map[store.Upload]map[uint32][]byte
	temps map[store.Upload]int // half-written parts
}

func (s *Parts) Put(ctx context.Context, u store.Upload, n uint32, body io.Reader, size int64, sum [32]byte) (created bool, err error) {
	if err := s.Fault.at("before put"); err != nil {
		return false, err
	}
	b, err := read(ctx, body, size, sum)
	if err != nil {
		return false, err
	}
	s.temp(u, +1)
	if err := s.Fault.at("half put"); err != nil {
		return false, err
	}
	if err := ctx.Err(); err != nil {
		s.temp(u, -1)
		return false, err
	}
	created, err = s.link(u, n, b)
	if err != nil {
		return false, err
	}
	if err := s.Fault.at("after put"); err != nil {
		return false, err
	}
	return created, nil
}

// read returns the body, if it is what was announced.
func read(ctx context.Context, body io.Reader, size int64, sum [32]byte) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	b, err := io.ReadAll(io.LimitReader(body, size+1))
	if err != nil {
		return nil, fmt.Errorf("mem: read body: %w", err)
	}
	if int64(len(b)) != size || sha256.Sum256(b) != sum {
		return nil, fmt.Errorf("mem: put: %w", store.ErrMismatch)
	}
	return b, nil
}

func (s *Parts) temp(u store.Upload, d int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.temps == nil {
		s.temps = make(map[store.Upload]int)
	}
	if s.temps[u] += d; s.temps[u] <= 0 {
		delete(s.temps, u)
	}
}

// link makes the part visible, unless it is there, and drops its temporary place.
func (s *Parts) link(u store.Upload, n uint32, b []byte) (created bool, err error) {
	s.temp(u, -1)
	s.mu.Lock()
	defer s.mu.Unlock()
	if old, ok := s.parts[u][n]; ok {
		if !bytes.Equal(old, b) {
			return false, fmt.Errorf("mem: put: %w", store.ErrExists)
		}
		return false, nil
	}
	if s.parts == nil {
		s.parts = make(map[store.Upload]map[uint32][]byte)
	}
	if s.parts[u] == nil {
		s.parts[u] = make(map[uint32][]byte)
	}
	s.parts[u][n] = b
	return true, nil
}

func (s *Parts) Read(ctx context.Context, u store.Upload, ranges []store.PartRange) (body store.Body, err error) {
	err = s.do(ctx, "read", func() error {
		var all [][]byte
		for _, r := range ranges {
			b, ok := s.parts[u][r.N]
			if !ok || r.Offset < 0 || r.Length < 0 || r.Length > int64(len(b))-r.Offset {
				return fmt.Errorf("mem: read: %w", store.ErrNotFound)
			}
			all = append(all, b[r.Offset:r.Offset+r.Length])
		}
		body = &slicesBody{all}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return body, nil
}

// slicesBody may go on after a Delete, as an open file would: stored bytes never change.
type slicesBody struct{ all [][]byte }

func (b *slicesBody) WriteTo(w io.Writer) (n int64, err error) {
	for _, p := range b.all {
		m, err := w.Write(p)
		n += int64(m)
		if err != nil {
			return n, err
		}
	}
	return n, nil
}

func (b *slicesBody) Close() error { return nil }

func (s *Parts) List(ctx context.Context, u store.Upload) (infos []store.PartInfo, err error) {
	err = s.do(ctx, "list", func() error {
		for n, b := range s.parts[u] {
			infos = append(infos, store.PartInfo{N: n, Size: int64(len(b))})
		}
		slices.SortFunc(infos, func(a, b store.PartInfo) int { return cmp.Compare(a.N, b.N) })
		return nil
	})
	if err != nil {
		return nil, err
	}
	return infos, nil
}

func (s *Parts) Delete(ctx context.Context, u store.Upload) error {
	return s.do(ctx, "delete-parts", func() error {
		delete(s.parts, u)
		delete(s.temps, u)
		return nil
	})
}

func (s *Parts) Uploads(ctx context.Context, after store.Upload, limit int) (ids []store.Upload, err error) {
	err = s.do(ctx, "uploads", func() error {
		seen := make(map[store.Upload]bool)
		for u := range s.parts {
			seen[u] = true
		}
		for u := range s.temps {
			seen[u] = true
		}
		for u := range seen {
			if bytes.Compare(u[:], after[:]) > 0 {
				ids = append(ids, u)
			}
		}
		slices.SortFunc(ids, func(a, b store.Upload) int { return bytes.Compare(a[:], b[:]) })
		ids = ids[:min(max(limit, 0), len(ids))]
		return nil
	})
	if err != nil {
		return nil, err
	}
	return ids, nil
}

func (s *Parts) do(ctx context.Context, op string, f func() error) error {
	return s.Fault.step(op, func() error {
		if err := ctx.Err(); err != nil {
			return err
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		return f()
	})
}

// Empty tells whether nothing is kept, neither parts nor half-written ones.
func (s *Parts) Empty() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.parts) == 0 && len(s.temps) == 0
}
