package heif

import (
	"encoding/binary"
	"slices"

	"safelight/client/bmff"
)

// clean rebuilds the data of a picture and of all below it.
func (p *parser) clean(pic *picture) error {
	for _, t := range pic.tiles {
		if err := p.clean(t); err != nil {
			return err
		}
	}
	if pic.grid != nil {
		pic.data = pic.grid.bytes()
	} else {
		b, err := p.gather(pic.item)
		if err != nil {
			return err
		}
		if pic.properties.config == nil {
			return damaged("a picture without a configuration")
		}
		if pic.item.kind == "av01" {
			err = p.cleanAV1(pic, b)
		} else {
			err = p.cleanHEVC(pic, b)
		}
		if err != nil {
			return err
		}
	}
	if pic.alpha != nil {
		return p.clean(pic.alpha)
	}
	return nil
}

// all returns a picture, its tiles, and alpha behind each.
func (pic *picture) all() []*picture {
	list := []*picture{pic}
	for _, t := range pic.tiles {
		list = append(list, t.all()...)
	}
	if pic.alpha != nil {
		list = append(list, pic.alpha.all()...)
	}
	return list
}

// kind is the type of the new item: parameter sets are never within the data.
func (pic *picture) kind() string {
	if pic.item.kind == "hev1" {
		return "hvc1"
	}
	return pic.item.kind
}

type output struct {
	bmff.Writer
	hevc  bool
	list  []*picture
	patch []int // where the offset of each item in mdat is; -1 for those in idat
	idat  []byte
}

// write puts the new file together.
func (p *parser) write() ([]byte, error) {
	o := &output{hevc: p.m.HEVC, list: p.root.all()}
	if len(o.list) > 0xffff {
		return nil, p.refuse("too many tiles")
	}
	size := 4096
	for i, pic := range o.list {
		pic.id = i + 1
		size += len(pic.data) + 64
	}
	o.B = make([]byte, 0, size+len(p.m.Rebuilt.Data))
	o.fileType(p.brands)
	o.Full("meta", 0, 0, func() {
		o.Full("hdlr", 0, 0, func() { o.Text("\x00\x00\x00\x00pict" + string(make([]byte, 13))) })
		o.Full("pitm", 0, 0, func() { o.Uint(2, 1) })
		o.locations()
		o.Full("iinf", 0, 0, o.infos)
		o.references()
		o.properties()
		if o.idat != nil {
			o.Box("idat", func() { o.B = append(o.B, o.idat...) })
		}
	})
	o.Box("mdat", func() {
		for i, pic := range o.list {
			if at := o.patch[i]; at >= 0 {
				binary.BigEndian.PutUint32(o.B[at:], uint32(len(o.B)))
				o.B = append(o.B, pic.data...)
			}
		}
	})
	return o.B, nil
}

// fileType keeps of the brands those that say what the file is now.
func (o *output) fileType(brands []string) {
	major, candidates := "avif", []string{"avif", "mif1", "miaf", "MA1A", "MA1B"}
	if o.hevc {
		major, candidates = "heic", []string{"mif1", "heic", "miaf"}
		if slices.ContainsFunc(o.list, func(pic *picture) bool { return extended(pic.properties.coded) }) {
			major, candidates[1] = "heix", "heix"
		}
	}
	o.Box("ftyp", func() {
		o.Text(major)
		o.Uint(4, 0)
		for _, c := range candidates {
			if c == major || c == "mif1" || slices.Contains(brands, c) {
				o.Text(c)
			}
		}
	})
}

// extended reports whether a configuration needs more than the Main and Main Still Picture profiles.
func extended(hvcC []byte) bool {
	if len(hvcC) < 6 {
		return false
	}
	profile, compatible := hvcC[1]&31, hvcC[2]
	return profile != 1 && profile != 3 && compatible&0x50 == 0
}

// inline reports whether the data of a picture is in idat: grids of HEIC files, as phones write them.
func (o *output) inline(pic *picture) bool { return o.hevc && pic.grid != nil }

func (o *output) locations() {
	version := 0
	if slices.ContainsFunc(o.list, o.inline) {
		version = 1
	}
	o.Full("iloc", byte(version), 0, func() {
		o.Uint(2, 0x4400)
		o.Uint(2, uint64(len(o.list)))
		for _, pic := range o.list {
			o.Uint(2, uint64(pic.id))
			at := -1
			if version == 1 {
				method := uint64(0)
				if o.inline(pic) {
					method = 1
				}
				o.Uint(2, method)
			}
			o.Uint(2, 0)
			o.Uint(2, 1)
			if o.inline(pic) {
				o.Uint(4, uint64(len(o.idat)))
				o.idat = append(o.idat, pic.data...)
			} else {
				at = len(o.B)
				o.Uint(4, 0)
			}
			o.patch = append(o.patch, at)
			o.Uint(4, uint64(len(pic.data)))
		}
	})
}

func (o *output) infos() {
	o.Uint(2, uint64(len(o.list)))
	for _, pic := range o.list {
		hidden := uint32(0)
		if pic.role == tile || pic.role == alphaTile {
			hidden = 1
		}
		o.Full("infe", 2, hidden, func() {
			o.Uint(2, uint64(pic.id))
			o.Uint(2, 0)
			o.Text(pic.kind() + "\x00")
		})
	}
}

func (o *output) references() {
	var w bmff.Writer
	add := func(kind string, from *picture, to ...*picture) {
		w.Box(kind, func() {
			w.Uint(2, uint64(from.id))
			w.Uint(2, uint64(len(to)))
			for _, pic := range to {
				w.Uint(2, uint64(pic.id))
			}
		})
	}
	for _, pic := range o.list {
		if pic.grid != nil {
			add("dimg", pic, pic.tiles...)
		}
		if pic.alpha != nil {
			add("auxl", pic.alpha, pic)
		}
		if pic.premultiplied {
			add("prem", pic, pic.alpha)
		}
	}
	if len(w.B) > 0 {
		o.Full("iref", 0, 0, func() { o.B = append(o.B, w.B...) })
	}
}

// properties writes each property once.
func (o *output) properties() {
	index := map[string]int{}
	var all [][]byte
	links := make([][]int, len(o.list))
	for i, pic := range o.list {
		boxes, essential := pic.boxes()
		for k, b := range boxes {
			n, ok := index[string(b)]
			if !ok {
				all = append(all, b)
				n = len(all)
				index[string(b)] = n
			}
			if essential[k] {
				n = -n
			}
			links[i] = append(links[i], n)
		}
	}
	size, flags := 1, uint32(0)
	if len(all) > 127 {
		size, flags = 2, 1
	}
	o.Box("iprp", func() {
		o.Box("ipco", func() { o.B = append(o.B, slices.Concat(all...)...) })
		o.Full("ipma", 0, flags, func() {
			o.Uint(4, uint64(len(o.list)))
			for i, pic := range o.list {
				o.Uint(2, uint64(pic.id))
				o.Uint(1, uint64(len(links[i])))
				for _, n := range links[i] {
					v := n
					if n < 0 {
						v = -n | 1<<(8*size-1)
					}
					o.Uint(size, uint64(v))
				}
			}
		})
	})
}
