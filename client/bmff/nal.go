package bmff

import "encoding/binary"

// NAL unit types of table 7-1 of ITU-T H.265.
const (
	NALFirstIRAP  = 16
	NALLastIRAP   = 23
	NALIDRLeading = 19 // with pictures that lead it,
	NALIDR        = 20 // without
	NALVPS        = 32
	NALSPS        = 33
	NALPPS        = 34
	NALAUD        = 35
	NALFiller     = 38
	NALPrefixSEI  = 39
	NALSuffixSEI  = 40
)

// NAL is one unit with its header.
type NAL []byte

// Type returns its type.
func (n NAL) Type() int { return int(n[0] >> 1 & 63) }

// Layer returns its layer: 0 is the picture itself.
func (n NAL) Layer() int { return int(n[0]&1)<<5 | int(n[1]>>3) }

// NALs parts units that have their length in front, in so many bytes.
func NALs(b []byte, lengthSize int) ([]NAL, error) {
	var list []NAL
	for len(b) > 0 {
		if len(b) < lengthSize || len(list) == maxUnits {
			return nil, ErrFormat
		}
		var size [4]byte
		copy(size[4-lengthSize:], b)
		n := uint64(binary.BigEndian.Uint32(size[:]))
		b = b[lengthSize:]
		// The forbidden bit, and the layer's number plus one.
		if n > uint64(len(b)) || n < 2 || b[0]&0x80 != 0 || b[1]&7 == 0 {
			return nil, ErrFormat
		}
		list, b = append(list, NAL(b[:n:n])), b[n:]
	}
	return list, nil
}

// Escaped reports whether the unit holds only what emulation prevention allows.
func (n NAL) Escaped() bool {
	zeros := 0
	for i, c := range n {
		if zeros >= 2 && (c < 3 || c == 3 && i+1 < len(n) && n[i+1] > 3) {
			return false
		}
		if c == 0 {
			zeros++
		} else {
			zeros = 0
		}
	}
	return zeros == 0
}

// Payload returns the content without header and emulation prevention.
func (n NAL) Payload() []byte {
	out := make([]byte, 0, len(n))
	zeros := 0
	for _, c := range n[2:] {
		if zeros >= 2 && c == 3 {
			zeros = 0
			continue
		}
		if zeros++; c != 0 {
			zeros = 0
		}
		out = append(out, c)
	}
	return out
}

// Trimmed returns the unit without zeros and CABAC zero words behind its end.
func (n NAL) Trimmed() NAL {
	for len(n) > 2 {
		last := len(n) - 1
		switch {
		case n[last] == 0:
			n = n[:last]
		case n[last] == 3 && len(n) > 4 && n[last-1] == 0 && n[last-2] == 0:
			n = n[:last-2]
		default:
			return n
		}
	}
	return n
}
