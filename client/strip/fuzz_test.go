package strip_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"safelight/client/strip"
	"safelight/client/strip/striptest"
)

// FuzzStrip holds every accepted file to what TestLayouts holds the good ones to.
func FuzzStrip(f *testing.F) {
	o := striptest.Everything("x")
	f.Add(striptest.CameraJPEG(33, 17, o))
	f.Add(striptest.ScreenshotPNG(9, 7, o))
	for _, l := range []striptest.Layout{
		{Progressive: true, Restart: 2}, {Progressive: true}, {Separate: true}, {Outside: true, Restart: 1},
	} {
		l.Width, l.Height, l.Sampling = 25, 17, [][2]int{{2, 2}, {1, 1}, {1, 1}}
		f.Add(l.Code())
	}
	for _, name := range []string{"default image of an animation", "hidden colour of a frame", "unused palette entries", "unused bits of interlaced rows"} {
		f.Add(pngPlaces()[name])
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		if r, err := strip.Inspect(src); err == nil {
			if _, err := json.Marshal(r); err != nil {
				t.Fatal(err)
			}
		}
		out, _, err := strip.Strip(src)
		if err != nil {
			return
		}
		if err := striptest.Account(out); err != nil {
			t.Fatal(err)
		}
		again, report, err := strip.Strip(out)
		if err != nil || !bytes.Equal(again, out) || report.Recoded {
			t.Fatalf("twice is not once: %v", err)
		}
		if a, err := pngDecode(src); err == nil && !report.Animated {
			b, err := pngDecode(out)
			if err != nil {
				t.Fatalf("the result does not decode: %v", err)
			}
			if a.Bounds() != b.Bounds() {
				t.Fatal("size differs")
			}
		}
	})
}

func FuzzVariant(f *testing.F) {
	f.Add(riff(extended(0x30), riffChunk("ICCP", striptest.DisplayP3("x")), riffChunk("ALPH", []byte{0, 1}), riffChunk("VP8 ", lossyPixel)))
	f.Add(riff(riffChunk("VP8L", losslessPixel), riffChunk("EXIF", []byte("x"))))
	f.Fuzz(func(t *testing.T, src []byte) {
		out, err := strip.Variant(strip.WebP, src)
		if err != nil {
			return
		}
		again, err := strip.Variant(strip.WebP, out)
		if err != nil || !bytes.Equal(again, out) {
			t.Fatalf("twice is not once: %v", err)
		}
	})
}
