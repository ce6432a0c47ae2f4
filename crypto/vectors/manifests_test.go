package vectors

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"strings"
	"testing"

	"safelight/crypto/manifest"
	"safelight/crypto/seal"
	"safelight/crypto/statement"
)

// exampleSizes are the sealed bundles that exampleManifest describes.
var exampleSizes = []uint64{statement.SealedSize(100_000), statement.SealedSize(1_000_000)}

func exampleManifest(t *testing.T) *manifest.Manifest {
	t.Helper()
	head := [165]byte(mustSeal(t, []byte{1}))
	photo := func(first uint64) manifest.Photo {
		return manifest.Photo{
			Media: manifest.JPEG, Width: 3000, Height: 4000, Orientation: 6, Alt: "Zwei Hühner\nim Gras", Preview: unhex(tinyJPEG),
			Variants: []manifest.Variant{
				{Role: manifest.Thumb, Media: manifest.WebP, Width: 240, Height: 320, Offset: first, Size: 9_000, SHA256: [32]byte(count(1, 32))},
				{Role: manifest.View, Media: manifest.WebP, Width: 1536, Height: 2048, Offset: first + 9_050, Size: 30_000, SHA256: [32]byte(count(2, 32))},
				{Role: manifest.Original, Media: manifest.JPEG, Width: 3000, Height: 4000, Bundle: 1, Offset: first * 10, Size: 300_000, SHA256: [32]byte(count(3, 32))},
			},
		}
	}
	return &manifest.Manifest{
		Title: "Sommer", Words: "Für dich.\nGruß, 🌘",
		Bundles: []manifest.Bundle{{Key: [32]byte(count(0x80, 32)), Header: head}, {Key: [32]byte(count(0x90, 32)), Header: head}},
		Photos:  []manifest.Photo{photo(50), photo(40_000)},
	}
}

func manifests(t *testing.T) any {
	f := File[Manifest]{About: "FORMAT.md, Manifest: documents without padding, beside the sizes of the sealed bundles in the statement."}
	add := func(name string, doc, index []byte, code string) {
		c := Manifest{Name: name, Doc: doc, Sizes: exampleSizes, Index: index, Error: code}
		if code == "" {
			c.Fields = manifestFields(t, c)
		}
		f.Cases = append(f.Cases, c)
	}
	edited := func(name, code string, edit func(*manifest.Manifest)) {
		m := exampleManifest(t)
		edit(m)
		add(name, encodeManifest(t, m), nil, code)
	}
	for _, e := range manifestEdits {
		code := ""
		if !e.ok {
			code = "manifest"
		}
		edited(e.name, code, e.edit)
	}
	doc := encodeManifest(t, exampleManifest(t))
	add("nothing", nil, nil, "manifest")
	add("five elements", splice(doc, 0, 1, 0x95), nil, "manifest")
	add("seven elements", append(splice(doc, 0, 1, 0x97), 0), nil, "manifest")
	add("version 0", splice(doc, 1, 1, 0), nil, "manifest")
	add("version 2", splice(doc, 1, 1, 2), nil, "manifest")
	add("version written long", splice(doc, 1, 1, 0xcc, 1), nil, "manifest")
	add("title as string", splice(doc, 2, 2, 0xa6), nil, "manifest")
	add("a byte behind the end", append(bytes.Clone(doc), 0), nil, "manifest")
	add("cut", doc[:len(doc)-1], nil, "manifest")
	indexCases(t, add)
	edited("thumbs behind everything else", "", thumbsLast(0))
	edited("thumbs behind everything else, in another order", "manifest", func(m *manifest.Manifest) { thumbsLast(0)(m); swapThumbs(m) })
	edited("a thumb further behind reaches into a view", "manifest", thumbsLast(-20_001))
	poseCases(t, add)
	return f
}

