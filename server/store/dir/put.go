package dir

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"syscall"

	"safelight/server/store"
)

func sorted(ids []store.Upload) []store.Upload {
	slices.SortFunc(ids, func(a, b store.Upload) int { return bytes.Compare(a[:], b[:]) })
	return slices.Compact(ids)
}

// Put implements store.Parts.
func (s *Parts) Put(ctx context.Context, u store.Upload, n uint32, body io.Reader, size int64, sum [32]byte) (created bool, err error) {
	if err := ctx.Err(); err != nil {
		return false, err
	}
	defer s.writing.Add(-size)
	announced := s.writing.Add(size)
	free, err := s.free()
	if err != nil {
		return false, fmt.Errorf("dir: free space: %w", err)
	}
	if announced > free-s.minFree {
		drain(body, size)
		return false, fmt.Errorf("dir: put: %w", store.ErrFull)
	}
	temp := "tmp/" + tempPrefix(u) + rand.Text()
	f, err := s.root.OpenFile(temp, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		drain(body, size)
		return false, putError(err)
	}
	defer s.remove(temp) // linked or not; what a crash leaves, Open sweeps
	defer f.Close()
	if err := write(f, body, size, sum); err != nil {
		return false, putError(err)
	}
	if err := ctx.Err(); err != nil {
		return false, err
	}
	created, err = s.link(temp, u, n, size, sum)
	if err != nil {
		return false, putError(err)
	}
	return created, nil
}

// putError gives an error of the file system the name that callers know.
func putError(err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return fmt.Errorf("dir: put: %w", store.ErrFull)
	}
	return fmt.Errorf("dir: put: %w", err)
}

// drain reads what is left of a body that nobody wants, so that its sender can read the answer.
func drain(body io.Reader, size int64) { io.CopyN(io.Discard, body, size) }

// write copies the body to f, checks it and makes it durable.
func write(f *os.File, body io.Reader, size int64, sum [32]byte) error {
	if err := tryLock(f); err != nil {
		return err
	}
	h := sha256.New()
	n, err := io.CopyBuffer(io.MultiWriter(f, h), io.LimitReader(body, size+1), make([]byte, 64<<10))
	if err != nil {
		drain(body, size-n)
		return err
	}
	if n != size || [32]byte(h.Sum(nil)) != sum {
		return store.ErrMismatch
	}
	return f.Sync()
}

// link makes the part visible, unless one is there, and makes that durable.
func (s *Parts) link(temp string, u store.Upload, n uint32, size int64, sum [32]byte) (created bool, err error) {
	if err := s.shelve(u[0]); err != nil {
		return false, err
	}
	dir := place(u)
	name := path.Join(dir, partName(n))
	err = fs.ErrNotExist
	for try := 0; try < 10 && errors.Is(err, fs.ErrNotExist); try++ {
		// A Delete may take the directory away between the two calls. If it took temp, all tries fail.
		if err := s.root.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
			return false, err
		}
		err = s.root.Link(temp, name)
	}
	created = err == nil
	if errors.Is(err, fs.ErrExist) {
		err = s.compare(name, size, sum)
	}
	if errors.Is(err, fs.ErrNotExist) {
		s.root.Remove(dir) // made above for nothing; refused if other parts lie in it
		return false, store.ErrNotFound
	}
	if err != nil {
		return false, err
	}
	// Also for a part that was there: the Put that linked it may not have come this far. Also the shelf each time:
	// another Put may have made the upload's directory and not have synced it yet.
	if err := s.sync(dir); errors.Is(err, fs.ErrNotExist) {
		return false, store.ErrNotFound // deleted since
	} else if err != nil {
		return false, err
	}
	if err := s.sync(shelf(u[0])); err != nil {
		return false, err
	}
	return created, nil
}

// shelve makes the shelf, durably, once in the life of a process.
func (s *Parts) shelve(b byte) error {
	if s.shelves[b].Load() {
		return nil
	}
	if err := s.root.Mkdir(shelf(b), 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	if err := s.sync("parts"); err != nil {
		return err
	}
	s.shelves[b].Store(true)
	return nil
}

// compare returns ErrExists unless the stored part has this size and hash.
func (s *Parts) compare(name string, size int64, sum [32]byte) error {
	f, err := s.root.Open(name)
	if err != nil {
		return err // ErrNotExist: deleted since
	}
	defer f.Close()
	h := sha256.New()
	n, err := io.Copy(h, f)
	if err != nil {
		return err
	}
	if n != size || [32]byte(h.Sum(nil)) != sum {
		return store.ErrExists
	}
	return nil
}
