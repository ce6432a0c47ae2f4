package native

import (
	"bytes"
	"image"
	"image/draw"
	"slices"
	"testing"

	"safelight/client/strip"
	"safelight/client/strip/striptest"
	"safelight/client/variant"
	muxer "safelight/client/variant/avif"
)

// TestAVIF codes a picture, strips what the encoder wrote beside it, and decodes it again.
func TestAVIF(t *testing.T) {
	photo := striptest.Landscape(640, 480, 3)
	img := variant.Straight(variant.Scale(photo, 640, 480))
	data, media, err := AVIFEncoder{}.Encode(img, variant.Options{Quality: 80})
	if err != nil || media != variant.AVIF {
		t.Fatalf("media %d, %v", media, err)
	}
	clean, err := strip.Variant(strip.AVIF, data)
	if err != nil {
		t.Fatal(err)
	}
	back, err := Decode(clean, variant.AVIF)
	if err != nil {
		t.Fatal(err)
	}
	if back.Bounds().Size() != image.Pt(640, 480) {
		t.Fatalf("%v", back.Bounds())
	}
	var off, n int
	for y := 0; y < 480; y += 7 {
		for x := 0; x < 640; x += 7 {
			r, g, b, _ := back.At(x, y).RGBA()
			want := img.NRGBAAt(x, y)
			for _, d := range []int{int(r>>8) - int(want.R), int(g>>8) - int(want.G), int(b>>8) - int(want.B)} {
				off, n = off+max(d, -d), n+1
			}
		}
	}
	if mean := float64(off) / float64(n); mean > 4 {
		t.Errorf("the pixels are off by %.1f of 255 on average", mean)
	}
	webp, _, err := Encoder{}.Encode(img, variant.Options{Quality: 80})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("AVIF %d bytes, WebP %d", len(clean), len(webp))
	for name, o := range map[string]variant.Options{"lossless": {Lossless: true}, "a profile": {Quality: 80, Profile: []byte{1}}} {
		if _, _, err := (AVIFEncoder{}).Encode(img, o); err == nil {
			t.Errorf("%s was coded", name)
		}
	}
}

// TestMuxedTransparency has another decoder read what the muxer makes: the same as of a file put together elsewhere, and
// opaque where the transparency is left out.
func TestMuxedTransparency(t *testing.T) {
	color := slices.Concat(striptest.AV1Sequence, striptest.AV1Frame)
	alpha := slices.Concat(striptest.AV1PlaneSequence, striptest.AV1PlaneFrame)
	decoded := func(file []byte) *image.NRGBA {
		img, err := Decode(file, variant.AVIF)
		if err != nil {
			t.Fatal(err)
		}
		out := image.NewNRGBA(img.Bounds())
		draw.Draw(out, out.Rect, img, img.Bounds().Min, draw.Src)
		return out
	}
	mux := func(alpha []byte) []byte {
		file, err := muxer.Mux(muxer.Input{Color: color, Alpha: alpha})
		if err != nil {
			t.Fatal(err)
		}
		return file
	}
	clear, solid := decoded(mux(alpha)), decoded(mux(nil))
	if want := decoded(striptest.SmallAVIF().Bytes()); !bytes.Equal(clear.Pix, want.Pix) {
		t.Error("another picture than that of the same frames in another file")
	}
	if clear.Opaque() || !solid.Opaque() {
		t.Errorf("opaque with transparency: %v, without: %v", clear.Opaque(), solid.Opaque())
	}
}
