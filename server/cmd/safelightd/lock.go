//go:build unix

package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

var errRunning = errors.New("a server is running on this data folder; stop it first, this takes seconds")

// lock takes the folder's lock: shared for who serves or looks, alone for who changes the record key, which running
// processes would not notice. It is given back when the file is closed, or the process ends.
func lock(data string, alone bool) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(data, "lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock the data folder: %w", err)
	}
	how := syscall.LOCK_SH
	if alone {
		how = syscall.LOCK_EX
	}
	if err := syscall.Flock(int(f.Fd()), how|syscall.LOCK_NB); err != nil {
		f.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, errRunning
		}
		return nil, fmt.Errorf("lock the data folder: %w", err)
	}
	return f, nil
}
