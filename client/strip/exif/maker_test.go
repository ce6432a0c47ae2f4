package exif_test

import (
	"bytes"
	"encoding/binary"
	"slices"
	"testing"

	"safelight/client/strip/exif"
)

// entry is a tag of a note that is planted; text goes where there is room for it.
type entry struct {
	tag, kind uint16
	text      string
	below     []entry // a directory of its own
}

// directory writes entries whose offsets count from base bytes before where it will stand.
func directory(order binary.AppendByteOrder, base int, entries []entry) []byte {
	head := order.AppendUint16(nil, uint16(len(entries)))
	var body []byte
	bodyAt := base + 2 + 12*len(entries) + 4
	for _, e := range entries {
		data, kind, count := append([]byte(e.text), 0), e.kind, 0
		count = len(data)
		if e.below != nil {
			data, count = directory(order, bodyAt+len(body), e.below), 1
		}
		head = order.AppendUint32(order.AppendUint16(order.AppendUint16(head, e.tag), kind), uint32(count))
		switch {
		case kind == 4 && e.below == nil:
			head = order.AppendUint32(head[:len(head)-4], 1)
			head = append(head, e.text[:4]...)
		default:
			head = order.AppendUint32(head, uint32(bodyAt+len(body)))
			body = append(body, data...)
			body = append(body, make([]byte, len(body)&1)...)
		}
	}
	return append(order.AppendUint32(head, 0), body...)
}

// noted is a block by a maker whose note is made by one that knows where in the block it will stand.
func noted(order binary.AppendByteOrder, name string, note func(at int) []byte) []byte {
	out := []byte("II*\x00\x08\x00\x00\x00")
	if order == binary.AppendByteOrder(binary.BigEndian) {
		out = []byte("MM\x00*\x00\x00\x00\x08")
	}
	name += "\x00\x00\x00\x00\x00"
	const exifAt, nameAt = 8 + 2 + 24 + 4, 8 + 2 + 24 + 4 + 2 + 12 + 4
	at := nameAt + len(name)
	data := note(at)
	out = order.AppendUint16(out, 2)
	out = order.AppendUint32(order.AppendUint32(order.AppendUint16(order.AppendUint16(out, 0x010f), 2), uint32(len(name))), nameAt)
	out = order.AppendUint32(order.AppendUint32(order.AppendUint16(order.AppendUint16(out, 0x8769), 4), 1), exifAt)
	out = order.AppendUint32(out, 0)
	out = order.AppendUint16(out, 1)
	out = order.AppendUint32(order.AppendUint32(order.AppendUint16(order.AppendUint16(out, 0x927c), 7), uint32(len(data))), uint32(at))
	out = order.AppendUint32(out, 0)
	return append(append(out, name...), data...)
}

