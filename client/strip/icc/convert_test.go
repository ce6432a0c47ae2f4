package icc_test

import (
	"testing"

	"safelight/client/strip/icc"
	"safelight/client/strip/striptest"
)

// The colours of Display P3 whose values in sRGB everybody knows, greys that stay, and profiles that are not of this kind.
func TestTransform(t *testing.T) {
	near := func(a, b uint8) bool { d := int(a) - int(b); return d <= 2 && d >= -2 }
	for _, tt := range []struct {
		name     string
		profile  []byte
		from, to [3]uint8
	}{
		{"white stays", icc.Primaries(12), [3]uint8{255, 255, 255}, [3]uint8{255, 255, 255}},
		{"grey stays", icc.Primaries(12), [3]uint8{100, 100, 100}, [3]uint8{100, 100, 100}},
		{"sRGB's red as P3 has it", icc.Primaries(12), [3]uint8{234, 51, 35}, [3]uint8{255, 0, 0}},
		{"sRGB's green as P3 has it", icc.Primaries(12), [3]uint8{117, 251, 76}, [3]uint8{0, 255, 0}},
		{"sRGB's green as BT.2020 has it", icc.Primaries(9), [3]uint8{145, 247, 80}, [3]uint8{0, 255, 0}},
		{"P3's red is beyond", icc.Primaries(12), [3]uint8{255, 0, 0}, [3]uint8{255, 0, 0}},
		{"sRGB stays, but for its plain curve", striptest.ICC("x"), [3]uint8{200, 100, 150}, [3]uint8{200, 100, 150}},
		{"a rebuilt profile", rebuilt(t, striptest.DisplayP3("x")), [3]uint8{255, 255, 255}, [3]uint8{255, 255, 255}},
	} {
		transform := icc.NewTransform(tt.profile)
		if transform == nil {
			t.Errorf("%s: no transform", tt.name)
			continue
		}
		pix := []uint8{tt.from[0], tt.from[1], tt.from[2], 77}
		transform.Apply(pix)
		if !near(pix[0], tt.to[0]) || !near(pix[1], tt.to[1]) || !near(pix[2], tt.to[2]) || pix[3] != 77 {
			t.Errorf("%s: %v became %v, want %v", tt.name, tt.from, pix, tt.to)
		}
	}
	for name, profile := range map[string][]byte{"none": nil, "cut": icc.Primaries(12)[:300], "sRGB's own number": icc.Primaries(1)} {
		if icc.NewTransform(profile) != nil {
			t.Errorf("%s: there is a transform", name)
		}
	}
}

func rebuilt(t *testing.T, profile []byte) []byte {
	p, err := icc.Rebuild(profile, "RGB ")
	if err != nil {
		t.Fatal(err)
	}
	return p.Data
}

// A profile made of a number is one that Rebuild takes, as wide as it is.
func TestPrimaries(t *testing.T) {
	for _, n := range []int{9, 11, 12} {
		p, err := icc.Rebuild(icc.Primaries(n), "RGB ")
		if err != nil || !p.Wide || p.SRGB {
			t.Errorf("%d: %v, wide %v, sRGB %v", n, err, p.Wide, p.SRGB)
		}
	}
}
