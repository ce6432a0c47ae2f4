package seal

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"testing"

	"golang.org/x/crypto/chacha20poly1305"
)

// goChunks is Chunks by the library that age uses.
func goChunks(key [32]byte, first uint64, last bool, plain []byte) ([]byte, error) {
	aead, err := chacha20poly1305.New(key[:])
	if err != nil {
		return nil, err
	}
	var out []byte
	for n := first; ; n++ {
		chunk := plain[:min(chunkSize, len(plain))]
		plain = plain[len(chunk):]
		var nonce [12]byte
		binary.BigEndian.PutUint64(nonce[3:], n)
		if last && len(plain) == 0 {
			nonce[11] = 1
		}
		if out = aead.Seal(out, nonce[:], chunk, nil); len(plain) == 0 {
			return out, nil
		}
	}
}

var streamSizes = []int{0, 1, chunkSize - 1, chunkSize, chunkSize + 1, batch - 1, batch, batch + 1, 2 * batch, 2*batch + chunkSize + 7}

// TestHostCipher has another cipher seal and age open. The bytes of a stream follow from its key, its nonces and what is
// sealed; age opens no other ones.
func TestHostCipher(t *testing.T) {
	for _, size := range streamSizes {
		plain := make([]byte, size)
		for i := range plain {
			plain[i] = byte(i * 7)
		}
		for _, piece := range []int{size + 1, 50_000, 1 << 20} {
			var out bytes.Buffer
			sealBy(t, &out, goChunks, plain, piece)
			got, err := Open(benchmarkPassphrase, out.Bytes())
			if err != nil || !bytes.Equal(got, plain) {
				t.Errorf("%d bytes in writes of %d: %v", size, piece, err)
			}
		}
	}
}

func sealBy(t *testing.T, out *bytes.Buffer, by Chunks, plain []byte, piece int) {
	t.Helper()
	w, err := NewWriterBy(out, benchmarkPassphrase, by)
	if err != nil {
		t.Fatal(err)
	}
	for len(plain) > 0 {
		n := min(piece, len(plain))
		if _, err := w.Write(plain[:n]); err != nil {
			t.Fatal(err)
		}
		plain = plain[n:]
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if header := w.Header(); !bytes.HasPrefix(out.Bytes(), header[:]) {
		t.Error("the file does not begin with the header that goes into manifests")
	}
}

// TestHostCipherControl seals wrongly in every way that a host could: nothing of it opens.
func TestHostCipherControl(t *testing.T) {
	plain := make([]byte, batch+chunkSize+9)
	for _, tt := range []struct {
		name string
		by   Chunks
	}{
		{"another key", func(k [32]byte, n uint64, last bool, p []byte) ([]byte, error) {
			k[0] ^= 1
			return goChunks(k, n, last, p)
		}},
		{"numbers from 0 in every batch", func(k [32]byte, _ uint64, last bool, p []byte) ([]byte, error) { return goChunks(k, 0, last, p) }},
		{"no last chunk", func(k [32]byte, n uint64, _ bool, p []byte) ([]byte, error) { return goChunks(k, n, false, p) }},
		{"every batch the last", func(k [32]byte, n uint64, _ bool, p []byte) ([]byte, error) { return goChunks(k, n, true, p) }},
	} {
		var out bytes.Buffer
		sealBy(t, &out, tt.by, plain, len(plain))
		if _, err := Open(benchmarkPassphrase, out.Bytes()); err == nil {
			t.Errorf("%s: it opens", tt.name)
		}
	}
}

func TestHostCipherFails(t *testing.T) {
	broken := errors.New("no cipher today")
	for _, tt := range []struct {
		want string
		by   Chunks
	}{
		{"no cipher today", func([32]byte, uint64, bool, []byte) ([]byte, error) { return nil, broken }},
		{"were sealed to 3", func([32]byte, uint64, bool, []byte) ([]byte, error) { return make([]byte, 3), nil }},
	} {
		var out bytes.Buffer
		w, err := NewWriterBy(&out, benchmarkPassphrase, tt.by)
		if err != nil {
			t.Fatal(err)
		}
		_, err = w.Write(make([]byte, 100))
		if err == nil {
			err = w.Close()
		}
		if err == nil || !strings.Contains(fmt.Sprint(err), tt.want) {
			t.Errorf("%v, want %q", err, tt.want)
		}
		if out.Len() != HeaderSize {
			t.Errorf("%d bytes were written, want the header alone", out.Len())
		}
	}
}
