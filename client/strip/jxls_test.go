package strip_test

import (
	"bytes"
	"slices"
	"testing"

	"safelight/client/strip"
	"safelight/client/strip/striptest"
)

// What a JPEG XL says is told by what it is, compressed boxes by their names, and none of it stays.
func TestJXL(t *testing.T) {
	block := striptest.EXIF(33, 17, striptest.Options{Owner: "PLANTED", GPS: &striptest.Position{Latitude: 52.3702, Longitude: 4.8952}})
	src := jxlFile(
		jxlBox("Exif", []byte{0, 0, 0, 0}, block), jxlBox("xml ", striptest.XMP("PLANTED")), jxlBox("brob", []byte("jumbPLANTED")),
		jxlBox("jxlc", alphaJXL), jxlBox("jbrd", []byte("PLANTED")))
	out, r := stripped(t, src)
	if r.Media != strip.JXL || r.Format != "JPEG XL" || r.Width != 33 || r.Height != 17 || !r.Alpha || bytes.Contains(out, []byte("PLANTED")) {
		t.Errorf("report is %s", told(r))
	}
	for _, want := range []string{"gps-position 52.37020, 4.89520", "owner PLANTED", "edit-history Darkroom 4.2", "c2pa Content Credentials (C2PA)", "chunk jbrd"} {
		if !slices.ContainsFunc(r.Findings, func(f strip.Finding) bool { return f.Code+" "+f.Value == want }) {
			t.Errorf("%q is not among %s", want, told(r))
		}
	}
}
