package variant

import (
	"errors"
	"fmt"
	"image"
	"image/draw"
)

// TileEdge is the side of a tile in pixels (FORMAT.md, Tile sets).
const TileEdge = 1024

// tiledAbove is how many pixels a photo has at least to be worth tiles: below that the original itself is the last step
// of zooming, a few megabytes away. A phone's 48 megapixels are some ten.
const tiledAbove = 24_000_000

// tileQuality is a little better than a view's: tiles are looked at closely.
const tileQuality = 85

// PlanTiles returns how the tile set of a photo is made; false if it is to have none. What moves has none: its tiles would
// be those of the first picture.
func PlanTiles(s Source) (Spec, bool) {
	if s.Width*s.Height <= tiledAbove || s.Animated {
		return Spec{}, false
	}
	return Spec{Role: TileSet, Width: s.Width, Height: s.Height, Quality: tileQuality, Later: true}, true
}

// ErrFormats is what Tiles returns where the encoder answers with different formats: the tiles of a set have one.
var ErrFormats = errors.New("the tiles of a photo came out in different formats")

// Tiles codes a photo in tiles as FORMAT.md has them, and yields them row by row: upright, each at most TileEdge wide
// and high. width and height are as displayed.
func Tiles(p Photo, width, height int, enc Encoder, yield func([]byte, Media) error) error {
	var all Media
	for y := 0; y < height; y += TileEdge {
		for x := 0; x < width; x += TileEdge {
			at := image.Rect(x, y, min(x+TileEdge, width), min(y+TileEdge, height))
			data, media, err := enc.Encode(Straight(tile(p, at, width, height)), Options{Quality: tileQuality, Profile: p.Profile})
			if err != nil {
				return fmt.Errorf("encoding the tile at %v: %w", at.Min, err)
			}
			if all == 0 {
				all = media
			}
			if media != all {
				return ErrFormats
			}
			if err := yield(data, media); err != nil {
				return err
			}
		}
	}
	return nil
}

// tile cuts a rectangle of the picture as displayed out of the picture as coded, and turns it upright.
func tile(p Photo, at image.Rectangle, width, height int) *image.RGBA {
	from := coded(at, p.Orientation, width, height).Add(p.Image.Bounds().Min)
	cut := image.NewRGBA(image.Rect(0, 0, from.Dx(), from.Dy()))
	draw.Draw(cut, cut.Rect, p.Image, from.Min, draw.Src)
	return Orient(cut, p.Orientation)
}

// coded returns where a rectangle of the picture as displayed, width × height, lies in the picture as coded.
func coded(r image.Rectangle, orientation, width, height int) image.Rectangle {
	flipX := image.Rect(width-r.Max.X, r.Min.Y, width-r.Min.X, r.Max.Y)
	flipY := image.Rect(r.Min.X, height-r.Max.Y, r.Max.X, height-r.Min.Y)
	both := image.Rect(flipX.Min.X, flipY.Min.Y, flipX.Max.X, flipY.Max.Y)
	swap := func(q image.Rectangle) image.Rectangle { return image.Rect(q.Min.Y, q.Min.X, q.Max.Y, q.Max.X) }
	switch orientation {
	case 2:
		return flipX
	case 3:
		return both
	case 4:
		return flipY
	case 5:
		return swap(r)
	case 6: // turned clockwise to be shown: what is on the right was above
		return swap(flipX)
	case 7:
		return swap(both)
	case 8:
		return swap(flipY)
	}
	return r
}
