// Package admit decides who may create shares: everybody, or whoever brings a token of the operator; and how many an
// address may create in an hour.
//
// Tokens are 32 random bytes in hexadecimal. Only their SHA-256 is kept, so that a copy of the data folder admits
// nobody. Addresses are kept in memory alone, as an HMAC under a salt that is forgotten every day.
package admit

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"fmt"
)

// Hash is the SHA-256 of a token as it is written.
type Hash [32]byte

// Gate says who may create. The zero Gate admits nobody.
type Gate struct {
	open   bool
	hashes func(context.Context) ([]Hash, error)
}

// Open admits everybody.
func Open() Gate { return Gate{open: true} }

// Tokens admits who brings a token whose hash is among those that hashes returns. It is called for every attempt, so
// that a token made or taken back meanwhile counts at once.
func Tokens(hashes func(context.Context) ([]Hash, error)) Gate { return Gate{hashes: hashes} }

// Open reports whether g admits everybody.
func (g Gate) Open() bool { return g.open }

// Admits reports whether token may create. The time it takes does not depend on the token.
func (g Gate) Admits(ctx context.Context, token string) (bool, error) {
	if g.open {
		return true, nil
	}
	if g.hashes == nil {
		return false, nil
	}
	known, err := g.hashes(ctx)
	if err != nil {
		return false, fmt.Errorf("read the tokens: %w", err)
	}
	sum, found := Sum(token), 0
	for _, h := range known {
		found |= subtle.ConstantTimeCompare(h[:], sum[:])
	}
	return found == 1, nil
}

// New returns a fresh token. It is shown once and not kept.
func New() string {
	b := make([]byte, 32)
	rand.Read(b) // never fails: crypto/rand ends the program instead
	return hex.EncodeToString(b)
}

// Sum returns the hash that is kept for token.
func Sum(token string) Hash { return sha256.Sum256([]byte(token)) }

// ParseHash reads 64 hexadecimal digits.
func ParseHash(s string) (Hash, error) {
	var h Hash
	b, err := hex.DecodeString(s)
	if err != nil || len(b) != len(h) {
		return h, fmt.Errorf("a token hash is 64 hexadecimal digits, not %d characters", len(s))
	}
	return Hash(b), nil
}
