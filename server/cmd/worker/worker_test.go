//go:build worker && !js

// Package worker_test runs the Worker under workerd, the runtime that Cloudflare runs, with wrangler's local R2 and D1:
//
//	npm ci && go test -tags "nomsgpack worker" ./server/cmd/worker
package worker_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"safelight/server/api/apitest"
)

// recordKey seals peppers in these tests and nowhere else.
var recordKey = strings.Repeat("5afe", 16)

// pages are what the assets of these tests hold.
var pages = map[string]string{
	"index.html":                  "<!doctype html><title>send</title>",
	"share.html":                  "<!doctype html><title>view</title>",
	"manage.html":                 "<!doctype html><title>manage</title>",
	"assets/send-0123456789ab.js": "export {};",
}

// worker is a running Worker, served by dev.mjs.
type worker struct {
	url string
	dir string
	log *bytes.Buffer
}

// start assembles the program in a folder of its own and serves it until the test ends.
func start(t *testing.T, program string) *worker {
	t.Helper()
	w := &worker{dir: t.TempDir(), log: new(bytes.Buffer)}
	for name, text := range pages {
		path := filepath.Join(w.dir, "pages", filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	run(t, ".", "go", "run", "-tags", "nomsgpack", "./assemble",
		"-program", program, "-pages", filepath.Join(w.dir, "pages"), "-out", filepath.Join(w.dir, "build"))
	edge, err := os.ReadFile("worker.mjs")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(w.dir, "worker.mjs"), edge, 0o644); err != nil {
		t.Fatal(err)
	}
	w.configure(t)
	wrangler, err := filepath.Abs("node_modules/.bin/wrangler")
	if err != nil {
		t.Fatal(err)
	}
	run(t, w.dir, wrangler, "d1", "migrations", "apply", "safelight", "--local", "--persist-to", "state")
	w.serve(t)
	return w
}

// configure writes the deployed configuration with the changes of a test.
func (w *worker) configure(t *testing.T) {
	t.Helper()
	text, err := os.ReadFile("wrangler.jsonc")
	if err != nil {
		t.Fatal(err)
	}
	var plain []string
	for line := range strings.Lines(string(text)) {
		if !strings.HasPrefix(strings.TrimSpace(line), "//") {
			plain = append(plain, line)
		}
	}
	var c map[string]any
	if err := json.Unmarshal([]byte(strings.Join(plain, "")), &c); err != nil {
		t.Fatal(err)
	}
	delete(c, "build")
	migrations, err := filepath.Abs("../../store/sqlrec/migrations")
	if err != nil {
		t.Fatal(err)
	}
	c["d1_databases"].([]any)[0].(map[string]any)["migrations_dir"] = migrations
	c["vars"] = map[string]string{
		"SAFELIGHT_RECORD_KEY": recordKey, "SAFELIGHT_ADMIT": "open", "SAFELIGHT_CREATES_PER_HOUR": "0",
	}
	b, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(w.dir, "wrangler.json"), b, 0o644); err != nil {
		t.Fatal(err)
	}
}

// serve starts wrangler on a free port and returns when the program answers.
func (w *worker) serve(t *testing.T) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	l.Close()
	script, err := filepath.Abs("dev.mjs")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("node", script, "wrangler.json", fmt.Sprint(port))
	cmd.Dir, cmd.Env = w.dir, environ()
	cmd.Stdout, cmd.Stderr = w.log, w.log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // so that workerd ends with it
	if err := cmd.Start(); err != nil {
		t.Fatalf("start wrangler (is it installed? npm ci in server/cmd/worker): %v", err)
	}
	ended := make(chan struct{})
	go func() {
		cmd.Wait()
		close(ended)
	}()
	t.Cleanup(func() {
		syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM)
		select {
		case <-ended:
		case <-time.After(10 * time.Second):
			syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
			<-ended
		}
		if t.Failed() {
			t.Logf("wrangler said, beside the requests that it answered:\n%s", troubles(w.log.String()))
		}
	})
	w.url = fmt.Sprintf("http://127.0.0.1:%d", port)
	for deadline := time.Now().Add(60 * time.Second); ; time.Sleep(100 * time.Millisecond) {
		select {
		case <-ended:
			t.Fatal("wrangler ended before it served")
		default:
		}
		if ping(w.url) == nil {
			go keepAwake(w.url, ended)
			return
		}
		if time.Now().After(deadline) {
			t.Fatal("wrangler does not serve within a minute")
		}
	}
}

// answered is how wrangler reports a request; one that failed inside of the program has a status of 500 or more.
var answered = regexp.MustCompile(`^\[wrangler:info\] [A-Z]+ \S+ [1-4]\d\d `)

// troubles leaves out the requests of log that were answered: hundreds of them hide what went wrong.
func troubles(log string) string {
	var kept []string
	for line := range strings.Lines(log) {
		if !answered.MatchString(strings.TrimSpace(line)) {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "")
}

// keepAwake asks for a page four times a second. After a request that took seconds, workerd 1.20260426.1 may sleep over
// the next one on the same connection (also in plain JavaScript: a timer set there does not fire) until anybody else
// asks for anything.
func keepAwake(url string, ended <-chan struct{}) {
	for {
		select {
		case <-ended:
			return
		case <-time.After(250 * time.Millisecond):
			ping(url)
		}
	}
}

func ping(url string) error {
	client := http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	r, err := client.Get(url + "/")
	if err != nil {
		return err
	}
	defer r.Body.Close()
	_, err = io.Copy(io.Discard, r.Body)
	return err
}

// environ keeps wrangler off the network and from asking questions.
func environ() []string {
	return append(os.Environ(), "CI=1", "WRANGLER_SEND_METRICS=false", "CLOUDFLARE_CF_FETCH_ENABLED=false", "NO_COLOR=1")
}

func run(t *testing.T, dir, name string, args ...string) string {
	t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir, cmd.Env = dir, environ()
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %v: %v\n%s", filepath.Base(name), args[0], err, out)
	}
	return string(out)
}

