// Package accesslog is the access log of a share, FORMAT.md "Access log": what an event says, and how the server seals
// it to the owner's log key, one by one, so that who steals the server's data later reads nothing of the past.
//
//	key, err := accesslog.ParseKey(st.LogKey)      server
//	sealed, err := key.Seal(id, accesslog.Event{Kind: accesslog.Opened, At: now, Revision: st.Revision})
//
//	private := accesslog.DeriveKey(owner.LogSeed()) owner
//	event, err := private.Open(id, sealed)
//
// It knows no secret but the one it is given. The server links it to seal, and never opens.
package accesslog

import (
	"crypto/ecdh"
	"crypto/hpke"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"safelight/crypto/statement"
)

// Sizes in bytes, and how many events are kept.
const (
	KeySize    = 32  // of either key
	PlainSize  = 64  // of an event
	SealedSize = 112 // of a sealed event: encapsulated key (32), ciphertext and tag (80)
	TagSize    = 8
	Ring       = 1000 // events that the server keeps; the oldest are dropped
)

// Kind says what happened.
type Kind byte

// The kinds. Others are kept for readers to come: Parse hands them on.
const (
	Opened    Kind = 1 // an open released the pepper
	Taken     Kind = 2 // a view was counted
	Tried     Kind = 3 // a passphrase was tried
	Commented Kind = 4 // reserved until there are comments
	Knocked   Kind = 5 // somebody asked to be let in
)

// Event is one thing that happened to a share. It holds no address and nothing that a viewer's device told.
type Event struct {
	Kind     Kind
	At       uint64 // server time, Unix ms
	Revision uint64
	Tag      [TagSize]byte // joins a right guess to what it opened; zeros else
}

// Tag returns the tag of a guess id: the first 8 bytes of its SHA-256.
func Tag(guess []byte) [TagSize]byte {
	sum := sha256.Sum256(guess)
	return [TagSize]byte(sum[:])
}

// version is the first byte of every event.
const version = 1

// ErrEvent reports bytes that are no event, or that do not open under this key for this share.
var ErrEvent = errors.New("not an event of this share's access log")

// Bytes returns the plaintext of e: version ‖ kind ‖ u64be ms ‖ u64be revision ‖ tag (8) ‖ zeros (38).
func (e Event) Bytes() [PlainSize]byte {
	var b [PlainSize]byte
	b[0], b[1] = version, byte(e.Kind)
	binary.BigEndian.PutUint64(b[2:], e.At)
	binary.BigEndian.PutUint64(b[10:], e.Revision)
	copy(b[18:], e.Tag[:])
	return b
}

// Parse reads the plaintext of an event. Another version, kind 0, numbers over 2^53-1 and padding that is not zero are
// ErrEvent.
func Parse(b []byte) (Event, error) {
	if len(b) != PlainSize || b[0] != version {
		return Event{}, ErrEvent
	}
	e := Event{
		Kind: Kind(b[1]), At: binary.BigEndian.Uint64(b[2:]), Revision: binary.BigEndian.Uint64(b[10:]),
		Tag: [TagSize]byte(b[18:]),
	}
	const maxInt = 1<<53 - 1
	if e.Kind == 0 || e.At > maxInt || e.Revision > maxInt || e.Bytes() != [PlainSize]byte(b) {
		return Event{}, ErrEvent
	}
	return e, nil
}

// Key is the public log key that stands in a statement.
type Key struct{ key hpke.PublicKey }

// ErrKey reports 32 bytes that nothing can be sealed to.
var ErrKey = errors.New("not an X25519 key that can be sealed to")

// ParseKey reads a public key, and refuses the points of low order, to which nothing can be sealed.
func ParseKey(b []byte) (Key, error) {
	if err := CheckKey(b); err != nil {
		return Key{}, err
	}
	k, err := kem().NewPublicKey(b)
	if err != nil {
		return Key{}, fmt.Errorf("%w: %v", ErrKey, err)
	}
	return Key{k}, nil
}

// CheckKey reports ErrKey unless b is an X25519 public key that can be sealed to. Who is let in by an owner who was
// asked first brings such a key too.
func CheckKey(b []byte) error {
	p, err := ecdh.X25519().NewPublicKey(b)
	if err != nil {
		return fmt.Errorf("%w: %v", ErrKey, err)
	}
	// Whether the shared secret is zero does not depend on the scalar: all are multiples of 8 after clamping.
	if _, err := probe.ECDH(p); err != nil {
		return ErrKey
	}
	return nil
}

// probe is a scalar that everybody knows.
var probe = func() *ecdh.PrivateKey {
	k, err := ecdh.X25519().NewPrivateKey(append([]byte{1}, make([]byte, 31)...))
	if err != nil {
		panic(err) // every 32 bytes are a key
	}
	return k
}()

// Seal seals e for the owner of share id; SealedSize bytes, other ones each time.
func (k Key) Seal(id statement.ID, e Event) ([]byte, error) {
	plain := e.Bytes()
	b, err := hpke.Seal(k.key, hpke.HKDFSHA256(), hpke.ChaCha20Poly1305(), info(id), plain[:])
	if err != nil {
		return nil, fmt.Errorf("seal event: %w", err)
	}
	return b, nil
}

// PrivateKey opens events. It prints as "redacted".
type PrivateKey struct{ key hpke.PrivateKey }

// Format keeps k out of every print.
func (PrivateKey) Format(f fmt.State, _ rune) { io.WriteString(f, "redacted") }

// DeriveKey returns the key pair of a seed, which follows from the owner's secret: RFC 9180's DeriveKeyPair.
func DeriveKey(seed [32]byte) PrivateKey {
	k, err := kem().DeriveKeyPair(seed[:])
	if err != nil {
		panic(err) // a seed of 32 bytes is never refused
	}
	return PrivateKey{k}
}

// Public returns the key for the statement.
func (k PrivateKey) Public() [KeySize]byte { return [KeySize]byte(k.key.PublicKey().Bytes()) }

// Open opens one sealed event of share id. The error is ErrEvent.
func (k PrivateKey) Open(id statement.ID, sealed []byte) (Event, error) {
	if len(sealed) != SealedSize {
		return Event{}, ErrEvent
	}
	plain, err := hpke.Open(k.key, hpke.HKDFSHA256(), hpke.ChaCha20Poly1305(), info(id), sealed)
	if err != nil {
		return Event{}, ErrEvent
	}
	return Parse(plain)
}

func kem() hpke.KEM { return hpke.DHKEM(ecdh.X25519()) }

// info binds a sealed event to its share.
func info(id statement.ID) []byte { return append([]byte("safelight/v1/log"), id[:]...) }
