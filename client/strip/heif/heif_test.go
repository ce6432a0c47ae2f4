package heif_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"slices"
	"testing"

	"safelight/client/strip/heif"
	"safelight/client/strip/refuse"
	"safelight/client/strip/striptest"
)

var options = heif.Options{MaxPixels: 1 << 24}

// stripped strips a file and checks what holds of every output.
func stripped(t *testing.T, src []byte) ([]byte, *heif.Image) {
	t.Helper()
	kept := bytes.Clone(src)
	out, m, err := heif.Strip(src, options)
	if err != nil {
		t.Fatalf("Strip: %v", err)
	}
	if !bytes.Equal(kept, src) {
		t.Error("Strip changed its input")
	}
	if err := striptest.Account(out); err != nil {
		t.Errorf("the output has what it should not: %v", err)
	}
	again, second, err := heif.Strip(out, options)
	if err != nil || !bytes.Equal(again, out) || len(second.Parts) > 0 {
		t.Errorf("Strip(Strip(x)) differs from Strip(x): %v, %v", err, second)
	}
	return out, m
}

// with returns a file whose first item, or the given ones, have further properties.
func with(f striptest.HEIF, boxes ...[]byte) striptest.HEIF {
	for _, b := range boxes {
		f.Items[0].Properties = append(f.Items[0].Properties, striptest.HEIFProperty{Box: b, Essential: string(b[4:8]) != "colr"})
	}
	return f
}

func box(name string, content ...byte) []byte { return striptest.Box(name, content) }

// What is clean already stays as it is, to the last byte.
func TestClean(t *testing.T) {
	for name, f := range map[string]striptest.HEIF{"avif": striptest.SmallAVIF(), "heic": striptest.SmallGrid()} {
		out, m := stripped(t, f.Bytes())
		if !bytes.Equal(out, f.Bytes()) || len(m.Parts) > 0 {
			t.Errorf("%s: a clean file changes, or has %v", name, m.Parts)
		}
	}
}

func TestImage(t *testing.T) {
	_, m := stripped(t, striptest.SmallAVIF().Bytes())
	if m.Width != 32 || m.Height != 24 || !m.Alpha || m.HEVC || m.Wide || m.Primaries != 1 || m.Transfer != 13 || m.Matrix != 6 {
		t.Errorf("avif: %+v", m)
	}
	_, m = stripped(t, with(striptest.SmallGrid(), striptest.Box("colr", []byte("prof"), striptest.DisplayP3("PLANTED"))).Bytes())
	if m.Width != 100 || m.Height != 64 || m.Alpha || !m.HEVC || !m.Wide || len(m.Rebuilt.Data) == 0 || bytes.Contains(m.Rebuilt.Data, []byte("PLANTED")) {
		t.Errorf("heic: %+v", m)
	}
	f := with(striptest.SmallAVIF(), striptest.Box("colr", []byte("prof"), srgb()))
	out, m, err := heif.Strip(f.Bytes(), heif.Options{MaxPixels: 1 << 20, PlainSRGB: true})
	if err != nil || bytes.Contains(out, []byte("acsp")) || m.Rebuilt.Data != nil {
		t.Errorf("a profile of sRGB stays: %v", err)
	}
}

// srgb returns a profile with sRGB's own curve.
func srgb() []byte {
	curve := []byte("para\x00\x00\x00\x00\x00\x03\x00\x00")
	for _, v := range []float64{2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045} {
		curve = binary.BigEndian.AppendUint32(curve, uint32(v*65536+0.5))
	}
	b := striptest.ICC("x")
	at := len(b)
	for i := range binary.BigEndian.Uint32(b[128:]) {
		if tag := b[132+12*i:]; string(tag[1:4]) == "TRC" {
			binary.BigEndian.PutUint32(tag[4:], uint32(at))
			binary.BigEndian.PutUint32(tag[8:], uint32(len(curve)))
		}
	}
	b = append(b, curve...)
	binary.BigEndian.PutUint32(b, uint32(len(b)))
	return b
}

