package heif

import (
	"encoding/binary"

	"safelight/client/bmff"
	"safelight/client/strip/icc"
	"safelight/client/strip/refuse"
)

// properties are those of one picture, rebuilt.
type properties struct {
	config       []byte // content of av1C or hvcC as found
	profile      []byte
	rebuilt      icc.Profile
	nclx         *nclx
	rotation     int // by 90°, against the clock; before the mirror
	mirror       int // 0 none, 1 top and bottom exchanged, 2 left and right
	rotated      bool
	fixed        map[string][]byte // other kept properties by type, as content
	coded        []byte            // content of the new av1C or hvcC
	sized        bool
	auxiliaryURN string
}

type nclx struct {
	primaries, transfer, matrix int
	full                        bool
}

// alphaTypes are the names of alpha planes.
var alphaTypes = map[string]bool{"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha": true, "urn:mpeg:hevc:2015:auxid:1": true}

// known are types that are dropped without a word: they are about the coding, repeat what is known, or say what a picture was to
// another.
var known = map[string]bool{"a1lx": true, "rloc": true, "auxC": true}

// exact are properties with a fixed content, by its size.
var exact = map[string]int{"clli": 4, "mdcv": 24, "amve": 8, "a1op": 1, "lsel": 2, "pasp": 8}

// take reads the properties of a picture.
func (p *parser) take(pic *picture) error {
	q := &pic.properties
	q.fixed = map[string][]byte{}
	for _, l := range pic.item.links {
		if l.property == 0 {
			continue
		}
		if l.property > len(p.properties) {
			return damaged("a property that is not there")
		}
		box := p.properties[l.property-1]
		kept, err := p.property(pic, box)
		if err != nil {
			return err
		}
		if kept {
			p.used[l.property] = true
		} else if l.essential && !known[box.Type] && box.Type != "clap" {
			return p.refuse("a property that has to be known")
		}
	}
	if !q.sized {
		return damaged("a picture without a size")
	}
	if box, ok := p.cropped(pic); ok {
		return p.crop(pic, box)
	}
	return nil
}

// cropped returns the clap property of a picture.
func (p *parser) cropped(pic *picture) ([]byte, bool) {
	for _, l := range pic.item.links {
		if l.property > 0 && p.properties[l.property-1].Type == "clap" {
			return p.properties[l.property-1].Data, true
		}
	}
	return nil, false
}

// crop lets pass a crop that crops nothing: one that does leaves its outside in the file.
func (p *parser) crop(pic *picture, b []byte) error {
	r := bmff.Read(b)
	var v [8]uint64
	for i := range v {
		v[i] = r.Uint(4)
	}
	if r.Failed() || v[1] == 0 || v[3] == 0 || v[0] != v[1]*uint64(pic.width) || v[2] != v[3]*uint64(pic.height) || v[4] != 0 || v[6] != 0 {
		return p.refuse(Cropped)
	}
	return nil
}

// property takes one property, and reports whether it is carried over.
func (p *parser) property(pic *picture, box bmff.Box) (bool, error) {
	q, b := &pic.properties, box.Data
	switch box.Type {
	case "ispe":
		r := bmff.Read(b)
		r.Full()
		w, h := r.Uint(4), r.Uint(4)
		if r.Failed() || q.sized || w == 0 || h == 0 || w > 1<<20 || h > 1<<20 {
			return false, damaged("size")
		}
		pic.width, pic.height, q.sized = int(w), int(h), true
		return true, nil
	case "av1C", "hvcC":
		if (box.Type == "av1C") != (pic.item.kind == "av01") || q.config != nil || pic.item.kind == "grid" {
			return false, nil
		}
		q.config = b
		return true, nil
	case "colr":
		return p.colour(pic, b)
	case "irot", "imir":
		return true, p.turn(pic, box.Type, b)
	case "auxC":
		q.auxiliaryURN = bmff.Read(b[min(4, len(b)):]).Text()
		return pic.role == alpha, nil
	case "pixi":
		return q.pixels(b), nil
	case "cclv":
		return q.volume(b), nil
	}
	if size, ok := exact[box.Type]; ok && len(b) == size && q.fixed[box.Type] == nil {
		if box.Type == "pasp" {
			return q.aspect(b), nil
		}
		if (box.Type == "a1op" || box.Type == "lsel") && pic.item.kind != "av01" {
			return false, nil
		}
		q.fixed[box.Type] = b
		return true, nil
	}
	return false, nil
}

// pixels keeps the number of bits of each channel.
func (q *properties) pixels(b []byte) bool {
	r := bmff.Read(b)
	version, _ := r.Full()
	n := r.Int(1)
	if r.Failed() || version != 0 || n < 1 || n > 4 || len(r.Rest()) != n || q.fixed["pixi"] != nil {
		return false
	}
	for _, bits := range r.Rest() {
		if bits < 1 || bits > 16 {
			return false
		}
	}
	q.fixed["pixi"] = append([]byte{0, 0, 0, 0, byte(n)}, r.Rest()...)
	return true
}

