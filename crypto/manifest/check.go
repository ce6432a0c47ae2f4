package manifest

import (
	"bytes"
	"math"

	"safelight/crypto/statement"
)

// Limits of a manifest.
const (
	MaxPhotos   = 2000
	MaxVariants = 32   // of one photo
	MaxText     = 4096 // bytes of title, words, alt, caption and credit, each
	MaxName     = 255  // bytes
	MaxPreview  = 4096 // bytes
	MaxPixels   = 120_000_000
	MaxSide     = 1<<24 - 1
	MaxSize     = 128 << 20 // bytes of one variant
	MaxIndex    = 64 << 20  // bytes of an index
)

// Check checks m against the bundles of its statement. A manifest whose photos stand in an index passes with the place
// of the index alone; WithIndex checks the rest.
func (m *Manifest) Check(bundles []statement.Bundle) error {
	if len(m.Bundles) != len(bundles) {
		return invalid("%d bundles, the statement has %d", len(m.Bundles), len(bundles))
	}
	for i := range m.Bundles {
		if !statement.IsSealed(m.Bundles[i].Header[:]) {
			return invalid("header of bundle %d", i)
		}
		if _, ok := statement.PlainSize(bundles[i].Size); !ok {
			return invalid("no sealed file is as long as bundle %d", i)
		}
	}
	if err := checkText("title", m.Title, MaxText, oneLine); err != nil {
		return err
	}
	if err := checkText("words", m.Words, MaxText, lines); err != nil {
		return err
	}
	ref, indexed := m.Index()
	switch {
	case !indexed && !bytes.Equal(m.Ref, noRef):
		return invalid("index is neither empty nor a reference, or stands beside photos")
	case !indexed:
		return m.checkPhotos(bundles, math.MaxUint64)
	}
	plain, _ := statement.PlainSize(bundles[0].Size)
	if ref.Size < 1 || ref.Size > MaxIndex || ref.Offset < 1 || ref.Offset > plain || ref.Size > plain-ref.Offset {
		return invalid("index outside bundle 0")
	}
	return nil
}

// checkPhotos checks all photos. limit is the offset of the index in bundle 0, behind which no variant may lie.
func (m *Manifest) checkPhotos(bundles []statement.Bundle, limit uint64) error {
	if len(m.Photos) < 1 || len(m.Photos) > MaxPhotos {
		return invalid("%d photos", len(m.Photos))
	}
	places := make([]places, len(bundles))
	for i := range m.Photos {
		p := &m.Photos[i]
		if err := p.check(); err != nil {
			return err
		}
		for j := range p.Variants {
			v := &p.Variants[j]
			if err := v.check(); err != nil {
				return err
			}
			if v.Bundle >= uint64(len(bundles)) {
				return invalid("bundle %d", v.Bundle)
			}
			end, _ := statement.PlainSize(bundles[v.Bundle].Size)
			if v.Bundle == 0 {
				end = min(end, limit)
			}
			if v.Offset < 1 || v.Offset > end || v.Size > end-v.Offset || !places[v.Bundle].add(v) {
				return invalid("variant %d of photo %d overlaps, is out of order, or lies outside its bundle", j, i)
			}
		}
	}
	for i := range places {
		if places[i].overlap() {
			return invalid("a thumb of bundle %d overlaps another variant", i)
		}
	}
	return nil
}

// places is where the variants of a bundle lie: behind each other in the order of the manifest, except that thumbs may
// lie further behind, among themselves in that order too.
type places struct{ thumbs, others []span }

type span struct{ from, to uint64 }

// add says whether v lies behind those that it has to lie behind.
func (p *places) add(v *Variant) bool {
	if v.Offset < end(p.others) || v.Role == Thumb && v.Offset < end(p.thumbs) {
		return false
	}
	list := &p.others
	if v.Role == Thumb {
		list = &p.thumbs
	}
	*list = append(*list, span{v.Offset, v.Offset + v.Size})
	return true
}

func end(list []span) uint64 {
	if len(list) == 0 {
		return 0
	}
	return list[len(list)-1].to
}

// overlap says whether a thumb shares a byte with anything else.
func (p *places) overlap() bool {
	thumbs, others := p.thumbs, p.others
	for len(thumbs) > 0 && len(others) > 0 {
		switch {
		case thumbs[0].to <= others[0].from:
			thumbs = thumbs[1:]
		case others[0].to <= thumbs[0].from:
			others = others[1:]
		default:
			return true
		}
	}
	return false
}

func (p *Photo) check() error {
	for _, f := range []struct {
		what string
		text Text
		max  int
		kind lineRule
	}{
		{"name", p.Name, MaxName, fileName},
		{"alt text", p.Alt, MaxText, lines},
		{"caption", p.Caption, MaxText, lines},
		{"credit", p.Credit, MaxText, oneLine},
	} {
		if err := checkText(f.what, f.text, f.max, f.kind); err != nil {
			return err
		}
	}
	switch {
	case p.Media < JPEG || p.Media > JXL:
		return invalid("media type %d", p.Media)
	case !sidesOK(p.Width, p.Height):
		return invalid("photo of %d × %d", p.Width, p.Height)
	case p.Orientation < 1 || p.Orientation > 8:
		return invalid("orientation %d", p.Orientation)
	case p.Decorative > 1:
		return invalid("decorative %d", p.Decorative)
	case p.Decorative == 1 && p.Alt != "":
		return invalid("decorative, and alt text")
	case !previewOK(p.Preview):
		return invalid("preview")
	case len(p.Variants) < 1 || len(p.Variants) > MaxVariants:
		return invalid("%d variants", len(p.Variants))
	case p.Pose != nil && !p.Pose.Fits(p.Width, p.Height):
		return invalid("pose")
	}
	return nil
}

func (v *Variant) check() error {
	switch {
	case v.Role < Thumb || v.Role > Original:
		return invalid("role %d", v.Role)
	case v.Media < JPEG || v.Media > JXL:
		return invalid("media type %d", v.Media)
	case !sidesOK(v.Width, v.Height):
		return invalid("variant of %d × %d", v.Width, v.Height)
	case v.Size < 1 || v.Size > MaxSize:
		return invalid("variant of %d bytes", v.Size)
	case v.Role == TileSet && v.Size <= TileHead(v.Width, v.Height):
		return invalid("a tile set of %d bytes, with nothing behind its head", v.Size)
	}
	return nil
}

func sidesOK(w, h uint64) bool {
	return w >= 1 && w <= MaxSide && h >= 1 && h <= MaxSide && w*h <= MaxPixels
}

// previewOK sniffs a preview: a JPEG or a WebP, or none.
func previewOK(b []byte) bool {
	switch {
	case len(b) == 0:
		return true
	case len(b) > MaxPreview:
		return false
	}
	return bytes.HasPrefix(b, []byte("\xff\xd8\xff")) ||
		len(b) >= 12 && string(b[:4]) == "RIFF" && string(b[8:12]) == "WEBP"
}
