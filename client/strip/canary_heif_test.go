package strip_test

import (
	"bytes"
	"encoding/binary"
	"slices"
	"testing"

	"safelight/client/strip"
	"safelight/client/strip/striptest"
)

// heifPlaces collects files with something planted.
type heifPlaces map[string][]byte

// avif and heic add a file that change has made of a clean one.
func (p heifPlaces) avif(name string, change func(*striptest.HEIF)) {
	f := striptest.SmallAVIF()
	change(&f)
	p["avif "+name] = f.Bytes()
}

func (p heifPlaces) heic(name string, change func(*striptest.HEIF)) {
	f := striptest.SmallGrid()
	change(&f)
	p["heic "+name] = f.Bytes()
}

func (p heifPlaces) both(name string, change func(*striptest.HEIF)) {
	p.avif(name, change)
	p.heic(name, change)
}

// edit changes the content of the boxes of one type.
func (p heifPlaces) edit(name, box string, change func([]byte) []byte) {
	p.both(name, func(f *striptest.HEIF) {
		f.Edit = func(b string, content []byte) []byte {
			if b == box {
				return change(content)
			}
			return content
		}
	})
}

// property gives the first item, or in a HEIC its first tile too, a further property.
func (p heifPlaces) property(name string, essential bool, box []byte) {
	p.both(name, func(f *striptest.HEIF) {
		for i := range f.Items[:2] {
			f.Items[i].Properties = append(f.Items[i].Properties, striptest.HEIFProperty{Box: box, Essential: essential})
		}
	})
}

// item adds an item, with references to the first one by name.
func (p heifPlaces) item(name string, it striptest.HEIFItem, reference string) {
	if reference != "" {
		it.References = []striptest.HEIFReference{{Kind: reference, To: []int{1}}}
	}
	p.both(name, func(f *striptest.HEIF) { f.Items = append(f.Items, it) })
}

// refusedHEIF are the places that make a file one that cannot be cleaned.
var refusedHEIF = map[string]bool{
	"avif film": true, "heic film": true, "avif behind the properties": true, "heic behind the properties": true, "avif behind the references": true,
	"avif behind the item infos": true, "heic behind the item infos": true, "avif behind the sequence header": true, "avif sequence header in front": true,
	"avif a frame behind": true, "avif a frame that is not shown": true, "avif tile list": true,
	"heic behind the sequence": true, "heic behind the picture parameters": true, "heic behind the video parameters": true, "heic slice header extension": true,
	"heic a picture behind": true, "heic behind the references": true, "heic hidden tiles": true, "heic a picture that needs another": true,
	"avif cropped": true, "heic cropped": true, "avif unknown and essential": true, "heic unknown and essential": true,
	"avif size behind": true, "heic frame larger than it says": true, "avif frame larger than it says": true, "avif film beside": true, "heic film beside": true,
}

func newHEIFPlaces() heifPlaces {
	p := heifPlaces{}
	mark := []byte(canary)
	p.boxes(mark)
	p.structure(mark)
	p.items(mark)
	p.properties(mark)
	p.units(mark)
	p.nals(mark)
	return p
}

// boxes plants boxes beside the picture.
func (p heifPlaces) boxes(mark []byte) {
	id := []byte("PLANTEDMUSICUUID")
	for _, name := range []string{"free", "skip", "jumb", "mpvd", "udta", "wide", "mdat", "zzzz"} {
		box := striptest.Box(name, mark)
		p.both(name+" behind", func(f *striptest.HEIF) { f.Behind = append(f.Behind, box) })
		p.both(name+" in front", func(f *striptest.HEIF) { f.Head = append(f.Head, box) })
	}
	for _, name := range []string{"free", "dinf", "grpl", "ipro", "xml ", "bxml", "zzzz"} {
		p.both(name+" in meta", func(f *striptest.HEIF) { f.Meta = append(f.Meta, striptest.Box(name, mark)) })
	}
	p.both("uuid behind", func(f *striptest.HEIF) { f.Behind = append(f.Behind, striptest.Box("uuid", id, mark)) })
	p.both("uuid in meta", func(f *striptest.HEIF) { f.Meta = append(f.Meta, striptest.Box("uuid", id)) })
	p.both("second meta", func(f *striptest.HEIF) { f.Behind = append(f.Behind, striptest.FullBox("meta", 0, mark)) })
	p.both("film beside", func(f *striptest.HEIF) { f.Behind = append(f.Behind, striptest.Box("moov", mark)) })
	p.both("behind the end", func(f *striptest.HEIF) { f.Tail = mark })
	p.both("a few bytes behind the end", func(f *striptest.HEIF) { f.Tail = []byte("PLT") })
	p.both("JPEG behind the end", func(f *striptest.HEIF) { f.Tail = slices.Concat(plainJPEG(), mark) })
	p.both("second file behind the end", func(f *striptest.HEIF) { f.Tail = slices.Concat(striptest.SmallAVIF().Bytes(), mark) })
	p.both("box of 64 bits", func(f *striptest.HEIF) {
		f.Tail = slices.Concat([]byte("\x00\x00\x00\x01free\x00\x00\x00\x00\x00\x00\x00\x1c"), mark)
	})
	p.both("box up to the end", func(f *striptest.HEIF) { f.Tail = slices.Concat([]byte("\x00\x00\x00\x00free"), mark) })
}

