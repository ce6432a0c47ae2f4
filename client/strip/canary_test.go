package strip_test

import (
	"bytes"
	"testing"

	"safelight/client/strip"
	"safelight/client/strip/striptest"
)

// places are all files with something planted, by format.
func places() map[strip.Media]map[string][]byte {
	return map[strip.Media]map[string][]byte{
		strip.JPEG: jpegPlaces(), strip.PNG: pngPlaces(), strip.GIF: gifPlaces(), strip.WebP: webpPlaces(), strip.HEIC: newHEIFPlaces(), strip.JXL: jxlPlaces(),
	}
}

// spellsToo looks where a canary does not lie as letters.
var spellsToo = map[strip.Media]func([]byte) bool{strip.PNG: spellsPNG, strip.WebP: spellsWebP, strip.JXL: spellsJXL}

// TestCanaries counts the places, and shows for each that a stripper which passes everything through would fail there:
// otherwise the tests of the formats could pass for want of anything to find.
func TestCanaries(t *testing.T) {
	total := 0
	for media, files := range places() {
		total += len(files)
		for name, file := range files {
			if further := spellsToo[media]; !leaks(file) && (further == nil || !further(file)) {
				t.Errorf("%v, %s: nothing is planted", media, name)
			}
			if found, _ := strip.Sniff(file); found != 0 && found != media && !(media == strip.HEIC && found == strip.AVIF) {
				t.Errorf("%v, %s: taken for %v", media, name, found)
			}
		}
		t.Logf("%v: %d places", media, len(files))
	}
	if total < 500 {
		t.Errorf("%d places, want 500", total)
	}
}

// twice strips a file with the stripper of its format and checks what holds of every output: the independent parser
// accounts for all of it, and stripping it again, of which it returns the second report, changes nothing.
func twice[I any](t *testing.T, src []byte, strip func([]byte) ([]byte, I, error)) (out []byte, first, second I) {
	t.Helper()
	kept := bytes.Clone(src)
	out, first, err := strip(src)
	if err != nil {
		t.Fatalf("Strip: %v", err)
	}
	if !bytes.Equal(kept, src) {
		t.Error("Strip changed its input")
	}
	if err := striptest.Account(out); err != nil {
		t.Errorf("the output has what it should not: %v", err)
	}
	again, second, err := strip(out)
	if err != nil || !bytes.Equal(again, out) {
		t.Fatalf("Strip(Strip(x)) differs from Strip(x): %v", err)
	}
	return out, first, second
}
