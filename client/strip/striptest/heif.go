package striptest

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// HEIF is an AVIF or HEIC file in parts, put together as it is said. SmallAVIF and SmallGrid return such as a stripped file
// would be.
type HEIF struct {
	Brands             []string // the major one first
	Items              []HEIFItem
	Head, Meta, Behind [][]byte // boxes in front of meta, in it, and behind mdat
	Tail               []byte   // behind all boxes
	// Gap lies in mdat in front of each item.
	Gap []byte
	// Edit changes the content of boxes: the name is that of the box.
	Edit func(name string, content []byte) []byte
}

// HEIFItem is one item; its number is its place plus one.
type HEIFItem struct {
	Kind, Name string
	More       []byte // behind the name, such as a content type
	Data       []byte
	Properties []HEIFProperty
	References []HEIFReference
	Hidden     bool
	Inline     bool // in idat
	Pieces     int  // 0 is 1
}

// HEIFProperty is a box, and whether readers have to know it.
type HEIFProperty struct {
	Box       []byte
	Essential bool
}

// HEIFReference is one from an item to others.
type HEIFReference struct {
	Kind string
	To   []int
}

// Coded pictures, made for these tests by avifenc and by x265 through heif-enc: 32×24 in AV1, the same as a plane, and 64×64
// in HEVC with its three parameter sets.
var (
	AV1Sequence      = unhex("0a0918113f760808683420")
	AV1Frame         = unhex("321b1b401c71c704003a96a22fd7f7b7ffa89a56c4b1bd1813d5cfe8ca")
	AV1PlaneSequence = unhex("0a0518113f7615")
	AV1PlaneFrame    = unhex("323710008222d9e14c65f814bcfd8e76e547d6e7f03c9d6525fb302b82e6e7c4088fc19e124389d47cb0234f77a628700e990676153862d5fc")
	HEVCVPS          = unhex("40010c01ffff03700000030090000003000003001e3c09")
	HEVCSPS          = unhex("42010103700000030090000003000003001ea020810594f924a6b9b810103004")
	HEVCPPS          = unhex("4401c172b02240")
	// The first two as x265 writes them, and with more than a still needs.
	WordyVPS  = unhex("40010c01ffff03700000030090000003000003001eba0240")
	WordySPS  = unhex("42010103700000030090000003000003001ea020810596ea4929ae6e04040c080000030008000003000840")
	HEVCSlice = unhex("2801af1980f78043fdebc4c4b13aa1d8b33ab3826faf0440f7b757a84041c03123d472ad8d6dc5cb1ee4c989efab80790a3692ca0296e57a5ad3996a8559d5")
)

// Planted sets one of the flags that a parameter set without anything for players ends with, counted from the last, and puts
// bits behind it.
func Planted(set []byte, flag int, bits string) []byte {
	var b strings.Builder
	for _, c := range bytes.ReplaceAll(set[2:], []byte{0, 0, 3}, []byte{0, 0}) {
		fmt.Fprintf(&b, "%08b", c)
	}
	all := b.String()
	all = all[:strings.LastIndexByte(all, '1')]
	at := len(all) - flag
	all = all[:at] + "1" + bits + all[at+1:] + "1"
	out := slices.Clone(set[:2])
	for zeros := 0; len(all) > 0; {
		all += strings.Repeat("0", max(8-len(all), 0))
		v, err := strconv.ParseUint(all[:8], 2, 8)
		if err != nil {
			panic("striptest: " + err.Error())
		}
		all = all[8:]
		if zeros >= 2 && v <= 3 {
			out, zeros = append(out, 3), 0
		}
		if zeros++; v != 0 {
			zeros = 0
		}
		out = append(out, byte(v))
	}
	return out
}

// BitsOf returns the bits of a text.
func BitsOf(text string) string {
	var b strings.Builder
	for _, c := range []byte(text) {
		fmt.Fprintf(&b, "%08b", c)
	}
	return b.String()
}

func unhex(s string) []byte {
	b, err := hex.DecodeString(s)
	if err != nil {
		panic("striptest: " + err.Error())
	}
	return b
}

