package icc

import (
	"encoding/binary"
	"math"
	"slices"
)

// element returns the bytes of a tag, parsed and written anew with every reserved byte zero; nil if it is not of a type
// that the tag may have.
func element(name string, b []byte) []byte {
	kind := string(b[:4])
	var data []byte
	switch {
	case slices.Contains([]string{"wtpt", "bkpt", "rXYZ", "gXYZ", "bXYZ"}, name):
		data = fixed(b, "XYZ ", 20)
	case name == "chad":
		data = fixed(b, "sf32", 44)
	case name == "cicp":
		data = fixed(b, "cicp", 12)
	case name[1:] == "TRC":
		data, _ = curve(b)
	case kind == "mft1":
		data = lut(b, 1)
	case kind == "mft2":
		data = lut(b, 2)
	case kind == "mAB " && name[0] == 'A', kind == "mBA " && name[0] == 'B':
		data = pipeline(b)
	}
	return data
}

// fixed returns an element of one length.
func fixed(b []byte, kind string, n int) []byte {
	if string(b[:4]) != kind || len(b) < n {
		return nil
	}
	out := slices.Clone(b[:n])
	clear(out[4:8])
	return out
}

// curve returns a curve and how many bytes it took in the source.
func curve(b []byte) ([]byte, int) {
	if len(b) < 12 {
		return nil, 0
	}
	var n uint64
	switch string(b[:4]) {
	case "curv":
		n = 12 + 2*uint64(binary.BigEndian.Uint32(b[8:]))
	case "para":
		function := binary.BigEndian.Uint16(b[8:])
		if function > 4 {
			return nil, 0
		}
		n = 12 + 4*uint64([]int{1, 3, 4, 5, 7}[function])
	default:
		return nil, 0
	}
	if n > uint64(len(b)) {
		return nil, 0
	}
	out := slices.Clone(b[:n])
	clear(out[4:8])
	if out[0] == 'p' {
		clear(out[10:12])
	}
	return out, int(n)
}

// evaluate returns the value of a rebuilt curve at x, which lies between 0 and 1.
func evaluate(b []byte, x float64) float64 {
	if b[0] == 'c' {
		n := int(binary.BigEndian.Uint32(b[8:]))
		value := func(i int) float64 { return float64(binary.BigEndian.Uint16(b[12+2*i:])) }
		switch n {
		case 0:
			return x
		case 1:
			return math.Pow(x, value(0)/256)
		}
		at := x * float64(n-1)
		i := min(int(at), n-2)
		return (value(i) + (at-float64(i))*(value(i+1)-value(i))) / 65535
	}
	var p [7]float64
	for i := range (len(b) - 12) / 4 {
		p[i] = float64(int32(binary.BigEndian.Uint32(b[12+4*i:]))) / 65536
	}
	g, a, bb, c, d, e, f := p[0], p[1], p[2], p[3], p[4], p[5], p[6]
	switch binary.BigEndian.Uint16(b[8:]) {
	case 0:
		return math.Pow(x, g)
	case 1, 2:
		if a != 0 && x >= -bb/a {
			return math.Pow(a*x+bb, g) + c
		}
		return c
	}
	if x >= d {
		return math.Pow(a*x+bb, g) + e
	}
	return c*x + f
}

// lut returns a look-up table of 8 or 16 bits (width 1 or 2).
func lut(b []byte, width uint64) []byte {
	head := uint64(48)
	if width == 2 {
		head = 52
	}
	if uint64(len(b)) < head || b[8] == 0 || b[8] > 15 || b[9] == 0 || b[9] > 15 {
		return nil
	}
	inputs, outputs := uint64(b[8]), uint64(b[9])
	entriesIn, entriesOut := uint64(256), uint64(256)
	if width == 2 {
		entriesIn, entriesOut = uint64(binary.BigEndian.Uint16(b[48:])), uint64(binary.BigEndian.Uint16(b[50:]))
	}
	grid := bounded(slices.Repeat([]byte{b[10]}, int(inputs)))
	n := head + width*(entriesIn*inputs+grid*outputs+entriesOut*outputs)
	if n > uint64(len(b)) {
		return nil
	}
	out := slices.Clone(b[:n])
	clear(out[4:8])
	out[11] = 0
	return out
}

// bounded multiplies, and stops at a number beyond every profile.
func bounded(factors []byte) uint64 {
	n := uint64(1)
	for _, f := range factors {
		if n *= uint64(f); n > MaxSize {
			return MaxSize + 1
		}
	}
	return n
}

// pipeline returns a lutAToB or lutBToA element: its parts are parsed and written one behind the other.
func pipeline(b []byte) []byte {
	if len(b) < 32 || b[8] == 0 || b[8] > 15 || b[9] == 0 || b[9] > 15 {
		return nil
	}
	inputs, outputs := int(b[8]), int(b[9])
	// B and M curves are on the side of the connection space, A curves on the other.
	near, far := outputs, inputs
	if b[1] == 'B' {
		near, far = inputs, outputs
	}
	out := make([]byte, 32)
	copy(out, b[:4])
	out[8], out[9] = b[8], b[9]
	for i, part := range []func([]byte) []byte{
		func(p []byte) []byte { return curves(p, near) },
		func(p []byte) []byte { return first(p, 48) },
		func(p []byte) []byte { return curves(p, near) },
		func(p []byte) []byte { return clut(p, inputs, outputs) },
		func(p []byte) []byte { return curves(p, far) },
	} {
		at := binary.BigEndian.Uint32(b[12+4*i:])
		if at == 0 {
			continue
		}
		if uint64(at) > uint64(len(b)) {
			return nil
		}
		data := part(b[at:])
		if data == nil {
			return nil
		}
		binary.BigEndian.PutUint32(out[12+4*i:], uint32(len(out)))
		out = append(out, data...)
	}
	return out
}

func first(b []byte, n int) []byte {
	if len(b) < n {
		return nil
	}
	return b[:n]
}

// curves returns n curves, each padded to four bytes.
func curves(b []byte, n int) []byte {
	var out []byte
	for range n {
		data, size := curve(b)
		if data == nil {
			return nil
		}
		out = append(out, data...)
		out = append(out, make([]byte, -len(out)&3)...)
		b = b[min((size+3)&^3, len(b)):]
	}
	return out
}

// clut returns a grid, padded to four bytes.
func clut(b []byte, inputs, outputs int) []byte {
	if len(b) < 20 || b[16] != 1 && b[16] != 2 {
		return nil
	}
	n := 20 + bounded(b[:inputs])*uint64(outputs)*uint64(b[16])
	if n > uint64(len(b)) {
		return nil
	}
	out := slices.Clone(b[:n])
	clear(out[inputs:16])
	clear(out[17:20])
	return append(out, make([]byte, -len(out)&3)...)
}
