package avif_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"safelight/client/bmff"
	"safelight/client/strip/heif"
	"safelight/client/strip/striptest"
	"safelight/client/variant/avif"
)

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// muxed makes a file and checks what holds of every one: the independent parser accounts for all of it, and the stripper
// leaves it as it is and reads from it what was put in.
func muxed(t *testing.T, in avif.Input) *heif.Image {
	t.Helper()
	kept := bytes.Clone(in.Color)
	file, err := avif.Mux(in)
	if err != nil {
		t.Fatalf("Mux: %v", err)
	}
	if !bytes.Equal(kept, in.Color) {
		t.Error("Mux changed its input")
	}
	if err := striptest.Account(file); err != nil {
		t.Errorf("the file has what it should not: %v", err)
	}
	out, m, err := heif.Strip(file, heif.Options{MaxPixels: 1 << 20})
	if err != nil {
		t.Fatalf("Strip: %v", err)
	}
	if !bytes.Equal(out, file) || len(m.Parts) > 0 {
		t.Errorf("stripping changes it, and finds %v", m.Parts)
	}
	return m
}

func TestMux(t *testing.T) {
	srgb := avif.Labels{Primaries: 1, Transfer: 13, Matrix: 6}
	p3 := avif.Labels{Primaries: 12, Transfer: 13, Matrix: 5}
	for _, tt := range []struct {
		name         string
		color, alpha string
		labels       *avif.Labels
		full         bool
		width        int
		want         avif.Labels
	}{
		{"chromium 4:2:0", chromium420, "", nil, false, 64, avif.Labels{Primaries: 1, Transfer: 13, Matrix: 1}},
		{"chromium 4:4:4", chromium444, "", nil, false, 64, avif.Labels{Primaries: 1, Transfer: 13, Matrix: 1}},
		{"its own labels win", chromium420, "", &avif.Labels{Primaries: 12, Transfer: 13, Matrix: 5, FullRange: true}, false, 64, avif.Labels{Primaries: 1, Transfer: 13, Matrix: 1}},
		{"chromium, odd", chromiumOdd, "", nil, false, 65, avif.Labels{Primaries: 1, Transfer: 13, Matrix: 1}},
		{"chromium, transparency", chromium420, chromiumAlpha, nil, false, 64, avif.Labels{Primaries: 1, Transfer: 13, Matrix: 1}},
		{"firefox", firefox420, "", nil, false, 64, srgb},
		{"firefox, labelled", firefox420, "", &p3, false, 64, p3},
		{"firefox, full range", firefox420, "", &avif.Labels{Primaries: 1, Transfer: 13, Matrix: 6, FullRange: true}, true, 64, srgb},
		{"firefox, odd", firefoxOdd, "", nil, false, 65, srgb},
		{"firefox, transparency", firefox420, firefoxAlpha, nil, false, 64, srgb},
		{"from both", chromium444, firefoxAlpha, nil, false, 64, avif.Labels{Primaries: 1, Transfer: 13, Matrix: 1}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			in := avif.Input{Color: unhex(t, tt.color), Labels: tt.labels, FullRange: tt.full, Width: tt.width}
			if tt.alpha != "" {
				in.Alpha = unhex(t, tt.alpha)
			}
			m := muxed(t, in)
			if m.Width != tt.width || m.Alpha != (tt.alpha != "") || m.HEVC {
				t.Errorf("read back %+v", m)
			}
			if m.Primaries != tt.want.Primaries || m.Transfer != tt.want.Transfer || m.Matrix != tt.want.Matrix {
				t.Errorf("labels %d, %d, %d, want %v", m.Primaries, m.Transfer, m.Matrix, tt.want)
			}
		})
	}
}

// The orientation of a file is the one asked for.
func TestOrientation(t *testing.T) {
	for o := range 9 {
		m := muxed(t, avif.Input{Color: unhex(t, chromium420), Alpha: unhex(t, chromiumAlpha), Orientation: o})
		if m.Orientation != max(o, 1) {
			t.Errorf("orientation %d became %d", o, m.Orientation)
		}
	}
}

