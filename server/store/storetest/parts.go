package storetest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"math"
	"slices"
	"testing/iotest"

	"safelight/server/store"
)

func at(n uint32, offset, length int64) store.PartRange {
	return store.PartRange{N: n, Offset: offset, Length: length}
}

func put(t T, s store.Parts, u store.Upload, n uint32, b []byte) (created bool, err error) {
	return s.Put(t.Context(), u, n, bytes.NewReader(b), int64(len(b)), sha256.Sum256(b))
}

func mustPut(t T, s store.Parts, u store.Upload, n uint32, b []byte) {
	t.Helper()
	created, err := put(t, s, u, n, b)
	wantErr(t, "Put", err, nil)
	if !created {
		t.Fatalf("Put of part %d: created = false, want true", n)
	}
}

func wantBytes(t T, s store.Parts, u store.Upload, r []store.PartRange, want []byte) {
	t.Helper()
	body, err := s.Read(t.Context(), u, r)
	wantErr(t, "Read", err, nil)
	var got bytes.Buffer
	n, err := body.WriteTo(&got)
	wantErr(t, "WriteTo", err, nil)
	wantErr(t, "Close", body.Close(), nil)
	if n != int64(len(want)) || !bytes.Equal(got.Bytes(), want) {
		t.Fatalf("Read(%v) wrote %d bytes and said %d, want %d; equal: %v", r, got.Len(), n, len(want), bytes.Equal(got.Bytes(), want))
	}
}

func wantParts(t T, s store.Parts, u store.Upload, want ...store.PartInfo) {
	t.Helper()
	got, err := s.List(t.Context(), u)
	wantErr(t, "List", err, nil)
	if !slices.Equal(got, want) {
		t.Fatalf("List = %v, want %v", got, want)
	}
}

func wantUploads(t T, s store.Parts, after store.Upload, limit int, want ...store.Upload) {
	t.Helper()
	got, err := s.Uploads(t.Context(), after, limit)
	wantErr(t, "Uploads", err, nil)
	if !slices.Equal(got, want) {
		t.Fatalf("Uploads(%v, %d) = %v, want %v", after, limit, got, want)
	}
}

func putRead(t T, s store.Parts) {
	wantParts(t, s, upload(1))
	wantUploads(t, s, store.Upload{}, 10)
	a, b := pattern(1, 1000), pattern(2, 70_000)
	mustPut(t, s, upload(1), 0, a)
	mustPut(t, s, upload(1), 1, b)
	mustPut(t, s, upload(2), 0, b)
	wantParts(t, s, upload(1), store.PartInfo{N: 0, Size: 1000}, store.PartInfo{N: 1, Size: 70_000})
	wantParts(t, s, upload(2), store.PartInfo{N: 0, Size: 70_000})
	wantParts(t, s, upload(3))
	wantBytes(t, s, upload(1), []store.PartRange{{N: 0, Length: 1000}}, a)
	wantBytes(t, s, upload(1), []store.PartRange{{N: 0, Length: 1000}, {N: 1, Length: 70_000}}, slices.Concat(a, b))
	wantBytes(t, s, upload(2), []store.PartRange{{N: 0, Length: 70_000}}, b)
	wantUploads(t, s, store.Upload{}, 10, upload(1), upload(2))
}

func putTwice(t T, s store.Parts) {
	a := pattern(1, 1000)
	mustPut(t, s, upload(1), 0, a)
	for range 2 {
		created, err := put(t, s, upload(1), 0, a)
		if created || err != nil {
			t.Fatalf("the same Put again = %v, %v; want false, nil", created, err)
		}
	}
	for _, other := range [][]byte{pattern(2, 1000), a[:999], append(slices.Clone(a), 0)} {
		_, err := put(t, s, upload(1), 0, other)
		wantErr(t, "Put of other bytes", err, store.ErrExists)
	}
	wantParts(t, s, upload(1), store.PartInfo{N: 0, Size: 1000})
	wantBytes(t, s, upload(1), []store.PartRange{{N: 0, Length: 1000}}, a)
}

