package icc_test

import (
	"bytes"
	"encoding/binary"
	"slices"
	"testing"

	"safelight/client/strip/icc"
	"safelight/client/strip/striptest"
)

// tagged returns a profile of the given class of numbers with the given tags.
func tagged(space string, version byte, tags map[string][]byte) []byte {
	head := striptest.ICC("name")[:128]
	head[8] = version
	copy(head[16:], space)
	out := binary.BigEndian.AppendUint32(slices.Clone(head), uint32(len(tags)))
	at := 132 + 12*len(tags)
	var body []byte
	for name, data := range tags {
		out = append(out, name...)
		out = binary.BigEndian.AppendUint32(out, uint32(at+len(body)))
		out = binary.BigEndian.AppendUint32(out, uint32(len(data)))
		body = append(body, data...)
		body = append(body, make([]byte, -len(body)&3)...)
	}
	out = append(out, body...)
	binary.BigEndian.PutUint32(out, uint32(len(out)))
	return out
}

const identity = "curv\x00\x00\x00\x00\x00\x00\x00\x00"

// lut8 converts CMYK to three numbers with a grid of two points.
func lut8() []byte {
	b := []byte("mft1\x00\x00\x00\x00\x04\x03\x02\x00")
	b = append(b, make([]byte, 36)...)
	return append(b, make([]byte, 256*4+16*3+256*3)...)
}

func lut16() []byte {
	b := []byte("mft2\x00\x00\x00\x00\x04\x03\x02\x00")
	b = append(b, make([]byte, 36)...)
	b = append(b, 0, 2, 0, 2)
	return append(b, make([]byte, 2*(2*4+16*3+2*3))...)
}

// pipeline is an element of all five parts, with gaps that hold text between them.
func pipeline(kind string, in, out int, gap string) []byte {
	near, far := out, in
	if kind == "mBA " {
		near, far = in, out
	}
	b := append([]byte(kind), 0, 0, 0, 0, byte(in), byte(out), 0, 0)
	b = append(b, make([]byte, 20)...)
	part := func(i int, data []byte) {
		b = append(b, gap...)
		b = append(b, make([]byte, -len(b)&3)...)
		binary.BigEndian.PutUint32(b[12+4*i:], uint32(len(b)))
		b = append(b, data...)
		b = append(b, make([]byte, -len(b)&3)...)
	}
	grid := 1
	points := make([]byte, 16)
	for i := range in {
		points[i] = 2
		grid *= 2
	}
	part(3, slices.Concat(points, []byte{1, 0, 0, 0}, make([]byte, grid*out)))
	part(0, bytes.Repeat([]byte(identity), near))
	part(1, make([]byte, 48))
	part(2, bytes.Repeat([]byte(identity), near))
	part(4, bytes.Repeat([]byte(identity), far))
	return append(b, gap...)
}

func TestRebuild(t *testing.T) {
	const mark = "PLANTEDMUSIC"
	gray := map[string][]byte{"kTRC": []byte(identity), "wtpt": []byte("XYZ \x00\x00\x00\x00PLANPLANPLAN")}
	for _, tt := range []struct {
		name, space string
		src         []byte
	}{
		{"matrix", "RGB ", striptest.ICC(mark)},
		{"wide gamut", "RGB ", striptest.DisplayP3(mark)},
		{"gray", "GRAY", tagged("GRAY", 2, gray)},
		{"version 4", "GRAY", tagged("GRAY", 4, gray)},
		{"8 bit table", "CMYK", tagged("CMYK", 2, map[string][]byte{"A2B0": append(lut8(), mark...), "desc": []byte("desc" + mark)})},
		{"16 bit table", "CMYK", tagged("CMYK", 2, map[string][]byte{"A2B0": append(lut16(), mark...), "B2A0": lut16()})},
		{"pipeline", "CMYK", tagged("CMYK", 4, map[string][]byte{"A2B0": pipeline("mAB ", 4, 3, mark), "B2A0": pipeline("mBA ", 3, 4, mark)})},
		{"curve with a tail", "GRAY", tagged("GRAY", 2, map[string][]byte{"kTRC": []byte("para\x00\x00\x00\x00\x00\x00xx\x00\x02\x33\x33" + mark)})},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := icc.Rebuild(tt.src, tt.space)
			if err != nil {
				t.Fatal(err)
			}
			if bytes.Contains(got.Data, []byte(mark)) || bytes.Contains(got.Data, []byte("SFLT")) {
				t.Error("names survive")
			}
			if name := icc.Name(got.Data); name != "c\x00" && name != "c" {
				t.Errorf("it is called %q", name)
			}
			again, err := icc.Rebuild(got.Data, tt.space)
			if err != nil || !bytes.Equal(again.Data, got.Data) || again.Wide != got.Wide {
				t.Errorf("twice is not once: %v", err)
			}
			if got.Wide != (tt.name == "wide gamut") || got.SRGB {
				t.Errorf("wide is %v, sRGB %v", got.Wide, got.SRGB)
			}
		})
	}
}

func TestRebuildRefuses(t *testing.T) {
	whole := striptest.ICC("name")
	with := func(at int, b ...byte) []byte {
		p := slices.Clone(whole)
		copy(p[at:], b)
		return p
	}
	for _, tt := range []struct {
		name, space string
		src         []byte
	}{
		{"nothing", "RGB ", nil},
		{"cut", "RGB ", whole[:200]},
		{"no signature", "RGB ", with(36, 'x')},
		{"another space", "CMYK", whole},
		{"version 5", "RGB ", with(8, 5)},
		{"device link", "RGB ", with(12, []byte("link")...)},
		{"more tags than bytes", "RGB ", with(128, 0, 0, 0, 199)},
		{"no tags", "RGB ", with(128, 0, 0, 0, 0)},
		{"a table of 255^15 entries", "CMYK", tagged("CMYK", 2, map[string][]byte{"A2B0": append([]byte("mft1\x00\x00\x00\x00\x0f\x0f\xff\x00"), make([]byte, 5000)...)})},
		{"a curve of 4 giga entries", "GRAY", tagged("GRAY", 2, map[string][]byte{"kTRC": []byte("curv\x00\x00\x00\x00\xff\xff\xff\xff")})},
		{"a table only for the way back", "CMYK", tagged("CMYK", 2, map[string][]byte{"B2A0": lut8()})},
	} {
		if _, err := icc.Rebuild(tt.src, tt.space); err == nil {
			t.Errorf("%s: was rebuilt", tt.name)
		}
	}
}

func FuzzRebuild(f *testing.F) {
	f.Add(striptest.ICC("name"))
	f.Add(tagged("CMYK", 4, map[string][]byte{"A2B0": pipeline("mAB ", 4, 3, "x"), "B2A0": lut16()}))
	f.Add(tagged("GRAY", 2, map[string][]byte{"kTRC": []byte(identity), "A2B0": lut8()}))
	f.Fuzz(func(t *testing.T, src []byte) {
		icc.Name(src)
		for _, space := range []string{"RGB ", "GRAY", "CMYK"} {
			got, err := icc.Rebuild(src, space)
			if err != nil {
				continue
			}
			again, err := icc.Rebuild(got.Data, space)
			if err != nil || !bytes.Equal(again.Data, got.Data) {
				t.Fatalf("twice is not once: %v", err)
			}
		}
	})
}
