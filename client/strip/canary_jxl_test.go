package strip_test

import (
	"bytes"
	"encoding/binary"
	"slices"
	"testing"

	"safelight/client/strip/jxl"
	"safelight/client/strip/refuse"
	"safelight/client/strip/striptest"
)

// What cjxl 0.7 makes of one pixel, lossy, and of 33×17 pixels with alpha, lossless.
var (
	pixelJXL = base("/woAEPwkFBcCABKIAgDQAF3lEgAAFSqjjBu8nOv58kOHxbSN6wxttW1hSaLIODZJJ3BIEslh4wIM2wNg5qRlYFiVJAA=")
	alphaJXL = base("/wqAAECABcWFCAgQAAgDSyiwbZyf5yp8V0FBQckAEQVqxBglF0ANx9AxMhLnsHYYM2bGGJQXEAagVlYcwB3hRSNrGPFVBx+raTHJLAI1h/x5s+lH2qxzXZE2/Ugbo+GjqL0yexQe1nAYvrdgVS5Xro6XMj134ThIYYKTI3N3LNhe1VoNixqH3AHFOPPwRAjh7xy7cb6gHmMQIl55j3U6ZxPyAppKmhIEb7rIFwDrKOtcOP3LNwGro2Nh1u4CF4gh5A4WPHvmVU9/Oj+jHmsLJQM=")
)

func jxlBox(name string, data ...[]byte) []byte {
	body := slices.Concat(data...)
	return append(append(binary.BigEndian.AppendUint32(nil, uint32(len(body)+8)), name...), body...)
}

var jxlHead = slices.Concat(jxlBox("JXL ", []byte("\r\n\x87\n")), jxlBox("ftyp", []byte("jxl \x00\x00\x00\x00jxl ")))

func jxlFile(boxes ...[]byte) []byte { return slices.Concat(jxlHead, slices.Concat(boxes...)) }

// jxlCoder writes fields, lowest bits first.
type jxlCoder struct {
	b  []byte
	at int
}

func (c *jxlCoder) put(fields ...int) {
	for i := 0; i < len(fields); i += 2 {
		for k := range fields[i+1] {
			if c.at%8 == 0 {
				c.b = append(c.b, 0)
			}
			c.b[c.at/8] |= byte(fields[i]>>k&1) << (c.at % 8)
			c.at++
		}
	}
}

func (c *jxlCoder) text(s []byte) {
	for _, v := range s {
		c.put(int(v), 8)
	}
}

func (c *jxlCoder) align() { c.at = 8 * len(c.b) }

// wordy is a codestream of a gray picture of 8×8 pixels with alpha, written field by field, whose one section holds
// nothing that a decoder would take. Each text is left out if it is nil.
type wordy struct {
	channel, frame, extension, frameExtension, filterExtension []byte
	shown, last                                                bool
	weights                                                    []byte // 30 bytes, for enlarging by two
	enlarged                                                   bool
}

func (f wordy) code() []byte {
	c := &jxlCoder{}
	extension := func(text []byte) {
		if text == nil {
			c.put(0, 2)
			return
		}
		c.put(1, 2, 0, 4, 2, 2, 8*len(text)-17, 8) // the first extension, of that many bits
		c.text(text)
	}
	name := func(text []byte) {
		if text == nil {
			c.put(0, 2)
			return
		}
		c.put(1, 2, len(text), 4)
		c.text(text)
	}
	c.put(0x0aff, 16, 1, 1, 0, 5, 1, 3) // 8×8
	c.put(0, 1, 1, 1, 5, 3)             // extra fields, orientation 6
	if f.shown {
		c.put(1, 1, 0, 1, 3, 2, 0x2a4b5c1, 30, 0, 3, 3, 2, 0x1234567, 30)
	} else {
		c.put(0, 1)
	}
	c.put(0, 2, 0, 3, 1, 1, 1, 2)                    // no preview, no animation, 8 bits, one channel
	c.put(0, 1, 0, 2, 0, 3, 0, 2)                    // of alpha, 8 bits, full size
	name(f.channel)                                  //
	c.put(0, 1, 0, 1)                                // not premultiplied; no XYB
	c.put(0, 1, 0, 1, 1, 2, 1, 2, 0, 1, 2, 2, 11, 4) // gray, D65, sRGB's curve
	c.put(0, 2, 1, 1)                                // perceptual, tone mapping as usual
	extension(f.extension)
	factor := 0
	if f.enlarged {
		factor = 1
	}
	if f.weights == nil {
		c.put(1, 1)
	} else {
		c.put(0, 1, 1, 3)
		c.text(f.weights)
	}
	c.align()
	c.put(0, 1, 0, 2, 1, 1, 0, 2, 0, 1, factor, 2, 0, 2, 1, 2, 0, 2, 0, 1) // a modular frame, whole
	c.put(0, 4, 1, 1)                                                      // replaces; the last
	name(f.frame)
	c.put(0, 1, 0, 1, 0, 2)
	extension(f.filterExtension)
	extension(f.frameExtension)
	c.put(0, 1)
	c.align()
	c.put(0, 2, 3, 10)
	c.align()
	c.text([]byte("abc"))
	return c.b
}

