package striptest

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"io"
	"slices"

	"golang.org/x/image/vp8"
	"golang.org/x/image/vp8l"
)

// riffChunks splits chunks; what makes a length even has to be there and zero.
func riffChunks(b []byte) (names []string, data [][]byte, err error) {
	for len(b) > 0 {
		n := int(binary.LittleEndian.Uint32(b[4:]))
		names, data = append(names, string(b[:4])), append(data, b[8:8+n])
		if b = b[8+n:]; n%2 == 1 {
			if b[0] != 0 {
				return nil, nil, errors.New("webp: padding")
			}
			b = b[1:]
		}
	}
	return names, data, nil
}

// accountWebP checks a stripped WebP: chunks in order, none but those that are needed, flags that say what is there, and
// coded data whose last byte its decoder cannot do without.
func accountWebP(b []byte) error {
	if int(binary.LittleEndian.Uint32(b[4:])) != len(b)-8 || string(b[8:12]) != "WEBP" {
		return errors.New("webp: length")
	}
	names, data, err := riffChunks(b[12:])
	if err != nil {
		return err
	}
	if len(names) == 1 {
		_, err := accountPicture(names, data, 0, 0)
		return err
	}
	if names[0] != "VP8X" || len(data[0]) != 10 || !bytes.Equal(data[0][1:4], []byte{0, 0, 0}) {
		return errors.New("webp: VP8X")
	}
	flags := data[0][0]
	w, h := u24(data[0][4:])+1, u24(data[0][7:])+1
	names, data = names[1:], data[1:]
	want := byte(0)
	if names[0] == "ICCP" {
		want |= 0x20
		if err := accountProfile(data[0]); err != nil {
			return err
		}
		names, data = names[1:], data[1:]
	}
	var alpha bool
	if names[0] == "ANIM" {
		want |= 2
		alpha, err = accountAnimation(names, data, w, h)
	} else {
		alpha, err = accountPicture(names, data, w, h)
		if want == 0 && names[0] != "ALPH" {
			return errors.New("webp: VP8X that is not needed")
		}
	}
	if alpha {
		want |= 0x10
	}
	if err == nil && flags != want {
		err = fmt.Errorf("webp: flags %x, want %x", flags, want)
	}
	return err
}

func u24(b []byte) int { return int(b[0]) | int(b[1])<<8 | int(b[2])<<16 }

func accountAnimation(names []string, data [][]byte, w, h int) (alpha bool, err error) {
	if len(data[0]) != 6 || !bytes.Equal(data[0][:4], []byte{0, 0, 0, 0}) {
		return false, errors.New("webp: ANIM")
	}
	for i, name := range names[1:] {
		f := data[i+1]
		x, y, fw, fh := 2*u24(f), 2*u24(f[3:]), u24(f[6:])+1, u24(f[9:])+1
		if name != "ANMF" || x+fw > w || y+fh > h || f[15] > 3 || len(names) == 2 && (u24(f[12:]) != 0 || data[0][4]|data[0][5] != 0) {
			return false, errors.New("webp: ANMF")
		}
		inner, pictures, err := riffChunks(f[16:])
		if err != nil {
			return false, err
		}
		one, err := accountPicture(inner, pictures, fw, fh)
		if err != nil {
			return false, err
		}
		alpha = alpha || one
	}
	return alpha, nil
}

// accountPicture checks VP8, ALPH and VP8, or VP8L.
func accountPicture(names []string, data [][]byte, w, h int) (alpha bool, err error) {
	last := data[len(data)-1]
	switch {
	case slices.Equal(names, []string{"VP8L"}):
		gotW, gotH, err := accountLossless(last)
		if err == nil && w > 0 && (gotW != w || gotH != h) {
			err = errors.New("webp: size")
		}
		return last[4]&0x10 != 0, err
	case slices.Equal(names, []string{"VP8 "}):
	case slices.Equal(names, []string{"ALPH", "VP8 "}):
		if err := accountAlpha(data[0], w, h); err != nil {
			return false, err
		}
	default:
		return false, fmt.Errorf("webp: chunks %q", names)
	}
	gotW, gotH := int(last[6])|int(last[7])<<8, int(last[8])|int(last[9])<<8
	if gotW > 0x3fff || gotH > 0x3fff || w > 0 && (gotW != w || gotH != h) {
		return false, errors.New("webp: size or scale")
	}
	return len(names) == 2, accountLossy(last)
}

// accountLossy checks the header, and that each of the two partitions is too short without its last byte.
func accountLossy(b []byte) error {
	first := (int(b[0]) | int(b[1])<<8 | int(b[2])<<16) >> 5
	if err := vp8Decodes(b); err != nil {
		return fmt.Errorf("webp: VP8: %w", err)
	}
	if err := accountLossyHeader(b[10:10+first], b[0]>>1&7); err != nil {
		return err
	}
	tokens := b[10+first:]
	shorter := slices.Clone(b[:len(b)-1])
	if vp8Decodes(shorter) == nil && !bytes.Equal(tokens, []byte{0}) {
		return errors.New("webp: bytes behind the coefficients")
	}
	shorter = slices.Concat(b[:10+first-1], tokens)
	head := uint32(b[0])&0x1f | uint32(first-1)<<5
	shorter[0], shorter[1], shorter[2] = byte(head), byte(head>>8), byte(head>>16)
	if vp8Decodes(shorter) == nil {
		return errors.New("webp: bytes behind the modes")
	}
	return nil
}

