package strip_test

import (
	"bytes"
	"encoding/binary"
	"runtime"
	"slices"
	"testing"
	"time"

	"safelight/client/strip"
	"safelight/client/strip/striptest"
)

// nested returns boxes within boxes.
func nested(depth int, names ...string) []byte {
	out := make([]byte, 0, 8*depth)
	for i := range depth {
		out = binary.BigEndian.AppendUint32(out, uint32(8*(depth-i)))
		out = append(out, names[i%len(names)]...)
	}
	return out
}

// webpOf has one lossless picture whose header says w×h.
func webpOf(w, h uint32) []byte {
	bits := (w-1)&0x3fff | (h-1)&0x3fff<<14
	return riff(riffChunk("VP8L", append([]byte{0x2f}, binary.LittleEndian.AppendUint32(nil, bits)...)))
}

// TestBounds gives every parser what says much in few bytes, or says it again and again: nothing takes more than moments,
// or more memory than a small multiple of the file, and nothing is accepted that is too large.
func TestBounds(t *testing.T) {
	shot := striptest.ScreenshotPNG(16, 16, striptest.Options{})
	photo := striptest.EncodeJPEG(striptest.Landscape(64, 48, 1), 80)
	heic := striptest.SmallHEIC()
	huge := bytes.Clone(heic)
	for at := 0; ; {
		next := bytes.Index(huge[at:], []byte("ispe"))
		if next < 0 {
			break
		}
		at += next + 8
		copy(huge[at:], "\x7f\xff\xff\xff\x00\x00\x00\x01")
	}
	animated := []byte("GIF89a\xff\xff\xff\xff\x00\x00\x00")
	frame := []byte("\x2c\x00\x00\x00\x00\xff\xff\xff\xff\x00\x02\x02\x44\x01\x00")
	for _, tt := range []struct {
		name   string
		file   []byte
		refuse bool
	}{
		{"JPEG of 65,535 × 65,535", patch(photo, bytes.Index(photo, []byte{0xff, 0xc0})+5, []byte{255, 255, 255, 255}), true},
		{"PNG of 2^31 × 1", sized(shot, 1<<31-1, 1), true},
		{"PNG of 2^31 × 2^31", sized(shot, 1<<31-1, 1<<31-1), true},
		{"PNG bomb", slices.Concat(sized(shot, 12000, 10000)[:33], striptest.Chunk("IDAT", striptest.Deflate(make([]byte, 1<<20))), striptest.Chunk("IEND")), true},
		{"PNG, profile of 100 MB", slices.Concat(shot[:33], striptest.Chunk("iCCP", []byte("x\x00\x00"), striptest.Deflate(make([]byte, 100<<20))), shot[33:]), true},
		{"GIF of 65,535 × 65,535", slices.Concat(animated, frame, []byte{0x3b}), true},
		{"GIF, a million frames", slices.Concat([]byte("GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff"), bytes.Repeat([]byte("\x2c\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02\x44\x01\x00"), 1<<20), []byte{0x3b}), false},
		{"HEIC of 2^31 × 1", huge, true},
		{"HEIC, boxes 10,000 deep", slices.Concat(ftyp("heic", "mif1"), nested(10_000, "meta")), true},
		{"HEIC, properties 10,000 deep", slices.Concat(ftyp("avif", "mif1"), nested(10_000, "meta", "iprp", "ipco")), true},
		{"HEIC, films 10,000 deep", slices.Concat(ftyp("avis", "msf1"), nested(10_000, "moov", "trak", "mdia", "minf", "stbl")), true},
		{"HEIC, profile of 100 MB", striptest.WithProperties(heic, striptest.Box("colr", []byte("prof"), make([]byte, 100<<20))), true},
		{"TIFF of directories in a circle", []byte("II*\x00\x08\x00\x00\x00\x01\x00\x4a\x01\x04\x00\x01\x00\x00\x00\x08\x00\x00\x00\x08\x00\x00\x00"), true},
		{"WebP of 16,384 × 16,384", webpOf(16384, 16384), true},
		{"WebP, a million chunks", riff(slices.Repeat(riffChunk("ABCD", nil), 1<<20)), true},
		{"JPEG XL, boxes 10,000 deep", slices.Concat([]byte("\x00\x00\x00\x0cJXL \r\n\x87\n\x00\x00\x00\x14ftypjxl \x00\x00\x00\x00jxl "), nested(10_000, "jxlc")), true},
		{"thumbnails within thumbnails", russian(photo, 30), false},
		{"a thousand pictures behind the end", slices.Concat(photo, bytes.Repeat(photo, 1000)), false},
		{"a thousand beginnings of pictures", slices.Concat(photo, bytes.Repeat([]byte("\xff\xd8\xff\xe0\x00\x10JFIF\x00"), 200_000)), false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for what, work := range map[string]func() error{
				"Strip":   func() error { _, _, err := strip.Strip(tt.file); return err },
				"Inspect": func() error { _, err := strip.Inspect(tt.file); return err },
			} {
				var before, after runtime.MemStats
				runtime.ReadMemStats(&before)
				began := time.Now()
				err := work()
				took := time.Since(began)
				runtime.ReadMemStats(&after)
				if tt.refuse && err == nil && what == "Strip" {
					t.Error("it was accepted")
				}
				// Most take a millisecond; machines under load take their time.
				if took > 3*time.Second {
					t.Errorf("%s took %v", what, took)
				}
				if most := uint64(160<<20 + 8*len(tt.file)); after.TotalAlloc-before.TotalAlloc > most {
					t.Errorf("%s allocated %d MB for a file of %d kB", what, (after.TotalAlloc-before.TotalAlloc)>>20, len(tt.file)>>10)
				}
			}
		})
	}
}

// russian puts a picture into the thumbnail of a picture, again and again.
func russian(photo []byte, depth int) []byte {
	out := photo
	for range depth {
		if len(out) > 60_000 {
			break
		}
		out = slices.Concat(photo[:2], striptest.Segment(0xe0, []byte("JFXX\x00\x10"), out), photo[2:])
	}
	return out
}