// makerNotes are blocks of all makers that are read, each with the values that are to be found.
func makerNotes() map[string]struct {
	block []byte
	want  []exif.Note
} {
	type made = struct {
		block []byte
		want  []exif.Note
	}
	little, big := binary.AppendByteOrder(binary.LittleEndian), binary.AppendByteOrder(binary.BigEndian)
	behind := func(head string, order binary.AppendByteOrder, own bool, entries ...entry) func(int) []byte {
		return func(at int) []byte {
			if own {
				at = 0
			}
			return append([]byte(head), directory(order, at+len(head), entries)...)
		}
	}
	serial := func(text string) []exif.Note { return []exif.Note{{What: exif.Serial, Text: text}} }
	return map[string]made{
		"Canon": {
			noted(little, "Canon", behind("", little, false, entry{tag: 9, kind: 2, text: "Owner Name"}, entry{tag: 0xc, kind: 4, text: "\x01\x02\x00\x00"},
				entry{tag: 0x28, kind: 1, text: "W\xab\xf4S\xe8"})),
			[]exif.Note{{What: exif.Owner, Text: "Owner Name"}, {What: exif.Serial, Text: "0000000513"}, {What: exif.Identifier, Text: "57abf453e800"}},
		},
		"Nikon":       {noted(little, "NIKON CORPORATION", nikonNote), serial("NO= 00012345")},
		"old Nikon":   {noted(big, "NIKON", behind("Nikon\x00\x01\x00", big, false, entry{tag: 0x1d, kind: 2, text: "00012345"})), serial("00012345")},
		"Olympus":     {noted(little, "OLYMPUS", behind("OLYMPUS\x00II\x03\x00", little, true, entry{tag: 0x2010, kind: 13, below: []entry{{tag: 0x101, kind: 2, text: "BHP2345678"}}})), serial("BHP2345678")},
		"old Olympus": {noted(big, "OLYMPUS", behind("OLYMP\x00\x01\x00", big, false, entry{tag: 0x404, kind: 2, text: "115332808   "})), serial("115332808   ")},
		"OM System":   {noted(little, "OM Digital", behind("OM SYSTEM\x00\x00\x00II\x04\x00", little, true, entry{tag: 0x2010, kind: 4, below: []entry{{tag: 0x101, kind: 2, text: "BJ0000001"}}})), serial("BJ0000001")},
		"Fujifilm":    {noted(big, "FUJIFILM", behind("FUJIFILM\x0c\x00\x00\x00", little, true, entry{tag: 0x10, kind: 2, text: "FPX 12345678"})), serial("FPX 12345678")},
		"Pentax":      {noted(big, "PENTAX", behind("AOC\x00MM", big, false, entry{tag: 0x229, kind: 2, text: "1234567"})), serial("1234567")},
		"new Pentax":  {noted(little, "RICOH", behind("PENTAX \x00MM", big, true, entry{tag: 0x229, kind: 2, text: "1234567"})), serial("1234567")},
		"Sigma":       {noted(little, "SIGMA", behind("SIGMA\x00\x00\x00\x01\x00", little, false, entry{tag: 2, kind: 2, text: "1001403"})), serial("1001403")},
		"Apple": {
			noted(big, "Apple", behind("Apple iOS\x00\x00\x01MM", big, true, entry{tag: 0x11, kind: 2, text: "4E5F-ASSET"})),
			[]exif.Note{{What: exif.Identifier, Text: "4E5F-ASSET"}},
		},
		"Panasonic": {
			noted(little, "Panasonic", behind("Panasonic\x00\x00\x00", little, false, entry{tag: 0x25, kind: 7, text: "F110408070237"},
				entry{tag: 0x66, kind: 7, text: "A child's name"}, entry{tag: 0x6d, kind: 7, text: "Delft"}, entry{tag: 0x67, kind: 7, text: "---"})),
			[]exif.Note{{What: exif.Serial, Text: "F110408070237"}, {What: exif.PersonShown, Text: "A child's name"}, {What: exif.City, Text: "Delft"}},
		},
	}
}

func nikonNote(int) []byte {
	own := append([]byte("MM\x00*\x00\x00\x00\x08"), directory(binary.BigEndian, 8, []entry{{tag: 0xa0, kind: 2, text: "NO= 00012345"}})...)
	return append([]byte("Nikon\x00\x02\x10\x00\x00"), own...)
}

// TestNotes reads the notes of every maker, and nothing of the same ones when another maker's name stands in front.
func TestNotes(t *testing.T) {
	for name, tt := range makerNotes() {
		t.Run(name, func(t *testing.T) {
			if got := exif.Notes(tt.block, exif.Entries(tt.block)); !slices.Equal(got, tt.want) {
				t.Errorf("Notes = %v, want %v", got, tt.want)
			}
			other := bytes.Clone(tt.block)
			for _, mark := range []string{"Canon", "Nikon", "OLYMP", "OM SYS", "FUJI", "AOC", "PENTAX", "SIGMA", "Apple", "Panasonic"} {
				other = bytes.ReplaceAll(other, []byte(mark), bytes.Repeat([]byte("x"), len(mark)))
			}
			if got := exif.Notes(other, exif.Entries(other)); got != nil {
				t.Errorf("an unknown maker's note was read: %v", got)
			}
			for cut := range len(tt.block) {
				exif.Notes(tt.block[:cut], exif.Entries(tt.block[:cut]))
			}
		})
	}
}

func FuzzNotes(f *testing.F) {
	for _, tt := range makerNotes() {
		f.Add(tt.block)
	}
	f.Fuzz(func(t *testing.T, block []byte) {
		if list := exif.Notes(block, exif.Entries(block)); len(list) > 2000 {
			t.Fatalf("%d values", len(list))
		}
	})
}
