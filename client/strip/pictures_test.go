package strip_test

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"image"
	"slices"
	"strings"
	"testing"

	"safelight/client/strip"
	"safelight/client/strip/striptest"
)

// Every picture within a picture is shown, and what is shown is as clean as what is sent.
func TestPictures(t *testing.T) {
	photo := striptest.EncodeJPEG(striptest.Landscape(64, 48, 1), 90)
	dirty := striptest.CameraJPEG(48, 40, striptest.Options{Owner: "PLANTED", Comment: "PLANTED", Trailer: []byte("PLANTED")})
	behindHead := func(segments ...[]byte) []byte {
		return slices.Concat(photo[:2], slices.Concat(segments...), photo[2:])
	}
	rgb := bytes.Repeat([]byte{1, 2, 3}, 8*6)
	resource := slices.Concat([]byte("Photoshop 3.0\x008BIM\x04\x0c\x00\x00"), binary.BigEndian.AppendUint32(nil, uint32(28+len(dirty))), make([]byte, 28), dirty)
	packet := `<x:xmpmeta><xmp:Thumbnails><rdf:li><xmpGImg:image>` + strings.ReplaceAll(base64.StdEncoding.EncodeToString(dirty), "A", "A&#xA;") + `</xmpGImg:image></rdf:li></xmp:Thumbnails></x:xmpmeta>`
	for _, tt := range []struct {
		name, code    string
		file          []byte
		width, height int
		count         int
	}{
		{"EXIF", "thumbnail", striptest.CameraJPEG(64, 48, striptest.Options{Thumbnail: true}), 160, 120, 1},
		{"EXIF in a PNG", "thumbnail", striptest.ScreenshotPNG(64, 48, striptest.Options{Owner: "x", Thumbnail: true, GPS: &striptest.Position{}}), 160, 120, 1},
		{"JFIF", "thumbnail", behindHead(striptest.Segment(0xe0, []byte("JFIF\x00\x01\x02\x00\x00\x01\x00\x01\x08\x06"), rgb)), 8, 6, 1},
		{"JFXX, JPEG", "thumbnail", behindHead(striptest.Segment(0xe0, []byte("JFXX\x00\x10"), dirty)), 48, 40, 1},
		{"JFXX, palette", "thumbnail", behindHead(striptest.Segment(0xe0, []byte("JFXX\x00\x11\x08\x06"), make([]byte, 768+48))), 8, 6, 1},
		{"JFXX, colours", "thumbnail", behindHead(striptest.Segment(0xe0, []byte("JFXX\x00\x13\x08\x06"), rgb)), 8, 6, 1},
		{"Photoshop", "thumbnail", behindHead(striptest.Segment(0xed, resource)), 48, 40, 1},
		{"XMP", "thumbnail", behindHead(striptest.Segment(0xe1, []byte("http://ns.adobe.com/xap/1.0/\x00"+packet))), 48, 40, 1},
		{"two behind the end", "second-picture", slices.Concat(photo, dirty, make([]byte, 100), striptest.CameraJPEG(48, 40, striptest.Options{Seed: 3})), 48, 40, 2},
		{"twenty behind the end", "second-picture", slices.Concat(photo, many(20)), 48, 40, 8},
		{"default image of an animation", "hidden-frame", pngPlaces()["default image of an animation"], 0, 0, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r, err := strip.Inspect(tt.file)
			if err != nil {
				t.Fatal(err)
			}
			found := 0
			for _, f := range r.Findings {
				if f.Code != tt.code {
					continue
				}
				if f.Picture == nil {
					t.Errorf("%s %q is not shown", f.Code, f.Value)
					continue
				}
				found++
				if err := striptest.Account(f.Picture); err != nil || bytes.Contains(f.Picture, []byte("PLANTED")) {
					t.Errorf("what is shown is not clean: %v", err)
				}
				c, _, err := image.DecodeConfig(bytes.NewReader(f.Picture))
				if err != nil || c.Width != f.Width || c.Height != f.Height || tt.width > 0 && (f.Width != tt.width || f.Height != tt.height) {
					t.Errorf("it has %d×%d pixels, said to be %d×%d, want %d×%d: %v", c.Width, c.Height, f.Width, f.Height, tt.width, tt.height, err)
				}
			}
			if found != tt.count {
				t.Errorf("%d pictures, want %d: %s", found, tt.count, told(r))
			}
		})
	}
}

