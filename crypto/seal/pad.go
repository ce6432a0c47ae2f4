package seal

import (
	"encoding/binary"
	"math/bits"

	"safelight/crypto/statement"
)

// Padme returns the length to which a bundle of n bytes is padded: it keeps the upper bits of n only, so that lengths
// fall into few classes, and adds at most 12 % (Padmé, PETS 2019).
func Padme(n uint64) uint64 {
	if n < 2 {
		return n
	}
	e := bits.Len64(n) - 1     // floor(log2 n)
	s := bits.Len64(uint64(e)) // bits of e
	m := uint64(1)<<max(0, e-s) - 1
	return (n + m) &^ m
}

// Pad returns u32be(len(doc)) ‖ doc ‖ zeros, as long as the smallest class of a manifest that fits.
func Pad(doc []byte) ([]byte, error) {
	for _, n := range statement.ManifestClasses {
		if 4+len(doc) <= n {
			b := make([]byte, n)
			binary.BigEndian.PutUint32(b, uint32(len(doc)))
			copy(b[4:], doc)
			return b, nil
		}
	}
	return nil, ErrTooLong
}

// Unpad is the inverse of Pad. Another class than the smallest that fits is refused, and so is any other filling than
// zeros.
func Unpad(b []byte) ([]byte, error) {
	if len(b) < 4 {
		return nil, ErrPadding
	}
	n := uint64(binary.BigEndian.Uint32(b))
	want := 0
	for _, class := range statement.ManifestClasses {
		if 4+n <= uint64(class) {
			want = class
			break
		}
	}
	if len(b) != want {
		return nil, ErrPadding
	}
	for _, c := range b[4+n:] {
		if c != 0 {
			return nil, ErrPadding
		}
	}
	return b[4 : 4+n], nil
}

// SealPadded pads and seals the encoding of a manifest or of locks.
func SealPadded(passphrase string, doc []byte) ([]byte, error) {
	b, err := Pad(doc)
	if err != nil {
		return nil, err
	}
	return Seal(passphrase, b)
}

// OpenPadded opens a sealed manifest or sealed locks.
func OpenPadded(passphrase string, sealed []byte) ([]byte, error) {
	b, err := Open(passphrase, sealed)
	if err != nil {
		return nil, err
	}
	return Unpad(b)
}
