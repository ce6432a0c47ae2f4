//go:build js

package r2

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"syscall/js"

	"safelight/server/store"
)

// RawBody is a request body that is a stream of the host, of a length that the host has been told and enforces.
type RawBody interface {
	// RawJSBody returns the stream, or null if something was read from it already.
	RawJSBody() js.Value
}

// Put implements store.Parts. A RawBody goes to R2 as it is and R2 checks the hash; then "the same bytes were there
// already" is judged by the announced hash, and a body that differs from it goes unnoticed, since nothing of it is kept.
func (s *Parts) Put(ctx context.Context, u store.Upload, n uint32, body io.Reader, size int64, sum [32]byte) (created bool, err error) {
	if err := ctx.Err(); err != nil {
		return false, err
	}
	value, err := putValue(body, size, sum)
	if err != nil {
		return false, fmt.Errorf("r2: put: %w", err)
	}
	if err := ctx.Err(); err != nil {
		return false, err
	}
	key := partKey(u, n)
	stored, err := call(s.bucket, "put", key, value, map[string]any{
		"onlyIf": map[string]any{"etagDoesNotMatch": "*"}, // null when there is any object
		"sha256": bytesToJS(sum[:]).Get("buffer"),
	})
	if mismatch(err) {
		return false, fmt.Errorf("r2: put: %w", store.ErrMismatch)
	}
	if err != nil {
		return false, fmt.Errorf("r2: put: %w", err)
	}
	if !stored.IsNull() {
		return true, nil
	}
	return false, s.compare(key, size, sum)
}

// putValue returns what to give to the bucket: the host's stream, or the bytes once they are read and checked.
func putValue(body io.Reader, size int64, sum [32]byte) (js.Value, error) {
	if raw, ok := body.(RawBody); ok {
		if stream := raw.RawJSBody(); !stream.IsNull() {
			return stream, nil
		}
	}
	var b bytes.Buffer
	b.Grow(int(size) + bytes.MinRead)
	if _, err := b.ReadFrom(io.LimitReader(body, size+1)); err != nil {
		return js.Null(), err
	}
	if int64(b.Len()) != size || sha256.Sum256(b.Bytes()) != sum {
		return js.Null(), store.ErrMismatch
	}
	return bytesToJS(b.Bytes()), nil
}

// mismatch tells R2's refusal of a body whose hash is another (error 10037, BadDigest) from other failures.
func mismatch(err error) bool {
	var e *Error
	return errors.As(err, &e) && contains(e.text, "(10037)", "checksum you specified did not match")
}

func contains(text string, any ...string) bool {
	return slices.ContainsFunc(any, func(s string) bool { return strings.Contains(text, s) })
}

// compare returns ErrExists unless the stored object has this size and hash, both as R2 checked them.
func (s *Parts) compare(key string, size int64, sum [32]byte) error {
	head, err := call(s.bucket, "head", key)
	if err != nil {
		return fmt.Errorf("r2: put: %w", err)
	}
	if head.IsNull() {
		return fmt.Errorf("r2: put: deleted meanwhile: %w", store.ErrNotFound)
	}
	stored := js.Global().Get("Uint8Array").New(head.Get("checksums").Get("sha256"))
	var got [32]byte
	if n := js.CopyBytesToGo(got[:], stored); n != len(got) || got != sum || int64(head.Get("size").Float()) != size {
		return fmt.Errorf("r2: put: %w", store.ErrExists)
	}
	return nil
}
