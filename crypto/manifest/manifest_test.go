package manifest

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"strings"
	"testing"

	"safelight/crypto/seal"
	"safelight/crypto/statement"
	"safelight/crypto/strict"
	"safelight/crypto/vectors"
)

var pass = strings.Repeat("0123456789abcdef", 4)

// header returns the first bytes of some sealed file.
func header(t testing.TB) (h [statement.HeaderSize]byte) {
	t.Helper()
	b, err := seal.Seal(pass, []byte{1})
	if err != nil {
		t.Fatal(err)
	}
	return [statement.HeaderSize]byte(b)
}

// twoBundles are large enough for sample.
var twoBundles = []statement.Bundle{
	{Size: statement.SealedSize(100_000), PartSize: statement.MinPartSize},
	{Size: statement.SealedSize(1_000_000), PartSize: statement.MinPartSize},
}

func sample(t testing.TB) *Manifest {
	h := header(t)
	photo := func(first uint64) Photo {
		return Photo{
			Media: JPEG, Width: 4000, Height: 3000, Orientation: 6, Alt: "Zwei Hühner\nim Gras", Preview: []byte("\xff\xd8\xff\xe0"),
			Variants: []Variant{
				{Role: Thumb, Media: WebP, Width: 320, Height: 240, Bundle: 0, Offset: first, Size: 9_000},
				{Role: View, Media: WebP, Width: 2048, Height: 1536, Bundle: 0, Offset: first + 9_050, Size: 30_000},
				{Role: Original, Media: JPEG, Width: 4000, Height: 3000, Bundle: 1, Offset: first * 10, Size: 300_000},
			},
		}
	}
	return &Manifest{
		Title: "Titel", Words: "Für dich.\nGruß", Bundles: []Bundle{{[32]byte{1}, h}, {[32]byte{2}, h}},
		Photos: []Photo{photo(50), photo(40_000)},
	}
}

func TestSealOpen(t *testing.T) {
	m := sample(t)
	sealed, err := m.Seal(pass, twoBundles)
	if err != nil {
		t.Fatal(err)
	}
	if len(sealed) != int(statement.SealedSize(4096)) || !statement.IsSealedManifest(sealed) {
		t.Errorf("sealed manifest of %d bytes", len(sealed))
	}
	s := &statement.Statement{Manifest: sha256.Sum256(sealed), Bundles: twoBundles}
	got, err := Open(sealed, pass, s)
	if err != nil {
		t.Fatal(err)
	}
	a, _ := m.Encode()
	b, _ := got.Encode()
	if !bytes.Equal(a, b) || got.Photos[0].Alt != m.Photos[0].Alt {
		t.Errorf("Open(Seal) = %x, want %x", b, a)
	}
	sealed[200] ^= 1
	if _, err := Open(sealed, pass, s); !errors.Is(err, statement.ErrManifest) {
		t.Errorf("damaged: Open = %v, want ErrManifest", err)
	}
	s.Manifest = sha256.Sum256(sealed)
	if _, err := Open(sealed, pass, s); !errors.Is(err, seal.ErrDamaged) {
		t.Errorf("damaged and signed: Open = %v, want ErrDamaged", err)
	}
}

type edit struct {
	name string
	edit func(*Manifest)
	ok   bool
}

