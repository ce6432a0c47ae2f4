package strip_test

import (
	"slices"
	"testing"

	"safelight/client/strip"
	"safelight/client/strip/striptest"
)

// A phone's photo keeps its pixels' bytes and the way up; what it is called and what it carries goes and is told.
func TestHEIC(t *testing.T) {
	irot := striptest.Box("irot", []byte{3})
	src := striptest.WithProperties(striptest.SmallHEIC(), irot, striptest.Box("colr", []byte("prof"), striptest.DisplayP3("PLANTED")))
	trailer := striptest.CameraJPEG(64, 48, striptest.Options{})
	out, r, err := strip.Strip(slices.Concat(src, trailer))
	if err != nil {
		t.Fatal(err)
	}
	w, h := r.Displayed()
	if r.Media != strip.HEIC || r.Format != "HEIC" || w != 40 || h != 64 || !r.ICC || !r.Wide {
		t.Errorf("report is %s", told(r))
	}
	for _, want := range []string{"colour-profile PLANTED", "second-picture "} {
		i := slices.IndexFunc(r.Findings, func(f strip.Finding) bool { return f.Code+" "+f.Value == want })
		if i < 0 || want == "second-picture " && r.Findings[i].Picture == nil {
			t.Errorf("%q is not among %s, or not shown", want, told(r))
		}
	}
	again, second, err := strip.Strip(out)
	if err != nil || !slices.Equal(again, out) || len(second.Findings) > 0 || second.Orientation != r.Orientation {
		t.Errorf("stripped again: %v, %s", err, told(second))
	}
	inspected, err := strip.Inspect(slices.Concat(src, trailer))
	if err != nil || len(inspected.Findings) < 2 {
		t.Errorf("Inspect: %v, %s", err, told(inspected))
	}
}
