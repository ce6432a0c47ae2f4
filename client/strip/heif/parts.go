package heif

import (
	"slices"

	"safelight/client/bmff"
)

// carried are property types that say nothing but how to show a picture.
var carried = []string{
	"ispe", "pixi", "av1C", "hvcC", "colr", "irot", "imir", "auxC", "a1lx", "a1op", "lsel", "clli", "mdcv", "cclv", "amve", "pasp", "clap",
}

// dropped lists what is not carried over: items, properties, and bytes between.
func (p *parser) dropped() {
	roles := map[int]string{}
	for _, rel := range p.relations {
		if rel.kind == "dimg" {
			for _, id := range rel.to {
				roles[id] = "dimg"
			}
		}
	}
	for _, rel := range p.relations {
		if rel.kind != "dimg" && roles[rel.from] == "" {
			roles[rel.from] = rel.kind
		}
	}
	for _, id := range p.order {
		if it := p.items[id]; !p.kept[id] && it.kind != "" {
			p.drop(p.itemPart(it, roles[id]))
		}
	}
	for i, box := range p.properties {
		if !p.used[i+1] && !slices.Contains(carried, box.Type) {
			p.drop(Part{Kind: Property, Name: box.Type, Data: box.Data})
		}
	}
	p.gaps()
}

func (p *parser) itemPart(it *item, role string) Part {
	part := Part{Kind: Item, Name: it.kind, Role: role, ID: it.id}
	part.Data, _ = p.gather(it)
	switch {
	case it.content != "":
		part.Role = it.content
	case role == "auxl":
		part.Role = p.auxiliary(it)
	}
	if it.kind == "Exif" && len(part.Data) > 4 {
		// Four bytes say how far the TIFF block is from their end.
		if at := bmff.Read(part.Data).Uint(4) + 4; at <= uint64(len(part.Data)) {
			part.Data = part.Data[at:]
		}
	}
	for _, l := range it.links {
		if l.property > 0 && l.property <= len(p.properties) && p.properties[l.property-1].Type == "ispe" {
			r := bmff.Read(p.properties[l.property-1].Data)
			r.Full()
			part.Width, part.Height = r.Int(4), r.Int(4)
		}
	}
	return part
}

// gaps lists the bytes of mdat boxes that no item has.
func (p *parser) gaps() {
	var all []extent
	for _, it := range p.items {
		if it.method == 0 {
			all = append(all, it.extents...)
		}
	}
	slices.SortFunc(all, func(a, b extent) int {
		switch {
		case a.at < b.at:
			return -1
		case a.at > b.at:
			return 1
		}
		return 0
	})
	for _, m := range p.media {
		at, end := m.at, m.at+m.size
		for _, e := range all {
			if e.at >= end {
				break
			}
			if e.at > at {
				p.drop(Part{Kind: Gap, Name: "mdat", Data: p.src[at:e.at]})
			}
			if last := e.at + e.size; last > at && last >= e.at {
				at = min(last, end)
			}
		}
		if at < end {
			p.drop(Part{Kind: Gap, Name: "mdat", Data: p.src[at:end]})
		}
	}
}
