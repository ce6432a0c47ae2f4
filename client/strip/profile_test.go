package strip_test

import (
	"bytes"
	"errors"
	"slices"
	"testing"
	"time"

	"safelight/client/strip"
	"safelight/client/strip/refuse"
	"safelight/client/strip/striptest"
)

// profiled makes a picture of each format that may carry a profile, with this one.
var profiled = map[string]func(profile []byte) []byte{
	"JPEG": jpegOf,
	"PNG": func(profile []byte) []byte {
		shot := striptest.ScreenshotPNG(16, 16, striptest.Options{})
		return slices.Concat(shot[:33], striptest.Chunk("iCCP", []byte("x\x00\x00"), striptest.Deflate(profile)), shot[33:])
	},
	"WebP": func(profile []byte) []byte {
		return riff(extended(0x20), riffChunk("ICCP", profile), riffChunk("VP8 ", lossyPixel))
	},
	"AVIF": func(profile []byte) []byte {
		avif := striptest.SmallAVIF()
		colour := striptest.Box("colr", []byte("prof"), profile)
		avif.Items[0].Properties = append(avif.Items[0].Properties, striptest.HEIFProperty{Box: colour})
		return avif.Bytes()
	},
	"HEIC": func(profile []byte) []byte {
		return striptest.WithProperties(striptest.SmallHEIC(), striptest.Box("colr", []byte("prof"), profile))
	},
}

func jpegOf(profile []byte) []byte {
	photo := striptest.EncodeJPEG(striptest.Landscape(64, 48, 1), 80)
	var segments []byte
	pieces := slices.Collect(slices.Chunk(profile, 60_000))
	for i, piece := range pieces {
		segments = append(segments, striptest.Segment(0xe2, []byte("ICC_PROFILE\x00"), []byte{byte(i + 1), byte(len(pieces))}, piece)...)
	}
	return slices.Concat(photo[:2], segments, photo[2:])
}

// A profile that is far too large is no reason to show other colours: every format refuses it, and at once. One that says
// it is short and goes on is no better. The same files with an ordinary profile are accepted, so it is this that counts.
func TestLargeProfile(t *testing.T) {
	ordinary := striptest.DisplayP3("x")
	for name, with := range profiled {
		if _, r, err := strip.Strip(with(ordinary)); err != nil || !r.ICC {
			t.Errorf("control: %s with an ordinary profile: %v", name, err)
		}
	}
	for kind, profile := range map[string][]byte{"zeros": make([]byte, 100<<20), "profile": append(bytes.Clone(ordinary), make([]byte, 100<<20)...)} {
		for name, with := range profiled {
			file := with(profile)
			for what, work := range map[string]func() error{
				"Strip":   func() error { _, _, err := strip.Strip(file); return err },
				"Inspect": func() error { _, err := strip.Inspect(file); return err },
			} {
				began := time.Now()
				err := work()
				took := time.Since(began)
				if e, ok := errors.AsType[*strip.Error](err); !ok || e.Code != refuse.LargeICC || e.Convertible() {
					t.Errorf("%s, %s of 100 MB: %s: error is %v", name, kind, what, err)
				}
				// Machines under load take their time.
				if took > time.Second {
					t.Errorf("%s, %s of 100 MB: %s took %v", name, kind, what, took)
				}
			}
		}
	}
}
