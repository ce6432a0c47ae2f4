package seal

import (
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"filippo.io/age"
	"golang.org/x/crypto/chacha20poly1305"

	"safelight/crypto/statement"
)

const (
	chunkSize  = 64 << 10                              // plaintext bytes of every chunk but the last
	sealedSize = chunkSize + chacha20poly1305.Overhead // the same chunk, sealed
	nonceSize  = 16                                    // behind the header
)

// Bundle opens ranges of a sealed bundle. It needs no byte of the bundle beforehand: the manifest repeats the header,
// and the signed size says which chunk is the last. It is safe for concurrent use.
type Bundle struct {
	aead   cipher.AEAD
	sealed int64 // size of the file
	plain  int64 // size of its plaintext
	chunks int64
}

// OpenBundle returns the bundle with this header (HeaderSize bytes, from the manifest) and size (from the statement).
func OpenBundle(passphrase string, header []byte, size uint64) (*Bundle, error) {
	if len(header) != HeaderSize || !statement.IsSealed(header) {
		return nil, ErrHeader
	}
	id, err := identity(passphrase)
	if err != nil {
		return nil, err
	}
	fileKey, err := age.DecryptHeader(header[:HeaderSize-nonceSize], id)
	if err != nil {
		return nil, ErrPassphrase
	}
	return newBundle(fileKey, header[HeaderSize-nonceSize:], size)
}

func newBundle(fileKey, nonce []byte, size uint64) (*Bundle, error) {
	plain, ok := statement.PlainSize(size)
	if !ok || size > statement.MaxBundleSize {
		return nil, fmt.Errorf("%w: no sealed file has %d bytes", ErrDamaged, size)
	}
	// The age specification, "Payload": the payload key derives from file key and nonce.
	key, err := hkdf.Key(sha256.New, fileKey, nonce, "payload", chacha20poly1305.KeySize)
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	aead, err := chacha20poly1305.New(key)
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	chunks := (int64(plain) + chunkSize - 1) / chunkSize
	return &Bundle{aead: aead, sealed: int64(size), plain: int64(plain), chunks: chunks}, nil
}

// Size returns the length of the plaintext.
func (b *Bundle) Size() int64 { return b.plain }

// Window returns which bytes of the sealed file, from inclusive, to exclusive, hold the n plaintext bytes at off. The
// range has to lie inside the bundle and to hold at least one byte.
func (b *Bundle) Window(off, n int64) (from, to int64, err error) {
	if off < 0 || n < 1 || off > b.plain || n > b.plain-off {
		return 0, 0, errors.New("seal: a range outside the bundle")
	}
	first, last := off/chunkSize, (off+n-1)/chunkSize
	return HeaderSize + first*sealedSize, min(HeaderSize+(last+1)*sealedSize, b.sealed), nil
}

// OpenWindow returns the n plaintext bytes at off, given exactly the sealed bytes that Window names. It overwrites
// sealed.
func (b *Bundle) OpenWindow(off, n int64, sealed []byte) ([]byte, error) {
	from, to, err := b.Window(off, n)
	if err != nil {
		return nil, err
	}
	if int64(len(sealed)) != to-from {
		return nil, ErrDamaged
	}
	first := (from - HeaderSize) / sealedSize
	out := sealed[:0] // each chunk shrinks by its tag, so the plaintext never overtakes the ciphertext
	for i := first; len(sealed) > 0; i++ {
		chunk := sealed[:min(sealedSize, len(sealed))]
		sealed = sealed[len(chunk):]
		plain, err := b.aead.Open(chunk[:0], b.nonce(i), chunk, nil)
		if err != nil {
			return nil, ErrDamaged
		}
		out = append(out, plain...)
	}
	skip := off - first*chunkSize
	return out[skip : skip+n], nil
}

// nonce is the one of STREAM: a counter of 11 bytes, and a byte that is 1 for the last chunk only.
func (b *Bundle) nonce(i int64) []byte {
	nonce := make([]byte, chacha20poly1305.NonceSize)
	binary.BigEndian.PutUint64(nonce[3:11], uint64(i))
	if i == b.chunks-1 {
		nonce[11] = 1
	}
	return nonce
}

// Open reads the n plaintext bytes at off with one call of src.ReadAt. src is the sealed file.
func (b *Bundle) Open(src io.ReaderAt, off, n int64) ([]byte, error) {
	from, to, err := b.Window(off, n)
	if err != nil {
		return nil, err
	}
	sealed := make([]byte, to-from)
	if got, err := src.ReadAt(sealed, from); got < len(sealed) {
		if err == nil || errors.Is(err, io.EOF) {
			return nil, ErrDamaged
		}
		return nil, fmt.Errorf("seal: read: %w", err)
	}
	return b.OpenWindow(off, n, sealed)
}
