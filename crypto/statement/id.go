package statement

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
)

// ID is a share id. It commits to the owner's public key.
type ID [16]byte

// UploadID names one upload, and so one bundle. The bytes under it never change.
type UploadID [16]byte

// PublicKey is an owner's Ed25519 public key. Only VerifySignature decides whether it is acceptable.
type PublicKey [32]byte

var errHex = errors.New("not an id: want 32 lower-case hexadecimal characters")

// String returns id in lower-case hexadecimal, as it stands in paths.
func (id ID) String() string { return hex.EncodeToString(id[:]) }

// String returns u in lower-case hexadecimal, as it stands in paths.
func (u UploadID) String() string { return hex.EncodeToString(u[:]) }

// ParseID reads the one spelling of a share id: 32 lower-case hexadecimal characters.
func ParseID(s string) (id ID, err error) { return id, parseHex(id[:], s) }

// ParseUploadID reads the one spelling of an upload id: 32 lower-case hexadecimal characters.
func ParseUploadID(s string) (u UploadID, err error) { return u, parseHex(u[:], s) }

func parseHex(dst []byte, s string) error {
	b, err := hex.DecodeString(s)
	if err != nil || len(b) != len(dst) || hex.EncodeToString(b) != s {
		return errHex
	}
	copy(dst, b)
	return nil
}

// ID returns the share id that commits to p.
func (p PublicKey) ID() ID {
	sum := Hash("id", p[:])
	return ID(sum[:16])
}

// Hash is H of FORMAT.md: SHA-256 of "safelight/v1/", label, a zero byte, and x. Labels are ASCII.
func Hash(label string, x []byte) [32]byte {
	h := sha256.New()
	h.Write([]byte("safelight/v1/" + label + "\x00"))
	h.Write(x)
	return [32]byte(h.Sum(nil))
}