// Rotation and mirror become the number that EXIF has for them, and stay, whichever comes first.
func TestOrientation(t *testing.T) {
	for _, tt := range []struct {
		name  string
		boxes [][]byte
		want  int
	}{
		{"none", nil, 1},
		{"0°", [][]byte{box("irot", 0)}, 1},
		{"90°", [][]byte{box("irot", 1)}, 8},
		{"180°", [][]byte{box("irot", 2)}, 3},
		{"270°", [][]byte{box("irot", 3)}, 6},
		{"top and bottom", [][]byte{box("imir", 0)}, 4},
		{"left and right", [][]byte{box("imir", 1)}, 2},
		{"90°, then top and bottom", [][]byte{box("irot", 1), box("imir", 0)}, 5},
		{"270°, then top and bottom", [][]byte{box("irot", 3), box("imir", 0)}, 7},
		{"90°, then left and right", [][]byte{box("irot", 1), box("imir", 1)}, 7},
		{"180°, then top and bottom", [][]byte{box("irot", 2), box("imir", 0)}, 2},
		{"top and bottom, then 90°", [][]byte{box("imir", 0), box("irot", 1)}, 7},
		{"top and bottom, then 270°", [][]byte{box("imir", 0), box("irot", 3)}, 5},
		{"left and right, then 90°", [][]byte{box("imir", 1), box("irot", 1)}, 5},
		{"reserved bits", [][]byte{box("irot", 0xfd)}, 8},
	} {
		out, m := stripped(t, with(striptest.SmallGrid(), tt.boxes...).Bytes())
		again, err := heif.Inspect(out, options)
		if err != nil || m.Orientation != tt.want || again.Orientation != tt.want {
			t.Errorf("%s: orientation %d, in the output %d, want %d (%v)", tt.name, m.Orientation, again.Orientation, tt.want, err)
		}
	}
}

// What says how to show the picture stays.
func TestKept(t *testing.T) {
	light := striptest.Box("mdcv", bytes.Repeat([]byte{7}, 24))
	for name, b := range map[string][]byte{
		"clli": box("clli", 1, 2, 3, 4), "mdcv": light, "amve": box("amve", 1, 2, 3, 4, 5, 6, 7, 8), "pasp": box("pasp", 0, 0, 0, 2, 0, 0, 0, 1),
		"cclv": box("cclv", 0x14, 1, 2, 3, 4, 5, 6, 7, 8), "a1op": box("a1op", 0), "lsel": box("lsel", 0xff, 0xff),
	} {
		f := with(striptest.SmallAVIF(), b)
		if out, _ := stripped(t, f.Bytes()); bytes.Contains(out, b) != (name == "pasp" || name == "a1op" || name == "lsel") {
			t.Errorf("%s of a picture in sRGB: what only says how bright it was made has to go, the rest has to stay", name)
		}
		for i, p := range f.Items[0].Properties {
			if string(p.Box[4:12]) == "colrnclx" {
				f.Items[0].Properties[i].Box = patched(p.Box, 15, 16) // PQ
			}
		}
		if out, _ := stripped(t, f.Bytes()); !bytes.Contains(out, b) {
			t.Errorf("%s is gone", name)
		}
	}
	f := striptest.SmallAVIF()
	bright := []byte{0x2a, 6, 1, 0, 1, 0, 2, 0x80}
	f.Items[0].Data = slices.Concat(striptest.AV1Sequence, bright, striptest.AV1Frame)
	if out, _ := stripped(t, f.Bytes()); !bytes.Contains(out, f.Items[0].Data) {
		t.Error("metadata about brightness is gone")
	}
}

func patched(b []byte, at int, v byte) []byte {
	b = bytes.Clone(b)
	b[at] = v
	return b
}

