package strip_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"image"
	"slices"
	"testing"

	"safelight/client/strip"
	"safelight/client/strip/striptest"
)

// canary has twelve different letters, so that it can stand where values must not repeat.
const canary = "PLANTEDMUSIC"

// leaks reports whether a file holds the canary in one of the ways in which it is planted, or, where no bytes would spell
// it, something that a stripped file must not have.
func leaks(file []byte) bool {
	return spells(file) || striptest.Account(file) != nil
}

func spells(b []byte) bool {
	wide := make([]byte, 0, 2*len(canary))
	for _, c := range []byte(canary) {
		wide = append(wide, c, 0)
	}
	return bytes.Contains(b, []byte(canary)) || bytes.Contains(b, wide) || bytes.Contains(b, append([]byte{0}, wide[:len(wide)-1]...))
}

// insert puts bytes in front of the n-th segment (counted from 0) with the marker.
func insert(file []byte, marker byte, more ...[]byte) []byte {
	at := find(file, marker)
	return slices.Concat(file[:at], slices.Concat(more...), file[at:])
}

// find returns where a segment lies; the coded data of the first scan is not looked into.
func find(file []byte, marker byte) int {
	for at := 2; ; {
		if file[at+1] == marker {
			return at
		}
		at += 2 + int(binary.BigEndian.Uint16(file[at+2:]))
	}
}

// grow appends bytes to the payload of a segment.
func grow(file []byte, marker byte, more []byte) []byte {
	at := find(file, marker)
	n := int(binary.BigEndian.Uint16(file[at+2:]))
	out := slices.Concat(file[:at+2+n], more, file[at+2+n:])
	binary.BigEndian.PutUint16(out[at+2:], uint16(n+len(more)))
	return out
}

const (
	sof0 = 0xc0
	dht  = 0xc4
	eoi  = 0xd9
	sos  = 0xda
	dqt  = 0xdb
	dri  = 0xdd
)

// plainJPEG returns a stripped file.
func plainJPEG() []byte {
	out, _, err := strip.Strip(striptest.EncodeJPEG(striptest.Landscape(64, 32, 1), 90))
	if err != nil {
		panic(err)
	}
	return out
}

