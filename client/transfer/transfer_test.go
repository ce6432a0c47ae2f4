package transfer

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"safelight/crypto/statement"
	"safelight/server/wire"
)

func TestParseServer(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"example.org", "https://example.org"},
		{"https://example.org/", "https://example.org"},
		{"https://example.org/photos/", "https://example.org/photos"},
		{"https://example.org/#secret", "https://example.org"},
		{"https://example.org/?q=1", "https://example.org"},
		{"http://example.org", "http://example.org"},
		{"localhost:8080", "http://localhost:8080"},
		{"127.0.0.1:8080/x", "http://127.0.0.1:8080/x"},
		{"192.168.1.7", "http://192.168.1.7"},
		{"[::1]:8080", "http://[::1]:8080"},
		{"nas.local:8080", "http://nas.local:8080"},
		{"8.8.8.8", "https://8.8.8.8"},
		{"localhost.example.org", "https://localhost.example.org"},
		{"", ""},
		{"ftp://example.org", ""},
		{"https://", ""},
		{"https://user:pw@example.org", ""},
		{"https://:80", ""},
		{"::", ""},
	} {
		u, err := ParseServer(tt.in)
		switch {
		case tt.want == "" && !errors.Is(err, ErrAddress):
			t.Errorf("ParseServer(%q) = %v, %v, want ErrAddress", tt.in, u, err)
		case tt.want != "" && (err != nil || u.String() != tt.want):
			t.Errorf("ParseServer(%q) = %v, %v, want %s", tt.in, u, err, tt.want)
		}
	}
}

func TestSplitSendLink(t *testing.T) {
	for _, tt := range []struct{ in, server, token string }{
		{"https://example.org/#abc", "https://example.org/", "abc"},
		{"example.org/photos/#abc", "example.org/photos/", "abc"},
		{"https://example.org/#-", "https://example.org/", ""},
		{"https://example.org/#", "https://example.org/", ""},
		{"https://example.org", "https://example.org", ""},
		{"", "", ""},
	} {
		if server, token := SplitSendLink(tt.in); server != tt.server || token != tt.token {
			t.Errorf("SplitSendLink(%q) = %q, %q, want %q, %q", tt.in, server, token, tt.server, tt.token)
		}
	}
}

