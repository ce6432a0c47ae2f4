package strip_test

import (
	"slices"
	"strings"
	"testing"
	"time"

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

// What lies in a HEIC beside the photo is shown as a stripped HEIC of its own.
func TestHEICInside(t *testing.T) {
	out, r, err := strip.Strip(striptest.PhoneHEIC().Bytes())
	if err != nil {
		t.Fatal(err)
	}
	for code, value := range map[string]string{"thumbnail": "", "auxiliary-picture": "2"} {
		i := slices.IndexFunc(r.Findings, func(f strip.Finding) bool { return f.Code == code && f.Value == value })
		if i < 0 {
			t.Errorf("%s is not among %s", code, told(r))
			continue
		}
		f := r.Findings[i]
		shown, inside, err := strip.Strip(f.Picture)
		if err != nil || !slices.Equal(shown, f.Picture) || len(inside.Findings) > 0 || inside.Width != 64 || inside.Height != 64 || striptest.Account(f.Picture) != nil {
			t.Errorf("%s is shown by a file that is not clean: %v, %s", code, err, told(inside))
		}
	}
	if want, _, err := strip.Strip(striptest.SmallGrid().Bytes()); err != nil || !slices.Equal(out, want) {
		t.Errorf("something of them is left in the photo (%v)", err)
	}
	// Items that cannot be shown are named all the same, and each costs a look at the file: there are not many looks.
	f := striptest.PhoneHEIC()
	broken := f.Items[3]
	broken.Data = []byte("PLANTED")
	for range 200 {
		f.Items = append(f.Items, broken)
	}
	began := time.Now()
	if r, err = strip.Inspect(f.Bytes()); err != nil || time.Since(began) > 2*time.Second {
		t.Errorf("Inspect took %v: %v", time.Since(began), err)
	}
	if named := strings.Count(told(r), `"code":"thumbnail"`); named < 2 {
		t.Errorf("%d thumbnails are named", named)
	}
}
