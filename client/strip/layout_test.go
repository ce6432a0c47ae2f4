package strip_test

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"maps"
	"reflect"
	"testing"

	"safelight/client/strip"
	"safelight/client/strip/striptest"
)

// stripped strips src and checks what holds of every output: the independent parser accounts for all of it, and
// stripping it again changes nothing.
func stripped(t *testing.T, src []byte) ([]byte, strip.Report) {
	t.Helper()
	out, report, second := twice(t, src, strip.Strip)
	if second.Recoded {
		t.Error("what was stripped is recoded again")
	}
	return out, report
}

// samePixels decodes both and compares colours as they are seen.
func samePixels(t *testing.T, a, b []byte) {
	t.Helper()
	first, second := decoded(t, a), decoded(t, b)
	if first.Bounds() != second.Bounds() {
		t.Fatalf("size %v became %v", first.Bounds(), second.Bounds())
	}
	if err := differ(first, second); err != nil {
		t.Error(err)
	}
}

func decoded(t *testing.T, b []byte) image.Image {
	t.Helper()
	m, _, err := image.Decode(bytes.NewReader(b))
	if err != nil {
		t.Fatalf("Go cannot decode it: %v", err)
	}
	return m
}

func differ(a, b image.Image) error {
	r := a.Bounds()
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			p, q := a.At(x, y), b.At(x, y)
			if p == q {
				continue
			}
			if color.RGBA64Model.Convert(p) != color.RGBA64Model.Convert(q) {
				return fmt.Errorf("pixel %d,%d: %v became %v", x, y, p, q)
			}
		}
	}
	return nil
}

func layouts() map[string]striptest.Layout {
	one, full := [][2]int{{1, 1}}, [][2]int{{1, 1}, {1, 1}, {1, 1}}
	half, quarter := [][2]int{{2, 1}, {1, 1}, {1, 1}}, [][2]int{{2, 2}, {1, 1}, {1, 1}}
	list := map[string]striptest.Layout{
		"gray":           {Sampling: one},
		"gray 2x2":       {Sampling: [][2]int{{2, 2}}},
		"444":            {Sampling: full},
		"422":            {Sampling: half},
		"440":            {Sampling: [][2]int{{1, 2}, {1, 1}, {1, 1}}},
		"420":            {Sampling: quarter},
		"411":            {Sampling: [][2]int{{4, 1}, {1, 1}, {1, 1}}},
		"410":            {Sampling: [][2]int{{4, 2}, {1, 1}, {1, 1}}},
		"cmyk":           {Sampling: [][2]int{{1, 1}, {1, 1}, {1, 1}, {1, 1}}, Adobe: 1},
		"ycck":           {Sampling: [][2]int{{2, 2}, {1, 1}, {1, 1}, {2, 2}}, Adobe: 3},
		"rgb by ids":     {Sampling: full, IDs: []byte("RGB")},
		"rgb by adobe":   {Sampling: full, Adobe: 1},
		"odd ids":        {Sampling: quarter, IDs: []byte{0, 34, 200}},
		"extended":       {Sampling: quarter, Extended: true},
		"separate scans": {Sampling: quarter, Separate: true},
		"restarts":       {Sampling: quarter, Restart: 3},
		"restarts 444":   {Sampling: full, Restart: 3},
		"restart each":   {Sampling: full, Restart: 1, Separate: true},
		"outside":        {Sampling: quarter, Outside: true},
	}
	for name, l := range maps.Clone(list) {
		l.Width, l.Height = 83, 61
		list[name] = l
		if !l.Extended {
			l.Progressive = true
			list["progressive "+name] = l
		}
	}
	for _, size := range [][2]int{{1, 1}, {8, 8}, {16, 16}, {17, 1}, {1, 40}} {
		for _, progressive := range []bool{false, true} {
			list[fmt.Sprintf("%dx%d progressive %v", size[0], size[1], progressive)] = striptest.Layout{
				Sampling: quarter, Width: size[0], Height: size[1], Progressive: progressive,
			}
		}
	}
	return list
}

// Every way of coding keeps coefficients and pixels, and is written canonically.
func TestLayouts(t *testing.T) {
	for name, l := range layouts() {
		t.Run(name, func(t *testing.T) {
			src := l.Code()
			out, report := stripped(t, src)
			if !report.Recoded {
				t.Error("tables that nobody would make were copied")
			}
			if len(out) >= len(src) {
				t.Errorf("%d bytes became %d", len(src), len(out))
			}
			got, err := striptest.Coefficients(out)
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(got, l.Coefficients()) {
				t.Error("coefficients differ")
			}
			if name == "progressive restarts" {
				return // Go looks for restart markers elsewhere where one component of several is subsampled
			}
			samePixels(t, src, out)
		})
	}
}

// The test's own coder is right: what it codes progressively decodes to the same pixels as what it codes in one scan.
func TestLayoutsControl(t *testing.T) {
	base := striptest.Layout{Sampling: [][2]int{{2, 2}, {1, 1}, {1, 1}}, Width: 83, Height: 61}
	progressive := base
	progressive.Progressive = true
	samePixels(t, base.Code(), progressive.Code())
	other := base
	other.Seed = 1
	if differ(decoded(t, base.Code()), decoded(t, other.Code())) == nil {
		t.Error("another seed makes the same pixels")
	}
}

// What libjpeg's optimising encoders and Go's write is canonical but for what lies outside of the picture.
func TestCopied(t *testing.T) {
	for _, tt := range []struct {
		name    string
		src     []byte
		recoded bool
	}{
		{"standard tables, units fill the picture", striptest.CameraJPEG(160, 96, striptest.Options{}), false},
		{"standard tables, units reach over the edge", striptest.CameraJPEG(161, 97, striptest.Options{}), true},
		{"one channel", grayJPEG(t, 40, 24), false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			out, report := stripped(t, tt.src)
			if report.Recoded != tt.recoded {
				t.Errorf("recoded is %v, want %v", report.Recoded, tt.recoded)
			}
			samePixels(t, tt.src, out)
		})
	}
}

func grayJPEG(t *testing.T, w, h int) []byte {
	t.Helper()
	m := image.NewGray(image.Rect(0, 0, w, h))
	for i := range m.Pix {
		m.Pix[i] = byte(i * 7)
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// Orientation survives as the one tag, in both formats, and nothing else of the block.
func TestOrientation(t *testing.T) {
	for o := 1; o <= 8; o++ {
		for name, src := range map[string][]byte{
			"jpeg": striptest.CameraJPEG(48, 32, striptest.Options{Orientation: o, Owner: "PLANTED"}),
			"png":  striptest.ScreenshotPNG(48, 32, striptest.Options{Orientation: o, Owner: "PLANTED", Serial: "1"}),
		} {
			out, report := stripped(t, src)
			w, h := report.Displayed()
			if report.Orientation != o || (w < h) != (o >= 5) {
				t.Errorf("%s: orientation %d became %d, displayed as %d×%d", name, o, report.Orientation, w, h)
			}
			again, err := strip.Inspect(out)
			if err != nil || again.Orientation != o || len(again.Findings) != 0 {
				t.Errorf("%s: the stripped file says orientation %d and %v: %v", name, again.Orientation, again.Findings, err)
			}
		}
	}
}
