// Package dir keeps parts as files below one directory of one machine.
//
//	parts/3f/3f…32 hex digits/0000000a   part 10 of the upload, the bytes and nothing else
//	tmp/3f…-random                       a part that is being written
//
// A part is written to tmp, synced, linked to its place (link fails when the name is taken: create-only without a
// lock), and the directories above it are synced before Put returns. Several processes may use one directory.
package dir

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strconv"
	"strings"
	"sync/atomic"

	"safelight/server/store"
)

// Config says where parts lie.
type Config struct {
	Path    string // made if it is not there
	MinFree int64  // bytes of free disk that a Put has to leave; 0: whatever the disk takes
}

// Parts implements store.Parts.
type Parts struct {
	root    *os.Root
	minFree int64
	writing atomic.Int64     // bytes announced by running Puts
	shelves [256]atomic.Bool // those of which this process knows that they are durable
	free    func() (int64, error)
}

var _ store.Parts = (*Parts)(nil)

// Open opens or makes the directory, and removes what a killed process left half-written.
func Open(c Config) (*Parts, error) {
	if err := os.MkdirAll(c.Path, 0o700); err != nil {
		return nil, fmt.Errorf("dir: %w", err)
	}
	root, err := os.OpenRoot(c.Path)
	if err != nil {
		return nil, fmt.Errorf("dir: %w", err)
	}
	s := &Parts{root: root, minFree: c.MinFree, free: func() (int64, error) { return freeBytes(c.Path) }}
	if err := s.layOut(); err != nil {
		root.Close()
		return nil, fmt.Errorf("dir: %w", err)
	}
	return s, nil
}

// layOut makes the fixed directories, durably, and sweeps tmp.
func (s *Parts) layOut() error {
	for _, d := range []string{"parts", "tmp"} {
		if err := s.root.Mkdir(d, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
	}
	if err := s.sync("."); err != nil {
		return err
	}
	return s.sweep()
}

// Close ends the use of the directory. Bodies that were read stay readable.
func (s *Parts) Close() error { return s.root.Close() }

// Free returns the bytes of disk that Put may still use, never less than 0.
func (s *Parts) Free() (int64, error) {
	free, err := s.free()
	if err != nil {
		return 0, fmt.Errorf("dir: free space: %w", err)
	}
	return max(free-s.minFree-s.writing.Load(), 0), nil
}

func shelf(b byte) string              { return "parts/" + hex.EncodeToString([]byte{b}) }
func place(u store.Upload) string      { return path.Join(shelf(u[0]), u.String()) }
func partName(n uint32) string         { return fmt.Sprintf("%08x", n) }
func tempPrefix(u store.Upload) string { return u.String() + "-" }

// parseUpload reads what Upload.String prints, and nothing else.
func parseUpload(name string) (u store.Upload, ok bool) {
	b, err := hex.DecodeString(name)
	if err != nil || len(b) != len(u) {
		return u, false
	}
	u = store.Upload(b)
	return u, u.String() == name
}

func parsePart(name string) (n uint32, ok bool) {
	v, err := strconv.ParseUint(name, 16, 32)
	if err != nil {
		return 0, false
	}
	return uint32(v), partName(uint32(v)) == name
}

// sync makes the entries of a directory durable.
func (s *Parts) sync(name string) error {
	d, err := s.root.Open(name)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}

// names returns the entries of a directory in order; one that is not there has none.
func (s *Parts) names(name string) ([]string, error) {
	d, err := s.root.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer d.Close()
	names, err := d.Readdirnames(-1)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil // removed after it was opened
	}
	return names, err
}

// sweep removes temporary files that no process is writing any more.
func (s *Parts) sweep() error {
	names, err := s.names("tmp")
	if err != nil {
		return err
	}
	for _, name := range names {
		f, err := s.root.OpenFile("tmp/"+name, os.O_RDWR, 0)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		if tryLock(f) == nil {
			err = s.remove("tmp/" + name)
		}
		f.Close()
		if err != nil {
			return err
		}
	}
	return nil
}

// remove removes a file or an empty directory; one that is not there is fine.
func (s *Parts) remove(name string) error {
	if err := s.root.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// Delete implements store.Parts.
func (s *Parts) Delete(ctx context.Context, u store.Upload) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	temps, err := s.names("tmp")
	if err != nil {
		return fmt.Errorf("dir: delete: %w", err)
	}
	for _, name := range temps {
		if strings.HasPrefix(name, tempPrefix(u)) {
			if err := s.remove("tmp/" + name); err != nil {
				return fmt.Errorf("dir: delete: %w", err)
			}
		}
	}
	// RemoveAll meets "directory not empty" when a Put links a part meanwhile; that Put then counts as a later one.
	err = s.root.RemoveAll(place(u))
	for range 10 {
		if err == nil {
			break
		}
		err = s.root.RemoveAll(place(u))
	}
	if err != nil {
		return fmt.Errorf("dir: delete: %w", err)
	}
	if err := s.sync(shelf(u[0])); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("dir: delete: %w", err)
	}
	return nil
}

// List implements store.Parts.
func (s *Parts) List(ctx context.Context, u store.Upload) ([]store.PartInfo, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	entries, err := fs.ReadDir(s.root.FS(), place(u))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("dir: list: %w", err)
	}
	var parts []store.PartInfo // ReadDir sorts by name, and names have a fixed width
	for _, e := range entries {
		n, ok := parsePart(e.Name())
		if !ok {
			continue
		}
		info, err := e.Info()
		if errors.Is(err, fs.ErrNotExist) {
			continue // deleted since
		}
		if err != nil {
			return nil, fmt.Errorf("dir: list: %w", err)
		}
		parts = append(parts, store.PartInfo{N: n, Size: info.Size()})
	}
	return parts, nil
}

// Uploads implements store.Parts.
func (s *Parts) Uploads(ctx context.Context, after store.Upload, limit int) ([]store.Upload, error) {
	temps, err := s.names("tmp")
	if err != nil {
		return nil, fmt.Errorf("dir: uploads: %w", err)
	}
	var ids []store.Upload
	for b := int(after[0]); b < 256 && len(ids) < limit; b++ {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		names, err := s.names(shelf(byte(b)))
		if err != nil {
			return nil, fmt.Errorf("dir: uploads: %w", err)
		}
		for _, t := range temps {
			if id, _, ok := strings.Cut(t, "-"); ok {
				names = append(names, id)
			}
		}
		ids = append(ids, uploadsIn(names, byte(b), after)...)
	}
	return ids[:min(len(ids), max(limit, 0))], ctx.Err()
}

// uploadsIn returns the ids among names that belong on the shelf and come after after, in order, each once.
func uploadsIn(names []string, shelf byte, after store.Upload) []store.Upload {
	var ids []store.Upload
	for _, name := range names {
		if u, ok := parseUpload(name); ok && u[0] == shelf && bytes.Compare(u[:], after[:]) > 0 {
			ids = append(ids, u)
		}
	}
	return sorted(ids)
}
