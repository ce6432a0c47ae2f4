package striptest

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
)

// accountBits reads bits; Account recovers when they run out.
type accountBits struct {
	b  []byte
	at int
}

func (r *accountBits) u(n int) (v int) {
	for range n {
		v = v<<1 | int(r.b[r.at/8])>>(7-r.at%8)&1
		r.at++
	}
	return v
}

func (r *accountBits) ue() int {
	zeros := 0
	for r.u(1) == 0 {
		zeros++
	}
	return 1<<zeros | r.u(zeros) - 1
}

// accountAV1 checks that the units are a sequence header, brightness, and frames, each with the shortest size.
func accountAV1(it *heifItem, b []byte) error {
	const (
		sequence = 1
		header   = 3
		tiles    = 4
		metadata = 5
		frame    = 6
	)
	var size [2]int
	seen := map[byte]bool{}
	frames, reduced := 0, false
	for len(b) > 0 {
		kind, data, rest, err := accountUnit(b)
		if err != nil {
			return err
		}
		b = rest
		switch {
		case kind == sequence && !seen[sequence]:
			seen[sequence] = true
			reduced = data[0]>>3&1 == 1
			size = accountSequence(data)
			if c := it.boxes["av1C"]; data[0]>>5 != c[1]>>5 {
				return errors.New("av1: configuration of another sequence")
			}
		case kind == metadata && frames == 0 && seen[sequence] && !seen[100+data[0]] && data[len(data)-1] == 0x80 &&
			(data[0] == 1 && len(data) == 6 || data[0] == 2 && len(data) == 26):
			seen[100+data[0]] = true
		case (kind == header || kind == frame) && seen[sequence]:
			// Shown, not again; a key frame first, then such as are predicted.
			frames++
			if want := map[bool]byte{true: 1, false: 3}[frames == 1]; !reduced && data[0]>>4 != want || reduced && frames > 1 {
				return errors.New("av1: a second picture, or a hidden one")
			}
		case kind == tiles && frames == 1:
		default:
			return fmt.Errorf("av1: unit of type %d", kind)
		}
	}
	if frames == 0 || frames == 1 && size != [2]int{int(it.width), int(it.height)} {
		return errors.New("av1: no frame, or of another size than it says")
	}
	return nil
}

func accountUnit(b []byte) (kind byte, data, rest []byte, err error) {
	head, at := b[0], 1
	if head&4 != 0 {
		at = 2
		if b[1]&7 != 0 {
			return 0, nil, nil, errors.New("av1: reserved bits")
		}
	}
	size := 0
	for shift := 0; ; shift += 7 {
		c := b[at]
		size |= int(c&0x7f) << shift
		at++
		if c == 0 {
			return 0, nil, nil, errors.New("av1: an empty unit, or a size that is too long")
		}
		if c < 0x80 {
			break
		}
	}
	if head&0x83 != 2 {
		return 0, nil, nil, errors.New("av1: head of a unit")
	}
	return head >> 3, b[at : at+size], b[at+size:], nil
}

// accountSequence returns the size in a sequence header.
func accountSequence(b []byte) [2]int {
	r := accountBits{b: b}
	r.u(4)
	if r.u(1) == 1 {
		r.u(5)
	} else {
		delay, model := 0, 0
		if r.u(1) == 1 {
			if r.u(32) != 1 || r.u(32) != 1 {
				panic("clock rates")
			}
			if r.u(1) == 1 {
				r.ue()
			}
			if model = r.u(1); model == 1 {
				delay = r.u(5) + 1
				r.u(42)
			}
		}
		initial := r.u(1)
		for range r.u(5) + 1 {
			r.u(12)
			if r.u(5) > 7 {
				r.u(1)
			}
			if model == 1 && r.u(1) == 1 {
				r.u(2*delay + 1)
			}
			if initial == 1 && r.u(1) == 1 {
				r.u(4)
			}
		}
	}
	w, h := r.u(4)+1, r.u(4)+1
	return [2]int{r.u(w) + 1, r.u(h) + 1}
}

