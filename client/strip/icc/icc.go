// Package icc rebuilds a colour profile with nothing in it but what turns its numbers into colours: primaries, white
// point, curves, matrices and look-up tables, each parsed and written anew. Dates, creators, device names, descriptions
// and whatever lies between the tags are not carried over: all profiles are called "c".
package icc

import (
	"encoding/binary"
	"errors"
	"slices"
)

// Profile is a rebuilt profile.
type Profile struct {
	Data []byte
	// Wide says that its primaries span clearly more than those of sRGB.
	Wide bool
	// SRGB says that it describes sRGB, as far as eyes can tell: a picture without a profile looks the same.
	SRGB bool
}

// MaxSize bounds a profile. Those of printing presses have some megabytes. A picture with a larger one is refused: left out,
// its colours would shift, and nothing but a trap is so large.
const MaxSize = 16 << 20

var errProfile = errors.New("icc: not a profile that can be rebuilt")

// kept are the tags that are carried over, in the order in which they are written.
var kept = []string{
	"wtpt", "bkpt", "chad", "rXYZ", "gXYZ", "bXYZ", "rTRC", "gTRC", "bTRC", "kTRC",
	"A2B0", "A2B1", "A2B2", "B2A0", "B2A1", "B2A2", "cicp",
}

// Rebuild returns the profile for a picture of the given colour space ("RGB ", "GRAY" or "CMYK"). It fails when the
// profile is broken, or is one of another colour space.
func Rebuild(src []byte, space string) (Profile, error) {
	tags, err := read(src)
	if err != nil || string(src[16:20]) != space {
		return Profile{}, errProfile
	}
	out := map[string][]byte{}
	for _, name := range kept {
		raw, ok := tags[name]
		if !ok {
			continue
		}
		data := element(name, raw)
		if data == nil {
			return Profile{}, errProfile
		}
		out[name] = data
	}
	if !usable(out, space) {
		return Profile{}, errProfile
	}
	return Profile{Data: write(src, out), Wide: wide(out), SRGB: srgb(out)}, nil
}

// read checks the header and returns the bytes of each tag.
func read(src []byte) (map[string][]byte, error) {
	if len(src) < 132 || len(src) > MaxSize || string(src[36:40]) != "acsp" {
		return nil, errProfile
	}
	size := binary.BigEndian.Uint32(src)
	if uint64(size) > uint64(len(src)) || size < 132 || src[8] < 2 || src[8] > 4 {
		return nil, errProfile
	}
	if !slices.Contains([]string{"mntr", "scnr", "prtr", "spac"}, string(src[12:16])) ||
		!slices.Contains([]string{"XYZ ", "Lab "}, string(src[20:24])) {
		return nil, errProfile
	}
	src = src[:size]
	n := binary.BigEndian.Uint32(src[128:])
	if n > 200 || uint64(132+12*n) > uint64(size) {
		return nil, errProfile
	}
	tags := map[string][]byte{}
	for i := range n {
		b := src[132+12*i:]
		name, at, length := string(b[:4]), uint64(binary.BigEndian.Uint32(b[4:])), uint64(binary.BigEndian.Uint32(b[8:]))
		if at+length > uint64(size) || length < 8 {
			continue
		}
		if _, twice := tags[name]; !twice {
			tags[name] = src[at : at+length]
		}
	}
	return tags, nil
}

// usable reports whether the tags suffice to convert colours.
func usable(tags map[string][]byte, space string) bool {
	all := func(names ...string) bool {
		for _, n := range names {
			if tags[n] == nil {
				return false
			}
		}
		return true
	}
	switch space {
	case "RGB ":
		return all("A2B0") || all("rXYZ", "gXYZ", "bXYZ", "rTRC", "gTRC", "bTRC")
	case "GRAY":
		return all("A2B0") || all("kTRC")
	}
	return all("A2B0")
}

