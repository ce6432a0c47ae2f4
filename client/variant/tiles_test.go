package variant

import (
	"errors"
	"image"
	"image/draw"
	"testing"
)

// rawEncoder keeps pixels as they are.
type rawEncoder struct{ seen []*image.NRGBA }

func (e *rawEncoder) Encode(img *image.NRGBA, _ Options) ([]byte, Media, error) {
	e.seen = append(e.seen, img)
	return []byte{1}, WebP, nil
}

// TestTilesMakeThePicture puts the tiles together again, for every orientation: they are the picture as displayed.
func TestTilesMakeThePicture(t *testing.T) {
	const w, h = 1500, 1100
	photo := image.NewRGBA(image.Rect(7, 5, 7+w, 5+h)) // bounds need not begin at the origin
	for y := range h {
		for x := range w {
			i := photo.PixOffset(7+x, 5+y)
			copy(photo.Pix[i:], []byte{byte(x), byte(y), byte(x>>8 ^ y>>8<<4), 0xff})
		}
	}
	plain := image.NewRGBA(image.Rect(0, 0, w, h))
	draw.Draw(plain, plain.Rect, photo, photo.Rect.Min, draw.Src)
	for o := 1; o <= 8; o++ {
		want := Orient(plain, o)
		dw, dh := want.Rect.Dx(), want.Rect.Dy()
		got, enc, n := image.NewRGBA(want.Rect), new(rawEncoder), 0
		err := Tiles(Photo{Image: photo, Orientation: o}, dw, dh, enc, func([]byte, Media) error {
			at := image.Pt(n%2*TileEdge, n/2*TileEdge)
			tile := enc.seen[n]
			draw.Draw(got, tile.Rect.Add(at), tile, image.Point{}, draw.Src)
			n++
			return nil
		})
		if err != nil || n != 4 {
			t.Fatalf("orientation %d: %d tiles, %v", o, n, err)
		}
		if string(got.Pix) != string(want.Pix) {
			t.Errorf("orientation %d: the tiles are another picture", o)
		}
	}
}

func TestPlanTiles(t *testing.T) {
	for _, tt := range []struct {
		name     string
		w, h     int
		animated bool
		want     bool
	}{
		{"12 megapixels", 4032, 3024, false, false},
		{"24 megapixels exactly", 6000, 4000, false, false},
		{"one row more", 6000, 4001, false, true},
		{"48 megapixels", 6048, 8064, false, true},
		{"one that moves", 6048, 8064, true, false},
	} {
		got, ok := PlanTiles(Source{Width: tt.w, Height: tt.h, Animated: tt.animated})
		if ok != tt.want {
			t.Errorf("%s: %v", tt.name, ok)
		}
		if ok && (got.Role != TileSet || got.Width != tt.w || got.Height != tt.h || !got.Later || got.Quality == 0) {
			t.Errorf("%s: %+v", tt.name, got)
		}
	}
}

// fickle answers with another format where a picture is transparent, as the pure-Go build does.
type fickle struct{}

func (fickle) Encode(img *image.NRGBA, _ Options) ([]byte, Media, error) {
	if img.Opaque() {
		return []byte{1}, JPEG, nil
	}
	return []byte{1}, WebP, nil
}

func TestTilesOfOneFormat(t *testing.T) {
	photo := image.NewNRGBA(image.Rect(0, 0, 2*TileEdge, 10))
	draw.Draw(photo, image.Rect(0, 0, TileEdge, 10), image.Black, image.Point{}, draw.Src)
	yielded := 0
	yield := func([]byte, Media) error { yielded++; return nil }
	if err := Tiles(Photo{Image: photo}, 2*TileEdge, 10, fickle{}, yield); !errors.Is(err, ErrFormats) || yielded != 1 {
		t.Errorf("half transparent: %v after %d tiles", err, yielded)
	}
	draw.Draw(photo, photo.Rect, image.Black, image.Point{}, draw.Src)
	if err := Tiles(Photo{Image: photo}, 2*TileEdge, 10, fickle{}, yield); err != nil {
		t.Errorf("opaque: %v", err)
	}
}