// accountHEVC checks that the units are the slices of one picture that needs no other, of the size that it says.
func accountHEVC(it *heifItem, b []byte) error {
	kind := byte(0)
	for first := true; len(b) > 0; first = false {
		n := int(binary.BigEndian.Uint32(b))
		u := b[4 : 4+n]
		b = b[4+n:]
		kind = u[0] >> 1
		if kind < 16 || kind > 21 || u[0]&1 != 0 || u[1] != 1 {
			return fmt.Errorf("hevc: unit of type %d", kind)
		}
		if u[2]>>7 == 1 != first {
			return errors.New("hevc: a second picture")
		}
		if u[n-1] == 0 || n > 5 && bytes.HasSuffix(u, []byte{0, 0, 3}) || bytes.Contains(u, []byte{0, 0, 0}) || bytes.Contains(u, []byte{0, 0, 1}) {
			return errors.New("hevc: zeros")
		}
	}
	c := it.boxes["hvcC"]
	c = c[28+int(binary.BigEndian.Uint16(c[26:])):]
	r := accountBits{b: bytes.ReplaceAll(c[5:5+int(binary.BigEndian.Uint16(c[3:]))], []byte{0, 0, 3}, []byte{0, 0})}
	r.u(20)
	sub := r.u(3)
	r.u(1 + 96)
	layers := r.u(2 * sub)
	if sub > 0 {
		r.u(2 * (8 - sub))
	}
	for i := range sub {
		if layers>>(2*(sub-i)-1)&1 == 1 {
			r.u(88)
		}
		if layers>>(2*(sub-i)-2)&1 == 1 {
			r.u(8)
		}
	}
	r.ue()
	chroma := r.ue()
	if chroma == 3 {
		r.u(1)
	}
	w, h := r.ue(), r.ue()
	if r.u(1) == 1 {
		x, y := []int{1, 2, 2, 1}[chroma], []int{1, 2, 1, 1}[chroma]
		w -= x * (r.ue() + r.ue())
		h -= y * (r.ue() + r.ue())
	}
	if w != int(it.width) || h != int(it.height) {
		return errors.New("hevc: of another size than it says")
	}
	if err := accountSequenceSet(&r, kind == 19 || kind == 20); err != nil {
		return err
	}
	return accountVideoSet(it.boxes["hvcC"])
}

var errSet = errors.New("hevc: a parameter set says more than one picture needs")

// accountSequenceSet reads a sequence parameter set from behind the size of the picture on.
func accountSequenceSet(r *accountBits, resets bool) error {
	for range 3 {
		r.ue()
	}
	if r.u(1) != 0 || r.ue() > 15 || r.ue() > 15 || r.ue() != 0 {
		return errSet
	}
	for range 6 {
		r.ue()
	}
	if r.u(1) == 1 && r.u(1) == 1 {
		return nil // lists of scales are not followed here
	}
	r.u(2)
	if r.u(1) == 1 {
		r.u(8)
		r.ue()
		r.ue()
		r.u(1)
	}
	if !resets {
		return nil
	}
	if r.ue() != 0 || r.u(1) != 0 {
		return errSet
	}
	r.u(2)
	if r.u(1) == 1 {
		if r.u(2) != 0 {
			return errSet
		}
		signal := r.u(1)
		if signal == 1 {
			if r.u(3) != 5 {
				return errSet
			}
			r.u(1)
			if r.u(1) == 1 {
				r.u(24)
			}
		}
		place := r.u(1)
		if place == 1 && (r.ue() > 5 || r.ue() > 5) {
			return errSet
		}
		if signal+place == 0 || r.u(6) != 0 {
			return errSet
		}
	}
	if r.u(1) == 1 {
		r.u(17) // ranges
	}
	return accountEnd(r)
}

// accountEnd wants a one and zeros up to the next byte, and that that is the end.
func accountEnd(r *accountBits) error {
	if r.u(1) != 1 || 8*len(r.b)-r.at > 7 || r.u(8*len(r.b)-r.at) != 0 {
		return errSet
	}
	return nil
}

// accountVideoSet wants the video parameter set to say what the configuration does, and nothing else.
func accountVideoSet(c []byte) error {
	n := int(binary.BigEndian.Uint16(c[26:]))
	r := accountBits{b: bytes.ReplaceAll(c[30:28+n], []byte{0, 0, 3}, []byte{0, 0})}
	r.u(4)
	if r.u(2) != 3 || r.u(6) != 0 {
		return errSet
	}
	layers := r.u(3)
	r.u(1)
	if r.u(16) != 0xffff {
		return errSet
	}
	if !bytes.Equal(r.b[4:16], c[1:13]) {
		return errors.New("hevc: the configuration says something else than the video parameters")
	}
	if idc := c[1] & 31; idc >= 1 && idc <= 3 && (c[6]&15 != 0 || !bytes.Equal(c[7:12], make([]byte, 5))) || c[3]&15 != 0 || c[4] != 0 || c[5] != 0 {
		return errSet
	}
	if r.u(96); layers > 0 {
		return nil // nor are layers
	}
	if r.u(1) != 0 || r.ue() > 15 || r.ue() > 15 || r.ue() != 0 || r.u(6) != 0 || r.ue() != 0 || r.u(2) != 0 {
		return errSet
	}
	return accountEnd(&r)
}
