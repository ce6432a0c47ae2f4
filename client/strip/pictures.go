package strip

import (
	"bytes"
	"compress/zlib"
	"encoding/base64"
	"encoding/binary"
	"hash/crc32"
	"strings"

	"safelight/client/strip/exif"
	"safelight/client/strip/jpeg"
	"safelight/client/strip/png"
	"safelight/client/strip/webp"
)

// Bounds of the pictures inside a picture that are shown: what is larger is told by its size alone.
const (
	maxPicture       = 1 << 20
	maxPictures      = 8
	maxPicturePixels = 16_000_000
)

// hidden adds a picture within the file. It is shown when it is one that can be stripped: what is shown of it is as
// clean as what is sent.
func (r *Report) hidden(code string, data []byte, n int) {
	f := Finding{Group: Hidden, Code: code, Bytes: n}
	f.Width, f.Height = pictureSize(data)
	if r.pictures < maxPictures && len(data) <= maxPicture {
		if shown, w, h := picture(data); shown != nil && len(shown) <= maxPicture {
			f.Picture, f.Width, f.Height = shown, w, h
			r.pictures++
		}
	}
	r.add(f)
}

// picture strips a JPEG, PNG or WebP; nil if it is none, or one that is refused.
func picture(data []byte) (shown []byte, width, height int) {
	switch media, _ := Sniff(data); media {
	case JPEG:
		if out, m, err := jpeg.Strip(data, jpeg.Options{MaxPixels: maxPicturePixels}); err == nil {
			return out, m.Width, m.Height
		}
	case PNG:
		if out, m, err := png.Strip(data, png.Options{MaxPixels: maxPicturePixels}); err == nil {
			return out, m.Width, m.Height
		}
	case WebP:
		if out, m, err := webp.Strip(data, webp.Options{MaxPixels: maxPicturePixels}); err == nil {
			return out, m.Width, m.Height
		}
	}
	return nil, 0, 0
}

// trailer reports what lies behind the image: further JPEGs one after the other, as cameras and phones append them, and
// films.
func (r *Report) trailer(data []byte) {
	rest, found := data, false
	for range maxPictures {
		at := bytes.Index(rest, []byte("\xff\xd8\xff"))
		if at < 0 {
			break
		}
		found = true
		one, after := first(rest[at:])
		r.hidden("second-picture", one, len(one))
		rest = after
	}
	if at := bytes.Index(data, []byte("ftyp")); at >= 4 {
		r.add(Finding{Group: Hidden, Code: "motion-photo", Bytes: len(data) - at + 4})
		found = true
	}
	if !found {
		r.other("trailer", len(data))
	}
}

// first parts the JPEG that data begins with from what follows.
func first(data []byte) (one, after []byte) {
	m, err := jpeg.Inspect(data, jpeg.Options{MaxPixels: MaxPixels})
	if err != nil {
		return data, nil
	}
	for _, p := range m.Parts {
		if p.What == jpeg.Trailer {
			return data[:len(data)-len(p.Data)], p.Data
		}
	}
	return data, nil
}

// thumbnail reports the picture that cameras embed: a JPEG, or rows of colours.
func (r *Report) thumbnail(v exifValues, block []byte) {
	directory := v[exif.Thumbnail]
	number := func(tag uint16) uint64 { n, _ := directory[tag].Uint(); return uint64(n) }
	inside := func(at, n uint64) []byte {
		if at+n > uint64(len(block)) || n == 0 {
			return nil
		}
		return block[at : at+n]
	}
	switch {
	case directory[0x0201].Value != nil && directory[0x0202].Value != nil:
		r.hidden("thumbnail", inside(number(0x0201), number(0x0202)), int(number(0x0202)))
	case len(directory) > 0:
		w, h := number(0x0100), number(0x0101)
		var data []byte
		if number(0x0103) == 1 && number(0x0106) == 2 {
			data = painted(w, h, inside(number(0x0111), number(0x0117)))
		}
		if data == nil {
			r.add(Finding{Group: Hidden, Code: "thumbnail", Width: int(w), Height: int(h)})
			return
		}
		r.hidden("thumbnail", data, int(number(0x0117)))
	}
}

// extension reports the thumbnail of a JFXX segment.
func (r *Report) extension(data []byte) {
	shown := data[5:]
	if len(data) > 8 {
		w, h := uint64(data[6]), uint64(data[7])
		switch data[5] {
		case 0x10:
			shown = data[6:]
		case 0x11:
			shown = painted(w, h, looked(data[8:], w*h))
		case 0x13:
			shown = painted(w, h, data[8:])
		}
	}
	r.hidden("thumbnail", shown, len(data))
}

// looked returns n pixels that are numbers behind a palette of 256 colours.
func looked(b []byte, n uint64) []byte {
	const palette = 3 * 256
	if uint64(len(b)) < palette+n {
		return nil
	}
	var out []byte
	for _, i := range b[palette : palette+n] {
		out = append(out, b[3*int(i):3*int(i)+3]...)
	}
	return out
}

// painted returns a PNG of rows of red, green and blue; nil if there are too few, or far too many.
func painted(w, h uint64, rgb []byte) []byte {
	if w == 0 || h == 0 || w > 4096 || h > 4096 || uint64(len(rgb)) < 3*w*h {
		return nil
	}
	header := binary.BigEndian.AppendUint32(nil, uint32(w))
	header = append(binary.BigEndian.AppendUint32(header, uint32(h)), 8, 2, 0, 0, 0)
	var rows bytes.Buffer
	z := zlib.NewWriter(&rows)
	for ; h > 0; h-- {
		z.Write([]byte{0})
		z.Write(rgb[:3*w])
		rgb = rgb[3*w:]
	}
	z.Close()
	out := chunk([]byte("\x89PNG\r\n\x1a\n"), "IHDR", header)
	out = chunk(out, "IDAT", rows.Bytes())
	return chunk(out, "IEND", nil)
}

// encoded returns the picture that XMP holds in letters.
func encoded(packet string) []byte {
	for _, name := range []string{"xmpGImg:image", "xapGImg:image", "GImage:Data"} {
		_, after, ok := strings.Cut(packet, name)
		if !ok || len(after) < 2 {
			continue
		}
		after = after[1:]
		text, _, _ := strings.Cut(after, "<")
		if after[0] == '"' {
			text, _, _ = strings.Cut(after[1:], `"`)
		}
		text = strings.NewReplacer("&#xA;", "", "&#10;", "", "\n", "", "\r", "", " ", "", "=", "").Replace(text[:min(len(text), 2*maxPicture)])
		if b, err := base64.RawStdEncoding.DecodeString(text); err == nil && len(b) > 0 {
			return b
		}
	}
	return nil
}

// chunk appends a chunk of a PNG.
func chunk(out []byte, name string, data []byte) []byte {
	out = binary.BigEndian.AppendUint32(out, uint32(len(data)))
	from := len(out)
	out = append(append(out, name...), data...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(out[from:]))
}
