package variant

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/png"
	"math/rand/v2"
	"slices"
	"testing"

	"golang.org/x/image/draw"
)

func TestPlan(t *testing.T) {
	for _, tt := range []struct {
		name  string
		in    Source
		later [2]int    // the second view, if there is one
		want  [3][2]int // view, thumb, preview
	}{
		{"camera", Source{4032, 3024, JPEG, false, false}, [2]int{}, [3][2]int{{1280, 960}, {320, 240}, {32, 24}}},
		{"upright", Source{3024, 4032, HEIC, false, false}, [2]int{1536, 2048}, [3][2]int{{960, 1280}, {240, 320}, {24, 32}}},
		{"48 megapixels", Source{8064, 6048, JPEG, false, false}, [2]int{2048, 1536}, [3][2]int{{1280, 960}, {320, 240}, {32, 24}}},
		{"24 megapixels", Source{6000, 4000, JPEG, false, false}, [2]int{}, [3][2]int{{1280, 853}, {320, 213}, {32, 21}}},
		{"a little more", Source{6001, 4000, JPEG, false, false}, [2]int{2048, 1365}, [3][2]int{{1280, 853}, {320, 213}, {32, 21}}},
		{"3 megapixels", Source{2048, 1536, JPEG, false, false}, [2]int{}, [3][2]int{{1280, 960}, {320, 240}, {32, 24}}},
		{"3 megapixels that few browsers show", Source{2048, 1536, HEIC, false, false}, [2]int{2048, 1536}, [3][2]int{{1280, 960}, {320, 240}, {32, 24}}},
		{"screen", Source{2880, 1800, PNG, true, false}, [2]int{}, [3][2]int{{2048, 1280}, {320, 200}, {32, 20}}},
		{"small", Source{200, 100, PNG, true, false}, [2]int{}, [3][2]int{{200, 100}, {200, 100}, {32, 16}}},
		{"tiny", Source{1, 1, PNG, true, false}, [2]int{}, [3][2]int{{1, 1}, {1, 1}, {1, 1}}},
		{"ribbon", Source{60000, 3, JPEG, false, false}, [2]int{}, [3][2]int{{1280, 1}, {320, 1}, {32, 1}}},
		{"between", Source{1280, 1281, JPEG, false, false}, [2]int{}, [3][2]int{{1279, 1280}, {320, 320}, {32, 32}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := Plan(tt.in)
			if tt.later != ([2]int{}) {
				if s := got[0]; !s.Later || s.Role != View || s.Lossless || [2]int{s.Width, s.Height} != tt.later {
					t.Errorf("Plan(%v)[0] = %v, want a later view of %v", tt.in, s, tt.later)
				}
				got = got[1:]
			}
			if len(got) != 3 {
				t.Fatalf("Plan(%v) has %d entries to open with, want 3", tt.in, len(got))
			}
			for i, s := range got {
				if (s.Width != tt.want[i][0] || s.Height != tt.want[i][1]) || s.Width > tt.in.Width || s.Height > tt.in.Height {
					t.Errorf("Plan(%v)[%d] = %d×%d, want %v", tt.in, i, s.Width, s.Height, tt.want[i])
				}
				if s.Later || s.Plain || s.Lossless != (tt.in.Media == PNG && s.Role == View) {
					t.Errorf("Plan(%v)[%d] = %v", tt.in, i, s)
				}
			}
		})
	}
}

// TestPixelsOnly: always fewer pixels than there were, and never a profile.
func TestPixelsOnly(t *testing.T) {
	for _, tt := range []struct {
		in   Source
		want [3][2]int
	}{
		{Source{4032, 3024, JPEG, false, false}, [3][2]int{{2048, 1536}, {320, 240}, {32, 24}}},
		{Source{2048, 1536, PNG, true, false}, [3][2]int{{1843, 1382}, {320, 240}, {32, 24}}},
		{Source{300, 200, HEIC, false, false}, [3][2]int{{270, 180}, {270, 180}, {32, 21}}},
		{Source{1, 1, PNG, false, false}, [3][2]int{{1, 1}, {1, 1}, {1, 1}}},
	} {
		got := PixelsOnly(tt.in)
		if len(got) != 3 {
			t.Fatalf("PixelsOnly(%v) has %d entries, want 3", tt.in, len(got))
		}
		for i, s := range got {
			if [2]int{s.Width, s.Height} != tt.want[i] || s.Later || s.Lossless || s.Plain != (s.Role != Preview) {
				t.Errorf("PixelsOnly(%v)[%d] = %v, want %v", tt.in, i, s, tt.want[i])
			}
		}
	}
}

