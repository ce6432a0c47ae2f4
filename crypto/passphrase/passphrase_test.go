package passphrase

import (
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"testing"

	"safelight/crypto/oprf"
	"safelight/crypto/statement"
)

func vectorKey(t testing.TB) (oprf.Key, statement.ID) {
	t.Helper()
	b, _ := hex.DecodeString("5ebcea5ee37023ccb9fc2d2019f9d7737be85591ae8652ffa9ef0f4d37063b0e")
	k, err := oprf.ParseKey(b)
	if err != nil {
		t.Fatal(err)
	}
	id, err := statement.ParseID("78b1ae74500e5e3e5cae1addd2f6babe")
	if err != nil {
		t.Fatal(err)
	}
	return k, id
}

func TestSuite1(t *testing.T) {
	k, id := vectorKey(t)
	const want = "d7be123ceb841ea4e09196638a4baacffc8bdc3e79ce179e3cdd5c4e4998daea"
	for _, p := range []string{"grüner tee", "gru\u0308ner tee"} {
		owner, err := Derive(k, id, p)
		if err != nil {
			t.Fatal(err)
		}
		a, err := Start(id, p)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := oprf.Evaluate(k, a.Blinded[:])
		if err != nil {
			t.Fatal(err)
		}
		viewer, err := a.Finish(answer[:])
		if err != nil {
			t.Fatal(err)
		}
		if got := hex.EncodeToString(owner[:]); got != want || viewer != owner {
			t.Errorf("PW of %+q = %s and %x, want %s", p, got, viewer, want)
		}
	}
	if other, err := Derive(k, id, "grüner tee "); err != nil || hex.EncodeToString(other[:]) == want {
		t.Errorf("a final space was trimmed: %v", err)
	}
	a, err := Start(id, "x")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Finish(make([]byte, 32)); !errors.Is(err, ErrAnswer) {
		t.Errorf("Finish(identity) = %v, want ErrAnswer", err)
	}
}

func TestNormalize(t *testing.T) {
	for _, tt := range []struct {
		name, in, want string
		err            error
	}{
		{"ASCII", "abc", "abc", nil},
		{"spaces stay", " a b ", " a b ", nil},
		{"line feed stays", "a\n", "a\n", nil},
		{"NFD", "u\u0308", "ü", nil},
		{"Angstrom sign", "\u212b", "\u00c5", nil},
		{"ligature stays", "\ufb01", "\ufb01", nil},
		{"1,024 bytes", strings.Repeat("a", 1024), strings.Repeat("a", 1024), nil},
		{"1,024 bytes after NFC", strings.Repeat("u\u0308", 512), strings.Repeat("ü", 512), nil},
		{"empty", "", "", ErrEmpty},
		{"1,025 bytes", strings.Repeat("a", 1025), "", ErrLong},
		{"900 bytes that NFC lengthens to 1,800", strings.Repeat("\u0958", 300), "", ErrLong},
		{"a megabyte", strings.Repeat("a", 1<<20), "", ErrLong},
		{"not UTF-8", "a\xff", "", ErrUTF8},
		{"lone surrogate", "\xed\xa0\x80", "", ErrUTF8},
		{"overlong", "\xc0\x80", "", ErrUTF8},
	} {
		got, err := Normalize(tt.in)
		if got != tt.want || !errors.Is(err, tt.err) {
			t.Errorf("%s: Normalize = %+q, %v, want %+q, %v", tt.name, got, err, tt.want, tt.err)
		}
	}
}

func TestFromFile(t *testing.T) {
	for _, tt := range []struct {
		in, want string
		err      error
	}{
		{"abc", "abc", nil}, {"abc\n", "abc", nil}, {"abc\r\n", "abc", nil}, {"abc\n\n", "abc\n", nil}, {"abc\r", "abc\r", nil},
		{"abc \n", "abc ", nil}, {"\n", "", ErrEmpty}, {"\r\n", "", ErrEmpty}, {"", "", ErrEmpty}, {"\xff\n", "", ErrUTF8},
	} {
		if got, err := FromFile([]byte(tt.in)); got != tt.want || !errors.Is(err, tt.err) {
			t.Errorf("FromFile(%q) = %q, %v, want %q, %v", tt.in, got, err, tt.want, tt.err)
		}
	}
}

func TestWords(t *testing.T) {
	if len(Words) != 2048 || !slices.IsSorted(Words) || len(slices.Compact(slices.Clone(Words))) != 2048 {
		t.Fatalf("%d words, or not sorted, or one twice", len(Words))
	}
	for _, w := range Words {
		if len(w) < 3 || len(w) > 7 || strings.Trim(w, "abcdefghijklmnopqrstuvwxyz") != "" {
			t.Errorf("word %q", w)
		}
	}
	a, b := Generate(), Generate()
	if a == b || strings.Count(a, "-") != 5 {
		t.Errorf("Generate = %s, %s", a, b)
	}
	if g := Guesses(a); g < 1e19 {
		t.Errorf("Guesses(%s) = %g", a, g)
	}
}

func TestGuesses(t *testing.T) {
	for _, tt := range []struct {
		name, in string
		known    []string
		strong   bool
	}{
		{"empty", "", nil, false},
		{"the usual", "password123", nil, false},
		{"keyboard row", "qwertzuiop", nil, false},
		{"date", "24.12.1999", nil, false},
		{"two words", "apple-tiger", nil, false},
		{"title and year", "Sommerfest2026", []string{"Sommerfest2026"}, false},
		{"random letters", "kXw9#mTq2vLp", nil, true},
		{"sentence", "vier graue Katzen auf 1 Dach", nil, true},
		{"long repetition", strings.Repeat("a", 1000), nil, false},
	} {
		if got := Guesses(tt.in, tt.known...); (got >= MinGuesses) != tt.strong {
			t.Errorf("%s: Guesses = %g, want at least %g: %v", tt.name, got, MinGuesses, tt.strong)
		}
	}
}

func FuzzNormalize(f *testing.F) {
	for _, s := range []string{"", "grüner tee", "u\u0308", "\xff", strings.Repeat("a", 1025)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p, err := Normalize(s)
		if err != nil {
			return
		}
		if again, err := Normalize(p); err != nil || again != p {
			t.Errorf("Normalize twice: %+q, then %+q, %v", p, again, err)
		}
	})
}