// The coded pictures are the same however they were stored.
func TestStored(t *testing.T) {
	want := striptest.SmallGrid().Bytes()
	for name, change := range map[string]func(*striptest.HEIF){
		"in pieces": func(f *striptest.HEIF) { f.Items[1].Pieces = 4 },
		"apart":     func(f *striptest.HEIF) { f.Gap = []byte("PLANTED") },
		"all in idat": func(f *striptest.HEIF) {
			for i := range f.Items {
				f.Items[i].Inline = true
			}
		},
		"grid in mdat": func(f *striptest.HEIF) { f.Items[0].Inline = false },
		"parameters within": func(f *striptest.HEIF) {
			for i := range f.Items[1:] {
				f.Items[1+i].Kind = "hev1"
				f.Items[1+i].Data = striptest.Units(striptest.HEVCVPS, striptest.HEVCSPS, striptest.HEVCPPS, striptest.HEVCSlice)
				f.Items[1+i].Properties[1].Box = striptest.Box("hvcC", striptest.HVCC())
			}
		},
		"lengths of one byte": func(f *striptest.HEIF) {
			for i := range f.Items[1:] {
				b := striptest.HVCC(striptest.HEVCVPS, striptest.HEVCSPS, striptest.HEVCPPS)
				b[21] &^= 3
				f.Items[1+i].Properties[1].Box = striptest.Box("hvcC", b)
				f.Items[1+i].Data = append([]byte{byte(len(striptest.HEVCSlice))}, striptest.HEVCSlice...)
			}
		},
		"grid of 32 bits": func(f *striptest.HEIF) { f.Items[0].Data = []byte{0, 1, 0, 1, 0, 0, 0, 100, 0, 0, 0, 64} },
	} {
		f := striptest.SmallGrid()
		change(&f)
		if out, _ := stripped(t, f.Bytes()); !bytes.Equal(out, want) {
			t.Errorf("%s: another file", name)
		}
	}
}

// A crop that crops nothing is dropped.
func TestWholeCrop(t *testing.T) {
	clap := []byte{0, 0, 0, 64, 0, 0, 0, 2, 0, 0, 0, 24, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1}
	out, _ := stripped(t, with(striptest.SmallAVIF(), striptest.Box("clap", clap)).Bytes())
	if !bytes.Equal(out, striptest.SmallAVIF().Bytes()) {
		t.Error("another file")
	}
}

// Transparency stays with what it belongs to: the picture, or each tile; premultiplied where it says so.
func TestAlpha(t *testing.T) {
	f := striptest.SmallAVIF()
	f.Items[0].References = []striptest.HEIFReference{{Kind: "prem", To: []int{2}}}
	if out, m := stripped(t, f.Bytes()); !m.Alpha || !bytes.Contains(out, []byte("prem\x00\x01\x00\x01\x00\x02")) {
		t.Error("it is no longer premultiplied")
	}
	g := striptest.SmallAVIF()
	grid := striptest.HEIFItem{
		Kind: "grid", Data: []byte{0, 0, 0, 1, 0, 64, 0, 24}, Properties: []striptest.HEIFProperty{{Box: striptest.SizeBox(64, 24)}},
		References: []striptest.HEIFReference{{Kind: "dimg", To: []int{2, 4}}},
	}
	color, plane := g.Items[0], g.Items[1]
	other := plane
	plane.References = []striptest.HEIFReference{{Kind: "auxl", To: []int{2}}}
	other.References = []striptest.HEIFReference{{Kind: "auxl", To: []int{4}}}
	g.Items = []striptest.HEIFItem{grid, color, plane, color, other}
	out, m := stripped(t, g.Bytes())
	if !m.Alpha || bytes.Count(out, []byte("auxl")) != 2 || bytes.Count(out, striptest.AV1PlaneFrame) != 2 {
		t.Error("tiles lose their transparency")
	}
}

