package strip_test

import (
	"bytes"
	"runtime"
	"slices"
	"testing"

	"safelight/client/strip/refuse"
	"safelight/client/strip/striptest"
	"safelight/client/strip/webp"
)

func TestWebPRefused(t *testing.T) {
	change := func(file []byte, f func([]webpChunk) []webpChunk) []byte { return webpFile(f(webpChunks(file))...) }
	set := func(file []byte, chunk, at int, v ...byte) []byte {
		return change(file, func(l []webpChunk) []webpChunk { copy(l[chunk].data[at:], v); return l })
	}
	frame := webpChunks(movingWebP)[2]
	for _, tt := range []struct {
		name string
		src  []byte
		code refuse.Code
	}{
		{"empty", []byte("RIFF\x04\x00\x00\x00WEBP"), refuse.Damaged},
		{"cut off", lossyWebP[:90], refuse.Damaged},
		{"size of the header", set(alphaWebP, 0, 4, 255, 255, 255, 255, 255, 255), refuse.LargeSize},
		{"size of VP8", set(lossyWebP, 0, 6, 255, 0x3f, 255, 0x3f), refuse.LargeSize},
		{"size of VP8L", set(losslessWebP, 0, 1, 255, 255, 255), refuse.LargeSize},
		{"other size than the header's", set(alphaWebP, 0, 4, 14), refuse.Damaged},
		{"bomb of VP8", set(lossyWebP, 0, 6, 0, 4, 0, 4), refuse.Damaged},
		{"frame outside", set(movingWebP, 3, 0, 9), refuse.Damaged},
		{"frame of another size", set(movingWebP, 3, 6, 2), refuse.Damaged},
		{"no frame", change(movingWebP, func(l []webpChunk) []webpChunk { return l[:2] }), refuse.Damaged},
		{"VP8 that is not a key frame", set(lossyWebP, 0, 0, 0x31), refuse.Damaged},
		{"alpha of another kind", set(alphaWebP, 1, 0, 3), refuse.Coding},
		{"frames", change(movingWebP, func(l []webpChunk) []webpChunk { return append(l[:2], slices.Repeat([]webpChunk{frame}, 20_000)...) }), refuse.Coding},
		{"chunks", change(lossyWebP, func(l []webpChunk) []webpChunk {
			return append(l, slices.Repeat([]webpChunk{{"abcd", []byte{1}}}, 1_000_000)...)
		}), refuse.Coding},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var err error
			most := testing.AllocsPerRun(1, func() { _, _, err = webp.Strip(tt.src, webp.Options{MaxPixels: 1 << 21}) })
			if e, ok := err.(*refuse.Error); !ok || e.Code != tt.code {
				t.Errorf("error is %v, want %s", err, tt.code)
			}
			if most > 40_000 {
				t.Errorf("%v allocations", most)
			}
		})
	}
}

// A picture of one colour takes some bytes, whatever its size: such a one is not decoded.
func TestWebPBomb(t *testing.T) {
	list := webpChunks(losslessWebP)
	copy(list[0].data[1:], []byte{0x0f, 0xe7, 0xc3, 0x09}) // 10000×10000
	src := webpFile(list...)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, _, err := webp.Strip(src, webp.Options{MaxPixels: 120_000_000})
	runtime.ReadMemStats(&after)
	if e, ok := err.(*refuse.Error); !ok || e.Code != refuse.Coding {
		t.Errorf("error is %v", err)
	}
	if size := after.TotalAlloc - before.TotalAlloc; size > 100_000 {
		t.Errorf("%d bytes are allocated", size)
	}
}

// Every byte of small files is changed, and they are cut at every byte.
func TestWebPMutations(t *testing.T) {
	accepted := 0
	for _, seed := range [][]byte{lossyWebP, losslessWebP, alphaWebP, movingWebP} {
		for at := range seed {
			for _, v := range []byte{0, 0xff, seed[at] ^ 1, seed[at] ^ 0x10, seed[at] ^ 0x80} {
				src := bytes.Clone(seed)
				src[at] = v
				if checkWebP(t, src) {
					accepted++
				}
			}
			checkWebP(t, seed[:at])
		}
	}
	if accepted < 500 {
		t.Errorf("only %d were accepted", accepted)
	}
}

func checkWebP(t *testing.T, src []byte) bool {
	t.Helper()
	o := webp.Options{MaxPixels: 1 << 16}
	webp.Inspect(src, o)
	out, _, err := webp.Strip(src, o)
	if err != nil {
		return false
	}
	if err := striptest.Account(out); err != nil {
		t.Fatalf("%x: %v", src, err)
	}
	if again, _, err := webp.Strip(out, o); err != nil || !bytes.Equal(again, out) {
		t.Fatalf("%x: twice is not once: %v", src, err)
	}
	return true
}

func FuzzWebP(f *testing.F) {
	for _, seed := range [][]byte{lossyWebP, losslessWebP, alphaWebP, movingWebP, webpHidden([]byte(canary))} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, src []byte) { checkWebP(t, src) })
}
