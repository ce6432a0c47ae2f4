package share

import (
	"crypto/sha256"
	"fmt"

	"safelight/client/variant"
	"safelight/crypto/keys"
	"safelight/crypto/manifest"
	"safelight/crypto/seal"
	"safelight/crypto/statement"
)

// bundle is one of the streams while it is made: a ZIP, sealed, cut into parts.
type bundle struct {
	which  Bundle
	upload statement.UploadID
	key    [32]byte
	parts  partWriter
	seal   *seal.Writer
	zip    zipWriter
	names  map[string]bool    // of entries
	last   int                // the highest photo so far
	thumbs []held             // they come last, side by side
	index  *manifest.IndexRef // of the index, once it was added
	closed bool
}

// held is a thumb that waits for the end of its bundle, with the place that is to be told where it lies.
type held struct {
	photo   int
	variant Variant
	place   *placed
}

func newBundle(c *Config, which Bundle) (*bundle, error) {
	b := &bundle{
		which:  which,
		upload: c.Uploads[which],
		key:    keys.Random32(),
		names:  map[string]bool{},
		parts:  partWriter{bundle: which, size: c.PartSize, emit: c.Emit, host: c.Host},
	}
	var err error
	if b.seal, err = seal.NewWriterBy(&b.parts, keys.BundlePassphrase(c.Owner.ID(), b.key), c.Host.Seal); err != nil {
		return nil, err
	}
	b.zip.w = b.seal
	return b, nil
}

// add writes a variant of photo i, or keeps it when it is a thumb: those of a whole share lie side by side, so that one
// range fetches a screen full of them.
func (b *bundle) add(i int, v Variant) (*placed, error) {
	switch {
	case b.closed:
		return nil, ErrDone
	case i < b.last:
		return nil, fmt.Errorf("%w: %d after %d", ErrOrder, i, b.last)
	}
	b.last = i
	at := &placed{which: b.which}
	if v.Role == variant.Thumb {
		b.thumbs = append(b.thumbs, held{i, v, at})
		return at, nil
	}
	return at, b.write(i, v, at)
}

// addThumbs writes the thumbs that were kept.
func (b *bundle) addThumbs() error {
	for _, t := range b.thumbs {
		if err := b.write(t.photo, t.variant, t.place); err != nil {
			return err
		}
	}
	b.thumbs = nil
	return nil
}

// write writes a variant of photo i and says where it lies.
func (b *bundle) write(i int, v Variant, at *placed) error {
	role, media := manifest.Role(v.Role), manifest.Media(v.Media)
	ending := extension[media]
	if role == manifest.TileSet {
		ending = "bin" // it is no picture, it holds many
	}
	name := fmt.Sprintf("%03d/%s.%s", i+1, roleName[role], ending)
	for n := 2; b.names[name]; n++ { // a second view in the same format, say
		name = fmt.Sprintf("%03d/%s-%d.%s", i+1, roleName[role], n, ending)
	}
	offset, err := b.zip.add(name, v.Data)
	if err != nil {
		return err
	}
	b.names[name] = true
	sum := v.head
	if role != manifest.TileSet {
		if sum, err = b.parts.host.SHA256(v.Data); err != nil {
			return err
		}
	}
	at.Variant = manifest.Variant{
		Role: role, Media: media, Width: uint64(v.Width), Height: uint64(v.Height),
		Offset: offset, Size: uint64(len(v.Data)), SHA256: sum,
	}
	return nil
}

// addIndex writes the index, the last entry before the padding. Asked again for the same one, it says where that is.
func (b *bundle) addIndex(doc []byte) (manifest.IndexRef, error) {
	sum := sha256.Sum256(doc)
	if b.index != nil && b.index.SHA256 == sum {
		return *b.index, nil
	}
	if b.closed {
		return manifest.IndexRef{}, ErrDone
	}
	offset, err := b.zip.add("index", doc)
	if err != nil {
		return manifest.IndexRef{}, err
	}
	b.index = &manifest.IndexRef{Offset: offset, Size: uint64(len(doc)), SHA256: sum}
	return *b.index, nil
}

// close writes padding and directory, and hands on the last part. Closing again does nothing.
func (b *bundle) close() error {
	if b.closed {
		return nil
	}
	if _, err := b.zip.close(); err != nil {
		return err
	}
	if err := b.seal.Close(); err != nil {
		return err
	}
	b.closed = true
	return b.parts.flush()
}

func (b *bundle) empty() bool { return b.zip.entries == 0 && len(b.thumbs) == 0 }

// inStatement and inManifest say of a closed bundle what readers need.
func (b *bundle) inStatement() statement.Bundle {
	return statement.Bundle{Upload: b.upload, Size: b.parts.total, PartSize: uint64(b.parts.size)}
}

func (b *bundle) inManifest() manifest.Bundle {
	return manifest.Bundle{Key: b.key, Header: b.seal.Header()}
}
