package strip_test

import (
	"testing"

	"safelight/client/strip"
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
