//go:build js

package r2

import (
	"context"
	"fmt"
	"io"
	"syscall/js"

	"safelight/server/store"
)

// eager is how many objects Read fetches before it returns. Beyond that it looks at the listing of the upload, and the
// host fetches one object after the other while the body streams.
const eager = 3

// RawWriter is a response that takes a stream of the host as its body.
type RawWriter interface {
	WriteRawJSBody(stream js.Value)
}

// Read implements store.Parts.
func (s *Parts) Read(ctx context.Context, u store.Upload, ranges []store.PartRange) (store.Body, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if len(ranges) > eager {
		if err := s.check(ctx, u, ranges); err != nil {
			return nil, fmt.Errorf("r2: read: %w", err)
		}
	}
	var objects, slices []any
	var total int64
	for i, r := range ranges {
		slice := []any{partKey(u, r.N), r.Offset, r.Length}
		if i < eager {
			object, err := s.get(slice)
			if err != nil {
				cancel(objects)
				return nil, fmt.Errorf("r2: read: %w", err)
			}
			objects = append(objects, object)
		}
		slices = append(slices, slice)
		total += r.Length
	}
	return &body{concat: s.concat, bucket: s.bucket, objects: objects, slices: slices, total: total}, nil
}

// check returns ErrNotFound unless every part is there and reaches to the end of its range.
func (s *Parts) check(ctx context.Context, u store.Upload, ranges []store.PartRange) error {
	infos, err := s.List(ctx, u)
	if err != nil {
		return err
	}
	sizes := make(map[uint32]int64, len(infos))
	for _, p := range infos {
		sizes[p.N] = p.Size
	}
	for _, r := range ranges {
		size, ok := sizes[r.N]
		if !ok || r.Offset < 0 || r.Length < 0 || r.Length > size-r.Offset {
			return store.ErrNotFound
		}
	}
	return nil
}

// get fetches a slice of an object: [key, offset, length].
func (s *Parts) get(slice []any) (js.Value, error) {
	offset, length := slice[1].(int64), slice[2].(int64)
	if offset < 0 || length < 0 || offset > 1<<40 {
		return js.Null(), store.ErrNotFound // R2 would read from the end, or throw
	}
	options := map[string]any{"range": map[string]any{"offset": offset, "length": max(length, 1)}}
	object, err := call(s.bucket, "get", slice[0], options)
	if err != nil {
		return js.Null(), s.explain(err, slice)
	}
	if !reaches(object, offset, length) {
		cancel([]any{object})
		return js.Null(), store.ErrNotFound
	}
	return object, nil
}

// reaches reports whether there is an object, and it reaches to the end of the slice.
func reaches(object js.Value, offset, length int64) bool {
	return !object.IsNull() && length <= int64(object.Get("size").Float())-offset
}

// explain finds out whether a get failed because of its range: hosts say that in different words.
func (s *Parts) explain(err error, slice []any) error {
	head, headErr := call(s.bucket, "head", slice[0])
	if headErr == nil && !reaches(head, slice[1].(int64), slice[2].(int64)) {
		return store.ErrNotFound
	}
	return err
}

// cancel ends bodies that nobody will read.
func cancel(objects []any) {
	for _, o := range objects {
		if o.(js.Value).IsNull() {
			continue
		}
		call(o.(js.Value).Get("body"), "cancel") // nothing to do about a failure
	}
}

// body is a stream that the host makes when it is asked for.
type body struct {
	concat, bucket  js.Value
	objects, slices []any
	total           int64
	begun           bool
}

// Stream returns the bytes as a ReadableStream that knows its length. Called once, instead of WriteTo.
func (b *body) Stream() js.Value {
	b.begun = true
	return b.concat.Invoke(b.bucket, b.objects, b.slices, b.total)
}

// WriteTo gives a RawWriter the stream and returns its length, though the bytes go only later. To others it copies.
func (b *body) WriteTo(w io.Writer) (int64, error) {
	if raw, ok := w.(RawWriter); ok {
		raw.WriteRawJSBody(b.Stream())
		return b.total, nil
	}
	reader := b.Stream().Call("getReader")
	var n int64
	for {
		v, err := call(reader, "read")
		if err != nil {
			return n, fmt.Errorf("r2: read: %w", err)
		}
		if v.Get("done").Bool() {
			break
		}
		chunk := make([]byte, v.Get("value").Get("byteLength").Int())
		js.CopyBytesToGo(chunk, v.Get("value"))
		m, err := w.Write(chunk)
		n += int64(m)
		if err != nil {
			call(reader, "cancel")
			return n, err
		}
	}
	if n != b.total {
		return n, fmt.Errorf("r2: read: %w", io.ErrUnexpectedEOF)
	}
	return n, nil
}

// Close cancels what was fetched and not streamed.
func (b *body) Close() error {
	if !b.begun {
		b.begun = true
		cancel(b.objects)
	}
	return nil
}