func many(n int) (list []byte) {
	for i := range n {
		list = append(list, striptest.CameraJPEG(48, 40, striptest.Options{Seed: uint64(i)})...)
	}
	return list
}

// What is no picture, or too large a one, is told and not shown.
func TestPicturesNotShown(t *testing.T) {
	photo := striptest.EncodeJPEG(striptest.Landscape(64, 48, 1), 90)
	large := striptest.EncodeJPEG(striptest.Landscape(2400, 1800, 1), 98)
	if len(large) < 1<<20 {
		t.Fatal("control: the large picture is small")
	}
	for name, trailer := range map[string][]byte{"broken": photo[:len(photo)/3], "large": large} {
		r, err := strip.Inspect(slices.Concat(photo, trailer))
		if err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(r.Findings, func(f strip.Finding) bool { return f.Code == "second-picture" })
		if i < 0 || r.Findings[i].Picture != nil || r.Findings[i].Width == 0 {
			t.Errorf("%s: findings are %d", name, len(r.Findings))
		}
	}
}

// Of what is refused everything that can be read is told all the same.
func TestInspectRefused(t *testing.T) {
	place := &striptest.Position{Latitude: 52.3702, Longitude: 4.8952}
	block := striptest.EXIF(64, 48, striptest.Options{GPS: place, Owner: "Amelia", Thumbnail: true, Serial: "S-1"})
	raw := slices.Clone(block)
	copy(raw, "IIU\x00")
	lead := striptest.CameraJPEG(64, 48, striptest.Options{GPS: place, Owner: "Amelia", Serial: "S-1"})
	fuji := slices.Concat([]byte("FUJIFILMCCD-RAW "), make([]byte, 68), binary.BigEndian.AppendUint32(nil, 100), binary.BigEndian.AppendUint32(nil, uint32(len(lead))), make([]byte, 8), lead)
	film := slices.Concat(ftyp("qt  "), []byte("\x00\x00\x00\x20moov\x00\x00\x00\x18udta"), []byte("\x00\x00\x00\x18\xa9xyz\x00\x12\x15\xc7+52.3702+004.8952/"))
	for _, tt := range []struct {
		name, format string
		file         []byte
		want         []string
		convertible  bool
	}{
		{"TIFF", "TIFF", block, []string{"gps-position 52.37020, 4.89520", "artist Amelia", "camera-serial S-1", "thumbnail "}, true},
		{"Panasonic's raw", "RAW", raw, []string{"gps-position 52.37020, 4.89520", "artist Amelia"}, false},
		{"Fuji's raw", "RAW", fuji, []string{"gps-position 52.37020, 4.89520", "preview "}, false},
		{"Canon's raw", "RAW", slices.Concat(ftyp("crx "), []byte("\x00\x00\x04\x00CMT1"), block), []string{"artist Amelia"}, false},
		{"film", "video", film, []string{"gps-position 52.3702, 004.8952"}, false},
		{"damaged JPEG", "JPEG", lead[:len(lead)-2000][:900], []string{"gps-position 52.37020, 4.89520"}, false},
		{"Photoshop", "PSD", slices.Concat([]byte("8BPS\x00\x01"), make([]byte, 28), []byte("8BIM\x04\x04\x00\x00\x00\x00\x00\x0b\x1c\x02\x50\x00\x06Amelia")), []string{"artist Amelia"}, false},
		{"BMP", "BMP", append([]byte("BM"), make([]byte, 40)...), nil, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r, err := strip.Inspect(tt.file)
			var refusal *strip.Error
			if !errors.As(err, &refusal) || refusal.Convertible() != tt.convertible {
				t.Fatalf("error is %v, want a refusal (convertible: %v)", err, tt.convertible)
			}
			if r.Format != tt.format || r.Findings == nil || r.Before != len(tt.file) {
				t.Errorf("report is %s, want format %s", told(r), tt.format)
			}
			for _, want := range tt.want {
				if !slices.ContainsFunc(r.Findings, func(f strip.Finding) bool { return strings.HasPrefix(f.Code+" "+f.Value, want) }) {
					t.Errorf("%q is not among %s", want, told(r))
				}
			}
			checkFindings(t, r)
			if out, _, err := strip.Strip(tt.file); out != nil || err == nil {
				t.Error("it was stripped")
			}
		})
	}
}

