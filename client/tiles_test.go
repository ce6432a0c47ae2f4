package client

import (
	"bytes"
	"testing"

	"golang.org/x/image/webp"

	"safelight/client/strip/striptest"
	"safelight/crypto/manifest"
)

// TestTilesOfALargePhoto: above 24 megapixels there are tiles behind the views, upright; below there are none.
func TestTilesOfALargePhoto(t *testing.T) {
	w := newWorld(t)
	large := striptest.CameraJPEG(5800, 4200, striptest.Options{Orientation: 6})
	sent := w.send(t, SendConfig{}, given(large), photo(400, 300))
	o, err := Open(t.Context(), sent.Link, w.Config)
	if err != nil {
		t.Fatal(err)
	}
	s, err := o.Unlock(t.Context(), Key{})
	if err != nil {
		t.Fatal(err)
	}
	var sets []manifest.Variant
	for i, p := range s.Photos {
		for _, v := range p.Variants {
			if v.Role == manifest.TileSet {
				sets = append(sets, v)
				if i != 0 {
					t.Errorf("photo %d has tiles", i+1)
				}
			}
		}
	}
	if len(sets) != 1 || sets[0].Width != 4200 || sets[0].Height != 5800 {
		t.Fatalf("tile sets: %+v", sets)
	}
	tiles, err := s.share.Tiles(sets[0], s.fetch(t.Context()))
	if err != nil || len(tiles) != 5*6 {
		t.Fatalf("%d tiles, %v", len(tiles), err)
	}
	for i, want := range map[int][2]int{0: {1024, 1024}, 4: {4200 - 4*1024, 1024}, 29: {4200 - 4*1024, 5800 - 5*1024}} {
		data, err := s.share.ReadTile(sets[0], tiles[i], s.fetch(t.Context()))
		if err != nil {
			t.Fatal(err)
		}
		c, err := webp.DecodeConfig(bytes.NewReader(data))
		if err != nil || c.Width != want[0] || c.Height != want[1] {
			t.Errorf("tile %d is %d × %d, %v; want %v", i, c.Width, c.Height, err, want)
		}
	}
}
