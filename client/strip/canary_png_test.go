package strip_test

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"image"
	"image/color"
	"io"
	"slices"
	"testing"

	"safelight/client/strip"
	"safelight/client/strip/striptest"
)

// pngFile is a PNG in parts, put together by the test.
type pngFile struct {
	depth, kind, interlaced byte
	width, height           int
	before, between, after  [][]byte // chunks before PLTE, before IDAT, and behind it
	palette                 []byte
	rows                    []byte // filtered
	idat                    []byte // compressed; made of rows if it is nil
	tail                    []byte // behind IEND
}

func (f pngFile) bytes() []byte {
	header := binary.BigEndian.AppendUint32(nil, uint32(f.width))
	header = binary.BigEndian.AppendUint32(header, uint32(f.height))
	header = append(header, f.depth, f.kind, 0, 0, f.interlaced)
	out := append([]byte("\x89PNG\r\n\x1a\n"), striptest.Chunk("IHDR", header)...)
	out = append(out, slices.Concat(f.before...)...)
	if f.palette != nil {
		out = append(out, striptest.Chunk("PLTE", f.palette)...)
	}
	out = append(out, slices.Concat(f.between...)...)
	if f.idat == nil {
		f.idat = striptest.Deflate(f.rows)
	}
	out = append(out, striptest.Chunk("IDAT", f.idat)...)
	out = append(out, slices.Concat(f.after...)...)
	out = append(out, striptest.Chunk("IEND")...)
	return append(out, f.tail...)
}

// plainPNG is four rows of four RGBA pixels, none of them transparent.
func plainPNG() pngFile {
	f := pngFile{depth: 8, kind: 6, width: 4, height: 4}
	for y := range 4 {
		f.rows = append(f.rows, byte(y)) // each has another filter
		for x := range 16 {
			v := byte(16*y + x)
			if x%4 == 3 {
				v = [4]byte{255, 0, 0, 128}[y]
			}
			f.rows = append(f.rows, v)
		}
	}
	// Rows with filter 1 and 2 take their alpha from their neighbours; what is above counts half for filter 3.
	return f
}

func palettePNG() pngFile {
	f := pngFile{depth: 8, kind: 3, width: 4, height: 2, rows: []byte{0, 0, 1, 2, 1, 0, 2, 1, 0, 0}}
	f.palette = []byte{1, 2, 3, 4, 5, 6, 7, 8, 9}
	return f
}

