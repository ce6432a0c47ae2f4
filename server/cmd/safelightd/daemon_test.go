package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// build makes a program of this repository as it is released and returns its path.
func build(t *testing.T, pkg string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), filepath.Base(pkg))
	cmd := exec.Command("go", "build", "-tags", "nomsgpack", "-o", path, pkg)
	if pkg == thisProgram {
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("go build %s: %v\n%.2000s", pkg, err, out)
	}
	return path
}

// The programs under test.
const (
	thisProgram = "safelight/server/cmd/safelightd"
	commandLine = "safelight/client/cmd/safelight"
)

// daemon runs the built server in a process of its own, which can be killed and started again on the same data.
type daemon struct {
	program []string // and what stands before its arguments
	data    string
	args    []string

	cmd     *exec.Cmd
	log     *buffer
	ended   chan error
	address atomic.Pointer[string] // host:port; another one after each start
}

// start returns when the server says where it listens.
func (d *daemon) start() error {
	if err := d.spawn(); err != nil {
		return err
	}
	for range 5000 {
		if m := listening.FindStringSubmatch(d.log.String()); m != nil {
			address := strings.TrimPrefix(m[1], "http://")
			d.address.Store(&address)
			return nil
		}
		select {
		case err := <-d.ended:
			return fmt.Errorf("the server ended instead of listening: %v\n%s", err, d.log.String())
		case <-time.After(2 * time.Millisecond):
		}
	}
	d.kill()
	return fmt.Errorf("the server does not listen:\n%s", d.log.String())
}

// spawn starts the process and does not wait for it.
func (d *daemon) spawn() error {
	args := append(d.program[1:len(d.program):len(d.program)], "serve", "--listen", "127.0.0.1:0", "--data", d.data, "--min-free", "0")
	cmd, log, ended := exec.Command(d.program[0], append(args, d.args...)...), new(buffer), make(chan error, 1)
	d.cmd, d.log, d.ended = cmd, log, ended
	cmd.Stdout, cmd.Stderr, cmd.Env = log, log, environment()
	if err := cmd.Start(); err != nil {
		return err
	}
	go func() { ended <- cmd.Wait() }()
	return nil
}

// environment is ours without variables of Safelight, which are settings of the server or meant for this test.
func environment() []string {
	return slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "SAFELIGHT_") })
}

// nowhere is where clients look while there is no server: the port it had may soon be somebody else's.
var nowhere = "127.0.0.1:1"

// kill ends the server as a power switch would, and returns when it is no more.
func (d *daemon) kill() {
	d.address.Store(&nowhere)
	d.cmd.Process.Kill()
	<-d.ended
}

// stop asks the server to end.
func (d *daemon) stop() error {
	d.address.Store(&nowhere)
	if err := d.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	select {
	case err := <-d.ended:
		return err
	case <-time.After(30 * time.Second):
		d.kill()
		return fmt.Errorf("the server does not stop:\n%s", d.log.String())
	}
}

// admin runs one of the operator's commands on the data, and returns what it printed.
func (d *daemon) admin(args ...string) (string, error) {
	cmd := exec.Command(d.program[len(d.program)-1], append(append([]string{"admin"}, args...), "--data", d.data)...)
	cmd.Env = environment()
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// transport reaches the server wherever it listens at the moment: the address in URLs does not matter, so that clients
// survive a restart.
func (d *daemon) transport() *http.Transport {
	var dialer net.Dialer
	return &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return dialer.DialContext(ctx, "tcp", *d.address.Load())
		},
		MaxIdleConnsPerHost: 8, DisableCompression: true, ResponseHeaderTimeout: time.Minute,
	}
}

// anywhere is the address that clients with such a transport are given.
const anywhere = "http://127.0.0.1:1"

// launch builds and starts a server on a new folder. It is killed when the test ends, if it still runs.
func launch(t *testing.T, args ...string) *daemon {
	t.Helper()
	d := &daemon{program: []string{build(t, thisProgram)}, data: t.TempDir(), args: args}
	if err := d.start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.cmd.Process.Kill() })
	return d
}
