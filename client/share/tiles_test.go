package share

import (
	"bytes"
	"errors"
	"testing"

	"safelight/client/variant"
)

// TestTileSet packs a tile set and reads single tiles of it.
func TestTileSet(t *testing.T) {
	var tiles [][]byte
	for i := range 6 * 8 {
		tiles = append(tiles, webp(300+i, byte(i)))
	}
	set, err := Tiled(variant.WebP, 6048, 8064, tiles)
	if err != nil {
		t.Fatal(err)
	}
	h := newHost(t)
	p := newPacker(t, h.config())
	packQuick(t, p, 1)
	h.apply(p.CommitQuick())
	if err := p.Add(0, Full, set); err != nil {
		t.Fatal(err)
	}
	h.apply(p.Publish())
	s := h.open(nil)
	photos, err := s.Photos(h.fetch)
	if err != nil {
		t.Fatal(err)
	}
	v := photos[0].Variants[len(photos[0].Variants)-1]
	index, err := s.Tiles(v, h.fetch)
	if err != nil || len(index) != len(tiles) {
		t.Fatalf("%d tiles, %v", len(index), err)
	}
	for i := range tiles {
		if got, err := s.ReadTile(v, index[i], h.fetch); err != nil || !bytes.Equal(got, tiles[i]) {
			t.Errorf("tile %d: %d bytes, %v", i, len(got), err)
		}
	}
	swapped := index[3]
	swapped.Offset, swapped.Size = index[4].Offset, index[4].Size
	if _, err := s.ReadTile(v, swapped, h.fetch); !errors.Is(err, ErrVariant) {
		t.Errorf("another tile's bytes: %v", err)
	}
	wrong := v
	wrong.SHA256[0] ^= 1
	if _, err := s.Tiles(wrong, h.fetch); !errors.Is(err, ErrVariant) {
		t.Errorf("another head: %v", err)
	}
	if err := p.Add(0, Full, Variant{Role: variant.TileSet, Media: variant.WebP, Width: 1, Height: 1, Data: []byte{1}}); err == nil {
		t.Error("a tile set without a head was packed")
	}
	if _, err := Tiled(variant.WebP, 6048, 8064, tiles[1:]); !errors.Is(err, ErrLimit) {
		t.Errorf("a tile is missing: %v", err)
	}
}
