package share

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"filippo.io/age"

	"safelight/client/strip"
	"safelight/crypto/keys"
	"safelight/crypto/locks"
	"safelight/crypto/manifest"
	"safelight/crypto/seal"
	"safelight/crypto/statement"
)

// Reply is what POST …/open answers.
type Reply struct {
	Statement, Signature []byte
	Manifest, Locks      []byte
	Pepper               []byte // empty unless the right unlock token was sent and no view is counted
	Taken                uint64 // views so far
	State                uint64 // as in API.md
	Now                  uint64 // server time, Unix ms
}

// Opening is a share whose statement and manifest hash were verified, and whose manifest is still sealed.
type Opening struct {
	Statement statement.Statement

	view  keys.View
	reply Reply
}

// expiryLeeway is how far past a signed expiry may lie before it is refused: a server could show an old statement to
// somebody new, and clocks differ.
const expiryLeeway = time.Hour

// Open checks what the server answered, in the order of FORMAT.md: array header, version, types, id, signature, rules,
// expiry, manifest hash, locks. Nobody has been asked for a passphrase by then, and nothing has been counted.
func Open(v keys.View, r Reply, now time.Time) (*Opening, error) {
	s, err := statement.Open(r.Statement, r.Signature, v.ID())
	if err != nil {
		return nil, err
	}
	if now.Add(-expiryLeeway).UnixMilli() > int64(s.Expires) {
		return nil, ErrExpired
	}
	if err := s.CheckManifest(r.Manifest); err != nil {
		return nil, err
	}
	if err := s.CheckLocks(r.Locks); err != nil {
		return nil, err
	}
	return &Opening{Statement: s, view: v, reply: r}, nil
}

// NeedsPassphrase reports whether a passphrase is needed.
func (o *Opening) NeedsPassphrase() bool { return o.Statement.Suite != statement.SuiteNone }

// NeedsRelease reports whether R is needed, from the locks or from the owner.
func (o *Opening) NeedsRelease() bool { return o.Statement.UsesR() }

// HasLocks reports whether there are named recipients.
func (o *Opening) HasLocks() bool { return len(o.reply.Locks) > 0 }

// AsksFirst reports whether the owner lets people in.
func (o *Opening) AsksFirst() bool { return o.Statement.AskFirst == 1 }

// Release returns R by the first identity that opens the locks. The error is one of package locks.
func (o *Opening) Release(identities ...age.Identity) ([32]byte, error) {
	return locks.Open(o.view, o.reply.Locks, identities...)
}

// NeedsTake reports whether asking for the pepper counts a view.
func (o *Opening) NeedsTake() bool { return o.Statement.ViewLimit != 0 }

// Taken returns how many views were counted when the server answered.
func (o *Opening) Taken() uint64 { return o.reply.Taken }

// Pepper returns the pepper if the answer had it.
func (o *Opening) Pepper() ([32]byte, bool) {
	if len(o.reply.Pepper) != 32 {
		return [32]byte{}, false
	}
	return [32]byte(o.reply.Pepper), true
}

// Unlock returns the token that asks for the pepper and for parts.
func (o *Opening) Unlock(g keys.Gate) keys.Token { return o.view.UnlockToken(g) }

// Unseal opens the manifest. ErrPepper: this pepper, or what is in g, does not fit.
func (o *Opening) Unseal(pepper [32]byte, g keys.Gate) (*Share, error) {
	if !g.Fits(&o.Statement) {
		return nil, ErrGate
	}
	pass := o.view.Root(pepper, g).ManifestPassphrase()
	m, err := manifest.Open(o.reply.Manifest, pass, &o.Statement)
	if errors.Is(err, seal.ErrPassphrase) {
		return nil, ErrPepper
	}
	if err != nil {
		return nil, err
	}
	s := &Share{Statement: o.Statement, manifest: m, sealed: o.reply.Manifest, passphrase: pass}
	for i, b := range m.Bundles {
		opened, err := seal.OpenBundle(keys.BundlePassphrase(o.view.ID(), b.Key), b.Header[:], o.Statement.Bundles[i].Size)
		if err != nil {
			return nil, err
		}
		s.bundles = append(s.bundles, opened)
	}
	return s, nil
}