// A profile stays beside the labels.
func TestProfile(t *testing.T) {
	file, err := avif.Mux(avif.Input{Color: unhex(t, chromium420), Profile: striptest.DisplayP3("x")})
	if err != nil {
		t.Fatal(err)
	}
	_, m, err := heif.Strip(file, heif.Options{MaxPixels: 1 << 20})
	if err != nil || !m.Wide || len(m.Profile) == 0 {
		t.Errorf("the profile is lost: %+v, %v", m, err)
	}
}

// The range that is asked for is in the sequence header of picture and transparency.
func TestFullRange(t *testing.T) {
	file, err := avif.Mux(avif.Input{
		Color: unhex(t, firefox420), Alpha: unhex(t, firefoxAlpha), FullRange: true, Labels: &avif.Labels{Primaries: 1, Transfer: 13, Matrix: 6, FullRange: true},
	})
	if err != nil {
		t.Fatal(err)
	}
	at := bytes.Index(file, []byte("mdat"))
	a, err := bmff.OBUs(file[at+4:])
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, u := range a {
		if u.Type != bmff.OBUSequence {
			continue
		}
		s, err := bmff.ParseSequence(u.Data)
		if err != nil || !s.FullRange {
			t.Errorf("limited range: %v", err)
		}
		found++
	}
	if found != 2 || !bytes.Contains(file, []byte("nclx\x00\x01\x00\x0d\x00\x06\x80")) {
		t.Errorf("%d sequence headers", found)
	}
}

// levelled gives the sequence header of one of Chromium's frames a level from 8 on, which a bit for the tier follows.
func levelled(t *testing.T, frame []byte, level int) []byte {
	t.Helper()
	units, err := bmff.OBUs(frame)
	if err != nil {
		t.Fatal(err)
	}
	var out []byte
	for _, u := range units {
		if u.Type == bmff.OBUSequence {
			var bits strings.Builder
			for _, c := range u.Data {
				fmt.Fprintf(&bits, "%08b", c)
			}
			s := bits.String()
			// Profile, two flags, timing, delay, number of operating points and the first one take 24 bits.
			s = s[:24] + fmt.Sprintf("%05b", level) + "0" + s[29:]
			s = s[:strings.LastIndexByte(s, '1')+1]
			s += strings.Repeat("0", (8-len(s)%8)%8)
			u.Data = nil
			for ; s != ""; s = s[8:] {
				v, _ := strconv.ParseUint(s[:8], 2, 8)
				u.Data = append(u.Data, byte(v))
			}
		}
		out = bmff.AppendOBU(out, u)
	}
	return out
}

// Brands promise a level only where the encoder kept it.
func TestBrands(t *testing.T) {
	for _, tt := range []struct {
		name  string
		color []byte
		brand string // "" if neither
	}{
		{"main", unhex(t, chromium420), "MA1B"},
		{"main, the highest level of its brand", levelled(t, unhex(t, chromium420), 13), "MA1B"},
		{"main, above", levelled(t, unhex(t, chromium420), 14), ""},
		{"main, no level", levelled(t, unhex(t, chromium420), 31), ""},
		{"high", unhex(t, chromium444), "MA1A"},
		{"high, the highest level of its brand", levelled(t, unhex(t, chromium444), 16), "MA1A"},
		{"high, above", levelled(t, unhex(t, chromium444), 17), ""},
	} {
		file, err := avif.Mux(avif.Input{Color: tt.color})
		if err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		for _, brand := range []string{"MA1A", "MA1B"} {
			if got := bytes.Contains(file[:40], []byte(brand)); got != (brand == tt.brand) {
				t.Errorf("%s: brand %s is %v", tt.name, brand, got)
			}
		}
	}
}