// Who made a claim of origin is read, in both versions of the claim; broken ones are named without it.
func TestProvenance(t *testing.T) {
	photo := striptest.EncodeJPEG(striptest.Landscape(64, 48, 1), 90)
	for _, tt := range []struct{ name, claim, want string }{
		{"first version", "jumbc2pa\x6fclaim_generator\x78\x1bAcme Camera/2.1 c2pa-rs/0.9", "Content Credentials (C2PA), Acme Camera/2.1 c2pa-rs/0.9"},
		{"second version", "jumbc2pa\x74claim_generator_info\xa1\x64name\x66Acme X", "Content Credentials (C2PA), Acme X"},
		{"model", "jumbc2pa digitalsourcetype/trainedAlgorithmicMedia", "Content Credentials (C2PA)"},
		{"cut", "jumbc2pa\x6fclaim_generator", "Content Credentials (C2PA)"},
	} {
		file := slices.Concat(photo[:2], striptest.Segment(0xeb, []byte("JP\x00\x01\x00\x00\x00\x01"+tt.claim)), photo[2:])
		r, err := strip.Inspect(file)
		if err != nil || len(r.Findings) == 0 || r.Findings[0].Value != tt.want {
			t.Errorf("%s: %s, %v; want %q", tt.name, told(r), err, tt.want)
		}
		if generated := len(r.Findings) == 2 && r.Findings[1].Code == "generated"; generated != (tt.name == "model") {
			t.Errorf("%s: made by a model: %v; %s", tt.name, generated, told(r))
		}
	}
}

// Caption and credit are what agencies write below a picture.
func TestWords(t *testing.T) {
	photo := striptest.EncodeJPEG(striptest.Landscape(64, 48, 1), 90)
	iptc := func(sets ...string) []byte {
		var b []byte
		for _, s := range sets {
			b = append(append(b, 0x1c, 2, s[0], 0, byte(len(s)-1)), s[1:]...)
		}
		return slices.Concat([]byte("Photoshop 3.0\x008BIM\x04\x04\x00\x00\x00\x00\x00"), []byte{byte(len(b))}, b, make([]byte, len(b)&1))
	}
	for _, tt := range []struct {
		name, caption, credit string
		segment               []byte
	}{
		{"both", "A dog", "Amelia / Agency", iptc("\x78A dog", "\x50Amelia", "\x6eAgency")},
		{"author alone", "", "Amelia", iptc("\x50Amelia")},
		{"agency alone", "", "Agency", iptc("\x6eAgency")},
		{"the same twice", "", "Amelia", iptc("\x50Amelia", "\x6eAmelia")},
		{"nothing", "", "", iptc("\x19dog")},
	} {
		_, r, err := strip.Strip(slices.Concat(photo[:2], striptest.Segment(0xed, tt.segment), photo[2:]))
		if err != nil {
			t.Fatal(err)
		}
		if caption, credit := r.Words(); caption != tt.caption || credit != tt.credit {
			t.Errorf("%s: caption %q, credit %q, want %q and %q", tt.name, caption, credit, tt.caption, tt.credit)
		}
	}
}

// References of XML become what they stand for, and what is none stays.
func TestReferences(t *testing.T) {
	photo := striptest.EncodeJPEG(striptest.Landscape(64, 48, 1), 90)
	for escaped, want := range map[string]string{
		"a &amp; b &lt;c&gt; &quot;&apos;": `a & b <c> "'`, "&#65;&#x42;&#x1F600;": "AB😀", "&#xFFFFFFFF; &unknown; & &amp": "&#xFFFFFFFF; &unknown; & &amp", "&amp;lt;": "&lt;",
	} {
		packet := "http://ns.adobe.com/xap/1.0/\x00<x:xmpmeta><dc:description>" + escaped + "</dc:description></x:xmpmeta>"
		r, err := strip.Inspect(slices.Concat(photo[:2], striptest.Segment(0xe1, []byte(packet)), photo[2:]))
		if err != nil || len(r.Findings) != 1 || r.Findings[0].Value != want {
			t.Errorf("%s: %s, %v; want %q", escaped, told(r), err, want)
		}
	}
}
