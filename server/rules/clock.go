package rules

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"sync"
	"time"

	"safelight/server/store"
)

// clock tells the server's time in Unix ms. It never goes back, not even after a restart with a wrong system clock:
// the highest time that mattered lies in a record of its own.
type clock struct {
	system  func() time.Time
	records store.Records
	forget  bool // see faults

	mu     sync.Mutex
	loaded bool
	seen   int64 // highest time told
	kept   int64 // highest time known to be stored
}

// clockKey is the record of the highest time. No share has this id.
var clockKey ID

// now returns the time. The first call reads the stored one.
func (c *clock) now(ctx context.Context) (int64, error) {
	c.mu.Lock()
	loaded := c.loaded
	c.mu.Unlock()
	if !loaded {
		_, kept, err := c.load(ctx)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return 0, err
		}
		c.learn(kept)
	}
	t := c.system().UnixMilli()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.seen = max(c.seen, t)
	return c.seen, nil
}

// learn notes a stored time.
func (c *clock) learn(kept int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.loaded = true
	c.kept = max(c.kept, kept)
	c.seen = max(c.seen, kept)
}

// keep returns when a time of at least t is stored.
func (c *clock) keep(ctx context.Context, t int64) error {
	if c.forget {
		return nil
	}
	for range maxTries {
		c.mu.Lock()
		done := c.kept >= t
		c.mu.Unlock()
		if done {
			return nil
		}
		err := c.raise(ctx, t)
		if err != nil && !errors.Is(err, store.ErrConflict) && !errors.Is(err, store.ErrExists) {
			return err
		}
	}
	return busy()
}

// raise tries once to store t, or learns that a higher time is stored.
func (c *clock) raise(ctx context.Context, t int64) error {
	row, kept, err := c.load(ctx)
	switch {
	case errors.Is(err, store.ErrNotFound):
		err = c.records.Create(ctx, store.Record{Key: clockKey, Value: encodeClock(t)})
	case err != nil:
		return err
	case kept >= t:
		t = kept
	default:
		row.Value = encodeClock(t)
		err = c.records.Swap(ctx, row)
	}
	if err != nil {
		return fmt.Errorf("store the time: %w", err)
	}
	c.learn(t)
	return nil
}

func (c *clock) load(ctx context.Context) (row store.Record, kept int64, err error) {
	row, err = c.records.Load(ctx, clockKey)
	if err != nil {
		return row, 0, fmt.Errorf("load the time: %w", err)
	}
	if len(row.Value) != 9 || row.Value[0] != recordVersion {
		return row, 0, errors.New("the stored time is not readable")
	}
	return row, int64(binary.BigEndian.Uint64(row.Value[1:])), nil
}

func encodeClock(t int64) []byte {
	return binary.BigEndian.AppendUint64([]byte{recordVersion}, uint64(t))
}