// jxlPlaces returns one file for each place of a JPEG XL where something can hide.
func jxlPlaces() map[string][]byte {
	mark := []byte(canary)
	stream := jxlBox("jxlc", pixelJXL)
	places := map[string][]byte{
		"naked, behind the last frame":     append(bytes.Clone(pixelJXL), mark...),
		"naked, behind a lossless frame":   append(bytes.Clone(alphaJXL), mark...),
		"naked, a box behind":              slices.Concat(pixelJXL, jxlBox("Exif", mark)),
		"behind the last frame in its box": jxlFile(jxlBox("jxlc", pixelJXL, mark)),
		"behind the boxes":                 jxlFile(stream, mark),
		"second file":                      jxlFile(stream, pixelJXL, mark),
		"brands": slices.Concat(jxlBox("JXL ", []byte("\r\n\x87\n")), jxlBox("ftyp", []byte("jxl \x00\x00\x00\x00jxl "), mark),
			stream),
		"version of the brand":        slices.Concat(jxlBox("JXL ", []byte("\r\n\x87\n")), jxlBox("ftyp", []byte("jxl "), mark), stream),
		"level":                       jxlFile(jxlBox("jxll", []byte{5}, mark), stream),
		"box of 64 bits":              jxlFile([]byte("\x00\x00\x00\x01Exif\x00\x00\x00\x00\x00\x00\x00\x1c"), mark, stream),
		"box to the end":              jxlFile(stream, []byte("\x00\x00\x00\x00xml "), mark),
		"between pieces":              jxlFile(jxlBox("jxlp", []byte{0, 0, 0, 0}, pixelJXL[:9]), jxlBox("Exif", mark), jxlBox("jxlp", []byte{0x80, 0, 0, 1}, pixelJXL[9:])),
		"behind the frame in a piece": jxlFile(jxlBox("jxlp", []byte{0, 0, 0, 0}, pixelJXL), jxlBox("jxlp", []byte{0x80, 0, 0, 1}, mark)),
		"name of the channel":         wordy{channel: mark}.code(),
		"name of the frame":           wordy{frame: mark}.code(),
		"extension":                   wordy{extension: mark}.code(),
		"extension of the frame":      wordy{frameExtension: mark}.code(),
		"extension of the filter":     wordy{filterExtension: mark}.code(),
		"all names and extensions":    jxlFile(jxlBox("jxlc", wordy{channel: mark, frame: mark, extension: mark, frameExtension: mark, filterExtension: mark, shown: true, last: true}.code())),
	}
	exif := append([]byte{0, 0, 0, 0}, striptest.EXIF(1, 1, striptest.Options{Owner: canary})...)
	for name, data := range map[string][]byte{
		"Exif": exif, "xml ": striptest.XMP(canary), "jumb": mark, "brob": append([]byte("Exif"), mark...), "jbrd": mark, "jxli": mark,
		"free": mark, "skip": mark, "uuid": mark, "hrgm": mark, "abcd": mark,
	} {
		places[name+" before"] = jxlFile(jxlBox(name, data), stream)
		places[name+" behind"] = jxlFile(stream, jxlBox(name, data))
	}
	return places
}

