package main

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"safelight/server/api/apitest"
	"safelight/server/config"
	"safelight/server/wire"
)

// buffer may be written and read at once.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// process is a server that runs inside the test.
type process struct {
	url      string
	out, log buffer
	stop     context.CancelFunc
	code     chan int
}

var listening = regexp.MustCompile(`msg=listening address=(\S+)/ `)

// start runs "serve" with args and waits until it says where it listens.
func start(t *testing.T, args ...string) *process {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	p := &process{stop: stop, code: make(chan int, 1)}
	args = append([]string{"serve", "--listen", "127.0.0.1:0", "--min-free", "0"}, args...)
	go func() { p.code <- run(ctx, args, nil, &p.out, &p.log) }()
	t.Cleanup(stop)
	for range 1000 {
		if m := listening.FindStringSubmatch(p.log.String()); m != nil {
			p.url = m[1]
			return p
		}
		select {
		case code := <-p.code:
			t.Fatalf("serve ended with %d:\n%s", code, p.log.String())
		case <-time.After(10 * time.Millisecond):
		}
	}
	t.Fatalf("serve does not listen:\n%s", p.log.String())
	return nil
}

// end stops the server and returns its exit code.
func (p *process) end(t *testing.T) int {
	t.Helper()
	p.stop()
	select {
	case code := <-p.code:
		return code
	case <-time.After(30 * time.Second):
		t.Fatal("serve does not stop")
		return -1
	}
}

var sendLink = regexp.MustCompile(`(http://\S+/)#([0-9a-f]{64})\n`)

// The planted ones. The address comes from a trusted proxy, so that the server sees it as its client's.
const (
	plantedAddress = "203.0.113.77"
	plantedSecret  = "3ru9NkJr1Bu1GFzBVpCuRSPL8twt2cTLufhnCCMw6FvRrpi2M5"
)

// revealing finds what a log must not hold: ids, tokens, paths, planted things.
var revealing = regexp.MustCompile(`[0-9a-fA-F]{32}|[0-9A-Za-z_-]{40}|shares|/api/|/parts|%23|` + regexp.QuoteMeta(plantedAddress) + `|planted`)

// TestConformance runs the whole suite against the program as it is, over SQLite and a folder, and then looks for
// traces of it in everything the program printed.
func TestConformance(t *testing.T) {
	data := t.TempDir()
	p := start(t, "--data", data, "--admit", "token", "--creates-per-hour", "250", "--max-share", "20MB",
		"--trusted-proxies", "127.0.0.1", "--client-header", "X-Forwarded-For")
	link := sendLink.FindStringSubmatch(p.out.String())
	if link == nil || link[1] != p.url+"/" {
		t.Fatalf("the first start printed %q, want the send link", p.out.String())
	}
	header := []string{"X-Forwarded-For", plantedAddress, "User-Agent", "planted agent", "Referer", "https://planted.example/s"}
	apitest.Run(t, apitest.Target{URL: p.url, Admit: link[2], Header: header, MaxShare: 20e6, CreatesPerHour: 250, OpensPerHour: wire.LoggedOpens})
	for _, target := range []string{"/s%23" + plantedSecret, "/" + plantedSecret, "/s?planted=" + plantedSecret, "/api/v1/" + plantedSecret} {
		resp, err := http.Get(p.url + target)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
	}
	garble(t, strings.TrimPrefix(p.url, "http://"))
	if code := p.end(t); code != 0 {
		t.Errorf("exit code %d, want 0", code)
	}
	if found := revealing.FindAllString(p.log.String(), -1); found != nil || strings.Contains(p.log.String(), link[2]) {
		t.Errorf("the log reveals %q:\n%s", found, p.log.String())
	}
	if strings.Count(p.out.String(), link[2]) != 1 {
		t.Error("the token was printed more than once")
	}
	searchFor(t, data, link[2], plantedAddress, plantedSecret)

	again := start(t, "--data", data, "--admit", "token")
	if again.end(t) != 0 || again.out.String() != "" {
		t.Errorf("the second start printed %q, want nothing", again.out.String())
	}
}

// garble sends what is not HTTP, which net/http reports together with the address.
func garble(t *testing.T, addr string) {
	t.Helper()
	for _, s := range []string{"GET /planted HTTP/9.9\r\n\r\n", "\x16\x03\x01planted\r\n\r\n", "POST / HTTP/1.1\r\nContent-Length: planted\r\n\r\n"} {
		c, err := netDial(addr)
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(c, s)
		io.ReadAll(c)
		c.Close()
	}
}

// searchFor looks for the texts, and for the bytes they spell, in every file below data.
func searchFor(t *testing.T, data string, texts ...string) {
	t.Helper()
	files := 0
	err := filepath.WalkDir(data, func(name string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files++
		b, err := os.ReadFile(name)
		for _, s := range texts {
			raw, hexErr := hex.DecodeString(s)
			if bytes.Contains(b, []byte(s)) || (hexErr == nil && bytes.Contains(b, raw)) {
				t.Errorf("%s holds a planted text", name)
			}
		}
		return err
	})
	if err != nil || files < 4 {
		t.Errorf("looked through %d files only; %v", files, err)
	}
}

