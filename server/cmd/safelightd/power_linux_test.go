package main

import (
	"context"
	"errors"
	"fmt"
	mathrand "math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// A disk is an ext4 file system in a file, mounted over a loop device. What lies in that file is what a real disk would
// hold when the power goes: everything else is still in the kernel's memory, above the loop device.
type disk struct {
	t        *testing.T
	image    string
	mount    string
	attached bool
}

const diskSize = 1 << 30 // sparse

// newDisk needs root, loop devices and mkfs.ext4, and says so where they are missing.
func newDisk(t *testing.T) *disk {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Fatal("the power cut test mounts a file system: run it as root")
	}
	k := &disk{t: t, image: filepath.Join(t.TempDir(), "disk.img"), mount: t.TempDir()}
	f, err := os.Create(k.image)
	must(t, err)
	must(t, f.Truncate(diskSize))
	must(t, f.Close())
	k.command("mkfs.ext4", "-q", "-F", "-E", "lazy_itable_init=0,lazy_journal_init=0", "-J", "size=16", k.image)
	k.attach()
	t.Cleanup(k.detach)
	return k
}

func (k *disk) command(name string, args ...string) {
	k.t.Helper()
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		k.t.Fatalf("the power cut test needs %s to work on this machine (root, loop devices, ext4): %v\n%s", name, err, out)
	}
}

func (k *disk) attach() {
	k.t.Helper()
	k.command("mount", "-o", "loop", k.image, k.mount)
	k.attached = true
}

func (k *disk) detach() {
	if k.attached {
		k.attached = false
		k.command("umount", k.mount)
	}
}

// cut copies what the disk holds at this moment. The server must not run while the copy is made.
func (k *disk) cut() (image string) {
	k.t.Helper()
	image = k.image + ".cut"
	k.command("cp", "--sparse=always", k.image, image)
	return image
}

// back mounts what the disk held when the power went.
func (k *disk) back(image string) {
	k.t.Helper()
	k.detach()
	must(k.t, os.Rename(image, k.image))
	k.attach()
}

// TestPowerCut takes the power from the server and its disk at random moments, SAFELIGHT_POWER_CUTS times: the soak
// runs it, go test alone does not, because it mounts. What TestNothingLost wants has to hold here too.
func TestPowerCut(t *testing.T) {
	cuts := count(t, "SAFELIGHT_POWER_CUTS", 0)
	if cuts == 0 {
		return
	}
	d, w, err := cutPower(t, cuts, build(t, thisProgram))
	if err != nil {
		t.Fatal(err)
	}
	finish(t, d, w)
}

// TestPowerCutIsFelt is the control: a server whose fsync does nothing loses what it acknowledged, or its database.
func TestPowerCutIsFelt(t *testing.T) {
	if count(t, "SAFELIGHT_POWER_CUTS", 0) == 0 {
		return
	}
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Fatal("the control of the power cut test needs strace, which makes fsync do nothing: apt-get install strace")
	}
	lying := []string{strace, "-D", "-f", "-qq", "-o", "/dev/null", "-e", "trace=fsync,fdatasync", "-e", "inject=fsync,fdatasync:retval=0"}
	_, w, err := cutPower(t, 3, append(lying, build(t, thisProgram))...)
	lost := w.home()
	for _, e := range w.entries {
		if err == nil {
			lost = append(lost, w.insist(func(ctx context.Context) error { return e.audit(ctx, w.client) }))
		}
	}
	if lost := errors.Join(lost...); err == nil && lost == nil {
		t.Error("nothing was lost by a server that syncs nothing: the cuts cut nothing")
	} else {
		t.Logf("%v %.300v", err, lost)
	}
}

// cutPower starts the program on a disk of its own and lets a crowd use it while the power goes n times. The error is
// that of a server that does not start any more.
func cutPower(t *testing.T, n int, program ...string) (*daemon, *crowd, error) {
	t.Helper()
	k := newDisk(t)
	d := &daemon{program: program, data: filepath.Join(k.mount, "data"), args: []string{"--creates-per-hour", "0"}}
	must(t, os.Mkdir(d.data, 0o700))
	must(t, d.start())
	t.Cleanup(func() {
		d.cmd.Process.Kill()
		time.Sleep(100 * time.Millisecond) // until the disk is not in use any more
	})
	w := crowdOf(t, d, 6)
	r := mathrand.New(mathrand.NewPCG(w.seed, 1<<33))
	for i := range n {
		time.Sleep(time.Duration(50+r.IntN(600)) * time.Millisecond)
		must(t, d.cmd.Process.Signal(syscall.SIGSTOP))
		image := k.cut()
		d.kill()
		w.cut(r)
		k.back(image)
		if err := d.start(); err != nil {
			w.done.Store(true)
			return d, w, fmt.Errorf("start after power cut %d: %w", i+1, err)
		}
	}
	return d, w, nil
}
