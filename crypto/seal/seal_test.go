package seal

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"filippo.io/age"

	"safelight/crypto/statement"
	"safelight/crypto/vectors"
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

func mustSeal(t testing.TB, n int) []byte {
	t.Helper()
	b, err := Seal(pass, pattern(n))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

var sizes = []int{1, 2, 65535, 65536, 65537, 131071, 131072, 131073, 300_000}

func TestSealOpen(t *testing.T) {
	for _, n := range sizes {
		sealed := mustSeal(t, n)
		if got, want := uint64(len(sealed)), statement.SealedSize(uint64(n)); got != want {
			t.Errorf("Seal of %d bytes has %d, want %d", n, got, want)
		}
		if got, ok := statement.PlainSize(uint64(len(sealed))); !ok || got != uint64(n) {
			t.Errorf("PlainSize(%d) = %d, %v, want %d", len(sealed), got, ok, n)
		}
		plain, err := Open(pass, sealed)
		if err != nil || !bytes.Equal(plain, pattern(n)) {
			t.Errorf("Open of %d bytes: %v", n, err)
		}
		// Stock age, told nothing of our limits, opens it too.
		id, err := age.NewScryptIdentity(pass)
		if err != nil {
			t.Fatal(err)
		}
		r, err := age.Decrypt(bytes.NewReader(sealed), id)
		if err != nil {
			t.Fatal(err)
		}
		if plain, err := io.ReadAll(r); err != nil || !bytes.Equal(plain, pattern(n)) {
			t.Errorf("age.Decrypt of %d bytes: %v", n, err)
		}
	}
}

func TestWriterHeader(t *testing.T) {
	var out bytes.Buffer
	w, err := NewWriter(&out, pass)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(pattern(100)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if h := w.Header(); !bytes.Equal(h[:], out.Bytes()[:HeaderSize]) {
		t.Errorf("Header = %q", h)
	}
}

// other returns another letter of base64: a flipped bit may leave the alphabet and fail earlier.
func other(c byte) byte {
	if c == 'A' {
		return 'B'
	}
	return 'A'
}

func TestOpenRefuses(t *testing.T) {
	good := mustSeal(t, 70_000)
	edit := func(f func([]byte) []byte) []byte { return f(bytes.Clone(good)) }
	first, second := good[HeaderSize:HeaderSize+sealedSize], good[HeaderSize+sealedSize:]
	for _, tt := range []struct {
		name, pass string
		in         []byte
		want       error
	}{
		{"nothing", pass, nil, ErrHeader},
		{"header alone, without the nonce", pass, good[:149], ErrHeader},
		{"header and nonce alone", pass, good[:165], ErrDamaged},
		{"another passphrase", strings.Repeat("f", 64), good, ErrPassphrase},
		{"work factor 2", pass, edit(func(b []byte) []byte { return bytes.Replace(b, []byte(" 1\n"), []byte(" 2\n"), 1) }), ErrHeader},
		{"work factor 18", pass, edit(func(b []byte) []byte { return bytes.Replace(b, []byte(" 1\n"), []byte(" 18\n"), 1) }), ErrHeader},
		{"carriage returns", pass, edit(func(b []byte) []byte { return bytes.Replace(b, []byte("\n"), []byte("\r\n"), 1) }), ErrHeader},
		{"version 2", pass, edit(func(b []byte) []byte { return bytes.Replace(b, []byte("v1"), []byte("v2"), 1) }), ErrHeader},
		{"salt", pass, edit(func(b []byte) []byte { b[40] = other(b[40]); return b }), ErrPassphrase},
		{"mac", pass, edit(func(b []byte) []byte { b[120] = other(b[120]); return b }), ErrPassphrase},
		{"nonce", pass, edit(func(b []byte) []byte { b[150] ^= 1; return b }), ErrDamaged},
		{"first chunk", pass, edit(func(b []byte) []byte { b[170] ^= 1; return b }), ErrDamaged},
		{"last tag", pass, edit(func(b []byte) []byte { b[len(b)-1] ^= 1; return b }), ErrDamaged},
		{"cut by one", pass, good[:len(good)-1], ErrDamaged},
		{"cut at a chunk", pass, good[:HeaderSize+sealedSize], ErrDamaged},
		{"one byte more", pass, append(bytes.Clone(good), 0), ErrDamaged},
		{"chunks swapped", pass, bytes.Join([][]byte{good[:HeaderSize], second, first}, nil), ErrDamaged},
		{"chunk twice", pass, bytes.Join([][]byte{good[:HeaderSize], first, first, second}, nil), ErrDamaged},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if plain, err := Open(tt.pass, tt.in); !errors.Is(err, tt.want) || len(plain) != 0 {
				t.Errorf("Open = %d bytes, %v, want %v", len(plain), err, tt.want)
			}
		})
	}
}

