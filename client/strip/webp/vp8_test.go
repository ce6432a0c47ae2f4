package webp

import (
	"bytes"
	"encoding/base64"
	"math/rand/v2"
	"testing"

	"golang.org/x/image/vp8"
)

// photo is VP8 data of 64×48 pixels with segments, filter and skipped blocks, by cwebp 1.2.4.
func photo(t testing.TB) []byte {
	t.Helper()
	b, err := base64.StdEncoding.DecodeString(photoWebP)
	if err != nil {
		t.Fatal(err)
	}
	return b[20:]
}

// talkative writes a frame as differently as the format allows: four partitions with marks behind each and behind the
// modes, probabilities that spell where no token needs them, segments that nobody is in, and deltas of frames that
// never come.
func talkative(t testing.TB, src, mark []byte) []byte {
	t.Helper()
	d := &lossy{}
	if err := d.open(src); err != nil {
		t.Fatal(err)
	}
	if err := d.walk(d.count); err != nil {
		t.Fatal(err)
	}
	h, s := &d.header, &d.stats
	if h.mapped && len(s.order) == 4 {
		t.Fatal("all segments are used")
	}
	f := newBoolWriter()
	f.uint(3, 2)
	f.uint(15, 4)
	for i := range 4 {
		f.flag(true)
		v := h.base
		if h.segments {
			v = h.quantizer[i]
		}
		if s.segments[i] == 0 {
			v = int(mark[i])
		}
		f.uint(v, 7)
		f.flag(false)
	}
	for i := range 4 {
		f.flag(true)
		v := h.level
		if h.segments {
			v = h.strength[i]
		}
		if s.segments[i] == 0 {
			v = int(mark[i]) & 63
		}
		f.uint(v, 6)
		f.flag(v == 0) // minus zero
	}
	for range 3 {
		f.flag(true)
		f.uint(77, 8)
	}
	f.flag(h.simple)
	f.uint(h.level, 6)
	f.uint(h.sharpness, 3)
	f.uint(3, 2)
	for i := range 8 {
		f.flag(true)
		v := int(mark[i]) & 63
		if i == 0 || i == 4 {
			v = []int{h.intra, h.detailed}[i/4]
		}
		f.uint(v, 6)
		f.flag(false)
	}
	f.uint(2, 2)
	f.uint(h.base, 7)
	for _, v := range h.deltas {
		f.optional(v, 4)
	}
	f.flag(true)
	probs := defaultProbs
	for i := range probs {
		if s.tokens[i] == [2]int{} {
			probs[i] = mark[i%len(mark)]
		} else {
			probs[i] = 1 + uint8(i%200)
		}
		f.bit(updateProbs[i], true)
		f.uint(int(probs[i]), 8)
	}
	f.flag(true)
	f.uint(99, 8)
	var tokens [4]boolWriter
	for i := range tokens {
		tokens[i] = newBoolWriter()
	}
	second, n := &lossy{}, 0
	second.open(src)
	second.walk(func(b *macroblock) {
		f.bit(77, b.segment > 1)
		f.bit(77, b.segment&1 == 1)
		f.bit(99, b.empty)
		for _, m := range b.modes {
			f.bit(m.prob, m.set)
		}
		w := &tokens[n/second.width%4]
		for _, k := range b.tokens {
			prob := k.prob
			if k.at >= 0 {
				prob = probs[k.at]
			}
			if !b.empty {
				w.bit(prob, k.set)
			}
		}
		n++
	})
	first := append(f.finish(), mark...)
	out := append24(nil, 2<<1|0x10|len(first)<<5)
	out = append(append(out, src[3:10]...), first...)
	var body []byte
	for i := range tokens {
		part := append(tokens[i].finish(), mark...)
		if i < 3 {
			out = append24(out, len(part))
		}
		body = append(body, part...)
	}
	return append(out, body...)
}

