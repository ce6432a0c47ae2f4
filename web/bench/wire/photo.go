package main

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/jpeg"
	"math"
	"math/rand/v2"
	"os"
)

const (
	width, height = 4032, 3024
	aimed         = 4_200_000 // bytes
	quality       = 92
)

// writePhoto writes what a camera might have taken: soft light, shapes with edges, texture in many sizes, and noise of the
// sensor, as much of it as makes the file as large as one from a camera.
func writePhoto(seed uint64, name string) error {
	file, err := photo(newScene(seed, width, height), aimed)
	if err != nil {
		return err
	}
	return os.WriteFile(name, file, 0o600)
}

// photo looks for the noise with which the file of a scene has a size.
func photo(s *scene, size int) ([]byte, error) {
	little, much := 0.0, 24.0
	var file []byte
	for range 7 {
		noise := (little + much) / 2
		var out bytes.Buffer
		if err := jpeg.Encode(&out, s.render(noise), &jpeg.Options{Quality: quality}); err != nil {
			return nil, err
		}
		file = out.Bytes()
		if len(file) > size {
			much = noise
		} else {
			little = noise
		}
		if math.Abs(float64(len(file)-size)) < float64(size)/200 {
			break
		}
	}
	return withExif(file), nil
}

// A scene is light and texture, without noise, on a plane per component.
type scene struct {
	seed          uint64
	width, height int
	luma          []float32
	cb, cr        []uint8
}

// newScene makes one. width and height are even.
func newScene(seed uint64, width, height int) *scene {
	random := rand.New(rand.NewPCG(seed, 12))
	s := &scene{seed, width, height, make([]float32, width*height), make([]uint8, width*height/4), make([]uint8, width*height/4)}
	shapes := make([]shape, 40)
	for i := range shapes {
		shapes[i] = newShape(random)
	}
	light := newField(random, 3, 2)
	texture := []field{newField(random, 24, 18), newField(random, 120, 90), newField(random, 500, 375), newField(random, 1300, 975)}
	depth := []float64{34, 22, 13, 7}
	warm, green := newField(random, 5, 4), newField(random, 7, 5)
	for y := range height {
		v := float64(y) / float64(height)
		for x := range width {
			u := float64(x) / float64(width)
			luma := 128 + 60*light.at(u, v)
			rough := 0.35 + 0.65*math.Abs(warm.at(v, u))
			for i, t := range texture {
				luma += depth[i] * rough * t.at(u, v)
			}
			b, r := 18*warm.at(u, v), 16*green.at(u, v)
			for _, shape := range shapes {
				if shape.covers(u, v) {
					luma, b, r = luma*0.6+shape.luma, b*0.5+shape.cb, r*0.5+shape.cr
				}
			}
			s.luma[y*width+x] = float32(luma)
			if x%2 == 0 && y%2 == 0 {
				at := y/2*(width/2) + x/2
				s.cb[at], s.cr[at] = clamp(128+b), clamp(128+r)
			}
		}
	}
	return s
}

// render adds noise of a standard deviation.
func (s *scene) render(noise float64) image.Image {
	picture := image.NewYCbCr(image.Rect(0, 0, s.width, s.height), image.YCbCrSubsampleRatio420)
	copy(picture.Cb, s.cb)
	copy(picture.Cr, s.cr)
	random := rand.New(rand.NewPCG(s.seed, 1))
	for i, luma := range s.luma {
		bits := random.Uint64() // the sum of four bytes is near enough to a normal distribution
		sum := float64(bits&255) + float64(bits>>8&255) + float64(bits>>16&255) + float64(bits>>24&255)
		picture.Y[i] = clamp(float64(luma) + noise*(sum-510)/148)
	}
	return picture
}

func clamp(v float64) uint8 { return uint8(max(0, min(255, math.Round(v)))) }

// A field is smooth random values between -1 and 1 over the unit square.
type field struct {
	columns, rows int
	values        []float64
}

func newField(random *rand.Rand, columns, rows int) field {
	f := field{columns, rows, make([]float64, (columns+2)*(rows+2))}
	for i := range f.values {
		f.values[i] = 2*random.Float64() - 1
	}
	return f
}

func (f field) at(u, v float64) float64 {
	x, y := u*float64(f.columns), v*float64(f.rows)
	i, j := min(int(x), f.columns), min(int(y), f.rows)
	fx, fy := ease(x-float64(i)), ease(y-float64(j))
	row := f.columns + 2
	a, b := f.values[j*row+i], f.values[j*row+i+1]
	c, d := f.values[(j+1)*row+i], f.values[(j+1)*row+i+1]
	return (a+(b-a)*fx)*(1-fy) + (c+(d-c)*fx)*fy
}

func ease(t float64) float64 { return t * t * (3 - 2*t) }

// A shape is an ellipse with a sharp edge.
type shape struct {
	u, v, a, b, turn float64
	luma, cb, cr     float64
}

func newShape(random *rand.Rand) shape {
	between := func(from, to float64) float64 { return from + (to-from)*random.Float64() }
	return shape{
		u: random.Float64(), v: random.Float64(), a: between(0.01, 0.12), b: between(0.01, 0.12), turn: between(0, math.Pi),
		luma: between(0, 90), cb: between(-30, 30), cr: between(-30, 30),
	}
}

func (s shape) covers(u, v float64) bool {
	if math.Abs(u-s.u) > 0.13 || math.Abs(v-s.v) > 0.13 {
		return false
	}
	sin, cos := math.Sincos(s.turn)
	x, y := (u-s.u)*cos+(v-s.v)*sin, (v-s.v)*cos-(u-s.u)*sin
	return x*x/(s.a*s.a)+y*y/(s.b*s.b) < 1
}

// withExif puts an Exif segment with a GPS position behind the first marker of a JPEG.
func withExif(file []byte) []byte {
	tiff := []byte("II*\x00\x08\x00\x00\x00")
	entry := func(tag, kind uint16, count, value uint32) {
		tiff = binary.LittleEndian.AppendUint16(tiff, tag)
		tiff = binary.LittleEndian.AppendUint16(tiff, kind)
		tiff = binary.LittleEndian.AppendUint32(tiff, count)
		tiff = binary.LittleEndian.AppendUint32(tiff, value)
	}
	list := func(entries uint16) { tiff = binary.LittleEndian.AppendUint16(tiff, entries) }
	const short, long, ascii, rational = 3, 4, 2, 5
	list(3)
	entry(0x0112, short, 1, 1)   // upright
	entry(0x0110, ascii, 4, 'C') // model
	entry(0x8825, long, 1, 50)   // GPS
	tiff = append(tiff, 0, 0, 0, 0)
	list(4)
	entry(1, ascii, 2, 'N')
	entry(2, rational, 3, 104)
	entry(3, ascii, 2, 'E')
	entry(4, rational, 3, 104)
	tiff = append(tiff, 0, 0, 0, 0)
	for _, n := range []uint32{48, 1, 8, 1, 14, 1} {
		tiff = binary.LittleEndian.AppendUint32(tiff, n)
	}
	segment := binary.BigEndian.AppendUint16([]byte{0xff, 0xe1}, uint16(2+6+len(tiff)))
	segment = append(append(segment, "Exif\x00\x00"...), tiff...)
	return append(append(append([]byte{}, file[:2]...), segment...), file[2:]...)
}