// TestHeaderBits: no flipped bit of the header survives; almost all fall before scrypt runs.
func TestHeaderBits(t *testing.T) {
	good := mustSeal(t, 1)
	for i := range len(good) * 8 {
		bad := bytes.Clone(good)
		bad[i/8] ^= 1 << (i % 8)
		if _, err := Open(pass, bad); err == nil {
			t.Fatalf("bit %d flipped and accepted", i)
		}
	}
}

func TestBundle(t *testing.T) {
	for _, n := range sizes {
		sealed, plain := mustSeal(t, n), pattern(n)
		b, err := OpenBundle(pass, sealed[:HeaderSize], uint64(len(sealed)))
		if err != nil {
			t.Fatal(err)
		}
		if b.Size() != int64(n) {
			t.Errorf("Size = %d, want %d", b.Size(), n)
		}
		for _, r := range [][2]int{{0, 1}, {0, n}, {n - 1, 1}, {n / 2, n - n/2}, {n / 3, n/3 + 1}, {min(65535, n-1), min(2, n-min(65535, n-1))}} {
			got, err := b.Open(bytes.NewReader(sealed), int64(r[0]), int64(r[1]))
			if err != nil || !bytes.Equal(got, plain[r[0]:r[0]+r[1]]) {
				t.Errorf("Open(%d, %d) of %d: %v", r[0], r[1], n, err)
			}
		}
		for _, r := range [][2]int64{{-1, 1}, {0, 0}, {0, int64(n) + 1}, {int64(n), 1}, {1, 1<<63 - 1}} {
			if _, err := b.Open(bytes.NewReader(sealed), r[0], r[1]); err == nil {
				t.Errorf("Open(%d, %d) of %d accepted", r[0], r[1], n)
			}
		}
	}
}

func TestBundleRefuses(t *testing.T) {
	good := mustSeal(t, 140_000)
	size := uint64(len(good))
	open := func(p string, head []byte, size uint64, sealed []byte, off, n int64) error {
		b, err := OpenBundle(p, head, size)
		if err != nil {
			return err
		}
		_, err = b.Open(bytes.NewReader(sealed), off, n)
		return err
	}
	head := good[:HeaderSize]
	flip := func(i int) []byte { b := bytes.Clone(good); b[i] ^= 1; return b }
	other := mustSeal(t, 140_000)
	for _, tt := range []struct {
		name string
		err  error
		want error
	}{
		{"good", open(pass, head, size, good, 0, 140_000), nil},
		{"header too short", open(pass, head[:164], size, good, 0, 1), ErrHeader},
		{"header too long", open(pass, good[:166], size, good, 0, 1), ErrHeader},
		{"another passphrase", open(strings.Repeat("f", 64), head, size, good, 0, 1), ErrPassphrase},
		{"header of another file", open(pass, other[:HeaderSize], size, good, 0, 1), ErrDamaged},
		{"signed size one less", open(pass, head, size-1, good, 139_999-1, 1), ErrDamaged},
		{"signed size ends at a chunk", open(pass, head, HeaderSize+2*sealedSize, good, 131_000, 1), ErrDamaged},
		{"size that no file has", open(pass, head, HeaderSize+sealedSize+16, good, 0, 1), ErrDamaged},
		{"flipped bit in the range", open(pass, head, size, flip(HeaderSize+70_000), 65_536, 10), ErrDamaged},
		{"flipped bit outside the range", open(pass, head, size, flip(HeaderSize+70_000), 0, 10), nil},
		{"file cut", open(pass, head, size, good[:len(good)-1], 139_999, 1), ErrDamaged},
	} {
		if !errors.Is(tt.err, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, tt.err, tt.want)
		}
	}
}