// Parts have what a report needs.
func TestParts(t *testing.T) {
	size := []striptest.HEIFProperty{{Box: striptest.SizeBox(12, 34)}}
	gain := append(slices.Clone(size), striptest.HEIFProperty{Box: striptest.FullBox("auxC", 0, []byte("urn:x:gain\x00"))})
	to := func(kind string) []striptest.HEIFReference {
		return []striptest.HEIFReference{{Kind: kind, To: []int{1}}}
	}
	f := striptest.SmallGrid()
	f.Items = append(f.Items,
		striptest.HEIFItem{Kind: "Exif", Data: []byte("\x00\x00\x00\x06Exif\x00\x00MM\x00*"), References: to("cdsc")},
		striptest.HEIFItem{Kind: "mime", More: []byte("application/rdf+xml\x00"), Data: []byte("<x>"), References: to("cdsc")},
		striptest.HEIFItem{Kind: "jpeg", Data: []byte("\xff\xd8"), Properties: size, References: to("thmb")},
		striptest.HEIFItem{Kind: "hvc1", Data: []byte("gain"), Properties: gain, References: to("auxl"), Pieces: 2},
	)
	f.Items[1].Name = "Portrait of A"
	f.Behind = [][]byte{striptest.Box("uuid", []byte("0123456789abcdefclaim"))}
	f.Tail = []byte("tail")
	f.Gap = []byte("gap")
	_, m := stripped(t, f.Bytes())
	for _, want := range []heif.Part{
		{Kind: heif.Item, Name: "Exif", Role: "cdsc", Data: []byte("MM\x00*")},
		{Kind: heif.Item, Name: "mime", Role: "application/rdf+xml", Data: []byte("<x>")},
		{Kind: heif.Item, Name: "jpeg", Role: "thmb", Data: []byte("\xff\xd8"), Width: 12, Height: 34},
		{Kind: heif.Item, Name: "hvc1", Role: "urn:x:gain", Data: []byte("gain"), Width: 12, Height: 34},
		{Kind: heif.Name, Name: "infe", Data: []byte("Portrait of A")},
		{Kind: heif.Box, Name: "uuid", Role: "0123456789abcdef", Data: []byte("claim")},
		{Kind: heif.Gap, Name: "trailer", Data: []byte("tail")},
		{Kind: heif.Gap, Name: "mdat", Data: []byte("gap")},
	} {
		if !slices.ContainsFunc(m.Parts, func(p heif.Part) bool {
			return p.Kind == want.Kind && p.Name == want.Name && p.Role == want.Role && bytes.Equal(p.Data, want.Data) && p.Width == want.Width && p.Height == want.Height
		}) {
			t.Errorf("%v is not among %v", want, m.Parts)
		}
	}
}

