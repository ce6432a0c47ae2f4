package variant

import (
	"image"
	"math"

	"golang.org/x/image/draw"
)

// band is how many rows or columns are scaled at a time.
const band = 128

// lanczos is the kernel of three lobes. After Catmull-Rom, which is softer, some views were still worse at libwebp's
// quality 86 than at 80 after this one.
var lanczos = &draw.Kernel{Support: 3, At: func(t float64) float64 {
	if t == 0 {
		return 1
	}
	return sinc(t) * sinc(t/3)
}}

func sinc(t float64) float64 { return math.Sin(math.Pi*t) / (math.Pi * t) }

// Scale returns src at w×h by Lanczos, on premultiplied pixels, so that the colour of what is transparent does
// not bleed into what is not.
//
// x/image/draw keeps w × (height of src) × 32 bytes while it works, 400 MB for a 48-megapixel photo. So the two
// directions are done one after the other in bands: a scale of 1 takes each pixel as it is, and the bands do not
// touch. In between there are 16 bits, because it cuts off where 8 bits end: everything came out darker by one step.
func Scale(src image.Image, w, h int) *image.RGBA {
	sb := src.Bounds()
	if w == sb.Dx() && h == sb.Dy() {
		out := image.NewRGBA(image.Rect(0, 0, w, h))
		draw.Copy(out, image.Point{}, src, sb, draw.Src, nil)
		return out
	}
	narrow := image.NewRGBA64(image.Rect(0, 0, w, sb.Dy()))
	for y := 0; y < sb.Dy(); y += band {
		n := min(band, sb.Dy()-y)
		from := image.Rect(sb.Min.X, sb.Min.Y+y, sb.Max.X, sb.Min.Y+y+n)
		lanczos.Scale(narrow, image.Rect(0, y, w, y+n), src, from, draw.Src, nil)
	}
	out := image.NewRGBA64(image.Rect(0, 0, w, h))
	for x := 0; x < w; x += band {
		n := min(band, w-x)
		from := image.Rect(x, 0, x+n, sb.Dy())
		lanczos.Scale(out, image.Rect(x, 0, x+n, h), narrow, from, draw.Src, nil)
	}
	return rounded(out)
}

// rounded returns the 8 bits that are nearest to 16.
func rounded(img *image.RGBA64) *image.RGBA {
	out := image.NewRGBA(img.Rect)
	for i := range out.Pix {
		v := uint32(img.Pix[2*i])<<8 | uint32(img.Pix[2*i+1])
		out.Pix[i] = uint8((v + 128) / 257)
	}
	return out
}

// Orient returns img as it is displayed under an EXIF orientation: 1 leaves it, 2–4 mirror or turn it by 180°, 5–8
// swap the edges. Any other value counts as 1, as viewers do it.
func Orient(img *image.RGBA, orientation int) *image.RGBA {
	if orientation < 2 || orientation > 8 {
		return img
	}
	w, h := img.Rect.Dx(), img.Rect.Dy()
	dw, dh := w, h
	if orientation >= 5 {
		dw, dh = h, w
	}
	out := image.NewRGBA(image.Rect(0, 0, dw, dh))
	for y := range h {
		for x := range w {
			dx, dy := oriented(x, y, w, h, orientation)
			s, d := y*img.Stride+4*x, dy*out.Stride+4*dx
			copy(out.Pix[d:d+4], img.Pix[s:s+4])
		}
	}
	return out
}

// oriented maps a coded pixel to where it is displayed (EXIF 2.32, tag 274).
func oriented(x, y, w, h, orientation int) (int, int) {
	switch orientation {
	case 2:
		return w - 1 - x, y
	case 3:
		return w - 1 - x, h - 1 - y
	case 4:
		return x, h - 1 - y
	case 5:
		return y, x
	case 6:
		return h - 1 - y, x
	case 7:
		return h - 1 - y, w - 1 - x
	default: // 8
		return y, w - 1 - x
	}
}

// Straight undoes premultiplication: encoders want the colour apart from its alpha.
func Straight(img *image.RGBA) *image.NRGBA {
	out := image.NewNRGBA(image.Rect(0, 0, img.Rect.Dx(), img.Rect.Dy()))
	for y := range img.Rect.Dy() {
		src, dst := img.Pix[y*img.Stride:], out.Pix[y*out.Stride:(y+1)*out.Stride]
		for i := 0; i < len(dst); i += 4 {
			a := uint32(src[i+3])
			switch a {
			case 0xff:
				copy(dst[i:i+4], src[i:i+4])
			case 0:
			default:
				for c := range 3 {
					dst[i+c] = uint8(min(0xff, (uint32(src[i+c])*0xff+a/2)/a))
				}
				dst[i+3] = uint8(a)
			}
		}
	}
	return out
}

// Flat says whether a picture looks like a screen or a drawing: more than half of its pixels equal their left neighbour.
func Flat(img *image.NRGBA) bool {
	same := 0
	for y := range img.Rect.Dy() {
		row := img.Pix[y*img.Stride:]
		for i := 4; i < 4*img.Rect.Dx(); i += 4 {
			if [4]byte(row[i:i+4]) == [4]byte(row[i-4:i]) {
				same++
			}
		}
	}
	return 2*same > img.Rect.Dx()*img.Rect.Dy()
}
