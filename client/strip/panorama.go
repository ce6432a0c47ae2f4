package strip

import (
	"math"
	"strconv"
	"strings"
)

// Pose says how a panorama lies around whoever looks at it: the one thing of XMP that is kept, beside the photo, for a
// viewer cannot guess it. Angles are hundredths of a degree, as in FORMAT.md, "Panoramas", without its offsets.
//
// There is no compass in it: where north was says something about the place. A first direction that the file gives against
// north is left out for the same reason. How the camera was held is rounded to a tenth of a degree, where to look first to a
// degree: nobody sees the rest, and a file is the harder to recognise by it.
type Pose struct {
	Across  int `json:"across"` // 100–36,000
	Down    int `json:"down"`   // 100–18,000
	Left    int `json:"left"`
	Top     int `json:"top"`
	Pitch   int `json:"pitch"`   // −9,000–9,000, of the camera, above the horizon
	Roll    int `json:"roll"`    // 0–35,999, clockwise
	Heading int `json:"heading"` // 0–35,999, where to look first, clockwise from the middle of the sphere
	Tilt    int `json:"tilt"`    // −9,000–9,000, and above the horizon
}

// panoramaNamespace is what a packet has to declare; the prefix is the packet's choice.
const panoramaNamespace = "http://ns.google.com/photos/1.0/panorama/"

const (
	wholeTurn = 360_00
	halfTurn  = wholeTurn / 2
	leastArc  = 1_00
)

// maxPanorama bounds how much of a packet is searched: a segment of a JPEG holds 64 KiB, other formats what they like.
const maxPanorama = 256 << 10

// panorama is what a packet says of one, by the names of its properties without their prefix; nil if it says nothing.
type panorama map[string]string

// Those of Google's Photo Sphere that matter here. The others – compass, dates, programs, counts – are only reported.
var panoramaProperties = []string{
	"ProjectionType", "UsePanoramaViewer",
	"FullPanoWidthPixels", "FullPanoHeightPixels", "CroppedAreaImageWidthPixels", "CroppedAreaImageHeightPixels",
	"CroppedAreaLeftPixels", "CroppedAreaTopPixels",
	"PoseHeadingDegrees", "PosePitchDegrees", "PoseRollDegrees", "InitialViewHeadingDegrees", "InitialViewPitchDegrees",
}

// readPanorama searches a packet. It finds attributes and elements, whatever the quotes and the white space around them.
func readPanorama(packet string) panorama {
	packet = packet[:min(len(packet), maxPanorama)]
	prefix := namespacePrefix(packet, panoramaNamespace)
	if prefix == "" {
		return nil
	}
	p := panorama{}
	for _, name := range panoramaProperties {
		if value, ok := propertyOf(packet, prefix+":"+name); ok {
			p[name] = value
		}
	}
	return p
}

// namespacePrefix returns what a packet calls a namespace.
func namespacePrefix(packet, namespace string) string {
	for _, quote := range []string{`"`, `'`} {
		before, _, ok := strings.Cut(packet, quote+namespace+quote)
		if !ok {
			continue
		}
		before = strings.TrimRight(before[max(0, len(before)-80):], " \t\r\n")
		before, ok = strings.CutSuffix(before, "=")
		before = strings.TrimRight(before, " \t\r\n")
		if at := strings.LastIndex(before, "xmlns:"); ok && at >= 0 {
			return before[at+len("xmlns:"):]
		}
	}
	return ""
}

// maxProperty bounds a value: all of them are numbers or words.
const maxProperty = 40

// propertyOf returns the value of an attribute, or the text of an element. What stands there twice with different values
// says nothing.
func propertyOf(packet, name string) (value string, ok bool) {
	for rest := packet; ; {
		at := strings.Index(rest, name)
		if at < 0 {
			return value, ok
		}
		begins := at > 0 && strings.IndexByte("< \t\r\n", rest[at-1]) >= 0
		rest = rest[at+len(name):]
		if !begins {
			continue
		}
		v, found := valueAfter(rest)
		switch {
		case !found:
		case ok && v != value:
			return "", false
		default:
			value, ok = v, true
		}
	}
}

