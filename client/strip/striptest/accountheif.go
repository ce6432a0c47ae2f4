package striptest

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
)

// heifAccount reads a stripped AVIF or HEIC. Its boxes have one order and one form each; every byte of mdat and idat belongs
// to one item, every item to the primary one.
type heifAccount struct {
	file       []byte
	hevc       bool
	items      []*heifItem
	properties [][]byte // whole boxes
	used       []bool
	idat       []byte
	inIdat     int
	mdat       int // where its content begins
}

type heifItem struct {
	kind          string
	hidden        bool
	inline        bool
	at, size      int
	boxes         map[string][]byte // content of its properties; colr by its kind as well
	tiles         []int
	alpha, target int // item numbers, 0 for none
	width, height uint32
}

func accountHEIF(b []byte) error {
	a := &heifAccount{file: b}
	ftyp, rest := heifBox(b, "ftyp")
	if err := a.brands(ftyp); err != nil {
		return err
	}
	meta, rest := heifBox(rest, "meta")
	if len(rest) < 8 || string(rest[4:8]) != "mdat" || int(binary.BigEndian.Uint32(rest)) != len(rest) {
		return errors.New("heif: not one mdat up to the end")
	}
	a.mdat = len(b) - len(rest) + 8
	if err := a.meta(meta); err != nil {
		return err
	}
	return a.content()
}

// heifBox takes the next box, which has to have that name; running out of bytes panics, and Account recovers.
func heifBox(b []byte, name string) (content, rest []byte) {
	n := int(binary.BigEndian.Uint32(b))
	if string(b[4:8]) != name || n < 8 {
		panic("another box than " + name)
	}
	return b[8:n], b[n:]
}

// heifFull is heifBox for a full box with that version and those flags.
func heifFull(b []byte, name string, versionAndFlags uint32) (content, rest []byte) {
	content, rest = heifBox(b, name)
	if binary.BigEndian.Uint32(content) != versionAndFlags {
		panic("version or flags of " + name)
	}
	return content[4:], rest
}

func (a *heifAccount) brands(b []byte) error {
	major := string(b[:4])
	allowed := map[string][]string{
		"avif": {"avif", "mif1", "miaf", "MA1A", "MA1B"}, "heic": {"mif1", "heic", "miaf"}, "heix": {"mif1", "heix", "miaf"},
	}[major]
	a.hevc = major != "avif"
	if allowed == nil || binary.BigEndian.Uint32(b[4:]) != 0 {
		return fmt.Errorf("heif: brand %q", major)
	}
	last := -1
	for b = b[8:]; len(b) > 0; b = b[4:] {
		at := slices.Index(allowed, string(b[:4]))
		if at <= last {
			return fmt.Errorf("heif: compatible brand %q", b[:4])
		}
		last = at
	}
	return nil
}

func (a *heifAccount) meta(b []byte) error {
	if binary.BigEndian.Uint32(b) != 0 {
		return errors.New("heif: version of meta")
	}
	hdlr, b := heifBox(b[4:], "hdlr")
	if string(hdlr) != "\x00\x00\x00\x00\x00\x00\x00\x00pict"+string(make([]byte, 13)) {
		return errors.New("heif: handler")
	}
	pitm, b := heifBox(b, "pitm")
	if string(pitm) != "\x00\x00\x00\x00\x00\x01" {
		return errors.New("heif: primary item")
	}
	if string(b[4:8]) != "iloc" {
		return errors.New("heif: no locations")
	}
	version := uint32(b[8])
	iloc, b := heifFull(b, "iloc", version<<24)
	if err := a.locations(iloc, version); err != nil {
		return err
	}
	iinf, b := heifFull(b, "iinf", 0)
	if err := a.infos(iinf); err != nil {
		return err
	}
	if string(b[4:8]) == "iref" {
		var iref []byte
		iref, b = heifFull(b, "iref", 0)
		if err := a.references(iref); err != nil {
			return err
		}
	}
	iprp, b := heifBox(b, "iprp")
	if len(b) > 0 {
		a.idat, b = heifBox(b, "idat")
	}
	if len(b) > 0 || a.inIdat != len(a.idat) {
		return errors.New("heif: bytes in meta or idat that nothing needs")
	}
	return a.associations(iprp)
}

