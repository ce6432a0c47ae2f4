package dir

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"safelight/server/store"
)

// Read implements store.Parts. One file is open at a time, however many parts a range spans.
func (s *Parts) Read(ctx context.Context, u store.Upload, ranges []store.PartRange) (store.Body, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	// The body goes on from this directory: after a Delete its names are gone, and parts put anew lie in another one.
	dir, err := s.root.OpenRoot(place(u))
	if errors.Is(err, fs.ErrNotExist) && len(ranges) > 0 {
		return nil, fmt.Errorf("dir: read: %w", store.ErrNotFound)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return &body{}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("dir: read: %w", err)
	}
	for _, r := range ranges {
		if err := check(dir, r); err != nil {
			dir.Close()
			return nil, fmt.Errorf("dir: read: %w", err)
		}
	}
	return &body{dir: dir, ranges: ranges}, nil
}

// check returns ErrNotFound unless the part is there and reaches to the end of the range.
func check(dir *os.Root, r store.PartRange) error {
	info, err := dir.Stat(partName(r.N))
	if errors.Is(err, fs.ErrNotExist) {
		return store.ErrNotFound
	}
	if err != nil {
		return err
	}
	if r.Offset < 0 || r.Length < 0 || r.Length > info.Size()-r.Offset {
		return store.ErrNotFound
	}
	return nil
}

// body streams ranges of the files in dir.
type body struct {
	dir    *os.Root // nil: no bytes
	ranges []store.PartRange
}

// WriteTo hands each range to w as an *io.LimitedReader over an *os.File: exactly what net/http sends with sendfile.
func (b *body) WriteTo(w io.Writer) (n int64, err error) {
	for _, r := range b.ranges {
		m, err := b.writeRange(w, r)
		n += m
		if err != nil {
			return n, fmt.Errorf("dir: read: %w", err)
		}
	}
	return n, nil
}

func (b *body) writeRange(w io.Writer, r store.PartRange) (int64, error) {
	f, err := b.dir.Open(partName(r.N))
	if err != nil {
		return 0, err
	}
	defer f.Close()
	if _, err := f.Seek(r.Offset, io.SeekStart); err != nil {
		return 0, err
	}
	n, err := io.CopyN(w, f, r.Length)
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

func (b *body) Close() error {
	if b.dir == nil {
		return nil
	}
	return b.dir.Close()
}
