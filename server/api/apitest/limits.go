package apitest

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"safelight/crypto/accesslog"
	"safelight/crypto/statement"
)

// site is the document of GET site.
type site struct {
	API     int
	Version string
	Admit   string
	Brand   string
	Contact string
	Limits  struct {
		ShareBytes               int64
		MinPartSize, MaxPartSize int
		Views                    int
		Expiry, DefaultExpiry    int64
		ExpiryPresets            []int64
	}
}

func testSite(t *testing.T, tg *Target) {
	a := tg.do(t, request{"GET", "site", nil, nil}).want(t, 200, "")
	if got := a.header.Get("Content-Type"); got != "application/json" {
		t.Errorf("Content-Type %q", got)
	}
	var s site
	d := json.NewDecoder(bytes.NewReader(a.body))
	d.DisallowUnknownFields()
	if err := d.Decode(&s); err != nil {
		t.Fatal(err)
	}
	l := s.Limits
	if s.API != 1 || (s.Admit != "open" && s.Admit != "token") || l.ShareBytes <= 0 || l.Views < 1 || l.Expiry < l.DefaultExpiry ||
		l.DefaultExpiry <= 0 || l.MinPartSize != statement.MinPartSize || l.MaxPartSize != statement.MaxPartSize || len(l.ExpiryPresets) == 0 {
		t.Errorf("site %s", a.body)
	}
	if (s.Admit == "token") != (tg.Admit != "") {
		t.Errorf("admit %q, want what the target says", s.Admit)
	}
	head := tg.do(t, request{"HEAD", "site", nil, nil})
	if head.status != 200 || len(head.body) != 0 {
		t.Errorf("HEAD site = %d with %d bytes", head.status, len(head.body))
	}
}

// testHeaders checks what every answer of the API carries, and what none does.
func testHeaders(t *testing.T, tg *Target) {
	s := tg.live(t, rules{})
	answers := map[string]answer{
		"site":    tg.do(t, request{"GET", "site", nil, nil}),
		"open":    s.open(t, s.readToken(), s.unlock(), nil),
		"parts":   s.get(t, "GET", 0, s.unlock()),
		"gone":    s.open(t, random(32), nil, nil),
		"missing": tg.do(t, request{"GET", "nothing", nil, nil}),
	}
	want := map[string]string{
		"Cache-Control":                "no-store",
		"X-Content-Type-Options":       "nosniff",
		"Referrer-Policy":              "no-referrer",
		"Cross-Origin-Resource-Policy": "same-origin",
		"X-Robots-Tag":                 "noindex, noarchive",
		"Access-Control-Allow-Origin":  "",
		"Set-Cookie":                   "",
		"Location":                     "",
	}
	for name, a := range answers {
		for header, value := range want {
			if got := a.header.Get(header); got != value {
				t.Errorf("%s: %s %q, want %q", name, header, got, value)
			}
		}
		if !strings.HasPrefix(a.header.Get("Content-Security-Policy"), "default-src 'none'") {
			t.Errorf("%s: Content-Security-Policy %q", name, a.header.Get("Content-Security-Policy"))
		}
	}
}

// testAdmit tries to create without the operator's token.
func testAdmit(t *testing.T, tg *Target) {
	if tg.Admit == "" {
		return // nobody is refused: the life of a share shows it
	}
	for name, token := range map[string]string{"none": "", "other": strings.Repeat("ab", 32), "cut": tg.Admit[:len(tg.Admit)-1]} {
		t.Run(name, func(t *testing.T) {
			without := *tg
			without.Admit = token
			s := &share{tg: &without, owner: newOwner()}
			s.create(t, hour).want(t, 401, "token")
			s.open(t, s.readToken(), nil, nil).want(t, 404, "gone")
		})
	}
	s := tg.live(t, rules{}) // everything but creating needs no token
	s.act(t, statement.ActionState).want(t, 200, "")
}