// pngPlaces returns one file for each place of a PNG where something can hide.
func pngPlaces() map[string][]byte {
	mark := []byte(canary)
	places := map[string][]byte{}
	add := func(name string, base pngFile, change func(*pngFile)) {
		change(&base)
		places[name] = base.bytes()
	}
	before := func(name, chunk string, data ...[]byte) {
		add(name, plainPNG(), func(f *pngFile) { f.before = append(f.before, striptest.Chunk(chunk, data...)) })
	}
	for _, name := range []string{
		"tEXt", "tIME", "pHYs", "sPLT", "hIST", "bKGD", "oFFs", "pCAL", "sCAL", "sTER", "gIFg", "gIFx", "gIFt", "dSIG", "iDOT",
		"caBX", "vpAg", "prVt", "deBG", "orNT", "npTc", "eXIf", "gAMA", "cHRM", "sRGB", "cICP", "mDCV", "cLLI", "sBIT", "tRNS",
	} {
		before(name, name, mark)
	}
	before("tEXt value", "tEXt", []byte("Comment\x00"), mark)
	before("zTXt", "zTXt", []byte("Comment\x00\x00"), striptest.Deflate(mark))
	before("iTXt", "iTXt", []byte("Comment\x00\x00\x00en\x00\x00"), mark)
	before("iTXt compressed", "iTXt", []byte("Comment\x00\x01\x00en\x00\x00"), striptest.Deflate(mark))
	before("XMP", "iTXt", []byte("XML:com.adobe.xmp\x00\x00\x00\x00\x00"), striptest.XMP(canary))
	before("EXIF", "eXIf", striptest.EXIF(4, 4, striptest.Options{Owner: canary, Orientation: 6}))
	before("EXIF slack", "eXIf", striptest.EXIF(4, 4, striptest.Options{Orientation: 6}), mark)
	before("profile's name in the chunk", "iCCP", mark, []byte("\x00\x00"), striptest.Deflate(striptest.ICC("x")))
	before("profile's name in the profile", "iCCP", []byte("x\x00\x00"), striptest.Deflate(striptest.ICC(canary)))
	before("behind the profile", "iCCP", []byte("x\x00\x00"), striptest.Deflate(striptest.ICC("x")), mark)
	before("profile broken", "iCCP", []byte("x\x00\x00"), striptest.Deflate(mark))
	before("palette of a colour image", "PLTE", mark)
	before("frame without animation", "fcTL", mark)
	before("broken animation", "acTL", mark)
	add("chunk twice", plainPNG(), func(f *pngFile) {
		f.before = append(f.before, striptest.Chunk("cHRM", bytes.Repeat([]byte{1}, 32)), striptest.Chunk("cHRM", mark, make([]byte, 20)))
	})
	primaries, rgb := striptest.Chunk("cHRM", mark, make([]byte, 20)), striptest.Chunk("sRGB", []byte{0})
	profile := striptest.Chunk("iCCP", []byte("c\x00\x00"), striptest.Deflate(striptest.ICC("x")))
	for name, chunks := range map[string][][]byte{
		"primaries beside sRGB":          {rgb, primaries},
		"primaries before sRGB":          {primaries, rgb},
		"primaries beside a profile":     {profile, primaries},
		"brightness without code points": {striptest.Chunk("mDCV", mark, mark), striptest.Chunk("cLLI", mark[:8])},
	} {
		add(name, plainPNG(), func(f *pngFile) { f.before = append(f.before, chunks...) })
	}
	add("chunk with a wrong checksum", plainPNG(), func(f *pngFile) {
		c := striptest.Chunk("tEXt", mark)
		c[len(c)-1] ^= 1
		f.before = append(f.before, c)
	})
	add("text behind the image data", plainPNG(), func(f *pngFile) { f.after = append(f.after, striptest.Chunk("tEXt", mark)) })
	add("EXIF behind the image data", plainPNG(), func(f *pngFile) {
		f.after = append(f.after, striptest.Chunk("eXIf", striptest.EXIF(4, 4, striptest.Options{Owner: canary, Orientation: 6})))
	})
	add("behind the end", plainPNG(), func(f *pngFile) { f.tail = mark })
	add("second file behind the end", plainPNG(), func(f *pngFile) { f.tail = slices.Concat(plainPNG().bytes(), mark) })
	add("behind the stream", plainPNG(), func(f *pngFile) { f.idat = append(striptest.Deflate(f.rows), mark...) })
	add("IDAT behind the stream", plainPNG(), func(f *pngFile) { f.after = append(f.after, striptest.Chunk("IDAT", mark)) })
	add("rows behind the last", plainPNG(), func(f *pngFile) { f.rows = append(f.rows, mark...) })
	pixelPlaces(add, mark)
	animationPlaces(add, mark)
	return places
}

func pixelPlaces(add func(string, pngFile, func(*pngFile)), mark []byte) {
	add("unused palette entries", palettePNG(), func(f *pngFile) { f.palette = append(f.palette, mark...) })
	add("palette entries between", palettePNG(), func(f *pngFile) {
		f.palette = slices.Concat(f.palette, mark, []byte{7, 7, 7})
		f.rows[1] = 7
	})
	add("transparent palette entries", palettePNG(), func(f *pngFile) {
		f.palette = slices.Clone(mark)
		f.rows = []byte{0, 0, 1, 2, 3, 0, 0, 0, 0, 0}
		f.between = append(f.between, striptest.Chunk("tRNS", make([]byte, 4)))
	})
	add("transparency beyond the palette", palettePNG(), func(f *pngFile) {
		f.between = append(f.between, striptest.Chunk("tRNS", []byte{255, 255, 255}, mark))
	})
	add("colour under transparency", plainPNG(), func(f *pngFile) { f.rows = hiddenColour(mark, 3, 1) })
	add("colour under transparency, 16 bits", plainPNG(), func(f *pngFile) { f.depth, f.rows = 16, hiddenColour(mark, 6, 2) })
	add("gray under transparency", plainPNG(), func(f *pngFile) { f.kind, f.rows = 4, hiddenColour(mark, 1, 1) })
	add("gray under transparency, 16 bits", plainPNG(), func(f *pngFile) { f.kind, f.depth, f.rows = 4, 16, hiddenColour(mark, 2, 2) })
	add("unused bits of rows", pngFile{depth: 1, kind: 0, width: 1, height: len(mark)}, func(f *pngFile) {
		for _, c := range mark {
			f.rows = append(f.rows, 0, c)
		}
	})
	add("unused bits of interlaced rows", pngFile{depth: 1, kind: 0, width: 1, height: len(mark), interlaced: 1}, func(f *pngFile) {
		for _, c := range mark {
			f.rows = append(f.rows, 0, c)
		}
	})
}

