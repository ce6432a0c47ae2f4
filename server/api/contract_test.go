package api

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"gopkg.in/yaml.v3"

	"safelight/server/api/apitest"
	"safelight/server/config"
	"safelight/server/rules"
	"safelight/server/store/mem"
	"safelight/server/wire"
)

// The contract: what clients rely on. A change here breaks somebody; add, do not alter.

var contractRoutes = []string{
	"GET /api/v1/shares/{id}/parts/{upload}",
	"GET /api/v1/site",
	"GET /healthz",
	"HEAD /api/v1/shares/{id}/parts/{upload}",
	"HEAD /api/v1/site",
	"HEAD /healthz",
	"POST /api/v1/mailboxes/{id}/open",
	"POST /api/v1/mailboxes/{id}/posts",
	"POST /api/v1/shares/{id}/challenge",
	"POST /api/v1/shares/{id}/guess",
	"POST /api/v1/shares/{id}/knock",
	"POST /api/v1/shares/{id}/open",
	"POST /api/v1/shares/{id}/owner",
	"POST /api/v1/shares/{id}/reveal",
	"POST /api/v1/shares/{id}/take",
	"PUT /api/v1/shares/{id}/parts/{upload}/{n}",
}

var contractCodes = map[wire.Code]int{
	"malformed": 400, "challenge": 400, "statement": 400, "expires": 400, "views": 400, "digest": 400, "token": 401, "origin": 403,
	"gone": 404, "not-found": 404, "method": 405, "timeout": 408, "uploading": 409, "exists": 409, "changed": 409, "used": 409,
	"closed": 409, "revision": 409, "part": 409, "upload": 409, "large": 413, "range": 416, "later": 429, "internal": 500, "busy": 503,
	"unavailable": 503, "full": 507,
}

const (
	contractGone = `{"type":"urn:safelight:problem:gone","title":"There is no such share, or not any more.","status":404,"code":"gone"}`
	contractSite = `{"api":1,"version":"v","admit":"open","brand":"b","contact":"c","limits":{"shareBytes":2000000000,` +
		`"minPartSize":262144,"maxPartSize":8388608,"views":1000,"expiry":7776000,"defaultExpiry":604800,` +
		`"expiryPresets":[600,3600,86400,604800,2592000,7776000]}}`
	contractPolicy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; " +
		"worker-src 'self'; manifest-src 'self'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'; object-src 'none'; " +
		"require-trusted-types-for 'script'; trusted-types worker"
)

func contractServer(t *testing.T) *server {
	t.Helper()
	records := new(mem.Records)
	shares, err := rules.New(rules.Config{Records: records, Manifests: records, Parts: new(mem.Parts), RecordKey: rules.RecordKey{1}})
	if err != nil {
		t.Fatal(err)
	}
	h, err := New(Config{Shares: shares, Pages: fstest.MapFS{"index.html": {}, "assets/x-0.js": {}}, Site: wire.Site{
		API: 1, Version: "v", Admit: wire.AdmitOpen, Brand: "b", Contact: "c",
		Limits: wire.NewSiteLimits(wire.DefaultShareBytes, wire.DefaultMaxViews, wire.DefaultMaxExpiry, wire.DefaultExpiry),
	}})
	if err != nil {
		t.Fatal(err)
	}
	return h.(*server)
}