// testMalformed sends what is no request.
func testMalformed(t *testing.T, tg *Target) {
	s := tg.live(t, rules{})
	open := array(s.readToken(), []byte{}, []byte{})
	tests := []struct {
		name, method, path string
		body               []byte
		status             int
		code               string
	}{
		{"empty", "POST", s.path() + "/open", []byte{}, 400, "malformed"},
		{"JSON", "POST", s.path() + "/open", []byte("{}"), 400, "malformed"},
		{"cut", "POST", s.path() + "/open", open[:len(open)-1], 400, "malformed"},
		{"continued", "POST", s.path() + "/open", append(bytes.Clone(open), 0), 400, "malformed"},
		{"long form", "POST", s.path() + "/open", append([]byte{0xdc, 0, 3}, open[1:]...), 400, "malformed"},
		{"short token", "POST", s.path() + "/open", array(s.readToken()[1:], []byte{}, []byte{}), 400, "malformed"},
		{"numbers for bytes", "POST", s.path() + "/take", array(1, 2, 3, 4), 400, "malformed"},
		{"too long", "POST", s.path() + "/open", make([]byte, 10_000), 413, "large"},
		{"owner, empty", "POST", s.path() + "/owner", []byte{}, 400, "malformed"},
		{"owner, noise", "POST", s.path() + "/owner", random(500), 400, "malformed"},
		{"owner, too long", "POST", s.path() + "/owner", make([]byte, 3<<20), 413, "large"},
		{"challenge with a body", "POST", s.path() + "/challenge", []byte("x"), 413, "large"},
		{"id too short", "POST", "shares/78b1/open", open, 400, "malformed"},
		{"id in capitals", "POST", "shares/" + strings.ToUpper(s.id().String()) + "/open", open, 400, "malformed"},
		{"zero id", "POST", "shares/" + strings.Repeat("0", 32) + "/open", open, 404, "gone"},
		{"no such route", "POST", s.path() + "/nothing", nil, 404, "not-found"},
		{"slash behind", "POST", s.path() + "/open/", open, 404, "not-found"},
		{"the API itself", "GET", "", nil, 404, "not-found"},
		{"wrong method", "DELETE", s.path() + "/open", nil, 405, "method"},
		{"wrong method of parts", "POST", s.path() + "/parts/" + s.grants[0].upload.String(), nil, 405, "method"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tg.do(t, request{tt.method, tt.path, []string{"Content-Type", msgpack}, tt.body}).want(t, tt.status, tt.code)
		})
	}
}

// testOrigins sends what a page of another site could make a browser send.
func testOrigins(t *testing.T, tg *Target) {
	s := tg.live(t, rules{views: 1})
	body := array(s.unlock(), 1, random(16), []byte{})
	for name, header := range map[string][]string{
		"cross-site":     {"Sec-Fetch-Site", "cross-site"},
		"same-site":      {"Sec-Fetch-Site", "same-site"},
		"foreign origin": {"Origin", "https://elsewhere.example"},
		"null origin":    {"Origin", "null"},
	} {
		t.Run(name, func(t *testing.T) {
			a := tg.do(t, request{"POST", s.path() + "/take", append(header, "Content-Type", "text/plain"), body}).want(t, 403, "origin")
			if got := a.header.Get("Access-Control-Allow-Origin"); got != "" {
				t.Errorf("Access-Control-Allow-Origin %q", got)
			}
		})
	}
	tg.do(t, request{"OPTIONS", s.path() + "/take", []string{"Origin", "https://elsewhere.example", "Access-Control-Request-Method", "POST"}, nil}).want(t, 405, "method")
	same := []string{"Sec-Fetch-Site", "same-origin", "Origin", origin(tg.URL), "Content-Type", msgpack}
	tg.do(t, request{"POST", s.path() + "/take", same, body}).want(t, 200, "")
}

func origin(url string) string {
	parts := strings.SplitN(url, "/", 4)
	return parts[0] + "//" + parts[2]
}

// testTooLarge uploads more than the site allows.
func testTooLarge(t *testing.T, tg *Target) {
	if tg.MaxShare == 0 {
		return // the target did not lower it; filling gigabytes proves no more
	}
	s := tg.newShare(t)
	body := s.sealedBytes(t, statement.MaxPartSize)
	for n := range int(tg.MaxShare/statement.MaxPartSize) + 2 {
		a := tg.put(t, s.id(), s.grants[0], n, body)
		if a.status == 413 && a.code() == "large" {
			return
		}
		a.want(t, 201, "")
	}
	t.Errorf("more than %d bytes were accepted", tg.MaxShare)
}

// testFull fills the disk.
func testFull(t *testing.T, tg *Target) {
	if tg.Fill == nil {
		return
	}
	s := tg.newShare(t)
	body := s.sealedBytes(t, partSize)
	tg.Fill(true)
	tg.put(t, s.id(), s.grants[0], 0, body).want(t, 507, "full")
	tg.Fill(false)
	tg.put(t, s.id(), s.grants[0], 0, body).want(t, 201, "")
}

