package strip_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"safelight/client/strip"
	"safelight/client/strip/striptest"
)

// whole is what a camera says of a sphere of 8000 × 4000 pixels.
const whole = `GPano:UsePanoramaViewer="True" GPano:ProjectionType="equirectangular" GPano:FullPanoWidthPixels="8000" GPano:FullPanoHeightPixels="4000"` +
	` GPano:CroppedAreaImageWidthPixels="8000" GPano:CroppedAreaImageHeightPixels="4000" GPano:CroppedAreaLeftPixels="0" GPano:CroppedAreaTopPixels="0"`

// part is a picture of 6000 × 2000 pixels out of that.
const part = `GPano:ProjectionType="equirectangular" GPano:FullPanoWidthPixels="8000" GPano:FullPanoHeightPixels="4000"` +
	` GPano:CroppedAreaImageWidthPixels="6000" GPano:CroppedAreaImageHeightPixels="2000" GPano:CroppedAreaLeftPixels="1500" GPano:CroppedAreaTopPixels="1000"`

const declared = `xmlns:GPano="http://ns.google.com/photos/1.0/panorama/"`

// packetOf returns an XMP packet with attributes and elements.
func packetOf(attributes, elements string) []byte {
	return []byte(`<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">` +
		`<rdf:Description rdf:about="" ` + attributes + `>` + elements + `</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>`)
}

// jpegSaying returns a JPEG with a packet.
func jpegSaying(w, h int, packet []byte) []byte {
	coded := striptest.EncodeJPEG(striptest.Landscape(w, h, 1), 60)
	return slices.Concat(coded[:2], striptest.Segment(0xe1, []byte("http://ns.adobe.com/xap/1.0/\x00"), packet), coded[2:])
}

// set replaces the value of an attribute.
func set(attributes, name, value string) string {
	before, after, ok := strings.Cut(attributes, name+`="`)
	if !ok {
		panic("no " + name)
	}
	_, after, _ = strings.Cut(after, `"`)
	return before + name + `="` + value + `"` + after
}

// without takes an attribute out.
func without(attributes, name string) string {
	return strings.ReplaceAll(set(attributes, name, ""), `GPano:`+name+`=""`, "")
}

// elements writes attributes as elements.
func elements(attributes string) string {
	var b strings.Builder
	for _, a := range strings.Fields(attributes) {
		name, value, _ := strings.Cut(a, "=")
		b.WriteString("<" + name + ">\n  " + strings.Trim(value, `"`) + " </" + name + ">")
	}
	return b.String()
}