func (s *server) answer(method, target string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

func TestContractRoutes(t *testing.T) {
	var got []string
	for _, r := range contractServer(t).engine.Routes() {
		got = append(got, r.Method+" "+regexp.MustCompile(`:(\w+)`).ReplaceAllString(r.Path, "{$1}"))
	}
	slices.Sort(got)
	if !slices.Equal(got, contractRoutes) {
		t.Errorf("routes\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(contractRoutes, "\n"))
	}
}

// TestDoors: every route of a share or mailbox is tried when it is gone. A challenge answers for every id, on purpose.
func TestDoors(t *testing.T) {
	tried := apitest.Doors()
	for _, r := range contractRoutes {
		if strings.Contains(r, "{id}") && !strings.HasSuffix(r, "/challenge") && !slices.Contains(tried, r) {
			t.Errorf("%s is not tried at a share that is gone", r)
		}
	}
}

func TestContractCodes(t *testing.T) {
	got := map[wire.Code]int{}
	for _, c := range wire.Codes() {
		got[c] = c.Status()
	}
	if !maps.Equal(got, contractCodes) {
		t.Errorf("codes %v, want %v", got, contractCodes)
	}
	s := contractServer(t)
	w := s.answer("GET", "/api/v1/shares/78b1ae74500e5e3e5cae1addd2f6babe/parts/78b1ae74500e5e3e5cae1addd2f6babe")
	if w.Code != 404 || w.Body.String() != contractGone || w.Header().Get("Content-Type") != "application/problem+json" {
		t.Errorf("the common answer is %d %s", w.Code, w.Body)
	}
	full := wire.NewProblem(wire.CodeRevision, "d")
	full.Statement, full.Signature = []byte{1}, []byte{2}
	w = httptest.NewRecorder()
	writeProblem(w, full)
	var keys map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &keys); err != nil {
		t.Fatal(err)
	}
	if got := slices.Sorted(maps.Keys(keys)); !slices.Equal(got, []string{"code", "detail", "signature", "statement", "status", "title", "type"}) {
		t.Errorf("members of a problem: %q", got)
	}
}

func TestContractSite(t *testing.T) {
	if w := contractServer(t).answer("GET", "/api/v1/site"); w.Body.String() != contractSite {
		t.Errorf("site\n%s\nwant\n%s", w.Body, contractSite)
	}
}

func TestContractHeaders(t *testing.T) {
	all := map[string]string{
		"Connection-Allowlist": "(response-origin)", "Integrity-Policy": "blocked-destinations=(script)", "Referrer-Policy": "no-referrer",
		"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp", "Cross-Origin-Resource-Policy": "same-origin",
		"X-Content-Type-Options": "nosniff", "Origin-Agent-Cluster": "?1", "X-Robots-Tag": "noindex, noarchive",
		"Access-Control-Allow-Origin": "", "Set-Cookie": "", "Server": "", "Strict-Transport-Security": "",
	}
	pagesOnly := map[string]string{"Content-Security-Policy": contractPolicy, "Cache-Control": "no-cache", "Permissions-Policy": permissions}
	tests := map[string]map[string]string{
		"/":                  pagesOnly,
		"/assets/x-0.js":     {"Content-Security-Policy": contractPolicy, "Cache-Control": "public, max-age=31536000, immutable"},
		"/nothing":           {"Cache-Control": "no-store"},
		"/s%23x":             {"Cache-Control": "no-store"},
		"/api/v1/site":       {"Cache-Control": "no-store"},
		"/api/v1/nothing":    {"Cache-Control": "no-store"},
		"/healthz":           {"Cache-Control": "no-store"},
		"/api/v1/shares/x/y": {"Cache-Control": "no-store"},
	}
	s := contractServer(t)
	for target, own := range tests {
		h := s.answer("GET", target).Header()
		for _, want := range []map[string]string{all, own} {
			for name, value := range want {
				if got := h.Get(name); got != value {
					t.Errorf("%s: %s %q, want %q", target, name, got, value)
				}
			}
		}
	}
	s.HSTS = true
	if got := s.answer("GET", "/").Header().Get("Strict-Transport-Security"); !strings.HasPrefix(got, "max-age=63072000") {
		t.Errorf("with TLS: Strict-Transport-Security %q", got)
	}
}

// TestRewrittenLink checks that a secret in an address is neither repaired nor repeated.
func TestRewrittenLink(t *testing.T) {
	for _, target := range []string{"/s%23SECRET", "/m%23SECRET", "/%23SECRET", "/s%2523SECRET", "/api/v1/x%23SECRET", "/s?u=%23SECRET"} {
		w := contractServer(t).answer("GET", target)
		if w.Code != 400 || strings.Contains(w.Body.String(), "SECRET") || !strings.Contains(w.Body.String(), "send a new link") || w.Header().Get("Location") != "" {
			t.Errorf("%s = %d %s", target, w.Code, w.Body)
		}
	}
}

// TestOpenAPI compares openapi.yaml with the router and the codes.
func TestOpenAPI(t *testing.T) {
	b, err := os.ReadFile("../openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Paths      map[string]map[string]any
		Components struct {
			Schemas map[string]struct {
				Properties map[string]struct{ Enum []string }
			}
		}
	}
	if err := yaml.Unmarshal(b, &doc); err != nil {
		t.Fatal(err)
	}
	var got []string
	for path, operations := range doc.Paths {
		for method := range operations {
			if method != "parameters" {
				got = append(got, strings.ToUpper(method)+" "+path)
			}
		}
	}
	slices.Sort(got)
	if !slices.Equal(got, contractRoutes) {
		t.Errorf("openapi.yaml has\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(contractRoutes, "\n"))
	}
	codes := doc.Components.Schemas["Problem"].Properties["code"].Enum
	if len(codes) != len(contractCodes) {
		t.Errorf("openapi.yaml has %d codes, want %d", len(codes), len(contractCodes))
	}
	for _, c := range codes {
		if contractCodes[wire.Code(c)] == 0 {
			t.Errorf("openapi.yaml has the code %q", c)
		}
	}
	var site map[string]any
	if err := json.Unmarshal([]byte(contractSite), &site); err != nil {
		t.Fatal(err)
	}
	want, have := slices.Sorted(maps.Keys(site)), slices.Sorted(maps.Keys(doc.Components.Schemas["Site"].Properties))
	if !slices.Equal(want, have) {
		t.Errorf("openapi.yaml has the site %q, want %q", have, want)
	}
}

// TestDocument checks that API.md names everything there is.
func TestDocument(t *testing.T) {
	b, err := os.ReadFile("../API.md")
	if err != nil {
		t.Fatal(err)
	}
	doc := string(b)
	for code, status := range contractCodes {
		if row := fmt.Sprintf("| %d | `%s` |", status, code); !strings.Contains(doc, row) {
			t.Errorf("API.md has no row %q", row)
		}
	}
	for _, r := range contractRoutes {
		method, path, _ := strings.Cut(r, " ")
		path = strings.TrimPrefix(path, "/api/v1/")
		if !regexp.MustCompile("`[A-Z|]*" + method + "[A-Z|]* " + regexp.QuoteMeta(path) + "`").MatchString(doc) {
			t.Errorf("API.md does not describe %s", r)
		}
	}
	for _, o := range config.Options {
		worker := ""
		if o.Worker {
			worker = "W"
		}
		if row := fmt.Sprintf("| `%s` | `%s` | %s |", o.Name, o.Variable(), worker); !strings.Contains(doc, row) {
			t.Errorf("API.md has no row beginning %q", row)
		}
	}
	for _, kv := range common {
		if !strings.Contains(doc, kv[0]) {
			t.Errorf("API.md does not name %s", kv[0])
		}
	}
}

var _ http.Handler = (*server)(nil)
