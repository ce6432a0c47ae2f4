package keys

import (
	"crypto/rand"
	"errors"

	"safelight/crypto/statement"
)

// Gate is what an opening may need beside the link and the pepper. nil means that the share does not use it, which is
// decided by the statement and never by zeros.
type Gate struct {
	redacted
	PW *[32]byte // from the passphrase: package passphrase
	R  *[32]byte // from the locks, or released by the owner who is asked first
}

// BoxSize is the length of the owner box before sealing: PW ‖ R.
const BoxSize = 64

var errBox = errors.New("keys: not an owner box of this statement")

// Box returns the plaintext of the owner box: PW ‖ R, zeros for what is not used.
func (g Gate) Box() []byte {
	b := make([]byte, BoxSize)
	copy(b[:32], slice(g.PW))
	copy(b[32:], slice(g.R))
	return b
}

// GateFromBox reads an owner box. The statement says which halves mean something; the others have to be zero.
func GateFromBox(box []byte, s *statement.Statement) (Gate, error) {
	if len(box) != BoxSize {
		return Gate{}, errBox
	}
	var g Gate
	if pw := [32]byte(box[:32]); s.Suite != statement.SuiteNone {
		g.PW = &pw
	} else if pw != [32]byte{} {
		return Gate{}, errBox
	}
	if r := [32]byte(box[32:]); s.UsesR() {
		g.R = &r
	} else if r != [32]byte{} {
		return Gate{}, errBox
	}
	return g, nil
}

// Fits reports whether g has exactly what s asks for.
func (g Gate) Fits(s *statement.Statement) bool {
	return (g.PW != nil) == (s.Suite != statement.SuiteNone) && (g.R != nil) == s.UsesR()
}

func slice(b *[32]byte) []byte {
	if b == nil {
		return nil
	}
	return b[:]
}

// Random32 returns 32 random bytes: a pepper, a bundle key B, an R.
func Random32() (b [32]byte) {
	rand.Read(b[:]) // never fails: crypto/rand ends the program instead
	return b
}
