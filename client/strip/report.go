package strip

import (
	"bytes"
	"strings"
)

// Group says what a finding gives away.
type Group string

// The closed list of groups.
const (
	Place      Group = "place"      // where
	Time       Group = "time"       // when
	Device     Group = "device"     // with what: maker, model, serial numbers, settings
	Person     Group = "person"     // by whom
	History    Group = "history"    // with which programs it was edited, and how
	Hidden     Group = "hidden"     // a further picture, film or file inside the file
	Provenance Group = "provenance" // a signed claim of origin
	Text       Group = "text"       // words
	Profile    Group = "profile"    // the name of a colour profile
	Other      Group = "other"      // bytes nobody needs
)

// Finding is one thing that a file gives away. Strip has removed it.
type Finding struct {
	Group Group `json:"group"`
	// Code names the thing, such as gps-position or thumbnail; the list is in codes.go.
	Code string `json:"code"`
	// Label is the key of its name in a catalogue of words: "finding." and the code.
	Label string `json:"label"`
	// Value is what the file says: short, one line, without control and direction characters. It may be empty.
	Value string `json:"value"`
	// Count is how many there are of what is counted, such as editing steps; 0 of everything else.
	Count int `json:"count,omitempty"`
	// Width and Height are those of a hidden picture, in pixels; 0 if unknown or no picture.
	Width  int `json:"width,omitempty"`
	Height int `json:"height,omitempty"`
	// Bytes is how much the thing took in the file; 0 if it was part of something that has a line of its own.
	Bytes int `json:"bytes,omitempty"`
	// Picture is the hidden picture itself, stripped: a JPEG, PNG or WebP of at most a megabyte, or, within a HEIC or AVIF,
	// one of those; nil if it cannot be shown.
	Picture []byte `json:"-"`
}

// Report is what is known of a photo.
type Report struct {
	Media Media `json:"media"`
	// Format is what people call the format: JPEG, TIFF, CR3. Of a refused file it is all that is known of its kind.
	Format string `json:"format"`
	// Width and Height are as stored, before Orientation (1–8, 1 if the file does not say) is applied.
	Width       int `json:"width"`
	Height      int `json:"height"`
	Orientation int `json:"orientation"`
	// Alpha says that the image may be transparent; Animated that it has more than one frame.
	Alpha    bool `json:"alpha"`
	Animated bool `json:"animated"`
	// ICC says that the stripped file has a colour profile; Wide that its gamut is larger than that of sRGB.
	ICC  bool `json:"icc"`
	Wide bool `json:"wide"`
	// AsSRGB says that new pixels were made of it as if its numbers were sRGB, for nothing here evaluates its colour profile.
	AsSRGB bool `json:"asSRGB,omitempty"`
	// Recoded says that the entropy coding held something and was written anew; the pixels are the same.
	Recoded bool `json:"recoded"`
	// Before and After are sizes in bytes; After is 0 where nothing was stripped.
	Before int `json:"before"`
	After  int `json:"after"`
	// Pose is how a panorama lies around the viewer, which may be kept beside the photo; nil of any other.
	Pose *Pose `json:"pose,omitempty"`
	// Findings is never nil in JSON; the weightiest groups come first.
	Findings []Finding `json:"findings"`

	panorama                    panorama
	pictures                    int    // of Findings that have a Picture
	stills                      int    // that were tried to be made of items
	description, author, agency string // for Words
}

// Displayed returns width and height after orientation.
func (r Report) Displayed() (width, height int) {
	if r.Orientation >= 5 {
		return r.Height, r.Width
	}
	return r.Width, r.Height
}

// maxValue bounds a value, in runes, and maxWords a caption; maxFindings what one file can list.
const (
	maxValue    = 200
	maxWords    = 1000
	maxFindings = 100
)

// add appends a finding, unless the very same is there already or the list is full.
func (r *Report) add(f Finding) {
	f.Label = "finding." + f.Code
	f.Value = clean(f.Value)
	if len(r.Findings) >= maxFindings {
		return
	}
	for _, other := range r.Findings {
		if other.Code == f.Code && other.Value == f.Value && other.Count == f.Count && f.Width == other.Width && bytes.Equal(f.Picture, other.Picture) {
			return
		}
	}
	r.Findings = append(r.Findings, f)
}

// text adds a finding with a value, if there is one.
func (r *Report) text(g Group, code, value string) {
	short := clean(value)
	if g == Time {
		if short = spaced(short); r.toldTime(code, short) {
			return
		}
	}
	if short != "" {
		r.add(Finding{Group: g, Code: code, Value: short})
		r.note(code, value)
	}
}

// spaced writes a moment in the one way of EXIF and XMP that people read more easily.
func spaced(s string) string {
	if len(s) > 16 && s[10] == 'T' {
		return s[:10] + " " + s[11:]
	}
	return s
}

// toldTime reports whether the same moment is told already, to the second.
func (r *Report) toldTime(code, value string) bool {
	const second = len("2026-05-04 11:12:13")
	for _, f := range r.Findings {
		if len(value) >= second && f.Code == code && strings.HasPrefix(f.Value, value[:second]) {
			return true
		}
	}
	return false
}

// note keeps what may become caption and credit, the first of each.
func (r *Report) note(code, value string) {
	into := map[string]*string{"description": &r.description, "artist": &r.author, "photographer": &r.author, "credit": &r.agency}[code]
	if into != nil && *into == "" {
		*into = cleanTo(value, maxWords)
	}
}

// Told returns made with what the file r is about said: for a photo that was made of its pixels.
func (r Report) Told(made Report) Report {
	made.description, made.author, made.agency = r.description, r.author, r.agency
	made.Findings = r.Findings
	return made
}

// Words returns what the file says below the picture: its description, and whom to credit, as agencies write it. They
// are for a sender who asks to keep them; in the stripped file they are not.
func (r Report) Words() (caption, credit string) {
	if r.author == r.agency {
		return r.description, r.author
	}
	return r.description, joined(" / ", r.author, r.agency)
}

var weight = map[Group]int{Place: 0, Person: 1, Time: 2, Device: 3, Hidden: 4, Text: 5, History: 6, Provenance: 7, Profile: 8, Other: 9}
