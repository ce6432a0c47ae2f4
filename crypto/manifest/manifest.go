// Package manifest holds the sealed index of a share: photos, variants, where they lie in the bundles, their hashes,
// previews and words. FORMAT.md, "Manifest".
//
// A writer fills in a Manifest and calls Seal. A reader calls Open with the statement it has verified; everything in
// what Open returns was checked. When Open leaves an index to be read (Index), the reader fetches those bytes from
// bundle 0 and calls WithIndex.
package manifest

import (
	"crypto/sha256"
	"errors"
	"fmt"

	"github.com/tinylib/msgp/msgp"

	"safelight/crypto/seal"
	"safelight/crypto/statement"
	"safelight/crypto/strict"
)

//go:generate go tool msgp -file manifest.go -o manifest_gen.go -io=false -tests=false
//msgp:limit arrays:4096
//msgp:tuple Manifest Bundle Variant Pose IndexRef
//msgp:vartuple Photo
//msgp:marshal ignore Photo
//msgp:shim Text as:[]byte using:toBytes/fromBytes
//msgp:replace Role with:uint64
//msgp:replace Media with:uint64

// Version is the only version of manifests there is.
const Version = 1

// Role says what a variant is for.
type Role uint64

// The roles. A tile set is read tile by tile: ParseTiles.
const (
	Thumb    Role = 1
	View     Role = 2
	TileSet  Role = 3
	Original Role = 4
)

// Media is one of the closed list of media types.
type Media uint64

// The media types.
const (
	JPEG Media = 1
	PNG  Media = 2
	WebP Media = 3
	AVIF Media = 4
	GIF  Media = 5
	HEIC Media = 6
	JXL  Media = 7
)

// Text is text for people: UTF-8, encoded as bin. Clean makes any string acceptable.
type Text string

func toBytes(t Text) []byte   { return []byte(t) }
func fromBytes(b []byte) Text { return Text(b) }

// Manifest is the index of a share. Either Photos holds all photos, or Ref says where in bundle 0 they stand.
type Manifest struct {
	Version uint64
	Title   Text
	Words   Text
	Bundles []Bundle `msg:",limit=2"` // as many as in the statement
	Photos  []Photo  `msg:",limit=2000"`
	Ref     msgp.Raw // an empty array, or an IndexRef: use Index
}

// Bundle is what a reader needs to open a bundle, beside the size in the statement.
type Bundle struct {
	Key    [32]byte                   // B
	Header [statement.HeaderSize]byte // the first bytes of the sealed file
}

// Photo is one photo of a share.
type Photo struct {
	Name        Text   // for display; empty unless the sender asked for it
	Media       Media  // of the original; of the best variant where there is none
	Width       uint64 // as displayed, after Orientation
	Height      uint64
	Orientation uint64 // 1–8, as in EXIF
	Alt         Text
	Decorative  uint64 // 1: has no Alt and needs none
	Caption     Text
	Credit      Text
	Preview     []byte    // a WebP or JPEG, may be empty
	Variants    []Variant `msg:",limit=32"`
	Pose        *Pose     // nil, and then not written: the photo is looked at, not around in
}

// Pose says how a photo lies around whoever looks at it: which part of the whole sphere it covers, and how it was held.
// It has no compass: where north was says something about the place. Angles are hundredths of a degree.
type Pose struct {
	Projection uint64 // Equirectangular
	Across     uint64 // what the photo covers, of a turn
	Down       uint64 // and of the half turn from the zenith to the nadir
	Left       uint64 // where that begins in the whole sphere
	Top        uint64
	Pitch      uint64 // how far above the horizon the middle of the sphere is, plus a quarter turn
	Roll       uint64 // how far the camera was turned clockwise, below a turn
	Heading    uint64 // where to look first: clockwise from the middle of the sphere, below a turn
	Tilt       uint64 // and above the horizon, plus a quarter turn
}