// poseCases adds photos that say how they lie around the viewer.
func poseCases(t *testing.T, add func(name string, doc, index []byte, code string)) {
	sphere := manifest.Pose{Projection: 1, Across: 360_00, Down: 180_00, Pitch: 90_00, Tilt: 90_00}
	for _, c := range []struct {
		name string
		ok   bool
		w, h uint64
		edit func(*manifest.Pose)
	}{
		{"pose of a whole sphere", true, 8000, 4000, func(*manifest.Pose) {}},
		{"pose of a part of it, held crookedly", true, 6000, 2000, func(p *manifest.Pose) {
			*p = manifest.Pose{Projection: 1, Across: 240_00, Down: 80_00, Left: 120_00, Top: 100_00, Pitch: 87_50, Roll: 359_90, Heading: 271_00, Tilt: 100_00}
		}},
		{"pose of the least arc, at its limits", true, 100, 100, func(p *manifest.Pose) {
			*p = manifest.Pose{Projection: 1, Across: 1_00, Down: 1_00, Left: 359_00, Top: 179_00, Pitch: 180_00, Roll: 359_99, Heading: 359_99, Tilt: 180_00}
		}},
		{"pose with pixels 2 % wider than high", true, 8160, 4000, func(*manifest.Pose) {}},
		{"pose with pixels wider than that", false, 8164, 4000, func(*manifest.Pose) {}},
		{"pose with pixels higher than that", false, 8000, 4090, func(*manifest.Pose) {}},
		{"pose of projection 0", false, 8000, 4000, func(p *manifest.Pose) { p.Projection = 0 }},
		{"pose of projection 2", false, 8000, 4000, func(p *manifest.Pose) { p.Projection = 2 }},
		{"pose of more than a turn", false, 8000, 4000, func(p *manifest.Pose) { p.Across = 360_01 }},
		{"pose of more than half a turn down", false, 8000, 4000, func(p *manifest.Pose) { p.Down = 180_01 }},
		{"pose of less than a degree across", false, 99, 99, func(p *manifest.Pose) { p.Across, p.Down = 99, 1_00 }},
		{"pose of less than a degree down", false, 99, 99, func(p *manifest.Pose) { p.Across, p.Down = 1_00, 99 }},
		{"pose that ends behind the turn", false, 8000, 4000, func(p *manifest.Pose) { p.Left = 1 }},
		{"pose that ends below the nadir", false, 8000, 4000, func(p *manifest.Pose) { p.Top = 1 }},
		{"pose with a pitch over straight up", false, 8000, 4000, func(p *manifest.Pose) { p.Pitch = 180_01 }},
		{"pose with a roll of a turn", false, 8000, 4000, func(p *manifest.Pose) { p.Roll = 360_00 }},
		{"pose with a heading of a turn", false, 8000, 4000, func(p *manifest.Pose) { p.Heading = 360_00 }},
		{"pose with a tilt over straight up", false, 8000, 4000, func(p *manifest.Pose) { p.Tilt = 180_01 }},
		{"pose that begins at 2^53-1", false, 8000, 4000, func(p *manifest.Pose) { p.Left = 1<<53 - 1 }},
	} {
		m, pose := exampleManifest(t), sphere
		c.edit(&pose)
		p := &m.Photos[1] // the last thing in the document before the empty index
		p.Width, p.Height, p.Pose = c.w, c.h, &pose
		add(c.name, encodeManifest(t, m), nil, map[bool]string{false: "manifest"}[c.ok])
	}
	m := exampleManifest(t)
	m.Photos[1].Pose = &manifest.Pose{} // the last ten bytes but one: 99 00 00 00 00 00 00 00 00 00
	doc := encodeManifest(t, m)
	at := len(doc) - 1 - 10
	add("empty pose", splice(doc, at, 10, 0x90), nil, "manifest")
	add("pose is a number", splice(doc, at, 10, 1), nil, "manifest")
	add("pose of eight elements", splice(doc, at, 2, 0x98), nil, "manifest")
	add("pose of ten elements", splice(doc, at, 1, 0x9a, 0), nil, "manifest")
	m.Photos[1].Pose = nil
	plain := encodeManifest(t, m)
	head := bytes.LastIndexByte(plain, 0x9b) // of the second photo: no byte behind it has that value
	add("photo of thirteen elements", splice(append(bytes.Clone(doc[:len(doc)-1]), 0, 0x90), head, 1, 0x9d), nil, "manifest")
	m.Photos[1].Variants = nil
	bare := encodeManifest(t, m)
	add("photo of ten elements", splice(bare[:len(bare)-1], head, 1, 0x9a), nil, "manifest") // without the list of variants
}

