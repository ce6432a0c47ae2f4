package striptest

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
)

// accountant reads a stripped JPEG: the order of segments is fixed, each has its exact length, and the coded data is
// decoded to coefficients, bit by bit.
type accountant struct {
	b        []byte
	sof      byte
	w, h     int
	parts    []accounted
	hMax     int
	vMax     int
	quant    map[byte][]byte          // without their first byte
	huff     map[byte]map[uint32]byte // by class and id: length<<16|code to symbol
	needed   map[byte]bool            // tables that nothing has used yet
	interval int
	profile  []byte
}

type accounted struct {
	id, tq            byte
	h, v              int
	bx, by, padded    int
	coefficients      [][64]int
	dc, ac            byte
	predicted         int
	quantised, hidden bool
}

// accountJPEG checks a stripped JPEG.
func accountJPEG(b []byte) error {
	a, err := readJPEG(b)
	if err != nil {
		return err
	}
	return a.steps()
}

// steps checks that no quantisation table says anything of coefficients that are zero everywhere: those repeat the step before.
func (a *accountant) steps() error {
	for id, table := range a.quant {
		var used [64]bool
		for _, p := range a.parts {
			for _, block := range p.coefficients {
				for k, v := range block {
					used[k] = used[k] || p.tq == id && v != 0
				}
			}
		}
		wide := len(table) / 64
		for k := 1; k < 64; k++ {
			if at := k * wide; !used[k] && !bytes.Equal(table[at:at+wide], table[at-wide:at]) {
				return errors.New("jpeg: a quantisation step of nothing")
			}
		}
	}
	return nil
}

// Coefficients returns those of each component's blocks that show something, of a stripped JPEG.
func Coefficients(b []byte) ([][][64]int, error) {
	a, err := readJPEG(b)
	if err != nil {
		return nil, err
	}
	var out [][][64]int
	for _, p := range a.parts {
		var plane [][64]int
		for i, c := range p.coefficients {
			if i%p.padded < p.bx && i/p.padded < p.by {
				plane = append(plane, c)
			}
		}
		out = append(out, plane)
	}
	return out, nil
}

// Coefficients returns what a file of the layout should have.
func (l Layout) Coefficients() [][][64]int {
	c := coder{l: l}
	c.layout()
	var out [][][64]int
	for _, p := range c.planes {
		var plane [][64]int
		for i, b := range p.blocks {
			if i%p.paddedX < p.blocksX && i/p.paddedX < p.blocksY {
				plane = append(plane, b)
			}
		}
		out = append(out, plane)
	}
	return out
}

func readJPEG(b []byte) (a *accountant, err error) {
	a = &accountant{b: b[2:], quant: map[byte][]byte{}, huff: map[byte]map[uint32]byte{}, needed: map[byte]bool{}}
	stage := 0
	for {
		if len(a.b) < 2 || a.b[0] != 0xff {
			return nil, errors.New("jpeg: no marker where one has to be")
		}
		marker := a.b[1]
		if marker == 0xd9 {
			if len(a.b) != 2 || stage != 7 {
				return nil, errors.New("jpeg: the end is not the end")
			}
			if len(a.needed) > 0 {
				return nil, errors.New("jpeg: a table without use")
			}
			return a, a.checkProfile()
		}
		n := int(binary.BigEndian.Uint16(a.b[2:]))
		body := a.b[4 : 2+n]
		a.b = a.b[2+n:]
		next, err := a.segment(marker, body)
		if err != nil {
			return nil, err
		}
		if next < stage && !(stage == 7 && next == 6) {
			return nil, fmt.Errorf("jpeg: segment %#x too late", marker)
		}
		stage = next
	}
}

