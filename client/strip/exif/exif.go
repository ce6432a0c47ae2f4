// Package exif reads the values of an EXIF block, which is a TIFF file without pictures, as far as people want to know
// what it says. It is bounded and never fails: what does not parse is not there. What Strip keeps does not depend on it,
// but for the one number of the orientation, which it also writes.
package exif

import (
	"encoding/binary"
	"math"
	"slices"
)

// Directory is where an entry stands.
type Directory int

// The directories that are walked.
const (
	Main Directory = iota
	Thumbnail
	Exif
	GPS
	Interop
	Maker
)

// Entry is one tag.
type Entry struct {
	Directory Directory
	Tag       uint16
	Kind      uint16
	Count     uint32
	// Value is the bytes as they lie in the block, Count times the size of Kind.
	Value []byte
	at    uint32 // where Value lies in the block
	order binary.ByteOrder
}

const (
	maxEntries = 1000 // of all directories
	tagExif    = 0x8769
	tagGPS     = 0x8825
	tagInterop = 0xa005
)

var sizes = [...]uint64{0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4}

// Entries returns all tags of the block, which may be a TIFF or most cameras' raw file as well.
func Entries(block []byte) []Entry {
	order := rawOrder(block)
	if order == nil {
		return nil
	}
	w := walk{block: block, order: order}
	next := w.directory(Main, order.Uint32(block[4:]))
	w.directory(Thumbnail, next)
	// The list grows while it is walked: a directory within another is walked once, whatever points to it.
	for _, e := range w.entries {
		if e.Directory == Main {
			w.below(e, tagExif, Exif)
			w.below(e, tagGPS, GPS)
		}
	}
	for _, e := range w.entries {
		if e.Directory == Exif {
			w.below(e, tagInterop, Interop)
		}
	}
	return w.entries
}

// EntriesOf returns the tags of a block whose only directory is said by what it stands in.
func EntriesOf(block []byte, d Directory) []Entry {
	order := byteOrder(block)
	if order == nil {
		return nil
	}
	w := walk{block: block, order: order}
	w.directory(d, order.Uint32(block[4:]))
	return w.entries
}

func byteOrder(block []byte) binary.ByteOrder {
	if len(block) < 8 {
		return nil
	}
	switch string(block[:4]) {
	case "II*\x00":
		return binary.LittleEndian
	case "MM\x00*":
		return binary.BigEndian
	}
	return nil
}

// rawOrder takes the signatures of Olympus and Panasonic too.
func rawOrder(block []byte) binary.ByteOrder {
	if len(block) >= 8 {
		switch string(block[:4]) {
		case "IIRO", "IIRS", "IIU\x00":
			return binary.LittleEndian
		case "MMOR":
			return binary.BigEndian
		}
	}
	return byteOrder(block)
}

type walk struct {
	block   []byte
	order   binary.ByteOrder
	entries []Entry
	seen    []uint32
}

func (w *walk) below(e Entry, tag uint16, d Directory) {
	if e.Tag == tag && len(e.Value) >= 4 {
		w.directory(d, w.order.Uint32(e.Value))
	}
}

// directory appends the entries of the directory at offset and returns where the next one is.
func (w *walk) directory(d Directory, offset uint32) (next uint32) {
	at := uint64(offset)
	if at < 8 || at+2 > uint64(len(w.block)) || slices.Contains(w.seen, offset) {
		return 0
	}
	w.seen = append(w.seen, offset)
	n := uint64(w.order.Uint16(w.block[at:]))
	at += 2
	for range n {
		if at+12 > uint64(len(w.block)) || len(w.entries) >= maxEntries {
			return 0
		}
		if e, ok := w.entry(d, w.block[at:at+12]); ok {
			w.entries = append(w.entries, e)
		}
		at += 12
	}
	if at+4 > uint64(len(w.block)) {
		return 0
	}
	return w.order.Uint32(w.block[at:])
}