// hiddenColour returns rows of four pixels each whose samples spell the mark while their alpha is zero.
func hiddenColour(mark []byte, colours, alpha int) []byte {
	var rows []byte
	for i := range 16 {
		if i%4 == 0 {
			rows = append(rows, 0)
		}
		for k := range colours {
			if n := i*colours + k; n < len(mark) {
				rows = append(rows, mark[n])
			} else {
				rows = append(rows, 0)
			}
		}
		rows = append(rows, make([]byte, alpha)...)
	}
	return rows
}

func control(sequence uint32, width, height, x, y int) []byte {
	b := binary.BigEndian.AppendUint32(nil, sequence)
	for _, v := range []int{width, height, x, y} {
		b = binary.BigEndian.AppendUint32(b, uint32(v))
	}
	return striptest.Chunk("fcTL", append(b, 0, 1, 0, 10, 0, 0))
}

func frameData(sequence uint32, rows []byte) []byte {
	return striptest.Chunk("fdAT", binary.BigEndian.AppendUint32(nil, sequence), striptest.Deflate(rows))
}

func animationPlaces(add func(string, pngFile, func(*pngFile)), mark []byte) {
	start := striptest.Chunk("acTL", []byte{0, 0, 0, 2, 0, 0, 0, 0})
	hidden := func(width, height int) func(*pngFile) {
		return func(f *pngFile) {
			shown := plainPNG().rows
			first := shown
			if width < 4 {
				first = make([]byte, height*(1+4*width))
			}
			f.rows = bytes.Repeat([]byte{0}, 68)
			copy(f.rows[1:], mark)
			f.before = append(f.before, start)
			f.after = [][]byte{control(0, width, height, 0, 0), frameData(1, first), control(2, 4, 4, 0, 0), frameData(3, shown)}
		}
	}
	add("default image of an animation", plainPNG(), hidden(4, 4))
	add("default image whose first frame is smaller", plainPNG(), hidden(2, 2))
	add("text between frames", plainPNG(), func(f *pngFile) {
		f.before = append(f.before, start, control(0, 4, 4, 0, 0))
		f.after = [][]byte{striptest.Chunk("tEXt", mark), control(1, 4, 4, 0, 0), frameData(2, f.rows)}
	})
	add("behind the stream of a frame", plainPNG(), func(f *pngFile) {
		f.before = append(f.before, start, control(0, 4, 4, 0, 0))
		f.after = [][]byte{control(1, 4, 4, 0, 0), striptest.Chunk("fdAT", []byte{0, 0, 0, 2}, striptest.Deflate(f.rows), mark)}
	})
	add("hidden colour of a frame", plainPNG(), func(f *pngFile) {
		f.before = append(f.before, start, control(0, 4, 4, 0, 0))
		f.after = [][]byte{control(1, 4, 4, 0, 0), frameData(2, hiddenColour(mark, 3, 1))}
	})
}

// spellsPNG looks for the canary as spells does, and in what every chunk holds once it is inflated, with the bytes of
// transparent pixels' alpha and of filters between its letters.
func spellsPNG(file []byte) bool {
	if spells(file) {
		return true
	}
	for rest := file[8:]; len(rest) >= 12; {
		n := binary.BigEndian.Uint32(rest)
		data := rest[8 : 8+n]
		rest = rest[12+n:]
		for at := range min(len(data), 64) {
			z, err := zlib.NewReader(bytes.NewReader(data[at:]))
			if err != nil {
				continue
			}
			raw, _ := io.ReadAll(z)
			if spells(raw) || spells(bytes.ReplaceAll(raw, []byte{0}, nil)) {
				return true
			}
		}
	}
	return false
}

func TestPNGCanaries(t *testing.T) {
	places := pngPlaces()
	if len(places) < 30 {
		t.Errorf("%d places", len(places))
	}
	for name, file := range places {
		t.Run(name, func(t *testing.T) {
			if !spellsPNG(file) {
				t.Error("control: nothing is planted")
			}
			out, report := stripped(t, file)
			if spellsPNG(out) {
				t.Errorf("the canary is still there (report: %v)", report.Findings)
			}
			if m, err := pngDecode(file); err == nil && name != "default image of an animation" && name != "default image whose first frame is smaller" {
				if err := differ(m, decoded(t, out)); err != nil {
					t.Error(err)
				}
			}
		})
	}
}

func pngDecode(b []byte) (image.Image, error) {
	m, _, err := image.Decode(bytes.NewReader(b))
	return m, err
}

