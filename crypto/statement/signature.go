package statement

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"strconv"

	"filippo.io/edwards25519"
)

// SignatureSize is the length of every signature in bytes.
const SignatureSize = ed25519.SignatureSize

// The document types that are signed.
const (
	TypeStatement = "statement"
	TypeRequest   = "request"
)

// Signer signs documents for an owner; crypto/keys has one. It lets package transfer sign without knowing a secret.
type Signer interface {
	Public() PublicKey
	Sign(docType string, body []byte) []byte // SIGN of FORMAT.md, 64 bytes
}

// PAE returns the bytes that are signed for a document: DSSE's pre-authentication encoding with a type that names the
// format's major version.
func PAE(docType string, body []byte) []byte {
	t := "application/vnd.safelight." + docType + ".v1"
	b := make([]byte, 0, len(t)+len(body)+32)
	b = append(b, "DSSEv1 "+strconv.Itoa(len(t))+" "+t+" "+strconv.Itoa(len(body))+" "...)
	return append(b, body...)
}

// Sign is SIGN of FORMAT.md with a private key.
func Sign(key ed25519.PrivateKey, docType string, body []byte) []byte {
	return ed25519.Sign(key, PAE(docType, body))
}

// VerifySignature checks SIGN(docType, body) under p. Beyond what crypto/ed25519 checks (S and R canonical, no
// cofactor), p must be canonical, free of torsion, and not the identity; so every implementation of the format
// accepts the same signatures. The error is ErrSignature.
func VerifySignature(p PublicKey, docType string, body, sig []byte) error {
	if len(sig) != SignatureSize {
		return fmt.Errorf("%w: %d bytes", ErrSignature, len(sig))
	}
	if err := checkKey(p); err != nil {
		return fmt.Errorf("%w: %v", ErrSignature, err)
	}
	if !ed25519.Verify(p[:], PAE(docType, body), sig) {
		return ErrSignature
	}
	return nil
}

// eighth is 1/8 modulo the order of the prime subgroup.
var eighth = func() *edwards25519.Scalar {
	s, err := edwards25519.NewScalar().SetCanonicalBytes(append([]byte{8}, make([]byte, 31)...))
	if err != nil {
		panic(err)
	}
	return s.Invert(s)
}()

// checkKey refuses encodings other than the canonical one, the identity, and points outside the prime subgroup.
func checkKey(p PublicKey) error {
	point, err := edwards25519.NewIdentityPoint().SetBytes(p[:])
	if err != nil {
		return errors.New("public key is not a point")
	}
	if PublicKey(point.Bytes()) != p {
		return errors.New("public key is not canonical")
	}
	if point.Equal(edwards25519.NewIdentityPoint()) == 1 {
		return errors.New("public key is the identity")
	}
	// Write point = A + T with A in the prime subgroup and 8T = 0. Then 8·(1/8·point) = A, which is point only
	// when T = 0.
	q := edwards25519.NewIdentityPoint().ScalarMult(eighth, point)
	if q.MultByCofactor(q).Equal(point) != 1 {
		return errors.New("public key has torsion")
	}
	return nil
}