func get(t *testing.T, url string) (status int, body string) {
	t.Helper()
	client := http.Client{Timeout: time.Minute}
	r, err := client.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return r.StatusCode, string(b)
}

// TestStores runs every case of storetest on D1 and R2.
func TestStores(t *testing.T) {
	w := start(t, "./storecheck")
	for _, kind := range []string{"records", "parts"} {
		for i := 0; ; i++ {
			status, text := get(t, fmt.Sprintf("%s/api/%s/%d", w.url, kind, i))
			if status == http.StatusNotFound {
				if i < 10 {
					t.Errorf("only %d cases for %s", i, kind)
				}
				break
			}
			name, ok := strings.CutPrefix(text, "ok ")
			t.Run(kind+"/"+name, func(t *testing.T) {
				if status != http.StatusOK || !ok {
					t.Errorf("%d %s", status, text)
				}
			})
		}
	}
}

// TestAPI runs the suite that the native server passes.
func TestAPI(t *testing.T) {
	w := start(t, ".")
	t.Run("pages", func(t *testing.T) { testPages(t, w) })
	apitest.Run(t, apitest.Target{
		URL:   w.url,
		Lossy: true,
		Sweep: func() { get(t, w.url+"/__scheduled?cron=*/5+*+*+*+*") },
	})
}

// testPages checks that the host serves the pages as the native server does.
func testPages(t *testing.T, w *worker) {
	tests := []struct {
		path, title, cache string
		status             int
		wasm               bool // allowed by the policy
	}{
		{"/", "<title>send", "no-cache", 200, true},
		{"/s", "<title>view", "no-cache", 200, false},
		{"/m", "<title>manage", "no-cache", 200, true},
		{"/assets/send-0123456789ab.js", "export", "public, max-age=31536000, immutable", 200, true},
		{"/inspect", "There is no page here", "no-store", 404, false},
		{"/share", "There is no page here", "no-store", 404, false},
		{"/assets/other.js", "There is no page here", "no-store", 404, false},
		{"/s%23code", "rewritten", "no-store", 400, false},
	}
	for _, tt := range tests {
		r, err := http.Get(w.url + tt.path)
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r.Body)
		r.Body.Close()
		if err != nil || r.StatusCode != tt.status || !strings.Contains(string(b), tt.title) {
			t.Errorf("%s = %d %.60s, %v; want %d and %q", tt.path, r.StatusCode, b, err, tt.status, tt.title)
		}
		if got := r.Header.Get("Cache-Control"); got != tt.cache {
			t.Errorf("%s: Cache-Control %q, want %q", tt.path, got, tt.cache)
		}
		policy := r.Header.Get("Content-Security-Policy")
		if strings.Contains(policy, "'wasm-unsafe-eval'") != tt.wasm || !strings.HasPrefix(policy, "default-src 'none'") {
			t.Errorf("%s: Content-Security-Policy %q", tt.path, policy)
		}
		for _, name := range []string{"Connection-Allowlist", "Integrity-Policy", "Referrer-Policy", "Cross-Origin-Opener-Policy",
			"Cross-Origin-Embedder-Policy", "Cross-Origin-Resource-Policy", "X-Content-Type-Options", "Permissions-Policy", "X-Robots-Tag"} {
			if r.Header.Get(name) == "" || strings.Contains(r.Header.Get(name), ", "+r.Header.Get(name)) {
				t.Errorf("%s: %s is %q", tt.path, name, r.Header.Get(name))
			}
		}
	}
}

// maxProgram is the budget of the program as it is uploaded. Cloudflare takes 64 MiB; what is larger starts more slowly.
const maxProgram = 12 << 20

// TestProgram looks at what the linker keeps. One reachable reflect.Value.MethodByName (gin's Bind and HTML have one)
// keeps every exported method of every package, and the program is three times as large.
func TestProgram(t *testing.T) {
	out := filepath.Join(t.TempDir(), "worker.wasm")
	dump := link(t, ".", out)
	if lines := reflectMethods(dump); len(lines) > 0 {
		t.Errorf("methods are found by name at run time, so all are kept: %s", strings.Join(lines, "; "))
	}
	info, err := os.Stat(out)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("the program has %d bytes", info.Size())
	if info.Size() > maxProgram {
		t.Errorf("the program has %d bytes, budget %d", info.Size(), maxProgram)
	}
	if len(reflectMethods(link(t, "./testdata/byname", out))) == 0 {
		t.Error("control: a program that finds a method by name was not caught")
	}
}

// link builds a program and returns what the linker says about it.
func link(t *testing.T, pkg, out string) string {
	t.Helper()
	cmd := exec.Command("go", "build", "-trimpath", "-tags", "nomsgpack", "-ldflags", "-s -w -dumpdep", "-o", out, pkg)
	cmd.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm", "CGO_ENABLED=0")
	dump, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("build %s: %v\n%.2000s", pkg, err, dump)
	}
	return string(dump)
}

func reflectMethods(dump string) (lines []string) {
	for line := range strings.Lines(dump) {
		if strings.Contains(line, "<ReflectMethod>") {
			lines = append(lines, strings.TrimSpace(line))
		}
	}
	return lines
}
