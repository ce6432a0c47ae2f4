//go:build js

package bridge

import (
	"errors"
	"runtime"
	"syscall/js"

	"safelight/client/strip"
	"safelight/client/variant"
)

// told is what is said of a photo, as JSON: of one without its metadata, of one that was only looked into, and of one
// that was refused.
type told struct {
	Media       variant.Media   `json:"media"` // 0 if it is none of the list
	Format      string          `json:"format"`
	Width       int             `json:"width"` // as displayed
	Height      int             `json:"height"`
	Orientation int             `json:"orientation"`
	Alpha       bool            `json:"alpha"`
	Animated    bool            `json:"animated"`
	Wide        bool            `json:"wide"` // a gamut larger than that of sRGB
	Profile     bool            `json:"profile"`
	Findings    []strip.Finding `json:"findings"`
	Pose        strip.Pose      `json:"pose,omitzero"` // how a panorama lies, which may be kept
	Caption     string          `json:"caption"`       // what the file says, for who asks to keep it
	Credit      string          `json:"credit"`
	Plan        []spec          `json:"plan"`
	PixelsOnly  []spec          `json:"pixelsOnly"`      // instead of Plan and original
	Tiles       []spec          `json:"tiles,omitempty"` // of a large photo the tile set
	Refusal     string          `json:"refusal,omitempty"`
	Convertible bool            `json:"convertible"`
}

// spec is one variant to make.
type spec struct {
	Role     variant.Role `json:"role"`
	Width    int          `json:"width"`
	Height   int          `json:"height"`
	Quality  int          `json:"quality"`
	Lossless bool         `json:"lossless"`
	Plain    bool         `json:"plain"`
	Later    bool         `json:"later"`
}

// inspectPhoto(bytes) returns {report, pictures}: JSON, and by finding the hidden picture where there is one. A file that
// is refused is no fault: the report says so, and what can be read of it all the same.
func inspectPhoto(args []js.Value) (any, error) {
	defer runtime.GC()
	src, err := bytesOf(args[0])
	if err != nil {
		return nil, err
	}
	r, err := strip.Inspect(src)
	t := describe(r)
	if err != nil {
		refused, ok := errors.AsType[*strip.Error](err)
		if !ok {
			return nil, faultInternal
		}
		t.Refusal, t.Convertible = string(refused.Code), refused.Convertible()
	}
	return report(t)
}

// stripPhoto(bytes) returns {report, pictures, bytes}: the photo without its metadata beside what inspectPhoto tells.
func stripPhoto(args []js.Value) (any, error) {
	defer runtime.GC()
	src, err := bytesOf(args[0])
	if err != nil {
		return nil, err
	}
	return stripped(src)
}

func stripped(src []byte) (any, error) {
	out, r, err := strip.Strip(src)
	if err != nil {
		return nil, refusal(err)
	}
	result, err := report(describe(r))
	if err == nil {
		result.Set("bytes", array(out))
	}
	return result, err
}

func describe(r strip.Report) told {
	w, h := r.Displayed()
	t := told{
		Media: variant.Media(r.Media), Format: r.Format, Width: w, Height: h, Orientation: r.Orientation,
		Alpha: r.Alpha, Animated: r.Animated, Wide: r.Wide, Profile: r.ICC, Findings: r.Findings,
	}
	if r.Pose != nil {
		t.Pose = *r.Pose
	}
	t.Caption, t.Credit = r.Words()
	source := variant.Source{Width: w, Height: h, Media: t.Media, Alpha: r.Alpha, Animated: r.Animated}
	t.Plan, t.PixelsOnly = specs(variant.Plan(source)), specs(variant.PixelsOnly(source))
	if tiles, ok := variant.PlanTiles(source); ok {
		t.Tiles = specs([]variant.Spec{tiles})
	}
	return t
}

func specs(plan []variant.Spec) []spec {
	var list []spec
	for _, p := range plan {
		list = append(list, spec{p.Role, p.Width, p.Height, p.Quality, p.Lossless, p.Plain, p.Later})
	}
	return list
}

// report hands over what was found.
func report(t told) (js.Value, error) {
	pictures := js.Global().Get("Array").New(len(t.Findings))
	for i, f := range t.Findings {
		if f.Picture != nil {
			pictures.SetIndex(i, array(f.Picture))
		}
	}
	result := js.Global().Get("Object").New()
	result.Set("report", text(t))
	result.Set("pictures", pictures)
	return result, nil
}

// stripVariant lets what the browser coded through the allow-list: browsers add a profile of their own, and with it
// tell which one they are.
func stripVariant(v js.Value, media variant.Media) ([]byte, error) {
	data, err := bytesOf(v)
	if err != nil {
		return nil, err
	}
	out, err := strip.Variant(strip.Media(media), data)
	if err != nil {
		return nil, refusal(err)
	}
	return out, nil
}

// refused is why a file is not taken: the class that the page has words for, the reason itself, and whether its pixels
// may be sent instead.
type refused struct {
	class, code string
	convertible bool
}

func (r refused) Error() string { return "engine: refused as " + r.class }

func refusal(err error) error {
	if e, ok := errors.AsType[*strip.Error](err); ok {
		return refused{e.Class(), string(e.Code), e.Convertible()}
	}
	return faultInternal
}
