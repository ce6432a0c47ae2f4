package rules

import (
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"golang.org/x/crypto/chacha20poly1305"

	"safelight/server/wire"
)

// RecordKey is the operator's key: it seals what records keep secret. It prints as "redacted".
type RecordKey [32]byte

// Format keeps k out of every print.
func (RecordKey) Format(f fmt.State, _ rune) { io.WriteString(f, "redacted") }

// Everything that follows from a record key, HKDF-SHA-256 without salt.
const (
	infoID        = "safelight/server/v1/key-id"
	infoSeal      = "safelight/server/v1/record"
	infoChallenge = "safelight/server/v1/challenge"
)

// Names of sealed fields, bound to them.
const (
	fieldPepper  = "pepper"
	fieldOPRFKey = "oprf-key"
)

// keyring holds the current key first, then the previous ones.
type keyring []ringKey

type ringKey struct {
	id        [4]byte // tells keys apart, so that a wrong one is an error of its own
	aead      cipher.AEAD
	challenge []byte
}

var (
	errNoKey  = errors.New("sealed under a record key that is not configured")
	errSealed = errors.New("sealed field does not open: the database was changed from outside")
)

func newKeyring(current RecordKey, previous []RecordKey) (keyring, error) {
	var ring keyring
	for _, k := range append([]RecordKey{current}, previous...) {
		if k == (RecordKey{}) {
			return nil, errors.New("rules: a record key is all zeros")
		}
		rk, err := newRingKey(k)
		if err != nil {
			return nil, err
		}
		ring = append(ring, rk)
	}
	return ring, nil
}

func newRingKey(k RecordKey) (rk ringKey, err error) {
	derive := func(info string, n int) (b []byte) {
		if err == nil {
			b, err = hkdf.Key(sha256.New, k[:], nil, info, n)
		}
		return b
	}
	id, seal, challenge := derive(infoID, 4), derive(infoSeal, chacha20poly1305.KeySize), derive(infoChallenge, 32)
	if err != nil {
		return rk, fmt.Errorf("rules: derive from the record key: %w", err)
	}
	aead, err := chacha20poly1305.NewX(seal)
	return ringKey{[4]byte(id), aead, challenge}, err
}

// seal returns key id ‖ nonce ‖ XChaCha20-Poly1305 of plain, bound to share and field.
func (r keyring) seal(rand io.Reader, id ID, field string, plain []byte) ([]byte, error) {
	k := r[0]
	b := append(make([]byte, 0, 4+chacha20poly1305.NonceSizeX+len(plain)+chacha20poly1305.Overhead), k.id[:]...)
	b = b[:4+chacha20poly1305.NonceSizeX]
	if _, err := io.ReadFull(rand, b[4:]); err != nil {
		return nil, fmt.Errorf("read randomness: %w", err)
	}
	return k.aead.Seal(b, b[4:], plain, bind(id, field)), nil
}

// open is the reverse of seal, with whichever key sealed.
func (r keyring) open(id ID, field string, b []byte) ([]byte, error) {
	if len(b) < 4+chacha20poly1305.NonceSizeX {
		return nil, errSealed
	}
	for _, k := range r {
		if [4]byte(b[:4]) != k.id {
			continue
		}
		nonce, sealed := b[4:4+chacha20poly1305.NonceSizeX], b[4+chacha20poly1305.NonceSizeX:]
		plain, err := k.aead.Open(nil, nonce, sealed, bind(id, field))
		if err != nil {
			return nil, errSealed
		}
		return plain, nil
	}
	return nil, errNoKey
}

// current reports whether b, if there is anything in it, is sealed under the current key.
func (r keyring) current(b []byte) bool {
	return len(b) == 0 || len(b) >= 4 && [4]byte(b[:4]) == r[0].id
}

func bind(id ID, field string) []byte { return append(id[:len(id):len(id)], field...) }

// challenge returns the challenge for a share at a time, FORMAT.md "Owner requests".
func (k ringKey) challengeFor(id ID, now int64) [24]byte {
	stamp := binary.BigEndian.AppendUint64(nil, uint64(now))
	mac := hmac.New(sha256.New, k.challenge)
	for _, part := range [][]byte{[]byte("challenge"), id[:], stamp} {
		mac.Write(binary.BigEndian.AppendUint32(nil, uint32(len(part))))
		mac.Write(part)
	}
	return [24]byte(append(stamp, mac.Sum(nil)[:16]...))
}

// fresh reports whether b is a challenge of ours for this share, at most five minutes old and not from the future.
func (r keyring) fresh(id ID, now int64, b []byte) bool {
	if len(b) != 24 {
		return false
	}
	at := int64(binary.BigEndian.Uint64(b))
	if at > now || at < now-wire.ChallengeLife.Milliseconds() {
		return false
	}
	ok := false
	for _, k := range r {
		want := k.challengeFor(id, at)
		ok = hmac.Equal(want[:], b) || ok
	}
	return ok
}