// indexCases adds manifests whose photos stand in an index.
func indexCases(t *testing.T, add func(name string, doc, index []byte, code string)) {
	m := exampleManifest(t)
	index, err := manifest.EncodeIndex(m.Photos)
	if err != nil {
		t.Fatal(err)
	}
	with := func(ref manifest.IndexRef) []byte {
		m := exampleManifest(t)
		if err := m.SetIndex(ref); err != nil {
			t.Fatal(err)
		}
		return encodeManifest(t, m)
	}
	ref := manifest.IndexRef{Offset: 90_000, Size: uint64(len(index)), SHA256: sha256.Sum256(index)}
	add("index", with(ref), index, "")
	other := bytes.Clone(index)
	other[9] ^= 1
	add("another index of the same length", with(ref), other, "manifest")
	add("index cut", with(ref), index[:len(index)-1], "manifest")
	early := ref
	early.Offset = 79_000
	add("index where a variant is", with(early), index, "manifest")
	late := ref
	late.Offset = 100_001 - ref.Size
	add("index reaches over the bundle", with(late), index, "manifest")
	none := ref
	none.Size = 0
	add("index of no bytes", with(none), []byte{}, "manifest")
	empty := []byte{0x90}
	add("index without photos", with(manifest.IndexRef{Offset: 90_000, Size: 1, SHA256: sha256.Sum256(empty)}), empty, "manifest")
	long := append([]byte{0xdc, 0}, index[0]-0x90)
	long = append(long, index[1:]...)
	add("index with a long array header", with(manifest.IndexRef{Offset: 90_000, Size: uint64(len(long)), SHA256: sha256.Sum256(long)}), long, "manifest")
	both := exampleManifest(t)
	both.Ref = marshal(t, &ref)
	add("index and photos", encodeManifest(t, both), index, "manifest")
}