// segment checks one and returns which place it has in the order.
func (a *accountant) segment(marker byte, body []byte) (int, error) {
	wrong := fmt.Errorf("jpeg: segment %#x has more or less than it may", marker)
	switch marker {
	case 0xe0:
		if string(body) != "JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00" {
			return 0, wrong
		}
		return 1, nil
	case 0xe1:
		if len(body) != 32 || string(body[:6]) != "Exif\x00\x00" {
			return 0, wrong
		}
		return 2, accountOrientation(body[6:])
	case 0xe2:
		if !bytes.HasPrefix(body, []byte("ICC_PROFILE\x00")) || len(body) < 15 {
			return 0, wrong
		}
		a.profile = append(a.profile, body[14:]...)
		return 3, nil
	case 0xee:
		if len(body) != 12 || string(body[:11]) != "Adobe\x00\x64\x00\x00\x00\x00" || body[11] > 2 {
			return 0, wrong
		}
		return 4, nil
	case 0xdb:
		if len(body) != 65+64*int(body[0]>>4) || a.quant[body[0]&15] != nil {
			return 0, wrong
		}
		a.quant[body[0]&15] = body[1:]
		return 5, nil
	case 0xc0, 0xc1, 0xc2:
		return 6, a.frame(marker, body)
	case 0xc4:
		return 6, a.table(body)
	case 0xdd:
		if len(body) != 2 {
			return 0, wrong
		}
		a.interval = int(binary.BigEndian.Uint16(body))
		return 6, nil
	case 0xda:
		return 7, a.scan(body)
	}
	return 0, fmt.Errorf("jpeg: segment %#x", marker)
}

func (a *accountant) checkProfile() error {
	if a.profile == nil {
		return nil
	}
	return accountProfile(a.profile)
}

func (a *accountant) frame(marker byte, body []byte) error {
	if len(a.parts) > 0 || len(body) != 6+3*int(body[5]) || body[0] != 8 {
		return errors.New("jpeg: frame header")
	}
	a.sof, a.h, a.w = marker, int(binary.BigEndian.Uint16(body[1:])), int(binary.BigEndian.Uint16(body[3:]))
	used := map[byte]bool{}
	names := ""
	for i := 6; i < len(body); i += 3 {
		p := accounted{id: body[i], h: int(body[i+1] >> 4), v: int(body[i+1] & 15), tq: body[i+2]}
		if a.quant[p.tq] == nil {
			return errors.New("jpeg: no quantisation table")
		}
		used[p.tq] = true
		names += string(rune(p.id))
		a.hMax, a.vMax = max(a.hMax, p.h), max(a.vMax, p.v)
		a.parts = append(a.parts, p)
	}
	if names != "RGB" && names != "\x01\x02\x03\x04"[:len(names)] {
		return errors.New("jpeg: names of components")
	}
	if len(used) != len(a.quant) {
		return errors.New("jpeg: a quantisation table without use")
	}
	for i := range a.parts {
		p := &a.parts[i]
		p.bx = ((a.w*p.h+a.hMax-1)/a.hMax + 7) / 8
		p.by = ((a.h*p.v+a.vMax-1)/a.vMax + 7) / 8
		p.padded = (a.w + 8*a.hMax - 1) / (8 * a.hMax) * p.h
		p.coefficients = make([][64]int, p.padded*((a.h+8*a.vMax-1)/(8*a.vMax))*p.v)
	}
	return nil
}

func (a *accountant) table(body []byte) error {
	table := map[uint32]byte{}
	code, at := uint32(0), 17
	for length := uint32(1); length <= 16; length++ {
		for range body[length] {
			if at >= len(body) {
				return errors.New("jpeg: Huffman table")
			}
			table[length<<16|code] = body[at]
			code++
			at++
		}
		code <<= 1
	}
	if at != len(body) || a.needed[body[0]] {
		return errors.New("jpeg: Huffman table")
	}
	a.huff[body[0]], a.needed[body[0]] = table, true
	return nil
}

// scan decodes coded data up to the marker behind it.
func (a *accountant) scan(body []byte) error {
	n := int(body[0])
	if len(body) != 4+2*n {
		return errors.New("jpeg: scan header")
	}
	s := decoding{a: a, ss: int(body[1+2*n]), se: int(body[2+2*n]), ah: int(body[3+2*n] >> 4), al: int(body[3+2*n] & 15)}
	if a.sof != 0xc2 && (s.ss != 0 || s.se != 63 || s.ah != 0 || s.al != 0) {
		return errors.New("jpeg: scan header")
	}
	for i := range n {
		for k := range a.parts {
			if a.parts[k].id == body[1+2*i] {
				a.parts[k].dc, a.parts[k].ac = body[2+2*i]>>4, body[2+2*i]&15|0x10
				s.parts = append(s.parts, &a.parts[k])
			}
		}
	}
	if len(s.parts) != n {
		return errors.New("jpeg: scan header")
	}
	return s.run()
}
