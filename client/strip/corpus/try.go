package main

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"math"
	"time"

	"safelight/client/strip"
	"safelight/client/strip/heif"
	"safelight/client/strip/icc"
	"safelight/client/strip/refuse"
	"safelight/client/strip/striptest"
	"safelight/client/variant"
	"safelight/client/variant/native"
)

// result is what became of one file.
type result struct {
	refused   string // why
	decodable bool   // though a decoder here takes it
	exempt    bool   // and what it is forbids to clean it without loss

	report                         strip.Report
	before, after                  int
	residue, unstable, orientation bool
	compared, same                 bool // pixels
	coloured                       bool // colours, through the profiles
	deltaE                         float64
	took                           time.Duration
	faults                         []string
}

// try strips one file and looks for what is wrong with the result.
func try(src []byte) (r result) {
	defer func() {
		if v := recover(); v != nil {
			r.faults = append(r.faults, fmt.Sprint("panic: ", v))
		}
	}()
	began := time.Now()
	out, report, err := strip.Strip(src)
	r.took = time.Since(began)
	r.before, r.after, r.report = len(src), len(out), report
	if err != nil {
		r.refused = reason(err)
		if e, ok := errors.AsType[*strip.Error](err); ok {
			r.exempt = exempt(e)
		}
		_, err := decode(src)
		r.decodable = err == nil && whole(src)
		return r
	}
	if err := striptest.Account(out); err != nil {
		r.residue = true
		r.faults = append(r.faults, "residue: "+err.Error())
	}
	again, second, err := strip.Strip(out)
	if err != nil || !bytes.Equal(again, out) || len(second.Findings) > 0 {
		r.unstable = true
		r.faults = append(r.faults, fmt.Sprintf("stripping it again finds %d things (%v)", len(second.Findings), err))
	}
	r.orientation = second.Orientation == report.Orientation
	r.compare(src, out)
	return r
}

// exempt reports whether a refusal lies in what the file is, not in how it is coded: a crop whose outside is in the file, or
// a sequence. Formats that are not among the accepted ones are not decoded here at all.
func exempt(e *strip.Error) bool {
	return (e.Code == refuse.AVIF || e.Code == refuse.HEIC) && (e.Detail == heif.Cropped || e.Detail == heif.Sequence)
}

// whole reports whether a decoder gets through all frames of a GIF, if it is one. The others are judged by their first.
func whole(src []byte) bool {
	if media, _ := strip.Sniff(src); media != strip.GIF {
		return true
	}
	_, err := gif.DecodeAll(bytes.NewReader(src))
	return err == nil
}

func reason(err error) string {
	e, ok := errors.AsType[*strip.Error](err)
	if !ok {
		return err.Error()
	}
	if e.Detail == "" {
		return string(e.Code)
	}
	return string(e.Code) + ": " + e.Detail
}

// decode makes pixels of a file of the formats that are stripped.
func decode(b []byte) (variant.Photo, error) {
	if media, _ := strip.Sniff(b); media == 0 {
		return variant.Photo{}, native.ErrUnsupported
	}
	return native.DecodeFile(b)
}

// compare decodes both.
func (r *result) compare(src, out []byte) {
	a, errA := decode(src)
	b, errB := decode(out)
	if errA != nil {
		return
	}
	r.compared = true
	switch {
	case errB != nil:
		r.faults = append(r.faults, fmt.Sprint("the result cannot be decoded: ", errB))
	case !same(a.Image, b.Image):
		r.faults = append(r.faults, "pixels differ")
	case !sameFrames(src, out):
		r.faults = append(r.faults, "a later frame differs")
	default:
		r.same = true
		r.colours(a, b)
	}
}