var errBroken = errors.New("the line broke")

// badBody is a body that is not what was announced as pattern(1, 100_000).
type badBody struct {
	name string
	body func(good []byte) io.Reader
	want error
}

func allBadBodies() []badBody {
	return []badBody{
		{"empty", func([]byte) io.Reader { return bytes.NewReader(nil) }, store.ErrMismatch},
		{"short", func(b []byte) io.Reader { return bytes.NewReader(b[:len(b)-1]) }, store.ErrMismatch},
		{"long", func(b []byte) io.Reader { return bytes.NewReader(append(slices.Clone(b), 0)) }, store.ErrMismatch},
		{"very long", func(b []byte) io.Reader { return io.MultiReader(bytes.NewReader(b), bytes.NewReader(b)) }, store.ErrMismatch},
		{"other", func(b []byte) io.Reader { return bytes.NewReader(pattern(2, len(b))) }, store.ErrMismatch},
		{"one bit", func(b []byte) io.Reader {
			b = slices.Clone(b)
			b[len(b)/2] ^= 1
			return bytes.NewReader(b)
		}, store.ErrMismatch},
		{"breaks off", func(b []byte) io.Reader {
			return io.MultiReader(bytes.NewReader(b[:len(b)/2]), iotest.ErrReader(errBroken))
		}, errBroken},
		{"breaks off at the end", func(b []byte) io.Reader {
			return io.MultiReader(bytes.NewReader(b), iotest.ErrReader(errBroken))
		}, errBroken},
	}
}

func badBodies(t T, s store.Parts) {
	good := pattern(1, 100_000)
	for _, tt := range allBadBodies() {
		_, err := s.Put(t.Context(), upload(1), 0, tt.body(good), int64(len(good)), sha256.Sum256(good))
		wantErr(t, "Put, "+tt.name, err, tt.want)
		wantParts(t, s, upload(1))
		_, err = s.Read(t.Context(), upload(1), []store.PartRange{{N: 0, Length: 1}})
		wantErr(t, "Read, "+tt.name, err, store.ErrNotFound)
	}
	mustPut(t, s, upload(1), 0, good)
	wantErr(t, "Delete", s.Delete(t.Context(), upload(1)), nil)
	wantUploads(t, s, store.Upload{}, 10)
}

func badBodyOverStored(t T, s store.Parts) {
	good := pattern(1, 100_000)
	mustPut(t, s, upload(1), 0, good)
	for _, tt := range allBadBodies() {
		_, err := s.Put(t.Context(), upload(1), 0, tt.body(good), int64(len(good)), sha256.Sum256(good))
		wantErr(t, "Put, "+tt.name, err, tt.want)
	}
	wantBytes(t, s, upload(1), []store.PartRange{{N: 0, Length: int64(len(good))}}, good)
}

func ranges(t T, s store.Parts) {
	all := pattern(1, 2500)
	for n := range 3 {
		mustPut(t, s, upload(1), uint32(n), all[n*1000:min(n*1000+1000, 2500)])
	}
	tests := []struct {
		name     string
		ranges   []store.PartRange
		from, to int
	}{
		{"all", []store.PartRange{at(0, 0, 1000), at(1, 0, 1000), at(2, 0, 500)}, 0, 2500},
		{"across two", []store.PartRange{at(0, 990, 10), at(1, 0, 10)}, 990, 1010},
		{"across three", []store.PartRange{at(0, 999, 1), at(1, 0, 1000), at(2, 0, 1)}, 999, 2001},
		{"within one", []store.PartRange{at(1, 100, 200)}, 1100, 1300},
		{"first byte", []store.PartRange{at(0, 0, 1)}, 0, 1},
		{"last byte", []store.PartRange{at(2, 499, 1)}, 2499, 2500},
	}
	for _, tt := range tests {
		wantBytes(t, s, upload(1), tt.ranges, all[tt.from:tt.to])
	}
	wantBytes(t, s, upload(1), nil, nil)
	twice := []store.PartRange{at(2, 0, 5), at(0, 0, 5), at(2, 0, 5)}
	wantBytes(t, s, upload(1), twice, slices.Concat(all[2000:2005], all[:5], all[2000:2005]))
}

