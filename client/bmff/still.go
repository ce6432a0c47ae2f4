package bmff

import (
	"encoding/binary"
	"slices"
)

// Still is a file of one image with what belongs to it, as it is written: ftyp, meta, mdat, and nothing in them that is
// not needed.
type Still struct {
	// Major is the major brand, Brands are the compatible ones.
	Major  string
	Brands []string
	// Items are the image (the first) and its tiles and alpha planes.
	Items []*StillItem
}

// StillItem is one item of a Still.
type StillItem struct {
	Kind string // av01, hvc1 or grid
	Data []byte
	// Inline puts the data into idat.
	Inline     bool
	Hidden     bool
	Properties []StillProperty // descriptive ones first
	Tiles      []*StillItem    // of a grid, in order
	Alpha      *StillItem
	// Premultiplied says that the colours are, with Alpha.
	Premultiplied bool

	id    int
	patch int // where its offset in mdat is
}

// StillProperty is a property as a box.
type StillProperty struct {
	Box       []byte
	Essential bool
}

// NewProperty returns the property of the given type and content.
func NewProperty(name string, essential bool, content []byte) StillProperty {
	var w Writer
	w.Box(name, func() { w.B = append(w.B, content...) })
	return StillProperty{w.B, essential}
}

// SizeProperty returns ispe.
func SizeProperty(width, height int) StillProperty {
	var w Writer
	w.Uint(4, 0)
	w.Uint(4, uint64(width))
	w.Uint(4, uint64(height))
	return NewProperty("ispe", false, w.B)
}

// ColourProperty returns colr with code points.
func ColourProperty(primaries, transfer, matrix int, full bool) StillProperty {
	var w Writer
	w.Text("nclx")
	w.Uint(2, uint64(primaries))
	w.Uint(2, uint64(transfer))
	w.Uint(2, uint64(matrix))
	if full {
		w.Uint(1, 0x80)
	} else {
		w.Uint(1, 0)
	}
	return NewProperty("colr", false, w.B)
}

// AuxiliaryProperty returns auxC.
func AuxiliaryProperty(urn string) StillProperty {
	return NewProperty("auxC", false, []byte("\x00\x00\x00\x00"+urn+"\x00"))
}

// TurnProperties returns irot and imir for a rotation against the clock, in quarters, and a mirror after it: 0 none,
// 1 top and bottom exchanged, 2 left and right.
func TurnProperties(rotation, mirror int) []StillProperty {
	var list []StillProperty
	if rotation != 0 {
		list = append(list, NewProperty("irot", true, []byte{byte(rotation)}))
	}
	if mirror != 0 {
		list = append(list, NewProperty("imir", true, []byte{byte(mirror - 1)}))
	}
	return list
}

type stillWriter struct {
	Writer
	items []*StillItem
	idat  []byte
}

// Bytes writes the file. It may have 65,535 items.
func (s *Still) Bytes() []byte {
	w := &stillWriter{items: s.Items}
	size := 4096
	for i, it := range s.Items {
		it.id = i + 1
		size += len(it.Data) + 64
	}
	w.B = make([]byte, 0, size)
	w.Box("ftyp", func() {
		w.Text(s.Major)
		w.Uint(4, 0)
		for _, b := range s.Brands {
			w.Text(b)
		}
	})
	w.Full("meta", 0, 0, func() {
		w.Full("hdlr", 0, 0, func() { w.Text("\x00\x00\x00\x00pict" + string(make([]byte, 13))) })
		w.Full("pitm", 0, 0, func() { w.Uint(2, 1) })
		w.locations()
		w.infos()
		w.references()
		w.properties()
		if w.idat != nil {
			w.Box("idat", func() { w.B = append(w.B, w.idat...) })
		}
	})
	w.Box("mdat", func() {
		for _, it := range w.items {
			if !it.Inline {
				binary.BigEndian.PutUint32(w.B[it.patch:], uint32(len(w.B)))
				w.B = append(w.B, it.Data...)
			}
		}
	})
	return w.B
}

func (w *stillWriter) locations() {
	version := byte(0)
	if slices.ContainsFunc(w.items, func(it *StillItem) bool { return it.Inline }) {
		version = 1
	}
	w.Full("iloc", version, 0, func() {
		w.Uint(2, 0x4400)
		w.Uint(2, uint64(len(w.items)))
		for _, it := range w.items {
			w.Uint(2, uint64(it.id))
			method := uint64(0)
			if it.Inline {
				method = 1
			}
			if version == 1 {
				w.Uint(2, method)
			}
			w.Uint(2, 0)
			w.Uint(2, 1)
			it.patch = len(w.B)
			w.Uint(4, uint64(len(w.idat)))
			w.Uint(4, uint64(len(it.Data)))
			if it.Inline {
				w.idat = append(w.idat, it.Data...)
			}
		}
	})
}

func (w *stillWriter) infos() {
	w.Full("iinf", 0, 0, func() {
		w.Uint(2, uint64(len(w.items)))
		for _, it := range w.items {
			hidden := uint32(0)
			if it.Hidden {
				hidden = 1
			}
			w.Full("infe", 2, hidden, func() {
				w.Uint(2, uint64(it.id))
				w.Uint(2, 0)
				w.Text(it.Kind + "\x00")
			})
		}
	})
}

func (w *stillWriter) references() {
	var refs Writer
	add := func(kind string, from *StillItem, to ...*StillItem) {
		refs.Box(kind, func() {
			refs.Uint(2, uint64(from.id))
			refs.Uint(2, uint64(len(to)))
			for _, it := range to {
				refs.Uint(2, uint64(it.id))
			}
		})
	}
	for _, it := range w.items {
		if len(it.Tiles) > 0 {
			add("dimg", it, it.Tiles...)
		}
		if it.Alpha != nil {
			add("auxl", it.Alpha, it)
			if it.Premultiplied {
				add("prem", it, it.Alpha)
			}
		}
	}
	if len(refs.B) > 0 {
		w.Full("iref", 0, 0, func() { w.B = append(w.B, refs.B...) })
	}
}

// properties writes each property once.
func (w *stillWriter) properties() {
	index := map[string]int{}
	var all [][]byte
	for _, it := range w.items {
		for _, q := range it.Properties {
			if index[string(q.Box)] == 0 {
				all = append(all, q.Box)
				index[string(q.Box)] = len(all)
			}
		}
	}
	size, flags := 1, uint32(0)
	if len(all) > 127 {
		size, flags = 2, 1
	}
	w.Box("iprp", func() {
		w.Box("ipco", func() { w.B = append(w.B, slices.Concat(all...)...) })
		w.Full("ipma", 0, flags, func() {
			w.Uint(4, uint64(len(w.items)))
			for _, it := range w.items {
				w.Uint(2, uint64(it.id))
				w.Uint(1, uint64(len(it.Properties)))
				for _, q := range it.Properties {
					v := index[string(q.Box)]
					if q.Essential {
						v |= 1 << (8*size - 1)
					}
					w.Uint(size, uint64(v))
				}
			}
		})
	})
}