// jpegPlaces returns one file for each place of a JPEG where something can hide.
func jpegPlaces() map[string][]byte {
	mark := []byte(canary)
	seg := striptest.Segment
	// Eight units of sixteen pixels: nothing odd about it but what is planted.
	plain := plainJPEG()
	layout := striptest.Layout{Width: 64, Height: 32, Sampling: [][2]int{{1, 1}, {1, 1}, {1, 1}}}
	end := len(plain) - 2
	icc := func(profile []byte) []byte {
		return insert(plain, sof0, seg(0xe2, []byte("ICC_PROFILE\x00\x01\x01"), profile))
	}
	exif := func(o striptest.Options) []byte { return seg(0xe1, []byte("Exif\x00\x00"), striptest.EXIF(64, 32, o)) }
	profile := striptest.ICC("name")
	patched := func(at int) []byte {
		p := slices.Clone(profile)
		copy(p[at:], mark)
		return icc(p)
	}
	places := map[string][]byte{
		"COM":             insert(plain, dqt, seg(0xfe, mark)),
		"COM without end": insert(plain, dqt, seg(0xfe, mark), seg(0xfe, mark)),
		"quantisation steps of colours that are not there": unseenSteps(mark),
		"where runs end":           progressive(func(l *striptest.Layout) { l.Broken = bit }),
		"zeros that an end covers": progressive(func(l *striptest.Layout) { l.Zeros = true }),
		"JFIF thumbnail":           insert(plain, dqt, seg(0xe0, []byte("JFIF\x00\x01\x02\x00\x00\x01\x00\x01\x02\x02"), mark)),
		"JFIF density":             insert(plain, dqt, seg(0xe0, []byte("JFIF\x00\x01\x02\x02PLAN\x00\x00"))),
		"JFIF slack":               insert(plain, dqt, seg(0xe0, []byte("JFIF\x00\x01\x02\x00\x00\x01\x00\x01\x00\x00"), mark)),
		"JFXX":                     insert(plain, dqt, seg(0xe0, []byte("JFXX\x00\x10"), mark)),
		"EXIF owner":               insert(plain, dqt, exif(striptest.Options{Owner: canary})),
		"EXIF comment":             insert(plain, dqt, exif(striptest.Options{Comment: canary})),
		"EXIF maker note":          insert(plain, dqt, exif(striptest.Options{MakerNote: canary})),
		"EXIF serial number":       insert(plain, dqt, exif(striptest.Options{Serial: canary, Orientation: 8})),
		"EXIF slack":               insert(plain, dqt, seg(0xe1, []byte("Exif\x00\x00"), striptest.EXIF(1, 1, striptest.Options{Orientation: 3}), mark)),
		"EXIF thumbnail":           insert(plain, dqt, seg(0xe1, []byte("Exif\x00\x00"), striptest.EXIF(1, 1, striptest.Options{Thumbnail: true}), plain, mark)),
		"EXIF broken":              insert(plain, dqt, seg(0xe1, []byte("Exif\x00\x00II*\x00\xff\xff\xff\x7f"), mark)),
		"EXIF twice":               insert(plain, dqt, exif(striptest.Options{Orientation: 6}), exif(striptest.Options{Owner: canary})),
		"EXIF in UTF-16":           insert(plain, dqt, seg(0xe1, []byte("Exif\x00\x00II*\x00\x08\x00\x00\x00\x00\x00\x00\x00\x00\x00"), []byte("P\x00L\x00A\x00N\x00T\x00E\x00D\x00M\x00U\x00S\x00I\x00C\x00"))),
		"XMP":                      insert(plain, dqt, seg(0xe1, []byte("http://ns.adobe.com/xap/1.0/\x00"), striptest.XMP(canary))),
		"XMP extension":            insert(plain, dqt, seg(0xe1, []byte("http://ns.adobe.com/xmp/extension/\x00"), mark)),
		"ICC description":          icc(striptest.ICC(canary)),
		"ICC creator":              patched(80),
		"ICC maker and model":      patched(48),
		"ICC preferred module":     patched(4),
		"ICC date":                 patched(24),
		"ICC id":                   patched(84),
		"ICC reserved":             patched(100),
		"ICC behind the last tag":  icc(withSize(slices.Concat(profile, mark))),
		"ICC behind its end":       icc(slices.Concat(profile, mark)),
		"ICC broken":               icc(slices.Concat(profile[:200], mark)),
		"ICC piece missing":        insert(plain, sof0, seg(0xe2, []byte("ICC_PROFILE\x00\x01\x02"), mark)),
		"ICC of another space":     icc(slices.Concat(profile[:16], []byte("CMYK"), profile[20:], mark)),
		"MPF":                      insert(plain, dqt, seg(0xe2, []byte("MPF\x00II*\x00"), mark)),
		"FlashPix":                 insert(plain, dqt, seg(0xe2, []byte("FPXR\x00\x00"), mark)),
		"JUMBF":                    insert(plain, dqt, seg(0xeb, []byte("JP\x00\x01\x00\x00\x00\x01\x00\x00\x00\x20jumb"), mark)),
		"Ducky":                    insert(plain, dqt, seg(0xec, []byte("Ducky\x00\x01\x00\x04\x00\x00\x00\x50"), mark)),
		"IPTC":                     insert(plain, dqt, seg(0xed, []byte("Photoshop 3.0\x008BIM\x04\x04\x00\x00\x00\x00\x00\x11\x1c\x02\x50\x00\x0c"), mark)),
		"Photoshop thumbnail":      insert(plain, dqt, seg(0xed, []byte("Photoshop 3.0\x008BIM\x04\x0c\x00\x00\x00\x00\x00\x0c"), mark)),
		"Adobe slack":              insert(plain, dqt, seg(0xee, []byte("Adobe\x00\x64\x00\x00\x00\x00\x01"), mark)),
		"Adobe flags":              insert(plain, dqt, seg(0xee, []byte("AdobePLANTE\x01"))),
		"Adobe transform":          insert(plain, dqt, seg(0xee, []byte("Adobe\x00\x64\x00\x00\x00\x00P"))),
		"DQT unused":               insert(plain, sof0, seg(dqt, []byte{3}, mark, bytes.Repeat([]byte{9}, 52))),
		"DQT overwritten":          insert(plain, dqt, seg(dqt, []byte{0}, mark, bytes.Repeat([]byte{9}, 52))),
		"DQT slack":                grow(plain, dqt, slices.Concat([]byte{0x55}, mark)),
		"DHT unused":               insert(plain, sos, seg(dht, []byte{0x13, 0, 0, 0, 0, 0, 0, 0, 12, 0, 0, 0, 0, 0, 0, 0, 0}, mark)),
		"DHT overwritten":          insert(plain, dht, seg(dht, []byte{0x10, 0, 0, 0, 0, 0, 0, 0, 12, 0, 0, 0, 0, 0, 0, 0, 0}, mark)),
		"DHT slack":                grow(plain, dht, slices.Concat([]byte{0x55}, mark)),
		"DHT symbols never coded":  rarelyUsed(plain, mark),
		"DRI slack":                insert(plain, sof0, seg(dri, []byte{0, 0}, mark)),
		"DRI beyond the picture":   insert(plain, sof0, seg(dri, []byte("PL"))),
		"SOF slack":                grow(plain, sof0, mark),
		"SOS slack":                grow(plain, sos, mark),
		"SOS spectral selection":   patch(plain, find(plain, sos)+11, []byte("PLA")),
		"component names":          renamed(layout, []byte("PLA")),
		"DAC":                      insert(plain, sof0, seg(0xcc, mark)),
		"JPG":                      insert(plain, sof0, seg(0xc8, mark)),
		"reserved marker":          insert(plain, sof0, seg(0x02, mark)),
		"JPG13":                    insert(plain, sof0, seg(0xfd, mark)),
		"behind SOI":               slices.Concat(plain[:2], mark, plain[2:]),
		"before SOF":               insert(plain, sof0, mark),
		"before SOS":               insert(plain, sos, mark),
		"stray restart marker":     insert(plain, sos, []byte{0xff, 0xd0}, mark),
		"TEM":                      insert(plain, sos, []byte{0xff, 0x01}, mark),
		"fill bytes":               insert(plain, sof0, []byte{0xff, 0xff, 0xff}),
		"behind the last unit":     slices.Concat(plain[:end], mark, plain[end:]),
		"stuffed, behind the last": slices.Concat(plain[:end], []byte{0xff, 0}, mark, plain[end:]),
		"fill before EOI":          slices.Concat(plain[:end], []byte{0xff, 0xff}, plain[end:]),
		"segment behind the scan":  slices.Concat(plain[:end], seg(0xfe, mark), plain[end:]),
		"table behind the scan":    slices.Concat(plain[:end], seg(dht, []byte{0x13, 0, 0, 0, 0, 0, 0, 0, 12, 0, 0, 0, 0, 0, 0, 0, 0}, mark), plain[end:]),
		"behind EOI":               slices.Concat(plain, mark),
		"no EOI":                   slices.Concat(plain[:end], mark),
		"second image":             slices.Concat(plain, insert(plain, dqt, seg(0xfe, mark))),
		"motion photo":             slices.Concat(plain, []byte("\x00\x00\x00\x18ftypmp42"), mark),
		"second EOI":               slices.Concat(plain, []byte{0xff, eoi}, mark, []byte{0xff, eoi}),
		"image within":             slices.Concat(plain[:end], plain[:2], seg(0xfe, mark), plain[2:]),
	}
	for n := range 16 {
		places[fmt.Sprintf("APP%d", n)] = insert(plain, dqt, seg(0xe0+byte(n), mark))
	}
	codedPlaces(places, layout)
	return places
}