func noise(w, h int, seed uint64) *image.RGBA {
	r := rand.New(rand.NewPCG(seed, 1))
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			// a smooth ground with some noise: what scaling is about
			img.SetRGBA(x, y, color.RGBA{uint8(255 * x / w), uint8(255 * y / h), uint8(128 + r.IntN(40)), 255})
		}
	}
	return img
}

// TestScaleIsLanczos holds the banded scaler against the library's own in one piece.
func TestScaleIsLanczos(t *testing.T) {
	for _, tt := range []struct{ sw, sh, w, h int }{{500, 333, 200, 133}, {300, 700, 129, 300}, {64, 64, 64, 64}, {257, 5, 32, 1}} {
		src := noise(tt.sw, tt.sh, 7)
		want := image.NewRGBA(image.Rect(0, 0, tt.w, tt.h))
		lanczos.Scale(want, want.Rect, src, src.Rect, draw.Src, nil)
		got := Scale(src, tt.w, tt.h)
		for i := range want.Pix {
			if d := int(want.Pix[i]) - int(got.Pix[i]); d < -2 || d > 2 {
				t.Fatalf("Scale(%d×%d → %d×%d) byte %d = %d, want %d ± 2", tt.sw, tt.sh, tt.w, tt.h, i, got.Pix[i], want.Pix[i])
			}
		}
	}
}

// TestScaleKeepsBrightness: what is scaled twice and rounded twice comes out no darker on average.
func TestScaleKeepsBrightness(t *testing.T) {
	mean := func(img *image.RGBA) float64 {
		sum := 0
		for _, v := range img.Pix {
			sum += int(v)
		}
		return float64(sum) / float64(len(img.Pix))
	}
	src := noise(601, 399, 5)
	if d := mean(Scale(src, 200, 133)) - mean(src); d < -0.1 || d > 0.1 {
		t.Errorf("scaled it is brighter by %.2f of 255", d)
	}
}

func TestScaleOfASubImage(t *testing.T) {
	whole := noise(300, 200, 3)
	sub := whole.SubImage(image.Rect(50, 60, 250, 190)).(*image.RGBA)
	apart := image.NewRGBA(image.Rect(0, 0, 200, 130))
	draw.Copy(apart, image.Point{}, sub, sub.Bounds(), draw.Src, nil)
	if got, want := Scale(sub, 100, 65), Scale(apart, 100, 65); !bytes.Equal(got.Pix, want.Pix) {
		t.Error("a sub-image scales differently from its copy")
	}
}

// TestOrient turns a 3×2 picture whose pixels are numbered in reading order.
func TestOrient(t *testing.T) {
	for orientation, want := range map[int]string{
		0: "123/456", 1: "123/456", 2: "321/654", 3: "654/321", 4: "456/123",
		5: "14/25/36", 6: "41/52/63", 7: "63/52/41", 8: "36/25/14", 9: "123/456",
	} {
		src := image.NewRGBA(image.Rect(0, 0, 3, 2))
		for i := range 6 {
			src.SetRGBA(i%3, i/3, color.RGBA{uint8('1' + i), 0, 0, 255})
		}
		out := Orient(src, orientation)
		var got []byte
		for y := range out.Rect.Dy() {
			if y > 0 {
				got = append(got, '/')
			}
			for x := range out.Rect.Dx() {
				got = append(got, out.RGBAAt(x, y).R)
			}
		}
		if string(got) != want {
			t.Errorf("Orient(%d) = %s, want %s", orientation, got, want)
		}
	}
}

func TestStraight(t *testing.T) {
	src := image.NewRGBA(image.Rect(0, 0, 3, 1))
	src.Set(0, 0, color.NRGBA{200, 100, 50, 128})
	src.Set(1, 0, color.NRGBA{1, 2, 3, 255})
	got := Straight(src)
	for x, want := range []color.NRGBA{{200, 100, 50, 128}, {1, 2, 3, 255}, {}} {
		g := got.NRGBAAt(x, 0)
		if d := int(g.R) - int(want.R); g.A != want.A || d < -1 || d > 1 {
			t.Errorf("Straight at %d = %v, want about %v", x, g, want)
		}
	}
}

// pngs codes as PNG and counts; lossy results are made longer, so that lossless wins.
type pngs struct{ lossy, lossless, profiles int }

func (e *pngs) Encode(img *image.NRGBA, o Options) ([]byte, Media, error) {
	if img.Rect.Min != (image.Point{}) {
		return nil, 0, errors.New("bounds do not begin at the origin")
	}
	if len(o.Profile) > 0 {
		e.profiles++
	}
	var b bytes.Buffer
	err := png.Encode(&b, img)
	if o.Lossless {
		e.lossless++
		return b.Bytes(), PNG, err
	}
	e.lossy++
	return append(b.Bytes(), 0), WebP, err
}

