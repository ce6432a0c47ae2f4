package vectors

import (
	"bytes"
	"encoding/binary"
	"errors"
	"strings"
	"testing"

	"github.com/cloudflare/circl/group"
	circl "github.com/cloudflare/circl/oprf"

	"safelight/crypto/oprf"
	"safelight/crypto/passphrase"
	"safelight/crypto/statement"
)

// blindScalar is the blind of RFC 9497, A.1.1.
const blindScalar = "64d37aed22a27f5191de1c1d69fadb899d8862b58eb4220029e036ec4c1f6706"

func passphrases(t *testing.T) any {
	id := owner().ID()
	f := File[Passphrase]{About: "FORMAT.md, Passphrase, suite 1. utf8 is what was typed, before NFC; utf16 where UTF-8 cannot say it."}
	good := func(name, p string) {
		f.Cases = append(f.Cases, suite1(t, name, id, p))
	}
	good("the example of FORMAT.md", "grüner tee")
	good("the example in NFD", "gru\u0308ner tee")
	good("the example with a final space", "grüner tee ")
	good("one character", "x")
	good("a line feed stays", "a\n")
	good("characters beyond 16 bits", "🌘🔭")
	good("Hangul in NFD", "\u1112\u1161\u11ab")
	good("compatibility forms stay", "\ufb01\u2460")
	good("1,024 bytes", strings.Repeat("a", 1024))
	good("1,536 bytes that are 1,024 in NFC", strings.Repeat("u\u0308", 512))
	bad := func(name, code string, utf8, utf16 []byte) {
		f.Cases = append(f.Cases, Passphrase{Name: name, Key: unhex(exampleK), ID: id[:], UTF8: utf8, UTF16: utf16, Error: code})
	}
	bad("empty", "empty", nil, nil)
	bad("1,025 bytes", "long", bytes.Repeat([]byte("a"), 1025), nil)
	bad("900 bytes that are 1,800 in NFC", "long", bytes.Repeat([]byte("\u0958"), 300), nil)
	bad("lone high surrogate", "utf8", unhex("eda080"), unhex("d800"))
	bad("lone low surrogate at the end", "utf8", unhex("61edb080"), unhex("0061dc00"))
	return f
}

func suite1(t *testing.T, name string, id statement.ID, p string) Passphrase {
	t.Helper()
	c := Passphrase{Name: name, Key: unhex(exampleK), ID: id[:], UTF8: Hex(p), Blind: unhex(blindScalar)}
	normal, err := passphrase.Normalize(p)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range []string{"safelight/v1/passphrase", string(id[:]), normal} {
		c.Input = append(binary.BigEndian.AppendUint32(c.Input, uint32(len(v))), v...)
	}
	c.Blinded = blinded(t, c.Input, c.Blind)
	k, err := oprf.ParseKey(c.Key)
	if err != nil {
		t.Fatal(err)
	}
	e, err := oprf.Evaluate(k, c.Blinded)
	if err != nil {
		t.Fatal(err)
	}
	y, err := oprf.FullEvaluate(k, c.Input)
	if err != nil {
		t.Fatal(err)
	}
	pw, err := passphrase.Derive(k, id, p)
	if err != nil {
		t.Fatal(err)
	}
	c.Evaluated, c.Y, c.PW = e[:], y[:], pw[:]
	return c
}

// blinded is what a viewer sends when its blind is scalar.
func blinded(t *testing.T, input, scalar []byte) []byte {
	t.Helper()
	s := group.Ristretto255.NewScalar()
	if err := s.UnmarshalBinary(scalar); err != nil {
		t.Fatal(err)
	}
	_, req, err := circl.NewClient(circl.SuiteRistretto255).DeterministicBlind([][]byte{input}, []circl.Blind{s})
	if err != nil {
		t.Fatal(err)
	}
	b, err := req.Elements[0].MarshalBinaryCompress()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestPassphrases(t *testing.T) {
	errs := map[string]error{"": nil, "empty": passphrase.ErrEmpty, "long": passphrase.ErrLong, "utf8": passphrase.ErrUTF8}
	for _, tt := range load[Passphrase](t, "passphrases") {
		t.Run(tt.Name, func(t *testing.T) {
			id := statement.ID(tt.ID)
			a, err := passphrase.Start(id, string(tt.UTF8))
			if !errors.Is(err, errs[tt.Error]) || (err == nil) != (tt.Error == "") {
				t.Fatalf("Start = %v, want %q", err, tt.Error)
			}
			if err != nil {
				return
			}
			if want := suite1(t, tt.Name, id, string(tt.UTF8)); !bytes.Equal(encode(t, want), encode(t, tt)) {
				t.Errorf("derived\n%s, want\n%s", encode(t, want), encode(t, tt))
			}
			k, err := oprf.ParseKey(tt.Key)
			if err != nil {
				t.Fatal(err)
			}
			e, err := oprf.Evaluate(k, a.Blinded[:])
			if err != nil {
				t.Fatal(err)
			}
			if pw, err := a.Finish(e[:]); err != nil || !bytes.Equal(pw[:], tt.PW) {
				t.Errorf("Finish = %x, %v, want %x", pw, err, tt.PW)
			}
		})
	}
}

func elements(*testing.T) any {
	f := File[Element]{About: "FORMAT.md, Passphrase: elements that server and viewer take or refuse."}
	for _, c := range []struct{ name, hex, code string }{
		{"blinded, RFC 9497 A.1.1.1", "609a0ae68c15a3cf6903766461307e5c8bb2f95e7e6550e1ffa2dc99e412803c", ""},
		{"evaluated, RFC 9497 A.1.1.1", "7ec6578ae5120958eb2db1745758ff379e77cb64fe77b0b2d8cc917ea0869c7e", ""},
		{"the generator", "e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76", ""},
		{"empty", "", "element"},
		{"the identity", strings.Repeat("00", 32), "element"},
		{"31 bytes", "609a0ae68c15a3cf6903766461307e5c8bb2f95e7e6550e1ffa2dc99e41280", "element"},
		{"33 bytes", "609a0ae68c15a3cf6903766461307e5c8bb2f95e7e6550e1ffa2dc99e412803c00", "element"},
		{"the field's prime, zero written long", "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", "element"},
		{"over the field's prime", "f3ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", "element"},
		{"all ones", strings.Repeat("ff", 32), "element"},
		{"high bit", "609a0ae68c15a3cf6903766461307e5c8bb2f95e7e6550e1ffa2dc99e41280bc", "element"},
		{"negative", "0100000000000000000000000000000000000000000000000000000000000000", "element"},
		{"not a square", "26948d35ca62e643e26a83177332e6b6afeb9d08e4268b650f1f5bbd8d81d371", "element"},
	} {
		f.Cases = append(f.Cases, Element{Name: c.name, Element: unhex(c.hex), Error: c.code})
	}
	return f
}

func TestElements(t *testing.T) {
	k, err := oprf.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range load[Element](t, "elements") {
		_, err := oprf.Evaluate(k, tt.Element)
		if errors.Is(err, oprf.ErrElement) != (tt.Error == "element") || (err == nil) != (tt.Error == "") {
			t.Errorf("%s: Evaluate = %v, want %q", tt.Name, err, tt.Error)
		}
	}
}
