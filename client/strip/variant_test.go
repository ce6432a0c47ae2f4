package strip_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"slices"
	"testing"

	"golang.org/x/image/webp"

	"safelight/client/strip"
	"safelight/client/strip/icc"
	"safelight/client/strip/refuse"
	"safelight/client/strip/striptest"
)

// A lossless WebP of 1×1 pixels, and a lossy one, as libwebp writes them.
var (
	losslessPixel = []byte("\x2f\x00\x00\x00\x10\x07\x10\x11\x11\x88\x88\xfe\x07\x00")
	lossyPixel    = []byte("\x30\x01\x00\x9d\x01\x2a\x01\x00\x01\x00\x02\x00\x34\x25\xa4\x00\x03\x70\x00\xfe\xfb\x94\x00\x00")
)

func riff(chunks ...[]byte) []byte {
	body := append([]byte("WEBP"), slices.Concat(chunks...)...)
	return slices.Concat([]byte("RIFF"), binary.LittleEndian.AppendUint32(nil, uint32(len(body))), body)
}

func riffChunk(name string, data []byte) []byte {
	out := append([]byte(name), binary.LittleEndian.AppendUint32(nil, uint32(len(data)))...)
	return slices.Concat(out, data, make([]byte, len(data)&1))
}

func extended(flags byte) []byte {
	return riffChunk("VP8X", []byte{flags, 0x55, 0x55, 0x55, 0, 0, 0, 0, 0, 0})
}

func TestVariantWebP(t *testing.T) {
	mark := []byte(canary)
	lossy, lossless := riffChunk("VP8 ", lossyPixel), riffChunk("VP8L", losslessPixel)
	p3 := striptest.DisplayP3(canary)
	rebuilt, err := icc.Rebuild(p3, "RGB ")
	if err != nil || !rebuilt.Wide {
		t.Fatalf("Display P3: %v, wide %v", err, rebuilt.Wide)
	}
	alpha := riffChunk("ALPH", []byte{0, 0xff})
	for _, tt := range []struct {
		name      string
		src, want []byte
	}{
		{"plain", riff(lossy), riff(lossy)},
		{"lossless", riff(lossless), riff(lossless)},
		{"EXIF and XMP", riff(extended(0x0c), lossy, riffChunk("EXIF", mark), riffChunk("XMP ", mark)), riff(lossy)},
		{"unknown chunks", riff(extended(0), riffChunk("junk", mark), lossy, riffChunk("abcd", mark)), riff(lossy)},
		{"behind the file", append(riff(lossy), mark...), riff(lossy)},
		{"alpha", riff(extended(0x10), alpha, lossy), riff(
			riffChunk("VP8X", []byte{0x10, 0, 0, 0, 0, 0, 0, 0, 0, 0}), alpha, lossy)},
		{"sRGB by name", riff(extended(0x20), riffChunk("ICCP", srgb(canary)), lossy), riff(lossy)},
		{"wide gamut", riff(extended(0x20), riffChunk("ICCP", p3), lossy), riff(
			riffChunk("VP8X", []byte{0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0}), riffChunk("ICCP", rebuilt.Data), lossy)},
		{"broken profile", riff(extended(0x20), riffChunk("ICCP", mark), lossy), riff(lossy)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := strip.Variant(strip.WebP, tt.src)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, tt.want) || spells(got) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			if _, err := webp.DecodeConfig(bytes.NewReader(got)); err != nil {
				t.Errorf("it does not decode: %v", err)
			}
			again, err := strip.Variant(strip.WebP, got)
			if err != nil || !bytes.Equal(again, got) {
				t.Errorf("twice is not once: %v", err)
			}
		})
	}
}