// structure plants in the fields of boxes that a picture needs, and behind them.
func (p heifPlaces) structure(mark []byte) {
	behind := func(b []byte) []byte { return append(b, mark...) }
	p.edit("brands", "ftyp", behind)
	p.edit("half a brand", "ftyp", func(b []byte) []byte { return append(b, "PLA"...) })
	p.edit("minor version", "ftyp", func(b []byte) []byte { return slices.Concat(b[:4], mark[:4], b[8:]) })
	p.edit("handler's name", "hdlr", func(b []byte) []byte { return slices.Concat(b[:20], mark, []byte{0}) })
	p.edit("handler's reserved fields", "hdlr", func(b []byte) []byte { return slices.Concat(b[:12], mark, b[24:]) })
	p.edit("behind the primary item", "pitm", behind)
	p.edit("behind the locations", "iloc", behind)
	p.edit("behind the references", "iref", behind)
	p.edit("behind the item infos", "iinf", behind)
	p.edit("behind the properties", "ipco", behind)
	p.edit("behind the associations", "ipma", behind)
	p.edit("behind an item info", "infe", behind)
	p.edit("name of an item", "infe", func(b []byte) []byte { return slices.Concat(b[:12], mark, []byte{0}) })
	p.heic("behind the grid", func(f *striptest.HEIF) { f.Items[0].Data = append(f.Items[0].Data, mark...) })
	p.heic("behind idat", func(f *striptest.HEIF) {
		f.Edit = func(b string, content []byte) []byte {
			if b == "idat" {
				return behind(content)
			}
			return content
		}
	})
	p.heic("behind a reference", func(f *striptest.HEIF) {
		f.Edit = func(b string, content []byte) []byte {
			if b == "dimg" {
				return behind(content)
			}
			return content
		}
	})
	p.heic("hidden tiles", func(f *striptest.HEIF) {
		f.Items[0].Properties[0].Box = striptest.SizeBox(60, 64)
		f.Items[0].Data = []byte{0, 0, 0, 1, 0, 60, 0, 64}
	})
	p.both("between the items", func(f *striptest.HEIF) { f.Gap = mark })
	p.both("between the pieces", func(f *striptest.HEIF) {
		f.Items[1].Pieces = 3
		f.Behind = append(f.Behind, striptest.Box("free", mark))
	})
}

// items plants items beside the picture.
func (p heifPlaces) items(mark []byte) {
	exif := slices.Concat([]byte{0, 0, 0, 0}, striptest.EXIF(4, 4, striptest.Options{Owner: canary}))
	size := []striptest.HEIFProperty{{Box: striptest.SizeBox(32, 24)}}
	auxiliary := func(urn string) []striptest.HEIFProperty {
		return append(slices.Clone(size), striptest.HEIFProperty{Box: striptest.FullBox("auxC", 0, []byte(urn+"\x00"))})
	}
	p.item("EXIF", striptest.HEIFItem{Kind: "Exif", Data: exif}, "cdsc")
	p.item("EXIF that describes nothing", striptest.HEIFItem{Kind: "Exif", Data: exif}, "")
	p.item("XMP", striptest.HEIFItem{Kind: "mime", More: []byte("application/rdf+xml\x00"), Data: striptest.XMP(canary)}, "cdsc")
	p.item("content type", striptest.HEIFItem{Kind: "mime", More: append(mark, 0), Data: []byte("x")}, "")
	p.item("address", striptest.HEIFItem{Kind: "uri ", More: append(mark, 0), Data: []byte("x")}, "")
	p.item("JPEG thumbnail", striptest.HEIFItem{Kind: "jpeg", Data: slices.Concat(plainJPEG(), mark), Properties: size}, "thmb")
	p.item("thumbnail", striptest.HEIFItem{Kind: "hvc1", Data: mark, Properties: size}, "thmb")
	p.item("second picture", striptest.HEIFItem{Kind: "av01", Data: mark, Properties: size}, "")
	p.item("gain map", striptest.HEIFItem{Kind: "hvc1", Data: mark, Properties: auxiliary("urn:com:apple:photo:2020:aux:hdrgainmap")}, "auxl")
	p.item("depth map", striptest.HEIFItem{Kind: "hvc1", Data: mark, Properties: auxiliary("urn:mpeg:hevc:2015:auxid:2")}, "auxl")
	p.item("auxiliary type", striptest.HEIFItem{Kind: "hvc1", Data: []byte("x"), Properties: auxiliary(canary)}, "auxl")
	p.item("region", striptest.HEIFItem{Kind: "rgan", Data: mark}, "cdsc")
	p.item("tone map", striptest.HEIFItem{Kind: "tmap", Data: mark, Properties: size}, "dimg")
	p.item("text", striptest.HEIFItem{Kind: "text", Data: mark}, "text")
	p.item("unknown item", striptest.HEIFItem{Kind: "zzzz", Data: mark}, "zzzz")
	p.item("data in idat", striptest.HEIFItem{Kind: "zzzz", Data: mark, Inline: true}, "")
	p.item("overlay that is not shown", striptest.HEIFItem{Kind: "iovl", Data: mark, Properties: size}, "dimg")
}