// serve starts a server and returns a client for it that waits a thousandth of what it usually does.
func serve(t *testing.T, h http.HandlerFunc) *Client {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	c, err := New(Config{Server: s.URL + "/base", FirstWait: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func problem(w http.ResponseWriter, status int, code string) {
	w.Header().Set("Content-Type", "application/problem+json; charset=utf-8")
	w.WriteHeader(status)
	fmt.Fprintf(w, `{"status":%d,"code":%q,"detail":"in words"}`, status, code)
}

var (
	testShare  = statement.ID{1}
	testUpload = statement.UploadID{2}
)

// TestPutPart is what the wire sees, and how often.
func TestPutPart(t *testing.T) {
	data := []byte("sealed bytes")
	sum := sha256.Sum256(data)
	for _, tt := range []struct {
		name     string
		answer   func(n int64, w http.ResponseWriter)
		requests int64
		code     wire.Code
	}{
		{"new", func(_ int64, w http.ResponseWriter) { w.WriteHeader(201) }, 1, ""},
		{"same again", func(_ int64, w http.ResponseWriter) { w.WriteHeader(200) }, 1, ""},
		{"another one is there", func(_ int64, w http.ResponseWriter) { problem(w, 409, "part") }, 1, "part"},
		{"full", func(_ int64, w http.ResponseWriter) { problem(w, 507, "full") }, 1, "full"},
		{"a server that stumbles", func(n int64, w http.ResponseWriter) {
			switch n {
			case 1:
				problem(w, 503, "later")
			case 2:
				panic(http.ErrAbortHandler)
			case 3:
				w.Header().Set("Retry-After", "0")
				problem(w, 429, "later")
			default:
				w.WriteHeader(201)
			}
		}, 4, ""},
		{"a server that stays down", func(_ int64, w http.ResponseWriter) { w.WriteHeader(502) }, partTries, "http"},
		{"too long a wait", func(_ int64, w http.ResponseWriter) {
			w.Header().Set("Retry-After", "3600")
			problem(w, 429, "later")
		}, 1, "later"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var requests atomic.Int64
			c := serve(t, func(w http.ResponseWriter, r *http.Request) {
				n := requests.Add(1)
				want := "/base/api/v1/shares/" + testShare.String() + "/parts/" + testUpload.String() + "/7"
				body, _ := io.ReadAll(r.Body)
				if r.Method != "PUT" || r.URL.String() != want || !bytes.Equal(body, data) || r.ContentLength != int64(len(data)) {
					t.Errorf("%s %s with %d bytes", r.Method, r.URL, len(body))
				}
				for k, want := range map[string]string{
					"Authorization":  "Bearer " + base64.RawURLEncoding.EncodeToString([]byte("token")),
					"Content-Digest": "sha-256=:" + base64.StdEncoding.EncodeToString(sum[:]) + ":",
					"User-Agent":     "safelight",
				} {
					if got := r.Header.Get(k); got != want {
						t.Errorf("%s = %q, want %q", k, got, want)
					}
				}
				tt.answer(n, w)
			})
			err := c.PutPart(t.Context(), Upload{testShare, testUpload, []byte("token")}, 7, data)
			if CodeOf(err) != tt.code || (err != nil) != (tt.code != "") {
				t.Errorf("PutPart = %v, want code %q", err, tt.code)
			}
			if requests.Load() != tt.requests {
				t.Errorf("%d requests, want %d", requests.Load(), tt.requests)
			}
		})
	}
}

func TestNoAnswer(t *testing.T) {
	for _, tt := range []struct {
		name string
		h    http.HandlerFunc
		want error
		n    int64
	}{
		{"redirect", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "https://elsewhere.invalid/", http.StatusTemporaryRedirect)
		}, ErrRedirect, 1},
		{"another program", func(w http.ResponseWriter, r *http.Request) { http.NotFound(w, r) }, ErrUnreachable, 1},
		{"a portal's page", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(403); io.WriteString(w, "<html>") }, ErrUnreachable, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var n atomic.Int64
			c := serve(t, func(w http.ResponseWriter, r *http.Request) { n.Add(1); tt.h(w, r) })
			err := c.PutPart(t.Context(), Upload{Share: testShare}, 0, []byte("x"))
			if !errors.Is(err, tt.want) || n.Load() != tt.n {
				t.Errorf("PutPart = %v after %d requests, want %v after %d", err, n.Load(), tt.want, tt.n)
			}
			if err != nil && strings.Contains(err.Error(), testShare.String()) {
				t.Errorf("the error tells the share's id: %v", err)
			}
		})
	}
	c, err := New(Config{Server: "http://127.0.0.1:1", FirstWait: time.Microsecond})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.PutPart(t.Context(), Upload{}, 0, []byte("x")); !errors.Is(err, ErrUnreachable) || strings.Contains(err.Error(), "parts") {
		t.Errorf("PutPart to nobody = %v", err)
	}
	silent, err := net.Listen("tcp", "127.0.0.1:0") // accepts, and says nothing
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	c, err = New(Config{Server: "http://" + silent.Addr().String(), FirstWait: time.Microsecond, AnswerWait: 50 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	if _, err := c.Site(t.Context()); !errors.Is(err, ErrUnreachable) || time.Since(began) > 5*time.Second {
		t.Errorf("Site of who says nothing = %v after %v, want ErrUnreachable soon", err, time.Since(began))
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	if err := c.PutPart(cancelled, Upload{}, 0, []byte("x")); !errors.Is(err, context.Canceled) {
		t.Errorf("PutPart after cancelling = %v", err)
	}
}

// TestUploader checks that no more than the given number of parts are on their way, and that a failure ends it.
func TestUploader(t *testing.T) {
	var now, most atomic.Int64
	var mu sync.Mutex
	seen := map[string]int{}
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		most.Store(max(most.Load(), now.Add(1)))
		defer now.Add(-1)
		time.Sleep(2 * time.Millisecond)
		mu.Lock()
		defer mu.Unlock()
		if seen[r.URL.Path]++; seen[r.URL.Path] == 1 && len(seen)%5 == 0 {
			panic(http.ErrAbortHandler) // each fifth part is lost once
		}
		w.WriteHeader(201)
	})
	var last int64
	u := c.NewUploader(t.Context(), 3, func(sent int64) {
		if sent != last+10 {
			t.Errorf("reported %d after %d", sent, last)
		}
		last = sent
	})
	for n := range uint32(40) {
		if err := u.Put(Upload{Share: testShare}, n, make([]byte, 10)); err != nil {
			t.Fatal(err)
		}
	}
	if err := u.Wait(); err != nil || last != 400 || len(seen) != 40 {
		t.Errorf("Wait = %v; %d bytes and %d parts arrived, want 400 and 40", err, last, len(seen))
	}
	if most.Load() > 3 {
		t.Errorf("%d parts at a time, want at most 3", most.Load())
	}

	failing := serve(t, func(w http.ResponseWriter, _ *http.Request) { problem(w, 409, "upload") })
	u = failing.NewUploader(t.Context(), 2, nil)
	var err error
	for n := uint32(0); n < 1000 && err == nil; n++ {
		err = u.Put(Upload{}, n, nil)
		time.Sleep(time.Millisecond)
	}
	if err == nil {
		t.Error("Put went on after a failure")
	}
	if err := u.Wait(); CodeOf(err) != "upload" {
		t.Errorf("Wait = %v, want the first failure", err)
	}
}

