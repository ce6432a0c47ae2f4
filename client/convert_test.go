package client

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/png"
	"slices"
	"testing"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"

	"safelight/client/share"
	"safelight/client/strip"
	"safelight/client/strip/icc"
	"safelight/client/strip/striptest"
	"safelight/client/variant"
	"safelight/client/variant/native"
	"safelight/crypto/manifest"
)

func given(data []byte) Photo {
	return Photo{Size: int64(len(data)), Read: func() ([]byte, error) { return data, nil }}
}

// scene is a picture that lossless coding has to give back.
func scene(w, h int) *image.NRGBA {
	m := striptest.Screenshot(w, h, 3)
	m.SetNRGBA(0, 0, color.NRGBA{1, 2, 3, 255})
	return m
}

func tiffOf(t *testing.T, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := tiff.Encode(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func bmpOf(t *testing.T, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := bmp.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestConvert holds the PNG against the pixels that went in.
func TestConvert(t *testing.T) {
	m := scene(90, 60)
	deep := image.NewRGBA64(image.Rect(0, 0, 8, 8))
	deep.SetRGBA64(3, 3, color.RGBA64{0x1234, 0x5678, 0x9abc, 0xffff})
	for _, tt := range []struct {
		name string
		file []byte
		want image.Image
	}{
		{"TIFF", tiffOf(t, m), m},
		{"TIFF of 16 bits", tiffOf(t, deep), deep},
		{"BMP", bmpOf(t, m), m},
	} {
		if _, _, err := strip.Strip(tt.file); !Convertible(err) {
			t.Errorf("%s: Strip says %v, which is not convertible", tt.name, err)
		}
		out, r, err := Convert(tt.file)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		if err := striptest.Account(out); err != nil || r.Media != strip.PNG || r.Before != len(tt.file) || r.After != len(out) {
			t.Errorf("%s: %v, report of %d findings", tt.name, err, len(r.Findings))
		}
		got, err := png.Decode(bytes.NewReader(out))
		if err != nil || got.Bounds() != tt.want.Bounds() {
			t.Fatalf("%s: %v, %v", tt.name, got.Bounds(), err)
		}
		for y := range got.Bounds().Dy() {
			for x := range got.Bounds().Dx() {
				a, b := color.RGBA64Model.Convert(got.At(x, y)), color.RGBA64Model.Convert(tt.want.At(x, y))
				if a != b {
					t.Fatalf("%s: pixel %d,%d is %v, want %v", tt.name, x, y, a, b)
				}
			}
		}
	}
}

// What is not for converting keeps its refusal, and so does what nothing here decodes.
func TestConvertRefuses(t *testing.T) {
	good := tiffOf(t, scene(40, 30))
	for _, tt := range []struct {
		name    string
		file    []byte
		offered bool // Strip's refusal says that converting may help
	}{
		{"text", []byte("hello"), false},
		{"damaged JPEG", striptest.CameraJPEG(64, 48, striptest.Options{})[:700], false},
		{"raw", []byte("FUJIFILMCCD-RAW 0201"), false},
		{"film", []byte("\x00\x00\x00\x10ftypqt  \x00\x00\x00\x00"), false},
		{"cut TIFF", good[:len(good)/2], true},
		{"TIFF of too many pixels", hugeTIFF(), true},
	} {
		_, _, refused := strip.Strip(tt.file)
		if Convertible(refused) != tt.offered {
			t.Errorf("%s: convertible is %v", tt.name, !tt.offered)
		}
		out, _, err := Convert(tt.file)
		if _, ok := errors.AsType[*strip.Error](err); !ok || out != nil || Convertible(err) {
			t.Errorf("%s: %d bytes, %v", tt.name, len(out), err)
		}
	}
}

// hugeTIFF says 60,000 × 60,000 pixels in a hundred bytes.
func hugeTIFF() []byte {
	entry := func(tag byte, v uint16) []byte { return []byte{tag, 1, 3, 0, 1, 0, 0, 0, byte(v), byte(v >> 8), 0, 0} }
	return slices.Concat([]byte("II*\x00\x08\x00\x00\x00\x05\x00"), entry(0, 60000), entry(1, 60000), entry(2, 8), entry(3, 1), entry(6, 1), make([]byte, 4))
}

// TestSendConverted sends a TIFF and gets a PNG of its pixels, once it was asked for.
func TestSendConverted(t *testing.T) {
	w := newWorld(t)
	file := tiffOf(t, scene(90, 60))
	_, err := Send(t.Context(), []Photo{given(file)}, SendConfig{Config: w.Config})
	if !errors.Is(err, ErrRefused) || !Convertible(err) {
		t.Fatalf("without --convert: %v", err)
	}
	sent := w.send(t, SendConfig{Convert: true}, photo(64, 48), given(file))
	if !slices.Equal(sent.Converted, []bool{false, true}) {
		t.Errorf("converted is %v", sent.Converted)
	}
	s := w.open(t, sent.Link)
	want, _, err := Convert(file)
	if err != nil {
		t.Fatal(err)
	}
	if got := w.role(t, s, 1, manifest.Original); !bytes.Equal(got, want) {
		t.Error("the original is not the PNG that Convert makes")
	}
}

func (w *world) open(t *testing.T, link string) *Share {
	t.Helper()
	o, err := Open(t.Context(), link, w.Config)
	if err != nil {
		t.Fatal(err)
	}
	s, err := o.Unlock(t.Context(), Key{})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// role returns the bytes of a variant; nil if there is none.
func (w *world) role(t *testing.T, s *Share, i int, role manifest.Role) []byte {
	t.Helper()
	for _, v := range s.Photos[i].Variants {
		if v.Role == role {
			data, err := s.Read(t.Context(), v)
			if err != nil {
				t.Fatal(err)
			}
			return data
		}
	}
	return nil
}

// TestPixelsOnly wants nothing in the share that the camera's file had: no original, no metadata, no profile, no
// quantisation table, not its size, and not one block where it was.
func TestPixelsOnly(t *testing.T) {
	w := newWorld(t)
	file := striptest.CameraJPEG(600, 400, striptest.Everything("PLANTED"))
	wide := slices.Concat(file[:2], striptest.Segment(0xe2, []byte("ICC_PROFILE\x00\x01\x01"), striptest.DisplayP3("PLANTED")), striptest.EncodeJPEG(striptest.Landscape(600, 400, 1), 70)[2:])
	sent := w.send(t, SendConfig{PixelsOnly: true}, given(file), given(wide), given(tiffOf(t, scene(300, 200))), given(striptest.SmallHEIC()))
	s := w.open(t, sent.Link)
	for i, p := range s.Photos {
		if w.role(t, s, i, manifest.Original) != nil {
			t.Errorf("photo %d: there is an original", i)
		}
		view := w.role(t, s, i, manifest.View)
		if view == nil || p.Orientation != 1 {
			t.Fatalf("photo %d: no view, or orientation %d", i, p.Orientation)
		}
		for _, v := range p.Variants {
			data, err := s.Read(t.Context(), v)
			if err != nil {
				t.Fatal(err)
			}
			for _, trace := range [][]byte{[]byte("PLANTED"), []byte("ICC"), []byte("Exif"), []byte("EXIF")} {
				if bytes.Contains(data, trace) {
					t.Errorf("photo %d: role %d holds %q", i, v.Role, trace)
				}
			}
			if v.Width > p.Width || v.Height > p.Height {
				t.Errorf("photo %d: role %d has %d×%d pixels, more than said", i, v.Role, v.Width, v.Height)
			}
		}
		if sharesTable(view, file) {
			t.Errorf("photo %d: a quantisation table of the camera is there", i)
		}
	}
	// Upright (the file says orientation 6), a tenth smaller, and told as that.
	if p := s.Photos[0]; p.Width != 360 || p.Height != 540 {
		t.Errorf("the photo is said to have %d×%d pixels", p.Width, p.Height)
	}
	if len(sent.Photos[0].Findings) == 0 || sent.Photos[0].Width != 360 {
		t.Errorf("report has %d findings, width %d", len(sent.Photos[0].Findings), sent.Photos[0].Width)
	}
	// Control: an ordinary share has what this one has not.
	plain := w.send(t, SendConfig{}, given(file))
	if original := w.role(t, w.open(t, plain.Link), 0, manifest.Original); !sharesTable(original, file) {
		t.Error("control: the stripped original has no table of the camera")
	}
}

// sharesTable looks for a quantisation table of a JPEG in other bytes: for its first steps, as those of details that the
// picture does not have are not kept.
func sharesTable(data, camera []byte) bool {
	for rest := camera; ; {
		at := bytes.Index(rest, []byte{0xff, 0xdb, 0, 132, 0})
		if at < 0 {
			return false
		}
		if bytes.Contains(data, rest[at+5:at+5+16]) {
			return true
		}
		rest = rest[at+4:]
	}
}

// TestPixelsOnlyOneSetting makes the same bytes of the same pixels whatever they came in, for everybody looks alike.
func TestPixelsOnlyOneSetting(t *testing.T) {
	m := scene(120, 80)
	var first []byte
	for _, file := range [][]byte{tiffOf(t, m), bmpOf(t, m)} {
		p, err := pixelsOnly(file)
		if err != nil {
			t.Fatal(err)
		}
		if len(p.later) > 0 || p.original.Data != nil {
			t.Error("more than views")
		}
		view := p.views[len(p.views)-1].Data
		if first != nil && !bytes.Equal(first, view) {
			t.Error("the same pixels make other bytes")
		}
		first = view
	}
	if _, err := pixelsOnly([]byte("hello")); err == nil {
		t.Error("text has pixels")
	}
}

// TestColour follows a colour through a wide profile: exact in the variants, which carry the profile, and converted where
// there is none.
func TestColour(t *testing.T) {
	m := image.NewNRGBA(image.Rect(0, 0, 64, 64))
	for i := range m.Pix {
		m.Pix[i] = []uint8{234, 51, 35, 255}[i%4] // the red of sRGB as Display P3 has it
	}
	file, err := native.PNG(variant.Photo{Image: m, Profile: icc.Primaries(12), Orientation: 1})
	if err != nil {
		t.Fatal(err)
	}
	p, err := SendConfig{}.prepare(file)
	if err != nil {
		t.Fatal(err)
	}
	at := func(v share.Variant) (color.NRGBA, []byte) {
		img, err := native.Decode(v.Data, v.Media)
		if err != nil {
			t.Fatal(err)
		}
		return color.NRGBAModel.Convert(img.At(v.Width/2, v.Height/2)).(color.NRGBA), native.Profile(v.Data, v.Media)
	}
	near := func(a color.NRGBA, r, g, b int) bool {
		d := func(x uint8, y int) bool { return max(int(x)-y, y-int(x)) <= 8 }
		return d(a.R, r) && d(a.G, g) && d(a.B, b)
	}
	for _, v := range append(p.views, p.original) {
		if c, profile := at(v); !near(c, 234, 51, 35) || profile == nil {
			t.Errorf("role %d: %v, profile of %d bytes", v.Role, c, len(profile))
		}
	}
	preview := share.Variant{Data: p.photo.Preview, Media: variant.WebP, Width: 32, Height: 32}
	if bytes.HasPrefix(preview.Data, []byte("\xff\xd8")) {
		preview.Media = variant.JPEG
	}
	if c, profile := at(preview); !near(c, 255, 0, 0) || profile != nil {
		t.Errorf("preview: %v, profile of %d bytes", c, len(profile))
	}
	only, err := pixelsOnly(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range only.views {
		if c, profile := at(v); !near(c, 255, 0, 0) || profile != nil {
			t.Errorf("pixels only, role %d: %v, profile of %d bytes", v.Role, c, len(profile))
		}
	}
}

// TestPixelsOnlyTable tells of colours that nothing here converts, and only of those.
func TestPixelsOnlyTable(t *testing.T) {
	plain := striptest.EncodeJPEG(striptest.Landscape(300, 200, 1), 80)
	profiled := func(profile []byte) []byte {
		return slices.Concat(plain[:2], striptest.Segment(0xe2, []byte("ICC_PROFILE\x00\x01\x01"), profile), plain[2:])
	}
	for _, tt := range []struct {
		name string
		file []byte
		want bool
	}{
		{"no profile", plain, false},
		{"sRGB", profiled(striptest.ICC("x")), false},
		{"primaries and curves", profiled(striptest.DisplayP3("x")), false},
		{"a table", profiled(striptest.TableICC()), true},
	} {
		if p, err := pixelsOnly(tt.file); err != nil || p.report.AsSRGB != tt.want {
			t.Errorf("%s: told %v, %v", tt.name, p.report.AsSRGB, err)
		}
	}
}

// TestKeepCaption puts what the file says into the manifest, and only when it is asked for; what the sender wrote wins.
func TestKeepCaption(t *testing.T) {
	w := newWorld(t)
	file := striptest.CameraJPEG(64, 48, striptest.Options{Owner: "Amelia"})
	block := slices.Concat([]byte("Photoshop 3.0\x008BIM\x04\x04\x00\x00\x00\x00\x00\x0a\x1c\x02\x78\x00\x05A dog"))
	file = slices.Concat(file[:2], striptest.Segment(0xed, block), file[2:])
	own := given(file)
	own.Caption, own.Credit = "My words", "Me"
	for _, tt := range []struct {
		name, caption, credit string
		photo                 Photo
		keep                  bool
	}{
		{"asked for", "A dog", "Amelia", given(file), true},
		{"not asked for", "", "", given(file), false},
		{"own words", "My words", "Me", own, true},
	} {
		sent := w.send(t, SendConfig{KeepCaption: tt.keep}, tt.photo)
		s := w.open(t, sent.Link)
		if p := s.Photos[0]; string(p.Caption) != tt.caption || string(p.Credit) != tt.credit {
			t.Errorf("%s: caption %q, credit %q", tt.name, p.Caption, p.Credit)
		}
		if original := w.role(t, s, 0, manifest.Original); bytes.Contains(original, []byte("A dog")) || bytes.Contains(original, []byte("Amelia")) {
			t.Errorf("%s: the file holds it still", tt.name)
		}
	}
}