// Variant is one encoding of a photo, and one entry of a bundle.
type Variant struct {
	Role   Role
	Media  Media
	Width  uint64
	Height uint64
	Bundle uint64 // 0 or 1
	Offset uint64 // of the entry's data in the plaintext of the bundle
	Size   uint64
	SHA256 [32]byte // of the data, checked before a decoder sees it; of a tile set: of its head
}

// IndexRef says where in bundle 0 the photos stand.
type IndexRef struct {
	Offset uint64
	Size   uint64
	SHA256 [32]byte
}

// PhotoList is the photos as they stand in an index.
type PhotoList []Photo

// ErrInvalid reports a manifest or index that the format does not allow; the text around it says why.
var ErrInvalid = errors.New("manifest: not acceptable")

func invalid(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrInvalid, fmt.Sprintf(format, args...))
}

// noRef is Ref when all photos are inline.
var noRef = msgp.Raw{0x90}

// Index returns where the photos stand when they are not inline.
func (m *Manifest) Index() (ref IndexRef, ok bool) {
	if len(m.Photos) != 0 || strict.Decode(&ref, m.Ref) != nil {
		return IndexRef{}, false
	}
	return ref, true
}

// SetIndex makes m refer to an index in bundle 0 and takes its photos out.
func (m *Manifest) SetIndex(ref IndexRef) error {
	b, err := strict.Encode(&ref)
	if err != nil {
		return err
	}
	m.Photos, m.Ref = nil, b
	return nil
}

// Encode returns m as strict msgpack. It does not check m.
func (m *Manifest) Encode() ([]byte, error) {
	c := *m
	c.Version = Version
	if len(c.Ref) == 0 {
		c.Ref = noRef
	}
	return strict.Encode(&c)
}

// Parse decodes a manifest and checks everything in it against the bundles of its statement.
func Parse(doc []byte, bundles []statement.Bundle) (*Manifest, error) {
	var m Manifest
	if err := strict.Decode(&m, doc); err != nil {
		return nil, invalid("%v", err)
	}
	if m.Version != Version {
		return nil, invalid("version %d", m.Version)
	}
	return &m, m.Check(bundles)
}

// Seal checks, encodes, pads and seals m. pass is keys.Root's ManifestPassphrase.
func (m *Manifest) Seal(pass string, bundles []statement.Bundle) ([]byte, error) {
	if len(m.Ref) == 0 {
		m.Ref = noRef
	}
	if err := m.Check(bundles); err != nil {
		return nil, err
	}
	doc, err := m.Encode()
	if err != nil {
		return nil, err
	}
	return seal.SealPadded(pass, doc)
}

// Open checks sealed against the statement's hash, opens it and checks everything in it.
func Open(sealed []byte, pass string, s *statement.Statement) (*Manifest, error) {
	if err := s.CheckManifest(sealed); err != nil {
		return nil, err
	}
	doc, err := seal.OpenPadded(pass, sealed)
	if err != nil {
		return nil, err
	}
	return Parse(doc, s.Bundles)
}

// EncodeIndex returns photos as the bytes of an index.
func EncodeIndex(photos []Photo) ([]byte, error) { return strict.Encode(PhotoList(photos)) }

// WithIndex returns m with the photos of its index, checked as if they were inline. doc are the bytes that Index names.
func (m *Manifest) WithIndex(doc []byte, bundles []statement.Bundle) (*Manifest, error) {
	ref, ok := m.Index()
	if !ok {
		return nil, invalid("no index")
	}
	if uint64(len(doc)) != ref.Size || sha256.Sum256(doc) != ref.SHA256 {
		return nil, invalid("the index is another one")
	}
	var photos PhotoList
	if err := strict.Decode(&photos, doc); err != nil {
		return nil, invalid("index: %v", err)
	}
	full := *m
	full.Photos = photos
	return &full, full.checkPhotos(bundles, ref.Offset)
}
