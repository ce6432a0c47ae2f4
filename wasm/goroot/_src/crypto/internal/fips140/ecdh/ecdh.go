// Package ecdh stands in the place of Go's NIST curves. Nothing in the engine uses them: age, HPKE and the access log
// agree on X25519, which is elsewhere. But crypto/ecdh refers to them, and so three curves and a table of 88 kB that does
// not compress came along: 145 kB of what a sender downloads.
//
// Everything here refuses. Another release of Go that asks for more than this does not build.
package ecdh

import (
	"errors"
	"io"
)

var errLeftOut = errors.New("crypto/ecdh: the engine is built without NIST curves")

type (
	PrivateKey struct{}
	PublicKey  struct{}
	curve      struct{}
)

func P256() curve { return curve{} }
func P384() curve { return curve{} }
func P521() curve { return curve{} }

func GenerateKey(curve, io.Reader) (*PrivateKey, error)   { return nil, errLeftOut }
func NewPrivateKey(curve, []byte) (*PrivateKey, error)    { return nil, errLeftOut }
func NewPublicKey(curve, []byte) (*PublicKey, error)      { return nil, errLeftOut }
func ECDH(curve, *PrivateKey, *PublicKey) ([]byte, error) { return nil, errLeftOut }

// Nobody has a key to call these on.

func (*PrivateKey) Bytes() []byte         { panic(errLeftOut) }
func (*PrivateKey) PublicKey() *PublicKey { panic(errLeftOut) }
func (*PublicKey) Bytes() []byte          { panic(errLeftOut) }
