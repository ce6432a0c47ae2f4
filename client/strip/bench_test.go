package strip_test

import (
	"bytes"
	"compress/zlib"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"testing"

	"safelight/client/strip"
	"safelight/client/strip/striptest"
)

// Twelve megapixels whose units fill the picture, so that the fast pass is all, and in the size of most sensors, whose
// last row of units reaches over the edge: Go's encoder, as cameras' do, leaves something there, and it is recoded.
func BenchmarkStripJPEG(b *testing.B) {
	benchmarkStrip(b, striptest.CameraJPEG(4000, 3008, striptest.Options{Quality: 95}))
}
func BenchmarkStripJPEGRecoded(b *testing.B) {
	benchmarkStrip(b, striptest.CameraJPEG(4000, 3000, striptest.Options{Quality: 95}))
}
func BenchmarkStripPNG(b *testing.B) {
	benchmarkStrip(b, striptest.ScreenshotPNG(2560, 1600, striptest.Options{}))
}

func benchmarkStrip(b *testing.B, src []byte) {
	b.SetBytes(int64(len(src)))
	for b.Loop() {
		if _, _, err := strip.Strip(src); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkDecodeJPEG is what the others are measured against, in the same run.
func BenchmarkDecodeJPEG(b *testing.B) {
	src := striptest.CameraJPEG(4000, 3008, striptest.Options{Quality: 95})
	b.SetBytes(int64(len(src)))
	for b.Loop() {
		if _, err := jpeg.Decode(bytes.NewReader(src)); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkRedeflate inflates and deflates the rows of the same screenshot and does nothing else.
func BenchmarkRedeflate(b *testing.B) {
	m, err := png.Decode(bytes.NewReader(striptest.ScreenshotPNG(2560, 1600, striptest.Options{})))
	if err != nil {
		b.Fatal(err)
	}
	packed := striptest.Deflate(m.(*image.RGBA).Pix)
	for b.Loop() {
		z, err := zlib.NewReader(bytes.NewReader(packed))
		if err != nil {
			b.Fatal(err)
		}
		if _, err := io.Copy(zlib.NewWriter(io.Discard), z); err != nil {
			b.Fatal(err)
		}
	}
}