// locations: one piece an item, one behind the other.
func (a *heifAccount) locations(b []byte, version uint32) error {
	if b[0] != 0x44 || b[1] != 0 || version > 1 {
		return errors.New("heif: form of the locations")
	}
	n := int(binary.BigEndian.Uint16(b[2:]))
	b = b[4:]
	next, anyInline := a.mdat, false
	for i := range n {
		it := &heifItem{boxes: map[string][]byte{}}
		if int(binary.BigEndian.Uint16(b)) != i+1 {
			return errors.New("heif: item numbers")
		}
		b = b[2:]
		if version == 1 {
			it.inline = binary.BigEndian.Uint16(b) == 1
			if binary.BigEndian.Uint16(b) > 1 {
				return errors.New("heif: construction method")
			}
			anyInline = anyInline || it.inline
			b = b[2:]
		}
		if binary.BigEndian.Uint32(b) != 1 {
			return errors.New("heif: data elsewhere, or in pieces")
		}
		it.at, it.size = int(binary.BigEndian.Uint32(b[4:])), int(binary.BigEndian.Uint32(b[8:]))
		b = b[12:]
		at := &next
		if it.inline {
			at = &a.inIdat
		}
		if it.at != *at || it.size == 0 {
			return fmt.Errorf("heif: item %d is not where the one before ends", i+1)
		}
		*at += it.size
		a.items = append(a.items, it)
	}
	if len(b) > 0 || next != len(a.file) || n == 0 || anyInline != (version == 1) {
		return errors.New("heif: bytes in mdat that no item has")
	}
	return nil
}

func (a *heifAccount) infos(b []byte) error {
	if int(binary.BigEndian.Uint16(b)) != len(a.items) {
		return errors.New("heif: number of items")
	}
	b = b[2:]
	for i, it := range a.items {
		var infe []byte
		infe, b = heifBox(b, "infe")
		it.hidden = infe[3] == 1
		it.kind = string(infe[8:12])
		if !bytes.Equal(infe[:3], []byte{2, 0, 0}) || infe[3] > 1 || int(binary.BigEndian.Uint16(infe[4:])) != i+1 || infe[6]|infe[7] != 0 ||
			string(infe[12:]) != "\x00" {
			return errors.New("heif: an item says more than it has to")
		}
		if coded := it.kind == "av01" && !a.hevc || it.kind == "hvc1" && a.hevc; !coded && it.kind != "grid" {
			return fmt.Errorf("heif: item of type %q", it.kind)
		}
	}
	if len(b) > 0 {
		return errors.New("heif: bytes behind the items")
	}
	return nil
}

func (a *heifAccount) references(b []byte) error {
	for len(b) > 0 {
		kind := string(b[4:8])
		var ref []byte
		ref, b = heifBox(b, kind)
		from, count := int(binary.BigEndian.Uint16(ref)), int(binary.BigEndian.Uint16(ref[2:]))
		if len(ref) != 4+2*count {
			return errors.New("heif: length of a reference")
		}
		var to []int
		for i := range count {
			to = append(to, int(binary.BigEndian.Uint16(ref[4+2*i:])))
		}
		source, first := a.items[from-1], a.items[to[0]-1]
		switch {
		case kind == "dimg" && source.kind == "grid" && source.tiles == nil:
			source.tiles = to
			for _, id := range to {
				if tile := a.items[id-1]; tile.target != 0 || tile.kind == "grid" {
					return errors.New("heif: a tile of two grids")
				}
				a.items[id-1].target = from
			}
		case kind == "auxl" && count == 1 && first.alpha == 0 && source.target == 0:
			first.alpha, source.target = from, to[0]
		case kind == "prem" && count == 1 && source.alpha == to[0]:
		default:
			return fmt.Errorf("heif: reference %q", kind)
		}
	}
	for i, it := range a.items {
		if (it.target == 0) != (i == 0) {
			return errors.New("heif: an item that does not belong to the primary one")
		}
	}
	return nil
}