func TestMuxRefuses(t *testing.T) {
	good, odd := unhex(t, chromium420), unhex(t, chromiumOdd)
	inter := bytes.Clone(good)
	inter[18] |= 0x20 // frame type
	for _, tt := range []struct {
		name string
		in   avif.Input
		want error
	}{
		{"nothing", avif.Input{}, avif.ErrFrame},
		{"no frame", avif.Input{Color: good[:14]}, avif.ErrFrame},
		{"cut off", avif.Input{Color: good[:len(good)-1]}, avif.ErrFrame},
		{"no sequence header", avif.Input{Color: good[16:]}, avif.ErrFrame},
		{"two frames", avif.Input{Color: slices.Concat(good, good[16:])}, avif.ErrFrame},
		{"no key frame", avif.Input{Color: inter}, avif.ErrFrame},
		{"another width", avif.Input{Color: good, Width: 65}, avif.ErrSize},
		{"another height", avif.Input{Color: good, Height: 47}, avif.ErrSize},
		{"transparency of another size", avif.Input{Color: good, Alpha: odd}, avif.ErrSize},
		{"transparency broken", avif.Input{Color: good, Alpha: good[:9]}, avif.ErrFrame},
		{"orientation", avif.Input{Color: good, Orientation: 9}, avif.ErrInput},
		{"labels", avif.Input{Color: unhex(t, firefox420), Labels: &avif.Labels{Primaries: 256}}, avif.ErrInput},
		{"range that is not coded", avif.Input{Color: unhex(t, firefox420), Labels: &avif.Labels{Primaries: 1, Transfer: 13, Matrix: 6, FullRange: true}}, avif.ErrInput},
	} {
		if _, err := avif.Mux(tt.in); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.want)
		}
	}
}

// What lies beside the frame goes.
func TestMuxDrops(t *testing.T) {
	good := unhex(t, chromium420)
	want, err := avif.Mux(avif.Input{Color: good})
	if err != nil {
		t.Fatal(err)
	}
	padding := bmff.AppendOBU(nil, bmff.OBU{Type: bmff.OBUPadding, Data: []byte("PLANTED")})
	text := bmff.AppendOBU(nil, bmff.OBU{Type: bmff.OBUMetadata, Data: []byte("\x04PLANTED\x80")})
	got, err := avif.Mux(avif.Input{Color: slices.Concat(padding, good, text)})
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("padding and metadata change the file: %v", err)
	}
	if !bytes.Contains(slices.Concat(padding, good, text), []byte("PLANTED")) {
		t.Error("control: nothing was planted")
	}
}

func TestBaseQIdx(t *testing.T) {
	for _, tt := range []struct {
		name, frame string
		want        int
	}{{"chromium, quantizer 100", chromium420, 100}, {"chromium 4:4:4", chromium444, 100}, {"firefox", firefox420, 40}} {
		got, err := avif.BaseQIdx(unhex(t, tt.frame))
		if err != nil || got != tt.want {
			t.Errorf("%s: BaseQIdx = %d, %v, want %d", tt.name, got, err, tt.want)
		}
	}
	if _, err := avif.BaseQIdx([]byte{0x12, 0}); !errors.Is(err, avif.ErrFrame) {
		t.Errorf("BaseQIdx of nothing: %v", err)
	}
}

// ownSize is a frame that says another size than its sequence, which a fuzzer found.
var ownSize = []byte("\n\f\x00\x00020000A0012\xaa\x01\x1a0A" + strings.Repeat("0", 51) + "K" + strings.Repeat("0", 115))

func TestMuxOwnSize(t *testing.T) {
	if a, err := bmff.ParseAV1(ownSize); err != nil || a.Key.Width == a.Sequence.Width && a.Key.Height == a.Sequence.Height {
		t.Fatalf("control: it is no such frame; %v", err)
	}
	if _, err := avif.Mux(avif.Input{Color: ownSize}); !errors.Is(err, avif.ErrSize) {
		t.Errorf("Mux = %v, want ErrSize", err)
	}
	if _, err := avif.Mux(avif.Input{Color: unhex(t, chromium420), Alpha: ownSize}); !errors.Is(err, avif.ErrSize) {
		t.Errorf("Mux with such a transparency = %v, want ErrSize", err)
	}
}

func FuzzMux(f *testing.F) {
	f.Add(ownSize, []byte{}, 1)
	for _, s := range []string{chromium420, chromium444, firefoxOdd} {
		f.Add(unhex(f, s), unhex(f, chromiumAlpha), 6)
	}
	f.Fuzz(func(t *testing.T, color, alpha []byte, o int) {
		if len(alpha) == 0 {
			alpha = nil
		}
		avif.BaseQIdx(color)
		file, err := avif.Mux(avif.Input{Color: color, Alpha: alpha, Orientation: o})
		if err != nil {
			return
		}
		if err := striptest.Account(file); err != nil {
			t.Fatalf("the file has what it should not: %v", err)
		}
		out, _, err := heif.Strip(file, heif.Options{MaxPixels: 1 << 40})
		if err != nil || !bytes.Equal(out, file) {
			t.Fatalf("stripping changes it: %v", err)
		}
	})
}