func TestPanorama(t *testing.T) {
	sphere := &strip.Pose{Across: 360_00, Down: 180_00}
	window := &strip.Pose{Across: 270_00, Down: 90_00, Left: 67_50, Top: 45_00}
	more := func(name, value string) string { return whole + ` GPano:` + name + `="` + value + `"` }
	with := func(edit func(*strip.Pose)) *strip.Pose { p := *sphere; edit(&p); return &p }
	attributes := func(a string) []byte { return packetOf(declared+" "+a, "") }
	for _, tt := range []struct {
		name   string
		w, h   int
		packet []byte
		want   *strip.Pose
	}{
		{"whole", 80, 40, attributes(whole), sphere},
		{"elements", 80, 40, packetOf(declared, elements(whole)), sphere},
		{"some of both", 80, 40, packetOf(declared+" "+without(whole, "ProjectionType"), `<GPano:ProjectionType>equirectangular</GPano:ProjectionType>`), sphere},
		{"single quotes, and space around the sign", 80, 40, []byte(strings.ReplaceAll(strings.ReplaceAll(string(attributes(whole)), `"`, `'`), "=", " =\n")), sphere},
		{"another prefix", 80, 40, []byte(strings.ReplaceAll(string(attributes(whole)), "GPano", "ns1")), sphere},
		{"nothing but the projection", 80, 40, attributes(`GPano:ProjectionType="Equirectangular"`), sphere},
		{"part", 60, 20, attributes(part), window},
		{"part, with decimals", 60, 20, attributes(set(part, "CroppedAreaLeftPixels", "1500.0")), window},
		{"held crookedly", 80, 40, attributes(more("PosePitchDegrees", "-2.54") + ` GPano:PoseRollDegrees="-0.08" GPano:InitialViewPitchDegrees="+10.06"`), with(func(p *strip.Pose) { p.Pitch, p.Roll, p.Tilt = -2_50, 359_90, 10_10 })},
		{"where to look first", 80, 40, attributes(more("InitialViewHeadingDegrees", "270.6")), with(func(p *strip.Pose) { p.Heading = 271_00 })},
		{"a north that is the middle", 80, 40, attributes(more("InitialViewHeadingDegrees", "-90") + ` GPano:PoseHeadingDegrees="0.0"`), with(func(p *strip.Pose) { p.Heading = 270_00 })},
		{"where to look first, against north", 80, 40, attributes(more("InitialViewHeadingDegrees", "0") + ` GPano:PoseHeadingDegrees="123.4"`), sphere},
		{"told twice alike", 80, 40, packetOf(declared+" "+whole, elements(whole)), sphere},

		{"no packet", 80, 40, packetOf("", ""), nil},
		{"namespace not declared", 80, 40, packetOf(whole, ""), nil},
		{"another namespace", 80, 40, packetOf(strings.Replace(declared, "google", "example", 1)+" "+whole, ""), nil},
		{"no projection", 80, 40, attributes(without(whole, "ProjectionType")), nil},
		{"cylindrical", 80, 40, attributes(set(whole, "ProjectionType", "cylindrical")), nil},
		{"not to be looked around in", 80, 40, attributes(set(whole, "UsePanoramaViewer", "False")), nil},
		{"nothing but the projection, not twice as wide", 80, 41, attributes(`GPano:ProjectionType="equirectangular"`), nil},
		{"a picture that was cut", 40, 40, attributes(whole), nil},
		{"the whole is not twice as wide", 80, 60, attributes(set(set(whole, "FullPanoHeightPixels", "6000"), "CroppedAreaImageHeightPixels", "6000")), nil},
		{"no width of the whole", 80, 40, attributes(without(whole, "FullPanoWidthPixels")), nil},
		{"width 0 of the whole", 80, 40, attributes(set(whole, "FullPanoWidthPixels", "0")), nil},
		{"a part larger than the whole", 80, 40, attributes(set(whole, "FullPanoWidthPixels", "7999")), nil},
		{"a part to the right of the whole", 60, 20, attributes(set(part, "CroppedAreaLeftPixels", "2001")), nil},
		{"a part below the whole", 60, 20, attributes(set(part, "CroppedAreaTopPixels", "2001")), nil},
		{"negative", 60, 20, attributes(set(part, "CroppedAreaTopPixels", "-1")), nil},
		{"no number", 60, 20, attributes(set(part, "CroppedAreaTopPixels", "ten")), nil},
		{"empty", 60, 20, attributes(set(part, "CroppedAreaTopPixels", "")), nil},
		{"NaN", 60, 20, attributes(set(part, "CroppedAreaTopPixels", "NaN")), nil},
		{"infinite", 80, 40, attributes(set(whole, "FullPanoWidthPixels", "Inf")), nil},
		{"hexadecimal", 80, 40, attributes(set(whole, "FullPanoWidthPixels", "0x1F40")), nil},
		{"an exponent", 80, 40, attributes(set(whole, "FullPanoWidthPixels", "8e3")), nil},
		{"too many digits", 80, 40, attributes(set(whole, "FullPanoWidthPixels", strings.Repeat("0", 40)+"8000")), nil},
		{"larger than any picture", 80, 40, attributes(set(set(whole, "FullPanoWidthPixels", "80000000"), "FullPanoHeightPixels", "40000000")), nil},
		{"two widths", 80, 40, packetOf(declared+" "+whole, `<GPano:FullPanoWidthPixels>8001</GPano:FullPanoWidthPixels>`), nil},
		{"pitch beyond straight up", 80, 40, attributes(more("PosePitchDegrees", "90.1")), nil},
		{"roll beyond a turn", 80, 40, attributes(more("PoseRollDegrees", "360.1")), nil},
		{"tilt that is no number", 80, 40, attributes(more("InitialViewPitchDegrees", "up")), nil},
		{"less than a degree", 80, 40, attributes(set(set(whole, "CroppedAreaImageWidthPixels", "20"), "CroppedAreaImageHeightPixels", "10")), nil},
		{"value without an end", 80, 40, []byte(declared + ` GPano:ProjectionType="equirectangular`), nil},
		{"element without an end", 80, 40, []byte(declared + ` <GPano:ProjectionType>equirectangular`), nil},
		{"name inside another", 80, 40, attributes(strings.ReplaceAll(whole, "GPano:Proj", "x-GPano:Proj")), nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			src := jpegSaying(tt.w, tt.h, tt.packet)
			out, r, err := strip.Strip(src)
			if err != nil {
				t.Fatal(err)
			}
			if (r.Pose == nil) != (tt.want == nil) || r.Pose != nil && *r.Pose != *tt.want {
				t.Errorf("Pose = %+v, want %+v", r.Pose, tt.want)
			}
			// What is kept is beside the photo, never in it.
			if err := striptest.Account(out); err != nil || bytes.Contains(out, []byte("Pano")) {
				t.Errorf("the stripped file is not clean: %v", err)
			}
			if again, err := strip.Inspect(out); err != nil || again.Pose != nil {
				t.Errorf("a stripped file is still a panorama: %+v, %v", again.Pose, err)
			}
		})
	}
}

