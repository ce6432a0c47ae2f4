package striptest

import "encoding/binary"

// ICC returns an sRGB profile (matrix and one gamma 2.2 curve) whose description, copyright and device texts are name.
func ICC(name string) []byte {
	return ICCOf(name, [3][3]int32{{28578, 14581, 912}, {25241, 46981, 6362}, {9376, 3972, 46799}})
}

// DisplayP3 returns a wide-gamut profile called name.
func DisplayP3(name string) []byte {
	return ICCOf(name, [3][3]int32{{33759, 15807, -69}, {19136, 45352, 2751}, {10295, 4377, 51382}})
}

func (o Options) icc() []byte {
	if o.Wide {
		return DisplayP3(o.Profile)
	}
	return ICC(o.Profile)
}

// ICCOf returns a profile with the given XYZ of red, green and blue, in 1/65536.
func ICCOf(name string, primaries [3][3]int32) []byte {
	text := append([]byte("text\x00\x00\x00\x00"), name...)
	text = append(text, 0)
	desc := append([]byte("desc\x00\x00\x00\x00"), binary.BigEndian.AppendUint32(nil, uint32(len(name)+1))...)
	desc = append(append(desc, name...), make([]byte, 1+78)...)
	xyz := func(v [3]int32) []byte {
		b := []byte("XYZ \x00\x00\x00\x00")
		for _, n := range v {
			b = binary.BigEndian.AppendUint32(b, uint32(n))
		}
		return b
	}
	curve := []byte("curv\x00\x00\x00\x00\x00\x00\x00\x01\x02\x33")
	return profileOf([]iccTag{
		{"desc", desc}, {"cprt", text}, {"dmnd", desc}, {"dmdd", desc}, {"wtpt", xyz([3]int32{63190, 65536, 54061})},
		{"rXYZ", xyz(primaries[0])}, {"gXYZ", xyz(primaries[1])}, {"bXYZ", xyz(primaries[2])},
		{"rTRC", curve}, {"gTRC", curve}, {"bTRC", curve}, {"zzzz", text},
	})
}

// TableICC returns a profile that has a table in place of primaries and curves, as those of printers and scanners have. All
// of its colours are black, which is how one sees whether somebody looked into it.
func TableICC() []byte {
	table := append([]byte("mft1\x00\x00\x00\x00\x03\x03\x02\x00"), make([]byte, 36+3*256+8*3+3*256)...)
	return profileOf([]iccTag{
		{"desc", append([]byte("desc\x00\x00\x00\x00\x00\x00\x00\x02x\x00"), make([]byte, 1+78)...)},
		{"wtpt", append([]byte("XYZ \x00\x00\x00\x00"), make([]byte, 12)...)}, {"A2B0", table},
	})
}

type iccTag struct {
	name string
	data []byte
}

// profileOf puts a profile of these tags together.
func profileOf(tags []iccTag) []byte {
	head := make([]byte, 128)
	copy(head[4:], "SFLT")
	copy(head[8:], []byte{2, 0x40, 0, 0})
	copy(head[12:], "mntrRGB XYZ ")
	copy(head[24:], []byte{7, 0xea, 0, 5, 0, 4, 0, 11, 0, 12, 0, 13})
	copy(head[36:], "acspAPPL")
	copy(head[48:], "SFLTSO-7")
	copy(head[68:], []byte{0, 0, 0xf6, 0xd6, 0, 1, 0, 0, 0, 0, 0xd3, 0x2d})
	copy(head[80:], "SFLT")
	table := binary.BigEndian.AppendUint32(nil, uint32(len(tags)))
	offset := 128 + 4 + 12*len(tags)
	var body []byte
	for _, t := range tags {
		table = append(table, t.name...)
		table = binary.BigEndian.AppendUint32(table, uint32(offset+len(body)))
		table = binary.BigEndian.AppendUint32(table, uint32(len(t.data)))
		body = append(body, t.data...)
		body = append(body, make([]byte, -len(body)&3)...)
	}
	out := append(append(head, table...), body...)
	binary.BigEndian.PutUint32(out, uint32(len(out)))
	return out
}