func TestRefuses(t *testing.T) {
	grid := func(change func(*striptest.HEIF)) []byte {
		f := striptest.SmallGrid()
		change(&f)
		return f.Bytes()
	}
	kind := func(kind string) []byte { return grid(func(f *striptest.HEIF) { f.Items[0].Kind = kind }) }
	plain := striptest.SmallGrid().Bytes()
	located := func(change func(b []byte)) []byte {
		b := bytes.Clone(plain)
		change(b[bytes.Index(b, []byte("iloc"))+4:])
		return b
	}
	for _, tt := range []struct {
		name string
		src  []byte
		want refuse.Code
	}{
		{"nothing", nil, refuse.Damaged},
		{"no meta", plain[:28], refuse.Damaged},
		{"no file type", plain[24:], refuse.Damaged},
		{"cut off", plain[:len(plain)-1], refuse.Damaged},
		{"sequence", grid(func(f *striptest.HEIF) { f.Behind = [][]byte{striptest.Box("moov")} }), refuse.HEIC},
		{"overlay", kind("iovl"), refuse.HEIC},
		{"identity", kind("iden"), refuse.HEIC},
		{"tone map", kind("tmap"), refuse.HEIC},
		{"JPEG", kind("jpeg"), refuse.HEIC},
		{"uncompressed", kind("unci"), refuse.HEIC},
		{"JPEG 2000 tiles", grid(func(f *striptest.HEIF) { f.Items[1].Kind = "j2k1" }), refuse.HEIC},
		{"two codings", grid(func(f *striptest.HEIF) { f.Items[2].Kind = "av01" }), refuse.HEIC},
		{"grid of grids", grid(func(f *striptest.HEIF) { f.Items[1].Kind = "grid" }), refuse.HEIC},
		{"a tile too few", grid(func(f *striptest.HEIF) { f.Items[0].References[0].To = []int{2} }), refuse.Damaged},
		{"a tile twice", grid(func(f *striptest.HEIF) { f.Items[0].References[0].To = []int{2, 2} }), refuse.HEIC},
		{"a grid that is its own tile", grid(func(f *striptest.HEIF) { f.Items[0].References[0].To = []int{1, 2} }), refuse.HEIC},
		{"a tile that is not there", grid(func(f *striptest.HEIF) { f.Items[0].References[0].To = []int{2, 9} }), refuse.Damaged},
		{"tiles of two sizes", grid(func(f *striptest.HEIF) { f.Items[2].Properties[0].Box = striptest.SizeBox(32, 64) }), refuse.Damaged},
		{"tiles that are turned", grid(func(f *striptest.HEIF) {
			f.Items[1].Properties = append(f.Items[1].Properties, striptest.HEIFProperty{Box: box("irot", 1), Essential: true})
		}), refuse.HEIC},
		{"another size in the grid", grid(func(f *striptest.HEIF) { f.Items[0].Data[5] = 101 }), refuse.Damaged},
		{"turned twice", with(striptest.SmallGrid(), box("irot", 1), box("irot", 2)).Bytes(), refuse.HEIC},
		{"mirrored twice", with(striptest.SmallGrid(), box("imir", 1), box("imir", 0)).Bytes(), refuse.HEIC},
		{"cropped", with(striptest.SmallGrid(), striptest.Box("clap", make([]byte, 32))).Bytes(), refuse.HEIC},
		{"scaled", with(striptest.SmallGrid(), striptest.Box("iscl", make([]byte, 12))).Bytes(), refuse.HEIC},
		{"essential and unknown", with(striptest.SmallAVIF(), box("zzzz")).Bytes(), refuse.AVIF},
		{"data in another file", located(func(b []byte) { b[8+5] = 1 }), refuse.HEIC},
		{"data in an item", located(func(b []byte) { b[8+3] = 2 }), refuse.HEIC},
		{"no size", grid(func(f *striptest.HEIF) { f.Items[1].Properties = f.Items[1].Properties[1:] }), refuse.Damaged},
		{"no configuration", grid(func(f *striptest.HEIF) { f.Items[1].Properties = f.Items[1].Properties[:1] }), refuse.Damaged},
		{"no parameters", grid(func(f *striptest.HEIF) {
			f.Items[1].Properties[1].Box = striptest.Box("hvcC", striptest.HVCC(striptest.HEVCVPS))
		}), refuse.Damaged},
		{"no slice", grid(func(f *striptest.HEIF) { f.Items[1].Data = striptest.Units(striptest.HEVCPPS) }), refuse.Damaged},
		{"too many pixels", grid(func(f *striptest.HEIF) {
			f.Items[0].Properties[0].Box = striptest.SizeBox(1<<20, 1<<20)
		}), refuse.LargeSize},
		{"2^31 pixels wide", grid(func(f *striptest.HEIF) { f.Items[0].Properties[0].Box = striptest.SizeBox(1<<31-1, 1) }), refuse.Damaged},
	} {
		_, _, err := heif.Strip(tt.src, options)
		var e *refuse.Error
		if !errors.As(err, &e) || e.Code != tt.want {
			t.Errorf("%s: %v, want %s", tt.name, err, tt.want)
			continue
		}
		if e.Convertible() != (tt.want == refuse.HEIC || tt.want == refuse.AVIF) {
			t.Errorf("%s: convertible is %v", tt.name, e.Convertible())
		}
	}
}

// protection refuses what is encrypted.
func TestProtected(t *testing.T) {
	f := striptest.SmallGrid()
	f.Edit = func(name string, b []byte) []byte {
		if name == "infe" {
			binary.BigEndian.PutUint16(b[6:], 1)
		}
		return b
	}
	var e *refuse.Error
	if _, _, err := heif.Strip(f.Bytes(), options); !errors.As(err, &e) || e.Code != refuse.HEIC {
		t.Errorf("a protected picture: %v", err)
	}
}
