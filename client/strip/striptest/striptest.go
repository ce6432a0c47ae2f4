// Package striptest makes photos for tests: JPEGs as a camera writes them and PNG screenshots, of any size, the same
// bytes for the same options on every machine of one Go release, with what the test wants to find again planted in
// the metadata.
//
//	photo := striptest.CameraJPEG(4000, 3000, striptest.Options{Owner: "PLANTED-Amelia", GPS: &striptest.Position{52.37, 4.89}})
//
// The pictures look like a landscape from far away: smooth shapes, some edges, sensor noise. Another seed gives other
// colours. They hold no photograph of anybody and may be copied freely.
package striptest

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"math"
)

// Position is a place in decimal degrees, north and east positive.
type Position struct{ Latitude, Longitude float64 }

// Options says what is planted. The zero value is a camera's file that names its maker, model and time.
type Options struct {
	Seed        uint64
	Orientation int // 1–8; 0 is 1
	Quality     int // of the JPEG, 1–100; 0 is 90
	// Owner is planted as artist, owner name and copyright, Comment as COM segment and user comment (tEXt in a PNG),
	// MakerNote in the maker note, Serial as the body's serial number.
	Owner, Comment, MakerNote, Serial string
	GPS                               *Position
	// XMP is planted as an XMP packet, Profile is the name of an ICC profile (sRGB in all but name; with Wide
	// that of Display P3).
	XMP, Profile string
	Wide         bool
	// Panorama plants a packet that says the picture is a whole sphere.
	Panorama bool
	// Thumbnail adds the embedded thumbnail that cameras write, which shows the picture before it was cropped.
	Thumbnail bool
	// Trailer is appended behind the end of the image, as motion photos do.
	Trailer []byte
}

// Everything plants each kind of marker, all of them containing mark.
func Everything(mark string) Options {
	return Options{
		Orientation: 6, Owner: mark + "-owner", Comment: mark + "-comment", MakerNote: mark + "-maker-note", Serial: mark + "-serial",
		GPS: &Position{52.3702, 4.8952}, XMP: mark + "-xmp", Profile: mark + "-profile", Thumbnail: true, Trailer: []byte(mark + "-trailer"),
	}
}

// CameraJPEG returns a baseline 4:2:0 JPEG of w×h pixels (as stored, before orientation).
func CameraJPEG(w, h int, o Options) []byte {
	coded := EncodeJPEG(Landscape(w, h, o.Seed), o.Quality)
	var out bytes.Buffer
	out.Write(coded[:2])
	writeJPEGMetadata(&out, w, h, o)
	out.Write(coded[2:])
	out.Write(o.Trailer)
	return out.Bytes()
}

// PanoramaJPEG is CameraJPEG of a picture of a whole sphere, with the packet that says so if o asks for it. Whoever stands in
// it sees red in front, yellow to the right, blue behind and green to the left, white above and black below; a grid goes
// round every 15 degrees.
func PanoramaJPEG(w, h int, o Options) []byte {
	coded := EncodeJPEG(Sphere(w, h), o.Quality)
	var out bytes.Buffer
	out.Write(coded[:2])
	writeJPEGMetadata(&out, w, h, o)
	out.Write(coded[2:])
	return out.Bytes()
}

// Sphere draws the picture of PanoramaJPEG.
func Sphere(w, h int) *image.NRGBA {
	sides := [4]color.NRGBA{{30, 60, 200, 255}, {40, 150, 60, 255}, {200, 40, 40, 255}, {220, 190, 30, 255}}
	m := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := sides[(x*8/w+1)/2%4] // the middle of the first and the last eighth is behind
			switch {
			case y < h/6:
				c = color.NRGBA{240, 240, 240, 255}
			case y >= h-h/6:
				c = color.NRGBA{16, 16, 16, 255}
			}
			if x*24%w < 24 || y*12%h < 12 {
				c = color.NRGBA{128, 128, 128, 255}
			}
			m.SetNRGBA(x, y, c)
		}
	}
	return m
}

