package strip

import (
	"bytes"
	"encoding/binary"
	"strings"

	"safelight/client/strip/exif"
	"safelight/client/strip/jpeg"
	"safelight/client/strip/png"
	"safelight/client/strip/refuse"
)

// ofRefused reports what can be read of a file that is not stripped.
func ofRefused(src []byte) Report {
	r := Report{Orientation: 1}
	r.Media, _ = Sniff(src)
	if _, name, ok := strings.Cut(r.Media.String(), "/"); ok {
		r.Format = strings.ToUpper(name)
	} else {
		r.Format = refusedNames[foreign(src)]
	}
	has := func(at int, magic string) bool {
		return len(src) >= at+len(magic) && string(src[at:at+len(magic)]) == magic
	}
	entries := exif.Entries(src)
	switch {
	case len(src) > MaxBytes:
	case len(entries) > 0:
		r.tiff(src, entries)
	case has(0, "FUJIFILMCCD-RAW") && len(src) > 92:
		r.preview(src, binary.BigEndian.Uint32(src[84:]), binary.BigEndian.Uint32(src[88:]))
	case has(0, "8BPS") && len(src) > 34:
		r.Height, r.Width = int(binary.BigEndian.Uint32(src[14:])&0xfffff), int(binary.BigEndian.Uint32(src[18:])&0xfffff)
		colours := uint64(binary.BigEndian.Uint32(src[26:]))
		if at := 34 + colours; at < uint64(len(src)) {
			r.photoshop(src[at:])
		}
	case r.Media == PNG:
		r.damagedPNG(src)
	case has(0, "BM") && len(src) > 26:
		r.Width, r.Height = int(binary.LittleEndian.Uint32(src[18:])&0xfffff), int(binary.LittleEndian.Uint32(src[22:])&0xfffff)
	default:
		r.search(src)
	}
	r.finish()
	r.Pose = nil // new pixels are made of it, if anything
	return r
}

// damagedPNG reports the chunks of a PNG that tell something, wrong checksums or not, as far as they follow each other.
func (r *Report) damagedPNG(src []byte) {
	var m png.Image
	for rest := src[min(len(src), 8):]; len(rest) >= 8 && len(r.Findings) < maxFindings; {
		n := uint64(binary.BigEndian.Uint32(rest))
		if n > uint64(len(rest)-8) {
			break
		}
		switch name, data := string(rest[4:8]), rest[8:8+n]; name {
		case "IHDR":
			if n == 13 {
				r.Width, r.Height = int(binary.BigEndian.Uint32(data)&0xfffff), int(binary.BigEndian.Uint32(data[4:])&0xfffff)
			}
		case "tEXt", "zTXt", "iTXt", "tIME", "eXIf", "caBX":
			r.chunk(&m, png.Part{Chunk: name, Data: data})
		}
		rest = rest[min(8+n+4, uint64(len(rest))):]
	}
}

var refusedNames = map[refuse.Code]string{
	refuse.TIFF: "TIFF", refuse.Raw: "RAW", refuse.BMP: "BMP", refuse.JP2: "JPEG 2000", refuse.PSD: "PSD", refuse.ICO: "ICO",
	refuse.SVG: "SVG", refuse.PDF: "PDF", refuse.HTML: "HTML", refuse.Video: "video",
}

// tiff reports a TIFF, or a raw file that is built like one.
func (r *Report) tiff(src []byte, entries []exif.Entry) {
	for _, e := range entries {
		if n, ok := e.Uint(); ok && e.Directory == exif.Main {
			switch e.Tag {
			case 0x0100:
				r.Width = int(n & 0xfffff)
			case 0x0101:
				r.Height = int(n & 0xfffff)
			}
		}
	}
	r.Orientation = max(exif.Orientation(src), 1)
	r.exif(src)
	for _, picture := range exif.Pictures(src) {
		r.hidden("preview", picture, len(picture))
	}
}

// preview reports the JPEG that a raw file leads with, and what that tells.
func (r *Report) preview(src []byte, at, n uint32) {
	end := uint64(at) + uint64(n)
	if end > uint64(len(src)) || uint64(at) > end {
		return
	}
	data := src[at:end]
	r.hidden("preview", data, len(data))
	if m, err := jpeg.Inspect(data, jpeg.Options{MaxPixels: MaxPixels}); err == nil {
		inside := ofJPEG(data, m)
		r.Width, r.Height, r.Orientation = inside.Width, inside.Height, inside.Orientation
		for _, f := range inside.Findings {
			r.add(f)
		}
	}
}

// maxBlocks bounds how many blocks of a kind are looked for in a file that nothing here can take apart.
const maxBlocks = 8

// search looks for the blocks that hold most of what files tell, wherever they lie: EXIF by its signature or by the boxes
// of Canon's raw files, XMP by its root, image resources, claims of origin, the place that phones write into films.
func (r *Report) search(src []byte) {
	boxes := r.Media == AVIF || r.Media == HEIC
	each(src, "Exif\x00\x00", func(at int) {
		// Between boxes the name of an item looks the same.
		if !boxes || len(exif.Entries(src[at+6:])) > 0 {
			r.exif(src[at+6:])
		}
	})
	if boxes {
		r.bare(src)
	}
	for _, box := range []string{"CMT1", "CMT2", "CMT3", "CMT4"} {
		each(src, box, func(at int) { r.canon(box, src[at+4:]) })
	}
	each(src, "<x:xmpmeta", func(at int) {
		packet, _, _ := bytes.Cut(src[at:min(len(src), at+1<<20)], []byte("</x:xmpmeta>"))
		r.xmp(packet)
	})
	each(src, "Photoshop 3.0\x00", func(at int) { r.photoshop(src[at+14:]) })
	if at := bytes.Index(src, []byte("jumdc2pa")); at >= 0 {
		r.provenance(src[at:])
	}
	each(src, "\xa9xyz", func(at int) {
		if b := src[at+4:]; len(b) > 4 {
			r.text(Place, "gps-position", filmed(string(b[4:min(len(b), 4+int(binary.BigEndian.Uint16(b)))])))
		}
	})
}

// bare looks for EXIF that begins with nothing but its TIFF header, as in an item of its own.
func (r *Report) bare(src []byte) {
	for _, header := range []string{"MM\x00*\x00\x00\x00\x08", "II*\x00\x08\x00\x00\x00"} {
		each(src, header, func(at int) {
			if entries := exif.Entries(src[at:]); len(entries) > 0 && len(r.Findings) < maxFindings {
				r.entries(entries, src[at:])
			}
		})
	}
}

// each calls found for where the mark lies, a few times at most.
func each(src []byte, mark string, found func(at int)) {
	at := 0
	for range maxBlocks {
		next := bytes.Index(src[at:], []byte(mark))
		if next < 0 {
			return
		}
		found(at + next)
		at += next + len(mark)
	}
}

// canon reports a block whose box says which directory it is.
func (r *Report) canon(box string, block []byte) {
	entries := exif.EntriesOf(block, map[string]exif.Directory{"CMT1": exif.Main, "CMT2": exif.Exif, "CMT3": exif.Maker, "CMT4": exif.GPS}[box])
	if len(entries) > 0 {
		r.entries(entries, block)
	}
}

// filmed writes ISO 6709, such as +52.3702+004.8952/, as two numbers.
func filmed(s string) string {
	s = strings.TrimSuffix(clean(s), "/")
	for i := 1; i < len(s); i++ {
		if s[i] == '+' || s[i] == '-' {
			return strings.TrimPrefix(s[:i], "+") + ", " + strings.TrimPrefix(s[i:], "+")
		}
	}
	return s
}