func TestRange(t *testing.T) {
	whole := make([]byte, 100_000)
	for i := range whole {
		whole[i] = byte(i * 7 >> 3)
	}
	for _, tt := range []struct {
		name    string
		answer  func(n int64, w http.ResponseWriter, from, to int)
		offset  int
		n       int
		want    error
		problem wire.Code
	}{
		{"one request", func(_ int64, w http.ResponseWriter, from, to int) { slice(w, whole, from, to, to) }, 1000, 5000, nil, ""},
		{"cut twice", func(n int64, w http.ResponseWriter, from, to int) {
			if n < 3 {
				slice(w, whole, from, to, from+1000)
				panic(http.ErrAbortHandler)
			}
			slice(w, whole, from, to, to)
		}, 17, 90_000, nil, ""},
		{"another range", func(_ int64, w http.ResponseWriter, from, to int) { slice(w, whole, from+1, to+1, to+1) }, 0, 100, ErrUnreachable, ""},
		{"the whole instead", func(_ int64, w http.ResponseWriter, _, _ int) { w.Write(whole) }, 5, 100, ErrUnreachable, ""},
		{"the whole as asked", func(_ int64, w http.ResponseWriter, _, _ int) {
			w.Header().Set("Content-Length", "100000")
			w.Write(whole)
		}, 0, 100_000, nil, ""},
		{"gone", func(_ int64, w http.ResponseWriter, _, _ int) { problem(w, 404, "gone") }, 0, 100, nil, "gone"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var requests atomic.Int64
			c := serve(t, func(w http.ResponseWriter, r *http.Request) {
				from, to, _ := strings.Cut(strings.TrimPrefix(r.Header.Get("Range"), "bytes="), "-")
				a, _ := strconv.Atoi(from)
				b, _ := strconv.Atoi(to)
				tt.answer(requests.Add(1), w, a, b+1)
			})
			var got bytes.Buffer
			err := c.Range(t.Context(), testShare, testUpload, []byte("unlock"), int64(tt.offset), int64(tt.n), &got)
			switch {
			case tt.problem != "" || tt.want != nil:
				if CodeOf(err) != tt.problem || tt.want != nil && !errors.Is(err, tt.want) || got.Len() > 0 {
					t.Errorf("Range = %v with %d bytes, want %v %q and none", err, got.Len(), tt.want, tt.problem)
				}
			case err != nil || !bytes.Equal(got.Bytes(), whole[tt.offset:tt.offset+tt.n]):
				t.Errorf("Range = %v with %d bytes, want the %d asked for", err, got.Len(), tt.n)
			}
		})
	}
	c := serve(t, func(w http.ResponseWriter, r *http.Request) { slice(w, whole, 0, 100, 100) })
	full := errors.New("disk full")
	if err := c.Range(t.Context(), testShare, testUpload, nil, 0, 100, failWriter{full}); !errors.Is(err, full) || errors.Is(err, ErrUnreachable) {
		t.Errorf("Range into a full disk = %v", err)
	}
}

type failWriter struct{ err error }

func (w failWriter) Write([]byte) (int, error) { return 0, w.err }

// slice answers from–to of whole, but sends only up to end.
func slice(w http.ResponseWriter, whole []byte, from, to, end int) {
	w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, to-1, len(whole)))
	w.Header().Set("Content-Length", strconv.Itoa(to-from))
	w.WriteHeader(206)
	w.Write(whole[from:end])
	w.(http.Flusher).Flush()
}

func TestRetryAfter(t *testing.T) {
	for in, want := range map[string]time.Duration{"": 0, "3": 3 * time.Second, "x": 0, "-1": 0, "Mon, 02 Jan 2006 15:04:05 GMT": 0} {
		if got := parseRetryAfter(in); got != want {
			t.Errorf("parseRetryAfter(%q) = %v, want %v", in, got, want)
		}
	}
	soon := time.Now().Add(time.Minute).UTC().Format(http.TimeFormat)
	if got := parseRetryAfter(soon); got < 50*time.Second || got > time.Minute {
		t.Errorf("parseRetryAfter(in a minute) = %v", got)
	}
}