// edits change the sample into what is accepted, or not.
func edits(t *testing.T) []edit {
	photo := func(f func(*Photo)) func(*Manifest) { return func(m *Manifest) { f(&m.Photos[0]) } }
	variant := func(f func(*Variant)) func(*Manifest) { return func(m *Manifest) { f(&m.Photos[0].Variants[1]) } }
	pose := func(f func(*Pose)) func(*Manifest) {
		return photo(func(p *Photo) {
			p.Pose = &Pose{Projection: Equirectangular, Across: 180_00, Down: 135_00, Left: 180_00, Top: 45_00, Pitch: 90_00, Roll: 359_90, Heading: 359_00, Tilt: 90_00}
			f(p.Pose)
		})
	}
	return []edit{
		{"nothing", func(*Manifest) {}, true},
		{"title of 4,096 bytes", func(m *Manifest) { m.Title = Text(strings.Repeat("x", MaxText)) }, true},
		{"title of 4,097 bytes", func(m *Manifest) { m.Title = Text(strings.Repeat("x", MaxText+1)) }, false},
		{"title of two lines", func(m *Manifest) { m.Title = "a\nb" }, false},
		{"title not UTF-8", func(m *Manifest) { m.Title = "\xff" }, false},
		{"title with a lone surrogate", func(m *Manifest) { m.Title = "\xed\xa0\x80" }, false},
		{"words with a tab", func(m *Manifest) { m.Words = "a\tb" }, false},
		{"words with a carriage return", func(m *Manifest) { m.Words = "a\r\nb" }, false},
		{"words with U+202E", func(m *Manifest) { m.Words = "a\u202eb" }, false},
		{"words with U+2066", func(m *Manifest) { m.Words = "a\u2066b" }, false},
		{"words with U+FEFF", func(m *Manifest) { m.Words = "\ufeffa" }, false},
		{"words with U+0085", func(m *Manifest) { m.Words = "a\u0085b" }, false},
		{"one bundle", func(m *Manifest) { m.Bundles = m.Bundles[:1] }, false},
		{"three bundles", func(m *Manifest) { m.Bundles = append(m.Bundles, m.Bundles[0]) }, false},
		{"header with another work factor", func(m *Manifest) { m.Bundles[1].Header[55] = '2' }, false},
		{"no photo", func(m *Manifest) { m.Photos = nil }, false},
		{"2,001 photos", func(m *Manifest) { m.Photos = make([]Photo, 2001) }, false},
		{"name", photo(func(p *Photo) { p.Name = "IMG_0001 (ü).jpg" }), true},
		{"name of 256 bytes", photo(func(p *Photo) { p.Name = Text(strings.Repeat("x", 256)) }), false},
		{"name with a slash", photo(func(p *Photo) { p.Name = "../x" }), false},
		{"name with a backslash", photo(func(p *Photo) { p.Name = `a\x` }), false},
		{"media 0", photo(func(p *Photo) { p.Media = 0 }), false},
		{"media 8", photo(func(p *Photo) { p.Media = 8 }), false},
		{"width 0", photo(func(p *Photo) { p.Width = 0 }), false},
		{"120 megapixels", photo(func(p *Photo) { p.Width, p.Height = 12_000, 10_000 }), true},
		{"over 120 megapixels", photo(func(p *Photo) { p.Width, p.Height = 12_001, 10_000 }), false},
		{"sides whose product overflows", photo(func(p *Photo) { p.Width, p.Height = 1<<33, 1<<33 }), false},
		{"orientation 0", photo(func(p *Photo) { p.Orientation = 0 }), false},
		{"orientation 9", photo(func(p *Photo) { p.Orientation = 9 }), false},
		{"decorative", photo(func(p *Photo) { p.Decorative, p.Alt = 1, "" }), true},
		{"decorative with alt text", photo(func(p *Photo) { p.Decorative = 1 }), false},
		{"decorative 2", photo(func(p *Photo) { p.Decorative, p.Alt = 2, "" }), false},
		{"credit of two lines", photo(func(p *Photo) { p.Credit = "a\nb" }), false},
		{"caption of two lines", photo(func(p *Photo) { p.Caption = "a\nb" }), true},
		{"no preview", photo(func(p *Photo) { p.Preview = nil }), true},
		{"preview that is a PNG", photo(func(p *Photo) { p.Preview = []byte("\x89PNG\r\n\x1a\n....") }), false},
		{"preview of 4,097 bytes", photo(func(p *Photo) { p.Preview = append([]byte("\xff\xd8\xff"), make([]byte, 4094)...) }), false},
		{"no variant", photo(func(p *Photo) { p.Variants = nil }), false},
		{"33 variants", photo(func(p *Photo) { p.Variants = make([]Variant, 33) }), false},
		{"role 0", variant(func(v *Variant) { v.Role = 0 }), false},
		{"role 5", variant(func(v *Variant) { v.Role = 5 }), false},
		{"variant media 8", variant(func(v *Variant) { v.Media = 8 }), false},
		{"variant height 0", variant(func(v *Variant) { v.Height = 0 }), false},
		{"bundle 2", variant(func(v *Variant) { v.Bundle = 2 }), false},
		{"size 0", variant(func(v *Variant) { v.Size = 0 }), false},
		{"size over 128 MiB", variant(func(v *Variant) { v.Size = MaxSize + 1 }), false},
		{"overlaps", variant(func(v *Variant) { v.Offset = 9_049 }), false},
		{"touches", variant(func(v *Variant) { v.Offset = 9_050 }), true},
		{"reaches into the next", variant(func(v *Variant) { v.Size = 31_000 }), false},
		{"ends behind the bundle", func(m *Manifest) { m.Photos[1].Variants[1].Offset = 70_001 }, false},
		{"ends with the bundle", func(m *Manifest) { m.Photos[1].Variants[1].Offset = 70_000 }, true},
		{"begins behind the bundle", func(m *Manifest) { m.Photos[1].Variants[1].Offset = 100_001 }, false},
		{"offset of 2^53-1", func(m *Manifest) { m.Photos[1].Variants[1].Offset = 1<<53 - 1 }, false},
		{"offset 0", func(m *Manifest) { m.Photos[0].Variants[0].Offset = 0 }, false},
		{"pose", pose(func(*Pose) {}), true},
		{"pose of a photo that is half as high", pose(func(p *Pose) { p.Down = 135_00 / 2 }), false},
		{"pose with pixels 2 % too high", pose(func(p *Pose) { p.Down = 132_40 }), true},
		{"pose with pixels more than 2 % too high", pose(func(p *Pose) { p.Down = 132_30 }), false},
		{"pose of projection 0", pose(func(p *Pose) { p.Projection = 0 }), false},
		{"pose of projection 2", pose(func(p *Pose) { p.Projection = 2 }), false},
		{"pose of nothing", pose(func(p *Pose) { p.Across, p.Down = 0, 0 }), false},
		{"pose of less than a degree", pose(func(p *Pose) { p.Across, p.Down = 99, 74 }), false},
		{"pose of more than a turn", pose(func(p *Pose) { p.Across, p.Down, p.Left = 360_01, 270_00, 0 }), false},
		{"pose that begins behind the turn", pose(func(p *Pose) { p.Left = 180_01 }), false},
		{"pose that goes down below the nadir", pose(func(p *Pose) { p.Top = 45_01 }), false},
		{"pose whose end overflows", pose(func(p *Pose) { p.Left = 1<<53 - 1 }), false},
		{"pose held straight down", pose(func(p *Pose) { p.Pitch = 0 }), true},
		{"pose held more than straight up", pose(func(p *Pose) { p.Pitch = 180_01 }), false},
		{"pose rolled by a turn", pose(func(p *Pose) { p.Roll = 360_00 }), false},
		{"pose that looks a turn to the side", pose(func(p *Pose) { p.Heading = 360_00 }), false},
		{"pose that looks behind the zenith", pose(func(p *Pose) { p.Tilt = 180_01 }), false},
		{"photos and an index", func(m *Manifest) { m.Ref = indexRef(t, IndexRef{Offset: 90_000, Size: 10}) }, false},
		{"index", func(m *Manifest) { m.Photos, m.Ref = nil, indexRef(t, IndexRef{Offset: 90_000, Size: 10}) }, true},
		{"index behind the bundle", func(m *Manifest) { m.Photos, m.Ref = nil, indexRef(t, IndexRef{Offset: 100_000, Size: 10}) }, false},
		{"index of no bytes", func(m *Manifest) { m.Photos, m.Ref = nil, indexRef(t, IndexRef{Offset: 90_000}) }, false},
		{"index is a number", func(m *Manifest) { m.Photos, m.Ref = nil, []byte{1} }, false},
		{"index of one element", func(m *Manifest) { m.Photos, m.Ref = nil, []byte{0x91, 1} }, false},
	}
}

