package statement

import "bytes"

// PostSize is the length of what is put into a mailbox: one hybrid age file over exactly 128 bytes.
const PostSize = 1787

// PostPlainSize is how many bytes a post holds: view code (50), proof (16), zeros.
const PostPlainSize = 128

// IsPost reports whether b has the length and the header of a post: an age v1 file with one mlkem768x25519 stanza. It
// proves nothing about what follows; the server uses it to refuse what no maker of a mailbox could open.
func IsPost(b []byte) bool {
	const (
		intro = "age-encryption.org/v1\n-> mlkem768x25519 "
		enc   = 1494 // the encapsulated key, 1120 bytes, base64 without padding
		body  = 43   // the wrapped file key, 32 bytes
		mac   = "\n--- "
	)
	if len(b) != PostSize {
		return false
	}
	rest, ok := cut(b, intro)
	if !ok || !isBase64(rest[:enc], lastOf16) || rest[enc] != '\n' {
		return false
	}
	rest = rest[enc+1:]
	if !isBase64(rest[:body], lastOf32) {
		return false
	}
	rest, ok = cut(rest[body:], mac)
	return ok && isBase64(rest[:body], lastOf32) && bytes.HasPrefix(rest[body:], []byte("\n"))
}