func TestMake(t *testing.T) {
	screen := image.NewRGBA(image.Rect(0, 0, 400, 300)) // all of one colour
	for _, tt := range []struct {
		name     string
		photo    Photo
		media    Media
		want     [3][2]int
		view     Media
		lossless int
	}{
		{"photo", Photo{noise(400, 300, 1), 1, nil, nil}, JPEG, [3][2]int{{400, 300}, {320, 240}, {32, 24}}, WebP, 0},
		{"turned", Photo{noise(400, 300, 1), 6, []byte("icc"), nil}, JPEG, [3][2]int{{300, 400}, {240, 320}, {24, 32}}, WebP, 0},
		{"screen", Photo{screen, 1, nil, nil}, PNG, [3][2]int{{400, 300}, {320, 240}, {32, 24}}, PNG, 1},
		{"photo as PNG", Photo{noise(400, 300, 1), 1, nil, nil}, PNG, [3][2]int{{400, 300}, {320, 240}, {32, 24}}, WebP, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w, h := tt.want[0][0], tt.want[0][1]
			var enc pngs
			var got []Variant
			err := Make(tt.photo, Plan(Source{w, h, tt.media, false, false}), &enc, func(v Variant) error { got = append(got, v); return nil })
			if err != nil || len(got) != 3 {
				t.Fatalf("Make: %d variants, error %v", len(got), err)
			}
			for i, v := range got {
				img, err := png.Decode(bytes.NewReader(v.Data))
				if err != nil || img.Bounds().Dx() != tt.want[i][0] || img.Bounds().Dy() != tt.want[i][1] {
					t.Errorf("variant %d is %v, want %v (%v)", i, img.Bounds(), tt.want[i], err)
				}
			}
			if got[0].Media != tt.view || enc.lossless != tt.lossless {
				t.Errorf("view is %v after %d lossless tries, want %v after %d", got[0].Media, enc.lossless, tt.view, tt.lossless)
			}
			if want := 2 * min(1, len(tt.photo.Profile)); enc.profiles != want {
				t.Errorf("profile given %d times, want %d", enc.profiles, want)
			}
		})
	}
}

// asked keeps the qualities it is asked for.
type asked struct{ qualities []int }

func (e *asked) Encode(_ *image.NRGBA, o Options) ([]byte, Media, error) {
	e.qualities = append(e.qualities, o.Quality)
	return []byte{0}, WebP, nil
}

// TestMakeAmends: only a view that was scaled is coded finer than planned, and new pixels never.
func TestMakeAmends(t *testing.T) {
	for _, tt := range []struct {
		name string
		w, h int
		plan func(Source) []Spec
		want []int
	}{
		{"scaled", 1600, 1200, Plan, []int{viewQuality + amends, thumbQuality, previewQuality}},
		{"as it is", 1280, 960, Plan, []int{viewQuality, thumbQuality, previewQuality}},
		{"new pixels", 1600, 1200, PixelsOnly, []int{viewQuality, thumbQuality, previewQuality}},
	} {
		var enc asked
		err := Make(Photo{Image: noise(tt.w, tt.h, 1)}, tt.plan(Source{tt.w, tt.h, JPEG, false, false}), &enc, func(Variant) error { return nil })
		if err != nil || !slices.Equal(enc.qualities, tt.want) {
			t.Errorf("%s: qualities %v, want %v (%v)", tt.name, enc.qualities, tt.want, err)
		}
	}
}

func TestMakeStops(t *testing.T) {
	full := errors.New("full")
	p := Photo{Image: noise(64, 64, 1)}
	plan := Plan(Source{64, 64, JPEG, false, false})
	if err := Make(p, plan, &pngs{}, func(Variant) error { return full }); !errors.Is(err, full) {
		t.Errorf("Make = %v, want the error of yield", err)
	}
	if err := Make(Photo{Image: image.NewRGBA(image.Rectangle{})}, plan, &pngs{}, nil); err == nil {
		t.Error("Make of an empty picture succeeded")
	}
}

func TestWorth(t *testing.T) {
	for _, tt := range []struct {
		avif, webp int
		want       bool
	}{{90, 100, true}, {91, 100, false}, {100, 100, false}, {110, 100, false}, {9, 10, true}, {0, 0, true}} {
		if got := Worth(tt.avif, tt.webp); got != tt.want {
			t.Errorf("%d beside %d: %v", tt.avif, tt.webp, got)
		}
	}
}
