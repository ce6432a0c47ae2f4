package strip_test

import (
	"bytes"
	"image"
	"image/color/palette"
	"image/gif"
	"slices"
	"testing"

	"safelight/client/strip"
	"safelight/client/strip/striptest"
)

// What a GIF says is told by what it is, and none of it stays.
func TestGIF(t *testing.T) {
	var b bytes.Buffer
	frame := func(c uint8) *image.Paletted {
		m := image.NewPaletted(image.Rect(0, 0, 20, 10), palette.Plan9)
		for i := range m.Pix {
			m.Pix[i] = c + uint8(i%7)
		}
		return m
	}
	if err := gif.EncodeAll(&b, &gif.GIF{Image: []*image.Paletted{frame(1), frame(9)}, Delay: []int{5, 5}}); err != nil {
		t.Fatal(err)
	}
	end := b.Len() - 1
	packet := slices.Concat([]byte("\x21\xff\x0bXMP DataXMP"), []byte("<x:xmpmeta><dc:creator>PLANTED</dc:creator></x:xmpmeta>"), magic())
	src := slices.Concat(b.Bytes()[:end], []byte("\x21\xfe\x07PLANTED\x00"), packet, b.Bytes()[end:], striptest.EncodeJPEG(striptest.Landscape(64, 48, 1), 80))
	out, r := stripped(t, src)
	if r.Media != strip.GIF || !r.Animated || r.Width != 20 || r.Height != 10 || bytes.Contains(out, []byte("PLANTED")) {
		t.Errorf("report is %s", told(r))
	}
	for _, want := range []string{"comment PLANTED", "artist PLANTED", "second-picture "} {
		if !slices.ContainsFunc(r.Findings, func(f strip.Finding) bool { return f.Code+" "+f.Value == want }) {
			t.Errorf("%q is not among %s", want, told(r))
		}
	}
}

// magic is what follows an XMP packet in a GIF, so that decoders find their way out of it.
func magic() []byte {
	out := []byte{1}
	for v := 255; v >= 0; v-- {
		out = append(out, byte(v))
	}
	return append(out, 0)
}
