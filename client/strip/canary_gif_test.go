package strip_test

import (
	"bytes"
	stdgif "image/gif"
	"slices"
	"testing"

	"safelight/client/strip/gif"
	"safelight/client/strip/striptest"
)

// gifPlaces returns one file for each place of a GIF where something can hide.
func gifPlaces() map[string][]byte {
	mark := []byte(canary)
	places := map[string][]byte{}
	add := func(name string, base gifFile, change func(*gifFile)) {
		base.blocks = slices.Clone(base.blocks)
		change(&base)
		places[name] = base.bytes()
	}
	before := func(name string, block ...[]byte) {
		add(name, plainGIF(), func(f *gifFile) { f.blocks = slices.Insert(f.blocks, 0, block...) })
	}
	before("comment", gifExtension(0xfe, mark))
	before("comment in several blocks", append([]byte{0x21, 0xfe}, gifBlocks(200, bytes.Repeat([]byte("x"), 194), mark, mark)...))
	before("plain text", append(append([]byte{0x21, 0x01, 12}, make([]byte, 12)...), gifBlocks(255, mark)...))
	before("grid of a plain text", append([]byte{0x21, 0x01, 12}, append(mark, 0)...))
	before("unknown extension", gifExtension(0x42, mark))
	before("application", gifApplication("ImageMagick"[:11], mark))
	before("name of an application", gifApplication(canary[:11], []byte(canary[11:]), mark))
	before("application without a name", gifExtension(0xff, mark[:5], mark))
	before("XMP", append([]byte("\x21\xff\x0bXMP DataXMP"), gifXMP()...))
	before("profile", gifApplication("ICCRGBG1012", striptest.ICC(canary)))
	before("EXIF", gifApplication("EXIF    \x00\x00\x00", striptest.EXIF(4, 4, striptest.Options{Owner: canary})))
	before("provenance", gifApplication("C2PA_GIF\x01\x00\x00", mark))
	before("loops of a still picture", gifApplication("NETSCAPE2.0", []byte{1, 0, 0}), gifApplication("NETSCAPE2.0", mark))
	before("control block that is longer", []byte{0x21, 0xf9, 16, 0, 0, 0, 0}, mark, []byte{0})
	before("second block of a control", []byte{0x21, 0xf9, 4, 0, 0, 0, 0, 12}, mark, []byte{0})
	before("broken control block", []byte{0x21, 0xf9, 3, 0, 0, 0, 12}, mark, []byte{0})
	before("after an empty block", []byte{0, 0, 0}, gifExtension(0xfe, mark))
	add("comment behind the picture", plainGIF(), func(f *gifFile) { f.blocks = append(f.blocks, gifExtension(0xfe, mark)) })
	add("behind the end", plainGIF(), func(f *gifFile) { f.tail = mark })
	add("second file behind the end", plainGIF(), func(f *gifFile) { f.tail = slices.Concat(plainGIF().bytes(), mark) })
	add("instead of the end", plainGIF(), func(f *gifFile) { f.endless, f.tail = true, mark })
	add("after the last frame, without an end", plainGIF(), func(f *gifFile) { f.endless, f.tail = true, gifExtension(0xfe, mark) })
	add("in a comment that is cut off", plainGIF(), func(f *gifFile) { f.endless, f.tail = true, slices.Concat([]byte{0x21, 0xfe, 200}, mark) })
	add("in a frame that is cut off", plainGIF(), func(f *gifFile) {
		f.endless, f.tail = true, slices.Concat([]byte{0x2c, 0, 0, 0, 0, 4, 0, 2, 0, 0, 2, 200}, mark)
	})
	add("in the last block of a frame, which is cut off", plainGIF(), func(f *gifFile) {
		b := gifFrame(0, 0, 4, 2, 0, nil, 2, []byte{0, 1, 2, 3, 3, 2, 1, 0})
		f.endless, f.blocks[0], f.tail = true, b[:len(b)-1], slices.Concat([]byte{200}, mark)
	})
	add("extra blocks of the loops", movingGIF(), func(f *gifFile) { f.blocks[0] = gifApplication("NETSCAPE2.0", []byte{1, 7, 0}, mark) })
	add("between frames", movingGIF(), func(f *gifFile) { f.blocks = slices.Insert(f.blocks, 3, gifExtension(0xfe, mark)) })
	add("between control and frame", movingGIF(), func(f *gifFile) { f.blocks = slices.Insert(f.blocks, 4, gifExtension(0x01, mark)) })
	add("behind the end of an animation", movingGIF(), func(f *gifFile) { f.tail = mark })
	gifCoded(add, mark)
	gifPixels(add, mark)
	return places
}