// However a frame is written, it is rewritten the same way, and shows the same.
func TestTalkative(t *testing.T) {
	src, mark := photo(t), []byte("PLANTEDMUSIC")
	odd := talkative(t, src, mark)
	if !bytes.Equal(pixelsOf(t, src), pixelsOf(t, odd)) {
		t.Fatal("the test writes another picture")
	}
	if bytes.Count(odd, mark) < 5 {
		t.Error("control: nothing is planted")
	}
	want, err := recodeLossy(src)
	if err != nil {
		t.Fatal(err)
	}
	got, err := recodeLossy(odd)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("recodeLossy = %d bytes, want %d, %v", len(got), len(want), err)
	}
	if !bytes.Equal(pixelsOf(t, src), pixelsOf(t, got)) {
		t.Error("pixels differ")
	}
}

func pixelsOf(t testing.TB, frame []byte) []byte {
	t.Helper()
	d := vp8.NewDecoder()
	d.Init(bytes.NewReader(frame), len(frame))
	if _, err := d.DecodeFrameHeader(); err != nil {
		t.Fatal(err)
	}
	m, err := d.DecodeFrame()
	if err != nil {
		t.Fatal(err)
	}
	return append(append(bytes.Clone(m.Y), m.Cb...), m.Cr...)
}

// Bits come out as they went in, with every probability, and the last byte is needed.
func TestBoolCoder(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		n := 1 + r.IntN(400)
		probs, bits := make([]uint8, n), make([]bool, n)
		w := newBoolWriter()
		for i := range n {
			probs[i] = uint8(1 + r.IntN(255))
			bits[i] = r.IntN(256) >= int(probs[i]) != (r.IntN(20) == 0)
			w.bit(probs[i], bits[i])
		}
		coded := w.finish()
		read := func(b []byte) (same, ended bool) {
			d := newBoolReader(b)
			same = true
			for i := range n {
				same = same && d.bit(probs[i]) == bits[i]
			}
			return same, d.ended
		}
		if same, ended := read(coded); !same || ended {
			t.Fatalf("%d bits: same %v, ended %v", n, same, ended)
		}
		if _, ended := read(coded[:len(coded)-1]); !ended {
			t.Fatalf("%d bits: the last byte is not needed", n)
		}
	}
}

// A Huffman code never exceeds its limit and is complete.
func TestLengths(t *testing.T) {
	fibonacci := []int{1, 1}
	for len(fibonacci) < 40 {
		fibonacci = append(fibonacci, fibonacci[len(fibonacci)-1]+fibonacci[len(fibonacci)-2])
	}
	for _, counts := range [][]int{fibonacci, {1, 0, 5, 0, 1}, fibonacci[:19]} {
		for _, limit := range []int{7, 15} {
			lengths := lengthsOf(counts, limit)
			space := 0
			for i, n := range lengths {
				if (n > 0) != (counts[i] > 0) || int(n) > limit {
					t.Errorf("lengthsOf(%v, %d) = %v", counts, limit, lengths)
				}
				if n > 0 {
					space += 1 << (15 - n)
				}
			}
			if space != 1<<15 {
				t.Errorf("lengthsOf(%v, %d) = %v is not complete", counts, limit, lengths)
			}
		}
	}
}

const photoWebP = "UklGRkgBAABXRUJQVlA4IDwBAADwCQCdASpAADAAPwFCimArIxWb/VCwEAT2AE6ZqsYUiGoABGSDfWT3bT0vYlChUAeB1WJYC0M1OOWOd7uPV9FGoiQDWWQMo3nkPpBjnMRKGs2RKpcsPhFgAP6vbhXbjHLS8ACuFacTv8EwWXYQdhRW2Hfq38CTgoX4teUMty6Tq79ytYvEKGwuLu8FbV8Dp/BlLNFII9I9pR1H1m4Xf+ZGIU1z+X9tbAkZ1lg9HpuGBrqpru8thplzOojEvjEUsKYMKuNUY3xHiryLa+HRxIJA1ciq8LlAxKABLtR7ALbj0G6bPla9ZPMO9YV7DB2/XWP3Dk0Lc/hfurHKqDmC88QNCFgcdX0nPnNaiyGyZ3/JShWVoks6J0LLEV1bQvfwDoVd2kkiPi4QtFScMQAQITfEpaa/4pcfEkiGGIAA"
