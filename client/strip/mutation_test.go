package strip_test

import (
	"bytes"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"

	"safelight/client/strip"
	"safelight/client/strip/striptest"
)

// TestMutations changes a few bytes of good files, as damage does, most of them near the front, where structure is. What
// is accepted all the same has to be as clean as ever. MUTATIONS asks for more than the usual number.
func TestMutations(t *testing.T) {
	count := 1500
	if n, err := strconv.Atoi(os.Getenv("MUTATIONS")); err == nil {
		count = n
	}
	o := striptest.Everything("x")
	seeds := [][]byte{striptest.CameraJPEG(33, 17, o), striptest.ScreenshotPNG(9, 7, o), plainJPEG(), grayJPEG(t, 20, 20)}
	list, places := layouts(), pngPlaces()
	for _, name := range slices.Sorted(maps.Keys(list)) {
		seeds = append(seeds, list[name].Code())
	}
	for _, name := range slices.Sorted(maps.Keys(places)) {
		seeds = append(seeds, places[name])
	}
	r := rand.New(rand.NewPCG(1, 2))
	accepted := 0
	for i := range count {
		src := slices.Clone(seeds[i%len(seeds)])
		for range 1 + r.IntN(4) {
			at := r.IntN(len(src))
			if r.IntN(3) > 0 {
				at = r.IntN(min(len(src), 700))
			}
			switch r.IntN(4) {
			case 0:
				src[at] = byte(r.IntN(256))
			case 1:
				src[at] ^= 1 << r.IntN(8)
			case 2:
				src = slices.Delete(src, at, min(at+1+r.IntN(4), len(src)))
			case 3:
				src = slices.Insert(src, at, src[at:min(at+1+r.IntN(8), len(src))]...)
			}
			if len(src) == 0 {
				src = []byte{0xff}
			}
		}
		out, _, err := strip.Strip(src)
		if err != nil {
			continue
		}
		accepted++
		if err := striptest.Account(out); err != nil {
			t.Fatalf("mutation %d: %v\n%x", i, err, src)
		}
		again, second, err := strip.Strip(out)
		if err != nil || !bytes.Equal(again, out) || second.Recoded {
			t.Fatalf("mutation %d: twice is not once: %v\n%x", i, err, src)
		}
		before, errBefore := pngDecode(src)
		after, errAfter := pngDecode(out)
		if errBefore == nil && errAfter != nil {
			t.Fatalf("mutation %d: the result does not decode: %v\n%x", i, errAfter, src)
		}
		if errBefore == nil && bytes.HasPrefix(src, []byte{0xff, 0xd8}) {
			if err := differ(before, after); err != nil {
				t.Fatalf("mutation %d: %v\n%x", i, err, src)
			}
		}
	}
	if accepted < count/20 {
		t.Errorf("only %d of %d were accepted: the test tests nothing", accepted, count)
	}
}
