package main

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"
)

// The test program stands in for a renderer when its command line says that it is one: it computes until it is ended.
func TestMain(m *testing.M) {
	if os.Getenv("WIRE_SPIN") != "" {
		for {
		}
	}
	os.Exit(m.Run())
}

func TestLine(t *testing.T) {
	const size = 250_000
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		_, _ = w.Write(make([]byte, size))
	}))
	defer server.Close()
	tests := []struct {
		name          string
		down, up, rtt float64
		least         time.Duration
		most          time.Duration
	}{
		{name: "as it is", most: 150 * time.Millisecond},
		{name: "10 Mbit/s down", down: 10, least: 190 * time.Millisecond, most: 600 * time.Millisecond},
		{name: "10 Mbit/s up", up: 10, least: 190 * time.Millisecond, most: 600 * time.Millisecond},
		{name: "100 ms away, twice for a new connection", rtt: 100, least: 199 * time.Millisecond, most: 600 * time.Millisecond},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			l := &line{to: server.Listener.Addr().String()}
			l.shape(tt.down, tt.up, tt.rtt)
			at, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer at.Close()
			go l.serve(at)
			client := &http.Client{Transport: &http.Transport{}}
			defer client.CloseIdleConnections()
			began := time.Now()
			response, err := client.Post(fmt.Sprintf("http://%s/there", at.Addr()), "", bytes.NewReader(make([]byte, size)))
			if err != nil {
				t.Fatal(err)
			}
			got, _ := io.Copy(io.Discard, response.Body)
			took := time.Since(began)
			if got != size || took < tt.least || took > tt.most {
				t.Errorf("%d bytes in %v, want %d in %v to %v", got, took, size, tt.least, tt.most)
			}
			s := l.stats()
			if len(s.Requests) != 1 || s.Connections != 1 {
				t.Fatalf("stats() = %d requests over %d connections, want one of each", len(s.Requests), s.Connections)
			}
			e := s.Requests[0]
			if e.Method != "POST" || e.Path != "/there" || e.Status != 200 || e.Up < size || e.Down < size || e.First < e.Asked || e.Last < e.First {
				t.Errorf("stats().Requests[0] = %+v", e)
			}
		})
	}
}

// spin starts a process below this one that computes.
func spin(t *testing.T, args ...string) (pid int) {
	t.Helper()
	child := exec.Command(os.Args[0], args...)
	child.Env = append(os.Environ(), "WIRE_SPIN=1", "GOMAXPROCS=1")
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = child.Process.Kill(); _ = child.Wait() })
	return child.Process.Pid
}

// stopped looks at a process often and returns in how many of a hundred looks it was stopped.
func stopped(t *testing.T, pid int) int {
	t.Helper()
	const looks = 500
	found := 0
	for range looks {
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		if err != nil {
			t.Fatal(err)
		}
		if stat[bytes.LastIndexByte(stat, ')')+2] == 'T' {
			found++
		}
		time.Sleep(1300 * time.Microsecond)
	}
	return 100 * found / looks
}

func TestSlow(t *testing.T) {
	page, other := spin(t, "--type=renderer"), spin(t, "--type=gpu-process")
	if got := renderers(os.Getpid()); len(got) != 1 || got[0] != page {
		t.Fatalf("renderers() = %v, want %d alone", got, page)
	}
	done := make(chan error)
	go func() { done <- slow(os.Getpid(), 4) }()
	time.Sleep(100 * time.Millisecond)
	if got := stopped(t, page); got < 55 || got > 90 {
		t.Errorf("slowed down four times, a renderer was stopped in %d of 100 looks, want about 75", got)
	}
	if got := stopped(t, other); got != 0 {
		t.Errorf("another process was stopped in %d of 100 looks", got)
	}
	if err := syscall.Kill(os.Getpid(), syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if got := stopped(t, page); got != 0 {
		t.Errorf("after the end a renderer was stopped in %d of 100 looks", got)
	}
}

func TestPhoto(t *testing.T) {
	const size = 60_000
	make := func(seed uint64) []byte {
		file, err := photo(newScene(seed, 480, 360), size)
		if err != nil {
			t.Fatal(err)
		}
		return file
	}
	one := make(1)
	if len(one) < size*9/10 || len(one) > size*11/10 {
		t.Errorf("photo has %d bytes, want about %d", len(one), size)
	}
	if !bytes.Equal(one, make(1)) {
		t.Error("the same seed makes another photo")
	}
	if bytes.Equal(one, make(2)) {
		t.Error("another seed makes the same photo")
	}
	picture, err := jpeg.Decode(bytes.NewReader(one))
	if err != nil || picture.Bounds() != image.Rect(0, 0, 480, 360) {
		t.Errorf("jpeg.Decode() = %v, %v", picture.Bounds(), err)
	}
	if !bytes.Contains(one, []byte("Exif\x00\x00II*\x00")) {
		t.Error("there is no Exif in it")
	}
}