// codedPlaces adds those within coded data, and between scans.
func codedPlaces(places map[string][]byte, layout striptest.Layout) {
	mark := []byte(canary)
	with := func(name string, change func(*striptest.Layout)) {
		l := layout
		change(&l)
		places[name] = l.Code()
	}
	restart := func(change func(scan []byte, at int) []byte) func(*striptest.Layout) {
		return func(l *striptest.Layout) {
			l.Restart = 4
			l.Between = func(scan []byte) []byte {
				return change(scan, bytes.Index(scan, []byte{0xff, 0xd0}))
			}
		}
	}
	with("before a restart marker", restart(func(scan []byte, at int) []byte { return slices.Insert(scan, at, mark...) }))
	with("fill before a restart marker", restart(func(scan []byte, at int) []byte { return slices.Insert(scan, at, 0xff, 0xff) }))
	with("padding of the last byte", func(l *striptest.Layout) {
		l.Between = func(scan []byte) []byte {
			scan[len(scan)-1] &^= 1
			return scan
		}
		// Nine codes of nine bits: one bit of padding at the least.
		for l.Seed = 1; l.Code()[len(l.Code())-3]&3 != 2; l.Seed++ {
		}
	})
	with("outside of the picture", func(l *striptest.Layout) {
		l.Sampling, l.Outside, l.Width = [][2]int{{2, 2}, {1, 1}, {1, 1}}, true, 49
	})
	with("outside of a progressive picture", func(l *striptest.Layout) {
		l.Sampling, l.Outside, l.Width, l.Progressive = [][2]int{{2, 2}, {1, 1}, {1, 1}}, true, 49, true
	})
	with("between scans", func(l *striptest.Layout) {
		l.Progressive = true
		l.Between = func(scan []byte) []byte { return slices.Concat(scan, mark) }
	})
	with("segment between scans", func(l *striptest.Layout) {
		l.Progressive = true
		l.Between = func(scan []byte) []byte { return slices.Concat(scan, striptest.Segment(0xe7, mark)) }
	})
	with("a scan that comes twice", func(l *striptest.Layout) {
		l.Between = func(scan []byte) []byte { return slices.Concat(scan, striptest.Segment(0xfe, mark), scan) }
	})
}

