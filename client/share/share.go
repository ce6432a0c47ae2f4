// Package share makes a share of photos and their variants, opens one, and revises one. It turns files into the
// statement, manifest and bundles of FORMAT.md and back; it moves no bytes itself and knows no clock and no file, so that
// the command line, the page's engine and the tests make and accept the same bytes.
//
// Sending. The links exist before anything is uploaded:
//
//	owner := keys.NewOwner()
//	link := owner.View().Code()
//	body, err := share.CreateRequest(owner, expires)     // POST …/owner → server time, two uploads
//	p, err := share.NewPacker(share.Config{Owner: owner, Emit: upload, …})
//	err = p.Describe(0, share.Photo{…})
//	err = p.Add(0, share.Quick, share.Variant{…})        // parts come out at Emit while this runs
//	body, err = p.CommitQuick()                          // once all parts are durable: POST …/owner; the link opens
//	err = p.Add(0, share.Full, share.Variant{…})
//	body, err = p.Publish()                              // once all parts are durable: POST …/owner; complete
//
// Opening: Open checks what the server answered, Opening.Unseal opens the manifest, Share.Read returns a variant, and
// nothing of it before its SHA-256 was right.
//
// Owning: OpenState, then Edition.Revise.
//
// The passphrase is not derived here (package passphrase, or the page): PW and k come ready-made in a Lock.
package share

import (
	"errors"

	"safelight/client/strip"
	"safelight/client/variant"
	"safelight/crypto/manifest"
	"safelight/crypto/seal"
	"safelight/crypto/statement"
)

// What callers branch on. Reasons that come from the format itself are those of the packages statement, seal and
// manifest; Code knows all of them.
var (
	ErrOrder    = errors.New("share: photos have to come in their order, in each bundle")
	ErrNothing  = errors.New("share: nothing was packed")
	ErrOnce     = errors.New("share: a share with a view limit is committed once, complete")
	ErrDone     = errors.New("share: the bundle is closed")
	ErrLimit    = errors.New("share: more, or larger, than the format allows")
	ErrPartial  = errors.New("share: a view limit needs a share that is complete")
	ErrEmpty    = errors.New("share: nothing was committed yet")
	ErrSame     = errors.New("share: nothing would change")
	ErrExpired  = errors.New("share: expired, by the time on this device")
	ErrPepper   = errors.New("share: the pepper does not open this manifest")
	ErrGate     = errors.New("share: the passphrase or the release by the owner is missing, or not asked for")
	ErrVariant  = errors.New("share: these are not the bytes that the owner signed")
	ErrOwnerBox = errors.New("share: the owner box does not open")
)

// Code returns a short stable name for the reason of a refusal, for messages and vectors; "other" for what is no
// refusal of the format.
func Code(err error) string {
	if code := statement.CodeOf(err); code != "" {
		return code
	}
	for _, e := range []struct {
		err  error
		code string
	}{
		{seal.ErrHeader, "seal-header"},
		{seal.ErrPassphrase, "seal-key"},
		{seal.ErrDamaged, "seal-chunk"},
		{seal.ErrPadding, "padding"},
		{manifest.ErrInvalid, "manifest-content"},
		{ErrVariant, "variant"},
		{ErrPepper, "pepper"},
		{ErrGate, "gate"},
		{ErrExpired, "expired"},
		{ErrOwnerBox, "owner-box"},
		{ErrEmpty, "empty"},
		{ErrPartial, "partial"},
		{ErrSame, "same"},
		{ErrOrder, "order"},
		{ErrLimit, "limit"},
		{ErrFull, "full"},
	} {
		if errors.Is(err, e.err) {
			return e.code
		}
	}
	return "other"
}

// Lock is a passphrase as the format sees it.
type Lock struct {
	PW  [32]byte // what it derives to
	Key [32]byte // k, the server's half of the derivation
}

// Photo describes one photo, without its variants.
type Photo struct {
	Name        string // for display; empty unless the sender wants it kept
	Media       variant.Media
	Width       int // as displayed
	Height      int
	Orientation int // 1–8; 0 counts as 1
	Alt         string
	Decorative  bool
	Caption     string
	Credit      string
	Preview     []byte // JPEG or WebP of at most variant.MaxPreview bytes, or empty
	// Pose is how a panorama lies around the viewer; nil for any other. One that does not fit the size is left out.
	Pose *strip.Pose
}

func (p Photo) manifest() manifest.Photo {
	m := manifest.Photo{
		Name:        manifest.CleanName(p.Name),
		Media:       manifest.Media(p.Media),
		Width:       uint64(p.Width),
		Height:      uint64(p.Height),
		Orientation: uint64(max(1, p.Orientation)),
		Alt:         manifest.CleanLines(p.Alt),
		Caption:     manifest.CleanLines(p.Caption),
		Credit:      manifest.CleanLine(p.Credit),
		Preview:     p.Preview,
	}
	if p.Decorative {
		m.Decorative, m.Alt = 1, ""
	}
	if pose := poseOf(p.Pose); pose != nil && pose.Fits(m.Width, m.Height) {
		m.Pose = pose
	}
	return m
}

// PoseOf reads the pose of a photo that was opened; nil if it has none.
func PoseOf(p *manifest.Pose) *strip.Pose {
	if p == nil {
		return nil
	}
	return &strip.Pose{
		Across: int(p.Across), Down: int(p.Down), Left: int(p.Left), Top: int(p.Top),
		Pitch: int(p.Pitch) - level, Roll: int(p.Roll), Heading: int(p.Heading), Tilt: int(p.Tilt) - level,
	}
}

// level is what the manifest adds to angles above the horizon, which may be negative.
const level = 90_00

// poseOf writes a pose as the manifest does, which has no negative numbers.
func poseOf(p *strip.Pose) *manifest.Pose {
	if p == nil {
		return nil
	}
	return &manifest.Pose{
		Projection: manifest.Equirectangular,
		Across:     uint64(p.Across), Down: uint64(p.Down), Left: uint64(p.Left), Top: uint64(p.Top),
		Pitch: uint64(p.Pitch + level), Roll: uint64(p.Roll), Heading: uint64(p.Heading), Tilt: uint64(p.Tilt + level),
	}
}

// extension is what an entry's name ends in, and a file's when it is saved.
var extension = map[manifest.Media]string{
	manifest.JPEG: "jpg", manifest.PNG: "png", manifest.WebP: "webp", manifest.AVIF: "avif",
	manifest.GIF: "gif", manifest.HEIC: "heic", manifest.JXL: "jxl",
}

// roleName is what an entry's name has between number and extension.
var roleName = map[manifest.Role]string{
	manifest.Thumb: "thumb", manifest.View: "view", manifest.TileSet: "tiles", manifest.Original: "original",
}

// Extension returns what the name of a file of that media type ends in, with the dot.
func Extension(m manifest.Media) string { return "." + extension[m] }
