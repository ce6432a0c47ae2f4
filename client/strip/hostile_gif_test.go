package strip_test

import (
	"bytes"
	"slices"
	"testing"

	"safelight/client/strip/gif"
	"safelight/client/strip/refuse"
	"safelight/client/strip/striptest"
)

func TestGIFRefused(t *testing.T) {
	change := func(base gifFile, f func(*gifFile)) []byte { f(&base); return base.bytes() }
	many := slices.Repeat([][]byte{gifFrame(0, 0, 1, 1, 0, nil, 2, []byte{0})}, 1_000_000/20)
	comments := slices.Repeat([][]byte{gifExtension(0xfe, []byte("x"))}, 100_000)
	for _, tt := range []struct {
		name string
		src  []byte
		code refuse.Code
	}{
		{"signature", []byte("GIF88a"), refuse.Damaged},
		{"no frame", change(plainGIF(), func(f *gifFile) { f.blocks = nil }), refuse.Damaged},
		{"frame without size", change(plainGIF(), func(f *gifFile) { f.blocks[0] = gifFrame(0, 0, 0, 2, 0, nil, 2, nil) }), refuse.Damaged},
		{"size", change(plainGIF(), func(f *gifFile) { f.width, f.height = 65535, 65535 }), refuse.LargeSize},
		{"size of a frame", change(plainGIF(), func(f *gifFile) { f.blocks[0] = gifFrame(0, 0, 65535, 65535, 0, nil, 2, nil) }), refuse.LargeSize},
		{"bomb", change(plainGIF(), func(f *gifFile) { f.blocks[0] = gifFrame(0, 0, 1024, 1024, 0, nil, 2, make([]byte, 30)) }), refuse.Damaged},
		{"too few pixels", change(plainGIF(), func(f *gifFile) { f.blocks[0] = gifFrame(0, 0, 4, 3, 0, nil, 2, make([]byte, 8)) }), refuse.Coding},
		{"no table", change(plainGIF(), func(f *gifFile) { f.flags, f.table = 0x70, nil }), refuse.Coding},
		{"colour beyond the table", change(plainGIF(), func(f *gifFile) { f.flags, f.table = 0xf0, gifTable[:6] }), refuse.Damaged},
		{"frames", change(plainGIF(), func(f *gifFile) { f.blocks = many }), refuse.Coding},
		{"comments", change(plainGIF(), func(f *gifFile) { f.blocks = comments }), refuse.Coding},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var err error
			most := testing.AllocsPerRun(1, func() { _, _, err = gif.Strip(tt.src, gif.Options{MaxPixels: 1 << 20}) })
			if e, ok := err.(*refuse.Error); !ok || e.Code != tt.code {
				t.Errorf("error is %v, want %s", err, tt.code)
			}
			if most > 40_000 {
				t.Errorf("%v allocations", most)
			}
		})
	}
}

// Every byte of a small file is changed in several ways; and the file is cut at every byte.
func TestGIFMutations(t *testing.T) {
	accepted := 0
	for _, seed := range [][]byte{plainGIF().bytes(), movingGIF().bytes(), gifPlaces()["right of the picture"][:13], gifPlaces()["colours of what is transparent"]} {
		for at := range seed {
			for _, v := range []byte{0, 1, 0x7f, 0x80, 0xff, seed[at] ^ 1, seed[at] ^ 0x80} {
				src := bytes.Clone(seed)
				src[at] = v
				for _, src := range [][]byte{src, seed[:at]} {
					if checkGIF(t, src) {
						accepted++
					}
				}
			}
		}
	}
	if accepted < 100 {
		t.Errorf("only %d were accepted", accepted)
	}
}

func checkGIF(t *testing.T, src []byte) bool {
	t.Helper()
	o := gif.Options{MaxPixels: 1 << 16}
	gif.Inspect(src, o)
	out, _, err := gif.Strip(src, o)
	if err != nil {
		return false
	}
	if err := striptest.Account(out); err != nil {
		t.Fatalf("%x: %v", src, err)
	}
	if again, _, err := gif.Strip(out, o); err != nil || !bytes.Equal(again, out) {
		t.Fatalf("%x: twice is not once: %v", src, err)
	}
	// Go takes the head of a plain text to have the length that it should have.
	text := bytes.Contains(src, []byte{0x21, 1}) && !bytes.Contains(src, []byte{0x21, 1, 12})
	if err := sameFrames(src, out); err != nil && !text {
		t.Fatalf("%x: %v", src, err)
	}
	return true
}

func FuzzGIF(f *testing.F) {
	f.Add(plainGIF().bytes())
	f.Add(movingGIF().bytes())
	for _, name := range []string{"below the picture, interlaced", "frame beside the picture", "colours of what is transparent", "XMP"} {
		f.Add(gifPlaces()[name])
	}
	f.Fuzz(func(t *testing.T, src []byte) { checkGIF(t, src) })
}