// spellsJXL looks for the canary at every bit: texts of the codestream are not aligned.
func spellsJXL(file []byte) bool {
	for shift := range 8 {
		moved := make([]byte, len(file))
		for i := range file {
			moved[i] = file[i] >> shift
			if i+1 < len(file) && shift > 0 {
				moved[i] |= file[i+1] << (8 - shift)
			}
		}
		if spells(moved) {
			return true
		}
	}
	return false
}

func strippedJXL(t *testing.T, src []byte) ([]byte, *jxl.Image) {
	t.Helper()
	out, m, second := twice(t, src, func(b []byte) ([]byte, *jxl.Image, error) { return jxl.Strip(b, jxl.Options{MaxPixels: 1 << 20}) })
	if len(second.Parts) > 0 {
		t.Errorf("a stripped file has %d parts to strip", len(second.Parts))
	}
	return out, m
}

func TestJXLCanaries(t *testing.T) {
	places := jxlPlaces()
	if len(places) < 40 {
		t.Errorf("%d places", len(places))
	}
	for name, file := range places {
		t.Run(name, func(t *testing.T) {
			if !spellsJXL(file) {
				t.Error("control: nothing is planted")
			}
			if striptest.Account(file) == nil {
				t.Error("control: the independent parser finds nothing wrong")
			}
			out, m := strippedJXL(t, file)
			if spellsJXL(out) {
				t.Error("the canary is still there")
			}
			if len(m.Parts) == 0 {
				t.Error("nothing is reported")
			}
		})
	}
}

// Without what is planted a file comes out as it went in; so every coded bit is kept.
func TestJXLKept(t *testing.T) {
	for _, tt := range []struct {
		name string
		src  []byte
		want jxl.Image
	}{
		{"lossy", pixelJXL, jxl.Image{Width: 1, Height: 1, Orientation: 1}},
		{"lossless with alpha", alphaJXL, jxl.Image{Width: 33, Height: 17, Orientation: 1, Alpha: true}},
		{"gray", wordy{}.code(), jxl.Image{Width: 8, Height: 8, Orientation: 6, Alpha: true}},
		{"container", jxlFile(jxlBox("jxlc", alphaJXL)), jxl.Image{Width: 33, Height: 17, Orientation: 1, Alpha: true, Container: true}},
		{"weights by which it is enlarged", wordy{weights: make([]byte, 30), enlarged: true}.code(), jxl.Image{Width: 8, Height: 8, Orientation: 6, Alpha: true}},
		{"level 10", jxlFile(jxlBox("jxll", []byte{10}), jxlBox("jxlc", alphaJXL)), jxl.Image{Width: 33, Height: 17, Orientation: 1, Alpha: true, Container: true}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			out, m := strippedJXL(t, tt.src)
			if !bytes.Equal(out, tt.src) {
				t.Error("it was changed")
			}
			m.Parts = nil
			if m.Width != tt.want.Width || m.Height != tt.want.Height || m.Orientation != tt.want.Orientation || m.Alpha != tt.want.Alpha || m.Container != tt.want.Container {
				t.Errorf("image is %+v, want %+v", *m, tt.want)
			}
		})
	}
	mark := []byte(canary)
	if out, _ := strippedJXL(t, wordy{channel: mark, frame: mark, extension: mark, frameExtension: mark, filterExtension: mark, shown: true, last: true}.code()); !bytes.Equal(out, wordy{}.code()) {
		t.Error("names and extensions leave a trace")
	}
}