func missingParts(t T, s store.Parts) {
	mustPut(t, s, upload(1), 0, pattern(1, 100))
	mustPut(t, s, upload(1), 2, pattern(1, 100))
	tests := []struct {
		name   string
		u      store.Upload
		ranges []store.PartRange
	}{
		{"another upload", upload(2), []store.PartRange{at(0, 0, 100)}},
		{"a hole", upload(1), []store.PartRange{at(0, 0, 100), at(1, 0, 100), at(2, 0, 100)}},
		{"behind the last", upload(1), []store.PartRange{at(3, 0, 1)}},
		{"part too short", upload(1), []store.PartRange{at(0, 0, 101)}},
		{"range behind the end", upload(1), []store.PartRange{at(0, 100, 1)}},
		{"range far behind the end", upload(1), []store.PartRange{at(0, math.MaxInt64, 1)}},
		{"negative offset", upload(1), []store.PartRange{at(0, -1, 1)}},
		{"negative length", upload(1), []store.PartRange{at(0, 10, -1)}},
	}
	for _, tt := range tests {
		_, err := s.Read(t.Context(), tt.u, tt.ranges)
		wantErr(t, "Read, "+tt.name, err, store.ErrNotFound)
	}
}

type failingWriter struct{ left int }

func (w *failingWriter) Write(p []byte) (int, error) {
	if len(p) > w.left {
		n := w.left
		w.left = 0
		return n, errBroken
	}
	w.left -= len(p)
	return len(p), nil
}

func writerFails(t T, s store.Parts) {
	for n := range 3 {
		mustPut(t, s, upload(1), uint32(n), pattern(1, 1000))
	}
	for _, left := range []int{0, 500, 1000, 2999} {
		body, err := s.Read(t.Context(), upload(1), []store.PartRange{at(0, 0, 1000), at(1, 0, 1000), at(2, 0, 1000)})
		wantErr(t, "Read", err, nil)
		n, err := body.WriteTo(&failingWriter{left})
		wantErr(t, "WriteTo", err, errBroken)
		wantErr(t, "Close", body.Close(), nil)
		if n != int64(left) {
			t.Errorf("WriteTo to a writer that takes %d bytes = %d", left, n)
		}
	}
	body, err := s.Read(t.Context(), upload(1), []store.PartRange{at(0, 0, 1000)})
	wantErr(t, "Read", err, nil)
	wantErr(t, "Close without WriteTo", body.Close(), nil)
}

func largestPart(t T, s store.Parts) {
	b := pattern(9, 8<<20)
	mustPut(t, s, upload(1), 0, b)
	wantBytes(t, s, upload(1), []store.PartRange{at(0, 0, 8<<20)}, b)
	wantBytes(t, s, upload(1), []store.PartRange{at(0, 5<<20, 1<<20)}, b[5<<20:6<<20])
}

func cancelledParts(t T, s store.Parts) {
	b := pattern(1, 100)
	mustPut(t, s, upload(1), 0, b)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := s.Put(ctx, upload(2), 0, bytes.NewReader(b), 100, sha256.Sum256(b))
	wantErr(t, "Put", err, context.Canceled)
	_, err = s.Read(ctx, upload(1), []store.PartRange{at(0, 0, 100)})
	wantErr(t, "Read", err, context.Canceled)
	_, err = s.List(ctx, upload(1))
	wantErr(t, "List", err, context.Canceled)
	_, err = s.Uploads(ctx, store.Upload{}, 10)
	wantErr(t, "Uploads", err, context.Canceled)
	wantErr(t, "Delete", s.Delete(ctx, upload(1)), context.Canceled)
	wantParts(t, s, upload(1), store.PartInfo{N: 0, Size: 100})
	wantParts(t, s, upload(2))
}
