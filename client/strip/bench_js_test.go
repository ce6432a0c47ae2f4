package strip_test

import (
	"bytes"
	"image/jpeg"
	"testing"

	"safelight/client/strip"
	"safelight/client/strip/striptest"
)

// What a page waits for, in the engine: a camera's twelve megapixels, whose units fill the picture.
func engineJPEG() []byte { return striptest.CameraJPEG(4032, 3024, striptest.Options{Quality: 92}) }

func BenchmarkEngineStripJPEG(b *testing.B) {
	src := engineJPEG()
	for b.Loop() {
		if _, _, err := strip.Strip(src); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkEngineDecodeJPEG is what stripping is measured against there.
func BenchmarkEngineDecodeJPEG(b *testing.B) {
	src := engineJPEG()
	for b.Loop() {
		if _, err := jpeg.Decode(bytes.NewReader(src)); err != nil {
			b.Fatal(err)
		}
	}
}
