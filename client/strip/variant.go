package strip

import (
	"encoding/binary"

	"safelight/client/strip/heif"
	"safelight/client/strip/icc"
	"safelight/client/strip/jpeg"
	"safelight/client/strip/png"
	"safelight/client/strip/refuse"
)

// Variant takes out of what an encoder has just made whatever it wrote beside the picture: browsers name themselves by
// the colour profiles and private chunks that they add. A profile that tells sRGB is left out, as pixels without one are
// sRGB; any other is rebuilt. Media is what the encoder was asked for; bytes of another format are refused, and so is
// what is animated or broken.
func Variant(media Media, src []byte) ([]byte, error) {
	if found, _ := Sniff(src); found != media || len(src) > MaxBytes {
		return nil, refuse.New(refuse.Damaged, "not the format that was asked for")
	}
	switch media {
	case JPEG:
		out, _, err := jpeg.Strip(src, jpeg.Options{MaxPixels: MaxPixels, PlainSRGB: true})
		return out, err
	case PNG:
		out, _, err := png.Strip(src, png.Options{MaxPixels: MaxPixels, PlainSRGB: true})
		return out, err
	case AVIF:
		out, _, err := heif.Strip(src, heif.Options{MaxPixels: MaxPixels, PlainSRGB: true})
		return out, err
	case WebP:
		return variantWebP(src)
	}
	return nil, refuse.New(refuse.Unknown, "no encoder makes it")
}

// variantWebP rebuilds a still WebP of the chunks that hold the picture.
func variantWebP(src []byte) ([]byte, error) {
	chunks, err := riff(src)
	if err != nil {
		return nil, err
	}
	lossy, lossless, alpha := chunks["VP8 "], chunks["VP8L"], chunks["ALPH"]
	if (lossy == nil) == (lossless == nil) || chunks["ANIM"] != nil || chunks["ANMF"] != nil || lossless != nil && alpha != nil {
		return nil, refuse.New(refuse.Damaged, "not one still picture")
	}
	width, height, ok := webpSize(lossy, lossless)
	if !ok || width*height > MaxPixels {
		return nil, refuse.New(refuse.Damaged, "coded picture")
	}
	var profile []byte
	if rebuilt, err := icc.Rebuild(chunks["ICCP"], "RGB "); err == nil && !rebuilt.SRGB {
		profile = rebuilt.Data
	}
	out := []byte("RIFF\x00\x00\x00\x00WEBP")
	if profile != nil || alpha != nil {
		var flags byte
		if profile != nil {
			flags |= 0x20
		}
		if alpha != nil || lossless != nil && lossless[4]&0x10 != 0 {
			flags |= 0x10
		}
		w, h := width-1, height-1
		out = riffChunk(out, "VP8X", []byte{flags, 0, 0, 0, byte(w), byte(w >> 8), byte(w >> 16), byte(h), byte(h >> 8), byte(h >> 16)})
	}
	for _, c := range []struct {
		name string
		data []byte
	}{{"ICCP", profile}, {"ALPH", alpha}, {"VP8 ", lossy}, {"VP8L", lossless}} {
		if c.data != nil {
			out = riffChunk(out, c.name, c.data)
		}
	}
	binary.LittleEndian.PutUint32(out[4:], uint32(len(out)-8))
	return out, nil
}

// riff returns the first chunk of each name. Bytes behind the declared end are not looked at.
func riff(src []byte) (map[string][]byte, error) {
	end := uint64(binary.LittleEndian.Uint32(src[4:])) + 8
	if end > uint64(len(src)) || end < 12 {
		return nil, refuse.New(refuse.Damaged, "cut off")
	}
	chunks := map[string][]byte{}
	for rest := src[12:end]; len(rest) >= 8; {
		n := uint64(binary.LittleEndian.Uint32(rest[4:]))
		if n+8 > uint64(len(rest)) {
			return nil, refuse.New(refuse.Damaged, "cut off")
		}
		name := string(rest[:4])
		if _, twice := chunks[name]; !twice {
			chunks[name] = rest[8 : 8+n : 8+n]
		}
		rest = rest[min(8+n+n&1, uint64(len(rest))):]
	}
	return chunks, nil
}

func riffChunk(out []byte, name string, data []byte) []byte {
	out = append(out, name...)
	out = binary.LittleEndian.AppendUint32(out, uint32(len(data)))
	out = append(out, data...)
	return append(out, make([]byte, len(data)&1)...)
}

// webpSize reads the size from the header of the coded picture.
func webpSize(lossy, lossless []byte) (width, height int, ok bool) {
	if lossy != nil {
		if len(lossy) < 10 || lossy[0]&1 != 0 || string(lossy[3:6]) != "\x9d\x01\x2a" {
			return 0, 0, false
		}
		width = int(binary.LittleEndian.Uint16(lossy[6:]) & 0x3fff)
		height = int(binary.LittleEndian.Uint16(lossy[8:]) & 0x3fff)
		return width, height, width > 0 && height > 0
	}
	if len(lossless) < 5 || lossless[0] != 0x2f || lossless[4]>>5 != 0 {
		return 0, 0, false
	}
	bits := binary.LittleEndian.Uint32(lossless[1:])
	return int(bits&0x3fff) + 1, int(bits>>14&0x3fff) + 1, true
}
