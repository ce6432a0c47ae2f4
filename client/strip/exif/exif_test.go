package exif_test

import (
	"math"
	"testing"

	"safelight/client/strip/exif"
	"safelight/client/strip/striptest"
)

func TestPosition(t *testing.T) {
	for _, want := range []striptest.Position{{Latitude: 52.3702, Longitude: 4.8952}, {Latitude: -33.8568, Longitude: 151.2153}, {Latitude: 40.6892, Longitude: -74.0445}, {}} {
		block := striptest.EXIF(10, 10, striptest.Options{GPS: &want})
		latitude, longitude, ok := exif.Position(exif.Entries(block))
		if !ok || math.Abs(latitude-want.Latitude) > 1e-6 || math.Abs(longitude-want.Longitude) > 1e-6 {
			t.Errorf("position is %v, %v, %v, want %v", latitude, longitude, ok, want)
		}
	}
	if _, _, ok := exif.Position(exif.Entries(striptest.EXIF(1, 1, striptest.Options{}))); ok {
		t.Error("a block without position has one")
	}
}

func TestOrientation(t *testing.T) {
	for o := 1; o <= 8; o++ {
		if got := exif.Orientation(striptest.EXIF(1, 1, striptest.Options{Orientation: o})); got != o {
			t.Errorf("little endian: %d, want %d", got, o)
		}
		if got := exif.Orientation(exif.OrientationTIFF(o)); got != o {
			t.Errorf("the one tag: %d, want %d", got, o)
		}
	}
	for name, block := range map[string][]byte{
		"nothing":        nil,
		"no TIFF":        []byte("II+\x00\x08\x00\x00\x00\x00\x00"),
		"beyond the end": []byte("II*\x00\xff\xff\xff\xff\x00\x00"),
		"nine":           exif.OrientationTIFF(9),
		"zero":           exif.OrientationTIFF(0),
		"cut":            exif.OrientationTIFF(6)[:19],
	} {
		if got := exif.Orientation(block); got != 0 {
			t.Errorf("%s: orientation is %d, want none", name, got)
		}
	}
}

func FuzzEntries(f *testing.F) {
	f.Add(striptest.EXIF(10, 10, striptest.Everything("x")))
	f.Add(exif.OrientationTIFF(3))
	f.Fuzz(func(t *testing.T, block []byte) {
		entries := exif.Entries(block)
		if len(entries) > 1000 {
			t.Fatalf("%d entries", len(entries))
		}
		exif.Position(entries)
		exif.Orientation(block)
		for _, e := range entries {
			e.Uint()
			e.Rational(0)
			e.Text()
		}
	})
}
