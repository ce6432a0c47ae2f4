package oprf

import (
	_ "embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/cloudflare/circl/group"
)

//go:embed testdata/rfc9497-a11.json
var rfc []byte

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestRFC9497(t *testing.T) {
	var file struct {
		Key     string
		Vectors []struct{ Input, Blind, Blinded, Evaluated, Output string }
	}
	if err := json.Unmarshal(rfc, &file); err != nil {
		t.Fatal(err)
	}
	k, err := ParseKey(unhex(t, file.Key))
	if err != nil {
		t.Fatal(err)
	}
	if len(file.Vectors) != 2 {
		t.Fatalf("%d vectors, want 2", len(file.Vectors))
	}
	for _, v := range file.Vectors {
		scalar := group.Ristretto255.NewScalar()
		if err := scalar.UnmarshalBinary(unhex(t, v.Blind)); err != nil {
			t.Fatal(err)
		}
		b, err := blind(unhex(t, v.Input), scalar)
		if err != nil {
			t.Fatal(err)
		}
		if got := hex.EncodeToString(b.Element[:]); got != v.Blinded {
			t.Errorf("Blind(%s) = %s, want %s", v.Input, got, v.Blinded)
		}
		e, err := Evaluate(k, b.Element[:])
		if err != nil {
			t.Fatal(err)
		}
		if got := hex.EncodeToString(e[:]); got != v.Evaluated {
			t.Errorf("Evaluate(%s) = %s, want %s", v.Blinded, got, v.Evaluated)
		}
		y, err := b.Finalize(e[:])
		if err != nil {
			t.Fatal(err)
		}
		full, err := FullEvaluate(k, unhex(t, v.Input))
		if err != nil {
			t.Fatal(err)
		}
		if got := hex.EncodeToString(y[:]); got != v.Output || full != y {
			t.Errorf("output of %s = %s and %x, want %s", v.Input, got, full, v.Output)
		}
	}
}

// badElements are refused by both sides.
var badElements = []struct{ name, hex string }{
	{"empty", ""},
	{"identity", strings.Repeat("00", 32)},
	{"short", strings.Repeat("11", 31)},
	{"long", "609a0ae68c15a3cf6903766461307e5c8bb2f95e7e6550e1ffa2dc99e412803c00"},
	{"not below the field prime", "f3ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"},
	{"the prime itself, zero written long", "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"},
	{"negative", "0100000000000000000000000000000000000000000000000000000000000000"},
	{"high bit", "609a0ae68c15a3cf6903766461307e5c8bb2f95e7e6550e1ffa2dc99e41280bc"},
	{"not a square", "26948d35ca62e643e26a83177332e6b6afeb9d08e4268b650f1f5bbd8d81d371"},
}

func TestElementsRefused(t *testing.T) {
	k, err := GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range badElements {
		b := unhex(t, tt.hex)
		if _, err := Evaluate(k, b); !errors.Is(err, ErrElement) {
			t.Errorf("Evaluate(%s) = %v, want ErrElement", tt.name, err)
		}
		half, err := Blind([]byte("x"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := half.Finalize(b); !errors.Is(err, ErrElement) {
			t.Errorf("Finalize(%s) = %v, want ErrElement", tt.name, err)
		}
	}
}

func TestKeysRefused(t *testing.T) {
	const order = "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010"
	for _, tt := range []struct{ name, hex string }{
		{"empty", ""},
		{"zero", strings.Repeat("00", 32)},
		{"order, zero written long", order},
		{"order plus one, one written long", "ee" + order[2:]},
		{"all ones", strings.Repeat("ff", 32)},
		{"short", strings.Repeat("01", 31)},
		{"long", strings.Repeat("01", 33)},
	} {
		if _, err := ParseKey(unhex(t, tt.hex)); !errors.Is(err, ErrKey) {
			t.Errorf("ParseKey(%s) = %v, want ErrKey", tt.name, err)
		}
	}
	if _, err := Evaluate(Key{}, unhex(t, "609a0ae68c15a3cf6903766461307e5c8bb2f95e7e6550e1ffa2dc99e412803c")); !errors.Is(err, ErrKey) {
		t.Errorf("Evaluate(zero key) = %v, want ErrKey", err)
	}
}

func TestGenerateKey(t *testing.T) {
	a, err := GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	b, err := GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	if a == b {
		t.Error("GenerateKey gave the same key twice")
	}
	if _, err := ParseKey(a[:]); err != nil {
		t.Errorf("ParseKey(GenerateKey()) = %v", err)
	}
	for _, verb := range []string{"%v", "%x", "%+v", "%#v", "%s", "%d"} {
		if got := fmt.Sprintf(verb, a); got != "redacted" {
			t.Errorf("Sprintf(%q, key) = %s, want redacted", verb, got)
		}
	}
}

// FuzzEvaluate: an element either is refused or gives another acceptable element.
func FuzzEvaluate(f *testing.F) {
	for _, tt := range badElements {
		b, _ := hex.DecodeString(tt.hex)
		f.Add(b)
	}
	b, _ := hex.DecodeString("609a0ae68c15a3cf6903766461307e5c8bb2f95e7e6550e1ffa2dc99e412803c")
	f.Add(b)
	k, err := GenerateKey()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		e, err := Evaluate(k, b)
		if err != nil {
			return
		}
		if _, err := Evaluate(k, e[:]); err != nil {
			t.Errorf("Evaluate(Evaluate(%x)) = %v", b, err)
		}
	})
}
