package native

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"testing"

	"github.com/gen2brain/avif"

	"safelight/client/strip/icc"
	"safelight/client/strip/striptest"
	"safelight/client/variant"
)

// corners has what SmallHEIC shows, and what quarters make of it: colours of the four corners, by rows.
var red, green, blue = color.RGBA{255, 0, 0, 255}, color.RGBA{0, 255, 0, 255}, color.RGBA{0, 0, 255, 255}

func near(a, b color.Color, tolerance int) bool {
	p, q := color.RGBAModel.Convert(a).(color.RGBA), color.RGBAModel.Convert(b).(color.RGBA)
	for _, d := range []int{int(p.R) - int(q.R), int(p.G) - int(q.G), int(p.B) - int(q.B), int(p.A) - int(q.A)} {
		if d > tolerance || d < -tolerance {
			return false
		}
	}
	return true
}

func smallAVIF(t *testing.T) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 64, 40))
	for y := range 40 {
		for x := range 64 {
			c := red
			if x >= 32 {
				c = blue
			} else if y < 20 {
				c = green
			}
			img.SetRGBA(x, y, c)
		}
	}
	var b bytes.Buffer
	if err := avif.Encode(&b, img, avif.Options{Quality: 90, QualityAlpha: 90, Speed: 10, ChromaSubsampling: image.YCbCrSubsampleRatio444}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func clap(w, h, x, y int32) []byte {
	var b []byte
	for _, v := range []int32{w, 1, h, 1, x, 1, y, 1} {
		b = binary.BigEndian.AppendUint32(b, uint32(v))
	}
	return striptest.Box("clap", b)
}

// TestHEIF decodes what the pages cannot: upright and cropped as the boxes say.
func TestHEIF(t *testing.T) {
	irot := func(quarter byte) []byte { return striptest.Box("irot", []byte{quarter}) }
	imir := func(axis byte) []byte { return striptest.Box("imir", []byte{axis}) }
	for _, tt := range []struct {
		name       string
		properties [][]byte
		w, h       int
		corners    [4]color.RGBA
	}{
		{"as it is", nil, 64, 40, [4]color.RGBA{green, blue, red, blue}},
		{"a quarter anticlockwise", [][]byte{irot(1)}, 40, 64, [4]color.RGBA{blue, blue, green, red}},
		{"half", [][]byte{irot(2)}, 64, 40, [4]color.RGBA{blue, red, blue, green}},
		{"a quarter clockwise", [][]byte{irot(3)}, 40, 64, [4]color.RGBA{red, green, blue, blue}},
		{"top to bottom", [][]byte{imir(0)}, 64, 40, [4]color.RGBA{red, blue, green, blue}},
		{"left to right", [][]byte{imir(1)}, 64, 40, [4]color.RGBA{blue, green, blue, red}},
		{"turned and mirrored", [][]byte{irot(1), imir(0)}, 40, 64, [4]color.RGBA{green, red, blue, blue}},
		{"turned and mirrored the other way", [][]byte{irot(3), imir(1)}, 40, 64, [4]color.RGBA{green, red, blue, blue}},
		{"cropped to the right half", [][]byte{clap(32, 40, 16, 0)}, 32, 40, [4]color.RGBA{blue, blue, blue, blue}},
	} {
		for media, file := range map[variant.Media][]byte{variant.HEIC: striptest.SmallHEIC(), variant.AVIF: smallAVIF(t)} {
			img, err := Decode(striptest.WithProperties(file, tt.properties...), media)
			if err != nil {
				t.Errorf("%s, media %d: %v", tt.name, media, err)
				continue
			}
			if img.Bounds() != image.Rect(0, 0, tt.w, tt.h) {
				t.Errorf("%s, media %d: bounds are %v, want %d×%d", tt.name, media, img.Bounds(), tt.w, tt.h)
				continue
			}
			for i, want := range tt.corners {
				x, y := 4+(tt.w-8)*(i&1), 4+(tt.h-8)*(i>>1)
				if got := img.At(x, y); !near(got, want, 24) {
					t.Errorf("%s, media %d: corner %d is %v, want %v", tt.name, media, i, got, want)
				}
			}
		}
	}
}

// TestHEIFColour holds the numbers for colours against the planes they would make of the same picture.
func TestHEIFColour(t *testing.T) {
	planes := image.NewYCbCr(image.Rect(0, 0, 2, 2), image.YCbCrSubsampleRatio420)
	for _, tt := range []struct {
		name       string
		y, cb, cr  uint8
		n          numbers
		want       color.RGBA
		unmendable bool // control: taken as JPEG has it, the colour is another
	}{
		{"BT.709, limited, red", 63, 102, 240, numbers{1, 1, true}, red, true},
		{"BT.709, limited, white", 235, 128, 128, numbers{1, 1, true}, color.RGBA{255, 255, 255, 255}, true},
		{"BT.2020, full, red", 67, 92, 255, numbers{9, 9, false}, red, true},
		{"identity", 10, 20, 30, numbers{1, 0, false}, color.RGBA{30, 10, 20, 255}, true},
	} {
		for i := range planes.Y {
			planes.Y[i] = tt.y
		}
		for i := range planes.Cb {
			planes.Cb[i], planes.Cr[i] = tt.cb, tt.cr
		}
		if got := tt.n.convert(planes).At(1, 1); !near(got, tt.want, 3) {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
		if near(planes.At(1, 1), tt.want, 3) {
			t.Errorf("%s: control: nothing had to be converted", tt.name)
		}
	}
}

func TestHEIFProfile(t *testing.T) {
	profile := striptest.DisplayP3("x")
	nclx := func(primaries byte) []byte {
		return striptest.Box("colr", []byte{'n', 'c', 'l', 'x', 0, primaries, 0, 13, 0, 6, 0x80})
	}
	for _, tt := range []struct {
		name string
		file []byte
		want []byte
	}{
		{"profile", striptest.WithProperties(striptest.SmallHEIC(), striptest.Box("colr", []byte("prof"), profile)), profile},
		{"numbers of Display P3", striptest.WithProperties(striptest.SmallHEIC(), nclx(12)), icc.Primaries(12)},
		{"numbers of sRGB", striptest.WithProperties(striptest.SmallHEIC(), nclx(1)), nil},
		{"none", striptest.SmallHEIC(), nil},
	} {
		if got := Profile(tt.file, variant.HEIC); !bytes.Equal(got, tt.want) {
			t.Errorf("%s: %d bytes, want %d", tt.name, len(got), len(tt.want))
		}
	}
}

// TestHEIFRefuses lets what is broken or too large end in an error, whatever the decoders do.
func TestHEIFRefuses(t *testing.T) {
	small := striptest.SmallHEIC()
	huge := bytes.Clone(small)
	at := bytes.LastIndex(huge, []byte("ispe")) + 8
	binary.BigEndian.PutUint32(huge[at:], 1<<31-1)
	for name, file := range map[string][]byte{
		"empty": nil, "cut": small[:len(small)/2], "cut in the coded picture": small[:len(small)-60], "no size": bytes.ReplaceAll(small, []byte("ispe"), []byte("free")),
		"huge": huge, "half a crop": striptest.WithProperties(smallAVIF(t), striptest.Box("clap", make([]byte, 32))),
		"a crop beyond": striptest.WithProperties(smallAVIF(t), clap(200, 200, 0, 0)),
	} {
		for _, media := range []variant.Media{variant.HEIC, variant.AVIF} {
			if img, err := Decode(file, media); err == nil && name != "cut in the coded picture" {
				t.Errorf("%s, media %d: decoded to %v", name, media, img.Bounds())
			} else if errors.Is(err, ErrUnsupported) {
				t.Errorf("%s, media %d: said to be no format of ours", name, media)
			}
		}
	}
}

// A decoder of the system must not be used: it would run with our rights.
func TestSandboxed(t *testing.T) {
	if avifDynamic {
		t.Error("a library of the system decodes")
	}
}

func FuzzHEIF(f *testing.F) {
	f.Add(striptest.SmallHEIC())
	f.Add(striptest.WithProperties(striptest.SmallHEIC(), clap(8, 8, 0, 0), striptest.Box("irot", []byte{1}), striptest.Box("colr", []byte("prof"), make([]byte, 200))))
	f.Fuzz(func(t *testing.T, file []byte) {
		heifSize(file)
		turned(file)
		heifProfile(file)
		if area, err := aperture(file, image.Rect(0, 0, 100, 100)); err == nil && !area.In(image.Rect(0, 0, 100, 100)) {
			t.Fatal(area)
		}
	})
}
