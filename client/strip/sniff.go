package strip

import (
	"bytes"
	"encoding/binary"

	"safelight/client/strip/refuse"
)

// Media is a media type, with the numbers of the manifest (FORMAT.md, Manifest).
type Media uint8

// The closed list.
const (
	JPEG Media = 1 + iota
	PNG
	WebP
	AVIF
	GIF
	HEIC
	JXL
)

var mediaTypes = [...]string{"", "image/jpeg", "image/png", "image/webp", "image/avif", "image/gif", "image/heic", "image/jxl"}

// String returns the media type, such as image/jpeg; empty for the zero value.
func (m Media) String() string {
	if int(m) < len(mediaTypes) {
		return mediaTypes[m]
	}
	return ""
}

// MarshalText writes the media type.
func (m Media) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// UnmarshalText reads a media type; an unknown one becomes the zero value.
func (m *Media) UnmarshalText(text []byte) error {
	*m = 0
	for i, name := range mediaTypes {
		if name == string(text) {
			*m = Media(i)
		}
	}
	return nil
}

// Sniff says by content, never by name, which of the formats a file has. It reads the first kilobyte at most.
func Sniff(src []byte) (Media, bool) {
	m := sniff(src)
	return m, m != 0
}

func sniff(src []byte) Media {
	has := func(prefix string) bool { return bytes.HasPrefix(src, []byte(prefix)) }
	switch {
	case has("\xff\xd8\xff"):
		return JPEG
	case has("\x89PNG\r\n\x1a\n"):
		return PNG
	case has("RIFF") && len(src) >= 12 && string(src[8:12]) == "WEBP":
		return WebP
	case has("GIF87a"), has("GIF89a"):
		return GIF
	case has("\xff\x0a"), has("\x00\x00\x00\x0cJXL \r\n\x87\n"):
		return JXL
	}
	for _, brand := range brands(src) {
		switch brand {
		case "avif", "avis":
			return AVIF
		case "heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1":
			return HEIC
		}
	}
	return 0
}

// brands returns the major and compatible brands of an ISO file: AVIF names mif1 as well, so avif has to come first.
func brands(src []byte) []string {
	if len(src) < 16 || string(src[4:8]) != "ftyp" {
		return nil
	}
	end := min(uint64(binary.BigEndian.Uint32(src)), uint64(len(src)), 1024)
	list := []string{string(src[8:12])}
	if list[0] == "mif1" || list[0] == "msf1" {
		list = nil
	}
	for i := uint64(16); i+4 <= end; i += 4 {
		list = append(list, string(src[i:i+4]))
	}
	if src[8] == 'm' && (string(src[8:12]) == "mif1" || string(src[8:12]) == "msf1") {
		list = append(list, string(src[8:12]))
	}
	return list
}

// foreign names what is known of a file that is none of the formats.
func foreign(src []byte) refuse.Code {
	for _, f := range []struct {
		offset int
		magic  string
		code   refuse.Code
	}{
		{0, "%PDF-", refuse.PDF},
		{0, "BM", refuse.BMP},
		{0, "8BPS", refuse.PSD},
		{0, "\x00\x00\x01\x00", refuse.ICO},
		{0, "\x00\x00\x00\x0cjP  \r\n\x87\n", refuse.JP2},
		{0, "\xff\x4f\xff\x51", refuse.JP2},
		{0, "FUJIFILMCCD-RAW", refuse.Raw},
		{0, "FOVb", refuse.Raw},
		{0, "II\x1a\x00\x00\x00HEAPCCDR", refuse.Raw},
		{0, "IIU\x00", refuse.Raw},
		{0, "IIRO", refuse.Raw},
		{0, "IIRS", refuse.Raw},
		{0, "\x00MRM", refuse.Raw},
		{8, "CR\x02\x00", refuse.Raw},
		{8, "crx ", refuse.Raw},
		{0, "II*\x00", refuse.TIFF},
		{0, "MM\x00*", refuse.TIFF},
		{0, "II+\x00", refuse.TIFF},
		{0, "MM\x00+", refuse.TIFF},
		{4, "ftyp", refuse.Video},
		{4, "moov", refuse.Video},
		{0, "\x1aE\xdf\xa3", refuse.Video},
	} {
		if len(src) >= f.offset+len(f.magic) && string(src[f.offset:f.offset+len(f.magic)]) == f.magic {
			if f.code == refuse.TIFF && rawTIFF(src) {
				return refuse.Raw
			}
			return f.code
		}
	}
	return markup(src)
}

// rawTIFF reports whether a TIFF is a camera's raw file: DNG's version tag, or a maker whose TIFFs are all raw.
func rawTIFF(src []byte) bool {
	var order binary.ByteOrder = binary.LittleEndian
	if src[0] == 'M' {
		order = binary.BigEndian
	}
	if len(src) < 10 {
		return false
	}
	at := uint64(order.Uint32(src[4:]))
	if at+2 > uint64(len(src)) {
		return false
	}
	n := uint64(order.Uint16(src[at:]))
	for i := range min(n, 64) {
		entry := at + 2 + 12*i
		if entry+12 > uint64(len(src)) {
			return false
		}
		// DNGVersion, SubIFDs: a photo that is exported as TIFF has neither.
		if tag := order.Uint16(src[entry:]); tag == 0xc612 || tag == 0x014a {
			return true
		}
	}
	return false
}

// markup looks for the tags of documents in the first kilobyte of what may be text.
func markup(src []byte) refuse.Code {
	head := bytes.ToLower(bytes.TrimLeft(src[:min(len(src), 1024)], "\xef\xbb\xbf \t\r\n"))
	if len(head) == 0 || head[0] != '<' {
		return refuse.Unknown
	}
	switch {
	case bytes.Contains(head, []byte("<svg")):
		return refuse.SVG
	case bytes.Contains(head, []byte("<html")), bytes.Contains(head, []byte("<!doctype html")), bytes.Contains(head, []byte("<script")):
		return refuse.HTML
	}
	return refuse.Unknown
}