// write puts the profile together; tags with the same bytes share them.
func write(src []byte, tags map[string][]byte) []byte {
	v4 := src[8] == 4
	tags["desc"], tags["cprt"] = description(v4), copyright(v4)
	var names []string
	for _, name := range append([]string{"desc", "cprt"}, kept...) {
		if tags[name] != nil {
			names = append(names, name)
		}
	}
	head := make([]byte, 128)
	head[8], head[9] = src[8], src[9]&0xf0
	copy(head[12:], src[12:24])
	copy(head[24:], []byte{0x07, 0xd0, 0, 1, 0, 1}) // 2000-01-01
	copy(head[36:], "acsp")
	head[67] = src[67] & 3 // rendering intent
	copy(head[68:], []byte{0, 0, 0xf6, 0xd6, 0, 1, 0, 0, 0, 0, 0xd3, 0x2d})
	out := binary.BigEndian.AppendUint32(head, uint32(len(names)))
	offset := len(out) + 12*len(names)
	var body []byte
	placed := map[string]int{}
	for _, name := range names {
		data := tags[name]
		at, ok := placed[string(data)]
		if !ok {
			at = offset + len(body)
			placed[string(data)] = at
			body = append(body, data...)
			body = append(body, make([]byte, -len(body)&3)...)
		}
		out = append(out, name...)
		out = binary.BigEndian.AppendUint32(out, uint32(at))
		out = binary.BigEndian.AppendUint32(out, uint32(len(data)))
	}
	out = append(out, body...)
	binary.BigEndian.PutUint32(out, uint32(len(out)))
	return out
}

func description(v4 bool) []byte {
	if v4 {
		return localized()
	}
	return append([]byte("desc\x00\x00\x00\x00\x00\x00\x00\x02c\x00"), make([]byte, 4+4+2+1+67)...)
}

func copyright(v4 bool) []byte {
	if v4 {
		return localized()
	}
	return []byte("text\x00\x00\x00\x00c\x00")
}

func localized() []byte {
	return []byte("mluc\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x0cenUS\x00\x00\x00\x02\x00\x00\x00\x1c\x00c")
}

// wide compares the triangle of the primaries with that of sRGB, whose area is 0.1091 when adapted to D50.
func wide(tags map[string][]byte) bool {
	var x, y [3]float64
	for i, name := range []string{"rXYZ", "gXYZ", "bXYZ"} {
		b := tags[name]
		if b == nil {
			return false
		}
		var v [3]float64
		for k := range v {
			v[k] = float64(int32(binary.BigEndian.Uint32(b[8+4*k:])))
		}
		sum := v[0] + v[1] + v[2]
		if sum == 0 {
			return false
		}
		x[i], y[i] = v[0]/sum, v[1]/sum
	}
	area := ((x[1]-x[0])*(y[2]-y[0]) - (x[2]-x[0])*(y[1]-y[0])) / 2
	return max(area, -area) > 1.08*0.1091
}

// srgb compares primaries and tone curves with those of sRGB.
func srgb(tags map[string][]byte) bool {
	if tags["A2B0"] != nil {
		return false
	}
	for i, name := range []string{"rXYZ", "gXYZ", "bXYZ"} {
		b := tags[name]
		for k, want := range [3][3]int32{{28578, 14581, 912}, {25241, 46981, 6362}, {9376, 3972, 46799}}[i] {
			if b == nil {
				return false
			}
			if d := int32(binary.BigEndian.Uint32(b[8+4*k:])) - want; d > 200 || d < -200 {
				return false
			}
		}
	}
	for _, name := range []string{"rTRC", "gTRC", "bTRC"} {
		for _, at := range [][2]float64{{0.03, 0.00232}, {0.1, 0.01002}, {0.5, 0.21404}, {0.8, 0.60383}} {
			if d := evaluate(tags[name], at[0]) - at[1]; !(d < 0.001 && d > -0.001) {
				return false
			}
		}
	}
	return true
}

// Name returns what the profile calls itself, as it is; the caller cleans it.
func Name(src []byte) string {
	tags, err := read(src)
	if err != nil {
		return ""
	}
	d := tags["desc"]
	switch {
	case len(d) >= 12 && string(d[:4]) == "desc":
		n := binary.BigEndian.Uint32(d[8:])
		return string(d[12:min(uint64(12)+uint64(n), uint64(len(d)))])
	case len(d) >= 28 && string(d[:4]) == "mluc":
		n, at := uint64(binary.BigEndian.Uint32(d[20:])), uint64(binary.BigEndian.Uint32(d[24:]))
		if at+n > uint64(len(d)) {
			return ""
		}
		var s []rune
		for i := at; i+1 < at+n; i += 2 {
			s = append(s, rune(binary.BigEndian.Uint16(d[i:])))
		}
		return string(s)
	}
	return ""
}
