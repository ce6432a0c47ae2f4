package statement

import "strings"

// HeaderSize is how many bytes of a sealed file stand before its first chunk: the header (149) and the nonce (16).
const HeaderSize = 165

// SealedSize returns the length of the sealed form of n plaintext bytes: one tag of 16 bytes for every 64 KiB begun,
// and at least one.
func SealedSize(n uint64) uint64 {
	return HeaderSize + n + 16*max(1, (n+65535)/65536)
}

// PlainSize returns how many plaintext bytes a sealed file of n bytes holds; false when no sealed file of at least one
// plaintext byte is that long.
func PlainSize(n uint64) (uint64, bool) {
	const chunk = 65536 + 16
	if n < MinBundleSize {
		return 0, false
	}
	n -= HeaderSize
	chunks := (n + chunk - 1) / chunk
	if last := n - (chunks-1)*chunk; last <= 16 {
		return 0, false
	}
	return n - chunks*16, true
}

// IsSealed reports whether b begins exactly like a sealed file of this format: an age v1 header with one scrypt stanza
// of work factor 1. It proves nothing about what follows; the server uses it to refuse a client that forgot to seal,
// and the clients to refuse every other header before any scrypt runs.
func IsSealed(b []byte) bool {
	const (
		intro = "age-encryption.org/v1\n-> scrypt "
		salt  = 22 // 16 bytes, base64 without padding
		work  = " 1\n"
		body  = 43 // the wrapped file key, 32 bytes
		mac   = "\n--- "
		size  = HeaderSize - 16
	)
	if len(b) < HeaderSize {
		return false
	}
	rest, ok := cut(b[:size], intro)
	if !ok || !isBase64(rest[:salt], lastOf16) {
		return false
	}
	if rest, ok = cut(rest[salt:], work); !ok || !isBase64(rest[:body], lastOf32) {
		return false
	}
	rest, ok = cut(rest[body:], mac)
	return ok && isBase64(rest[:body], lastOf32) && rest[body] == '\n'
}

func cut(b []byte, prefix string) ([]byte, bool) {
	if len(b) < len(prefix) || string(b[:len(prefix)]) != prefix {
		return nil, false
	}
	return b[len(prefix):], true
}

// The characters that can end the base64 of 16 and of 32 bytes: the unused bits are zero, so that one value has one
// spelling.
const (
	lastOf16 = "AQgw"
	lastOf32 = "AEIMQUYcgkosw048"
)

func isBase64(b []byte, last string) bool {
	for _, c := range b {
		switch {
		case 'A' <= c && c <= 'Z', 'a' <= c && c <= 'z', '0' <= c && c <= '9', c == '+', c == '/':
		default:
			return false
		}
	}
	return strings.IndexByte(last, b[len(b)-1]) >= 0
}

// ManifestClasses are the lengths of a manifest's plaintext, and of the locks': the smallest that fits is used.
var ManifestClasses = [...]int{4096, 16384, 65536, 262144}

// IsSealedManifest reports whether b has the header and one of the four lengths of a sealed manifest.
func IsSealedManifest(b []byte) bool {
	for _, n := range ManifestClasses {
		if uint64(len(b)) == SealedSize(uint64(n)) {
			return IsSealed(b)
		}
	}
	return false
}
