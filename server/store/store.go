// Package store holds the two promises that every stack makes to the rules above it: Records keep small values that
// change by compare and swap, Parts keep sealed bytes that never change.
//
// Implementations live in the folders below; storetest checks all of them against the sentences here.
package store

import (
	"context"
	"encoding/hex"
	"errors"
	"io"
)

// What callers branch on. Implementations wrap these with %w.
var (
	ErrNotFound = errors.New("not found")          // no such record, manifest, or part
	ErrExists   = errors.New("already exists")     // create-only: something else is there
	ErrConflict = errors.New("counter changed")    // Swap, Delete: the record was swapped meanwhile; load again
	ErrMismatch = errors.New("bytes do not match") // Put: length or SHA-256 differ from what was announced; nothing is stored
	ErrFull     = errors.New("no space left")      // Put: the minimum of free space would be undercut; nothing is stored
)

// Key is a share id.
type Key [16]byte

// String returns k in lower-case hexadecimal.
func (k Key) String() string { return hex.EncodeToString(k[:]) }

// Upload is the id of one upload; its bytes never change once they are stored.
type Upload [16]byte

// String returns u in lower-case hexadecimal.
func (u Upload) String() string { return hex.EncodeToString(u[:]) }

// What one row may hold; a store refuses more.
const (
	MaxValue    = 1 << 20   // bytes of Record.Value
	MaxManifest = 300 << 10 // bytes of a sealed manifest
)

// Record is one row: an opaque value and the two columns that stores look at.
type Record struct {
	Key     Key
	Counter uint64 // 1 when created; every Swap adds one
	Due     int64  // Unix ms at which a sweep has to look at it
	Value   []byte // at most MaxValue
}

// Records keeps records. All methods are safe for concurrent use, by several processes where the database is shared.
// A write is durable when the method returns nil. After an error that is none of the sentinels above (a cancelled
// context, a lost connection) it may have happened or not: load again.
type Records interface {
	// Create stores r with Counter 1. ErrExists if the key is taken.
	Create(ctx context.Context, r Record) error
	// Load returns the record, or ErrNotFound.
	Load(ctx context.Context, k Key) (Record, error)
	// Swap replaces Due and Value and adds one to the counter, if the stored counter still is r.Counter; else
	// ErrConflict, and nothing changes. ErrNotFound if the record is gone. Replaced values are erased from the
	// database file as well as the database can (SQLite: secure_delete and a truncating checkpoint, see Scrub).
	Swap(ctx context.Context, r Record) error
	// Due returns up to limit keys with Due <= now, the oldest first. The all-zero key never appears.
	Due(ctx context.Context, now int64, limit int) ([]Key, error)
	// Delete removes the record if its counter still is the given one (ErrConflict); a missing one is no error.
	Delete(ctx context.Context, k Key, counter uint64) error
}

// Manifests keeps sealed manifests, and whatever else a record names by its hash, such as older events and posts (up to
// MaxManifest), under share and SHA-256. Put is idempotent; Drop of a missing one is no error. A manifest is put before
// the record that names it is swapped in, and dropped after.
type Manifests interface {
	PutManifest(ctx context.Context, k Key, sum [32]byte, b []byte) error
	Manifest(ctx context.Context, k Key, sum [32]byte) ([]byte, error)
	DropManifest(ctx context.Context, k Key, sum [32]byte) error
	// DropManifests drops every manifest of the share, also those that a writer put and never swapped in. Only for a
	// share that is gone: while it lives, somebody may have put one that is about to be swapped in.
	DropManifests(ctx context.Context, k Key) error
}

// Scrubber is implemented by databases that keep deleted values in files until told otherwise. Scrub returns when
// nothing that was replaced or deleted before the call can be read from the files of the live database.
type Scrubber interface {
	Scrub(ctx context.Context) error
}

// Stats is what an operator may count.
type Stats struct {
	Records   int64
	Manifests int64
	Bytes     int64 // of sealed manifests and record values
}

// Counter is implemented by record stores that can count.
type Counter interface {
	Stats(ctx context.Context) (Stats, error)
}

// PartInfo describes one stored part.
type PartInfo struct {
	N    uint32
	Size int64
}

// PartRange is a slice of one part: Length bytes from Offset.
type PartRange struct {
	N              uint32
	Offset, Length int64
}

// Body streams stored bytes. WriteTo is called at most once; Close always, exactly once.
// A Body may also implement what its host can stream faster (the Worker's raw stream).
type Body interface {
	io.WriterTo
	io.Closer
}

// Parts keeps the parts of uploads. All methods are safe for concurrent use.
type Parts interface {
	// Put stores a part of exactly size bytes whose SHA-256 is sum. It is create-only, atomic, and durable when it
	// returns. created is false when the same bytes were there already; ErrExists when other bytes were;
	// ErrMismatch when the body is shorter, longer or hashes differently. The body is read to its end in any case
	// but a longer one, so that a client over HTTP/1.1 is not cut off before it can read the answer.
	Put(ctx context.Context, u Upload, n uint32, body io.Reader, size int64, sum [32]byte) (created bool, err error)
	// Read streams the ranges in order as one body. ErrNotFound, before any byte, when a part is missing or ends
	// before its range does.
	Read(ctx context.Context, u Upload, ranges []PartRange) (Body, error)
	// List returns the stored parts of u, by number. None is not an error.
	List(ctx context.Context, u Upload) ([]PartInfo, error)
	// Delete removes all parts of u, also half-written ones. Missing ones are no error. A Put that runs meanwhile
	// fails with ErrNotFound or still succeeds: whoever deletes for good deletes again later.
	Delete(ctx context.Context, u Upload) error
	// Uploads returns up to limit ids of uploads that have parts, half-written ones too, in order, greater than after:
	// for the orphan search.
	Uploads(ctx context.Context, after Upload, limit int) ([]Upload, error)
}
