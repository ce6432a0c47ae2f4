package strip_test

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"image"
	"slices"
	"testing"

	"github.com/HugoSmits86/nativewebp"
	xwebp "golang.org/x/image/webp"

	"safelight/client/strip/striptest"
	"safelight/client/strip/webp"
)

func base(text string) []byte {
	b, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		panic(err)
	}
	return b
}

// What cwebp and gif2webp 1.2.4 make of pictures of 16×16 and 8×8 pixels that were drawn for it.
var (
	lossyWebP    = base("UklGRlwAAABXRUJQVlA4IFAAAAAwAgCdASoQABAAAUAmJbACdLoAAw10POx4sAD93127Ot+FYjYee3FAiURCyH/i9h3FB8DPfkPn/6n3/kn/Ki1/ob/+vwmv+PtL/tRzfsCAAA==")
	losslessWebP = base("UklGRp4AAABXRUJQVlA4TJIAAAAvD8ADEEegqG0byPyZ7T0KNyMyYYhl0Vw2MTxkwhDLK50o6vgIsm0qO6rDPiDSo/phv0HZwOA2kiS3GWiYv8jgM4BgABD7RZiUITAPmgz8izFE9P8LDHx/PRdn02nWWKCT1QWKrK4ZlE0S4VpjEdTjg6ACm6CSZEYVKGVR/APXS837zS3V+MPt3XA4m2zWo8ZmBQ==")
	alphaWebP    = base("UklGRqAAAABXRUJQVlA4WAoAAAAQAAAADwAADwAAQUxQSEYAAAABFyAQSJLdH2GNiAgHRpEkKYrlXQHopiUcw499nARWPCciov9FgD9Vw1rkQjXsg59+CqQdvlANbw9PGkkva+EL17COtLEWVlA4IDQAAABwAQCdASoQABAABUB8KbACdAGIQADkFIaLBhhZmZl/oLBwqfuVh+820Kma/X5of2BYgAAA")
	movingWebP   = base("UklGRsAAAABXRUJQVlA4WAoAAAACAAAABwAABwAAQU5JTQYAAAAAAP//AABBTk1GSAAAAAAAAAAAAAcAAAcAAGQAAAJWUDggMAAAANABAJ0BKggACAACADQloAJ0ugH4AAOwAP7wxAv/ILlhdcjX/yA/5Af8gP/48gAAAEFOTUZEAAAAAQAAAQAAAwAAAwAAZAAAAFZQOCAsAAAAlAEAnQEqBAAEAAAANCWgAnS6AAOYAP75k2//kB//kB//kB//ID/iF3sgMAA=")
)

// webpChunk is one chunk of a WebP.
type webpChunk struct {
	name string
	data []byte
}

func webpChunks(file []byte) []webpChunk {
	return riffList(file[12 : 8+binary.LittleEndian.Uint32(file[4:])])
}

func riffList(b []byte) []webpChunk {
	var list []webpChunk
	for len(b) >= 8 {
		n := int(binary.LittleEndian.Uint32(b[4:]))
		list = append(list, webpChunk{string(b[:4]), slices.Clone(b[8 : 8+n])})
		b = b[8+n+n&1:]
	}
	return list
}

func appendWebP(out []byte, list []webpChunk) []byte {
	for _, c := range list {
		out = binary.LittleEndian.AppendUint32(append(out, c.name...), uint32(len(c.data)))
		out = append(append(out, c.data...), make([]byte, len(c.data)&1)...)
	}
	return out
}

func webpFile(list ...webpChunk) []byte {
	out := appendWebP([]byte("RIFF\x00\x00\x00\x00WEBP"), list)
	binary.LittleEndian.PutUint32(out[4:], uint32(len(out)-8))
	return out
}

// longer lets the first partition of VP8 data be followed by mark.
func longer(vp8, mark []byte) []byte {
	head := uint32(vp8[0]) | uint32(vp8[1])<<8 | uint32(vp8[2])<<16
	end := 10 + head>>5
	out := slices.Concat(vp8[:end], mark, vp8[end:])
	head += uint32(len(mark)) << 5
	out[0], out[1], out[2] = byte(head), byte(head>>8), byte(head>>16)
	return out
}