// withSize writes a profile's length into its header.
func withSize(profile []byte) []byte {
	binary.BigEndian.PutUint32(profile, uint32(len(profile)))
	return profile
}

func patch(file []byte, at int, with []byte) []byte {
	out := slices.Clone(file)
	copy(out[at:], with)
	return out
}

// unseenSteps writes into the second table of a picture in colour that has none: no coefficient of it is not zero.
func unseenSteps(mark []byte) []byte {
	gray := image.NewRGBA(image.Rect(0, 0, 64, 32))
	for i := range gray.Pix {
		gray.Pix[i] = byte(i / 4 % 64 * 4)
		if i%4 == 3 {
			gray.Pix[i] = 255
		}
	}
	file := striptest.EncodeJPEG(gray, 90)
	return patch(file, find(file, dqt)+4+65+20, mark)
}

// bit returns one bit of the canary after the other.
func bit(n int) bool { return canary[n/8%len(canary)]>>(n%8)&1 == 1 }

func progressive(change func(*striptest.Layout)) []byte {
	l := striptest.Layout{Width: 83, Height: 61, Sampling: [][2]int{{2, 2}, {1, 1}, {1, 1}}, Progressive: true}
	change(&l)
	return l.Code()
}

func renamed(l striptest.Layout, ids []byte) []byte {
	l.IDs = ids
	return l.Code()
}

// rarelyUsed writes the canary into a Huffman table that the picture does use, in place of symbols that it does not: the
// longest codes of the standard table.
func rarelyUsed(plain, mark []byte) []byte {
	at := bytes.Index(plain, []byte{0xff, dht, 0, 2 + 17 + 162, 0x10})
	return patch(plain, at+4+17+162-len(mark), mark)
}

// TestJPEGCanaries plants in every place and finds none of it in what Strip lets through. What is refused does not leak.
func TestJPEGCanaries(t *testing.T) {
	places := jpegPlaces()
	if len(places) < 60 {
		t.Errorf("%d places", len(places))
	}
	refused := map[string]bool{"a scan that comes twice": true, "image within": true, "behind SOI": true}
	for name, file := range places {
		t.Run(name, func(t *testing.T) {
			out, report, err := strip.Strip(file)
			if err != nil {
				if !refused[name] {
					t.Errorf("Strip: %v", err)
				}
				return
			}
			if refused[name] {
				t.Error("was not refused")
			}
			if spells(out) {
				t.Errorf("the canary is still there (report: %v)", report.Findings)
			}
			stripped(t, file)
		})
	}
}

