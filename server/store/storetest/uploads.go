package storetest

import (
	"errors"
	"math"
	"slices"
	"sync/atomic"

	"safelight/server/store"
)

func putRaceSame(t T, s store.Parts) {
	b := pattern(1, 5000)
	for n := range uint32(5) {
		var created atomic.Int32
		errs := together(32, func(int) error {
			c, err := put(t, s, upload(1), n, b)
			if c {
				created.Add(1)
			}
			return err
		})
		for _, err := range errs {
			wantErr(t, "racing Put", err, nil)
		}
		if created.Load() != 1 {
			t.Fatalf("%d of 32 racing Puts created the part, want 1", created.Load())
		}
		wantBytes(t, s, upload(1), []store.PartRange{at(n, 0, 5000)}, b)
	}
}

func putRaceOther(t T, s store.Parts) {
	for n := range uint32(5) {
		errs := together(32, func(i int) error {
			_, err := put(t, s, upload(1), n, pattern(byte(i), 5000))
			return err
		})
		winner := oneWinner(t, errs, store.ErrExists)
		wantBytes(t, s, upload(1), []store.PartRange{at(n, 0, 5000)}, pattern(byte(winner), 5000))
	}
}

// manyParts has more parts than one page of a bucket's listing, and numbers that sort otherwise as text.
func manyParts(t T, s store.Parts) {
	want := []store.PartInfo{}
	for n := range uint32(1010) {
		want = append(want, store.PartInfo{N: n, Size: 1})
	}
	want = append(want, store.PartInfo{N: 65_536, Size: 1}, store.PartInfo{N: math.MaxUint32, Size: 1})
	errs := together(8, func(i int) error {
		for j := i; j < len(want); j += 8 {
			if _, err := put(t, s, upload(1), want[j].N, []byte{byte(want[j].N)}); err != nil {
				return err
			}
		}
		return nil
	})
	for _, err := range errs {
		wantErr(t, "Put", err, nil)
	}
	wantParts(t, s, upload(1), want...)
	wantBytes(t, s, upload(1), []store.PartRange{at(2, 0, 1), at(10, 0, 1), at(65_536, 0, 1), at(math.MaxUint32, 0, 1)}, []byte{2, 10, 0, 255})
	wantErr(t, "Delete", s.Delete(t.Context(), upload(1)), nil)
	wantParts(t, s, upload(1))
	wantUploads(t, s, store.Upload{}, 10)
}

func deleteParts(t T, s store.Parts) {
	ctx := t.Context()
	wantErr(t, "Delete of nothing", s.Delete(ctx, upload(1)), nil)
	for n := range uint32(3) {
		mustPut(t, s, upload(1), n, pattern(1, 100))
	}
	mustPut(t, s, upload(2), 0, pattern(2, 100))
	for range 2 {
		wantErr(t, "Delete", s.Delete(ctx, upload(1)), nil)
		wantParts(t, s, upload(1))
	}
	_, err := s.Read(ctx, upload(1), []store.PartRange{at(0, 0, 1)})
	wantErr(t, "Read after Delete", err, store.ErrNotFound)
	wantBytes(t, s, upload(2), []store.PartRange{at(0, 0, 100)}, pattern(2, 100))
	wantUploads(t, s, store.Upload{}, 10, upload(2))
	mustPut(t, s, upload(1), 0, pattern(3, 100)) // the store does not remember; rules do
	wantBytes(t, s, upload(1), []store.PartRange{at(0, 0, 100)}, pattern(3, 100))

	errs := together(16, func(i int) error {
		if i%2 == 0 {
			return s.Delete(ctx, upload(3))
		}
		_, err := put(t, s, upload(3), uint32(i), pattern(1, 100))
		if errors.Is(err, store.ErrNotFound) {
			return nil // the upload was deleted under it
		}
		return err
	})
	for _, err := range errs {
		wantErr(t, "Put beside Delete", err, nil)
	}
	wantErr(t, "Delete", s.Delete(ctx, upload(3)), nil)
	wantUploads(t, s, store.Upload{}, 10, upload(1), upload(2))
}

// deleteUnderReader: a body that was begun gives the right bytes or an error, never others and never fewer in silence.
func deleteUnderReader(t T, s store.Parts) {
	all := pattern(1, 300_000)
	for n := range 3 {
		mustPut(t, s, upload(1), uint32(n), all[n*100_000:][:100_000])
	}
	body, err := s.Read(t.Context(), upload(1), []store.PartRange{at(0, 0, 100_000), at(1, 0, 100_000), at(2, 0, 100_000)})
	wantErr(t, "Read", err, nil)
	wantErr(t, "Delete", s.Delete(t.Context(), upload(1)), nil)
	for n := range 3 {
		mustPut(t, s, upload(1), uint32(n), pattern(2, 100_000))
	}
	var got collector
	n, err := body.WriteTo(&got)
	wantErr(t, "Close", body.Close(), nil)
	if n != int64(len(got)) || !slices.Equal([]byte(got), all[:len(got)]) {
		t.Fatalf("WriteTo after Delete wrote %d bytes that are not those of the deleted parts", len(got))
	}
	if err == nil && len(got) != len(all) {
		t.Fatalf("WriteTo after Delete = %d bytes without an error, want %d or an error", len(got), len(all))
	}
	if err != nil && errors.Is(err, errBroken) {
		t.Fatalf("WriteTo made an error up: %v", err)
	}
}

type collector []byte

func (c *collector) Write(p []byte) (int, error) {
	*c = append(*c, p...)
	return len(p), nil
}

func uploads(t T, s store.Parts) {
	var all []store.Upload
	for i := range 25 {
		u := upload(byte(i * 10))
		u[15] = 1
		all = append(all, u)
	}
	for i := range all { // not in order
		mustPut(t, s, all[(i*7)%25], 3, []byte{1})
	}
	var got []store.Upload
	var after store.Upload
	for pages := 0; ; pages++ {
		page, err := s.Uploads(t.Context(), after, 10)
		wantErr(t, "Uploads", err, nil)
		if len(page) > 10 || pages > 4 {
			t.Fatalf("page %d has %d uploads", pages, len(page))
		}
		if len(page) == 0 {
			break
		}
		got = append(got, page...)
		after = page[len(page)-1]
	}
	if !slices.Equal(got, all) {
		t.Fatalf("Uploads in pages = %v, want %v", got, all)
	}
	between := all[4]
	between[15] = 0
	wantUploads(t, s, between, 2, all[4], all[5])
	wantUploads(t, s, all[24], 10)
	wantUploads(t, s, store.Upload{}, 0)
	wantErr(t, "Delete", s.Delete(t.Context(), all[5]), nil)
	wantUploads(t, s, all[4], 2, all[6], all[7])
}
