package api

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
)

var built = fstest.MapFS{
	"index.html":            {Data: []byte("<p>send")},
	"index.html.br":         {Data: []byte("br")},
	"index.html.gz":         {Data: []byte("gz")},
	"share.html":            {Data: []byte("<p>view")},
	"manage.html":           {Data: []byte("<p>manage")},
	"assets/send-HASH.js":   {Data: []byte("send()")},
	"assets/engine-0a.wasm": {Data: []byte("\x00asm")},
	"mark.svg":              {Data: []byte("<svg>")},
	".gitkeep":              {},
	"secret.go":             {Data: []byte("package x")},
}

// page asks for a path and returns the answer, through the headers that New puts on everything.
func page(fsys fstest.MapFS, base, method, target string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	setCommon(w.Header(), false)
	pages{fsys, base}.ServeHTTP(w, r)
	return w
}

func TestPages(t *testing.T) {
	tests := []struct {
		name, base, method, target, accept string
		status                             int
		mediaType, encoding, caching, body string
	}{
		{"send", "", "GET", "/", "", 200, "text/html; charset=utf-8", "", noCache, "<p>send"},
		{"brotli", "", "GET", "/", "gzip, deflate, br", 200, "text/html; charset=utf-8", "br", noCache, "br"},
		{"gzip", "", "GET", "/", "gzip;q=0.5", 200, "text/html; charset=utf-8", "gzip", noCache, "gz"},
		{"refused coding", "", "GET", "/", "br;q=0, gzip;q=0.0", 200, "text/html; charset=utf-8", "", noCache, "<p>send"},
		{"no compressed copy", "", "GET", "/s", "br", 200, "text/html; charset=utf-8", "", noCache, "<p>view"},
		{"manage", "", "GET", "/m", "", 200, "text/html; charset=utf-8", "", noCache, "<p>manage"},
		{"head", "", "HEAD", "/s", "", 200, "text/html; charset=utf-8", "", noCache, ""},
		{"script", "", "GET", "/assets/send-HASH.js", "", 200, "text/javascript; charset=utf-8", "", immutable, "send()"},
		{"engine", "", "GET", "/assets/engine-0a.wasm", "", 200, "application/wasm", "", immutable, "\x00asm"},
		{"mark", "", "GET", "/mark.svg", "", 200, "image/svg+xml", "", noCache, "<svg>"},
		{"below a base path", "/p", "GET", "/p/s", "", 200, "text/html; charset=utf-8", "", noCache, "<p>view"},
		{"beside the base path", "/p", "GET", "/s", "", 404, "text/html; charset=utf-8", "", noStore, "-"},
		{"like the base path", "/p", "GET", "/pages", "", 404, "text/html; charset=utf-8", "", noStore, "-"},
		{"glued to the base path", "/p", "GET", "/pindex.html", "", 404, "text/html; charset=utf-8", "", noStore, "-"},
		{"no slash", "/p", "GET", "/p", "", 308, "", "", noStore, ""},
		{"page not built", "", "GET", "/inspect", "", 404, "text/html; charset=utf-8", "", noStore, "-"},
		{"missing", "", "GET", "/nothing", "", 404, "text/html; charset=utf-8", "", noStore, "-"},
		{"slash behind", "", "GET", "/s/", "", 404, "text/html; charset=utf-8", "", noStore, "-"},
		{"hidden", "", "GET", "/.gitkeep", "", 404, "text/html; charset=utf-8", "", noStore, "-"},
		{"other kind of file", "", "GET", "/secret.go", "", 404, "text/html; charset=utf-8", "", noStore, "-"},
		{"climbing", "", "GET", "/assets/../secret.go", "", 404, "text/html; charset=utf-8", "", noStore, "-"},
		{"folder", "", "GET", "/assets/", "", 404, "text/html; charset=utf-8", "", noStore, "-"},
		{"wrong method", "", "POST", "/", "", 405, "application/problem+json", "", noStore, "-"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := page(built, tt.base, tt.method, tt.target, "Accept-Encoding", tt.accept)
			h := w.Header()
			if w.Code != tt.status || h.Get("Content-Type") != tt.mediaType || h.Get("Content-Encoding") != tt.encoding || h.Get("Cache-Control") != tt.caching {
				t.Errorf("%s %s = %d %q %q %q, want %d %q %q %q", tt.method, tt.target, w.Code, h.Get("Content-Type"),
					h.Get("Content-Encoding"), h.Get("Cache-Control"), tt.status, tt.mediaType, tt.encoding, tt.caching)
			}
			if got := w.Body.String(); tt.body != "-" && got != tt.body {
				t.Errorf("body %q, want %q", got, tt.body)
			}
			if l := h.Get("Location"); tt.status == 308 && l != "/p/#-" {
				t.Errorf("Location %q, want one with a fragment of its own", l)
			}
		})
	}
}

func TestPagesAreKept(t *testing.T) {
	tag := page(built, "", "GET", "/").Header().Get("ETag")
	if w := page(built, "", "GET", "/", "If-None-Match", tag); tag == "" || w.Code != http.StatusNotModified || w.Body.Len() != 0 {
		t.Errorf("asked again with %s = %d", tag, w.Code)
	}
}

func TestPolicies(t *testing.T) {
	for target, wasm := range map[string]bool{"/": true, "/m": true, "/s": false, "/assets/send-HASH.js": true} {
		policy := page(built, "", "GET", target).Header().Get("Content-Security-Policy")
		if strings.Contains(policy, "'wasm-unsafe-eval'") != wasm || !strings.Contains(policy, "trusted-types worker") {
			t.Errorf("policy of %s is %q; WebAssembly allowed: want %v", target, policy, wasm)
		}
	}
}

func TestUnbuilt(t *testing.T) {
	w := page(fstest.MapFS{".gitkeep": {}}, "", "GET", "/s")
	if w.Code != 503 || !strings.Contains(w.Body.String(), "go tool task build") {
		t.Errorf("without pages: %d %s", w.Code, w.Body)
	}
}

func TestNotes(t *testing.T) {
	for _, c := range notes {
		for _, k := range []noteKey{noteRewritten, noteMissing, noteUnbuilt} {
			if n := c.words[k]; n.title == "" || n.says == "" || n.does == "" || strings.Contains(n.title+n.says+n.does, "!") {
				t.Errorf("catalogue %s: note %d is not whole, or shouts", c.lang, k)
			}
		}
	}
	for header, want := range map[string]string{"": "en", "de-AT,en;q=0.5": "de", "fr, de": "de", "fr": "en", "DE": "de"} {
		if got, _ := pick(header, noteMissing); got != want {
			t.Errorf("pick(%q) = %s, want %s", header, got, want)
		}
	}
}

func TestRewritten(t *testing.T) {
	tests := map[string]bool{"/s": false, "/s%23CODE": true, "/s%2523CODE": true, "/%23": true, "/s?x=%23CODE": true, "/s%20": false,
		"/safe?url=https%3A%2F%2Fh%2Fs%2523CODE": true, "/p/s%23C": true}
	for target, want := range tests {
		if got := rewritten(httptest.NewRequest("GET", target, nil)); got != want {
			t.Errorf("rewritten(%q) = %v, want %v", target, got, want)
		}
	}
}
