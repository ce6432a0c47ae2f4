package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"unicode"
	"unicode/utf8"
)

// writeNew writes data to a new file in dir and returns its path. It never overwrites: when name is taken, it tries
// "name-2.ext" and so on. The file appears whole or not at all.
func writeNew(dir, name string, data []byte, mode fs.FileMode) (string, error) {
	return streamNew(dir, name, mode, func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
}

// streamNew is writeNew for what does not fit into memory.
func streamNew(dir, name string, mode fs.FileMode, write func(io.Writer) error) (string, error) {
	tmp, err := temporary(dir, mode)
	if err != nil {
		return "", unwritten(filepath.Join(dir, name), err)
	}
	defer os.Remove(tmp.Name())
	if err := fill(tmp, write); err != nil {
		return "", unwritten(filepath.Join(dir, name), err)
	}
	ext := filepath.Ext(name)
	stem := strings.TrimSuffix(name, ext)
	for n := 1; n < 10_000; n++ {
		path := filepath.Join(dir, name)
		if n > 1 {
			path = filepath.Join(dir, fmt.Sprintf("%s-%d%s", stem, n, ext))
		}
		err := place(tmp.Name(), path, mode)
		if err == nil {
			return path, nil
		}
		if !errors.Is(err, fs.ErrExist) {
			return "", unwritten(path, err)
		}
	}
	return "", fmt.Errorf("%s: too many files of that name", name)
}

// temporary makes a file with a name that nobody has. os.CreateTemp would give it mode 0600, and a chmod later would
// pass over the person's umask.
func temporary(dir string, mode fs.FileMode) (*os.File, error) {
	return os.OpenFile(filepath.Join(dir, ".safelight-"+rand.Text()), os.O_CREATE|os.O_EXCL|os.O_WRONLY, mode)
}

// fill writes a file that nobody looks at yet, and closes it when it is durable.
func fill(f *os.File, write func(io.Writer) error) error {
	err := write(f)
	if err == nil {
		err = f.Sync()
	}
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	return err
}

// place gives the file tmp the name path unless that exists. A link does both in one step; file systems without hard
// links (exFAT on a memory card) get a copy in a file that is created exclusively instead.
func place(tmp, path string, mode fs.FileMode) error {
	err := os.Link(tmp, path)
	if err == nil || errors.Is(err, fs.ErrExist) {
		return err
	}
	from, err := os.Open(tmp)
	if err != nil {
		return err
	}
	defer from.Close()
	to, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, mode)
	if err != nil {
		return err
	}
	err = fill(to, func(w io.Writer) error {
		_, err := io.Copy(w, from)
		return err
	})
	if err != nil {
		os.Remove(path)
	}
	return err
}

// writeExactly writes data to a path that the user named: an existing file is refused, not replaced.
func writeExactly(path string, data []byte, mode fs.FileMode) error {
	tmp, err := temporary(filepath.Dir(path), mode)
	if err != nil {
		return unwritten(path, err)
	}
	defer os.Remove(tmp.Name())
	err = fill(tmp, func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
	if err != nil {
		return unwritten(path, err)
	}
	err = place(tmp.Name(), path, mode)
	if errors.Is(err, fs.ErrExist) {
		return usage("%s exists already; choose another name or remove it", path)
	}
	return unwritten(path, err)
}

// unwritten says that path could not be written, and why. What err names is a temporary file that nobody asked for.
// Errors that are not about files stay as they are: what was to be written did not come.
func unwritten(path string, err error) error {
	cause := error(nil)
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		cause = e.Err
	} else if e, ok := errors.AsType[*os.LinkError](err); ok {
		cause = e.Err
	}
	switch {
	case cause == nil:
		return err
	case errors.Is(cause, fs.ErrNotExist):
		return usage("%s cannot be written: there is no folder %s", path, filepath.Dir(path))
	}
	return fmt.Errorf("%s cannot be written: %w", path, cause)
}

// reserved are names that Windows gives to devices, whatever their extension.
var reserved = map[string]bool{"con": true, "prn": true, "aux": true, "nul": true}

// cleanName makes a file name of a display name that somebody else chose: no path, no hidden file, no control or bidi
// characters (which can make "exe.gpj" look like "jpg.exe"), nothing that a file system refuses, at most 100 bytes, and
// the extension of what the file really is. An empty result means that the name is of no use.
func cleanName(name, ext string) string {
	if i := strings.LastIndexAny(name, `/\`); i >= 0 {
		name = name[i+1:]
	}
	name = strings.Map(func(r rune) rune {
		switch {
		case r == utf8.RuneError, unicode.IsControl(r), unicode.Is(unicode.Cf, r), unicode.Is(unicode.Bidi_Control, r):
			return -1
		case strings.ContainsRune(`<>:"|?*`, r):
			return '_'
		}
		return r
	}, name)
	name = strings.TrimSuffix(name, filepath.Ext(name))
	name = strings.Trim(name, ". \t")
	for len(name) > 100 {
		_, n := utf8.DecodeLastRuneInString(name)
		name = name[:len(name)-n]
	}
	lower := strings.ToLower(name)
	if reserved[lower] || len(lower) == 4 && (strings.HasPrefix(lower, "com") || strings.HasPrefix(lower, "lpt")) {
		name += "_"
	}
	if name == "" {
		return ""
	}
	return name + ext
}
