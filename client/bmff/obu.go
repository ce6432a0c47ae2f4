package bmff

// OBUType is the type of an open bitstream unit.
type OBUType byte

// Types of section 6.2.2 of the AV1 specification.
const (
	OBUSequence    OBUType = 1
	OBUDelimiter   OBUType = 2
	OBUFrameHeader OBUType = 3
	OBUTileGroup   OBUType = 4
	OBUMetadata    OBUType = 5
	OBUFrame       OBUType = 6
	OBURedundant   OBUType = 7
	OBUTileList    OBUType = 8
	OBUPadding     OBUType = 15
)

// OBU is one unit.
type OBU struct {
	Type OBUType
	// Layered says that Temporal and Spatial layer are written.
	Layered           bool
	Temporal, Spatial int
	Data              []byte
	// Raw is the whole unit with its header.
	Raw []byte
}

// maxUnits is how many units a coded picture may have: 4096 tiles, and what lies beside them.
const maxUnits = 10_000

// OBUs parts a temporal unit. The last unit may do without a size.
func OBUs(b []byte) ([]OBU, error) {
	var list []OBU
	for len(b) > 0 {
		o, rest, err := nextOBU(b)
		if err != nil || len(list) == maxUnits {
			return nil, ErrFormat
		}
		list, b = append(list, o), rest
	}
	return list, nil
}

func nextOBU(b []byte) (OBU, []byte, error) {
	head := b[0]
	o := OBU{Type: OBUType(head >> 3 & 15), Layered: head&4 != 0}
	at := 1
	// The forbidden bit and the reserved one.
	if head&0x81 != 0 {
		return o, nil, ErrFormat
	}
	if o.Layered {
		if len(b) < 2 || b[1]&7 != 0 {
			return o, nil, ErrFormat
		}
		o.Temporal, o.Spatial = int(b[1]>>5), int(b[1]>>3&3)
		at = 2
	}
	size := uint64(len(b) - at)
	if head&2 != 0 {
		var n int
		if size, n = leb128(b[at:]); n == 0 {
			return o, nil, ErrFormat
		}
		at += n
	}
	if size > uint64(len(b)-at) {
		return o, nil, ErrFormat
	}
	end := at + int(size)
	o.Data, o.Raw = b[at:end:end], b[:end:end]
	return o, b[end:], nil
}

// leb128 returns a number and how many bytes it takes, 0 if it is none.
func leb128(b []byte) (v uint64, n int) {
	for i := 0; i < min(len(b), 8); i++ {
		v |= uint64(b[i]&0x7f) << (7 * i)
		if b[i] < 0x80 {
			if v >= 1<<32 {
				return 0, 0
			}
			return v, i + 1
		}
	}
	return 0, 0
}

// AppendOBU writes a unit with its size, in the shortest form.
func AppendOBU(out []byte, o OBU) []byte {
	head := byte(o.Type)<<3 | 2
	if o.Layered {
		out = append(out, head|4, byte(o.Temporal)<<5|byte(o.Spatial)<<3)
	} else {
		out = append(out, head)
	}
	n := uint64(len(o.Data))
	for ; n >= 0x80; n >>= 7 {
		out = append(out, byte(n)|0x80)
	}
	return append(append(out, byte(n)), o.Data...)
}
