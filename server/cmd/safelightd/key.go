package main

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"safelight/server/rules"
)

// keyFile holds record keys, one in a line, the current one first. It lies outside the database, and has to stay
// outside its backups: with it, a stolen backup still gives up the peppers of what was deleted since.
type keyFile string

var errKeyMissing = errors.New("the record key is missing: the database is there, but keys/record-key is not. " +
	"Restore that file; without it nothing that was stored can be opened")

// load returns the keys. The first start makes one, unless there is a database already.
func (f keyFile) load(haveDatabase bool) ([]rules.RecordKey, error) {
	b, err := os.ReadFile(string(f))
	if errors.Is(err, fs.ErrNotExist) && haveDatabase {
		return nil, errKeyMissing
	}
	if errors.Is(err, fs.ErrNotExist) {
		if err := f.create(); err != nil {
			return nil, err
		}
		b, err = os.ReadFile(string(f))
	}
	if err != nil {
		return nil, fmt.Errorf("read the record key: %w", err)
	}
	var keys []rules.RecordKey
	for _, line := range strings.Fields(string(b)) {
		raw, err := hex.DecodeString(line)
		if err != nil || len(raw) != len(rules.RecordKey{}) {
			return nil, errors.New("read the record key: want lines of 64 hexadecimal digits")
		}
		keys = append(keys, rules.RecordKey(raw))
	}
	if len(keys) == 0 {
		return nil, errors.New("read the record key: the file is empty")
	}
	return keys, nil
}

// create makes the file with a fresh key, durably. When another process was faster, its file stands.
func (f keyFile) create() error {
	tmp, err := f.write(newKey())
	if err != nil {
		return err
	}
	defer os.Remove(tmp)
	if err := os.Link(tmp, string(f)); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("keep the record key: %w", err)
	}
	return syncDir(filepath.Dir(string(f)))
}

// replace puts keys into the place of what was there.
func (f keyFile) replace(keys ...rules.RecordKey) error {
	tmp, err := f.write(keys...)
	if err != nil {
		return err
	}
	if err := os.Rename(tmp, string(f)); err != nil {
		os.Remove(tmp)
		return fmt.Errorf("keep the record key: %w", err)
	}
	return syncDir(filepath.Dir(string(f)))
}

// write returns the name of a synced temporary file, mode 0600, with keys.
func (f keyFile) write(keys ...rules.RecordKey) (name string, err error) {
	tmp, err := os.CreateTemp(filepath.Dir(string(f)), ".record-key-*")
	if err != nil {
		return "", fmt.Errorf("keep the record key: %w", err)
	}
	for _, k := range keys {
		if err == nil {
			_, err = tmp.WriteString(hex.EncodeToString(k[:]) + "\n")
		}
	}
	if err == nil {
		err = tmp.Sync()
	}
	if err = errors.Join(err, tmp.Close()); err != nil {
		os.Remove(tmp.Name())
		return "", fmt.Errorf("keep the record key: %w", err)
	}
	return tmp.Name(), nil
}

func newKey() (k rules.RecordKey) {
	rand.Read(k[:]) // never fails: crypto/rand ends the program instead
	return k
}

func syncDir(name string) error {
	d, err := os.Open(name)
	if err != nil {
		return fmt.Errorf("sync the folder of keys: %w", err)
	}
	defer d.Close()
	if err := d.Sync(); err != nil {
		return fmt.Errorf("sync the folder of keys: %w", err)
	}
	return nil
}