// TestJPEGCanariesControl shows that each place is one: a stripper that passes everything through leaks every time.
func TestJPEGCanariesControl(t *testing.T) {
	for name, file := range jpegPlaces() {
		if !leaks(file) {
			t.Errorf("%s: nothing is planted", name)
		}
	}
	unplanted := map[string][]byte{"plain": plainJPEG()}
	for _, l := range []striptest.Layout{{}, {Restart: 4}, {Progressive: true}} {
		l.Width, l.Height, l.Sampling = 249, 132, [][2]int{{2, 2}, {1, 1}, {1, 1}}
		unplanted[fmt.Sprintf("%+v", l)] = l.Code()
	}
	for name, file := range unplanted {
		if leaks(file) {
			t.Errorf("%s leaks with nothing planted: %v", name, striptest.Account(file))
		}
	}
}

// TestRuns is about two ways to code the same coefficients: what is planted in the choice is gone, as both become one file.
func TestRuns(t *testing.T) {
	plain := progressive(func(*striptest.Layout) {})
	want, _ := stripped(t, plain)
	for name, change := range map[string]func(*striptest.Layout){
		"runs that end early":      func(l *striptest.Layout) { l.Broken = bit },
		"no runs at all":           func(l *striptest.Layout) { l.Broken = func(int) bool { return true } },
		"zeros that an end covers": func(l *striptest.Layout) { l.Zeros = true },
	} {
		file := progressive(change)
		if bytes.Equal(file, plain) {
			t.Errorf("%s: nothing is planted", name)
		}
		samePixels(t, plain, file)
		if got, _ := stripped(t, file); !bytes.Equal(got, want) {
			t.Errorf("%s: still there in %d bytes, want the %d of the file without", name, len(got), len(want))
		}
	}
}

// TestRunsFound is about files whose tables are the best for what they code, so that nothing but the choice is odd.
func TestRunsFound(t *testing.T) {
	head := slices.Concat([]byte{0xff, 0xd8}, striptest.Segment(dqt, []byte{0}, bytes.Repeat([]byte{9}, 64)),
		striptest.Segment(0xc2, []byte{8, 0, 8, 0, 16, 1, 1, 0x11, 0}))
	table := func(class byte, counts string, symbols ...byte) []byte {
		return striptest.Segment(dht, []byte{class << 4}, []byte(counts), make([]byte, 16-len(counts)), symbols)
	}
	scan := func(ss, se, approx byte, coded ...byte) []byte {
		return append(striptest.Segment(sos, []byte{1, 1, 0, ss, se, approx}), coded...)
	}
	// Two blocks of nothing.
	first := slices.Concat(head, table(0, "\x01", 0), scan(0, 0, 0, 0x3f))
	together := slices.Concat(table(1, "\x01", 0x10), scan(1, 63, 1, 0x3f))
	for _, tt := range []struct {
		name string
		file []byte
		odd  bool
	}{
		{"one run", slices.Concat(first, together), false},
		{"two runs", slices.Concat(first, table(1, "\x01", 0), scan(1, 63, 1, 0x3f)), true},
		{"one run that refines", slices.Concat(first, together, scan(1, 63, 0x10, 0x3f)), false},
		{"two runs that refine", slices.Concat(first, together, table(1, "\x01", 0), scan(1, 63, 0x10, 0x3f)), true},
		{"zeros and an end", slices.Concat(first, together, table(1, "\x01\x01", 0xf0, 0), scan(1, 63, 0x10, 0x4b)), true},
		{"zeros to the end", slices.Concat(first, together, table(1, "\x01", 0xf0), scan(1, 16, 0x10, 0x3f), table(1, "\x01", 0x10), scan(17, 63, 0x10, 0x3f)), true},
	} {
		file := append(tt.file, 0xff, 0xd9)
		out, report := stripped(t, file)
		if report.Recoded != tt.odd {
			t.Errorf("%s: recoded is %v, want %v", tt.name, report.Recoded, tt.odd)
		}
		if err := striptest.Account(file); (err != nil) != tt.odd {
			t.Errorf("%s: the other parser says %v", tt.name, err)
		}
		samePixels(t, file, out)
	}
}