// properties plants properties, and in those that are kept.
func (p heifPlaces) properties(mark []byte) {
	for _, name := range []string{"udes", "altt", "crtt", "mdft", "cmin", "wipa", "rloc", "free", "zzzz", "a1lx", "pixi", "ispe", "colr", "clli", "pasp", "irot"} {
		if name != "ispe" && name != "irot" {
			p.property("property "+name, false, striptest.Box(name, []byte{0, 0, 0, 0}, mark))
		}
	}
	p.property("property uuid", false, striptest.Box("uuid", []byte("PLANTEDMUSICUUID"), mark))
	p.property("profile of an unknown kind", false, striptest.Box("colr", []byte("zzzz"), mark))
	p.property("broken profile", false, striptest.Box("colr", []byte("prof"), mark))
	p.property("name of the profile", false, striptest.Box("colr", []byte("prof"), striptest.ICC(canary)))
	p.property("behind the profile", false, striptest.Box("colr", []byte("rICC"), striptest.ICC("x"), mark))
	p.property("unknown and essential", true, striptest.Box("zzzz", mark))
	p.property("how bright it was made", false, striptest.Box("mdcv", mark, mark))
	p.property("content colour volume", false, striptest.Box("cclv", []byte{0x1c}, mark, mark))
	p.property("shape of the pixels", false, striptest.Box("pasp", mark[:8]))
	p.both("cropped", func(f *striptest.HEIF) {
		var clap []byte
		for _, v := range []uint32{16, 1, 16, 1, 0, 1, 0, 1} {
			clap = binary.BigEndian.AppendUint32(clap, v)
		}
		f.Items[0].Properties = append(f.Items[0].Properties, striptest.HEIFProperty{Box: striptest.Box("clap", clap), Essential: true})
	})
	p.avif("property of nobody", func(f *striptest.HEIF) {
		f.Edit = func(b string, content []byte) []byte {
			if b == "ipco" {
				return slices.Concat(content, striptest.Box("colr", []byte("prof"), striptest.ICC(canary)))
			}
			return content
		}
	})
	grow := func(name string, item, property int) {
		p.avif(name, func(f *striptest.HEIF) {
			q := &f.Items[item].Properties[property]
			q.Box = striptest.Box(string(q.Box[4:8]), q.Box[8:], mark)
		})
	}
	grow("behind the size", 0, 0)
	grow("behind the depths", 0, 1)
	grow("behind the configuration", 0, 2)
	grow("behind the code points", 0, 3)
	grow("behind the auxiliary type", 1, 3)
	p.avif("delay of the configuration", func(f *striptest.HEIF) { f.Items[0].Properties[2].Box[11] = 0x1f })
	p.avif("reserved bits of the range", func(f *striptest.HEIF) {
		q := f.Items[0].Properties[3].Box
		q[len(q)-1] |= 0x55
	})
	p.avif("frame larger than it says", func(f *striptest.HEIF) {
		for i := range f.Items {
			f.Items[i].Properties[0].Box = striptest.SizeBox(31, 24)
		}
	})
	p.heic("frame larger than it says", func(f *striptest.HEIF) {
		f.Items[0].Properties[0].Box, f.Items[0].Data[7] = striptest.SizeBox(100, 32), 32
		for i := range f.Items[1:] {
			f.Items[1+i].Properties[0].Box = striptest.SizeBox(64, 32)
		}
	})
}

