package strip_test

import (
	"bytes"
	"encoding/binary"
	"slices"
	"strings"
	"testing"

	"safelight/client/strip"
	"safelight/client/strip/striptest"
)

// fujiBlock is EXIF with a note of Fujifilm's that has the camera's number; other makers' notes have tests of their own.
func fujiBlock(number string) []byte {
	le := binary.LittleEndian
	note := append([]byte("FUJIFILM\x0c\x00\x00\x00\x01\x00\x10\x00\x02\x00"), le.AppendUint32(nil, uint32(len(number)+1))...)
	note = append(append(note, "\x1e\x00\x00\x00\x00\x00\x00\x00"...), number+"\x00"...)
	out := []byte("II*\x00\x08\x00\x00\x00\x01\x00\x69\x87\x04\x00\x01\x00\x00\x00\x1a\x00\x00\x00\x00\x00\x00\x00\x01\x00\x7c\x92\x07\x00")
	out = le.AppendUint32(le.AppendUint32(out, uint32(len(note))), 44)
	return append(append(out, 0, 0, 0, 0), note...)
}

// TestTold is about values that lie deeper than in EXIF's own tags: each is told, and is not in what was stripped.
func TestTold(t *testing.T) {
	photo := striptest.EncodeJPEG(striptest.Landscape(64, 48, 1), 90)
	behindHead := func(marker byte, body ...[]byte) []byte {
		return slices.Concat(photo[:2], striptest.Segment(marker, body...), photo[2:])
	}
	xmp := func(inside string) []byte {
		return behindHead(0xe1, []byte("http://ns.adobe.com/xap/1.0/\x00<x:xmpmeta><rdf:Description"+inside+"</x:xmpmeta>"))
	}
	for _, tt := range []struct {
		name, group, code, value string
		file                     []byte
	}{
		{"maker's note", "device", "camera-serial", "FPX 12345678", behindHead(0xe1, []byte("Exif\x00\x00"), fujiBlock("FPX 12345678"))},
		{"drone's position", "place", "gps-position", "-22.54310, 114.05790", xmp(` drone-dji:GpsLatitude="-22.5431" drone-dji:GpsLongitude="+114.0579"/>`)},
		{"drone's number", "device", "camera-serial", "1581F4XYZ", xmp(` drone-dji:DroneSerialNumber="1581F4XYZ"/>`)},
		{"first face", "person", "person-shown", "Ada L.", xmp(`><rdf:li mwg-rs:Name="Ada L."/><rdf:li mwg-rs:Name="Charles B."/>`)},
		{"second face", "person", "person-shown", "Charles B.", xmp(`><rdf:li mwg-rs:Name="Ada L."/><rdf:li mwg-rs:Name="Charles B."/>`)},
		{"face of a program for Windows", "person", "person-shown", "Ada L.", xmp(`><MPReg:PersonDisplayName>Ada L.</MPReg:PersonDisplayName>`)},
		{"camera in XMP alone", "device", "camera", "SO-7 Mark II", xmp(` tiff:Make="SO Optical" tiff:Model="SO-7 Mark II"/>`)},
		{"name that XMP had once", "history", "software", "Adobe Photoshop 7.0", xmp(` xap:CreatorTool="Adobe Photoshop 7.0"/>`)},
		{"owner in XMP", "person", "owner", "Ada L.", xmp(` aux:OwnerName="Ada L."/>`)},
		{"place that is shown", "place", "city", "Delft", xmp(`><Iptc4xmpExt:City>Delft</Iptc4xmpExt:City>`)},
		{"who wrote the caption", "person", "editor", "C. B.", xmp(` photoshop:CaptionWriter="C. B."/>`)},
		{"words of Save for Web", "person", "copyright", "© Ada", behindHead(0xec, []byte("Ducky\x00\x01\x00\x04\x00\x00\x00\x3c\x00\x03\x00\x0e\x00\x00\x00\x05\x00\xa9\x00 \x00A\x00d\x00a\x00\x00"))},
		{"comment of Save for Web", "text", "comment", "two lines", behindHead(0xec, []byte("Ducky\x00\x02\x00\x16\x00\x00\x00\x09\x00t\x00w\x00o\x00 \x00l\x00i\x00n\x00e\x00s\x00\x00"))},
	} {
		t.Run(tt.name, func(t *testing.T) {
			out, r, err := strip.Strip(tt.file)
			if err != nil {
				t.Fatal(err)
			}
			if !tells(r, tt.group, tt.code, tt.value) {
				t.Errorf("%s %s %q is not among %s", tt.group, tt.code, tt.value, told(r))
			}
			checkFindings(t, r)
			if bytes.Contains(out, []byte(strings.Fields(tt.value)[0])) {
				t.Error("it is still in what was stripped")
			}
			// The same file with nothing in it tells nothing: the values do not come from elsewhere.
			if r, err := strip.Inspect(photo); err != nil || tells(r, tt.group, tt.code, tt.value) {
				t.Errorf("told of a file that does not say it (%v)", err)
			}
		})
	}
}

func tells(r strip.Report, group, code, value string) bool {
	return slices.ContainsFunc(r.Findings, func(f strip.Finding) bool {
		return string(f.Group) == group && f.Code == code && f.Value == value
	})
}

// TestToldOfRefused reads files that are refused for being broken, or for what they are.
func TestToldOfRefused(t *testing.T) {
	broken := striptest.ScreenshotPNG(9, 7, striptest.Options{Owner: "Ada L.", Comment: "two lines", Serial: "SN-1"})
	broken[bytes.Index(broken, []byte("IDAT"))+5] ^= 1
	sequence := slices.Concat(ftyp("avis", "avif"), []byte("\x00\x00\x00\x15infe\x02\x00\x00\x00\x00\x02\x00\x00Exif\x00\x00\x00\x00\x10moov"), make([]byte, 8), fujiBlock("FPX 12345678"))
	for _, tt := range []struct {
		name, group, code, value string
		file                     []byte
	}{
		{"PNG whose pixels are broken", "person", "artist", "Ada L.", broken},
		{"EXIF of a PNG whose pixels are broken", "device", "camera-serial", "SN-1", broken},
		{"EXIF of a film of pictures", "device", "camera-serial", "FPX 12345678", sequence},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r, err := strip.Inspect(tt.file)
			if err == nil && !strings.Contains(tt.name, "PNG") {
				t.Fatal("it is not refused")
			}
			if _, _, err := strip.Strip(tt.file); err == nil {
				t.Fatal("it is not refused")
			}
			if !tells(r, tt.group, tt.code, tt.value) {
				t.Errorf("%s %q is not among %s", tt.code, tt.value, told(r))
			}
			if slices.ContainsFunc(r.Findings, func(f strip.Finding) bool { return f.Code == "exif" }) {
				t.Errorf("the name of an item is taken for EXIF: %s", told(r))
			}
			checkFindings(t, r)
		})
	}
}
