package mem_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"testing"

	"safelight/server/store"
	"safelight/server/store/mem"
	"safelight/server/store/storetest"
)

func TestPromises(t *testing.T) {
	storetest.RunRecords(t, func(*testing.T) storetest.Database { return new(mem.Records) })
	storetest.RunParts(t, func(*testing.T) store.Parts { return new(mem.Parts) })
}

// failAt returns a fault that fails once, at op.
func failAt(op string, err error) mem.Fault {
	return func(at string) error {
		if at == op {
			return err
		}
		return nil
	}
}

func TestFaultRecords(t *testing.T) {
	errFault := errors.New("crash")
	tests := []struct {
		op   string
		want uint64 // the counter that is stored in the end
	}{
		{"before swap", 1},
		{"after swap", 2},
	}
	for _, tt := range tests {
		s := new(mem.Records)
		if err := s.Create(t.Context(), store.Record{}); err != nil {
			t.Fatal(err)
		}
		s.Fault = failAt(tt.op, errFault)
		if err := s.Swap(t.Context(), store.Record{Counter: 1}); !errors.Is(err, errFault) {
			t.Errorf("Swap with a fault %s = %v, want %v", tt.op, err, errFault)
		}
		if r, err := s.Load(t.Context(), store.Key{}); err != nil || r.Counter != tt.want {
			t.Errorf("Load after a fault %s = counter %d, %v; want %d", tt.op, r.Counter, err, tt.want)
		}
	}
}

func TestFaultPut(t *testing.T) {
	errFault := errors.New("crash")
	tests := []struct {
		op           string
		parts, empty bool
	}{
		{"before put", false, true},
		{"half put", false, false},
		{"after put", true, false},
	}
	for _, tt := range tests {
		s := &mem.Parts{Fault: failAt(tt.op, errFault)}
		b := []byte("bytes")
		_, err := s.Put(t.Context(), store.Upload{1}, 0, bytes.NewReader(b), int64(len(b)), sha256.Sum256(b))
		if !errors.Is(err, errFault) {
			t.Errorf("Put with a fault %s = %v, want %v", tt.op, err, errFault)
		}
		list, err := s.List(t.Context(), store.Upload{1})
		if err != nil || len(list) > 0 != tt.parts {
			t.Errorf("List after a fault %s = %v, %v; want parts: %v", tt.op, list, err, tt.parts)
		}
		if s.Empty() != tt.empty {
			t.Errorf("Empty after a fault %s = %v, want %v", tt.op, s.Empty(), tt.empty)
		}
		if ids, err := s.Uploads(t.Context(), store.Upload{}, 10); err != nil || len(ids) == 0 != tt.empty {
			t.Errorf("Uploads after a fault %s = %v, %v", tt.op, ids, err)
		}
		if err := s.Delete(t.Context(), store.Upload{1}); err != nil || !s.Empty() {
			t.Errorf("Delete after a fault %s = %v, empty: %v", tt.op, err, s.Empty())
		}
	}
}

func TestHoldsUntilScrub(t *testing.T) {
	s := new(mem.Records)
	secret := []byte("pepper")
	if err := s.Create(t.Context(), store.Record{Value: secret}); err != nil {
		t.Fatal(err)
	}
	if err := s.Swap(t.Context(), store.Record{Counter: 1}); err != nil {
		t.Fatal(err)
	}
	if !s.Holds(secret) {
		t.Error("Holds before Scrub = false, want true: a database file keeps replaced values")
	}
	if err := s.Scrub(t.Context()); err != nil || s.Holds(secret) {
		t.Errorf("Scrub = %v, Holds after it = %v", err, s.Holds(secret))
	}
}