// testTooOften knocks, and posts, until the server says later.
func testTooOften(t *testing.T, tg *Target) {
	if tg.KnocksPerHour == 0 {
		return
	}
	s, b := tg.live(t, rules{askFirst: true}), tg.newMailbox(t)
	b.send(t).want(t, 200, "")
	revision := uint64(1)
	for n := 0; ; n++ {
		if n > tg.KnocksPerHour {
			t.Fatalf("%d knocks in a row, limit %d", n, tg.KnocksPerHour)
		}
		if n%8 == 7 { // make room
			s.change(t, revision+1, rules{}).want(t, 200, "")
			revision += 2
			s.change(t, revision, rules{askFirst: true}).want(t, 200, "")
		}
		v := s.visitor()
		a := s.knock(t, s.readToken(), v)
		if a.status == http.StatusTooManyRequests {
			a.wantRetry(t, 3600)
			break
		}
		a.want(t, 200, "")
		for range 3 { // asking again is not counted
			s.knock(t, s.readToken(), v).want(t, 200, "")
		}
	}
	first := b.seal(0)
	b.put(t, b.post, first).want(t, 200, "")
	for n := 0; ; n++ {
		if n > tg.KnocksPerHour {
			t.Fatalf("%d posts in a row, limit %d", n, tg.KnocksPerHour)
		}
		a := b.put(t, b.post, b.seal(1))
		if a.status == http.StatusTooManyRequests {
			a.wantRetry(t, 3600)
			break
		}
		a.want(t, 200, "")
	}
	b.put(t, b.post, first).want(t, 200, "") // nor is what is there already
}

// testOpensTooOften opens a share that keeps a log until the server says later, which holds for that share alone and for
// nothing but the pepper.
func testOpensTooOften(t *testing.T, tg *Target) {
	if tg.OpensPerHour == 0 {
		return
	}
	key := accesslog.DeriveKey([32]byte(random(32)))
	public, zeros := key.Public(), make([]byte, 16)
	s, other := tg.live(t, rules{logKey: public[:]}), tg.live(t, rules{logKey: public[:]})
	opens := 0
	for a := s.open(t, s.readToken(), s.unlock(), zeros); a.status != http.StatusTooManyRequests; opens++ {
		a.want(t, 200, "")
		if opens > tg.OpensPerHour {
			t.Fatalf("%d opens in a row, limit %d", opens, tg.OpensPerHour)
		}
		a = s.open(t, s.readToken(), s.unlock(), zeros)
	}
	s.open(t, s.readToken(), s.unlock(), zeros).wantRetry(t, 3600)
	s.open(t, s.readToken(), nil, nil).want(t, 200, "")
	other.open(t, other.readToken(), other.unlock(), zeros).want(t, 200, "")
	s.wantEvents(t, key, slices.Repeat([]accesslog.Kind{accesslog.Opened}, opens)...)
	if tg.Advance != nil {
		tg.Advance(time.Hour / time.Duration(tg.OpensPerHour))
		s.open(t, s.readToken(), s.unlock(), zeros).want(t, 200, "")
	}
}

// testTooMany creates until the server says later.
func testTooMany(t *testing.T, tg *Target) {
	if tg.CreatesPerHour == 0 {
		return
	}
	for range tg.CreatesPerHour + 1 {
		s := &share{tg: tg, owner: newOwner()}
		a := s.create(t, hour)
		if a.status == http.StatusTooManyRequests {
			a.want(t, 429, "later")
			if n, err := strconv.Atoi(a.header.Get("Retry-After")); err != nil || n < 1 || n > 3600 {
				t.Errorf("Retry-After %q", a.header.Get("Retry-After"))
			}
			if tg.Admit != "" { // the address is asked first: it cannot use up what a mailbox has left for others
				without := *tg
				without.Admit = ""
				s = &share{tg: &without, owner: newOwner()}
				s.createAs(t, "Post "+s.id().String()+"."+base64.RawURLEncoding.EncodeToString(random(32))).want(t, 429, "later")
			}
			return
		}
		a.want(t, 200, "")
	}
	t.Errorf("%d creates in a row, limit %d", tg.CreatesPerHour+1, tg.CreatesPerHour)
}
