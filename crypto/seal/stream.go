package seal

import (
	"bytes"
	"crypto/hkdf"
	"crypto/sha256"
	"fmt"
	"io"

	"filippo.io/age"
)

// Chunks seals in the place of Go's own cipher, such as a browser's, which is faster than Go is there. It returns plain, cut
// into chunks of 64 KiB of which only the last may be shorter, each sealed with ChaCha20-Poly1305 under key. The nonce of
// a chunk is its number in 11 bytes, big-endian, and a byte that is 1 for the last chunk of the stream, else 0
// (age-encryption.org/v1, payload); first is the number of the first chunk, last says that the last one here ends the
// stream. There is one empty chunk where plain is empty.
type Chunks func(key [32]byte, first uint64, last bool, plain []byte) ([]byte, error)

// batch is how much is sealed at once: asking for a chunk at a time would wait more than it works.
const batch = 16 * chunkSize

// stream does to its bytes what age's own writer does, by the cipher of a host. age writes the header before.
type stream struct {
	dst  io.Writer
	seal Chunks
	key  [32]byte
	n    uint64 // chunks so far
	buf  []byte
}

// newStream has age write header and nonce, and goes on behind them.
func newStream(head *headCapture, r *age.ScryptRecipient, seal Chunks) (*stream, error) {
	k := &keeper{r: r}
	if _, err := age.Encrypt(head, k); err != nil {
		return nil, err
	}
	nonce := head.b[len(head.b)-nonceSize:]
	key, err := hkdf.Key(sha256.New, k.fileKey, nonce, "payload", 32)
	if err != nil {
		return nil, err
	}
	return &stream{dst: head, seal: seal, key: [32]byte(key), buf: make([]byte, 0, batch)}, nil
}

// keeper wraps a file key as r does, and keeps it.
type keeper struct {
	r       *age.ScryptRecipient
	fileKey []byte
}

func (k *keeper) Wrap(fileKey []byte) ([]*age.Stanza, error) {
	k.fileKey = bytes.Clone(fileKey)
	return k.r.Wrap(fileKey)
}

// Write seals a batch when there is more behind it: the last one is sealed by Close.
func (s *stream) Write(p []byte) (int, error) {
	written := len(p)
	for len(p) > 0 {
		if len(s.buf) == batch {
			if err := s.flush(false); err != nil {
				return 0, err
			}
		}
		n := min(len(p), batch-len(s.buf))
		s.buf, p = append(s.buf, p[:n]...), p[n:]
	}
	return written, nil
}

func (s *stream) Close() error { return s.flush(true) }

func (s *stream) flush(last bool) error {
	chunks := max(1, (len(s.buf)+chunkSize-1)/chunkSize)
	sealed, err := s.seal(s.key, s.n, last, s.buf)
	if err != nil {
		return err
	}
	if len(sealed) != len(s.buf)+chunks*(sealedSize-chunkSize) {
		return fmt.Errorf("%d bytes in %d chunks were sealed to %d", len(s.buf), chunks, len(sealed))
	}
	s.n, s.buf = s.n+uint64(chunks), s.buf[:0]
	_, err = s.dst.Write(sealed)
	return err
}
