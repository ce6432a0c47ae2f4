package vectors

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"io"
	"strings"
	"testing"

	"filippo.io/age"

	"safelight/crypto/seal"
)

var pass = strings.Repeat("0123456789abcdef", 4)

// pattern returns n bytes that differ from chunk to chunk.
func pattern(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i ^ i>>8 ^ i>>16)
	}
	return b
}

// crowd is a recipient that adds stanzas behind the one of scrypt, which age itself does not do.
type crowd struct {
	*age.ScryptRecipient
	extra []*age.Stanza
}

func (c crowd) WrapWithLabels(fileKey []byte) ([]*age.Stanza, []string, error) {
	stanzas, labels, err := c.ScryptRecipient.WrapWithLabels(fileKey)
	return append(stanzas, c.extra...), labels, err
}

func ageSeal(t *testing.T, r age.Recipient, plain []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := age.Encrypt(&b, r)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(plain); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func scryptRecipient(t *testing.T, logN int) *age.ScryptRecipient {
	t.Helper()
	r, err := age.NewScryptRecipient(pass)
	if err != nil {
		t.Fatal(err)
	}
	r.SetWorkFactor(logN)
	return r
}

func mustSeal(t *testing.T, plain []byte) []byte {
	t.Helper()
	b, err := seal.Seal(pass, plain)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// twoChunks is the base of cases about chunks: 65,536 and 300 bytes.
const twoChunks = "two chunks"

func sealedFiles(t *testing.T) any {
	f := File[Sealed]{About: "FORMAT.md, Sealed files. A file is sealed, or slices [from, to) of the file of the case base, joined. size and sha256 are of the plaintext."}
	good := func(name string, plain []byte) []byte {
		b := mustSeal(t, plain)
		sum := sha256.Sum256(plain)
		f.Cases = append(f.Cases, Sealed{Name: name, Passphrase: pass, Sealed: b, Size: len(plain), SHA256: sum[:]})
		return b
	}
	bad := func(name, code string, b []byte) {
		f.Cases = append(f.Cases, Sealed{Name: name, Passphrase: pass, Sealed: b, Error: code})
	}
	sliced := func(name, code string, slices ...[2]int) {
		f.Cases = append(f.Cases, Sealed{Name: name, Passphrase: pass, Base: twoChunks, Slices: slices, Error: code})
	}
	small := good("one byte", []byte{0x42})
	good("100 bytes", pattern(100))
	large := good(twoChunks, pattern(65_836))

	other := good("another file of one byte", []byte{0x42})
	f.Cases = append(f.Cases, Sealed{Name: "another passphrase", Passphrase: strings.Repeat("f", 64), Sealed: small, Error: "passphrase"})
	x, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	bad("stanza of X25519", "header", ageSeal(t, x.Recipient(), []byte{0x42}))
	bad("work factor 2, otherwise good", "header", ageSeal(t, scryptRecipient(t, 2), []byte{0x42}))
	bad("work factor 10, otherwise good", "header", ageSeal(t, scryptRecipient(t, 10), []byte{0x42}))
	bad("work factor 01", "header", bytes.Replace(small, []byte(" 1\n"), []byte(" 01\n"), 1))
	bad("work factor 22, which would take 4 s and 4 GB", "header", bytes.Replace(small, []byte(" 1\n"), []byte(" 22\n"), 1))
	grease := &age.Stanza{Type: "example-grease", Body: count(0, 16)}
	bad("a second stanza, otherwise good", "header", ageSeal(t, crowd{scryptRecipient(t, 1), []*age.Stanza{grease}}, []byte{0x42}))
	bad("two stanzas of scrypt", "header", bytes.Replace(small, small[22:101], append(bytes.Clone(small[22:101]), small[22:101]...), 1))
	bad("lines end in CRLF", "header", bytes.ReplaceAll(small, []byte("\n"), []byte("\r\n")))
	bad("armored", "header", []byte("-----BEGIN AGE ENCRYPTED FILE-----\n"+strings.Repeat("A", 200)))
	bad("version 2", "header", bytes.Replace(small, []byte("age-encryption.org/v1"), []byte("age-encryption.org/v2"), 1))
	bad("salt written another way", "header", otherSpelling(small, 53))
	bad("mac written another way", "header", otherSpelling(small, 147))
	bad("nothing", "header", nil)
	bad("a JPEG", "header", append([]byte("\xff\xd8\xff\xe0"), make([]byte, 200)...))
	bad("header without nonce", "header", small[:149])
	flip := func(i int) []byte { b := bytes.Clone(small); b[i] ^= 1; return b }
	letter := func(i int) []byte {
		b := bytes.Clone(small)
		b[i] = map[bool]byte{true: 'B', false: 'A'}[b[i] == 'A']
		return b
	}
	bad("another letter in the salt", "passphrase", letter(40))
	bad("another letter in the wrapped key", "passphrase", letter(70))
	bad("another letter in the mac", "passphrase", letter(120))
	bad("flipped bit that leaves base64", "header", splice(small, 40, 1, '['))
	bad("header of another file", "damaged", append(bytes.Clone(other[:165]), small[165:]...))
	bad("flipped bit in the nonce", "damaged", flip(150))
	bad("flipped bit in the chunk", "damaged", flip(165))
	bad("flipped bit in the tag", "damaged", flip(len(small)-1))
	bad("no chunk", "damaged", small[:165])
	bad("cut by one", "damaged", small[:len(small)-1])
	bad("one byte more", "damaged", append(bytes.Clone(small), 0))

	const head, chunk = 165, 165 + 65_552
	n := len(large)
	sliced("two chunks, second missing", "damaged", [2]int{0, chunk})
	sliced("two chunks, second cut", "damaged", [2]int{0, n - 1})
	sliced("two chunks, swapped", "damaged", [2]int{0, head}, [2]int{chunk, n}, [2]int{head, chunk})
	sliced("two chunks, first twice", "damaged", [2]int{0, chunk}, [2]int{head, chunk}, [2]int{chunk, n})
	sliced("two chunks, first missing", "damaged", [2]int{0, head}, [2]int{chunk, n})
	sliced("two chunks, last twice", "damaged", [2]int{0, n}, [2]int{chunk, n})
	return f
}

// otherSpelling sets an unused bit of the last base64 character at i: the same bytes, written in another way.
func otherSpelling(b []byte, i int) []byte {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	b = bytes.Clone(b)
	b[i] = alphabet[strings.IndexByte(alphabet, b[i])|1]
	return b
}

// fileOf returns the bytes of a case.
func fileOf(t *testing.T, all []Sealed, c Sealed) []byte {
	t.Helper()
	if c.Base == "" {
		return c.Sealed
	}
	base := named(t, all, c.Base)
	var b []byte
	for _, s := range c.Slices {
		b = append(b, base.Sealed[s[0]:s[1]]...)
	}
	return b
}

func named(t *testing.T, all []Sealed, name string) Sealed {
	t.Helper()
	for _, c := range all {
		if c.Name == name {
			return c
		}
	}
	t.Fatalf("no case %q", name)
	return Sealed{}
}

func sealCode(err error) string {
	switch {
	case errors.Is(err, seal.ErrHeader):
		return "header"
	case errors.Is(err, seal.ErrPassphrase):
		return "passphrase"
	case errors.Is(err, seal.ErrDamaged):
		return "damaged"
	case errors.Is(err, seal.ErrPadding):
		return "padding"
	case err == nil:
		return ""
	}
	return err.Error()
}

func TestSealed(t *testing.T) {
	all := load[Sealed](t, "sealed")
	for _, tt := range all {
		t.Run(tt.Name, func(t *testing.T) {
			plain, err := seal.Open(tt.Passphrase, fileOf(t, all, tt))
			if got := sealCode(err); got != tt.Error {
				t.Fatalf("Open = %v, want %q", err, tt.Error)
			}
			if err == nil {
				if sum := sha256.Sum256(plain); len(plain) != tt.Size || !bytes.Equal(sum[:], tt.SHA256) {
					t.Errorf("%d bytes with SHA-256 %x, want %d, %x", len(plain), sum, tt.Size, tt.SHA256)
				}
			}
		})
	}
}

// TestSealedStock proves that cases refused for their header alone are files that stock age would open.
func TestSealedStock(t *testing.T) {
	id, err := age.NewScryptIdentity(pass)
	if err != nil {
		t.Fatal(err)
	}
	all := load[Sealed](t, "sealed")
	for _, name := range []string{"one byte", "work factor 2, otherwise good", "work factor 10, otherwise good"} {
		r, err := age.Decrypt(bytes.NewReader(named(t, all, name).Sealed), id)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if b, err := io.ReadAll(r); err != nil || !bytes.Equal(b, []byte{0x42}) {
			t.Errorf("%s: %x, %v", name, b, err)
		}
	}
}

func ranges(t *testing.T) any {
	f := File[Range]{About: "FORMAT.md, Sealed files: ranges of the file of a case of sealed.json, opened with header and size from elsewhere."}
	all := sealedFiles(t).(File[Sealed]).Cases
	large, other := named(t, all, twoChunks), named(t, all, "one byte")
	size := uint64(len(large.Sealed))
	plain := pattern(65_836)
	add := func(name, code, pass string, header []byte, size uint64, off, n int64) {
		c := Range{Name: name, File: twoChunks, Passphrase: pass, Header: header, Size: size, Offset: off, Length: n, Error: code}
		if code == "" {
			c.Plain = plain[off : off+n]
		}
		f.Cases = append(f.Cases, c)
	}
	head := large.Sealed[:165]
	add("first bytes", "", pass, head, size, 0, 16)
	add("last bytes", "", pass, head, size, 65_820, 16)
	add("across the chunks", "", pass, head, size, 65_530, 12)
	add("end of the first chunk", "", pass, head, size, 65_535, 1)
	add("begin of the second chunk", "", pass, head, size, 65_536, 1)
	add("header of another file", "damaged", pass, other.Sealed[:165], size, 0, 16)
	add("another passphrase", "passphrase", strings.Repeat("f", 64), head, size, 0, 16)
	add("header of 164 bytes", "header", pass, head[:164], size, 0, 16)
	add("work factor 2", "header", pass, bytes.Replace(head, []byte(" 1\n"), []byte(" 2\n"), 1), size, 0, 16)
	add("signed size one less", "damaged", pass, head, size-1, 65_820, 8)
	add("signed size one more", "damaged", pass, head, size+1, 65_820, 8)
	add("signed size ends with the first chunk", "damaged", pass, head, 165+65_552, 0, 16)
	add("signed size that no file has", "damaged", pass, head, 165+65_552+16, 0, 16)
	return f
}

func TestRanges(t *testing.T) {
	all := load[Sealed](t, "sealed")
	for _, tt := range load[Range](t, "ranges") {
		t.Run(tt.Name, func(t *testing.T) {
			var plain []byte
			b, err := seal.OpenBundle(tt.Passphrase, tt.Header, tt.Size)
			if err == nil {
				plain, err = b.Open(bytes.NewReader(named(t, all, tt.File).Sealed), tt.Offset, tt.Length)
			}
			if got := sealCode(err); got != tt.Error || !bytes.Equal(plain, tt.Plain) {
				t.Errorf("%x, %v, want %x, %q", plain, err, tt.Plain, tt.Error)
			}
		})
	}
}

func padme(*testing.T) any {
	f := File[Padme]{About: "FORMAT.md, Padmé, in 64-bit arithmetic."}
	for _, n := range []uint64{
		0, 1, 2, 3, 7, 8, 9, 10, 15, 16, 17, 100, 101, 255, 256, 257, 1000, 1023, 1024, 1025, 4097, 65_535, 65_536, 65_537, 1_000_000,
		10_000_000, 1<<30 + 1, 1<<31 - 1, 1 << 31, 1<<31 + 1, 3_000_000_000, 1<<32 - 1<<26, 1<<32 - 1<<26 + 1, 1<<32 - 1, 1 << 32, 1<<33 + 1,
	} {
		f.Cases = append(f.Cases, Padme{N: n, Want: seal.Padme(n)})
	}
	return f
}

func TestPadme(t *testing.T) {
	for _, tt := range load[Padme](t, "padme") {
		if got := seal.Padme(tt.N); got != tt.Want {
			t.Errorf("Padme(%d) = %d, want %d", tt.N, got, tt.Want)
		}
	}
}

func padding(*testing.T) any {
	f := File[Padding]{About: "FORMAT.md, Manifest: the plaintext is length zeros with edits; doc is what stands in it."}
	for _, c := range []Padding{
		{Name: "empty", Length: 4096, Doc: Hex{}},
		{Name: "three bytes", Length: 4096, Edits: []Edit{{0, unhex("00000003616263")}}, Doc: Hex("abc")},
		{Name: "4,092 bytes fill the first class", Length: 4096, Edits: []Edit{{0, unhex("00000ffc")}}, Doc: make(Hex, 4092)},
		{Name: "4,093 bytes need the second", Length: 16384, Edits: []Edit{{0, unhex("00000ffd")}}, Doc: make(Hex, 4093)},
		{Name: "nothing", Length: 0, Error: "padding"},
		{Name: "three bytes in all", Length: 3, Error: "padding"},
		{Name: "length of no class", Length: 4095, Error: "padding"},
		{Name: "second class where the first is enough", Length: 16384, Edits: []Edit{{0, unhex("00000ffc")}}, Error: "padding"},
		{Name: "first class where the second is needed", Length: 4096, Edits: []Edit{{0, unhex("00000ffd")}}, Error: "padding"},
		{Name: "longer than the last class", Length: 262144, Edits: []Edit{{0, unhex("0003fffd")}}, Error: "padding"},
		{Name: "length of 2^32-1", Length: 262144, Edits: []Edit{{0, unhex("ffffffff")}}, Error: "padding"},
		{Name: "first byte of the filling", Length: 4096, Edits: []Edit{{0, unhex("00000003616263ff")}}, Error: "padding"},
		{Name: "last byte of the filling", Length: 4096, Edits: []Edit{{4095, unhex("01")}}, Error: "padding"},
	} {
		f.Cases = append(f.Cases, c)
	}
	return f
}

func TestPadding(t *testing.T) {
	for _, tt := range load[Padding](t, "padding") {
		b := make([]byte, tt.Length)
		for _, e := range tt.Edits {
			copy(b[e.At:], e.Bytes)
		}
		doc, err := seal.Unpad(b)
		if got := sealCode(err); got != tt.Error || !bytes.Equal(doc, tt.Doc) {
			t.Errorf("%s: Unpad = %d bytes, %v, want %q", tt.Name, len(doc), err, tt.Error)
		}
		if err != nil {
			continue
		}
		if again, err := seal.Pad(tt.Doc); err != nil || !bytes.Equal(again, b) {
			t.Errorf("%s: Pad(Unpad) differs: %v", tt.Name, err)
		}
	}
}