func TestPadme(t *testing.T) {
	for _, tt := range []struct{ n, want uint64 }{
		{0, 0}, {1, 1}, {2, 2}, {3, 3}, {8, 8}, {9, 10}, {100, 104}, {1000, 1024}, {1023, 1024}, {1024, 1024}, {1025, 1088},
		{65_536, 65_536}, {65_537, 67_584}, {1_000_000, 1_015_808}, {2_147_483_649, 2_214_592_512}, {1<<32 - 1, 1 << 32},
	} {
		if got := Padme(tt.n); got != tt.want {
			t.Errorf("Padme(%d) = %d, want %d", tt.n, got, tt.want)
		}
	}
	for n := uint64(2); n < 1<<34; n += n/7 + 1 {
		p := Padme(n)
		if p < n || float64(p) > float64(n)*1.12 || Padme(p) != p {
			t.Fatalf("Padme(%d) = %d", n, p)
		}
	}
}

func TestPad(t *testing.T) {
	for _, tt := range []struct{ n, want int }{{0, 4096}, {4092, 4096}, {4093, 16384}, {16380, 16384}, {16381, 65536}, {65533, 262144}, {262140, 262144}} {
		b, err := Pad(pattern(tt.n))
		if err != nil || len(b) != tt.want {
			t.Fatalf("Pad(%d) = %d bytes, %v, want %d", tt.n, len(b), err, tt.want)
		}
		doc, err := Unpad(b)
		if err != nil || !bytes.Equal(doc, pattern(tt.n)) {
			t.Errorf("Unpad(Pad(%d)): %v", tt.n, err)
		}
	}
	if _, err := Pad(make([]byte, 262141)); !errors.Is(err, ErrTooLong) {
		t.Errorf("Pad(262141) = %v, want ErrTooLong", err)
	}
	edit := func(class int, f func([]byte)) []byte {
		b := make([]byte, class)
		f(b)
		return b
	}
	for _, tt := range []struct {
		name string
		in   []byte
	}{
		{"nothing", nil},
		{"three bytes", make([]byte, 3)},
		{"another length", make([]byte, 4095)},
		{"a class too large", edit(16384, func(b []byte) { b[3] = 10 })},
		{"inner length too long", edit(4096, func(b []byte) { b[2], b[3] = 0x0f, 0xfd })},
		{"inner length of four milliards", edit(262144, func(b []byte) { copy(b, "\xff\xff\xff\xff") })},
		{"not zeros", edit(4096, func(b []byte) { b[4095] = 1 })},
	} {
		if _, err := Unpad(tt.in); !errors.Is(err, ErrPadding) {
			t.Errorf("Unpad(%s) = %v, want ErrPadding", tt.name, err)
		}
	}
}

func FuzzOpen(f *testing.F) {
	good := mustSeal(f, 10)
	f.Add(good)
	f.Add(bytes.Replace(good, []byte(" 1\n"), []byte(" 9\n"), 1))
	cases, err := vectors.Load[vectors.Sealed]("sealed")
	if err != nil {
		f.Fatal(err)
	}
	for _, c := range cases {
		if len(c.Sealed) < 1000 {
			f.Add(c.Sealed)
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if _, err := Open(pass, b); err == nil && !statement.IsSealed(b) {
			t.Error("opened a file with another header")
		}
	})
}

// FuzzUnpad builds the plaintext of a class from a few bytes, so that the fuzzer does not get lost in zeros.
func FuzzUnpad(f *testing.F) {
	f.Add([]byte("\x00\x00\x00\x03abc"), uint8(0), uint32(4095), byte(0))
	f.Add([]byte("\x00\x00\x0f\xfd"), uint8(1), uint32(5000), byte(1))
	f.Fuzz(func(t *testing.T, head []byte, class uint8, at uint32, c byte) {
		b := make([]byte, statement.ManifestClasses[class%4])
		b[at%uint32(len(b))] = c
		copy(b, head)
		doc, err := Unpad(b)
		if err != nil {
			return
		}
		if again, err := Pad(doc); err != nil || !bytes.Equal(again, b) {
			t.Errorf("two paddings of one document: %d bytes", len(b))
		}
	})
}
