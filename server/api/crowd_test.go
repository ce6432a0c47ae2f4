package api

import (
	"bytes"
	"io"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"
)

// slow is a body that does not end before it is told to.
type slow struct {
	began func()
	end   <-chan struct{}
}

func (b slow) Read([]byte) (int, error) {
	b.began()
	<-b.end
	return 0, io.ErrUnexpectedEOF
}

// TestLargeBodiesAreFew begins owner requests that do not end. Large ones are few for each address; small ones, and those of
// others, still get in.
func TestLargeBodiesAreFew(t *testing.T) {
	s := contractServer(t)
	path := "/api/v1/shares/78b1ae74500e5e3e5cae1addd2f6babe/owner"
	end := make(chan struct{})
	var under sync.WaitGroup
	send := func(from string, length int64, body io.Reader) int {
		r := httptest.NewRequest("POST", path, body)
		r.RemoteAddr, r.ContentLength = from, length
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		return w.Code
	}
	hold := func(from string, length int64) {
		began := make(chan struct{})
		under.Go(func() {
			once := sync.OnceFunc(func() { close(began) })
			if code := send(from, length, slow{once, end}); code != 400 {
				t.Errorf("a body that was cut off = %d, want 400", code)
			}
		})
		<-began
	}
	for i := range largeAtOnceEach {
		hold([]string{"[2001:db8::1]:5", "[2001:db8::2]:5"}[i%2], 200_000) // one household
	}
	if code := send("[2001:db8::3]:5", 200_000, strings.NewReader("x")); code != 503 {
		t.Errorf("one more from there = %d, want 503", code)
	}
	if code := send("[2001:db8::3]:5", -1, strings.NewReader("x")); code != 503 {
		t.Errorf("one more of unknown length = %d, want 503", code)
	}
	if code := send("[2001:db8::3]:5", 100, bytes.NewReader(make([]byte, 100))); code != 400 {
		t.Errorf("a small one from there = %d, want 400: it is read, and is no request", code)
	}
	if code := send("[2001:db8:0:1::1]:5", 100_000, bytes.NewReader(make([]byte, 100_000))); code != 400 {
		t.Errorf("a large one from elsewhere = %d, want 400: it is read, and is no request", code)
	}
	close(end)
	under.Wait()
	if code := send("[2001:db8::1]:5", 100_000, bytes.NewReader(make([]byte, 100_000))); code != 400 || s.large.all != 0 || len(s.large.by) != 0 {
		t.Errorf("when they are over = %d, %d are counted; want 400, none", code, s.large.all)
	}
	c := crowd{most: largeAtOnce, each: largeAtOnceEach}
	for i := range largeAtOnce {
		if !c.enter(netip.AddrFrom4([4]byte{10, 0, byte(i >> 8), byte(i)})) {
			t.Fatalf("the %dth does not get in", i+1)
		}
	}
	if c.enter(netip.MustParseAddr("192.0.2.1")) {
		t.Error("more get in than may at once")
	}
}

// TestPutsAreFew begins parts that do not end.
func TestPutsAreFew(t *testing.T) {
	s := contractServer(t)
	s.puts.each = 3
	end := make(chan struct{})
	var under sync.WaitGroup
	send := func(body io.Reader) int {
		r := httptest.NewRequest("PUT", "/api/v1/shares/78b1ae74500e5e3e5cae1addd2f6babe/parts/78b1ae74500e5e3e5cae1addd2f6babe/1", body)
		r.ContentLength = 1000
		r.Header.Set("Content-Digest", "sha-256=:"+strings.Repeat("A", 43)+"=:")
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		return w.Code
	}
	s.Drain = true // so that the body of a part that is refused is read
	for range s.puts.each {
		began := make(chan struct{})
		under.Go(func() {
			if code := send(slow{sync.OnceFunc(func() { close(began) }), end}); code != 404 {
				t.Errorf("a part of nothing = %d, want 404", code)
			}
		})
		<-began
	}
	if code := send(strings.NewReader("x")); code != 503 {
		t.Errorf("one more = %d, want 503", code)
	}
	close(end)
	under.Wait()
	if code := send(strings.NewReader("x")); code != 404 || s.puts.all != 0 {
		t.Errorf("when they are over = %d, %d are counted", code, s.puts.all)
	}
}