// associations reads the properties and whose they are.
func (a *heifAccount) associations(iprp []byte) error {
	ipco, rest := heifBox(iprp, "ipco")
	for len(ipco) > 0 {
		n := int(binary.BigEndian.Uint32(ipco))
		if slices.ContainsFunc(a.properties, func(p []byte) bool { return bytes.Equal(p, ipco[:n]) }) {
			return errors.New("heif: a property twice")
		}
		a.properties = append(a.properties, ipco[:n])
		ipco = ipco[n:]
	}
	a.used = make([]bool, len(a.properties))
	size, flags := 1, uint32(0)
	if len(a.properties) > 127 {
		size, flags = 2, 1
	}
	ipma, rest := heifFull(rest, "ipma", flags)
	if len(rest) > 0 || int(binary.BigEndian.Uint32(ipma)) != len(a.items) {
		return errors.New("heif: associations")
	}
	ipma = ipma[4:]
	for i, it := range a.items {
		if int(binary.BigEndian.Uint16(ipma)) != i+1 {
			return errors.New("heif: associations")
		}
		n := int(ipma[2])
		ipma = ipma[3:]
		last := -1
		for range n {
			v := int(ipma[0])
			if size == 2 {
				v = int(binary.BigEndian.Uint16(ipma))
			}
			essential := v>>(8*size-1) == 1
			v &= 1<<(8*size-1) - 1
			ipma = ipma[size:]
			order, err := a.property(it, a.properties[v-1], essential)
			if err != nil {
				return err
			}
			if order <= last {
				return errors.New("heif: order of the properties")
			}
			last, a.used[v-1] = order, true
		}
		if it.boxes["ispe"] == nil || it.kind == "av01" && it.boxes["av1C"] == nil || it.kind == "hvc1" && it.boxes["hvcC"] == nil {
			return errors.New("heif: an item without what it needs")
		}
		if isAlpha := it.target != 0 && a.items[it.target-1].alpha == i+1; isAlpha != (it.boxes["auxC"] != nil) {
			return errors.New("heif: auxiliary type")
		}
	}
	if len(ipma) > 0 || slices.Contains(a.used, false) {
		return errors.New("heif: properties of nobody")
	}
	return nil
}

// property checks one property and returns its place in the order.
func (a *heifAccount) property(it *heifItem, box []byte, essential bool) (int, error) {
	name, b := string(box[4:8]), box[8:]
	if name == "colr" {
		name = string(b[:4])
	}
	order := []string{"ispe", "pixi", "av1C", "hvcC", "nclx", "prof", "auxC", "pasp", "clli", "mdcv", "cclv", "amve", "a1op", "lsel", "irot", "imir"}
	must := []string{"av1C", "hvcC", "a1op", "lsel", "irot", "imir"}
	at := slices.Index(order, name)
	if at < 0 || essential != slices.Contains(must, name) {
		return 0, fmt.Errorf("heif: property %q", name)
	}
	it.boxes[name] = b
	ok := true
	switch name {
	case "ispe":
		it.width, it.height = binary.BigEndian.Uint32(b[4:]), binary.BigEndian.Uint32(b[8:])
		ok = len(b) == 12 && binary.BigEndian.Uint32(b) == 0
	case "pixi":
		ok = binary.BigEndian.Uint32(b) == 0 && len(b) == 5+int(b[4]) && b[4] <= 4 && slices.Max(b[5:]) <= 16
	case "av1C":
		ok = len(b) == 4 && b[0] == 0x81 && b[3] == 0
	case "hvcC":
		return at, a.configuration(b)
	case "nclx":
		ok = len(b) == 11 && b[4] == 0 && b[6] == 0 && b[8] == 0 && b[10]&0x7f == 0
	case "prof":
		return at, accountProfile(b[4:])
	case "auxC":
		ok = string(b) == "\x00\x00\x00\x00urn:mpeg:mpegB:cicp:systems:auxiliary:alpha\x00" || string(b) == "\x00\x00\x00\x00urn:mpeg:hevc:2015:auxid:1\x00"
	case "pasp":
		ok = len(b) == 8 && binary.BigEndian.Uint32(b) <= 1000 && binary.BigEndian.Uint32(b[4:]) <= 1000
	case "irot", "imir":
		ok = len(b) == 1 && (name == "irot" && b[0] >= 1 && b[0] <= 3 || name == "imir" && b[0] <= 1)
	case "cclv":
		n := 1 + 24*int(b[0]>>5&1) + 4*int(b[0]>>4&1) + 4*int(b[0]>>3&1) + 4*int(b[0]>>2&1)
		ok = len(b) == n && b[0]&0xc3 == 0
	default:
		ok = len(b) == map[string]int{"clli": 4, "mdcv": 24, "amve": 8, "a1op": 1, "lsel": 2}[name]
	}
	if label := it.boxes["nclx"]; label != nil && slices.Contains([]string{"clli", "mdcv", "cclv", "amve"}, name) {
		ok = ok && slices.Contains([]byte{16, 18}, label[7])
	}
	if !ok {
		return 0, fmt.Errorf("heif: content of %s", name)
	}
	return at, nil
}