// FullBox returns a box with version and flags.
func FullBox(name string, versionAndFlags uint32, parts ...[]byte) []byte {
	return Box(name, append([][]byte{be(4, int(versionAndFlags))}, parts...)...)
}

func be(n, v int) []byte { return binary.BigEndian.AppendUint64(nil, uint64(v))[8-n:] }

// Units writes NAL units with their lengths.
func Units(units ...[]byte) []byte {
	var out []byte
	for _, u := range units {
		out = append(append(out, be(4, len(u))...), u...)
	}
	return out
}

// HVCC returns a decoder configuration with one array for each unit, the type of the array that of the unit.
func HVCC(units ...[]byte) []byte {
	general := bytes.ReplaceAll(HEVCSPS, []byte{0, 0, 3}, []byte{0, 0})[3:15]
	out := slices.Concat([]byte{1}, general, []byte{0xf0, 0, 0xfc, 0xfd, 0xf8, 0xf8, 0, 0, 0x0f, byte(len(units))})
	for _, u := range units {
		out = slices.Concat(out, []byte{0x80 | u[0]>>1, 0, 1}, be(2, len(u)), u)
	}
	return out
}

// SizeBox returns ispe.
func SizeBox(width, height int) []byte { return FullBox("ispe", 0, be(4, width), be(4, height)) }

// SmallAVIF is a picture of 32×24 pixels with transparency.
func SmallAVIF() HEIF {
	return HEIF{Brands: []string{"avif", "avif", "mif1", "miaf"}, Items: []HEIFItem{
		{Kind: "av01", Data: slices.Concat(AV1Sequence, AV1Frame), Properties: []HEIFProperty{
			{SizeBox(32, 24), false}, {FullBox("pixi", 0, []byte{3, 8, 8, 8}), false}, {Box("av1C", []byte{0x81, 0, 0x0c, 0}), true},
			{Box("colr", []byte("nclx\x00\x01\x00\x0d\x00\x06\x80")), false},
		}},
		{Kind: "av01", Data: slices.Concat(AV1PlaneSequence, AV1PlaneFrame), References: []HEIFReference{{"auxl", []int{1}}}, Properties: []HEIFProperty{
			{SizeBox(32, 24), false}, {FullBox("pixi", 0, []byte{1, 8}), false}, {Box("av1C", []byte{0x81, 0, 0x1c, 0}), true},
			{FullBox("auxC", 0, []byte("urn:mpeg:mpegB:cicp:systems:auxiliary:alpha\x00")), false},
		}},
	}}
}

// SmallGrid is a photo of 100×64 pixels in two tiles, as phones write them.
func SmallGrid() HEIF {
	tile := HEIFItem{Kind: "hvc1", Data: Units(HEVCSlice), Hidden: true, Properties: []HEIFProperty{
		{SizeBox(64, 64), false}, {Box("hvcC", HVCC(HEVCVPS, HEVCSPS, HEVCPPS)), true},
	}}
	second := tile
	second.Properties = slices.Clone(tile.Properties)
	return HEIF{Brands: []string{"heic", "mif1", "heic"}, Items: []HEIFItem{
		{Kind: "grid", Inline: true, Data: []byte{0, 0, 0, 1, 0, 100, 0, 64}, Properties: []HEIFProperty{{SizeBox(100, 64), false}},
			References: []HEIFReference{{"dimg", []int{2, 3}}}},
		tile, second,
	}}
}

// PhoneHEIC is the same with what phones put beside: a thumbnail and a map of depths, of 64×64 pixels each.
func PhoneHEIC() HEIF {
	f := SmallGrid()
	inside := func(kind string, more ...HEIFProperty) HEIFItem {
		it := f.Items[1]
		it.Properties = append(slices.Clone(it.Properties), more...)
		it.References = []HEIFReference{{kind, []int{1}}}
		return it
	}
	depth := FullBox("auxC", 0, []byte("urn:mpeg:hevc:2015:auxid:2\x00"))
	f.Items = append(f.Items, inside("thmb"), inside("auxl", HEIFProperty{depth, true}))
	return f
}

