package strip_test

import (
	"bytes"
	"slices"
	"testing"

	"github.com/HugoSmits86/nativewebp"

	"safelight/client/strip"
	"safelight/client/strip/striptest"
)

// What a WebP says is told by what it is, and none of it stays.
func TestWebP(t *testing.T) {
	var b bytes.Buffer
	if err := nativewebp.Encode(&b, striptest.Screenshot(20, 10, 1), nil); err != nil {
		t.Fatal(err)
	}
	block := striptest.EXIF(20, 10, striptest.Options{Owner: "PLANTED", GPS: &striptest.Position{Latitude: 52.3702, Longitude: 4.8952}, Thumbnail: true})
	src := riff(riffChunk("VP8X", []byte{0x2c, 0, 0, 0, 19, 0, 0, 9, 0, 0}), riffChunk("ICCP", striptest.DisplayP3("PLANTED-profile")), b.Bytes()[12:], riffChunk("EXIF", block), riffChunk("XMP ", striptest.XMP("PLANTED")))
	out, r := stripped(t, slices.Concat(src, []byte("PLANTED")))
	w, h := r.Displayed()
	if r.Media != strip.WebP || r.Format != "WebP" || w != 20 || h != 10 || !r.ICC || !r.Wide || bytes.Contains(out, []byte("PLANTED")) {
		t.Errorf("report is %s", told(r))
	}
	for _, want := range []string{"gps-position 52.37020, 4.89520", "owner PLANTED", "edit-history Darkroom 4.2", "colour-profile PLANTED-profile", "thumbnail ", "trailer "} {
		i := slices.IndexFunc(r.Findings, func(f strip.Finding) bool { return f.Code+" "+f.Value == want })
		if i < 0 || want == "thumbnail " && r.Findings[i].Picture == nil {
			t.Errorf("%q is not among %s, or not shown", want, told(r))
		}
	}
}
