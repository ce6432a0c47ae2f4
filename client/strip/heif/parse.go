package heif

import (
	"bytes"

	"safelight/client/bmff"
	"safelight/client/strip/refuse"
)

// Limits of one file. A phone's photo has some hundred items and a dozen properties.
const (
	maxBoxes   = 1000
	maxItems   = 20_000
	maxExtents = 60_000
	maxLinks   = 200_000
	maxParts   = 1000
)

type item struct {
	id        int
	kind      string
	name      string
	content   string // content type of a mime item, type of a uri item
	protected bool
	located   bool
	method    int // construction method: 0 the file, 1 idat
	external  bool
	extents   []extent
	links     []link
	auxiliary *string // type of an auxiliary image, once it was looked for
}

type extent struct{ at, size uint64 }

// link joins an item with a property.
type link struct {
	property  int // from 1; 0 is none
	essential bool
}

// relation is a reference from one item to others.
type relation struct {
	kind string
	from int
	to   []int
}

type parser struct {
	src        []byte
	o          Options
	code       refuse.Code // of refusals
	brands     []string
	meta       bool
	primary    int
	items      map[int]*item
	order      []int
	relations  []relation
	properties []bmff.Box
	idat       []byte
	media      []extent // content of mdat boxes
	parts      []Part
	gathered   uint64
	extents    int
	links      int
	configured int // bytes of configurations read

	// Relations by the item that they are about.
	derived, premultiplied map[int][]int
	auxiliaries            map[int][]relation

	root *picture
	kept map[int]bool
	used map[int]bool // properties
	m    *Image
}

func newParser(src []byte, o Options) (*parser, error) {
	p := &parser{
		src: src, o: o, code: refuse.HEIC, items: map[int]*item{}, kept: map[int]bool{}, used: map[int]bool{},
		derived: map[int][]int{}, premultiplied: map[int][]int{}, auxiliaries: map[int][]relation{},
	}
	return p, p.file()
}

func parse(src []byte, o Options) (*parser, error) {
	p, err := newParser(src, o)
	if err != nil {
		return nil, err
	}
	if err := p.pick(); err != nil {
		return nil, err
	}
	p.dropped()
	p.gathered = 0
	return p, nil
}

func damaged(detail string) error { return refuse.New(refuse.Damaged, detail) }

// refuse says that the file may be whole, but cannot be cleaned as it is.
func (p *parser) refuse(detail string) error { return refuse.New(p.code, detail) }

func (p *parser) drop(part Part) {
	if len(p.parts) < maxParts {
		p.parts = append(p.parts, part)
	}
}

// file reads the boxes of the top level.
func (p *parser) file() error {
	rest := p.src
	for n := 0; len(rest) > 0; n++ {
		box, next, err := bmff.Next(rest, true)
		if err != nil || n == maxBoxes {
			p.drop(Part{Kind: Gap, Name: "trailer", Data: rest})
			break
		}
		switch {
		case n == 0 && box.Type != "ftyp":
			return damaged("no file type")
		case n == 0:
			p.fileType(box.Data)
		case box.Type == "meta" && !p.meta:
			p.meta = true
			if err := p.readMeta(box.Data); err != nil {
				if moves(next) {
					return p.refuse(Sequence) // these need no picture beside
				}
				return err
			}
		case box.Type == "moov":
			return p.refuse(Sequence)
		case box.Type == "mdat":
			at := uint64(len(p.src) - len(next) - len(box.Data))
			p.media = append(p.media, extent{at, uint64(len(box.Data))})
		default:
			p.drop(Part{Kind: Box, Name: box.Type, Role: string(box.ID), Data: box.Data})
		}
		rest = next
	}
	if !p.meta {
		return damaged("no picture")
	}
	return nil
}

// moves reports whether a film is among the boxes.
func moves(rest []byte) bool {
	for n := 0; len(rest) > 0 && n < maxBoxes; n++ {
		box, next, err := bmff.Next(rest, true)
		if err != nil || box.Type == "moov" {
			return err == nil
		}
		rest = next
	}
	return false
}