// TestBlindControl shows that a log of paths or addresses would be found.
func TestBlindControl(t *testing.T) {
	s, err := openStack(t.Context(), config.Config{Data: t.TempDir(), MaxShare: 1 << 30, MaxViews: 10, MaxExpiry: time.Hour, DefaultExpiry: time.Hour}, serving)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for name, line := range map[string]func(*http.Request) string{
		"path":    func(r *http.Request) string { return r.URL.Path },
		"address": func(r *http.Request) string { return r.Header.Get("X-Forwarded-For") },
		"token":   func(r *http.Request) string { return r.Header.Get("Authorization") },
	} {
		var out buffer
		log := newLogger(&out)
		h, err := s.handler(config.Config{MaxShare: 1 << 30, MaxViews: 10, MaxExpiry: time.Hour, DefaultExpiry: time.Hour, Admit: "open"}, log)
		if err != nil {
			t.Fatal(err)
		}
		r := httptest.NewRequest("GET", "/api/v1/shares/78b1ae74500e5e3e5cae1addd2f6babe/parts/78b1ae74500e5e3e5cae1addd2f6babe", nil)
		r.Header.Set("X-Forwarded-For", plantedAddress)
		r.Header.Set("Authorization", "Bearer AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
		h.ServeHTTP(httptest.NewRecorder(), r)
		if revealing.MatchString(out.String()) {
			t.Errorf("without the middleware the log reveals %q", out.String())
		}
		log.Info("request", "what", line(r))
		if !revealing.MatchString(out.String()) {
			t.Errorf("a middleware that logs the %s would not be found in %q", name, out.String())
		}
	}
}

// fileSink is a writer like net/http's, which hands files to the kernel.
type fileSink struct {
	*httptest.ResponseRecorder
	files, other int
}

func (s *fileSink) ReadFrom(r io.Reader) (int64, error) {
	if limited, ok := r.(*io.LimitedReader); ok {
		if _, ok := limited.R.(*os.File); ok {
			s.files++
			return io.Copy(s.Body, r)
		}
	}
	s.other++
	return io.Copy(s.Body, r)
}

// TestSendfile checks that parts reach net/http as files, in the one form that it sends with sendfile. Through gin's
// writer they would be copied, at a third of the speed.
func TestSendfile(t *testing.T) {
	data := t.TempDir()
	p := start(t, "--data", data)
	r := apitest.Live(t, apitest.Target{URL: p.url}).Parts(t)
	p.end(t)
	c := config.Config{Data: data, Admit: "open", MaxShare: 1 << 30, MaxViews: 10, MaxExpiry: time.Hour, DefaultExpiry: time.Hour}
	s, err := openStack(t.Context(), c, serving)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	h, err := s.handler(c, newLogger(io.Discard))
	if err != nil {
		t.Fatal(err)
	}
	sink := &fileSink{ResponseRecorder: httptest.NewRecorder()}
	h.ServeHTTP(sink, r)
	if sink.Code != 200 || sink.files != 2 || sink.other != 0 || sink.Header().Get("Content-Length") != fmt.Sprint(sink.Body.Len()) {
		t.Errorf("%d, %d parts as files, %d otherwise, %d bytes; want both parts as files", sink.Code, sink.files, sink.other, sink.Body.Len())
	}
}

// TestDrain stops the server while a request is on its way.
func TestDrain(t *testing.T) {
	p := start(t, "--data", t.TempDir())
	body, feed := io.Pipe()
	answered := make(chan *http.Response, 1)
	go func() {
		r, err := http.NewRequest("POST", p.url+"/api/v1/shares/78b1ae74500e5e3e5cae1addd2f6babe/owner", body)
		if err != nil {
			t.Error(err)
		}
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Errorf("the request was cut off: %v", err)
		}
		answered <- resp
	}()
	io.WriteString(feed, "half ")
	time.Sleep(100 * time.Millisecond)
	p.stop()
	time.Sleep(100 * time.Millisecond)
	if _, err := http.Get(p.url + "/healthz"); err == nil {
		t.Error("a new request was taken while draining")
	}
	io.WriteString(feed, "a request")
	feed.Close()
	if resp := <-answered; resp != nil && resp.StatusCode != 400 {
		t.Errorf("the request on its way = %d, want 400", resp.StatusCode)
	}
	if code := p.end(t); code != 0 {
		t.Errorf("exit code %d, want 0", code)
	}
}

func TestHealth(t *testing.T) {
	data := t.TempDir()
	p := start(t, "--data", data, "--base-path", "/photos")
	get := func(path string) int {
		resp, err := http.Get(strings.TrimSuffix(p.url, "/photos") + path)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		return resp.StatusCode
	}
	for path, want := range map[string]int{"/healthz": 200, "/photos/healthz": 200, "/photos/api/v1/site": 200, "/api/v1/site": 404} {
		if got := get(path); got != want {
			t.Errorf("%s = %d, want %d", path, got, want)
		}
	}
	if err := os.RemoveAll(filepath.Join(data, "parts")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(data, "parts"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if got := get("/healthz"); got != 503 {
		t.Errorf("with a broken store /healthz = %d, want 503", got)
	}
	if !strings.Contains(p.log.String(), "not healthy") || revealing.MatchString(p.log.String()) {
		t.Errorf("log %q", p.log.String())
	}
}