// Every kind of PNG keeps its pixels.
func TestPNGKinds(t *testing.T) {
	for _, k := range []struct {
		kind   byte
		depths []byte
	}{{0, []byte{1, 2, 4, 8, 16}}, {2, []byte{8, 16}}, {3, []byte{1, 2, 4, 8}}, {4, []byte{8, 16}}, {6, []byte{8, 16}}} {
		for _, depth := range k.depths {
			for _, interlaced := range []byte{0, 1} {
				for _, size := range [][2]int{{1, 1}, {3, 2}, {13, 9}, {16, 16}} {
					f := pngFile{depth: depth, kind: k.kind, interlaced: interlaced, width: size[0], height: size[1]}
					f.rows = noiseRows(f)
					if k.kind == 3 {
						f.palette = bytes.Repeat([]byte{9, 8, 7, 200, 100, 50}, 1<<depth/2)
						f.between = [][]byte{striptest.Chunk("tRNS", bytes.Repeat([]byte{0, 128}, 1<<depth/2))}
					}
					src := f.bytes()
					out, _ := stripped(t, src)
					if err := differ(decoded(t, src), decoded(t, out)); err != nil {
						t.Errorf("kind %d depth %d interlaced %d size %v: %v", k.kind, depth, interlaced, size, err)
					}
				}
			}
		}
	}
}

// noiseRows returns rows of noise with every filter, many of whose pixels are transparent.
func noiseRows(f pngFile) []byte {
	bits := int(f.depth) * map[byte]int{0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[f.kind]
	var rows []byte
	seed := uint32(1)
	pass := func(w, h int) {
		if w <= 0 || h <= 0 {
			return
		}
		for y := range h {
			rows = append(rows, byte(y%5))
			for range (w*bits + 7) / 8 {
				seed = seed*1664525 + 1013904223
				if v := byte(seed >> 24); v&3 == 0 {
					rows = append(rows, v)
				} else {
					rows = append(rows, 0)
				}
			}
		}
	}
	w, h := f.width, f.height
	if f.interlaced == 0 {
		pass(w, h)
		return rows
	}
	pass((w+7)/8, (h+7)/8)
	pass((w+3)/8, (h+7)/8)
	pass((w+3)/4, (h+3)/8)
	pass((w+1)/4, (h+3)/4)
	pass((w+1)/2, (h+1)/4)
	pass(w/2, (h+1)/2)
	pass(w, h/2)
	return rows
}

// An animation keeps its frames; the hidden default image gives way to the first.
func TestAnimation(t *testing.T) {
	shown := plainPNG()
	f := plainPNG()
	f.rows = make([]byte, 68)
	f.before = [][]byte{striptest.Chunk("acTL", []byte{0, 0, 0, 7, 0, 0, 0, 3})}
	f.after = [][]byte{control(0, 4, 4, 0, 0), frameData(1, shown.rows), control(2, 4, 4, 0, 0), frameData(3, shown.rows)}
	out, report := stripped(t, f.bytes())
	if !report.Animated {
		t.Error("the report does not say that it is animated")
	}
	if err := differ(decoded(t, shown.bytes()), decoded(t, out)); err != nil {
		t.Errorf("the first frame is not the default image: %v", err)
	}
	if !bytes.Contains(out, []byte("acTL\x00\x00\x00\x02\x00\x00\x00\x03")) || bytes.Count(out, []byte("fcTL")) != 2 || bytes.Count(out, []byte("fdAT")) != 1 {
		t.Error("frames were lost")
	}
}

// Colour under full transparency goes, half transparent colour stays.
func TestTransparency(t *testing.T) {
	m := image.NewNRGBA(image.Rect(0, 0, 3, 1))
	m.Set(0, 0, color.NRGBA{10, 20, 30, 0})
	m.Set(1, 0, color.NRGBA{40, 50, 60, 1})
	m.Set(2, 0, color.NRGBA{70, 80, 90, 255})
	m.Pix[0] = 10
	m.Pix[1] = 20
	out, report := stripped(t, striptest.EncodePNG(m))
	got, want := decoded(t, out).(*image.NRGBA).Pix, []byte{0, 0, 0, 0, 40, 50, 60, 1, 70, 80, 90, 255}
	if !bytes.Equal(got, want) {
		t.Errorf("pixels are %v, want %v", got, want)
	}
	if len(report.Findings) != 1 || report.Findings[0].Code != "colour-under-transparency" || !report.Alpha {
		t.Errorf("report is %+v", report)
	}
	if _, r, err := strip.Strip(out); err != nil || len(r.Findings) != 0 {
		t.Errorf("a stripped file has findings %v, %v", r.Findings, err)
	}
}
