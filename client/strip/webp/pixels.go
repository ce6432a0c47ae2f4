package webp

import (
	"bytes"
	"encoding/binary"
	"image"

	"github.com/HugoSmits86/nativewebp"
	"golang.org/x/image/vp8l"
)

// decodePixels decodes a VP8L picture and makes what is fully transparent black. It reports whether some of that was not.
func decodePixels(src []byte) (m *image.NRGBA, hidden bool, err error) {
	decoded, err := vp8l.Decode(bytes.NewReader(src))
	if err != nil {
		return nil, false, damaged("VP8L data")
	}
	m = decoded.(*image.NRGBA)
	for i := 0; i < len(m.Pix); i += 4 {
		switch m.Pix[i+3] {
		case 255:
			continue
		case 0:
			hidden = hidden || m.Pix[i]|m.Pix[i+1]|m.Pix[i+2] != 0
			m.Pix[i], m.Pix[i+1], m.Pix[i+2] = 0, 0, 0
		}
		if src[4]&0x10 == 0 {
			return nil, false, coding("transparency that the header denies")
		}
	}
	return m, hidden, nil
}

// encodePixels codes them without loss.
func encodePixels(m *image.NRGBA, w, h int, alpha bool) ([]byte, error) {
	var b bytes.Buffer
	if err := nativewebp.Encode(&b, m, nil); err != nil {
		return nil, coding("VP8L picture that cannot be coded anew")
	}
	coded := b.Bytes()
	if len(coded) < 26 || string(coded[12:16]) != "VP8L" {
		return nil, coding("VP8L picture that cannot be coded anew")
	}
	stream, err := recodeStream(coded[25:20+binary.LittleEndian.Uint32(coded[16:])], w, h)
	if err != nil || stream == nil {
		return nil, coding("VP8L picture that cannot be coded anew")
	}
	out := append(losslessHeader(w, h, alpha), stream...)
	// The encoder is not ours: what it made is looked at before it replaces anything.
	again, err := vp8l.Decode(bytes.NewReader(out))
	if err != nil || !bytes.Equal(again.(*image.NRGBA).Pix, m.Pix) {
		return nil, coding("VP8L picture that cannot be coded anew")
	}
	return out, nil
}

func losslessHeader(w, h int, alpha bool) []byte {
	v := uint32(w-1) | uint32(h-1)<<14
	if alpha {
		v |= 1 << 28
	}
	return binary.LittleEndian.AppendUint32([]byte{0x2f}, v)
}

// recodeAlpha writes an alpha channel anew: a byte of flags, then bytes, or a VP8L stream whose green they are.
func recodeAlpha(src []byte, w, h int) ([]byte, error) {
	flags := src[0] & 0x0f // the upper half says how it was made, and nothing
	switch flags & 3 {
	case 0:
		if len(src)-1 < w*h {
			return nil, damaged("alpha channel cut off")
		}
		return append([]byte{flags}, src[1:1+w*h]...), nil
	case 1:
		stream, err := recodeStream(src[1:], w, h)
		if err != nil {
			return nil, err
		}
		// Its other channels are seen by nobody.
		full, err := vp8l.Decode(bytes.NewReader(append(losslessHeader(w, h, true), src[1:]...)))
		if err != nil {
			return nil, damaged("alpha channel")
		}
		m := full.(*image.NRGBA)
		free := m.Pix[3]
		for i := 0; i < len(m.Pix); i += 4 {
			if m.Pix[i]|m.Pix[i+2] != 0 || m.Pix[i+3] != free || free != 0 && free != 255 {
				stream = nil
			}
			m.Pix[i], m.Pix[i+2], m.Pix[i+3] = 0, 0, 255
		}
		if stream == nil {
			coded, err := encodePixels(m, w, h, false)
			if err != nil {
				return nil, err
			}
			stream = coded[5:]
		}
		return append([]byte{flags}, stream...), nil
	}
	return nil, coding("alpha channel of another kind")
}