// Bytes writes the file.
func (f HEIF) Bytes() []byte {
	// The first pass finds out where mdat lies.
	head := f.head(0)
	head = f.head(len(head) + 8)
	var media []byte
	for _, it := range f.Items {
		if !it.Inline {
			media = slices.Concat(media, f.Gap, it.Data)
		}
	}
	return slices.Concat(head, Box("mdat", media), slices.Concat(f.Behind...), f.Tail)
}

func (f HEIF) box(name string, parts ...[]byte) []byte {
	content := slices.Concat(parts...)
	if f.Edit != nil {
		content = f.Edit(name, slices.Clone(content))
	}
	return Box(name, content)
}

func (f HEIF) head(media int) []byte {
	zero := be(4, 0)
	var brands []byte
	for _, b := range f.Brands[1:] {
		brands = append(brands, b...)
	}
	meta := [][]byte{
		zero,
		f.box("hdlr", zero, zero, []byte("pict"), make([]byte, 13)),
		f.box("pitm", zero, be(2, 1)),
		f.locations(media),
		f.infos(),
	}
	if refs := f.references(); len(refs) > 0 {
		meta = append(meta, f.box("iref", zero, refs))
	}
	meta = append(meta, f.properties())
	var idat []byte
	for _, it := range f.Items {
		if it.Inline {
			idat = append(idat, it.Data...)
		}
	}
	if idat != nil {
		meta = append(meta, f.box("idat", idat))
	}
	return slices.Concat(
		f.box("ftyp", []byte(f.Brands[0]), zero, brands), slices.Concat(f.Head...), f.box("meta", append(meta, f.Meta...)...))
}

func (f HEIF) locations(at int) []byte {
	version := 0
	for _, it := range f.Items {
		if it.Inline {
			version = 1
		}
	}
	out := slices.Concat(be(1, version), be(3, 0), []byte{0x44, 0}, be(2, len(f.Items)))
	inline := 0
	for i, it := range f.Items {
		out = append(out, be(2, i+1)...)
		from := &at
		if it.Inline {
			from = &inline
		} else {
			at += len(f.Gap)
		}
		if version == 1 {
			out = append(out, 0, 0)
			if it.Inline {
				out[len(out)-1] = 1
			}
		}
		pieces := max(it.Pieces, 1)
		out = slices.Concat(out, be(2, 0), be(2, pieces))
		rest := len(it.Data)
		for p := range pieces {
			n := rest / (pieces - p)
			out = slices.Concat(out, be(4, *from), be(4, n))
			*from += n
			rest -= n
		}
	}
	return f.box("iloc", out)
}

func (f HEIF) infos() []byte {
	out := slices.Concat(be(4, 0), be(2, len(f.Items)))
	for i, it := range f.Items {
		hidden := 0
		if it.Hidden {
			hidden = 1
		}
		out = append(out, f.box("infe", []byte{2, 0, 0, byte(hidden)}, be(2, i+1), be(2, 0), []byte(it.Kind+it.Name+"\x00"), it.More)...)
	}
	return f.box("iinf", out)
}

func (f HEIF) references() []byte {
	var out []byte
	// A stripped file has the references in the order of what they are about.
	for i, it := range f.Items {
		for _, r := range it.References {
			ids := slices.Concat(be(2, i+1), be(2, len(r.To)))
			for _, to := range r.To {
				ids = append(ids, be(2, to)...)
			}
			out = append(out, f.box(r.Kind, ids)...)
		}
	}
	return out
}

func (f HEIF) properties() []byte {
	var all [][]byte
	links := be(4, 0)
	links = append(links, be(4, len(f.Items))...)
	for i, it := range f.Items {
		links = slices.Concat(links, be(2, i+1), be(1, len(it.Properties)))
		for _, p := range it.Properties {
			at := slices.IndexFunc(all, func(b []byte) bool { return bytes.Equal(b, p.Box) })
			if at < 0 {
				all, at = append(all, p.Box), len(all)
			}
			v := byte(at + 1)
			if p.Essential {
				v |= 0x80
			}
			links = append(links, v)
		}
	}
	return f.box("iprp", f.box("ipco", all...), f.box("ipma", links))
}
