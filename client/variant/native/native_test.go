package native

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"testing"

	"safelight/client/strip/striptest"
	"safelight/client/variant"
)

func picture(w, h int, alpha bool) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			a := uint8(255)
			if alpha && x < w/2 {
				a = 64
			}
			img.SetNRGBA(x, y, color.NRGBA{uint8(255 * x / w), uint8(255 * y / h), 200, a})
		}
	}
	return img
}

func decoded(t *testing.T, data []byte, media variant.Media) image.Image {
	t.Helper()
	img, err := Decode(data, media)
	if err != nil {
		t.Fatalf("decoding what was made, media %d: %v", media, err)
	}
	return img
}

// TestEncode holds every kind of picture against what comes back: the traps of the wrapper (premultiplied colours,
// quality 0, moved bounds) would all show as wrong pixels.
func TestEncode(t *testing.T) {
	for _, tt := range []struct {
		name      string
		alpha     bool
		o         variant.Options
		tolerance int
	}{
		{"lossy", false, variant.Options{Quality: 90}, 16},
		{"lowest quality is not lossless", false, variant.Options{Quality: 1}, 255},
		{"transparent", true, variant.Options{Quality: 90}, 16},
		{"lossless", false, variant.Options{Lossless: true}, 0},
		{"lossless, transparent", true, variant.Options{Lossless: true}, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			src := picture(120, 80, tt.alpha)
			data, media, err := Encoder{}.Encode(src, tt.o)
			if err != nil {
				t.Fatal(err)
			}
			got := decoded(t, data, media)
			if got.Bounds() != src.Bounds() {
				t.Fatalf("bounds %v, want %v", got.Bounds(), src.Bounds())
			}
			for y := range 80 {
				for x := range 120 {
					want, g := src.NRGBAAt(x, y), color.NRGBAModel.Convert(got.At(x, y)).(color.NRGBA)
					for _, d := range []int{int(want.R) - int(g.R), int(want.G) - int(g.G), int(want.B) - int(g.B), int(want.A) - int(g.A)} {
						if d > tt.tolerance || d < -tt.tolerance {
							t.Fatalf("pixel %d,%d = %v, want %v ± %d", x, y, g, want, tt.tolerance)
						}
					}
				}
			}
		})
	}
}

func TestEncodeQualityOrders(t *testing.T) {
	src := picture(200, 200, false)
	low, _, err := Encoder{}.Encode(src, variant.Options{Quality: 1})
	if err != nil {
		t.Fatal(err)
	}
	high, _, err := Encoder{}.Encode(src, variant.Options{Quality: 95})
	if err != nil {
		t.Fatal(err)
	}
	if len(low) >= len(high) {
		t.Errorf("quality 1 makes %d bytes, 95 makes %d", len(low), len(high))
	}
}

func TestEncodeRefuses(t *testing.T) {
	moved := picture(64, 64, false).SubImage(image.Rect(8, 8, 32, 32)).(*image.NRGBA)
	for _, tt := range []struct {
		name string
		img  *image.NRGBA
		o    variant.Options
	}{
		{"moved bounds", moved, variant.Options{Quality: 80}},
		{"empty", image.NewNRGBA(image.Rectangle{}), variant.Options{Quality: 80}},
		{"quality 0", picture(8, 8, false), variant.Options{}},
		{"quality 101", picture(8, 8, false), variant.Options{Quality: 101}},
	} {
		if _, _, err := (Encoder{}).Encode(tt.img, tt.o); err == nil {
			t.Errorf("%s: Encode succeeded", tt.name)
		}
	}
}

// TestProfile checks that the picture survives the profile and that the profile is there, in even and odd lengths and
// more than one JPEG segment.
func TestProfile(t *testing.T) {
	for _, n := range []int{1, 2, 3144, 70001} {
		profile := bytes.Repeat([]byte{0xA5}, n)
		for _, alpha := range []bool{false, true} {
			for _, lossless := range []bool{false, true} {
				data, media, err := Encoder{}.Encode(picture(40, 30, alpha), variant.Options{Quality: 80, Lossless: lossless, Profile: profile})
				if err != nil {
					t.Fatal(err)
				}
				if b := decoded(t, data, media).Bounds(); b.Dx() != 40 || b.Dy() != 30 {
					t.Errorf("with a profile of %d bytes the picture is %v", n, b)
				}
				if got := bytes.Count(data, []byte{0xA5}); got < n {
					t.Errorf("%d of %d profile bytes arrived", got, n)
				}
			}
		}
	}
	var plain bytes.Buffer
	if err := jpeg.Encode(&plain, picture(40, 30, false), nil); err != nil {
		t.Fatal(err)
	}
	if _, err := jpeg.Decode(bytes.NewReader(withJPEGProfile(plain.Bytes(), bytes.Repeat([]byte{7}, 70001)))); err != nil {
		t.Errorf("JPEG with a profile: %v", err)
	}
	if _, err := withWebPProfile([]byte("no RIFF at all, but long enough"), picture(1, 1, false), []byte{1}); err == nil {
		t.Error("a profile was put into what is not WebP")
	}
}