func (p *parser) fileType(b []byte) {
	r := bmff.Read(b)
	major := string(r.Take(4))
	r.Take(4)
	p.brands = append(p.brands, major)
	for len(r.Rest()) >= 4 && len(p.brands) < 100 {
		p.brands = append(p.brands, string(r.Take(4)))
	}
	for _, b := range p.brands {
		if b == "avif" || b == "avis" {
			p.code = refuse.AVIF
		}
	}
	if len(r.Rest()) > 0 {
		p.drop(Part{Kind: Gap, Name: "ftyp", Data: r.Rest()})
	}
}

func (p *parser) readMeta(b []byte) error {
	r := bmff.Read(b)
	r.Full()
	boxes, err := bmff.Boxes(r.Rest(), maxBoxes)
	if err != nil || r.Failed() {
		return damaged("meta box")
	}
	readers := map[string]func([]byte) error{
		"hdlr": p.handler, "pitm": p.readPrimary, "iloc": p.locations, "iinf": p.infos, "iref": p.references,
		"iprp": p.readProperties, "idat": p.inline,
	}
	seen := map[string]bool{}
	for _, box := range boxes {
		read := readers[box.Type]
		if read == nil {
			p.drop(Part{Kind: Box, Name: box.Type, Role: string(box.ID), Data: box.Data})
			continue
		}
		if seen[box.Type] {
			return damaged("a box twice")
		}
		seen[box.Type] = true
		if err := read(box.Data); err != nil {
			return err
		}
	}
	if !seen["pitm"] || !seen["iloc"] || !seen["iinf"] || !seen["iprp"] {
		return damaged("no picture")
	}
	return nil
}

func (p *parser) inline(b []byte) error {
	p.idat = b
	return nil
}

func (p *parser) handler(b []byte) error {
	r := bmff.Read(b)
	r.Full()
	r.Take(4)
	if string(r.Take(4)) != "pict" {
		return p.refuse("not a picture file")
	}
	if rest := r.Rest(); len(bytes.Trim(rest, "\x00")) > 0 {
		p.drop(Part{Kind: Name, Name: "hdlr", Data: rest})
	}
	return nil
}

// wide returns the size of an item id in a box of the given version.
func wide(version byte) int {
	if version == 0 {
		return 2
	}
	return 4
}

func (p *parser) readPrimary(b []byte) error {
	r := bmff.Read(b)
	version, _ := r.Full()
	p.primary = r.Int(wide(version))
	if r.Failed() {
		return damaged("primary item")
	}
	return nil
}

// item returns the item of that id, a new one if there is none yet.
func (p *parser) item(id int) *item {
	it := p.items[id]
	if it == nil {
		it = &item{id: id}
		p.items[id] = it
		p.order = append(p.order, id)
	}
	return it
}

func (p *parser) infos(b []byte) error {
	r := bmff.Read(b)
	version, _ := r.Full()
	r.Take(wide(version))
	boxes, err := bmff.Boxes(r.Rest(), maxItems)
	if err != nil || r.Failed() {
		return damaged("item infos")
	}
	for _, box := range boxes {
		r := bmff.Read(box.Data)
		version, _ := r.Full()
		if box.Type != "infe" || version < 2 || version > 3 {
			p.drop(Part{Kind: Box, Name: box.Type, Data: box.Data})
			continue
		}
		it := p.item(r.Int(2 * int(version-1)))
		if it.kind != "" {
			return damaged("an item twice")
		}
		it.protected = r.Uint(2) != 0
		it.kind = string(r.Take(4))
		it.name = r.Text()
		if it.kind == "mime" || it.kind == "uri " {
			it.content = r.Text()
		}
		if r.Failed() {
			return damaged("item infos")
		}
		if it.name != "" {
			p.drop(Part{Kind: Name, Name: "infe", Data: []byte(it.name)})
		}
	}
	return nil
}

