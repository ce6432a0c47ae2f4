package icc

import (
	"encoding/binary"
	"math"
	"sync"
)

// Transform turns the colours of a profile into those of sRGB.
type Transform struct {
	linear [3][256]float32
	matrix [9]float32
}

// NewTransform reads a profile of three primaries and three curves. It returns nil for one that has none, such as those of
// printing presses, which work by tables.
func NewTransform(profile []byte) *Transform {
	tags, err := read(profile)
	if err != nil || string(profile[16:20]) != "RGB " || string(profile[20:24]) != "XYZ " {
		return nil
	}
	t := &Transform{}
	var toXYZ [9]float64
	for i, c := range []string{"r", "g", "b"} {
		xyz, trc := tags[c+"XYZ"], tags[c+"TRC"]
		if xyz = element(c+"XYZ", padded(xyz)); xyz == nil {
			return nil
		}
		if trc = element(c+"TRC", padded(trc)); trc == nil {
			return nil
		}
		for k := range 3 {
			toXYZ[3*k+i] = float64(int32(binary.BigEndian.Uint32(xyz[8+4*k:]))) / 65536
		}
		for v := range 256 {
			t.linear[i][v] = float32(evaluate(trc, float64(v)/255))
		}
	}
	// From XYZ of the connection space (D50) to linear sRGB.
	fromXYZ := [9]float64{3.1341359, -1.6173863, -0.4906619, -0.9787955, 1.9162544, 0.0334427, 0.0719555, -0.2289769, 1.4053860}
	for row := range 3 {
		for column := range 3 {
			for k := range 3 {
				t.matrix[3*row+column] += float32(fromXYZ[3*row+k] * toXYZ[3*k+column])
			}
		}
	}
	return t
}

// padded makes a tag that is not there one that is of no type.
func padded(b []byte) []byte {
	if len(b) < 8 {
		return make([]byte, 8)
	}
	return b
}

// encoded has the values of sRGB for linear light in steps of 1/4095.
var encoded = sync.OnceValue(func() *[4096]uint8 {
	var table [4096]uint8
	for i := range table {
		v := float64(i) / 4095
		if v <= 0.0031308 {
			v *= 12.92
		} else {
			v = 1.055*math.Pow(v, 1/2.4) - 0.055
		}
		table[i] = uint8(v*255 + 0.5)
	}
	return &table
})

// Apply converts pixels of red, green, blue and alpha (not premultiplied), in place. Colours that sRGB does not have
// become the nearest on its edge.
func (t *Transform) Apply(pix []uint8) {
	m, table := &t.matrix, encoded()
	light := func(v float32) uint8 { return table[int(min(max(v, 0), 1)*4095+0.5)] }
	for i := 0; i+4 <= len(pix); i += 4 {
		r, g, b := t.linear[0][pix[i]], t.linear[1][pix[i+1]], t.linear[2][pix[i+2]]
		pix[i] = light(m[0]*r + m[1]*g + m[2]*b)
		pix[i+1] = light(m[3]*r + m[4]*g + m[5]*b)
		pix[i+2] = light(m[6]*r + m[7]*g + m[8]*b)
	}
}

// Primaries returns a profile of the primaries that video has numbers for (ITU-T H.273), with the tone curve of sRGB; nil
// where pixels are sRGB anyway, or the number means nothing.
func Primaries(number int) []byte {
	xyz, ok := map[int][3][3]float64{
		9:  {{0.67349, 0.27904, -0.00193}, {0.16566, 0.67533, 0.02998}, {0.12505, 0.04561, 0.79684}},
		11: {{0.48622, 0.22671, -0.00080}, {0.32377, 0.71032, 0.04323}, {0.15432, 0.06297, 0.78264}},
		12: {{0.51512, 0.24120, -0.00105}, {0.29198, 0.69225, 0.04189}, {0.15710, 0.06657, 0.78407}},
	}[number]
	if !ok {
		return nil
	}
	fixed16 := func(out []byte, v ...float64) []byte {
		for _, f := range v {
			out = binary.BigEndian.AppendUint32(out, uint32(int32(math.Round(f*65536))))
		}
		return out
	}
	curve := fixed16([]byte("para\x00\x00\x00\x00\x00\x03\x00\x00"), 2.4, 1/1.055, 0.055/1.055, 1/12.92, 0.04045)
	tags := map[string][]byte{"wtpt": fixed16([]byte("XYZ \x00\x00\x00\x00"), 0.9642, 1, 0.82491)}
	for i, c := range []string{"r", "g", "b"} {
		tags[c+"XYZ"] = fixed16([]byte("XYZ \x00\x00\x00\x00"), xyz[i][:]...)
		tags[c+"TRC"] = curve
	}
	head := make([]byte, 128)
	head[8], head[9] = 4, 0x30
	copy(head[12:], "mntrRGB XYZ ")
	return write(head, tags)
}