func TestReadProfile(t *testing.T) {
	icc := striptest.DisplayP3("any name")
	long := append(bytes.Clone(icc), make([]byte, 70_000)...)
	gray := bytes.Clone(icc)
	copy(gray[16:], "GRAY")
	pngWith := func(icc []byte) []byte {
		var b bytes.Buffer
		if err := png.Encode(&b, picture(4, 4, false)); err != nil {
			t.Fatal(err)
		}
		chunk := striptest.Chunk("iCCP", []byte("name\x00\x00"), striptest.Deflate(icc))
		return bytes.Join([][]byte{b.Bytes()[:33], chunk, b.Bytes()[33:]}, nil)
	}
	jpegWith := func(icc []byte) []byte {
		var b bytes.Buffer
		if err := jpeg.Encode(&b, picture(4, 4, false), nil); err != nil {
			t.Fatal(err)
		}
		return withJPEGProfile(b.Bytes(), icc)
	}
	for _, tt := range []struct {
		name  string
		data  []byte
		media variant.Media
		want  []byte
	}{
		{"JPEG", jpegWith(icc), variant.JPEG, icc},
		{"JPEG, two segments", jpegWith(long), variant.JPEG, long},
		{"PNG", pngWith(icc), variant.PNG, icc},
		{"of grey pixels", jpegWith(gray), variant.JPEG, nil},
		{"none in a JPEG", jpegWith(nil), variant.JPEG, nil},
		{"none in a PNG", pngWith(nil), variant.PNG, nil},
		{"cut JPEG", jpegWith(icc)[:100], variant.JPEG, nil},
		{"cut PNG", pngWith(icc)[:60], variant.PNG, nil},
		{"no file", nil, variant.JPEG, nil},
		{"another format", pngWith(icc), variant.WebP, nil},
	} {
		if got := Profile(tt.data, tt.media); !bytes.Equal(got, tt.want) {
			t.Errorf("%s: Profile has %d bytes, want %d", tt.name, len(got), len(tt.want))
		}
	}
}

func TestDecode(t *testing.T) {
	src := picture(20, 10, false)
	var j, p, g bytes.Buffer
	for _, err := range []error{jpeg.Encode(&j, src, nil), png.Encode(&p, src), gif.Encode(&g, src, nil)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	w, _, err := Encoder{}.Encode(src, variant.Options{Lossless: true})
	if err != nil {
		t.Fatal(err)
	}
	huge := bytes.Clone(p.Bytes())
	copy(huge[16:24], []byte{0, 1, 0, 0, 0, 1, 0, 0}) // 65536×65536; its check sum is wrong too
	for _, tt := range []struct {
		name  string
		data  []byte
		media variant.Media
		ok    bool
	}{
		{"JPEG", j.Bytes(), variant.JPEG, true},
		{"PNG", p.Bytes(), variant.PNG, true},
		{"GIF", g.Bytes(), variant.GIF, true},
		{"WebP", w, variant.WebP, true},
		{"cut JPEG", j.Bytes()[:j.Len()/2], variant.JPEG, false},
		{"PNG called JPEG", p.Bytes(), variant.JPEG, false},
		{"huge", huge, variant.PNG, false},
		{"empty", nil, variant.PNG, false},
	} {
		img, err := Decode(tt.data, tt.media)
		if (err == nil) != tt.ok {
			t.Errorf("Decode(%s) = %v", tt.name, err)
		}
		if err == nil && (img.Bounds().Dx() != 20 || img.Bounds().Dy() != 10) {
			t.Errorf("Decode(%s) is %v", tt.name, img.Bounds())
		}
	}
	if _, err := Decode(nil, variant.JXL); !errors.Is(err, ErrUnsupported) {
		t.Errorf("Decode(JXL) = %v, want ErrUnsupported", err)
	}
}
