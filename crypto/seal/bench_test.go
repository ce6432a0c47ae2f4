package seal

import (
	"crypto/sha256"
	"io"
	"strings"
	"testing"

	"golang.org/x/crypto/chacha20poly1305"
)

var benchmarkPassphrase = strings.Repeat("5a", PassphraseSize/2)

// BenchmarkSmall seals and opens what an owner box or a small manifest is, header and scrypt included.
func BenchmarkSmall(b *testing.B) {
	plain := make([]byte, 200)
	b.Run("seal", func(b *testing.B) {
		for b.Loop() {
			if _, err := Seal(benchmarkPassphrase, plain); err != nil {
				b.Fatal(err)
			}
		}
	})
	sealed, err := Seal(benchmarkPassphrase, plain)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("open", func(b *testing.B) {
		for b.Loop() {
			if _, err := Open(benchmarkPassphrase, sealed); err != nil {
				b.Fatal(err)
			}
		}
	})
}

const benchmarkSize = 8 << 20

// BenchmarkBundle seals as a bundle is sealed, in writes of 1 MiB.
func BenchmarkBundle(b *testing.B) {
	block := make([]byte, 1<<20)
	b.SetBytes(benchmarkSize)
	for b.Loop() {
		w, err := NewWriter(io.Discard, benchmarkPassphrase)
		if err != nil {
			b.Fatal(err)
		}
		for range benchmarkSize / len(block) {
			if _, err := w.Write(block); err != nil {
				b.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkCipher is the least that sealing can cost: the cipher alone, in chunks of 64 KiB. BenchmarkSHA256 is what
// the upload does to the same bytes beside.
func BenchmarkCipher(b *testing.B) {
	aead, err := chacha20poly1305.New(make([]byte, chacha20poly1305.KeySize))
	if err != nil {
		b.Fatal(err)
	}
	nonce, chunk := make([]byte, aead.NonceSize()), make([]byte, 64<<10)
	out := make([]byte, 0, len(chunk)+aead.Overhead())
	b.SetBytes(benchmarkSize)
	for b.Loop() {
		for range benchmarkSize / len(chunk) {
			aead.Seal(out, nonce, chunk, nil)
		}
	}
}

func BenchmarkSHA256(b *testing.B) {
	block := make([]byte, benchmarkSize)
	b.SetBytes(benchmarkSize)
	for b.Loop() {
		sha256.Sum256(block)
	}
}