func TestParseRefuses(t *testing.T) {
	for _, tt := range edits(t) {
		t.Run(tt.name, func(t *testing.T) {
			m := sample(t)
			tt.edit(m)
			doc, err := m.Encode()
			if err != nil {
				t.Fatal(err)
			}
			if _, err := Parse(doc, twoBundles); (err == nil) != tt.ok || !tt.ok && !errors.Is(err, ErrInvalid) {
				t.Errorf("Parse = %v, want ok %v", err, tt.ok)
			}
			if _, err := m.Seal(pass, twoBundles); (err == nil) != tt.ok {
				t.Errorf("Seal = %v, want ok %v", err, tt.ok)
			}
		})
	}
}

func indexRef(t *testing.T, ref IndexRef) []byte {
	t.Helper()
	var m Manifest
	if err := m.SetIndex(ref); err != nil {
		t.Fatal(err)
	}
	return m.Ref
}

func TestVersionAndForm(t *testing.T) {
	doc, err := sample(t).Encode()
	if err != nil {
		t.Fatal(err)
	}
	edit := func(f func([]byte) []byte) []byte { return f(bytes.Clone(doc)) }
	for name, bad := range map[string][]byte{
		"version 2":       edit(func(b []byte) []byte { b[1] = 2; return b }),
		"seven elements":  edit(func(b []byte) []byte { b[0] = 0x97; return b }),
		"long integer":    edit(func(b []byte) []byte { return append([]byte{b[0], 0xcc, 1}, b[2:]...) }),
		"title as string": edit(func(b []byte) []byte { return append([]byte{b[0], 1, 0xa5}, b[4:]...) }),
		"one byte more":   append(bytes.Clone(doc), 0),
		"cut":             doc[:len(doc)-1],
	} {
		if _, err := Parse(bad, twoBundles); !errors.Is(err, ErrInvalid) {
			t.Errorf("%s: Parse = %v, want ErrInvalid", name, err)
		}
	}
}