// units plants AV1 units.
func (p heifPlaces) units(mark []byte) {
	obu := func(kind byte, data ...[]byte) []byte {
		body := slices.Concat(data...)
		return append([]byte{kind<<3 | 2, byte(len(body))}, body...)
	}
	data := func(name string, units ...[]byte) {
		p.avif(name, func(f *striptest.HEIF) { f.Items[0].Data = slices.Concat(units...) })
	}
	sequence, frame := striptest.AV1Sequence, striptest.AV1Frame
	end := []byte{0x80}
	for name, unit := range map[string][]byte{
		"padding": obu(15, mark, end), "T.35 metadata": obu(5, []byte{4, 0xb5}, mark, end), "scalability metadata": obu(5, []byte{3}, mark, end),
		"time code": obu(5, []byte{5}, mark, end), "private metadata": obu(5, []byte{31}, mark, end), "reserved unit": obu(9, mark),
		"reserved unit 0": obu(0, mark), "delimiter": obu(2, mark), "redundant header": obu(7, mark),
		"brightness, too long": obu(5, []byte{1}, mark, end),
	} {
		data(name, sequence, unit, frame)
		data(name+" behind", sequence, frame, unit)
		data(name+" in front", unit, sequence, frame)
	}
	data("tile list", sequence, obu(8, mark), frame)
	data("brightness, behind the frame", sequence, frame, obu(5, []byte{1, 'P', 'L', 'A', 'N'}, end))
	data("brightness, twice", sequence, obu(5, []byte{1, 0, 1, 0, 1}, end), obu(5, []byte{1, 'P', 'L', 'A', 'N'}, end), frame)
	data("sequence header again", sequence, sequence, frame, obu(15, mark))
	data("behind the sequence header", obu(1, sequence[2:], mark), frame)
	data("sequence header in front", obu(1, mark), sequence, frame)
	data("behind the units", sequence, frame, mark)
	data("a frame behind", sequence, frame, frame)
	data("size behind", sequence, []byte{0x36, byte(len(frame) - 2)}, frame[2:])
	data("size that is too long", sequence, []byte{frame[0], frame[1] | 0x80, 0}, frame[2:])
	data("a unit without a size", sequence, []byte{frame[0] &^ 2}, frame[2:])
	p.avif("unit in the configuration", func(f *striptest.HEIF) {
		f.Items[0].Properties[2].Box = striptest.Box("av1C", []byte{0x81, 0, 0x0c, 0}, sequence, obu(5, []byte{4}, mark, end))
	})
	p.avif("in the transparency", func(f *striptest.HEIF) { f.Items[1].Data = append(f.Items[1].Data, obu(15, mark)...) })
	p.avif("a frame that is not shown", func(f *striptest.HEIF) {
		f.Items[0].Data = slices.Concat(obu(1, []byte{0x00, 0x00, 0x00, 0x02}, mark), frame)
	})
}

