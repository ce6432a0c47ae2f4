package accesslog

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"testing"

	"safelight/crypto/statement"
)

var seed = [32]byte{7}

func TestBytes(t *testing.T) {
	e := Event{Kind: Tried, At: 1_800_000_000_000, Revision: 300, Tag: Tag(make([]byte, 16))}
	b := e.Bytes()
	// SHA-256 of 16 zero bytes begins with 374708fff7719dd5.
	want := "0103" + "000001a3185c5000" + "000000000000012c" + "374708fff7719dd5" + strings.Repeat("00", 38)
	if got := hex.EncodeToString(b[:]); got != want {
		t.Errorf("Bytes() = %s, want %s", got, want)
	}
	if got, err := Parse(b[:]); err != nil || got != e {
		t.Errorf("Parse(Bytes()) = %+v, %v, want %+v", got, err, e)
	}
}

func TestParseRefuses(t *testing.T) {
	good := Event{Kind: Opened, At: 5, Revision: 1}.Bytes()
	for _, tt := range []struct {
		name string
		edit func([]byte) []byte
	}{
		{"short", func(b []byte) []byte { return b[:63] }},
		{"long", func(b []byte) []byte { return append(b, 0) }},
		{"empty", func([]byte) []byte { return nil }},
		{"version 2", func(b []byte) []byte { b[0] = 2; return b }},
		{"no kind", func(b []byte) []byte { b[1] = 0; return b }},
		{"time over 2^53-1", func(b []byte) []byte { b[2] = 1; return b }},
		{"revision over 2^53-1", func(b []byte) []byte { b[10] = 1; return b }},
		{"first byte of padding", func(b []byte) []byte { b[26] = 1; return b }},
		{"last byte of padding", func(b []byte) []byte { b[63] = 1; return b }},
	} {
		if e, err := Parse(tt.edit(bytes.Clone(good[:]))); !errors.Is(err, ErrEvent) {
			t.Errorf("%s: Parse = %+v, %v, want ErrEvent", tt.name, e, err)
		}
	}
	unknown := Event{Kind: 9}.Bytes()
	if e, err := Parse(unknown[:]); err != nil || e.Kind != 9 {
		t.Errorf("Parse of a kind to come = %+v, %v, want it handed on", e, err)
	}
}

func TestSealOpen(t *testing.T) {
	private, id := DeriveKey(seed), statement.ID{1}
	public := private.Public()
	key, err := ParseKey(public[:])
	if err != nil {
		t.Fatal(err)
	}
	e := Event{Kind: Taken, At: 1_800_000_000_000, Revision: 2}
	one, err := key.Seal(id, e)
	if err != nil || len(one) != SealedSize {
		t.Fatalf("Seal = %d bytes, %v, want %d", len(one), err, SealedSize)
	}
	two, err := key.Seal(id, e)
	if err != nil || bytes.Equal(one[:32], two[:32]) || bytes.Equal(one[32:], two[32:]) {
		t.Errorf("two events alike are sealed alike, or: %v", err)
	}
	if got, err := private.Open(id, one); err != nil || got != e {
		t.Errorf("Open = %+v, %v, want %+v", got, err, e)
	}
	if _, err := private.Open(statement.ID{2}, one); !errors.Is(err, ErrEvent) {
		t.Errorf("Open for another share = %v, want ErrEvent", err)
	}
	if _, err := DeriveKey([32]byte{8}).Open(id, one); !errors.Is(err, ErrEvent) {
		t.Errorf("Open with another key = %v, want ErrEvent", err)
	}
	for i := range one {
		bad := bytes.Clone(one)
		bad[i] ^= 1
		if _, err := private.Open(id, bad); !errors.Is(err, ErrEvent) {
			t.Errorf("Open with byte %d changed = %v, want ErrEvent", i, err)
		}
	}
	for _, n := range []int{0, 31, 32, SealedSize - 1} {
		if _, err := private.Open(id, one[:n]); !errors.Is(err, ErrEvent) {
			t.Errorf("Open of %d bytes = %v, want ErrEvent", n, err)
		}
	}
}

// TestParseKeyRefuses tries all points of low order, in each spelling that X25519 takes.
func TestParseKeyRefuses(t *testing.T) {
	for name, s := range map[string]string{
		"zero":                 strings.Repeat("00", 32),
		"one":                  "01" + strings.Repeat("00", 31),
		"order 8":              "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
		"order 8, the other":   "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
		"p-1":                  "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"p":                    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"p+1":                  "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"zero, highest bit":    strings.Repeat("00", 31) + "80",
		"short":                strings.Repeat("09", 31),
		"long":                 strings.Repeat("09", 33),
		"empty":                "",
		"p, highest bit, odd":  "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
		"order 8, highest bit": "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b880",
	} {
		b, err := hex.DecodeString(s)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := ParseKey(b); !errors.Is(err, ErrKey) {
			t.Errorf("%s: ParseKey = %v, want ErrKey", name, err)
		}
	}
}

func TestRedacted(t *testing.T) {
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x"} {
		if got := fmt.Sprintf(verb, DeriveKey(seed)); got != "redacted" {
			t.Errorf("Sprintf(%q) = %q", verb, got)
		}
	}
}

func FuzzParse(f *testing.F) {
	b := Event{Kind: Taken, At: 1, Revision: 2, Tag: [8]byte{3}}.Bytes()
	f.Add(b[:])
	f.Fuzz(func(t *testing.T, b []byte) {
		e, err := Parse(b)
		if err != nil {
			return
		}
		if again := e.Bytes(); !bytes.Equal(again[:], b) {
			t.Errorf("Parse(%x) has a second spelling %x", b, again)
		}
	})
}

// BenchmarkSealEvent is what the log adds to a request.
func BenchmarkSealEvent(b *testing.B) {
	public := DeriveKey(seed).Public()
	for b.Loop() {
		key, err := ParseKey(public[:])
		if err != nil {
			b.Fatal(err)
		}
		if _, err := key.Seal(statement.ID{1}, Event{Kind: Opened}); err != nil {
			b.Fatal(err)
		}
	}
}
