// Package passphrase turns what a person types into PW, the 32 bytes that the key schedule takes. Suite 1: an OPRF
// with a key that only the server keeps, then Argon2id, so that nobody guesses without asking the server.
// FORMAT.md, "Passphrase".
//
// The owner makes a key and calls Derive. A viewer calls Start, sends Attempt.Blinded, and calls Finish with what the
// server answers.
package passphrase

import (
	"encoding/binary"
	"errors"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"

	"safelight/crypto/oprf"
	"safelight/crypto/statement"
)

// MaxLength is the longest passphrase in bytes, after NFC.
const MaxLength = 1024

// Reasons for refusing a passphrase. ErrAnswer is about the server.
var (
	ErrEmpty  = errors.New("passphrase: empty")
	ErrLong   = errors.New("passphrase: longer than 1024 bytes")
	ErrUTF8   = errors.New("passphrase: not valid UTF-8")
	ErrAnswer = errors.New("passphrase: the server's answer is not an element")
)

// inputLabel stands before id and passphrase in the input of the OPRF.
const inputLabel = "safelight/v1/passphrase"

// Normalize returns p in NFC, or says why it is none. Nothing is trimmed.
func Normalize(p string) (string, error) {
	if !utf8.ValidString(p) {
		return "", ErrUTF8
	}
	// NFC can shrink a text to a third at most; what is longer than that is refused before it is looked at.
	if len(p) > 3*MaxLength {
		return "", ErrLong
	}
	p = norm.NFC.String(p)
	switch {
	case p == "":
		return "", ErrEmpty
	case len(p) > MaxLength:
		return "", ErrLong
	}
	return p, nil
}

// FromFile returns the passphrase in a file: one final LF or CRLF is dropped, nothing else.
func FromFile(b []byte) (string, error) {
	if n := len(b); n > 0 && b[n-1] == '\n' {
		b = b[:n-1]
		if n > 1 && b[n-2] == '\r' {
			b = b[:n-2]
		}
	}
	return Normalize(string(b))
}

// input returns lp(label, id, NFC(p)).
func input(id statement.ID, p string) ([]byte, error) {
	p, err := Normalize(p)
	if err != nil {
		return nil, err
	}
	var b []byte
	for _, v := range []string{inputLabel, string(id[:]), p} {
		b = binary.BigEndian.AppendUint32(b, uint32(len(v)))
		b = append(b, v...)
	}
	return b, nil
}

// stretch is the last step of suite 1: Argon2id v0x13, no secret, no data.
func stretch(y [oprf.OutputSize]byte, id statement.ID) [32]byte {
	const time, memoryKiB, threads = 2, 19456, 1
	return [32]byte(argon2.IDKey(y[:], id[:], time, memoryKiB, threads, 32))
}

// Derive returns PW for the owner, who has the key.
func Derive(k oprf.Key, id statement.ID, p string) ([32]byte, error) {
	in, err := input(id, p)
	if err != nil {
		return [32]byte{}, err
	}
	y, err := oprf.FullEvaluate(k, in)
	if err != nil {
		return [32]byte{}, err
	}
	return stretch(y, id), nil
}

// Attempt is a viewer's guess on its way. It is used once.
type Attempt struct {
	id      statement.ID
	half    *oprf.Blinding
	Blinded [oprf.ElementSize]byte // B, to be sent: it says nothing about the passphrase
}

// Start blinds a passphrase.
func Start(id statement.ID, p string) (*Attempt, error) {
	in, err := input(id, p)
	if err != nil {
		return nil, err
	}
	half, err := oprf.Blind(in)
	if err != nil {
		return nil, err
	}
	return &Attempt{id: id, half: half, Blinded: half.Element}, nil
}

// Finish returns PW from the server's answer, k·B. Whether the passphrase was right shows at the next open.
func (a *Attempt) Finish(evaluated []byte) ([32]byte, error) {
	y, err := a.half.Finalize(evaluated)
	if err != nil {
		return [32]byte{}, ErrAnswer
	}
	return stretch(y, a.id), nil
}
