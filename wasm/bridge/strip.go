//go:build js

package bridge

import (
	"encoding/json"
	"errors"
	"runtime"
	"syscall/js"

	"safelight/client/strip"
	"safelight/client/variant"
)

// stripped is what is said of a photo without its metadata, as JSON.
type stripped struct {
	Media       variant.Media   `json:"media"`
	Width       int             `json:"width"` // as displayed
	Height      int             `json:"height"`
	Orientation int             `json:"orientation"`
	Findings    []strip.Finding `json:"findings"`
	Plan        []spec          `json:"plan"`
}

// spec is one variant to make.
type spec struct {
	Role     variant.Role `json:"role"`
	Width    int          `json:"width"`
	Height   int          `json:"height"`
	Quality  int          `json:"quality"`
	Lossless bool         `json:"lossless"`
}

// stripPhoto(bytes) returns {bytes, report}: the photo without its metadata, and JSON.
func stripPhoto(args []js.Value) (any, error) {
	defer runtime.GC()
	src, err := bytesOf(args[0])
	if err != nil {
		return nil, err
	}
	out, r, err := strip.Strip(src)
	if err != nil {
		return nil, refusal(err)
	}
	report, err := json.Marshal(describe(r))
	if err != nil {
		return nil, err
	}
	result := js.Global().Get("Object").New()
	result.Set("bytes", array(out))
	result.Set("report", string(report))
	return result, nil
}

func describe(r strip.Report) stripped {
	w, h := r.Displayed()
	s := stripped{Media: variant.Media(r.Media), Width: w, Height: h, Orientation: r.Orientation, Findings: r.Findings}
	source := variant.Source{Width: w, Height: h, Media: s.Media, Alpha: r.Alpha}
	for _, p := range variant.Plan(source) {
		s.Plan = append(s.Plan, spec{p.Role, p.Width, p.Height, p.Quality, p.Lossless})
	}
	return s
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

// refusal turns why a file was refused into the class that the page has words for.
func refusal(err error) error {
	var refused *strip.Error
	if errors.As(err, &refused) {
		return fault(refused.Class())
	}
	return faultInternal
}
