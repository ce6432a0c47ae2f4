// Package seal turns bytes into sealed files and back. A sealed file is a standard age v1 file with exactly one scrypt
// stanza of work factor 1 over a passphrase of 64 hexadecimal characters that package keys derives; stock age opens it.
// FORMAT.md, "Sealed files".
//
// Readers compare the whole header before any scrypt runs, so that a forged work factor costs nothing. Nothing is
// returned before it was authenticated.
package seal

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"filippo.io/age"

	"safelight/crypto/statement"
)

// HeaderSize is the length of what stands before the first chunk: header (149) and nonce (16).
const HeaderSize = statement.HeaderSize

// PassphraseSize is the length of every seal passphrase.
const PassphraseSize = 64

var (
	// ErrHeader reports a file that does not begin with the one header of the format.
	ErrHeader = errors.New("seal: not a sealed file of this format")
	// ErrPassphrase reports a header that the passphrase does not open: another key, or a damaged header.
	ErrPassphrase = errors.New("seal: the key does not open this file")
	// ErrDamaged reports chunks that do not authenticate, are missing, or are too many.
	ErrDamaged = errors.New("seal: the file is damaged")
	// ErrPadding reports a padded document whose length, filling or inner length is not what the format demands.
	ErrPadding = errors.New("seal: not padded as the format demands")
	// ErrTooLong reports a document that fits in no padding class.
	ErrTooLong = errors.New("seal: the document is longer than the largest class")
)

// workFactor is the base-2 logarithm of scrypt's N. Passphrases here are keys of 256 bits: stretching adds nothing.
const workFactor = 1

// Writer seals what is written to it. Close writes the last chunk and does not close the destination.
type Writer struct {
	w    io.WriteCloser
	head *headCapture
}

// NewWriter writes header and nonce to dst and returns a Writer for the plaintext.
func NewWriter(dst io.Writer, passphrase string) (*Writer, error) {
	return NewWriterBy(dst, passphrase, nil)
}

// NewWriterBy is NewWriter with another cipher for the chunks; nil is age's own. What is written is the same.
func NewWriterBy(dst io.Writer, passphrase string, chunks Chunks) (*Writer, error) {
	r, err := age.NewScryptRecipient(passphrase)
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	if len(passphrase) != PassphraseSize {
		return nil, fmt.Errorf("seal: a passphrase of %d characters", len(passphrase))
	}
	r.SetWorkFactor(workFactor)
	head := &headCapture{dst: dst}
	w, err := behind(head, r, chunks)
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	if !statement.IsSealed(head.b) {
		return nil, errors.New("seal: age wrote another header than the format has") // a changed library, not an input
	}
	return &Writer{w: w, head: head}, nil
}

// behind writes header and nonce and returns what writes the chunks.
func behind(head *headCapture, r *age.ScryptRecipient, chunks Chunks) (io.WriteCloser, error) {
	if chunks != nil {
		return newStream(head, r, chunks)
	}
	return age.Encrypt(head, r)
}

// Write seals p. Whole chunks of 64 KiB reach the destination.
func (w *Writer) Write(p []byte) (int, error) { return w.w.Write(p) }

// Close writes the last chunk.
func (w *Writer) Close() error { return w.w.Close() }

// Header returns the first HeaderSize bytes of the file, which a manifest repeats.
func (w *Writer) Header() [HeaderSize]byte { return [HeaderSize]byte(w.head.b) }

// headCapture passes everything on and remembers the first HeaderSize bytes.
type headCapture struct {
	dst io.Writer
	b   []byte
}

func (h *headCapture) Write(p []byte) (int, error) {
	if missing := HeaderSize - len(h.b); missing > 0 {
		h.b = append(h.b, p[:min(missing, len(p))]...)
	}
	return h.dst.Write(p)
}

// Seal returns plaintext as a sealed file.
func Seal(passphrase string, plaintext []byte) ([]byte, error) {
	var out bytes.Buffer
	out.Grow(int(statement.SealedSize(uint64(len(plaintext)))))
	w, err := NewWriter(&out, passphrase)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(plaintext); err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	return out.Bytes(), nil
}

// Open returns the plaintext of a whole sealed file.
func Open(passphrase string, sealed []byte) ([]byte, error) {
	if !statement.IsSealed(sealed) {
		return nil, ErrHeader
	}
	id, err := identity(passphrase)
	if err != nil {
		return nil, err
	}
	r, err := age.Decrypt(bytes.NewReader(sealed), id)
	if err != nil {
		return nil, ErrPassphrase
	}
	plaintext, err := io.ReadAll(r)
	if err != nil {
		return nil, ErrDamaged
	}
	return plaintext, nil
}

func identity(passphrase string) (*age.ScryptIdentity, error) {
	if len(passphrase) != PassphraseSize {
		return nil, fmt.Errorf("seal: a passphrase of %d characters", len(passphrase))
	}
	id, err := age.NewScryptIdentity(passphrase)
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	id.SetMaxWorkFactor(workFactor)
	return id, nil
}
