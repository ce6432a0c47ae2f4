//go:build !js

package strip_test

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"image/jpeg"
	"io"
	"os/exec"
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

// BenchmarkJpegtran is what nearly everybody else takes for the job, and it accounts for less: on the file of the recoded
// case, and on the one whose units fill the picture.
func BenchmarkJpegtran(b *testing.B)      { benchmarkJpegtran(b, 3000) }
func BenchmarkJpegtranWhole(b *testing.B) { benchmarkJpegtran(b, 3008) }

func benchmarkJpegtran(b *testing.B, height int) {
	program, err := exec.LookPath("jpegtran")
	if err != nil {
		b.Skip("jpegtran is not installed (libjpeg-turbo-progs)")
	}
	src := striptest.CameraJPEG(4000, height, striptest.Options{Quality: 95})
	b.SetBytes(int64(len(src)))
	for b.Loop() {
		cmd := exec.Command(program, "-copy", "none", "-optimize")
		cmd.Stdin = bytes.NewReader(src)
		if out, err := cmd.Output(); err != nil || len(out) == 0 {
			b.Fatal(err)
		}
	}
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
	var packed []byte
	for rest := striptest.ScreenshotPNG(2560, 1600, striptest.Options{})[8:]; len(rest) > 0; {
		n := binary.BigEndian.Uint32(rest)
		if string(rest[4:8]) == "IDAT" {
			packed = append(packed, rest[8:8+n]...)
		}
		rest = rest[12+n:]
	}
	for b.Loop() {
		in, err := zlib.NewReader(bytes.NewReader(packed))
		if err != nil {
			b.Fatal(err)
		}
		out := zlib.NewWriter(io.Discard)
		if _, err := io.Copy(out, in); err != nil {
			b.Fatal(err)
		}
		out.Close()
	}
}