// gifXMP is a packet as Adobe puts it: letters that are taken for lengths, and a ramp that catches whoever skips them.
func gifXMP() []byte {
	out := append(striptest.XMP(canary), 1)
	for i := 255; i >= 0; i-- {
		out = append(out, byte(i))
	}
	return append(out, 0)
}

func gifCoded(add func(string, gifFile, func(*gifFile)), mark []byte) {
	shown := []byte{0, 1, 2, 3, 3, 2, 1, 0}
	add("behind the end code", plainGIF(), func(f *gifFile) { f.blocks[0] = gifFrame(0, 0, 4, 2, 0, nil, 2, shown, mark) })
	add("in a block behind the last pixel", plainGIF(), func(f *gifFile) {
		b := gifFrame(0, 0, 4, 2, 0, nil, 2, shown)
		f.blocks[0] = slices.Concat(b[:len(b)-1], []byte{12}, mark, []byte{0})
	})
	add("pixels behind the last", plainGIF(), func(f *gifFile) {
		f.flags, f.table = 0xf7, bytes.Repeat(gifTable, 64)
		f.blocks[0] = gifFrame(0, 0, 4, 2, 0, nil, 8, slices.Concat(shown, mark))
	})
	add("bits behind the end code", plainGIF(), func(f *gifFile) {
		codes := gifCodes(7, shown, 0x50, 0x4c, 0x41) // a byte each: a clear code, eight pixels and the end code fill ten
		f.blocks[0] = slices.Concat([]byte{0x2c, 0, 0, 0, 0, 4, 0, 2, 0, 0, 7}, gifBlocks(255, codes, mark))
	})
	add("behind the end code of a later frame", movingGIF(), func(f *gifFile) {
		f.blocks[4] = gifFrame(1, 1, 2, 2, 0x81, []byte{1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4}, 2, []byte{0, 1, 3, 0}, mark)
	})
}

func gifPixels(add func(string, gifFile, func(*gifFile)), mark []byte) {
	add("unused colours", plainGIF(), func(f *gifFile) {
		f.flags, f.table = 0xf2, slices.Concat(gifTable, mark)
	})
	add("colours between", plainGIF(), func(f *gifFile) {
		f.flags, f.table = 0xf2, slices.Concat(gifTable[:6], mark, gifTable[6:])
		f.blocks[0] = gifFrame(0, 0, 4, 2, 0, nil, 3, []byte{0, 1, 6, 7, 7, 6, 1, 0})
	})
	add("colours of what is transparent", plainGIF(), func(f *gifFile) {
		f.flags, f.table = 0xf2, slices.Concat(mark, gifTable)
		f.blocks = [][]byte{gifControl(1, 0, 2), gifFrame(0, 0, 4, 2, 0, nil, 3, []byte{2, 2, 4, 5, 2, 2, 6, 7})}
	})
	add("table that no frame uses", plainGIF(), func(f *gifFile) {
		f.table = mark
		f.blocks[0] = gifFrame(0, 0, 4, 2, 0x81, gifTable, 2, []byte{0, 1, 2, 3, 3, 2, 1, 0})
	})
	add("unused colours of a frame", movingGIF(), func(f *gifFile) {
		f.blocks[4] = gifFrame(1, 1, 2, 2, 0x82, slices.Concat(gifTable, mark), 3, []byte{0, 1, 3, 0})
	})
	// Each row of twelve pixels reaches to the right of a picture of one; as pixels they are the letters of the mark.
	letters := func(f *gifFile) {
		f.flags, f.table = 0xf7, nil
		for i := range 256 {
			f.table = append(f.table, byte(i), byte(i), byte(i))
		}
	}
	add("right of the picture", plainGIF(), func(f *gifFile) {
		letters(f)
		f.blocks[0] = gifFrame(0, 0, 16, 2, 0, nil, 8, slices.Concat([]byte("abcd"), mark, []byte("efgh"), mark))
	})
	add("below the picture", plainGIF(), func(f *gifFile) {
		letters(f)
		f.blocks[0] = gifFrame(0, 0, 4, 5, 0, nil, 8, slices.Concat([]byte("abcdefgh"), mark))
	})
	add("below the picture, interlaced", plainGIF(), func(f *gifFile) {
		letters(f)
		f.width, f.height = 12, 1
		f.blocks[0] = gifFrame(0, 0, 12, 3, 0x40, nil, 8, slices.Concat(bytes.Repeat([]byte("x"), 12), mark, mark))
	})
	add("frame beside the picture", movingGIF(), func(f *gifFile) {
		letters(f)
		f.blocks[4] = gifFrame(90, 90, 12, 1, 0, nil, 8, mark)
	})
	add("what no one sees of a frame of an animation", movingGIF(), func(f *gifFile) {
		letters(f)
		f.blocks[4] = gifFrame(3, 5, 13, 1, 0, nil, 8, slices.Concat([]byte{7}, mark))
	})
}

