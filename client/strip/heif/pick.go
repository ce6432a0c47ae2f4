package heif

import (
	"slices"

	"safelight/client/bmff"
	"safelight/client/strip/icc"
	"safelight/client/strip/refuse"
)

// picture is an image item that is carried over.
type picture struct {
	item          *item
	role          role
	width, height int
	grid          *grid
	tiles         []*picture
	alpha         *picture
	premultiplied bool
	properties    properties
	data          []byte // of the new item
}

type role int

const (
	primary role = iota
	tile
	alpha
	alphaTile
)

// grid is how tiles are put together.
type grid struct{ rows, columns, width, height int }

// pick finds the primary image and what belongs to it.
func (p *parser) pick() error {
	it := p.items[p.primary]
	if it == nil || it.kind == "" {
		return damaged("no primary picture")
	}
	p.m = &Image{Orientation: 1, Primaries: 2, Transfer: 2, Matrix: 2}
	var err error
	if p.root, err = p.picture(it, primary); err != nil {
		return err
	}
	p.describe()
	return nil
}

// picture takes an item with its tiles and alpha.
func (p *parser) picture(it *item, r role) (*picture, error) {
	if p.kept[it.id] {
		return nil, p.refuse("a picture is used twice")
	}
	p.kept[it.id] = true
	if it.protected {
		return nil, p.refuse("a protected picture")
	}
	pic := &picture{item: it, role: r}
	if err := p.take(pic); err != nil {
		return nil, err
	}
	if pic.width*pic.height > p.o.MaxPixels {
		return nil, refuse.New(refuse.LargeSize, "")
	}
	switch {
	case it.kind == "grid" && (r == primary || r == alpha):
		if err := p.tiles(pic); err != nil {
			return nil, err
		}
	case it.kind == "av01", it.kind == "hvc1", it.kind == "hev1":
		if err := p.codec(it.kind != "av01"); err != nil {
			return nil, err
		}
	default:
		return nil, p.refuse("a primary picture made of other pictures, or of an unknown coding")
	}
	if r == primary || r == tile {
		if err := p.transparency(pic); err != nil {
			return nil, err
		}
	}
	return pic, nil
}

// codec notes which of the two codings the file has.
func (p *parser) codec(hevc bool) error {
	code := refuse.AVIF
	if hevc {
		code = refuse.HEIC
	}
	if p.m.Width != 0 && hevc != p.m.HEVC {
		return p.refuse("two codings in one picture")
	}
	// The width marks that a coding is known; describe sets it for good.
	p.m.HEVC, p.m.Width, p.code = hevc, 1, code
	return nil
}

// tiles takes the tiles of a grid. A grid may hide no more of them than pads the last ones.
func (p *parser) tiles(pic *picture) error {
	b, err := p.gather(pic.item)
	if err != nil {
		return err
	}
	g, err := readGrid(b)
	if err != nil {
		return err
	}
	ids := p.derived[pic.item.id]
	if len(ids) != g.rows*g.columns || g.width != pic.width || g.height != pic.height {
		return damaged("a grid that does not fit its tiles")
	}
	r := tile
	if pic.role == alpha {
		r = alphaTile
	}
	for _, id := range ids {
		it := p.items[id]
		if it == nil {
			return damaged("a tile is missing")
		}
		t, err := p.picture(it, r)
		if err != nil {
			return err
		}
		if len(pic.tiles) > 0 && (t.width != pic.tiles[0].width || t.height != pic.tiles[0].height) {
			return damaged("tiles of different sizes")
		}
		pic.tiles = append(pic.tiles, t)
	}
	pic.grid = g
	w, h := pic.tiles[0].width, pic.tiles[0].height
	if !fits(g.width, g.columns, w) || !fits(g.height, g.rows, h) {
		return p.refuse("tiles that are partly hidden")
	}
	return nil
}

