package link

import (
	"errors"
	"strings"
	"testing"

	"safelight/crypto/statement"
	"safelight/crypto/vectors"
)

const (
	viewText   = "3ru9NkJr1Bu1GFzBVpCuRSPL8twt2cTLufhnCCMw6FvRrpi2M5"
	manageText = "6qEdXeM4dNxfRo4wNCmnSTJMNHFCy344DbPjjwcCWf9dVwWW5d"
)

func TestParse(t *testing.T) {
	unknown := Code{kind: 5, body: [32]byte{1}}.Text()
	zero := Code{}.Text()
	for _, tt := range []struct {
		name, in string
		want     error
	}{
		{"view", viewText, nil},
		{"manage", manageText, nil},
		{"& behind it", viewText + "&utm_source=mail", nil},
		{"? behind it", viewText + "?x", nil},
		{". behind it", viewText + ".", nil},
		{") behind it", viewText + ")", nil},
		{"> behind it", viewText + ">", nil},
		{"% behind it", viewText + "%20", nil},
		{"quote behind it", viewText + `"`, nil},
		{"not ASCII behind it", viewText + "…", nil},
		{"line feed behind it", viewText + "\nmore", nil},
		{"nothing", "", ErrCut},
		{"cut by one", viewText[:49], ErrCut},
		{"cut, then a full stop", viewText[:49] + ".", ErrCut},
		{"space in front", " " + viewText, ErrCut},
		{"# in front", "#" + viewText, ErrCut},
		{"0 is not base58", "0" + viewText[1:], ErrCut},
		{"l is not base58", viewText[:20] + "l" + viewText[21:], ErrCut},
		{"letter behind it", viewText + "a", ErrLong},
		{"digit behind it that is not base58", viewText + "0", ErrLong},
		{"twice", viewText + viewText, ErrLong},
		{"two characters swapped", viewText[:10] + "1u" + viewText[12:], ErrCheck},
		{"last character", viewText[:49] + "6", ErrCheck},
		{"all ones", strings.Repeat("1", 50), ErrCheck},
		{"all z", strings.Repeat("z", 50), ErrCheck},
		{"kind 5", unknown, ErrKind},
		{"kind 0", zero, ErrKind},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, err := Parse(tt.in)
			if !errors.Is(err, tt.want) {
				t.Fatalf("Parse = %v, want %v", err, tt.want)
			}
			if err == nil && c.Text() != tt.in[:Length] {
				t.Errorf("Text = %s, want %s", c.Text(), tt.in[:Length])
			}
		})
	}
}

// TestParseDamage: no single changed character survives.
func TestParseDamage(t *testing.T) {
	for i := range Length {
		for _, c := range []byte(alphabet) {
			bad := viewText[:i] + string(c) + viewText[i+1:]
			if _, err := Parse(bad); err == nil && bad != viewText {
				t.Fatalf("character %d changed to %c and accepted", i, c)
			}
		}
	}
}

func TestKinds(t *testing.T) {
	id, secret := statement.ID{1}, [16]byte{2}
	for _, tt := range []struct {
		code Code
		kind Kind
		page Page
	}{
		{NewView(id, secret), View, PageView},
		{NewComment(id, secret), Comment, PageView},
		{NewManage([32]byte{3}), Manage, PageManage},
		{NewRequest(id, secret), Request, PageRequest},
	} {
		c, err := Parse(tt.code.Text())
		if err != nil || !c.Equal(tt.code) || c.Kind() != tt.kind {
			t.Fatalf("kind %d: Parse(Text) = kind %d, %v", tt.kind, c.Kind(), err)
		}
		for _, p := range []Page{PageView, PageManage, PageRequest, ""} {
			if got, want := c.On(p) == nil, p == tt.page; got != want {
				t.Errorf("kind %d on page %q: %v, want %v", tt.kind, p, got, want)
			}
		}
		gotID, hasID := c.ID()
		gotSecret, hasSecret := c.Secret()
		_, hasOwner := c.Owner()
		if isManage := tt.kind == Manage; hasID == isManage || hasSecret == isManage || hasOwner != isManage {
			t.Errorf("kind %d: has id, secret, owner = %v, %v, %v", tt.kind, hasID, hasSecret, hasOwner)
		}
		if hasID && (gotID != id || gotSecret != secret) {
			t.Errorf("kind %d: id %s", tt.kind, gotID)
		}
	}
}

func TestParseURL(t *testing.T) {
	for _, tt := range []struct {
		name, in, base string
		want           error
	}{
		{"view", "https://host/s#" + viewText, "https://host/", nil},
		{"below a path", "http://127.0.0.1:8080/photos/m#" + manageText, "http://127.0.0.1:8080/photos/", nil},
		{"with a query", "https://host/s?fbclid=1#" + viewText + "&x", "https://host/", nil},
		{"white space around", "\n https://host/s#" + viewText + "\n", "https://host/", nil},
		{"code alone", viewText, "", nil},
		{"manage code on the view page", "https://host/s#" + manageText, "", ErrPage},
		{"no page", "https://host/#" + viewText, "", ErrPage},
		{"fragment lost", "https://host/s", "", ErrCut},
		{"fragment empty", "https://host/s#", "", ErrCut},
		{"# rewritten", "https://host/s%23" + viewText, "", ErrRewritten},
		{"nothing", "", "", ErrCut},
	} {
		t.Run(tt.name, func(t *testing.T) {
			base, c, err := ParseURL(tt.in)
			if !errors.Is(err, tt.want) || base != tt.base {
				t.Fatalf("ParseURL = %q, %v, want %q, %v", base, err, tt.base, tt.want)
			}
			if again, _, err2 := ParseURL(c.URL(base)); err == nil && base != "" && (again != base || err2 != nil) {
				t.Errorf("ParseURL(URL) = %q, %v", again, err2)
			}
		})
	}
}

func TestRedact(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"https://host/s#" + viewText, "https://host/s#redacted"},
		{"https://host/s%23" + viewText, "https://host/s%23redacted"},
		{"GET /s/" + viewText + " 404", "GET /s/redacted 404"},
		{viewText[:40], "redacted"},
		{"/api/v1/shares/78b1ae74500e5e3e5cae1addd2f6babe/open", "/api/v1/shares/78b1ae74500e5e3e5cae1addd2f6babe/open"},
		{"nichts Geheimes: ü", "nichts Geheimes: ü"},
	} {
		if got := Redact(tt.in); got != tt.want {
			t.Errorf("Redact(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{viewText, manageText, viewText + "&x", viewText[:49], "", strings.Repeat("z", 50)} {
		f.Add(s)
	}
	cases, err := vectors.Load[vectors.Link]("links")
	if err != nil {
		f.Fatal(err)
	}
	for _, c := range cases {
		f.Add(c.Fragment)
	}
	f.Fuzz(func(t *testing.T, s string) {
		c, err := Parse(s)
		if err != nil {
			return
		}
		if c.Text() != s[:Length] {
			t.Errorf("two spellings of one code: %q and %q", s[:Length], c.Text())
		}
		if strings.Contains(Redact(s), c.Text()) {
			t.Errorf("Redact(%q) keeps the code", s)
		}
	})
}