func (w *walk) entry(d Directory, b []byte) (Entry, bool) {
	e := Entry{Directory: d, Tag: w.order.Uint16(b), Kind: w.order.Uint16(b[2:]), Count: w.order.Uint32(b[4:]), order: w.order}
	if int(e.Kind) >= len(sizes) || e.Kind == 0 || e.Count == 0 {
		return e, false
	}
	size := uint64(e.Count) * sizes[e.Kind]
	if size <= 4 {
		e.Value = b[8 : 8+size]
		return e, true
	}
	at := uint64(w.order.Uint32(b[8:]))
	if at+size > uint64(len(w.block)) {
		return e, false
	}
	e.Value, e.at = w.block[at:at+size], uint32(at)
	return e, true
}

// Uint returns the first value of an entry of unsigned whole numbers.
func (e Entry) Uint() (uint32, bool) {
	switch {
	case e.Kind == 1 || e.Kind == 7:
		return uint32(e.Value[0]), true
	case e.Kind == 3:
		return uint32(e.order.Uint16(e.Value)), true
	case e.Kind == 4, e.Kind == 13:
		return e.order.Uint32(e.Value), true
	}
	return 0, false
}

// Rational returns value i of an entry of fractions.
func (e Entry) Rational(i int) (float64, bool) {
	if e.Kind != 5 && e.Kind != 10 || (i+1)*8 > len(e.Value) {
		return 0, false
	}
	a, b := e.order.Uint32(e.Value[8*i:]), e.order.Uint32(e.Value[8*i+4:])
	if b == 0 {
		return 0, false
	}
	if e.Kind == 10 {
		return float64(int32(a)) / float64(int32(b)), true
	}
	return float64(a) / float64(b), true
}

// Text returns the value as it is, for entries of text and of bytes; the caller cleans it.
func (e Entry) Text() string {
	if e.Kind != 2 && e.Kind != 7 && e.Kind != 1 {
		return ""
	}
	return string(e.Value)
}

// Position returns the GPS position in degrees, north and east positive.
func Position(entries []Entry) (latitude, longitude float64, ok bool) {
	find := func(value, side uint16, negative byte, most float64) (float64, bool) {
		var v float64
		found, sign := false, 1.0
		for _, e := range entries {
			if e.Directory != GPS {
				continue
			}
			if e.Tag == value {
				v, found = e.degrees()
			}
			if e.Tag == side && e.Value[0]|0x20 == negative {
				sign = -1
			}
		}
		return sign * v, found && v <= most
	}
	latitude, okLatitude := find(2, 1, 's', 90)
	longitude, okLongitude := find(4, 3, 'w', 180)
	return latitude, longitude, okLatitude && okLongitude
}

func (e Entry) degrees() (float64, bool) {
	d, ok := e.Rational(0)
	for i, unit := range []float64{60, 3600} {
		v, more := e.Rational(i + 1)
		if more {
			d += v / unit
		}
	}
	return d, ok && d >= 0 && !math.IsInf(d, 0)
}

// Orientation returns the orientation of a block, 1–8; 0 if it has none.
func Orientation(block []byte) int {
	order := byteOrder(block)
	if order == nil {
		return 0
	}
	w := walk{block: block, order: order}
	w.directory(Main, order.Uint32(block[4:]))
	for _, e := range w.entries {
		if e.Tag == 0x0112 && e.Kind == 3 && e.Count == 1 {
			if o := order.Uint16(e.Value); o >= 1 && o <= 8 {
				return int(o)
			}
		}
	}
	return 0
}

// OrientationTIFF returns the 26 bytes of a block that says nothing but an orientation.
func OrientationTIFF(orientation int) []byte {
	return []byte{
		'M', 'M', 0, '*', 0, 0, 0, 8,
		0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, byte(orientation), 0, 0,
		0, 0, 0, 0,
	}
}

// OrientationBlock returns the same as the payload of a JPEG's APP1 segment.
func OrientationBlock(orientation int) []byte {
	return append([]byte("Exif\x00\x00"), OrientationTIFF(orientation)...)
}
