package strip

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"encoding/hex"
	"io"
	"strings"

	"safelight/client/strip/png"
)

// photoshop reports image resources: captions by IPTC, thumbnails, whatever else.
func (r *Report) photoshop(data []byte) {
	before := len(r.Findings)
	total := len(data)
	for len(data) >= 12 && string(data[:4]) == "8BIM" {
		id := binary.BigEndian.Uint16(data[4:])
		name := 7 + int(data[6])
		name += name & 1
		if len(data) < name+4 {
			break
		}
		n := uint64(binary.BigEndian.Uint32(data[name:]))
		body := data[name+4:]
		if n > uint64(len(body)) {
			break
		}
		r.resource(id, body[:n])
		data = body[min(n+n&1, uint64(len(body))):]
	}
	if len(r.Findings) == before {
		r.add(Finding{Group: History, Code: "photoshop", Bytes: total})
	}
}

func (r *Report) resource(id uint16, body []byte) {
	switch id {
	case 0x0404:
		r.iptc(body)
	case 0x0409, 0x040c:
		if len(body) > 28 {
			r.hidden("thumbnail", body[28:], len(body))
		}
	case 0x0422, 0x0423:
		r.exif(body)
	case 0x0424:
		r.xmp(body)
	}
}

var datasets = map[byte]struct {
	group Group
	code  string
}{
	5: {Text, "title"}, 25: {Text, "keywords"}, 40: {Text, "instructions"}, 55: {Time, "taken"}, 65: {History, "software"},
	80: {Person, "artist"}, 85: {Person, "artist"}, 90: {Place, "city"}, 92: {Place, "location"}, 95: {Place, "state"},
	101: {Place, "country"}, 105: {Text, "title"}, 110: {Person, "credit"}, 115: {Person, "credit"}, 116: {Person, "copyright"},
	118: {Person, "contact"}, 120: {Text, "description"}, 122: {Person, "editor"},
}

func (r *Report) iptc(data []byte) {
	for len(data) >= 5 && data[0] == 0x1c {
		n := int(binary.BigEndian.Uint16(data[3:]))
		if n > len(data)-5 {
			return
		}
		if d, ok := datasets[data[2]]; ok && data[1] == 2 {
			r.text(d.group, d.code, string(data[5:5+n]))
		}
		data = data[5+n:]
	}
}

// ducky reports the words that “Save for Web” was given: fields of number, length, and as many characters as they begin with.
func (r *Report) ducky(data []byte) {
	for len(data) >= 4 {
		field, n := binary.BigEndian.Uint16(data), int(binary.BigEndian.Uint16(data[2:]))
		if field == 0 || n > len(data)-4 {
			return
		}
		if body := data[4 : 4+n]; n > 4 {
			switch field {
			case 2:
				r.text(Text, "comment", wide(body[4:], true))
			case 3:
				r.text(Person, "copyright", wide(body[4:], true))
			}
		}
		data = data[4+n:]
	}
}

// pngText reports a text chunk by its key.
func (r *Report) pngText(p png.Part) {
	key, value, _ := strings.Cut(string(p.Data[:min(len(p.Data), 1<<20)]), "\x00")
	switch p.Chunk {
	case "zTXt":
		if value != "" {
			value = inflate(value[1:])
		}
	case "iTXt":
		value = internationalText(value)
	}
	switch {
	case key == "XML:com.adobe.xmp":
		r.xmp([]byte(value))
		return
	case strings.HasPrefix(key, "Raw profile type"):
		r.rawProfile(strings.TrimPrefix(key, "Raw profile type "), value, len(p.Data))
		return
	}
	known := map[string]struct {
		group Group
		code  string
	}{
		"Author": {Person, "artist"}, "Copyright": {Person, "copyright"}, "Creation Time": {Time, "taken"}, "Software": {History, "software"},
		"Title": {Text, "title"}, "Description": {Text, "description"}, "Comment": {Text, "comment"}, "Source": {Device, "camera"},
		"parameters": {History, "prompt"}, "prompt": {History, "prompt"}, "workflow": {History, "prompt"},
	}
	if k, ok := known[key]; ok {
		r.add(Finding{Group: k.group, Code: k.code, Value: value, Bytes: len(p.Data)})
		return
	}
	r.add(Finding{Group: Text, Code: "png-text", Value: joined(": ", clean(key), clean(value)), Bytes: len(p.Data)})
}

// rawProfile reads a block that ImageMagick wrote in hexadecimal digits: a line with its name, one with its length, the
// digits.
func (r *Report) rawProfile(kind, value string, n int) {
	before := len(r.Findings)
	_, value, _ = strings.Cut(strings.TrimLeft(value, "\n"), "\n")
	_, value, _ = strings.Cut(value, "\n")
	block, _ := hex.DecodeString(strings.ReplaceAll(value, "\n", ""))
	switch {
	case bytes.HasPrefix(block, []byte("Exif\x00\x00")):
		r.exif(block[6:])
	case bytes.HasPrefix(block, []byte("Photoshop 3.0\x00")):
		r.photoshop(block[14:])
	case bytes.HasPrefix(block, []byte("8BIM")):
		r.photoshop(block)
	case bytes.Contains(block[:min(len(block), 200)], []byte("xmpmeta")), bytes.Contains(block[:min(len(block), 200)], []byte("xpacket")):
		r.xmp(block)
	}
	if len(r.Findings) == before {
		r.add(Finding{Group: Other, Code: "raw-profile", Value: kind, Bytes: n})
	}
}

// internationalText returns the text of an iTXt chunk: compression flag and method, language, translated key, text.
func internationalText(s string) string {
	if len(s) < 2 {
		return ""
	}
	packed := s[0] == 1
	_, s, _ = strings.Cut(s[2:], "\x00")
	_, s, _ = strings.Cut(s, "\x00")
	if packed {
		return inflate(s)
	}
	return s
}

// inflate returns the first megabyte of a zlib stream.
func inflate(s string) string {
	z, err := zlib.NewReader(strings.NewReader(s))
	if err != nil {
		return ""
	}
	var b bytes.Buffer
	io.Copy(&b, io.LimitReader(z, 1<<20))
	return b.String()
}