// TestPoseForm: a photo without a pose is written as it always was, and one has no other way to say that there is none.
func TestPoseForm(t *testing.T) {
	m := sample(t)
	plain, err := EncodeIndex(m.Photos[:1])
	if err != nil {
		t.Fatal(err)
	}
	m.Photos[0].Pose = &Pose{Projection: Equirectangular, Across: 40, Down: 30, Pitch: 1, Roll: 2, Heading: 3, Tilt: 4}
	posed, err := EncodeIndex(m.Photos[:1])
	if err != nil {
		t.Fatal(err)
	}
	if plain[1] != 0x9b || posed[1] != 0x9c || !bytes.Equal(posed, append(append([]byte{0x91, 0x9c}, plain[2:]...), 0x99, 1, 40, 30, 0, 0, 1, 2, 3, 4)) {
		t.Errorf("with a pose %x, want %x and the pose", posed, plain)
	}
	twelve := func(more ...byte) []byte { return append(append([]byte{0x91, 0x9c}, plain[2:]...), more...) }
	for name, bad := range map[string][]byte{
		"no elements":       {0x91, 0x90},
		"ten elements":      append([]byte{0x91, 0x9a}, plain[2:len(plain)-1]...),
		"empty pose":        twelve(0x90),
		"nil pose":          twelve(0xc0),
		"pose is a number":  twelve(1),
		"pose of eight":     twelve(0x98, 1, 40, 30, 0, 0, 1, 2, 3),
		"pose of ten":       twelve(0x9a, 1, 40, 30, 0, 0, 1, 2, 3, 4, 5),
		"thirteen elements": append(append([]byte{0x91, 0x9d}, posed[2:]...), 0x90),
	} {
		var list PhotoList
		if err := strict.Decode(&list, bad); err == nil {
			t.Errorf("%s: decoded as %+v", name, list)
		}
	}
	var list PhotoList
	if err := strict.Decode(&list, posed); err != nil || *list[0].Pose != *m.Photos[0].Pose {
		t.Errorf("Decode = %v", err)
	}
}

