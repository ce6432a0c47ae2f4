package gif

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// What is encoded decodes to the same, with every size of codes, also when the table runs full; nothing is left over.
func TestCodes(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var d decoder
	for bits := 2; bits <= 8; bits++ {
		for _, n := range []int{1, 2, 255, 5000, 100_000} {
			pixels := make([]byte, n)
			for i := range pixels {
				if r.IntN(3) > 0 || i == 0 {
					pixels[i] = byte(r.IntN(1 << bits))
				} else {
					pixels[i] = pixels[i-1]
				}
			}
			out, err := encode(nil, pixels, bits)
			if err != nil {
				t.Fatal(err)
			}
			got := make([]byte, n)
			used, more, err := d.decode(got, out[1:len(out)-1], out[0])
			if content := len(out) - 2 - (len(out)-2+255)/256; err != nil || more || used != content || !slices.Equal(got, pixels) {
				t.Errorf("%d pixels of %d bits: used %d of %d bytes, more %v, error %v", n, bits, used, content, more, err)
			}
		}
	}
}

// storedAt is a permutation of the rows in the order of the four passes.
func TestInterlacing(t *testing.T) {
	for h := range 40 {
		var want []int
		for _, pass := range [][2]int{{0, 8}, {4, 8}, {2, 4}, {1, 2}} {
			for y := pass[0]; y < h; y += pass[1] {
				want = append(want, y)
			}
		}
		for n, y := range want {
			if got := storedAt(y, h); got != n {
				t.Errorf("storedAt(%d, %d) = %d, want %d", y, h, got, n)
			}
		}
	}
}

// A code cannot stand for more pixels than most says.
func TestMost(t *testing.T) {
	for _, tt := range [][2]int{{0, 0}, {1, 1}, {4, 10}, {5000, 5000 * 4096}} {
		if got := most(tt[0]); got != tt[1] {
			t.Errorf("most(%d) = %d, want %d", tt[0], got, tt[1])
		}
	}
}
