//go:build unix

package dir

import (
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// freeBytes returns what an unprivileged process may still write at path.
func freeBytes(path string) (int64, error) {
	var st unix.Statfs_t
	if err := unix.Statfs(path, &st); err != nil {
		return 0, err
	}
	return int64(st.Bavail) * int64(st.Bsize), nil
}

// tryLock marks a temporary file as being written for as long as it is open; the mark goes with a killed process.
func tryLock(f *os.File) error { return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) }
