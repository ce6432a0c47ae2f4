package rules

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"

	"safelight/server/store"
)

// push adds an entry to c. A tail of perRow entries becomes a row first. That row is named by its contents, so that all
// who push to the same record at once write the same one; those of them that lose the swap leave nothing behind but what
// the winner needs, or, when a publish came between, a row that goes with the share.
func (s *Shares) push(ctx context.Context, id ID, c *chain, perRow int, entry []byte) error {
	if len(c.Tail) >= perRow*len(entry) {
		sum := sha256.Sum256(c.Tail)
		if s.faults.lateRow {
			c.late = c.Tail
		} else if err := s.putRow(ctx, id, sum, c.Tail); err != nil {
			return err
		}
		c.Rows, c.Tail = append(c.Rows, sum[:]...), nil
	}
	c.Tail = append(c.Tail, entry...)
	return nil
}

func (s *Shares) putRow(ctx context.Context, id ID, sum [32]byte, row []byte) error {
	if err := s.manifests.PutManifest(ctx, id, sum, row); err != nil {
		return fmt.Errorf("put row: %w", err)
	}
	return nil
}

// entries returns all of c. store.ErrNotFound: a row was dropped since the record was loaded, or is lost.
func (s *Shares) entries(ctx context.Context, id ID, c *chain) (all []byte, err error) {
	for i := 0; i < len(c.Rows); i += sha256.Size {
		row, err := s.manifests.Manifest(ctx, id, [32]byte(c.Rows[i:]))
		if err != nil {
			return nil, fmt.Errorf("load row: %w", err)
		}
		all = append(all, row...)
	}
	return append(all, c.Tail...), nil
}

// chained updates the record and returns it as it is then, with all entries of a chain of it. A row may be dropped
// between the two steps: then everything is read again.
func (s *Shares) chained(ctx context.Context, id ID, of func(*record) *chain, step func(now int64, r *record) error) (*record, []byte, int64, error) {
	missed := ""
	for {
		var rec *record
		var at int64
		err := s.update(ctx, id, func(now int64, r *record) error {
			rec, at = r, now
			return step(now, r)
		})
		if err != nil {
			return nil, nil, 0, err
		}
		all, err := s.entries(ctx, id, of(rec))
		if err == nil {
			return rec, all, at, nil
		}
		// The same rows missing twice are lost, and not dropped by somebody meanwhile.
		rows := string(of(rec).Rows)
		if !errors.Is(err, store.ErrNotFound) || missed == rows {
			return nil, nil, 0, err
		}
		missed = rows
	}
}