func (p *parser) locations(b []byte) error {
	r := bmff.Read(b)
	version, _ := r.Full()
	sizes := r.Int(2)
	offsetSize, lengthSize, baseSize, indexSize := sizes>>12, sizes>>8&15, sizes>>4&15, sizes&15
	idSize := 2
	if version == 2 {
		idSize = 4
	}
	if version == 0 {
		indexSize = 0
	}
	for _, n := range []int{offsetSize, lengthSize, baseSize, indexSize} {
		if n != 0 && n != 4 && n != 8 {
			return damaged("item locations")
		}
	}
	for range r.Int(idSize) {
		it := p.item(r.Int(idSize))
		if r.Failed() || version > 2 || it.located || len(p.items) > maxItems {
			return damaged("item locations")
		}
		it.located = true
		if version > 0 {
			it.method = r.Int(2) & 15
		}
		it.external = r.Uint(2) != 0
		base := r.Uint(baseSize)
		count := r.Int(2)
		if p.extents += count; p.extents > maxExtents {
			return p.refuse("too many pieces")
		}
		for range count {
			r.Take(indexSize)
			it.extents = append(it.extents, extent{base + r.Uint(offsetSize), r.Uint(lengthSize)})
		}
	}
	if r.Failed() {
		return damaged("item locations")
	}
	return nil
}

func (p *parser) references(b []byte) error {
	r := bmff.Read(b)
	version, _ := r.Full()
	size := wide(version)
	boxes, err := bmff.Boxes(r.Rest(), maxItems)
	if err != nil || r.Failed() {
		return damaged("references")
	}
	for _, box := range boxes {
		r := bmff.Read(box.Data)
		rel := relation{kind: box.Type, from: r.Int(size)}
		count := r.Int(2)
		if p.links += count; p.links > maxLinks {
			return p.refuse("too many references")
		}
		for range count {
			rel.to = append(rel.to, r.Int(size))
		}
		if r.Failed() {
			return damaged("references")
		}
		if rest := r.Rest(); len(rest) > 0 {
			p.drop(Part{Kind: Gap, Name: "iref", Data: rest})
		}
		p.relations = append(p.relations, rel)
		switch rel.kind {
		case "dimg":
			p.derived[rel.from] = append(p.derived[rel.from], rel.to...)
		case "prem":
			p.premultiplied[rel.from] = append(p.premultiplied[rel.from], rel.to...)
		case "auxl":
			for _, id := range rel.to {
				p.auxiliaries[id] = append(p.auxiliaries[id], rel)
			}
		}
	}
	return nil
}

func (p *parser) readProperties(b []byte) error {
	boxes, err := bmff.Boxes(b, maxBoxes)
	if err != nil {
		return damaged("properties")
	}
	for _, box := range boxes {
		switch {
		case box.Type == "ipco" && p.properties == nil:
			if p.properties, err = bmff.Boxes(box.Data, maxItems); err != nil {
				return damaged("properties")
			}
		case box.Type == "ipma":
			if err := p.associations(box.Data); err != nil {
				return err
			}
		default:
			p.drop(Part{Kind: Box, Name: box.Type, Data: box.Data})
		}
	}
	return nil
}

func (p *parser) associations(b []byte) error {
	r := bmff.Read(b)
	version, flags := r.Full()
	for range r.Int(4) {
		it := p.item(r.Int(wide(version)))
		count := r.Int(1)
		if p.links += count + 1; p.links > maxLinks || len(p.items) > maxItems {
			return p.refuse("too many properties")
		}
		for range count {
			size := 1 + int(flags&1)
			v := r.Int(size)
			top := 1 << (8*size - 1)
			it.links = append(it.links, link{v & (top - 1), v&top != 0})
		}
		if r.Failed() {
			return damaged("properties")
		}
	}
	return nil
}