func TestWithIndex(t *testing.T) {
	m := sample(t)
	photos := m.Photos
	doc, err := EncodeIndex(photos)
	if err != nil {
		t.Fatal(err)
	}
	ref := IndexRef{Offset: 90_000, Size: uint64(len(doc)), SHA256: sha256.Sum256(doc)}
	if err := m.SetIndex(ref); err != nil {
		t.Fatal(err)
	}
	full, err := m.WithIndex(doc, twoBundles)
	if err != nil || len(full.Photos) != 2 || full.Photos[1].Variants[2] != photos[1].Variants[2] {
		t.Fatalf("WithIndex = %v", err)
	}
	bad := bytes.Clone(doc)
	bad[5] ^= 1
	if _, err := m.WithIndex(bad, twoBundles); !errors.Is(err, ErrInvalid) {
		t.Errorf("another index: %v, want ErrInvalid", err)
	}
	// An index that stands where the last variant does.
	ref.Offset = 79_000
	if err := m.SetIndex(ref); err != nil {
		t.Fatal(err)
	}
	if _, err := m.WithIndex(doc, twoBundles); !errors.Is(err, ErrInvalid) {
		t.Errorf("index before the last variant: %v, want ErrInvalid", err)
	}
	if _, err := sample(t).WithIndex(doc, twoBundles); !errors.Is(err, ErrInvalid) {
		t.Errorf("without an index: %v, want ErrInvalid", err)
	}
}

func TestClean(t *testing.T) {
	for _, tt := range []struct {
		name  string
		clean func(string) Text
		in    string
		want  Text
	}{
		{"name", CleanName, "../a\\b\u202egpj.exe\x00\r\n", "..abgpj.exe "},
		{"title", CleanLine, "a\nb\tc\u2028d", "a b c d"},
		{"words", CleanLines, "a\r\nb\rc\n\ufeffd\xffe", "a\nb\nc\nde"},
		{"cut between characters", CleanName, strings.Repeat("ü", 200), Text(strings.Repeat("ü", 127))},
		{"emoji stay", CleanLine, "👩‍👧 🏴󠁧󠁢󠁳󠁣󠁴󠁿", "👩‍👧 🏴󠁧󠁢󠁳󠁣󠁴󠁿"},
	} {
		if got := tt.clean(tt.in); got != tt.want {
			t.Errorf("%s: clean(%q) = %q, want %q", tt.name, tt.in, got, tt.want)
		}
	}
}

func FuzzParse(f *testing.F) {
	doc, err := sample(f).Encode()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(doc)
	cases, err := vectors.Load[vectors.Manifest]("manifests")
	if err != nil {
		f.Fatal(err)
	}
	for _, c := range cases {
		f.Add([]byte(c.Doc))
	}
	f.Fuzz(func(t *testing.T, doc []byte) {
		m, err := Parse(doc, twoBundles)
		if err != nil {
			return
		}
		if again, err := m.Encode(); err != nil || !bytes.Equal(again, doc) {
			t.Errorf("two encodings of one manifest: %x and %x", doc, again)
		}
	})
}

func FuzzClean(f *testing.F) {
	f.Add("a\u202eb\r\n\xff")
	f.Fuzz(func(t *testing.T, s string) {
		for _, err := range []error{
			checkText("name", CleanName(s), MaxName, fileName), checkText("line", CleanLine(s), MaxText, oneLine), checkText("lines", CleanLines(s), MaxText, lines),
		} {
			if err != nil {
				t.Error(err)
			}
		}
	})
}
