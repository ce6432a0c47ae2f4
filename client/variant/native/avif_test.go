package native

import (
	"image"
	"testing"

	"safelight/client/strip"
	"safelight/client/strip/striptest"
	"safelight/client/variant"
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
