package native

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"image/draw"
	_ "unsafe" // for go:linkname

	"github.com/gen2brain/avif"

	"safelight/client/strip/icc"
	"safelight/client/variant"
)

// avifDynamic says that the wrapper of libavif (libaom, as WebAssembly) prefers a library of the system, which would decode
// hostile files with our rights. That is switched off.
//
//go:linkname avifDynamic github.com/gen2brain/avif.dynamic
var avifDynamic bool

func init() { avifDynamic = false }

var errHEIF = errors.New("decoding: the boxes do not say what is needed")

// decodeHEIC returns a photo upright and cropped as its file says: the decoder turns it. Its planes are taken for what JPEG
// has, full range and BT.601, which is what phones write, unless the file says otherwise.
func decodeHEIC(data []byte) (image.Image, error) {
	img, err := decodeLibheif(data)
	if err != nil {
		return nil, err
	}
	if planes, ok := img.(*image.YCbCr); ok {
		if c, ok := coding(data); ok && (c.limited || c.matrix != 5 && c.matrix != 6 && c.matrix != 2) {
			return c.convert(planes), nil
		}
	}
	return img, nil
}

// decodeAVIF does the turning and cropping itself.
func decodeAVIF(data []byte) (image.Image, error) {
	img, err := avif.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	area, err := aperture(data, img.Bounds())
	if err != nil {
		return nil, err
	}
	turn := turned(data)
	if area == img.Bounds() && turn == 1 {
		return img, nil
	}
	out := image.NewRGBA(image.Rect(0, 0, area.Dx(), area.Dy()))
	draw.Draw(out, out.Rect, img, area.Min, draw.Src)
	return variant.Orient(out, turn), nil
}

// boxes returns the payloads of the boxes with a name, found by their name and a size that can be. A file with other bytes
// of that look is decoded wrongly, not dangerously.
func boxes(data []byte, name string) (found [][]byte) {
	for at := 4; ; {
		next := bytes.Index(data[min(at, len(data)):], []byte(name))
		if next < 0 || len(found) > 1000 {
			return found
		}
		at += next
		size := uint64(binary.BigEndian.Uint32(data[at-4:]))
		if size >= 8 && uint64(at-4)+size <= uint64(len(data)) {
			found = append(found, data[at+4:uint64(at-4)+size])
		}
		at += 4
	}
}

// heifSize returns the largest size that any picture in the file is said to have, so that no more is decoded than is
// allowed.
func heifSize(data []byte) (image.Config, error) {
	var c image.Config
	for _, b := range boxes(data, "ispe") {
		if len(b) != 12 {
			return c, errHEIF
		}
		w, h := int(binary.BigEndian.Uint32(b[4:])), int(binary.BigEndian.Uint32(b[8:]))
		if w*h > c.Width*c.Height || c.Width == 0 {
			c.Width, c.Height = w, h
		}
	}
	if c.Width == 0 {
		return c, errHEIF
	}
	return c, nil
}

// turned returns irot and imir as an EXIF orientation.
func turned(data []byte) int {
	quarter, mirror := 0, -1
	if b := boxes(data, "irot"); len(b) > 0 && len(b[0]) == 1 {
		quarter = int(b[0][0] & 3)
	}
	if b := boxes(data, "imir"); len(b) > 0 && len(b[0]) == 1 {
		mirror = int(b[0][0] & 1)
	}
	// Anticlockwise quarters; then mirrored top to bottom (0) or left to right (1).
	return [3][4]int{{1, 8, 3, 6}, {4, 5, 2, 7}, {2, 7, 4, 5}}[mirror+1][quarter]
}

// aperture returns what of the picture is to be seen.
func aperture(data []byte, all image.Rectangle) (image.Rectangle, error) {
	list := boxes(data, "clap")
	if len(list) == 0 {
		return all, nil
	}
	b := list[0]
	if len(b) != 32 {
		return all, errHEIF
	}
	for _, other := range list[1:] {
		if !bytes.Equal(b, other) {
			return all, errHEIF
		}
	}
	n := func(i int) float64 { return float64(int32(binary.BigEndian.Uint32(b[4*i:]))) }
	if n(1) <= 0 || n(3) <= 0 || n(5) <= 0 || n(7) <= 0 {
		return all, errHEIF
	}
	w, h := n(0)/n(1), n(2)/n(3)
	x := n(4)/n(5) + (float64(all.Dx())-w)/2
	y := n(6)/n(7) + (float64(all.Dy())-h)/2
	area := image.Rect(int(x+0.5), int(y+0.5), int(x+w+0.5), int(y+h+0.5))
	if w < 1 || h < 1 || x < 0 || y < 0 || !area.In(all) {
		return all, errHEIF
	}
	return area, nil
}

// heifProfile returns the colour profile, or makes one of the numbers for colours.
func heifProfile(data []byte) []byte {
	for _, b := range boxes(data, "colr") {
		if len(b) > 4 && (string(b[:4]) == "prof" || string(b[:4]) == "rICC") {
			return b[4:]
		}
	}
	if c, ok := coding(data); ok {
		return icc.Primaries(c.primaries)
	}
	return nil
}

// numbers are how colours are coded (ITU-T H.273).
type numbers struct {
	primaries, matrix int
	limited           bool // to 16–235
}

func coding(data []byte) (numbers, bool) {
	for _, b := range boxes(data, "colr") {
		if len(b) == 11 && string(b[:4]) == "nclx" {
			return numbers{int(binary.BigEndian.Uint16(b[4:])), int(binary.BigEndian.Uint16(b[8:])), b[10]&0x80 == 0}, true
		}
	}
	return numbers{}, false
}

// convert turns planes into colours.
func (c numbers) convert(img *image.YCbCr) image.Image {
	kr, kb := 0.299, 0.114
	switch c.matrix {
	case 1:
		kr, kb = 0.2126, 0.0722
	case 9, 10:
		kr, kb = 0.2627, 0.0593
	}
	scale, colour, black := 1.0, 1.0, 0.0
	if c.limited {
		scale, colour, black = 255.0/219, 255.0/224, 16
	}
	out := image.NewRGBA(img.Rect)
	byteOf := func(v float64) uint8 { return uint8(min(max(v, 0), 255) + 0.5) }
	for y := img.Rect.Min.Y; y < img.Rect.Max.Y; y++ {
		row := out.Pix[out.PixOffset(img.Rect.Min.X, y):]
		for x := img.Rect.Min.X; x < img.Rect.Max.X; x++ {
			luma := (float64(img.Y[img.YOffset(x, y)]) - black) * scale
			i := img.COffset(x, y)
			u, v := (float64(img.Cb[i])-128)*colour, (float64(img.Cr[i])-128)*colour
			pixel := row[4*(x-img.Rect.Min.X):]
			r, b := luma+2*(1-kr)*v, luma+2*(1-kb)*u
			pixel[0], pixel[1], pixel[2], pixel[3] = byteOf(r), byteOf((luma-kr*r-kb*b)/(1-kr-kb)), byteOf(b), 255
			if c.matrix == 0 { // the planes are green, blue, red
				pixel[0], pixel[1], pixel[2] = byteOf(v+128), byteOf(luma), byteOf(u+128)
			}
		}
	}
	return out
}
