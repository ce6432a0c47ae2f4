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
	ends := make([]uint64, len(bundles)) // where the last variant of each bundle ended
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
			// Offsets grow in the order of the manifest, and the first one has a local header before it.
			if v.Offset < 1 || v.Offset < ends[v.Bundle] || v.Offset > end || v.Size > end-v.Offset {
				return invalid("variant %d of photo %d overlaps, or lies outside its bundle", j, i)
			}
			ends[v.Bundle] = v.Offset + v.Size
		}
	}
	return nil
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