// volume keeps a content colour volume whose length is that of what it says to have.
func (q *properties) volume(b []byte) bool {
	if len(b) == 0 || b[0]&3 != 0 || b[0]&0xc0 != 0 || q.fixed["cclv"] != nil {
		return false
	}
	n := 1
	for bit, size := range map[byte]int{0x20: 24, 0x10: 4, 0x08: 4, 0x04: 4} {
		if b[0]&bit != 0 {
			n += size
		}
	}
	if len(b) != n {
		return false
	}
	q.fixed["cclv"] = b
	return true
}

// aspect keeps the shape of pixels that are not square, as the smallest fraction.
func (q *properties) aspect(b []byte) bool {
	x, y := binary.BigEndian.Uint32(b), binary.BigEndian.Uint32(b[4:])
	if x == 0 || y == 0 || x == y {
		return false
	}
	a, c := x, y
	for c != 0 {
		a, c = c, a%c
	}
	if x /= a; x > 1000 {
		return false
	}
	if y /= a; y > 1000 {
		return false
	}
	q.fixed["pasp"] = binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, x), y)
	return true
}

// colour keeps code points and a rebuilt profile, one of each.
func (p *parser) colour(pic *picture, b []byte) (bool, error) {
	r := bmff.Read(b)
	q := &pic.properties
	switch kind := string(r.Take(4)); {
	case kind == "nclx" && q.nclx == nil:
		n := &nclx{r.Int(2), r.Int(2), r.Int(2), r.Int(1)&0x80 != 0}
		if r.Failed() || max(n.primaries, n.transfer, n.matrix) > 255 {
			return false, nil
		}
		q.nclx = n
		return true, nil
	case (kind == "prof" || kind == "rICC") && q.profile == nil && (pic.role == primary || pic.role == tile):
		if q.profile = r.Rest(); len(q.profile) > icc.MaxSize {
			return false, refuse.New(refuse.LargeICC, "")
		}
		return true, nil
	}
	return false, nil
}

// turn notes a rotation or mirror. Files may have them in either order; they are written as rotation, then mirror.
func (p *parser) turn(pic *picture, kind string, b []byte) error {
	q := &pic.properties
	if len(b) < 1 {
		return damaged("rotation")
	}
	if pic.role == tile || pic.role == alphaTile {
		return p.refuse("tiles that are turned")
	}
	if kind == "imir" {
		if q.mirror != 0 {
			return p.refuse("mirrored twice")
		}
		q.mirror = 1 + int(b[0]&1)
		return nil
	}
	if q.rotated {
		return p.refuse("turned twice")
	}
	q.rotated, q.rotation = true, int(b[0]&3)
	if q.mirror != 0 {
		q.rotation = (4 - q.rotation) % 4
	}
	return nil
}

// orientation returns the number that EXIF has for rotation and mirror.
func (q *properties) orientation() int {
	return [3][4]int{{1, 8, 3, 6}, {4, 5, 2, 7}, {2, 7, 4, 5}}[q.mirror][q.rotation]
}

// auxiliary returns what kind of auxiliary image an item is.
func (p *parser) auxiliary(it *item) string {
	if it.auxiliary == nil {
		urn := ""
		for _, l := range it.links {
			if l.property > 0 && l.property <= len(p.properties) && p.properties[l.property-1].Type == "auxC" {
				b := p.properties[l.property-1].Data
				urn = bmff.Read(b[min(4, len(b)):]).Text()
				break
			}
		}
		it.auxiliary = &urn
	}
	return *it.auxiliary
}

// bright reports whether the picture may be one of a greater range of brightness: only of these does anything look at how
// bright they were made.
func (m *Image) bright() bool { return m.Transfer == 16 || m.Transfer == 18 }

// boxes returns the properties, in one order; what tells of brightness only if that matters.
func (pic *picture) boxes(bright bool) []bmff.StillProperty {
	q := &pic.properties
	list := []bmff.StillProperty{bmff.SizeProperty(pic.width, pic.height)}
	plain := func(must bool, names ...string) {
		for _, name := range names {
			if b := q.fixed[name]; b != nil {
				list = append(list, bmff.NewProperty(name, must, b))
			}
		}
	}
	plain(false, "pixi")
	switch pic.kind() {
	case "av01":
		list = append(list, bmff.NewProperty("av1C", true, q.coded))
	case "hvc1":
		list = append(list, bmff.NewProperty("hvcC", true, q.coded))
	}
	if n := q.nclx; n != nil {
		list = append(list, bmff.ColourProperty(n.primaries, n.transfer, n.matrix, n.full))
	}
	if q.rebuilt.Data != nil {
		list = append(list, bmff.NewProperty("colr", false, append([]byte("prof"), q.rebuilt.Data...)))
	}
	if pic.role == alpha {
		list = append(list, bmff.AuxiliaryProperty(q.auxiliaryURN))
	}
	plain(false, "pasp")
	if bright {
		plain(false, "clli", "mdcv", "cclv", "amve")
	}
	plain(true, "a1op", "lsel")
	return append(list, bmff.TurnProperties(q.rotation, q.mirror)...)
}
