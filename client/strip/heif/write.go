package heif

import (
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

// write puts the new file together.
func (p *parser) write() ([]byte, error) {
	list := p.root.all()
	if len(list) > 0xffff {
		return nil, p.refuse("too many tiles")
	}
	items := map[*picture]*bmff.StillItem{}
	var s bmff.Still
	for _, pic := range list {
		it := &bmff.StillItem{
			Kind: pic.kind(), Data: pic.data, Properties: pic.boxes(p.m.bright()), Premultiplied: pic.premultiplied,
			// Phones have grids in idat; libavif writes those of AVIF into mdat.
			Inline: pic.grid != nil && p.m.HEVC,
			Hidden: pic.role == tile || pic.role == alphaTile,
		}
		items[pic] = it
		s.Items = append(s.Items, it)
	}
	for _, pic := range list {
		it := items[pic]
		it.Alpha = items[pic.alpha]
		for _, t := range pic.tiles {
			it.Tiles = append(it.Tiles, items[t])
		}
	}
	s.Major, s.Brands = p.fileBrands(list)
	return s.Bytes(), nil
}

// fileBrands keeps of the brands those that say what the file is now.
func (p *parser) fileBrands(list []*picture) (major string, brands []string) {
	candidates := []string{"avif", "mif1", "miaf", "MA1A", "MA1B"}
	major = "avif"
	if p.m.HEVC {
		major = "heic"
		if slices.ContainsFunc(list, func(pic *picture) bool { return extended(pic.properties.coded) }) {
			major = "heix"
		}
		candidates = []string{"mif1", major, "miaf"}
	}
	for _, c := range candidates {
		if c == major || c == "mif1" || slices.Contains(p.brands, c) {
			brands = append(brands, c)
		}
	}
	return major, brands
}

// extended reports whether a configuration needs more than the Main and Main Still Picture profiles.
func extended(hvcC []byte) bool {
	if len(hvcC) < 6 {
		return false
	}
	profile, compatible := hvcC[1]&31, hvcC[2]
	return profile != 1 && profile != 3 && compatible&0x50 == 0
}
