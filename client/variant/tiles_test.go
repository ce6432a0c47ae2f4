package variant

import (
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

func TestTiled(t *testing.T) {
	for _, tt := range []struct {
		w, h int
		want bool
	}{{4032, 3024, false}, {6000, 4000, false}, {6048, 8064, true}} {
		if got := Tiled(Source{Width: tt.w, Height: tt.h}); got != tt.want {
			t.Errorf("%d × %d: %v", tt.w, tt.h, got)
		}
	}
}
