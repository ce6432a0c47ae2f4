// Package rules is the whole life of a share on the server, without HTTP: create, put, commit, publish, open, guess,
// take, drain, gone, sweep. FORMAT.md says what has to hold; the model test checks it with crashes and lost replies
// between any two steps of storage.
//
//	shares, err := rules.New(rules.Config{Records: db, Manifests: db, Parts: dir, RecordKey: key})
//	reply, err := shares.Owner(ctx, id, body, rules.Admission{})
//
// Shares keeps nothing in memory but the highest time it has seen, so any number of processes may work on one database.
// Every change of a record is one compare and swap. Errors are *Error where the caller did something that has a code;
// anything else is a failure of storage, after which the request may have happened or not: all requests can be
// repeated.
package rules

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	mathrand "math/rand/v2"
	"time"

	"safelight/crypto/statement"
	"safelight/server/store"
	"safelight/server/wire"
)

// ID is a share id, Upload the id of one upload.
type (
	ID     = store.Key
	Upload = store.Upload
)

// ParseID reads a share id as it stands in paths: 32 lower-case hexadecimal characters.
func ParseID(s string) (ID, error) {
	id, err := statement.ParseID(s)
	return ID(id), err
}

// ParseUpload reads an upload id as it stands in paths: 32 lower-case hexadecimal characters.
func ParseUpload(s string) (Upload, error) {
	u, err := statement.ParseUploadID(s)
	return Upload(u), err
}

// Limits are what an operator decides. Zero fields mean the defaults of package wire.
type Limits struct {
	ShareBytes int64         // of all bundles of a share, as stored
	Views      uint64        // largest view limit, at most wire.MaxViews
	Expiry     time.Duration // longest time from now until a share expires
}

// Config is what Shares works with.
type Config struct {
	Records   store.Records
	Manifests store.Manifests
	Parts     store.Parts

	RecordKey          RecordKey   // seals pepper and k in records; lies outside the database and its backups
	PreviousRecordKeys []RecordKey // still open what they sealed; see Rotate

	Limits Limits
	Now    func() time.Time // nil: time.Now
	Rand   io.Reader        // nil: crypto/rand
	Events func(Event)      // nil: none; called after the fact, from any goroutine
	// Pause waits before an update is tried again, for the try-th time. nil: a timer. A Worker has timers of its own,
	// because there one of Go's belongs to whichever request is running.
	Pause func(ctx context.Context, try int) error
}

// Shares is all shares of a server. It is safe for concurrent use.
type Shares struct {
	records   store.Records
	manifests store.Manifests
	parts     store.Parts
	keys      keyring
	limits    Limits
	clock     *clock
	rand      io.Reader
	events    func(Event)
	pause     func(ctx context.Context, try int) error
	sizes     sizes
	faults    faults
}

// New returns the shares in the stores of c.
func New(c Config) (*Shares, error) {
	if c.Records == nil || c.Manifests == nil || c.Parts == nil {
		return nil, errors.New("rules: a store is missing")
	}
	if c.Limits.Views > wire.MaxViews {
		return nil, fmt.Errorf("rules: at most %d views can be counted for a share", wire.MaxViews)
	}
	keys, err := newKeyring(c.RecordKey, c.PreviousRecordKeys)
	if err != nil {
		return nil, err
	}
	s := &Shares{
		records: c.Records, manifests: c.Manifests, parts: c.Parts,
		keys: keys, limits: c.Limits.withDefaults(), rand: c.Rand, events: c.Events, pause: pause, sizes: protocolSizes,
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if s.rand == nil {
		s.rand = rand.Reader
	}
	if s.events == nil {
		s.events = func(Event) {}
	}
	if c.Pause != nil {
		s.pause = c.Pause
	}
	s.clock = &clock{system: c.Now, records: c.Records}
	return s, nil
}

func (l Limits) withDefaults() Limits {
	if l.ShareBytes == 0 {
		l.ShareBytes = wire.DefaultShareBytes
	}
	if l.Views == 0 {
		l.Views = wire.DefaultMaxViews
	}
	if l.Expiry == 0 {
		l.Expiry = wire.DefaultMaxExpiry
	}
	return l
}

// errUnchanged is returned by a step of update that has nothing to write.
var errUnchanged = errors.New("unchanged")

// load returns the row of a share that is not gone, and the time it was judged at. "Gone" is *Error CodeGone.
func (s *Shares) load(ctx context.Context, id ID) (store.Record, *record, int64, error) {
	if id == clockKey {
		return store.Record{}, nil, 0, gone()
	}
	row, err := s.records.Load(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return row, nil, 0, gone()
	}
	if err != nil {
		return row, nil, 0, fmt.Errorf("load record: %w", err)
	}
	r, err := decodeRecord(row.Value)
	if err != nil {
		return row, nil, 0, err
	}
	if r.State == stateGone {
		return row, nil, 0, gone()
	}
	now, err := s.clock.now(ctx)
	if err != nil {
		return row, nil, 0, err
	}
	if end := r.end(); now >= end && !s.faults.lateExpiry {
		// Whoever is told that a share is gone must never see it again, whatever the clock does next.
		if err := s.clock.keep(ctx, end); err != nil {
			return row, nil, 0, err
		}
		return row, nil, 0, gone()
	}
	return row, r, now, nil
}

// update changes the record of a share in one transaction: load, step, swap, and again when somebody else swapped
// meanwhile. step must be free of side effects that may not happen twice; its errors end the update.
func (s *Shares) update(ctx context.Context, id ID, step func(now int64, r *record) error) error {
	for try := 0; ; try++ {
		row, r, now, err := s.load(ctx, id)
		if err != nil {
			return err
		}
		if err := step(now, r); errors.Is(err, errUnchanged) {
			return nil
		} else if err != nil {
			return err
		}
		err = s.swap(ctx, row, r)
		if err == nil || !errors.Is(err, store.ErrConflict) {
			return err
		}
		if try == maxTries {
			return busy()
		}
		if err := s.pause(ctx, try); err != nil {
			return err
		}
	}
}

// swap writes r in the place of row.
func (s *Shares) swap(ctx context.Context, row store.Record, r *record) error {
	value, err := r.encode()
	if err != nil {
		return err
	}
	row.Value, row.Due = value, r.due()
	err = s.records.Swap(ctx, row)
	if errors.Is(err, store.ErrNotFound) {
		return gone()
	}
	if err != nil {
		return fmt.Errorf("swap record: %w", err)
	}
	return nil
}

// maxTries is how often an update meets somebody else's before it gives up: of n at once one succeeds in every round.
const maxTries = 60

// pause waits a random time before another try, up to 40 ms; not at all before the first.
func pause(ctx context.Context, try int) error {
	if try == 0 {
		return ctx.Err()
	}
	t := time.NewTimer(mathrand.N(min(time.Millisecond<<min(try, 6), 40*time.Millisecond)))
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// random fills b.
func (s *Shares) random(b []byte) error {
	if _, err := io.ReadFull(s.rand, b); err != nil {
		return fmt.Errorf("read randomness: %w", err)
	}
	return nil
}