// srgb returns a profile with sRGB's own curve, as browsers write it.
func srgb(name string) []byte {
	profile := striptest.ICC(name)
	curve := []byte("para\x00\x00\x00\x00\x00\x03\x00\x00")
	for _, v := range []float64{2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045} {
		curve = binary.BigEndian.AppendUint32(curve, uint32(v*65536+0.5))
	}
	at := len(profile)
	profile = append(profile, curve...)
	for i := range int(binary.BigEndian.Uint32(profile[128:])) {
		if tag := profile[132+12*i:]; string(tag[1:4]) == "TRC" {
			binary.BigEndian.PutUint32(tag[4:], uint32(at))
			binary.BigEndian.PutUint32(tag[8:], uint32(len(curve)))
		}
	}
	return withSize(profile)
}

func TestVariant(t *testing.T) {
	photo := striptest.EncodeJPEG(striptest.Landscape(64, 32, 1), 90)
	named := insert(photo, sof0, striptest.Segment(0xe2, []byte("ICC_PROFILE\x00\x01\x01"), srgb(canary)))
	private := slices.Concat(plainPNG().bytes()[:33], striptest.Chunk("deBG", []byte(canary)), plainPNG().bytes()[33:])
	for _, tt := range []struct {
		name  string
		media strip.Media
		src   []byte
	}{{"Chromium's JPEG", strip.JPEG, named}, {"Firefox's PNG", strip.PNG, private}} {
		got, err := strip.Variant(tt.media, tt.src)
		if err != nil || spells(got) || bytes.Contains(got, []byte("ICC_PROFILE")) {
			t.Errorf("%s: %v", tt.name, err)
		} else {
			samePixels(t, tt.src, got)
		}
	}
	for _, tt := range []struct {
		name  string
		media strip.Media
		src   []byte
		code  refuse.Code
	}{
		{"another format", strip.WebP, photo, refuse.Damaged},
		{"nothing", strip.JPEG, nil, refuse.Damaged},
		{"animated", strip.WebP, riff(extended(2), riffChunk("ANIM", make([]byte, 6)), riffChunk("ANMF", lossyPixel)), refuse.Damaged},
		{"two pictures", strip.WebP, riff(riffChunk("VP8 ", lossyPixel), riffChunk("VP8L", losslessPixel)), refuse.Damaged},
		{"a picture twice", strip.WebP, riff(riffChunk("VP8 ", lossyPixel), riffChunk("VP8 ", append(slices.Clone(lossyPixel), canary...))), refuse.Damaged},
		{"no picture", strip.WebP, riff(), refuse.Damaged},
		{"cut off", strip.WebP, riff(riffChunk("VP8 ", lossyPixel))[:30], refuse.Damaged},
		{"not a key frame", strip.WebP, riff(riffChunk("VP8 ", append([]byte{0x31}, lossyPixel[1:]...))), refuse.Damaged},
		{"GIF", strip.GIF, []byte("GIF89a"), refuse.Unknown},
	} {
		_, err := strip.Variant(tt.media, tt.src)
		var refusal *strip.Error
		if !errors.As(err, &refusal) || refusal.Code != tt.code {
			t.Errorf("%s: error is %v, want code %s", tt.name, err, tt.code)
		}
	}
}

func TestSniff(t *testing.T) {
	for _, tt := range []struct {
		src  []byte
		want strip.Media
	}{
		{striptest.EncodeJPEG(image.NewGray(image.Rect(0, 0, 1, 1)), 50), strip.JPEG},
		{plainPNG().bytes(), strip.PNG},
		{riff(riffChunk("VP8 ", lossyPixel)), strip.WebP},
		{ftyp("avif", "mif1"), strip.AVIF},
		{[]byte("GIF87a"), strip.GIF},
		{ftyp("mif1", "heic"), strip.HEIC},
		{[]byte("\xff\x0a"), strip.JXL},
		{[]byte("\xff\xd8"), 0},
		{ftyp("isom"), 0},
		{nil, 0},
	} {
		got, ok := strip.Sniff(tt.src)
		if got != tt.want || ok != (tt.want != 0) {
			t.Errorf("Sniff(%.12q) = %v, %v, want %v", tt.src, got, ok, tt.want)
		}
		text, _ := got.MarshalText()
		var back strip.Media
		if back.UnmarshalText(text); back != got {
			t.Errorf("%v is written %q and read %v", got, text, back)
		}
	}
}