// webpPlaces returns one file for each place of a WebP where something can hide.
func webpPlaces() map[string][]byte {
	mark := []byte(canary)
	places := map[string][]byte{}
	add := func(name string, file []byte, change func([]webpChunk) []webpChunk) {
		places[name] = webpFile(change(webpChunks(file))...)
	}
	insert := func(name string, file []byte, at int, more ...webpChunk) {
		add(name, file, func(l []webpChunk) []webpChunk {
			if at < 0 {
				at = len(l)
			}
			return slices.Insert(l, at, more...)
		})
	}
	extended := func(flags byte) webpChunk { return webpChunk{"VP8X", []byte{flags, 0, 0, 0, 15, 0, 0, 15, 0, 0}} }
	exif := striptest.EXIF(16, 16, striptest.Options{Owner: canary, Orientation: 6})
	insert("EXIF", alphaWebP, -1, webpChunk{"EXIF", exif})
	insert("EXIF without a header", lossyWebP, -1, webpChunk{"EXIF", exif})
	insert("EXIF before the picture", alphaWebP, 1, webpChunk{"EXIF", exif})
	insert("XMP", alphaWebP, -1, webpChunk{"XMP ", striptest.XMP(canary)})
	insert("XMP by another name", losslessWebP, -1, webpChunk{"XMP\x00", striptest.XMP(canary)})
	insert("unknown chunk first", lossyWebP, 0, webpChunk{"abcd", mark})
	insert("unknown chunk between", alphaWebP, 2, webpChunk{"abcd", mark})
	insert("unknown chunk last", losslessWebP, -1, webpChunk{"abcd", mark})
	insert("provenance", lossyWebP, -1, webpChunk{"C2PA", mark})
	insert("name of a profile", lossyWebP, 0, extended(0x20), webpChunk{"ICCP", striptest.DisplayP3(canary)})
	insert("behind the profile", lossyWebP, 0, extended(0x20), webpChunk{"ICCP", append(striptest.DisplayP3("x"), mark...)})
	insert("broken profile", lossyWebP, 0, extended(0x20), webpChunk{"ICCP", mark})
	insert("second profile", lossyWebP, 0, extended(0x20), webpChunk{"ICCP", striptest.DisplayP3("x")}, webpChunk{"ICCP", mark})
	insert("profile that the header denies", alphaWebP, 1, webpChunk{"ICCP", striptest.DisplayP3(canary)})
	insert("profile without a header", lossyWebP, 0, webpChunk{"ICCP", striptest.DisplayP3(canary)})
	insert("second picture", lossyWebP, -1, webpChunk{"VP8 ", append(webpChunks(lossyWebP)[0].data, mark...)})
	insert("second picture of another kind", lossyWebP, -1, webpChunk{"VP8L", mark})
	insert("alpha of a lossless picture", losslessWebP, 0, extended(0x10), webpChunk{"ALPH", append([]byte{0}, mark...)})
	insert("second alpha", alphaWebP, 2, webpChunk{"ALPH", append([]byte{0}, mark...)})
	insert("alpha without a header", lossyWebP, 0, webpChunk{"ALPH", append([]byte{0}, mark...)})
	insert("alpha behind the picture", alphaWebP, -1, webpChunk{"ALPH", append([]byte{0}, mark...)})
	insert("frame of a picture that is not animated", lossyWebP, -1, webpChunk{"ANMF", mark})
	insert("header of an animation in a still picture", lossyWebP, 0, extended(0), webpChunk{"ANIM", mark})
	insert("second header", alphaWebP, 1, webpChunk{"VP8X", mark})
	places["behind the end"] = append(bytes.Clone(lossyWebP), mark...)
	places["second file behind the end"] = slices.Concat(lossyWebP, lossyWebP, mark)
	behind := func(name string, file []byte, at int) {
		add(name, file, func(l []webpChunk) []webpChunk {
			l[at].data = append(l[at].data, mark...)
			return l
		})
	}
	behind("behind the header's fields", alphaWebP, 0)
	behind("behind the coefficients", lossyWebP, 0)
	behind("behind the pixels", losslessWebP, 0)
	behind("behind the alpha channel", alphaWebP, 1)
	behind("behind the coefficients of a picture with alpha", alphaWebP, 2)
	behind("behind the animation's fields", movingWebP, 1)
	add("behind the modes", lossyWebP, func(l []webpChunk) []webpChunk {
		l[0].data = longer(l[0].data, mark)
		return l
	})
	add("behind the raw alpha channel", alphaWebP, func(l []webpChunk) []webpChunk {
		l[1].data = slices.Concat([]byte{0}, bytes.Repeat([]byte{200}, 256), mark)
		return l
	})
	framePlaces(add, mark)
	places["colour under transparency"] = webpHidden(mark)
	return places
}

func framePlaces(add func(string, []byte, func([]webpChunk) []webpChunk), mark []byte) {
	inside := func(name string, change func([]webpChunk) []webpChunk) {
		add(name, movingWebP, func(l []webpChunk) []webpChunk {
			list := change(riffList(l[3].data[16:]))
			l[3].data = appendWebP(l[3].data[:16:16], list)
			return l
		})
	}
	inside("unknown chunk of a frame", func(l []webpChunk) []webpChunk { return append(l, webpChunk{"abcd", mark}) })
	inside("EXIF of a frame", func(l []webpChunk) []webpChunk { return append(l, webpChunk{"EXIF", mark}) })
	inside("second picture of a frame", func(l []webpChunk) []webpChunk { return append(l, webpChunk{"VP8 ", mark}) })
	inside("behind the coefficients of a frame", func(l []webpChunk) []webpChunk {
		l[0].data = append(l[0].data, mark...)
		return l
	})
	add("picture outside of the frames", movingWebP, func(l []webpChunk) []webpChunk {
		return slices.Insert(l, 2, webpChunk{"VP8 ", append(webpChunks(lossyWebP)[0].data, mark...)})
	})
	add("chunk between frames", movingWebP, func(l []webpChunk) []webpChunk { return slices.Insert(l, 3, webpChunk{"abcd", mark}) })
}