// valueAfter reads what follows a name: ="…", or >…<.
func valueAfter(s string) (string, bool) {
	s = strings.TrimLeft(s[:min(len(s), 2*maxProperty)], " \t\r\n")
	end := "<"
	if after, ok := strings.CutPrefix(s, "="); ok {
		if s = strings.TrimLeft(after, " \t\r\n"); s == "" || s[0] != '"' && s[0] != '\'' {
			return "", false
		}
		end = s[:1]
	} else if !strings.HasPrefix(s, ">") {
		return "", false
	}
	value, _, ok := strings.Cut(s[1:], end)
	value = strings.TrimSpace(value)
	return value, ok && len(value) <= maxProperty
}

// pose makes of it how a picture of width × height lies, or nil: of what is no panorama, of another projection, and of values
// that do not fit the picture, as programs leave them behind that cut it.
func (p panorama) pose(width, height int) *Pose {
	if !strings.EqualFold(p["ProjectionType"], "equirectangular") || strings.EqualFold(p["UsePanoramaViewer"], "false") || width < 1 || height < 1 {
		return nil
	}
	var o Pose
	if !p.area(&o, width, height) || !square(&o, width, height) || !p.held(&o) {
		return nil
	}
	return &o
}

// area fills in which part of the sphere the picture covers. Where nothing is said, one that is twice as wide as high covers
// all of it.
func (p panorama) area(o *Pose, width, height int) bool {
	if p["FullPanoWidthPixels"] == "" && p["FullPanoHeightPixels"] == "" && p["CroppedAreaImageWidthPixels"] == "" {
		o.Across, o.Down = wholeTurn, halfTurn
		return width == 2*height
	}
	const most = 1 << 24
	fullWidth, ok1 := p.number("FullPanoWidthPixels", 1, most)
	fullHeight, ok2 := p.number("FullPanoHeightPixels", 1, most)
	across, ok3 := p.number("CroppedAreaImageWidthPixels", 1, fullWidth)
	down, ok4 := p.number("CroppedAreaImageHeightPixels", 1, fullHeight)
	left, ok5 := p.number("CroppedAreaLeftPixels", 0, fullWidth-across)
	top, ok6 := p.number("CroppedAreaTopPixels", 0, fullHeight-down)
	if !ok1 || !ok2 || !ok3 || !ok4 || !ok5 || !ok6 {
		return false
	}
	o.Across, o.Down = rounded(across/fullWidth*wholeTurn), rounded(down/fullHeight*halfTurn)
	o.Left = min(rounded(left/fullWidth*wholeTurn), wholeTurn-o.Across)
	o.Top = min(rounded(top/fullHeight*halfTurn), halfTurn-o.Down)
	return o.Across >= leastArc && o.Down >= leastArc
}

// square reports whether pixels are as high as wide, as in FORMAT.md.
func square(o *Pose, width, height int) bool {
	a, b := int64(width)*int64(o.Down), int64(height)*int64(o.Across)
	return 50*max(a-b, b-a) <= a
}

// held fills in how the camera was held and where to look first.
func (p panorama) held(o *Pose) bool {
	north, ok1 := p.number("PoseHeadingDegrees", -360, 360)
	pitch, ok2 := p.number("PosePitchDegrees", -90, 90)
	roll, ok3 := p.number("PoseRollDegrees", -360, 360)
	heading, ok4 := p.number("InitialViewHeadingDegrees", -360, 360)
	tilt, ok5 := p.number("InitialViewPitchDegrees", -90, 90)
	if !ok1 || !ok2 || !ok3 || !ok4 || !ok5 {
		return false
	}
	if north != 0 {
		heading = 0 // against north: to say by how much the picture is off it would tell where north is
	}
	o.Pitch, o.Tilt = 10*rounded(10*pitch), 10*rounded(10*tilt)
	o.Roll = (10*rounded(10*roll) + wholeTurn) % wholeTurn
	o.Heading = (100*rounded(heading) + wholeTurn) % wholeTurn
	return true
}

// number returns a value between two bounds; 0 where there is none and that is between them.
func (p panorama) number(name string, least, most float64) (float64, bool) {
	s, ok := p[name]
	if !ok {
		return 0, least <= 0 && most >= 0
	}
	if strings.Trim(s, "+-.0123456789") != "" {
		return 0, false // ParseFloat reads much more than people write
	}
	v, err := strconv.ParseFloat(s, 64)
	return v, err == nil && v >= least && v <= most
}

func rounded(v float64) int { return int(math.Round(v)) }
