package statement

import (
	"bytes"
	"crypto/sha256"
	"math/big"
	"slices"
	"testing"
)

// TestKnock writes out by hand what is hashed and signed.
func TestKnock(t *testing.T) {
	o := newSigner(7)
	p := o.Public()
	id := p.ID()
	key, mine, his := [32]byte{1}, [32]byte{2}, [32]byte{3}
	l := func(n byte) []byte { return []byte{0, 0, 0, n} }
	cat := func(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

	want := sha256.Sum256(cat([]byte("safelight/v1/knock/commit\x00"), l(16), id[:], l(32), key[:], l(32), mine[:]))
	c := NewCommitment(id, key, mine)
	if c != want {
		t.Errorf("NewCommitment = %x, want %x", c, want)
	}
	if got := KnockBody(id, c, his); !bytes.Equal(got, cat(l(16), id[:], l(32), c[:], l(32), his[:])) {
		t.Errorf("KnockBody = %x", got)
	}
	box := bytes.Repeat([]byte{9}, BoxSize)
	if got := AdmitBody(c, box); !bytes.Equal(got, cat(c[:], box)) || len(got) != AdmissionSize {
		t.Errorf("AdmitBody = %x", got)
	}
	if got := BoxInfo(id, c); !bytes.Equal(got, cat([]byte("safelight/v1/knock"), id[:], c[:])) {
		t.Errorf("BoxInfo = %x", got)
	}

	h := sha256.Sum256(cat([]byte("safelight/v1/knock/words\x00"), l(16), id[:], l(32), p[:], l(32), c[:], l(32), his[:], l(32), key[:], l(32), mine[:]))
	n := new(big.Int).Rsh(new(big.Int).SetBytes(h[:]), 256-33).Int64()
	words := [3]uint16{uint16(n >> 22), uint16(n >> 11 % 2048), uint16(n % 2048)}
	if got := KnockWords(id, p, c, his, key, mine); got != words || slices.Max(got[:]) > 2047 {
		t.Errorf("KnockWords = %v, want %v", got, words)
	}
}