// webpHidden is a lossless picture whose transparent pixels have the letters of mark as their red.
func webpHidden(mark []byte) []byte {
	m := image.NewNRGBA(image.Rect(0, 0, 12, 2))
	for i, c := range mark {
		m.Pix[4*i], m.Pix[4*i+2] = c, byte(i)
		copy(m.Pix[4*(12+i):], []byte{byte(40 * i), 7, byte(i * i), byte(255 - 9*i)})
	}
	var b bytes.Buffer
	if err := nativewebp.Encode(&b, m, nil); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// spellsWebP looks for the canary in the bytes and in the red of lossless pixels.
func spellsWebP(file []byte) bool {
	if spells(file) {
		return true
	}
	m, err := xwebp.Decode(bytes.NewReader(file))
	if p, ok := m.(*image.NRGBA); err == nil && ok {
		var red []byte
		for i := 0; i < len(p.Pix); i += 4 {
			red = append(red, p.Pix[i])
		}
		return bytes.Contains(red, []byte(canary))
	}
	return false
}

func strippedWebP(t *testing.T, src []byte) ([]byte, *webp.Image) {
	t.Helper()
	out, m, second := twice(t, src, func(b []byte) ([]byte, *webp.Image, error) { return webp.Strip(b, webp.Options{MaxPixels: 1 << 20}) })
	for _, p := range second.Parts {
		if p.Chunk != "ICCP" {
			t.Errorf("a stripped file has %q", p.Chunk)
		}
	}
	return out, m
}

// webpStills returns each frame as a file of its own.
func webpStills(file []byte) [][]byte {
	list := webpChunks(file)
	if list[0].name != "VP8X" || list[0].data[0]&2 == 0 {
		return [][]byte{file}
	}
	var out [][]byte
	for _, c := range list {
		if c.name == "ANMF" {
			head := webpChunk{"VP8X", append([]byte{0x10, 0, 0, 0}, c.data[6:12]...)}
			out = append(out, webpFile(append([]webpChunk{head}, riffList(c.data[16:])...)...))
		}
	}
	return out
}

func sameWebP(a, b []byte) error {
	first, second := webpStills(a), webpStills(b)
	if len(first) != len(second) {
		return fmt.Errorf("%d frames became %d", len(first), len(second))
	}
	for i := range first {
		m, err := xwebp.Decode(bytes.NewReader(first[i]))
		if err != nil {
			continue // Go is stricter than browsers about what surrounds the picture
		}
		n, err := xwebp.Decode(bytes.NewReader(second[i]))
		if err != nil {
			return fmt.Errorf("frame %d does not decode: %w", i, err)
		}
		if m.Bounds() != n.Bounds() {
			return fmt.Errorf("frame %d: %v became %v", i, m.Bounds(), n.Bounds())
		}
		if err := differ(m, n); err != nil {
			return fmt.Errorf("frame %d: %w", i, err)
		}
	}
	return nil
}

func TestWebPCanaries(t *testing.T) {
	places := webpPlaces()
	if len(places) < 40 {
		t.Errorf("%d places", len(places))
	}
	for name, file := range places {
		t.Run(name, func(t *testing.T) {
			if !spellsWebP(file) {
				t.Error("control: nothing is planted")
			}
			if striptest.Account(file) == nil {
				t.Error("control: the independent parser finds nothing wrong")
			}
			out, m := strippedWebP(t, file)
			if spellsWebP(out) {
				t.Error("the canary is still there")
			}
			if len(m.Parts) == 0 {
				t.Error("nothing is reported")
			}
			if err := sameWebP(file, out); err != nil {
				t.Error(err)
			}
		})
	}
}

// Fields of a few bits, which spell nothing: whatever they say, the output is the same.
func TestWebPFields(t *testing.T) {
	for _, tt := range []struct {
		name  string
		file  []byte
		chunk int
		at    int
		flip  byte
	}{
		{"reserved flags", alphaWebP, 0, 0, 0xc1},
		{"flags of what is not there", alphaWebP, 0, 0, 0x2c},
		{"no flag of what is there", alphaWebP, 0, 0, 0x10},
		{"reserved bytes", alphaWebP, 0, 2, 0x55},
		{"how alpha was made", alphaWebP, 1, 0, 0x10},
		{"reserved bits of alpha", alphaWebP, 1, 0, 0xc0},
		{"background", movingWebP, 1, 0, 0x77},
		{"reserved bits of a frame", movingWebP, 2, 15, 0xfc},
		{"version of VP8", lossyWebP, 0, 0, 0x04},
		{"horizontal scale", lossyWebP, 0, 7, 0xc0},
		{"vertical scale", lossyWebP, 0, 9, 0x40},
	} {
		t.Run(tt.name, func(t *testing.T) {
			list := webpChunks(tt.file)
			list[tt.chunk].data[tt.at] ^= tt.flip
			want, _ := strippedWebP(t, tt.file)
			got, _ := strippedWebP(t, webpFile(list...))
			if !bytes.Equal(got, want) {
				t.Error("it makes a difference")
			}
		})
	}
}