// spellsGIF looks for the canary in the bytes, in what blocks hold, and in the pixels of all frames, as indices and as
// colours, also of those that no decoder shows.
func spellsGIF(file []byte) bool {
	if spells(file) {
		return true
	}
	// Frames of the test have codes that never grow; the indices are what the codes are. Others are asked for pixels.
	m, err := stdgif.DecodeAll(bytes.NewReader(inflatedScreen(file)))
	if err != nil {
		return false
	}
	for _, frame := range m.Image {
		if bytes.Contains(frame.Pix, []byte(canary)) {
			return true
		}
		var gray []byte
		for _, v := range frame.Pix {
			r, _, _, _ := frame.Palette[v].RGBA()
			gray = append(gray, byte(r>>8))
		}
		if bytes.Contains(gray, []byte(canary)) {
			return true
		}
	}
	return false
}

// inflatedScreen makes the picture so large that every frame is inside of it.
func inflatedScreen(file []byte) []byte {
	file = bytes.Clone(file)
	copy(file[6:], []byte{200, 0, 200, 0})
	return file
}

// gifLoose decodes the codes of the first frame as the test wrote them: pixels that lie behind the last are seen as well.
func gifLoose(file []byte) bool {
	at := bytes.Index(file, append([]byte{0x2c}, 0, 0, 0, 0, 4, 0, 2, 0))
	if at < 0 || file[at+10] != 8 {
		return false
	}
	var data []byte
	for i := at + 11; i < len(file) && file[i] != 0; i += 1 + int(file[i]) {
		data = append(data, file[i+1:i+1+int(file[i])]...)
	}
	var text []byte
	for bit := 0; bit+9 <= 8*len(data); bit += 9 {
		code := 0
		for i := range 9 {
			code |= int(data[(bit+i)/8]>>((bit+i)%8)&1) << i
		}
		text = append(text, byte(code))
	}
	return bytes.Contains(text, []byte(canary))
}

func strippedGIF(t *testing.T, src []byte) ([]byte, *gif.Image) {
	t.Helper()
	out, m, second := twice(t, src, func(b []byte) ([]byte, *gif.Image, error) { return gif.Strip(b, gif.Options{MaxPixels: 1 << 20}) })
	if len(second.Parts) > 0 {
		t.Errorf("a stripped file has %d parts to strip", len(second.Parts))
	}
	return out, m
}

func TestGIFCanaries(t *testing.T) {
	places := gifPlaces()
	if len(places) < 35 {
		t.Errorf("%d places", len(places))
	}
	for name, file := range places {
		t.Run(name, func(t *testing.T) {
			if !spellsGIF(file) && !gifLoose(file) {
				t.Error("control: nothing is planted")
			}
			if striptest.Account(file) == nil {
				t.Error("control: the independent parser finds nothing wrong")
			}
			out, image := strippedGIF(t, file)
			if spellsGIF(out) || gifLoose(out) {
				t.Error("the canary is still there")
			}
			if len(image.Parts) == 0 {
				t.Error("nothing is reported")
			}
			if err := sameFrames(file, out); err != nil {
				t.Error(err)
			}
		})
	}
}