func encodeManifest(t *testing.T, m *manifest.Manifest) []byte {
	t.Helper()
	doc, err := m.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

var manifestEdits = func() []struct {
	name string
	ok   bool
	edit func(*manifest.Manifest)
} {
	type m = manifest.Manifest
	photo := func(f func(*manifest.Photo)) func(*m) { return func(m *m) { f(&m.Photos[0]) } }
	variant := func(f func(*manifest.Variant)) func(*m) { return func(m *m) { f(&m.Photos[0].Variants[1]) } }
	x := func(n int) manifest.Text { return manifest.Text(strings.Repeat("x", n)) }
	return []struct {
		name string
		ok   bool
		edit func(*m)
	}{
		{"two photos", true, func(*m) {}},
		{"title of 4,096 bytes", true, func(m *m) { m.Title = x(4096) }},
		{"every text and name", true, photo(func(p *manifest.Photo) { p.Name, p.Caption, p.Credit = "IMG (ü).jpg", "a\nb", "© wir" })},
		{"decorative", true, photo(func(p *manifest.Photo) { p.Decorative, p.Alt = 1, "" })},
		{"no preview, 120 megapixels", true, photo(func(p *manifest.Photo) { p.Preview, p.Width, p.Height = nil, 12_000, 10_000 })},
		{"variant touches the one before", true, variant(func(v *manifest.Variant) { v.Offset = 9_050 })},
		{"variant ends with the bundle", true, func(m *m) { m.Photos[1].Variants[1].Offset = 70_000 }},
		{"title of 4,097 bytes", false, func(m *m) { m.Title = x(4097) }},
		{"title of two lines", false, func(m *m) { m.Title = "a\nb" }},
		{"title not UTF-8", false, func(m *m) { m.Title = "\xff" }},
		{"title with a lone surrogate", false, func(m *m) { m.Title = "\xed\xa0\x80" }},
		{"words with a tab", false, func(m *m) { m.Words = "a\tb" }},
		{"words with a carriage return", false, func(m *m) { m.Words = "a\r\nb" }},
		{"words with NUL", false, func(m *m) { m.Words = "a\x00b" }},
		{"words with U+007F", false, func(m *m) { m.Words = "a\x7fb" }},
		{"words with U+0085", false, func(m *m) { m.Words = "a\u0085b" }},
		{"words with U+061C", false, func(m *m) { m.Words = "a\u061cb" }},
		{"words with U+200F", false, func(m *m) { m.Words = "a\u200fb" }},
		{"words with U+202E", false, func(m *m) { m.Words = "a\u202eb" }},
		{"words with U+2029", false, func(m *m) { m.Words = "a\u2029b" }},
		{"words with U+2066", false, func(m *m) { m.Words = "a\u2066b" }},
		{"words begin with U+FEFF", false, func(m *m) { m.Words = "\ufeffa" }},
		{"one bundle, the statement has two", false, func(m *m) { m.Bundles = m.Bundles[:1] }},
		{"header with work factor 2", false, func(m *m) { m.Bundles[1].Header[55] = '2' }},
		{"no photo and no index", false, func(m *m) { m.Photos = nil }},
		{"name of 256 bytes", false, photo(func(p *manifest.Photo) { p.Name = x(256) })},
		{"name with a slash", false, photo(func(p *manifest.Photo) { p.Name = "../x" })},
		{"name with a backslash", false, photo(func(p *manifest.Photo) { p.Name = `a\x` })},
		{"name of two lines", false, photo(func(p *manifest.Photo) { p.Name = "a\nb" })},
		{"media 0", false, photo(func(p *manifest.Photo) { p.Media = 0 })},
		{"media 8", false, photo(func(p *manifest.Photo) { p.Media = 8 })},
		{"width 0", false, photo(func(p *manifest.Photo) { p.Width = 0 })},
		{"width of 2^24", false, photo(func(p *manifest.Photo) { p.Width, p.Height = 1<<24, 1 })},
		{"over 120 megapixels", false, photo(func(p *manifest.Photo) { p.Width, p.Height = 12_001, 10_000 })},
		{"orientation 0", false, photo(func(p *manifest.Photo) { p.Orientation = 0 })},
		{"orientation 9", false, photo(func(p *manifest.Photo) { p.Orientation = 9 })},
		{"decorative with alt text", false, photo(func(p *manifest.Photo) { p.Decorative = 1 })},
		{"decorative 2", false, photo(func(p *manifest.Photo) { p.Decorative, p.Alt = 2, "" })},
		{"credit of two lines", false, photo(func(p *manifest.Photo) { p.Credit = "a\nb" })},
		{"preview that is a PNG", false, photo(func(p *manifest.Photo) { p.Preview = unhex(tinyPNG) })},
		{"preview of 4,097 bytes", false, photo(func(p *manifest.Photo) { p.Preview = append([]byte("\xff\xd8\xff"), make([]byte, 4094)...) })},
		{"no variant", false, photo(func(p *manifest.Photo) { p.Variants = nil })},
		{"33 variants", false, photo(func(p *manifest.Photo) { p.Variants = make([]manifest.Variant, 33) })},
		{"role 0", false, variant(func(v *manifest.Variant) { v.Role = 0 })},
		{"role 5", false, variant(func(v *manifest.Variant) { v.Role = 5 })},
		{"variant of media 8", false, variant(func(v *manifest.Variant) { v.Media = 8 })},
		{"variant of height 0", false, variant(func(v *manifest.Variant) { v.Height = 0 })},
		{"variant over 120 megapixels", false, variant(func(v *manifest.Variant) { v.Width, v.Height = 12_001, 10_000 })},
		{"bundle 2", false, variant(func(v *manifest.Variant) { v.Bundle = 2 })},
		{"size 0", false, variant(func(v *manifest.Variant) { v.Size = 0 })},
		{"size over 128 MiB", false, variant(func(v *manifest.Variant) { v.Size = 128<<20 + 1 })},
		{"variant overlaps the one before", false, variant(func(v *manifest.Variant) { v.Offset = 9_049 })},
		{"variant reaches into the next", false, variant(func(v *manifest.Variant) { v.Size = 31_000 })},
		{"variants not in the order of their offsets", false, func(m *m) { v := m.Photos[0].Variants; v[0], v[1] = v[1], v[0] }},
		{"photos not in the order of their offsets", false, func(m *m) { m.Photos[0], m.Photos[1] = m.Photos[1], m.Photos[0] }},
		{"variant ends behind the bundle", false, func(m *m) { m.Photos[1].Variants[1].Offset = 70_001 }},
		{"variant begins behind the bundle", false, func(m *m) { m.Photos[1].Variants[1].Offset = 100_001 }},
		{"offset 2^53-1", false, func(m *m) { m.Photos[1].Variants[1].Offset = 1<<53 - 1 }},
		{"offset 0", false, func(m *m) { m.Photos[0].Variants[0].Offset = 0 }},
		{"index of one element", false, func(m *m) { m.Photos, m.Ref = nil, []byte{0x91, 1} }},
		{"index is a number", false, func(m *m) { m.Photos, m.Ref = nil, []byte{1} }},
	}
}()

// thumbsLast moves the thumbs behind both views, by so much more.
func thumbsLast(more int) func(*manifest.Manifest) {
	return func(m *manifest.Manifest) {
		for i := range m.Photos {
			m.Photos[i].Variants[0].Offset = uint64(80_000 + 9_050*i + more)
			m.Photos[i].Variants[1].Offset = uint64(50 + 30_050*i)
			v := m.Photos[i].Variants
			v[0], v[1] = v[1], v[0]
		}
	}
}

func swapThumbs(m *manifest.Manifest) {
	a, b := &m.Photos[0].Variants[1].Offset, &m.Photos[1].Variants[1].Offset
	*a, *b = *b, *a
}

// readManifest parses a case, its index included.
func readManifest(c Manifest) (*manifest.Manifest, error) {
	var bundles []statement.Bundle
	for _, n := range c.Sizes {
		bundles = append(bundles, statement.Bundle{Size: n})
	}
	m, err := manifest.Parse(c.Doc, bundles)
	if err != nil {
		return nil, err
	}
	if _, ok := m.Index(); ok {
		return m.WithIndex(c.Index, bundles)
	}
	return m, nil
}

func manifestFields(t *testing.T, c Manifest) *ManifestFields {
	t.Helper()
	m, err := readManifest(c)
	if err != nil {
		t.Fatalf("%s: %v", c.Name, err)
	}
	return fieldsOf(m)
}

func fieldsOf(m *manifest.Manifest) *ManifestFields {
	f := &ManifestFields{Title: string(m.Title), Words: string(m.Words)}
	for i := range m.Bundles {
		f.Keys = append(f.Keys, m.Bundles[i].Key[:])
	}
	for _, p := range m.Photos {
		photo := Photo{
			Name: string(p.Name), Media: uint64(p.Media), Width: p.Width, Height: p.Height, Orientation: p.Orientation,
			Alt: string(p.Alt), Decorative: p.Decorative == 1, Caption: string(p.Caption), Credit: string(p.Credit), Preview: p.Preview,
		}
		for i := range p.Variants {
			v := &p.Variants[i]
			photo.Variants = append(photo.Variants, Variant{
				Role: uint64(v.Role), Media: uint64(v.Media), Width: v.Width, Height: v.Height,
				Bundle: v.Bundle, Offset: v.Offset, Size: v.Size, SHA256: v.SHA256[:],
			})
		}
		if o := p.Pose; o != nil {
			photo.Pose = []uint64{o.Projection, o.Across, o.Down, o.Left, o.Top, o.Pitch, o.Roll, o.Heading, o.Tilt}
		}
		f.Photos = append(f.Photos, photo)
	}
	return f
}

func TestManifests(t *testing.T) {
	for _, tt := range load[Manifest](t, "manifests") {
		t.Run(tt.Name, func(t *testing.T) {
			m, err := readManifest(tt)
			if errors.Is(err, manifest.ErrInvalid) != (tt.Error == "manifest") || (err == nil) != (tt.Error == "") {
				t.Fatalf("Parse = %v, want %q", err, tt.Error)
			}
			if err != nil {
				return
			}
			if a, b := encode(t, fieldsOf(m)), encode(t, tt.Fields); !bytes.Equal(a, b) {
				t.Errorf("fields\n%s, want\n%s", a, b)
			}
			if _, err := seal.Pad(tt.Doc); err != nil {
				t.Error(err)
			}
		})
	}
}
