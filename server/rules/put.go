package rules

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"safelight/crypto/statement"
	"safelight/server/store"
	"safelight/server/wire"
)

// Put stores part n of an upload: exactly size bytes whose SHA-256 is sum. It is durable when Put returns. created is
// false when the same bytes were there already. The caller ends a body that takes longer than wire.PutTimeout.
//
// A refusal may come before any byte of body is read.
func (s *Shares) Put(ctx context.Context, id ID, up Upload, n uint32, token [32]byte, size int64, sum [32]byte, body io.Reader) (created bool, err error) {
	switch {
	case size < 1 || n >= wire.MaxParts:
		return false, refuse(wire.CodeMalformed, "no such part")
	case size > wire.MaxPartSize:
		return false, refuse(wire.CodeLarge, "larger than a part may be")
	}
	err = s.update(ctx, id, func(now int64, r *record) error {
		u := r.upload(up)
		switch {
		case u == nil || !matches(u.Token, token[:]):
			return gone()
		case u.State != uploadOpen:
			return refuse(wire.CodeUpload, "the upload is closed")
		}
		// From here on the upload is not abandoned before this PUT has ended.
		u.Last = now
		u.Bytes += size
		u.Begun += size
		return s.checkSpace(ctx, r, up, n, size)
	})
	if err != nil {
		return false, err
	}
	if n == 0 {
		if body, err = sealed(body, size); err != nil {
			return false, err
		}
	}
	created, err = s.parts.Put(ctx, up, n, body, size, sum)
	switch {
	case errors.Is(err, store.ErrExists):
		return false, refuse(wire.CodePart, "")
	case errors.Is(err, store.ErrMismatch):
		return false, refuse(wire.CodeDigest, "")
	case err != nil:
		return false, fmt.Errorf("put part: %w", err)
	}
	return created, nil
}

// checkSpace refuses r when part n of up, counted already, takes it over what a share may have. Parts sent twice are
// counted twice, so that the stored ones are counted before anybody is refused. Parts under way at that moment escape
// that count: what was ever begun is bounded too, so that many slow parts at once cannot fill a disk. Commit counts
// exactly.
func (s *Shares) checkSpace(ctx context.Context, r *record, up Upload, n uint32, size int64) error {
	if r.begun() > maxBegun*s.limits.ShareBytes {
		return refuse(wire.CodeLarge, "more was begun than a share may ever send, parts sent again included")
	}
	if r.bytes() <= s.limits.ShareBytes {
		return nil
	}
	for i := range r.Uploads {
		u := &r.Uploads[i]
		if u.State != uploadOpen {
			continue
		}
		infos, err := s.parts.List(ctx, u.ID)
		if err != nil {
			return fmt.Errorf("list parts: %w", err)
		}
		u.Bytes = total(infos)
		stored := func(p store.PartInfo) bool { return p.N == n }
		if u.ID == up && !slices.ContainsFunc(infos, stored) {
			u.Bytes += size
		}
	}
	if r.bytes() > s.limits.ShareBytes {
		return refuse(wire.CodeLarge, "larger than a share may be")
	}
	return nil
}

// maxBegun is how many times the largest share an owner may begin to send, what breaks off and is sent again included.
const maxBegun = 4

// begun is how many bytes of parts were ever begun.
func (r *record) begun() (n int64) {
	for _, u := range r.Uploads {
		n += u.Begun
	}
	return n
}

// bytes is how many bytes of parts r has, at most.
func (r *record) bytes() (n int64) {
	for _, u := range r.Uploads {
		n += u.Bytes
	}
	return n
}

func total(infos []store.PartInfo) (n int64) {
	for _, p := range infos {
		n += p.Size
	}
	return n
}

// sealed refuses a first part that does not begin like a sealed file: a client that forgot to seal. It returns a body
// to be read instead.
func sealed(body io.Reader, size int64) (io.Reader, error) {
	head := make([]byte, min(size, statement.HeaderSize))
	n, err := io.ReadFull(body, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("read part: %w", err)
	}
	body = io.MultiReader(bytes.NewReader(head[:n]), body)
	if int64(n) < min(size, statement.HeaderSize) {
		return body, nil // cut off: the store says so
	}
	if statement.IsSealed(head) {
		return body, nil
	}
	io.Copy(io.Discard, io.LimitReader(body, size)) // so that the client gets to read the answer
	return nil, refuse(wire.CodeMalformed, "the first part does not begin like a sealed file")
}
