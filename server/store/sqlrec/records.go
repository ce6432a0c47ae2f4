package sqlrec

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"fmt"

	"safelight/server/store"
)

func tooLarge(what string, n, limit int) error {
	return fmt.Errorf("%s: %d bytes, limit %d", what, n, limit)
}

// Create implements store.Records.
func (s *Records) Create(ctx context.Context, r store.Record) error {
	if len(r.Value) > store.MaxValue {
		return tooLarge("create record", len(r.Value), store.MaxValue)
	}
	changed, err := s.exec(ctx, "create record", createSQL, r.Key[:], r.Due, int64(len(r.Value)), s.frame.put(r.Value))
	if err != nil {
		return err
	}
	if changed == 0 {
		return fmt.Errorf("create record: %w", store.ErrExists)
	}
	return nil
}

// Load implements store.Records.
func (s *Records) Load(ctx context.Context, k store.Key) (store.Record, error) {
	r := store.Record{Key: k}
	var counter, size int64
	var stored []byte
	found, err := s.row(ctx, "load record", loadSQL, []any{k[:]}, &counter, &r.Due, &size, &stored)
	if err != nil {
		return store.Record{}, err
	}
	if !found {
		return store.Record{}, fmt.Errorf("load record: %w", store.ErrNotFound)
	}
	r.Counter = uint64(counter)
	if r.Value, err = s.frame.take(stored, size); err != nil {
		return store.Record{}, fmt.Errorf("load record: %w", err)
	}
	return r, nil
}

// Swap implements store.Records.
func (s *Records) Swap(ctx context.Context, r store.Record) error {
	if len(r.Value) > store.MaxValue {
		return tooLarge("swap record", len(r.Value), store.MaxValue)
	}
	changed, err := s.exec(ctx, "swap record", swapSQL, r.Key[:], int64(r.Counter), r.Due, int64(len(r.Value)), s.frame.put(r.Value))
	if err != nil || changed > 0 {
		return err
	}
	// Nothing has changed. Which of the two it was may be asked later: both answers are true at some time of the call.
	there, err := s.exists(ctx, r.Key)
	switch {
	case err != nil:
		return err
	case there:
		return fmt.Errorf("swap record: %w", store.ErrConflict)
	}
	return fmt.Errorf("swap record: %w", store.ErrNotFound)
}

func (s *Records) exists(ctx context.Context, k store.Key) (bool, error) {
	var one int64
	return s.row(ctx, "look for record", existsSQL, []any{k[:]}, &one)
}

// Due implements store.Records.
func (s *Records) Due(ctx context.Context, now int64, limit int) ([]store.Key, error) {
	var keys []store.Key
	var zero store.Key
	args := []any{now, zero[:], int64(max(limit, 0))}
	err := s.rows(ctx, "list due records", dueSQL, args, func(rows *sql.Rows) error {
		var id []byte
		if err := rows.Scan(&id); err != nil {
			return err
		}
		if len(id) != len(zero) {
			return fmt.Errorf("an id of %d bytes", len(id))
		}
		keys = append(keys, store.Key(id))
		return nil
	})
	if err != nil {
		return nil, err
	}
	return keys, nil
}

// Delete implements store.Records.
func (s *Records) Delete(ctx context.Context, k store.Key, counter uint64) error {
	changed, err := s.exec(ctx, "delete record", deleteSQL, k[:], int64(counter))
	if err != nil || changed > 0 {
		return err
	}
	there, err := s.exists(ctx, k)
	if err != nil {
		return err
	}
	if there {
		return fmt.Errorf("delete record: %w", store.ErrConflict)
	}
	return nil
}

// manifestID names a manifest's row. Databases leave copies of keys in unused corners of their pages; the hash of a
// manifest, which a signed statement holds, must not be found there after the share is gone.
func manifestID(k store.Key, sum [32]byte) []byte {
	h := sha256.Sum256(append(k[:], sum[:]...))
	return h[:]
}

// PutManifest implements store.Manifests.
func (s *Records) PutManifest(ctx context.Context, k store.Key, sum [32]byte, b []byte) error {
	if len(b) > store.MaxManifest {
		return tooLarge("put manifest", len(b), store.MaxManifest)
	}
	_, err := s.exec(ctx, "put manifest", putManifestSQL, manifestID(k, sum), k[:], int64(len(b)), s.frame.put(b))
	return err
}

// Manifest implements store.Manifests.
func (s *Records) Manifest(ctx context.Context, k store.Key, sum [32]byte) ([]byte, error) {
	var size int64
	var stored []byte
	found, err := s.row(ctx, "load manifest", manifestSQL, []any{manifestID(k, sum)}, &size, &stored)
	if err != nil {
		return nil, err
	}
	if !found {
		return nil, fmt.Errorf("load manifest: %w", store.ErrNotFound)
	}
	b, err := s.frame.take(stored, size)
	if err != nil {
		return nil, fmt.Errorf("load manifest: %w", err)
	}
	return b, nil
}

// DropManifest implements store.Manifests.
func (s *Records) DropManifest(ctx context.Context, k store.Key, sum [32]byte) error {
	_, err := s.exec(ctx, "drop manifest", dropManifestSQL, manifestID(k, sum))
	return err
}

// DropManifests implements store.Manifests.
func (s *Records) DropManifests(ctx context.Context, k store.Key) error {
	_, err := s.exec(ctx, "drop manifests", dropManifestsSQL, k[:])
	return err
}

// Stats implements store.Counter.
func (s *Records) Stats(ctx context.Context) (store.Stats, error) {
	var st store.Stats
	var values, bodies int64
	if _, err := s.row(ctx, "count records", countRecordsSQL, nil, &st.Records, &values); err != nil {
		return store.Stats{}, err
	}
	if _, err := s.row(ctx, "count manifests", countManifestsSQL, nil, &st.Manifests, &bodies); err != nil {
		return store.Stats{}, err
	}
	st.Bytes = values + bodies
	return st, nil
}