// Share is an opened share.
type Share struct {
	Statement statement.Statement

	manifest   *manifest.Manifest
	bundles    []*seal.Bundle
	sealed     []byte // manifest
	passphrase string // of that
}

// Fetch returns the bytes [from, to) of a sealed bundle, counted as in the statement.
type Fetch func(bundle int, from, to int64) ([]byte, error)

// Title returns what the sender called the share, and Words what they wrote.
func (s *Share) Title() string { return string(s.manifest.Title) }

// Words returns what the sender wrote to it.
func (s *Share) Words() string { return string(s.manifest.Words) }

// Photos returns all photos. Where there are too many for the manifest it fetches the index first, once.
func (s *Share) Photos(fetch Fetch) ([]manifest.Photo, error) {
	ref, ok := s.manifest.Index()
	if !ok {
		return s.manifest.Photos, nil
	}
	doc, err := s.read(0, ref.Offset, ref.Size, fetch)
	if err != nil {
		return nil, err
	}
	full, err := s.manifest.WithIndex(doc, s.Statement.Bundles)
	if err != nil {
		return nil, err
	}
	s.manifest = full
	return full.Photos, nil
}

// Tiles returns what lies where in a tile set.
func (s *Share) Tiles(v manifest.Variant, fetch Fetch) ([]manifest.Tile, error) {
	head, err := s.read(v.Bundle, v.Offset, manifest.TileHead(v.Width, v.Height), fetch)
	if err != nil {
		return nil, err
	}
	tiles, err := manifest.ParseTiles(v, head)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrVariant, err)
	}
	return tiles, nil
}

// ReadTile returns a tile of v.
func (s *Share) ReadTile(v manifest.Variant, t manifest.Tile, fetch Fetch) ([]byte, error) {
	return s.Read(manifest.Variant{
		Role: manifest.View, Media: v.Media, Bundle: v.Bundle, Offset: v.Offset + t.Offset, Size: t.Size, SHA256: t.SHA256,
	}, fetch)
}

// Read returns the bytes of a variant that is no tile set, whose media type was sniffed, after their SHA-256 was found
// right.
func (s *Share) Read(v manifest.Variant, fetch Fetch) ([]byte, error) {
	b, err := s.read(v.Bundle, v.Offset, v.Size, fetch)
	if err != nil {
		return nil, err
	}
	if sha256.Sum256(b) != v.SHA256 {
		return nil, ErrVariant
	}
	// A decoder would look again; but what is no picture at all must not be saved or shown under a picture's name.
	if media, _ := strip.Sniff(b); media != strip.Media(v.Media) {
		return nil, fmt.Errorf("%w: not of the media type that the manifest says", ErrVariant)
	}
	return b, nil
}

func (s *Share) read(bundle, offset, size uint64, fetch Fetch) ([]byte, error) {
	b := s.bundles[bundle]
	from, to, err := b.Window(int64(offset), int64(size))
	if err != nil {
		return nil, err
	}
	sealed, err := fetch(int(bundle), from, to)
	if err != nil {
		return nil, err
	}
	return b.OpenWindow(int64(offset), int64(size), sealed)
}

// Passphrases returns the passphrase of every bundle, with which stock age opens it, in the order of the statement, and
// that of the manifest.
func (s *Share) Passphrases() (bundles []string, sealedManifest string) {
	for _, b := range s.manifest.Bundles {
		bundles = append(bundles, keys.BundlePassphrase(s.Statement.ID, b.Key))
	}
	return bundles, s.passphrase
}

// Sealed returns the manifest as it is stored.
func (s *Share) Sealed() []byte { return s.sealed }
