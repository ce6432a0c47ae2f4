package exif

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
)

// What says what a value of a maker's note is.
type What int

// The values that are read of notes: those that name a person or a place, or tell one camera, lens or photo from all others.
const (
	Owner What = 1 + iota
	Serial
	LensSerial
	PersonShown
	Identifier // of the photo
	Title
	Landmark
	City
	State
	Country
)

// Note is one value of a maker's note. Its text is as it lies there; the caller cleans it.
type Note struct {
	What What
	Text string
}

// maker is how the notes of one maker are laid out.
type maker struct {
	signature string // what the note begins with,
	name      string // or, where it begins with nothing, the maker's name in capitals
	directory int    // where in the note its directory begins
	pointer   int    // or, where it says so itself, at which byte, from the left
	header    int    // or where a TIFF header of its own begins
	own       bool   // offsets count from the note, else from the block
	order     int    // where the note says its byte order; 0 where it has that of the block
	tags      []makerTag
}

// makerTag is a tag of a note's directory, or of the one below it that the tag in points to.
type makerTag struct {
	in, tag uint16
	what    What
}

// canon is also what Canon's raw files have in a box of its own.
var canon = []makerTag{{0, 0x0009, Owner}, {0, 0x000c, Serial}, {0, 0x0096, Serial}, {0, 0x0028, Identifier}}

var (
	nikon     = []makerTag{{0, 0x001d, Serial}, {0, 0x00a0, Serial}}
	olympus   = []makerTag{{0, 0x0404, Serial}, {0x2010, 0x0101, Serial}, {0x2010, 0x0102, Serial}, {0x2010, 0x0202, LensSerial}}
	panasonic = []makerTag{
		{0, 0x0025, Serial}, {0, 0x0052, LensSerial}, {0, 0x0065, Title}, {0, 0x0066, PersonShown}, {0, 0x0067, Landmark},
		{0, 0x0069, Country}, {0, 0x006b, State}, {0, 0x006d, City}, {0, 0x006f, Landmark},
	}
	pentax = []makerTag{{0, 0x0229, Serial}, {0, 0x022a, Serial}}
	apple  = []makerTag{{0, 0x000b, Identifier}, {0, 0x0011, Identifier}, {0, 0x0015, Identifier}}
)

// makers is tried in this order. What is not here is not read: its note is told of as a whole.
var makers = []maker{
	{signature: "Nikon\x00\x02", header: 10, tags: nikon},
	{signature: "Nikon\x00\x01", directory: 8, tags: nikon},
	{signature: "Panasonic\x00\x00\x00", directory: 12, tags: panasonic},
	{signature: "OLYMPUS\x00", directory: 12, own: true, order: 8, tags: olympus},
	{signature: "OM SYSTEM\x00\x00\x00", directory: 16, own: true, order: 12, tags: olympus},
	{signature: "OLYMP\x00", directory: 8, tags: olympus},
	{signature: "FUJIFILM", pointer: 8, own: true, tags: []makerTag{{0, 0x0010, Serial}}},
	{signature: "PENTAX \x00", directory: 10, own: true, order: 8, tags: pentax},
	{signature: "AOC\x00", directory: 6, order: 4, tags: pentax},
	{signature: "Apple iOS\x00", directory: 14, own: true, order: 12, tags: apple},
	{signature: "SIGMA\x00\x00\x00", directory: 10, tags: []makerTag{{0, 0x0002, Serial}}},
	{name: "CANON", tags: canon},
}

// Notes returns what the maker's note of a block says; nothing of a note that is not known, or broken.
func Notes(block []byte, entries []Entry) []Note {
	var note Entry
	name := ""
	var inBox []Entry
	for _, e := range entries {
		switch {
		case e.Directory == Exif && e.Tag == 0x927c && note.Value == nil:
			note = e
		case e.Directory == Main && e.Tag == 0x010f:
			name = strings.ToUpper(e.Text())
		case e.Directory == Maker:
			inBox = append(inBox, e)
		}
	}
	if inBox != nil {
		return (&walk{}).notes(inBox, canon)
	}
	for i := range makers {
		m := &makers[i]
		if len(note.Value) > 18 && m.made(note.Value, name) {
			return m.read(block, note)
		}
	}
	return nil
}

func (m *maker) made(note []byte, name string) bool {
	if m.signature == "" {
		return strings.HasPrefix(name, m.name)
	}
	return bytes.HasPrefix(note, []byte(m.signature))
}

func (m *maker) read(block []byte, note Entry) []Note {
	w := walk{block: block, order: note.order}
	at := note.at + uint32(m.directory)
	switch {
	case m.header > 0:
		w.block = note.Value[m.header:]
		if w.order = byteOrder(w.block); w.order == nil {
			return nil
		}
		at = w.order.Uint32(w.block[4:])
	case m.pointer > 0:
		w.block, w.order = note.Value, binary.LittleEndian
		at = w.order.Uint32(note.Value[m.pointer:])
	case m.own:
		w.block, at = note.Value, uint32(m.directory)
	}
	if m.order > 0 {
		switch string(note.Value[m.order : m.order+2]) {
		case "II":
			w.order = binary.LittleEndian
		case "MM":
			w.order = binary.BigEndian
		}
	}
	w.directory(Maker, at)
	return w.notes(w.entries, m.tags)
}

// notes takes the values of tags, from the directory of entries or from those below it.
func (w *walk) notes(entries []Entry, tags []makerTag) (list []Note) {
	below := map[uint16][]Entry{0: entries}
	for _, e := range entries {
		if at, ok := e.Uint(); ok && e.Tag == 0x2010 && below[e.Tag] == nil {
			before := len(w.entries)
			w.directory(Maker, at)
			below[e.Tag] = w.entries[before:]
		}
	}
	for _, t := range tags {
		for _, e := range below[t.in] {
			if e.Tag != t.tag {
				continue
			}
			text := e.said()
			if t.what == Identifier && e.Kind != 2 && text != "" {
				text = fmt.Sprintf("%x", e.Value[:min(len(e.Value), 32)])
			}
			if text != "" {
				list = append(list, Note{t.what, text})
			}
		}
	}
	return list
}

// said returns a text, or a number as digits. Fields that were never filled in say nothing.
func (e Entry) said() string {
	if n, ok := e.Uint(); ok && e.Kind == 4 && e.Count == 1 {
		if n == 0 {
			return ""
		}
		return fmt.Sprintf("%010d", n)
	}
	text, _, _ := strings.Cut(e.Text(), "\x00")
	if strings.Trim(text, " -0?\xff") == "" {
		return ""
	}
	return text
}