// nals plants HEVC units.
func (p heifPlaces) nals(mark []byte) {
	nal := func(kind, layer byte, data ...[]byte) []byte {
		return slices.Concat([]byte{kind<<1 | layer>>5, layer<<3 | 1}, slices.Concat(data...))
	}
	data := func(name string, units ...[]byte) {
		p.heic(name, func(f *striptest.HEIF) { f.Items[1].Data = striptest.Units(units...) })
	}
	config := func(name string, units ...[]byte) {
		p.heic(name, func(f *striptest.HEIF) {
			f.Items[1].Properties[1].Box = striptest.Box("hvcC", striptest.HVCC(units...))
		})
	}
	vps, sps, pps, slice := striptest.HEVCVPS, striptest.HEVCSPS, striptest.HEVCPPS, striptest.HEVCSlice
	for name, unit := range map[string][]byte{
		"SEI": nal(39, 0, mark, []byte{0x80}), "suffix SEI": nal(40, 0, mark, []byte{0x80}), "delimiter": nal(35, 0, mark), "filler": nal(38, 0, mark),
		"end of the sequence": nal(36, 0, mark), "reserved unit": nal(41, 0, mark), "private unit": nal(62, 0, mark),
		"picture of another layer": nal(20, 1, mark), "parameters of another layer": nal(33, 1, mark),
	} {
		data(name, unit, slice)
		data(name+" behind", slice, unit)
		config(name+" in the configuration", unit, vps, sps, pps)
	}
	data("zeros behind the slice", slices.Concat(slice, bytes.Repeat([]byte{0, 0, 3}, 4)))
	data("parameters within", pps, slice)
	data("a picture behind", slice, slice)
	data("a picture that needs another", slice, nal(1, 0, []byte{0x80}, mark))
	config("behind the sequence", vps, slices.Concat(sps, mark), pps)
	config("behind the picture parameters", vps, sps, slices.Concat(pps, mark))
	config("behind the video parameters", slices.Concat(vps, mark), sps, pps)
	config("configuration twice", vps, vps, sps, pps)
	clock, number := striptest.BitsOf(canary[:8]), "0000000000000001"+"100110101001101"
	config("clock of the video parameters", striptest.Planted(vps, 2, clock+"0"+"1"), sps, pps)
	config("clock of the sequence", vps, striptest.Planted(sps, 3, clock+"0"+"0"), pps)
	config("window to be shown", vps, striptest.Planted(sps, 4, number+"1"+"1"+"1"), pps)
	// Restrictions: three flags, and five numbers.
	config("restrictions", vps, striptest.Planted(sps, 2, "101"+"1"+number+"1"+"1"+"1"), pps)
	config("as encoders write it", striptest.WordyVPS, striptest.WordySPS, pps)
	config("bits that are reserved", patch(vps, 12, mark[:3]), sps, pps)
	// pps_id becomes 1 where its first bit, ue(0), becomes 010.
	config("parameters of no slice", vps, sps, pps, nal(34, 0, []byte{0x50, 0x5c, 0xac, 0x08, 0x90}))
	p.heic("behind the configuration", func(f *striptest.HEIF) {
		f.Items[1].Properties[1].Box = striptest.Box("hvcC", striptest.HVCC(vps, sps, pps), mark)
	})
	p.heic("head of the configuration", func(f *striptest.HEIF) {
		b := striptest.HVCC(vps, sps, pps)
		copy(b[2:12], mark)
		f.Items[1].Properties[1].Box = striptest.Box("hvcC", b)
	})
	p.heic("rates of the configuration", func(f *striptest.HEIF) {
		b := striptest.HVCC(vps, sps, pps)
		copy(b[19:21], mark)
		f.Items[1].Properties[1].Box = striptest.Box("hvcC", b)
	})
}

func TestHEIFCanaries(t *testing.T) {
	places := newHEIFPlaces()
	if len(places) < 180 {
		t.Errorf("%d places", len(places))
	}
	for name, file := range places {
		t.Run(name, func(t *testing.T) {
			out, report, err := strip.Strip(file)
			if err != nil {
				if !refusedHEIF[name] {
					t.Errorf("Strip: %v", err)
				}
				return
			}
			if refusedHEIF[name] {
				t.Error("was not refused")
			}
			if spells(out) {
				t.Errorf("the canary is still there (report: %v)", report.Findings)
			}
			stripped(t, file)
		})
	}
}

// TestHEIFCanariesControl shows that each place is one: a stripper that passes everything through leaks every time.
func TestHEIFCanariesControl(t *testing.T) {
	for name, file := range newHEIFPlaces() {
		if !leaks(file) {
			t.Errorf("%s: nothing is planted", name)
		}
	}
	for name, f := range map[string]striptest.HEIF{"avif": striptest.SmallAVIF(), "heic": striptest.SmallGrid()} {
		if leaks(f.Bytes()) {
			t.Errorf("%s leaks with nothing planted: %v", name, striptest.Account(f.Bytes()))
		}
	}
}

// What an encoder made goes through the same: its profile of sRGB and its texts go, a wide one stays.
func TestVariantAVIF(t *testing.T) {
	profiled := func(profile []byte) []byte {
		f := striptest.SmallAVIF()
		f.Items[0].Name = canary
		f.Items[0].Properties = append(f.Items[0].Properties, striptest.HEIFProperty{Box: striptest.Box("colr", []byte("prof"), profile)})
		return f.Bytes()
	}
	got, err := strip.Variant(strip.AVIF, profiled(srgb(canary)))
	if err != nil || !bytes.Equal(got, striptest.SmallAVIF().Bytes()) {
		t.Errorf("Variant = %d bytes, %v", len(got), err)
	}
	wide, err := strip.Variant(strip.AVIF, profiled(striptest.DisplayP3(canary)))
	if err != nil || spells(wide) || !bytes.Contains(wide, []byte("acsp")) {
		t.Errorf("Variant loses a wide profile, or keeps its name: %v", err)
	}
	if _, err := strip.Variant(strip.AVIF, striptest.SmallGrid().Bytes()); err == nil {
		t.Error("Variant takes a HEIC for an AVIF")
	}
}
