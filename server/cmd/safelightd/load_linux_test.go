package main

import (
	"io"
	"net"
	"net/http"
	"os"
	"testing"
	"time"
)

// Load of TestLoad: people who act without a pause, and connections that say half a request and then nothing.
const (
	loadPeople = 24
	loadStuck  = 300
	loadBound  = 200 // MB of memory in the server
	loadWait   = 3 * time.Second
)

// TestLoad uses the server from many sides for SAFELIGHT_LOAD, two seconds if it is not set: nothing acknowledged is
// lost, a small request is still answered soon, and memory stays bounded.
func TestLoad(t *testing.T) {
	long := 2 * time.Second
	if v := os.Getenv("SAFELIGHT_LOAD"); v != "" {
		var err error
		long, err = time.ParseDuration(v)
		must(t, err)
	}
	d := launch(t, "--creates-per-hour", "0")
	var memory peak
	defer memory.watch(d.cmd.Process.Pid)()
	var half []net.Conn
	for range loadStuck {
		half = append(half, stuck(t, d))
	}
	w := crowdOf(t, d, loadPeople)
	slowest := time.Duration(0)
	for end := time.Now().Add(long); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		began := time.Now()
		resp, err := http.Get("http://" + *d.address.Load() + "/healthz")
		must(t, err)
		io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			t.Errorf("/healthz = %d", resp.StatusCode)
		}
		slowest = max(slowest, time.Since(began))
	}
	for _, c := range half {
		c.Close() // a server that drains would wait for them until its time is up
	}
	finish(t, d, w)
	t.Logf("%.0f steps a second, the slowest small request took %v, at most %d MB of memory",
		float64(w.steps.Load())/long.Seconds(), slowest.Round(time.Millisecond), memory.megabytes())
	if n := memory.megabytes(); n > loadBound || n == 0 {
		t.Errorf("the server took %d MB, want at most %d", n, loadBound)
	}
	if slowest > loadWait {
		t.Errorf("a small request took %v, want at most %v", slowest, loadWait)
	}
}

// stuck opens a connection that never says all of its request.
func stuck(t *testing.T, d *daemon) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", *d.address.Load())
	must(t, err)
	t.Cleanup(func() { c.Close() })
	_, err = io.WriteString(c, "POST /api/v1/shares/00000000000000000000000000000000/open HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf")
	must(t, err)
	return c
}