func TestJXLRefused(t *testing.T) {
	if striptest.Account(wordy{weights: make([]byte, 30)}.code()) == nil {
		t.Error("control: the independent parser finds nothing wrong with weights that nothing is enlarged by")
	}
	code := func(fields ...int) []byte {
		c := &jxlCoder{}
		c.put(0x0aff, 16)
		c.put(fields...)
		return append(c.b, make([]byte, 40)...)
	}
	for _, tt := range []struct {
		name string
		src  []byte
		code refuse.Code
	}{
		{"empty", []byte("\xff\x0a"), refuse.Damaged},
		{"cut off", alphaJXL[:len(alphaJXL)-1], refuse.Damaged},
		{"size", code(0, 1, 3, 2, 1<<30-1, 30, 1, 3), refuse.LargeSize},
		{"2^30 × 1", code(0, 1, 0, 2, 0, 9, 0, 3, 3, 2, 1<<30-1, 30), refuse.LargeSize},
		{"preview", code(1, 1, 0, 5, 1, 3, 0, 1, 1, 1, 0, 3, 0, 1, 1, 1), refuse.Coding},
		{"animation", code(1, 1, 0, 5, 1, 3, 0, 1, 1, 1, 0, 3, 0, 2, 1, 1), refuse.Coding},
		{"profile", code(1, 1, 0, 5, 1, 3, 0, 2, 0, 3, 1, 1, 0, 2, 1, 1, 0, 1, 1, 1), refuse.Coding},
		{"channels", code(1, 1, 0, 5, 1, 3, 0, 2, 0, 3, 1, 1, 3, 2, 4000, 12), refuse.Coding},
		{"extension without end", code(1, 1, 0, 5, 1, 3, 0, 2, 0, 3, 1, 1, 0, 2, 1, 1, 1, 1, 1, 2, 0, 4, 3, 2, 4095, 12, 1, 1, 255, 8, 1, 1, 255, 8, 0, 1), refuse.Damaged},
		{"sections", code(0, 1, 0, 2, 0, 9, 0, 3, 3, 2, 1<<20-1, 30, 1, 1, 1, 1, 0, 7, 1, 1), refuse.Damaged},
		{"box cut off", jxlFile([]byte("\x00\x00\x01\x00jxlc")), refuse.Damaged},
		{"no codestream", jxlFile(jxlBox("Exif", []byte("x"))), refuse.Damaged},
		{"two codestreams", jxlFile(jxlBox("jxlc", pixelJXL), jxlBox("jxlc", pixelJXL)), refuse.Damaged},
		{"pieces out of order", jxlFile(jxlBox("jxlp", []byte{0x80, 0, 0, 1}, pixelJXL)), refuse.Damaged},
		{"weights", wordy{weights: make([]byte, 30)}.code(), refuse.Coding},
		{"boxes", jxlFile(bytes.Repeat(jxlBox("abcd"), 1_000_000)), refuse.Coding},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var err error
			most := testing.AllocsPerRun(1, func() { _, _, err = jxl.Strip(tt.src, jxl.Options{MaxPixels: 1 << 20}) })
			if e, ok := err.(*refuse.Error); !ok || e.Code != tt.code {
				t.Errorf("error is %v, want %s", err, tt.code)
			}
			if most > 20_000 {
				t.Errorf("%v allocations", most)
			}
		})
	}
}

func TestJXLMutations(t *testing.T) {
	accepted := 0
	mark := []byte(canary)
	for _, seed := range [][]byte{pixelJXL, alphaJXL, wordy{}.code(), wordy{channel: mark, frame: mark, extension: mark, frameExtension: mark, filterExtension: mark, shown: true, last: true}.code(), jxlPlaces()["between pieces"]} {
		for at := range seed {
			for bit := range 8 {
				src := bytes.Clone(seed)
				src[at] ^= 1 << bit
				if checkJXL(t, src) {
					accepted++
				}
			}
			checkJXL(t, seed[:at])
		}
	}
	if accepted < 1000 {
		t.Errorf("only %d were accepted", accepted)
	}
}

func checkJXL(t *testing.T, src []byte) bool {
	t.Helper()
	o := jxl.Options{MaxPixels: 1 << 16}
	out, _, err := jxl.Strip(src, o)
	if err != nil {
		return false
	}
	if err := striptest.Account(out); err != nil {
		t.Fatalf("%x became %x: %v", src, out, err)
	}
	if again, _, err := jxl.Strip(out, o); err != nil || !bytes.Equal(again, out) {
		t.Fatalf("%x: twice is not once: %v", src, err)
	}
	return true
}

func FuzzJXL(f *testing.F) {
	mark := []byte(canary)
	for _, seed := range [][]byte{pixelJXL, alphaJXL, wordy{channel: mark, frame: mark, extension: mark, frameExtension: mark, filterExtension: mark, shown: true, last: true}.code(), jxlPlaces()["between pieces"]} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, src []byte) { checkJXL(t, src) })
}
