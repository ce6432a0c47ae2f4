package manifest

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"testing"
)

// tiled returns a tile set of a picture, and its variant.
func tiled(t testing.TB, width, height uint64) ([]byte, Variant) {
	t.Helper()
	columns, rows := Tiles(width, height)
	tiles := make([][]byte, columns*rows)
	for i := range tiles {
		tiles[i] = bytes.Repeat([]byte{byte(i + 1)}, i+1)
	}
	data, sum, err := JoinTiles(width, height, tiles)
	if err != nil {
		t.Fatal(err)
	}
	return data, Variant{Role: TileSet, Media: JPEG, Width: width, Height: height, Size: uint64(len(data)), SHA256: sum}
}

func TestTiles(t *testing.T) {
	for _, size := range [][2]uint64{{1, 1}, {1024, 1024}, {1025, 1024}, {6048, 8064}, {8064, 700}} {
		data, v := tiled(t, size[0], size[1])
		head := data[:TileHead(v.Width, v.Height)]
		tiles, err := ParseTiles(v, head)
		if err != nil {
			t.Fatalf("%v: %v", size, err)
		}
		for i, tile := range tiles {
			got := data[tile.Offset : tile.Offset+tile.Size]
			if !bytes.Equal(got, bytes.Repeat([]byte{byte(i + 1)}, i+1)) {
				t.Fatalf("%v: tile %d is %x", size, i, got)
			}
		}
		if last := tiles[len(tiles)-1]; last.Offset+last.Size != v.Size {
			t.Errorf("%v: bytes are left over", size)
		}
	}
}

func TestTilesRefuse(t *testing.T) {
	data, v := tiled(t, 2000, 2000)
	n := TileHead(2000, 2000)
	rehashed := func(edit func([]byte)) (Variant, []byte) {
		head := bytes.Clone(data[:n])
		edit(head)
		w := v
		w.SHA256 = sha256.Sum256(head)
		return w, head
	}
	larger, largerHead := rehashed(func(b []byte) { b[3]++ })
	empty, emptyHead := rehashed(func(b []byte) { b[3] = 0 })
	huge, hugeHead := rehashed(func(b []byte) { b[0] = 0xff })
	view := v
	view.Role = View
	wider := v
	wider.Width = 3000
	for name, c := range map[string]struct {
		v    Variant
		head []byte
	}{
		"a flipped bit":           {v, func() []byte { b := bytes.Clone(data[:n]); b[5] ^= 1; return b }()},
		"cut":                     {v, data[:n-1]},
		"with the first tile":     {v, data[:n+1]},
		"beyond the set":          {larger, largerHead},
		"an empty tile":           {empty, emptyHead},
		"a huge tile":             {huge, hugeHead},
		"a view":                  {view, data[:n]},
		"a picture that is wider": {wider, data[:n]},
	} {
		if _, err := ParseTiles(c.v, c.head); !errors.Is(err, ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := ParseTiles(v, data[:n]); err != nil {
		t.Errorf("control: %v", err)
	}
	for name, tiles := range map[string][][]byte{"none": nil, "too few": {{1}}, "an empty one": {{1}, {2}, {}, {4}}} {
		if _, _, err := JoinTiles(2000, 2000, tiles); !errors.Is(err, ErrInvalid) {
			t.Errorf("joined %s: %v", name, err)
		}
	}
}
