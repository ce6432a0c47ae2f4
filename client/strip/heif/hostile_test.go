package heif_test

import (
	"bytes"
	"encoding/binary"
	"slices"
	"strings"
	"testing"
	"time"

	"safelight/client/strip/heif"
	"safelight/client/strip/striptest"
)

// nested returns boxes in each other.
func nested(name string, depth, head int) []byte {
	size := 8 + head
	out := make([]byte, 0, depth*size)
	for i := range depth {
		out = append(binary.BigEndian.AppendUint32(out, uint32(size*(depth-i))), name...)
		out = append(out, make([]byte, head)...)
	}
	return out
}

// repeated gives a box many entries.
func repeated(f striptest.HEIF, name string, change func([]byte) []byte) []byte {
	f.Edit = func(b string, content []byte) []byte {
		if b == name {
			return change(content)
		}
		return content
	}
	return f.Bytes()
}

// Hostile files end soon, whatever becomes of them, and never in more than a small multiple of their size.
func TestHostile(t *testing.T) {
	ftyp := striptest.SmallAVIF().Bytes()[:28]
	many := func(b []byte, n int) []byte { return bytes.Repeat(b, n) }
	extents := func(count int, sizes byte) func([]byte) []byte {
		return func(b []byte) []byte {
			out := slices.Concat([]byte{1, 0, 0, 0, sizes, 0, 0, 1}, []byte{0, 1, 0, 0, 0, 0}, binary.BigEndian.AppendUint16(nil, uint16(count)))
			return append(out, many([]byte{0, 0, 0, 0, 0, 0, 0, 99}, count)...)
		}
	}
	for name, src := range map[string][]byte{
		"boxes nested 10,000 deep":      slices.Concat(ftyp, nested("meta", 10_000, 4)),
		"properties nested 10,000 deep": repeated(striptest.SmallGrid(), "ipco", func(b []byte) []byte { return append(b, nested("ipco", 10_000, 0)...) }),
		"a million empty boxes":         slices.Concat(ftyp, many([]byte("\x00\x00\x00\x08free"), 1_000_000)),
		"a million empty boxes in meta": slices.Concat(ftyp, striptest.FullBox("meta", 0, many([]byte("\x00\x00\x00\x08free"), 1_000_000))),
		"60,000 pieces":                 repeated(striptest.SmallGrid(), "iloc", extents(60_000, 0x44)),
		"60,000 pieces of no bytes":     repeated(striptest.SmallGrid(), "iloc", extents(60_000, 0)),
		"four billion items":            repeated(striptest.SmallGrid(), "iloc", func([]byte) []byte { return []byte{2, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff} }),
		"four billion associations":     repeated(striptest.SmallGrid(), "ipma", func([]byte) []byte { return []byte{0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff} }),
		"100,000 associations": repeated(striptest.SmallGrid(), "ipma", func([]byte) []byte {
			return slices.Concat([]byte{0, 0, 0, 0, 0, 1, 0x86, 0xa0}, many([]byte{0, 1, 0}, 100_000))
		}),
		"60,000 tiles that are not there": repeated(striptest.SmallGrid(), "dimg", func([]byte) []byte { return append([]byte{0, 1, 0xea, 0x60}, many([]byte{0, 2}, 60_000)...) }),
		"a million references": repeated(striptest.SmallGrid(), "iref", func(b []byte) []byte {
			return append(b, many(striptest.Box("cdsc", []byte{0, 9, 0, 1, 0, 1}), 1_000_000)...)
		}),
		"a profile of 100 MB": profiled(100 << 20),
		"empty AV1 units": func() []byte {
			f := striptest.SmallAVIF()
			f.Items[0].Data = many([]byte{0x7a, 0}, 1_000_000)
			return f.Bytes()
		}(),
		"empty NAL units": func() []byte {
			f := striptest.SmallGrid()
			f.Items[1].Data = many(striptest.Units([]byte{0x4e, 1}), 500_000)
			return f.Bytes()
		}(),
		"many tiles, many planes for each": func() []byte {
			f := striptest.SmallGrid()
			const n = 4000
			tiles := make([]int, n)
			for i := range tiles {
				tiles[i] = 2 + i%2
			}
			f.Items[0].Data[2], f.Items[0].Data[3] = 39, 99
			f.Items[0].References[0].To = tiles
			for range 4000 {
				f.Items[1].References = append(f.Items[1].References, striptest.HEIFReference{Kind: "auxl", To: []int{2, 3, 2, 3}})
			}
			return f.Bytes()
		}(),
		"a large profile, many tiles": func() []byte {
			f := striptest.SmallGrid()
			const n = 2500
			profile := striptest.HEIFProperty{Box: striptest.Box("colr", append([]byte("prof"), striptest.ICC("x")...), make([]byte, 4<<20))}
			tile := f.Items[1]
			tile.Properties = append(slices.Clone(tile.Properties), profile)
			f.Items = f.Items[:1]
			f.Items[0].Data = []byte{0, 0, 24, 99, 100 * 64 >> 8, 100 * 64 & 255, 25 * 64 >> 8, 25 * 64 & 255}
			f.Items[0].Properties[0].Box = striptest.SizeBox(6400, 1600)
			f.Items[0].References[0].To = nil
			for i := range n {
				f.Items[0].References[0].To = append(f.Items[0].References[0].To, i+2)
				f.Items = append(f.Items, tile)
			}
			return f.Bytes()
		}(),
		"parameter sets that repeat": func() []byte {
			f := striptest.SmallGrid()
			f.Items[1].Data = many(striptest.Units(striptest.HEVCSPS), 20_000)
			return f.Bytes()
		}(),
	} {
		t.Run(name, func(t *testing.T) {
			began := time.Now()
			out, _, err := heif.Strip(src, options)
			if d := time.Since(began); d > 400*time.Millisecond {
				t.Errorf("took %v", d)
			}
			if len(out) > 5*len(src) {
				t.Errorf("%d bytes became %d", len(src), len(out))
			}
			if strings.Contains(name, "nested") {
				return
			}
			if _, err2 := heif.Inspect(src, options); err2 != nil && err == nil {
				t.Errorf("Inspect refuses what Strip takes: %v", err2)
			}
		})
	}
}