// smallPart is a packet for a picture of w × h pixels that covers a few degrees.
func smallPart(w, h int) []byte {
	m := 50 * max(w, h)
	return packetOf(fmt.Sprintf(`%s GPano:ProjectionType="equirectangular" GPano:FullPanoWidthPixels="%d" GPano:FullPanoHeightPixels="%d" GPano:CroppedAreaImageWidthPixels="%d" GPano:CroppedAreaImageHeightPixels="%d"`,
		declared, 2*m, m, w, h), "")
}

// TestPanoramaFormats: wherever a format keeps its packet.
func TestPanoramaFormats(t *testing.T) {
	camera := func(orientation int) func([]byte) []byte {
		return func(packet []byte) []byte {
			photo := striptest.CameraJPEG(80, 40, striptest.Options{Orientation: orientation})
			return insert(photo, dqt, striptest.Segment(0xe1, []byte("http://ns.adobe.com/xap/1.0/\x00"), packet))
		}
	}
	item := func(f striptest.HEIF) func([]byte) []byte {
		return func(packet []byte) []byte {
			f := f
			f.Items = append(slices.Clone(f.Items), striptest.HEIFItem{
				Kind: "mime", More: []byte("application/rdf+xml\x00"), Data: packet, References: []striptest.HEIFReference{{Kind: "cdsc", To: []int{1}}},
			})
			return f.Bytes()
		}
	}
	for _, tt := range []struct {
		name string
		file func(packet []byte) []byte
		want bool
	}{
		{"JPEG", camera(1), true},
		{"JPEG that is stored turned", camera(6), false},
		{"JPEG that is stored upside down", camera(3), false},
		{"PNG", func(packet []byte) []byte {
			f := plainPNG()
			f.before = append(f.before, striptest.Chunk("iTXt", []byte("XML:com.adobe.xmp\x00\x00\x00\x00\x00"), packet))
			return f.bytes()
		}, true},
		{"WebP", func(packet []byte) []byte {
			return riff(riffChunk("VP8X", []byte{4, 0, 0, 0, 0, 0, 0, 0, 0, 0}), riffChunk("VP8 ", lossyPixel), riffChunk("XMP ", packet))
		}, true},
		{"AVIF", item(striptest.SmallAVIF()), true},
		{"HEIC", item(striptest.SmallGrid()), true},
	} {
		r, err := strip.Inspect(tt.file([]byte("<x>")))
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
		r, err = strip.Inspect(tt.file(smallPart(r.Width, r.Height)))
		if err != nil || (r.Pose != nil) != tt.want {
			t.Errorf("%s: Pose = %+v, want one %v; %v, %s", tt.name, r.Pose, tt.want, err, told(r))
		}
	}
}

// TestPanoramaTold: what is not kept is told like everything that is taken out, the compass before all.
func TestPanoramaTold(t *testing.T) {
	r, err := strip.Inspect(jpegSaying(80, 40, packetOf(declared+" "+whole+` GPano:PoseHeadingDegrees="123.4" GPano:StitchingSoftware="Stitcher 3" GPano:FirstPhotoDate="2026-05-04T11:12:13Z"`, "")))
	if err != nil {
		t.Fatal(err)
	}
	for code, want := range map[string]string{"gps-direction": "123.4°", "software": "Stitcher 3", "taken": "2026-05-04 11:12:13Z"} {
		if i := slices.IndexFunc(r.Findings, func(f strip.Finding) bool { return f.Code == code }); i < 0 || r.Findings[i].Value != want {
			t.Errorf("%s is not told: %s", code, told(r))
		}
	}
}