// fits reports whether so many tiles cover a length, the last not in vain. Where there is but one, it may be longer by what
// an encoder's largest block takes.
func fits(length, count, each int) bool {
	hidden := count*each - length
	if count == 1 {
		return hidden >= 0 && hidden < 64
	}
	return hidden >= 0 && hidden < each
}

func readGrid(b []byte) (*grid, error) {
	r := bmff.Read(b)
	version, flags := r.Int(1), r.Int(1)
	g := &grid{rows: r.Int(1) + 1, columns: r.Int(1) + 1}
	size := 2 + 2*(flags&1)
	g.width, g.height = r.Int(size), r.Int(size)
	if r.Failed() || version != 0 || g.width == 0 || g.height == 0 {
		return nil, damaged("grid")
	}
	return g, nil
}

func (g *grid) bytes() []byte {
	var w bmff.Writer
	size := 2
	if g.width > 0xffff || g.height > 0xffff {
		size = 4
	}
	w.B = []byte{0, byte(size/2 - 1), byte(g.rows - 1), byte(g.columns - 1)}
	w.Uint(size, uint64(g.width))
	w.Uint(size, uint64(g.height))
	return w.B
}

// transparency takes the first alpha image of a picture.
func (p *parser) transparency(pic *picture) error {
	for _, rel := range p.auxiliaries[pic.item.id] {
		it := p.items[rel.from]
		if it == nil || !alphaTypes[p.auxiliary(it)] {
			continue
		}
		if len(rel.to) != 1 {
			return p.refuse("pictures that share their transparency")
		}
		a, err := p.picture(it, alpha)
		if err != nil {
			return err
		}
		pic.alpha = a
		break
	}
	if pic.alpha == nil {
		return nil
	}
	p.m.Alpha = true
	pic.premultiplied = slices.Contains(p.premultiplied[pic.item.id], pic.alpha.item.id)
	return nil
}

// describe fills in what the primary picture says of itself. Tiles may say what the whole does not: their profile, as all
// have the same, becomes that of the whole.
func (p *parser) describe() {
	m, root := p.m, p.root
	m.Width, m.Height = root.width, root.height
	q := &root.properties
	m.Orientation = q.orientation()
	labels := q.nclx
	if len(root.tiles) > 0 {
		first := root.tiles[0].properties
		if q.profile == nil && labels == nil {
			labels = first.nclx
		}
		if q.profile == nil {
			q.profile = first.profile
		}
	}
	if labels != nil {
		m.Primaries, m.Transfer, m.Matrix = labels.primaries, labels.transfer, labels.matrix
	}
	for _, space := range []string{"RGB ", "GRAY"} {
		if rebuilt, err := icc.Rebuild(q.profile, space); err == nil && !(p.o.PlainSRGB && rebuilt.SRGB) {
			q.rebuilt = rebuilt
		}
	}
	m.Profile, m.Rebuilt = q.profile, q.rebuilt
	m.judge()
}

func (m *Image) judge() {
	m.Wide = m.Rebuilt.Wide || m.Rebuilt.Data == nil && (m.Primaries == 9 || m.Primaries == 11 || m.Primaries == 12)
}

// gather returns the content of an item.
func (p *parser) gather(it *item) ([]byte, error) {
	if it.external || it.method > 1 {
		return nil, p.refuse("data in another place")
	}
	from := p.src
	if it.method == 1 {
		from = p.idat
	}
	if len(it.extents) == 0 {
		return nil, damaged("an item without data")
	}
	var out []byte
	for _, e := range it.extents {
		if e.size == 0 || e.size > uint64(len(from)) || e.at > uint64(len(from))-e.size {
			return nil, damaged("an item that is cut off")
		}
		piece := from[e.at : e.at+e.size : e.at+e.size]
		if len(it.extents) == 1 {
			out = piece
		} else {
			out = append(out, piece...)
		}
		// Items that share their bytes make the new file larger than the old one, but not without bounds.
		if p.gathered += e.size; p.gathered > 4*uint64(len(p.src)) {
			return nil, p.refuse("items that share their data")
		}
	}
	return out, nil
}