// EncodeJPEG codes a picture with Go's encoder, without metadata.
func EncodeJPEG(m image.Image, quality int) []byte {
	if quality == 0 {
		quality = 90
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: quality}); err != nil {
		panic("striptest: " + err.Error()) // only for sizes that JPEG cannot have
	}
	return b.Bytes()
}

// Landscape draws the picture of a seed.
func Landscape(w, h int, seed uint64) *image.YCbCr {
	m := image.NewYCbCr(image.Rect(0, 0, w, h), image.YCbCrSubsampleRatio420)
	r := random(seed*0x9e3779b97f4a7c15 + 1)
	tone := [3]int{70 + int(r.next()%110), 64 + int(r.next()%128), 64 + int(r.next()%128)}
	across, down, slant := wave(&r, w, 3), wave(&r, h, 3), wave(&r, w+h, 5)
	noise := random(seed + 7)
	for y := range h {
		row := m.Y[y*m.YStride:][:w]
		ridge := h/2 + across[y*w/h%w]*h/800
		for x := range row {
			v := tone[0] + across[x] + down[y] + slant[x+y]/2
			if y > ridge+slant[x]*h/700 {
				v -= 40
			}
			row[x] = clamp(v + int(noise.next()&7) - 3)
		}
	}
	for y := range (h + 1) / 2 {
		for x := range (w + 1) / 2 {
			i := y*m.CStride + x
			m.Cb[i] = clamp(tone[1] + across[min(2*x, w-1)]/2 - down[min(2*y, h-1)])
			m.Cr[i] = clamp(tone[2] + down[min(2*y, h-1)]/2 + slant[2*x]/2)
		}
	}
	return m
}

// Screenshot draws windows with lines of text-like marks.
func Screenshot(w, h int, seed uint64) *image.NRGBA {
	m := image.NewNRGBA(image.Rect(0, 0, w, h))
	r := random(seed*0x9e3779b97f4a7c15 + 3)
	fill := func(area image.Rectangle, c color.NRGBA) {
		area = area.Intersect(m.Rect)
		for y := area.Min.Y; y < area.Max.Y; y++ {
			for x := area.Min.X; x < area.Max.X; x++ {
				i := m.PixOffset(x, y)
				m.Pix[i], m.Pix[i+1], m.Pix[i+2], m.Pix[i+3] = c.R, c.G, c.B, c.A
			}
		}
	}
	shade := func() color.NRGBA {
		v := r.next()
		return color.NRGBA{byte(v), byte(v >> 8), byte(v >> 16), 255}
	}
	fill(m.Rect, shade())
	for range 4 {
		window := image.Rect(0, 0, w*2/3, h*2/3).Add(image.Pt(int(r.next()%uint64(w)), int(r.next()%uint64(h))).Sub(image.Pt(w/3, h/3)))
		fill(window, shade())
		ink := shade()
		for y := window.Min.Y + 12; y < window.Max.Y-12; y += 20 {
			for x := window.Min.X + 12; x < window.Max.X-40; x += 10 + int(r.next()%30) {
				fill(image.Rect(x, y, x+2+int(r.next()%12), y+9), ink)
			}
		}
	}
	return m
}

// wave returns n values of about ±40 made of a few sines.
func wave(r *random, n, sines int) []int {
	out := make([]int, n+1)
	for s := range sines {
		amplitude := 24 / float64(s+1)
		frequency := (1 + float64(s)*1.7 + float64(r.next()%100)/80) * 2 * math.Pi / float64(n)
		phase := float64(r.next()%628) / 100
		for i := range out {
			out[i] += int(math.Round(amplitude * math.Sin(float64(i)*frequency+phase)))
		}
	}
	return out
}

func clamp(v int) uint8 { return uint8(min(max(v, 0), 255)) }

// random is xorshift64: small, quick, the same everywhere. Not for secrets.
type random uint64

func (r *random) next() uint64 {
	v := uint64(*r)
	v ^= v << 13
	v ^= v >> 7
	v ^= v << 17
	*r = random(v)
	return v >> 11
}