func vp8Decodes(b []byte) error {
	d := vp8.NewDecoder()
	d.Init(bytes.NewReader(b), len(b))
	if _, err := d.DecodeFrameHeader(); err != nil {
		return err
	}
	_, err := d.DecodeFrame()
	return err
}

// accountLossyHeader reads a frame header with the decoder of RFC 6386, 20.2, for bits that are as likely 0 as 1.
func accountLossyHeader(b []byte, profile byte) error {
	value, width, at := uint(b[0])<<8|uint(b[1]), uint(255), 16
	one := func() int {
		split := 1 + (width-1)*128>>8
		set := 0
		if value >= split<<8 {
			set = 1
			value -= split << 8
			width -= split
		} else {
			width = split
		}
		for width < 128 {
			value, width = value<<1, width<<1
			if at/8 < len(b) {
				value |= uint(b[at/8] >> (7 - at%8) & 1)
			}
			at++
		}
		return set
	}
	number := func(n int) (v int) {
		for range n {
			v = v<<1 | one()
		}
		return v
	}
	signed := func(n int) int {
		if one() == 0 {
			return 0
		}
		v := number(n)
		if v == 0 {
			v = 1 << 20 // zero is not to be told
		}
		if one() == 1 {
			v = -v
		}
		return v
	}
	if number(2) != 0 {
		return errors.New("webp: VP8 colour space or clamping")
	}
	most := 0
	if one() == 1 {
		if number(3) != 7 {
			return errors.New("webp: VP8 segments")
		}
		var list [4][2]int
		for i := range 8 {
			v := signed(7 - i/4)
			list[i%4][i/4] = v
			most = max(most, max(v, -v))
		}
		if list[0] == list[1] {
			return errors.New("webp: VP8 segments that are the same")
		}
		for range 3 {
			if one() == 1 && number(8) == 255 {
				return errors.New("webp: VP8 segment tree")
			}
		}
	}
	simple, level, sharpness := one(), number(6), number(3)
	if level == 0 && simple+sharpness != 0 || int(profile) != simple {
		return errors.New("webp: VP8 filter that does nothing")
	}
	if one() == 1 {
		if one() != 1 {
			return errors.New("webp: VP8 deltas")
		}
		for i := range 8 {
			if v := signed(6); v != 0 && i != 0 && i != 4 || max(v, -v) > 63 {
				return errors.New("webp: VP8 deltas")
			}
		}
	}
	if number(2) != 0 {
		return errors.New("webp: VP8 partitions")
	}
	number(7)
	for range 5 {
		v := signed(4)
		most = max(most, max(v, -v))
	}
	if one() != 0 || most > 127 {
		return errors.New("webp: VP8 header")
	}
	return nil
}

// counted reads bytes and says how many.
type counted struct {
	b []byte
	n int
}

func (c *counted) ReadByte() (byte, error) {
	if c.n == len(c.b) {
		return 0, io.EOF
	}
	c.n++
	return c.b[c.n-1], nil
}

func (c *counted) Read([]byte) (int, error) { return 0, errors.New("only bytes") }

// accountLossless decodes a VP8L picture to the last byte. Transparent pixels have no colour.
func accountLossless(b []byte) (w, h int, err error) {
	m, err := exactly(b)
	if err != nil {
		return 0, 0, err
	}
	clear := true
	for i := 0; i < len(m.Pix); i += 4 {
		if m.Pix[i+3] == 0 && m.Pix[i]|m.Pix[i+1]|m.Pix[i+2] != 0 {
			return 0, 0, errors.New("webp: colour under transparency")
		}
		clear = clear && m.Pix[i+3] == 255
	}
	if b[4]&0x10 == 0 && !clear {
		return 0, 0, errors.New("webp: transparency that is denied")
	}
	return m.Rect.Dx(), m.Rect.Dy(), nil
}

func exactly(b []byte) (*image.NRGBA, error) {
	c := &counted{b: b}
	decoded, err := vp8l.Decode(c)
	if err != nil {
		return nil, fmt.Errorf("webp: VP8L: %w", err)
	}
	m := decoded.(*image.NRGBA)
	if c.n != len(b) {
		return nil, errors.New("webp: bytes behind the pixels")
	}
	if _, err := vp8l.Decode(&counted{b: b[:len(b)-1]}); err == nil {
		return nil, errors.New("webp: a byte behind the pixels")
	}
	return m, nil
}

func accountAlpha(b []byte, w, h int) error {
	if b[0]&0xf0 != 0 || b[0]&3 > 1 {
		return errors.New("webp: flags of the alpha channel")
	}
	if b[0]&3 == 0 {
		if len(b) != 1+w*h {
			return errors.New("webp: length of the alpha channel")
		}
		return nil
	}
	head := binary.LittleEndian.AppendUint32([]byte{0x2f}, uint32(w-1)|uint32(h-1)<<14|1<<28)
	m, err := exactly(append(head, b[1:]...))
	if err != nil {
		return err
	}
	for i := 0; i < len(m.Pix); i += 4 {
		if m.Pix[i]|m.Pix[i+2] != 0 || m.Pix[i+3] != m.Pix[3] {
			return errors.New("webp: other channels of the alpha channel")
		}
	}
	return nil
}
