// Command corpus strips every file below a folder of real photos and prints, for each format: how many were accepted and
// how many refused, by reason; in how many of the results anything is left that a stripped file may not have; whether
// pixels are identical by Go's decoders, and orientation kept. It writes nothing. It exits 1 if anything is left, or a
// pixel has changed.
//
//	go run ./client/strip/corpus DIR
package main

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"safelight/client/strip"
	"safelight/client/strip/striptest"
)

// tally is what is counted of one format.
type tally struct {
	files, accepted, recoded, residue, unstable, changed, same, undecodable, orientation, findings int
	before, after                                                                                  int
	refused                                                                                        map[string]int
	// decodable counts the refused files that Go's decoder takes.
	decodable int
	took      time.Duration
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "corpus: want one folder")
		os.Exit(2)
	}
	tallies := map[string]*tally{}
	failed := false
	err := filepath.WalkDir(os.Args[1], func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		src, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		media, _ := strip.Sniff(src)
		name := media.String()
		if name == "" {
			name = "other"
		}
		if tallies[name] == nil {
			tallies[name] = &tally{refused: map[string]int{}}
		}
		for _, fault := range tallies[name].try(src) {
			fmt.Printf("%s: %s\n", path, fault)
			failed = true
		}
		return nil
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, "corpus:", err)
		os.Exit(2)
	}
	for _, name := range slices.Sorted(keys(tallies)) {
		tallies[name].print(name)
	}
	if failed {
		os.Exit(1)
	}
}

func keys(m map[string]*tally) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

// try strips one file and returns what is wrong with the result.
func (t *tally) try(src []byte) (faults []string) {
	t.files++
	began := time.Now()
	out, report, err := strip.Strip(src)
	t.took += time.Since(began)
	if err != nil {
		reason := err.Error()
		var refusal *strip.Error
		if errors.As(err, &refusal) {
			reason = string(refusal.Code)
			if refusal.Detail != "" {
				reason += ": " + refusal.Detail
			}
		}
		t.refused[reason]++
		if decode(src) != nil {
			t.decodable++
			if report.Media == 0 && os.Getenv("VERBOSE") != "" {
				faults = append(faults, "refused though Go decodes it: "+reason)
			}
		}
		return faults
	}
	t.accepted++
	t.before += len(src)
	t.after += len(out)
	if report.Recoded {
		t.recoded++
	}
	if len(report.Findings) > 0 {
		t.findings++
	}
	if err := striptest.Account(out); err != nil {
		t.residue++
		faults = append(faults, "residue: "+err.Error())
	}
	again, second, err := strip.Strip(out)
	if err != nil || !bytes.Equal(again, out) || len(second.Findings) > 0 {
		t.unstable++
		faults = append(faults, fmt.Sprintf("stripping it again finds %d things (%v)", len(second.Findings), err))
	}
	if second.Orientation == report.Orientation {
		t.orientation++
	}
	return append(faults, t.compare(src, out)...)
}

// compare decodes both.
func (t *tally) compare(src, out []byte) []string {
	a, b := decode(src), decode(out)
	switch {
	case a == nil && b == nil:
		t.undecodable++
	case b == nil:
		t.changed++
		return []string{"the result cannot be decoded"}
	case a == nil:
		t.undecodable++
	case !same(a, b):
		t.changed++
		return []string{"pixels differ"}
	default:
		t.same++
	}
	return nil
}

func decode(b []byte) image.Image {
	var m image.Image
	var err error
	switch media, _ := strip.Sniff(b); media {
	case strip.JPEG:
		m, err = jpeg.Decode(bytes.NewReader(b))
	case strip.PNG:
		m, err = png.Decode(bytes.NewReader(b))
	default:
		return nil
	}
	if err != nil {
		return nil
	}
	return m
}

// same compares colours as they are seen: what is fully transparent has none.
func same(a, b image.Image) bool {
	if a.Bounds() != b.Bounds() {
		return false
	}
	if p, ok := a.(*image.YCbCr); ok {
		q, ok := b.(*image.YCbCr)
		return ok && sameYCbCr(p, q)
	}
	r := a.Bounds()
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			p, q := a.At(x, y), b.At(x, y)
			if p != q && color.RGBA64Model.Convert(p) != color.RGBA64Model.Convert(q) {
				return false
			}
		}
	}
	return true
}

// sameYCbCr compares what of the planes lies within the picture: Go keeps whole blocks.
func sameYCbCr(a, b *image.YCbCr) bool {
	if a.SubsampleRatio != b.SubsampleRatio {
		return false
	}
	r := a.Rect
	for y := r.Min.Y; y < r.Max.Y; y++ {
		i, j := a.YOffset(r.Min.X, y), b.YOffset(r.Min.X, y)
		if !bytes.Equal(a.Y[i:i+r.Dx()], b.Y[j:j+r.Dx()]) {
			return false
		}
		i, j = a.COffset(r.Min.X, y), b.COffset(r.Min.X, y)
		n := a.COffset(r.Max.X-1, y) - i + 1
		if !bytes.Equal(a.Cb[i:i+n], b.Cb[j:j+n]) || !bytes.Equal(a.Cr[i:i+n], b.Cr[j:j+n]) {
			return false
		}
	}
	return true
}

func (t *tally) print(name string) {
	fmt.Printf("\n%s: %d files, accepted %d, with findings %d, recoded %d, %.1f → %.1f MB, %.1f s\n",
		name, t.files, t.accepted, t.findings, t.recoded, float64(t.before)/1e6, float64(t.after)/1e6, t.took.Seconds())
	if t.accepted > 0 {
		fmt.Printf("  residue %d, stripping again differs %d, pixels identical %d, changed %d, not decodable by Go %d, orientation kept %d\n",
			t.residue, t.unstable, t.same, t.changed, t.undecodable, t.orientation)
	}
	if t.accepted > 0 && t.decodable > 0 {
		fmt.Printf("  refused though Go decodes it: %d (accepted of all that Go decodes: %.1f %%)\n", t.decodable, 100*float64(t.accepted)/float64(t.accepted+t.decodable))
	}
	for _, reason := range slices.SortedFunc(func(yield func(string) bool) {
		for r := range t.refused {
			if !yield(r) {
				return
			}
		}
	}, func(a, b string) int { return t.refused[b] - t.refused[a] }) {
		fmt.Printf("  refused %4d  %s\n", t.refused[reason], reason)
	}
}