// colours shows both in sRGB, each through its own profile, and measures how far they are apart at some hundred places.
func (r *result) colours(a, b variant.Photo) {
	if a.Profile == nil && b.Profile == nil {
		return
	}
	first, second := icc.NewTransform(a.Profile), icc.NewTransform(b.Profile)
	if a.Profile != nil && first == nil || b.Profile != nil && second == nil {
		return // works by tables, which nothing here evaluates
	}
	r.coloured = true
	bounds := a.Image.Bounds()
	for i := range 400 {
		x, y := bounds.Min.X+bounds.Dx()*(i%20)/20, bounds.Min.Y+bounds.Dy()*(i/20)/20
		if _, _, _, alpha := a.Image.At(x, y).RGBA(); alpha == 0 {
			continue
		}
		p, q := shown(a.Image.At(x, y), first), shown(b.Image.At(x, y), second)
		r.deltaE = max(r.deltaE, math.Sqrt((p[0]-q[0])*(p[0]-q[0])+(p[1]-q[1])*(p[1]-q[1])+(p[2]-q[2])*(p[2]-q[2])))
	}
	if r.deltaE > 2 {
		r.faults = append(r.faults, fmt.Sprintf("colours differ by ΔE %.1f", r.deltaE))
	}
}

// shown returns a colour in CIE Lab, by way of sRGB.
func shown(c color.Color, t *icc.Transform) [3]float64 {
	n := color.NRGBAModel.Convert(c).(color.NRGBA)
	pix := []uint8{n.R, n.G, n.B, n.A}
	if t != nil {
		t.Apply(pix)
	}
	var linear [3]float64
	for i := range linear {
		v := float64(pix[i]) / 255
		if linear[i] = v / 12.92; v > 0.04045 {
			linear[i] = math.Pow((v+0.055)/1.055, 2.4)
		}
	}
	f := func(x, y, z, white float64) float64 {
		v := (x*linear[0] + y*linear[1] + z*linear[2]) / white
		if v > 0.008856 {
			return math.Cbrt(v)
		}
		return 7.787*v + 16.0/116
	}
	x, y, z := f(0.4124, 0.3576, 0.1805, 0.9505), f(0.2126, 0.7152, 0.0722, 1), f(0.0193, 0.1192, 0.9505, 1.089)
	return [3]float64{116*y - 16, 500 * (x - y), 200 * (y - z)}
}

// sameFrames compares the further frames of a GIF, with their places, times and how they are put on each other. Of a file
// that no decoder here gets through there is nothing to compare.
func sameFrames(src, out []byte) bool {
	if media, _ := strip.Sniff(src); media != strip.GIF {
		return true
	}
	a, errA := gif.DecodeAll(bytes.NewReader(src))
	b, errB := gif.DecodeAll(bytes.NewReader(out))
	if errA != nil || errB != nil {
		return errB == nil
	}
	if len(a.Image) != len(b.Image) {
		return false
	}
	for i := range a.Image {
		moved := a.Delay[i] != b.Delay[i] || a.Disposal[i] != b.Disposal[i]
		if len(a.Image) > 1 && moved || !same(a.Image[i], b.Image[i]) {
			return false
		}
	}
	return true
}

// same compares colours as they are seen: what is fully transparent has none.
func same(a, b image.Image) bool {
	if a.Bounds() != b.Bounds() {
		return false
	}
	if p, ok := a.(*image.YCbCr); ok {
		q, ok := b.(*image.YCbCr)
		return ok && sameYCbCr(p, q)
	}
	r := a.Bounds()
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			p, q := a.At(x, y), b.At(x, y)
			if p != q && color.RGBA64Model.Convert(p) != color.RGBA64Model.Convert(q) {
				return false
			}
		}
	}
	return true
}

// sameYCbCr compares what of the planes lies within the picture: Go keeps whole blocks.
func sameYCbCr(a, b *image.YCbCr) bool {
	if a.SubsampleRatio != b.SubsampleRatio {
		return false
	}
	r := a.Rect
	for y := r.Min.Y; y < r.Max.Y; y++ {
		i, j := a.YOffset(r.Min.X, y), b.YOffset(r.Min.X, y)
		if !bytes.Equal(a.Y[i:i+r.Dx()], b.Y[j:j+r.Dx()]) {
			return false
		}
		i, j = a.COffset(r.Min.X, y), b.COffset(r.Min.X, y)
		n := a.COffset(r.Max.X-1, y) - i + 1
		if !bytes.Equal(a.Cb[i:i+n], b.Cb[j:j+n]) || !bytes.Equal(a.Cr[i:i+n], b.Cr[j:j+n]) {
			return false
		}
	}
	return true
}
