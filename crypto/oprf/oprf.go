// Package oprf is RFC 9497's OPRF(ristretto255, SHA-512) in base mode, mode 0x00, with everything refused that could
// weaken it: elements that are not exactly 32 canonical bytes, the identity, and keys that are not canonical or zero.
//
// The owner makes a key with GenerateKey and evaluates with FullEvaluate. A viewer calls Blind, has the server run
// Evaluate on the element, and calls Finalize on the answer. The mathematics is circl's.
package oprf

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"

	"github.com/cloudflare/circl/group"
	"github.com/cloudflare/circl/oprf"
)

// Sizes in bytes.
const (
	ElementSize = 32
	KeySize     = 32
	OutputSize  = 64
)

var (
	// ErrElement reports bytes that are no element to compute with: wrong length, not canonical, or the identity.
	ErrElement = errors.New("oprf: not an acceptable element")
	// ErrKey reports bytes that are no key: wrong length, not below the order of the group, or zero.
	ErrKey = errors.New("oprf: not an acceptable key")
	// ErrInput reports an input that hashes to the identity, or is longer than 65,535 bytes.
	ErrInput = errors.New("oprf: not an acceptable input")
)

var suite = oprf.SuiteRistretto255

// Key is the server's secret, k: a scalar. It prints as "redacted".
type Key [KeySize]byte

// Format keeps k out of every print.
func (Key) Format(f fmt.State, _ rune) { io.WriteString(f, "redacted") }

// GenerateKey returns a random key.
func GenerateKey() (Key, error) {
	k, err := oprf.GenerateKey(suite, rand.Reader)
	if err != nil {
		return Key{}, err
	}
	b, err := k.MarshalBinary()
	if err != nil {
		return Key{}, err
	}
	return Key(b), nil
}

// ParseKey checks a key as it travels in commit and publish.
func ParseKey(b []byte) (Key, error) {
	if _, err := privateKey(b); err != nil {
		return Key{}, err
	}
	return Key(b), nil
}

// privateKey turns b into circl's form. circl reduces a scalar silently, so the canonical form is compared.
func privateKey(b []byte) (*oprf.PrivateKey, error) {
	if len(b) != KeySize {
		return nil, ErrKey
	}
	k := new(oprf.PrivateKey)
	if err := k.UnmarshalBinary(suite, b); err != nil {
		return nil, ErrKey
	}
	s := group.Ristretto255.NewScalar()
	if err := s.UnmarshalBinary(b); err != nil || s.IsZero() {
		return nil, ErrKey
	}
	if again, err := s.MarshalBinary(); err != nil || string(again) != string(b) {
		return nil, ErrKey
	}
	return k, nil
}

// element decodes an element from the wire.
func element(b []byte) (group.Element, error) {
	if len(b) != ElementSize {
		return nil, ErrElement
	}
	e := group.Ristretto255.NewElement()
	if err := e.UnmarshalBinary(b); err != nil || e.IsIdentity() {
		return nil, ErrElement
	}
	if again, err := e.MarshalBinaryCompress(); err != nil || string(again) != string(b) {
		return nil, ErrElement
	}
	return e, nil
}

// Evaluate is the server's step: k·B for a viewer's blinded element.
func Evaluate(k Key, blinded []byte) ([ElementSize]byte, error) {
	key, err := privateKey(k[:])
	if err != nil {
		return [ElementSize]byte{}, err
	}
	b, err := element(blinded)
	if err != nil {
		return [ElementSize]byte{}, err
	}
	ev, err := oprf.NewServer(suite, key).Evaluate(&oprf.EvaluationRequest{Elements: []oprf.Blinded{b}})
	if err != nil {
		return [ElementSize]byte{}, fmt.Errorf("oprf: evaluate: %w", err)
	}
	return encode(ev.Elements[0])
}

// FullEvaluate is the owner's shortcut: what Blind, Evaluate and Finalize give together.
func FullEvaluate(k Key, input []byte) ([OutputSize]byte, error) {
	key, err := privateKey(k[:])
	if err != nil {
		return [OutputSize]byte{}, err
	}
	if len(input) > 65535 {
		return [OutputSize]byte{}, ErrInput
	}
	y, err := oprf.NewServer(suite, key).FullEvaluate(input)
	if err != nil {
		return [OutputSize]byte{}, ErrInput
	}
	return [OutputSize]byte(y), nil
}

// Blinding is a viewer's half-way state between Blind and Finalize. It is used once.
type Blinding struct {
	data    *oprf.FinalizeData
	Element [ElementSize]byte // to be sent
}

// Blind hides input under a random scalar.
func Blind(input []byte) (*Blinding, error) { return blind(input, nil) }

// blind takes the scalar from a test, or nil for a random one.
func blind(input []byte, scalar group.Scalar) (*Blinding, error) {
	if len(input) > 65535 {
		return nil, ErrInput
	}
	if scalar == nil {
		scalar = group.Ristretto255.RandomNonZeroScalar(rand.Reader)
	}
	data, req, err := oprf.NewClient(suite).DeterministicBlind([][]byte{input}, []oprf.Blind{scalar})
	if err != nil {
		return nil, ErrInput
	}
	e, err := encode(req.Elements[0])
	if err != nil {
		return nil, ErrInput
	}
	return &Blinding{data: data, Element: e}, nil
}

// Finalize turns the server's answer, k·B, into the output. The answer is checked as strictly as the server checks B.
func (b *Blinding) Finalize(evaluated []byte) ([OutputSize]byte, error) {
	e, err := element(evaluated)
	if err != nil {
		return [OutputSize]byte{}, err
	}
	out, err := oprf.NewClient(suite).Finalize(b.data, &oprf.Evaluation{Elements: []oprf.Evaluated{e}})
	if err != nil {
		return [OutputSize]byte{}, fmt.Errorf("oprf: finalize: %w", err)
	}
	return [OutputSize]byte(out[0]), nil
}

func encode(e group.Element) ([ElementSize]byte, error) {
	b, err := e.MarshalBinaryCompress()
	if err != nil || len(b) != ElementSize || e.IsIdentity() {
		return [ElementSize]byte{}, ErrElement
	}
	return [ElementSize]byte(b), nil
}