func profiled(size int) []byte {
	f := striptest.SmallAVIF()
	big := append([]byte("prof"), striptest.ICC("x")...)
	f.Items[0].Properties = append(f.Items[0].Properties, striptest.HEIFProperty{Box: striptest.Box("colr", big, make([]byte, size))})
	return f.Bytes()
}

// small are files to damage.
func small() [][]byte {
	grid := with(striptest.SmallGrid(), box("irot", 1), striptest.Box("colr", []byte("prof"), striptest.ICC("x")))
	grid.Items[0].References = append(grid.Items[0].References, striptest.HEIFReference{Kind: "zzzz", To: []int{1}})
	planted := striptest.SmallAVIF()
	planted.Items[0].Data = append(slices.Clone(planted.Items[0].Data), 0x7a, 1, 'x')
	planted.Items = append(planted.Items, striptest.HEIFItem{Kind: "Exif", Data: []byte("\x00\x00\x00\x00MM")})
	return [][]byte{striptest.SmallAVIF().Bytes(), striptest.SmallGrid().Bytes(), grid.Bytes(), planted.Bytes()}
}

// accepted checks what holds of whatever is accepted, and reports whether it was.
func accepted(t *testing.T, src []byte) bool {
	t.Helper()
	heif.Inspect(src, options)
	out, _, err := heif.Strip(src, options)
	if err != nil {
		return false
	}
	if err := striptest.Account(out); err != nil {
		t.Fatalf("residue: %v\n%x", err, src)
	}
	again, second, err := heif.Strip(out, options)
	if err != nil || !bytes.Equal(again, out) || len(second.Parts) > 0 {
		t.Fatalf("twice is not once: %v\n%x", err, src)
	}
	return true
}

// Every byte of small files is changed, and every length tried.
func TestDamage(t *testing.T) {
	taken, tried := 0, 0
	for _, good := range small() {
		for at := range good {
			for _, v := range []byte{good[at] ^ 1, good[at] ^ 2, good[at] ^ 4, good[at] ^ 8, good[at] ^ 16, good[at] ^ 32, good[at] ^ 64, good[at] ^ 128, 0, 255, good[at] + 1} {
				b := bytes.Clone(good)
				b[at] = v
				tried++
				if accepted(t, b) {
					taken++
				}
			}
			accepted(t, good[:at])
			accepted(t, slices.Delete(bytes.Clone(good), at, at+1))
			accepted(t, slices.Insert(bytes.Clone(good), at, good[at]))
		}
	}
	if taken < tried/10 || taken > tried*9/10 {
		t.Errorf("%d of %d were accepted: the test tests nothing", taken, tried)
	}
	t.Logf("%d of %d accepted", taken, tried)
}

func FuzzStrip(f *testing.F) {
	for _, b := range small() {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, src []byte) { accepted(t, src) })
}