// configuration reads hvcC: three arrays, of one or more parameter sets each.
func (a *heifAccount) configuration(b []byte) error {
	if b[0] != 1 || b[13] != 0xf0 || b[14] != 0 || b[15] != 0xfc || b[16]&0xfc != 0xfc || b[17]&0xf8 != 0xf8 || b[18]&0xf8 != 0xf8 ||
		b[19] != 0 || b[20] != 0 || b[21]&0xc3 != 3 || b[22] != 3 {
		return errors.New("heif: head of hvcC")
	}
	general := b[1:13]
	b = b[23:]
	for _, kind := range []byte{32, 33, 34} {
		count := int(binary.BigEndian.Uint16(b[1:]))
		if b[0] != 0x80|kind || count == 0 || count > 1 && kind != 34 {
			return errors.New("heif: arrays of hvcC")
		}
		b = b[3:]
		for range count {
			n := int(binary.BigEndian.Uint16(b))
			set := b[2 : 2+n]
			if set[0] != kind<<1 || set[1] != 1 || set[n-1] == 0 {
				return errors.New("heif: parameter set")
			}
			if plain := bytes.ReplaceAll(set, []byte{0, 0, 3}, []byte{0, 0}); kind == 33 && !bytes.Equal(plain[3:15], general) {
				return errors.New("heif: hvcC says another profile than the sequence")
			}
			b = b[2+n:]
		}
	}
	if len(b) > 0 {
		return errors.New("heif: bytes behind hvcC")
	}
	return nil
}

// content checks the data of each item.
func (a *heifAccount) content() error {
	for _, it := range a.items {
		from := a.file
		if it.inline {
			from = a.idat
		}
		data := from[it.at : it.at+it.size]
		var err error
		switch it.kind {
		case "grid":
			err = a.grid(it, data)
		case "av01":
			err = accountAV1(it, data)
		default:
			err = accountHEVC(it, data)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (a *heifAccount) grid(it *heifItem, b []byte) error {
	rows, columns := int(b[2])+1, int(b[3])+1
	width, height := uint32(binary.BigEndian.Uint16(b[4:])), uint32(binary.BigEndian.Uint16(b[6:]))
	size := 8
	if b[1] == 1 {
		size = 12
		width, height = binary.BigEndian.Uint32(b[4:]), binary.BigEndian.Uint32(b[8:])
	}
	if b[0] != 0 || b[1] > 1 || len(b) != size || it.inline != a.hevc || rows*columns != len(it.tiles) || width != it.width || height != it.height {
		return errors.New("heif: grid")
	}
	first := a.items[it.tiles[0]-1]
	for _, id := range it.tiles {
		if tile := a.items[id-1]; tile.width != first.width || tile.height != first.height || !tile.hidden {
			return errors.New("heif: tiles")
		}
	}
	if uint32(columns-1)*first.width >= width || uint32(rows-1)*first.height >= height ||
		uint32(columns)*first.width < width || uint32(rows)*first.height < height {
		return errors.New("heif: hidden tiles")
	}
	return nil
}
