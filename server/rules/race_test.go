package rules

import (
	"context"
	"sync"
	"testing"

	"safelight/server/store"
	"safelight/server/store/mem"
	"safelight/server/wire"
)

// takeAtOnce lets 200 viewers take the only view of a share, and returns how many got a pepper.
func takeAtOnce(t *testing.T, w *world) int {
	o, d, _ := w.live(withViews(1))
	var mu sync.Mutex
	var wg sync.WaitGroup
	got := 0
	start := make(chan struct{})
	for i := range 200 {
		wg.Go(func() {
			<-start
			_, err := w.take(o, d.st.Revision, byte(i))
			mu.Lock()
			defer mu.Unlock()
			switch code := codeOf(err); {
			case err == nil:
				got++
			case code != wire.CodeUsed:
				t.Errorf("take = %v, want a pepper or %q", err, wire.CodeUsed)
			}
		})
	}
	close(start)
	wg.Wait()
	return got
}

func TestOneViewIsOneView(t *testing.T) {
	w := newWorld(t)
	for range 20 {
		if got := takeAtOnce(t, w); got != 1 {
			t.Fatalf("200 takes of a one-view share: %d got a pepper, want 1", got)
		}
	}
}

// lastWriteWins is a store that breaks the promise of Swap: it does not compare. It waits until everybody has loaded,
// which a machine with few cores does not do by itself.
type lastWriteWins struct {
	*mem.Records
	all *sync.WaitGroup
	mu  *sync.Mutex
}

func (s lastWriteWins) Swap(ctx context.Context, r store.Record) error {
	s.all.Done()
	s.all.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	now, err := s.Load(ctx, r.Key)
	if err != nil {
		return err
	}
	r.Counter = now.Counter
	return s.Records.Swap(ctx, r)
}

// TestOneViewNeedsSwap is the control: over a store whose Swap does not compare, the same race has many winners.
func TestOneViewNeedsSwap(t *testing.T) {
	w := newWorld(t)
	o, d, _ := w.live(withViews(1))
	s := lastWriteWins{w.records, new(sync.WaitGroup), new(sync.Mutex)}
	s.all.Add(200)
	w.Shares.records = s
	got := make(chan bool, 200)
	for i := range 200 {
		go func() {
			_, err := w.take(o, d.st.Revision, byte(i))
			got <- err == nil
		}()
	}
	n := 0
	for range 200 {
		if <-got {
			n++
		}
	}
	if n < 2 {
		t.Errorf("%d takes succeeded over a store that loses writes: the race test could not fail", n)
	}
}

// TestManyAtTenOClock: fifty colleagues try the passphrase at once, and all of them get in, because a right one costs
// nothing.
func TestManyAtTenOClock(t *testing.T) {
	w := newWorld(t)
	o, d, _ := w.live(withPassphrase)
	var wg sync.WaitGroup
	limit := make(chan struct{}, 25) // not more at the same moment than the bucket holds
	for range 50 {
		wg.Go(func() {
			limit <- struct{}{}
			defer func() { <-limit }()
			g, err := w.guess(o, d.st.Revision)
			if err != nil {
				t.Errorf("guess = %v", err)
				return
			}
			r, err := w.Open(ctx, o.id, &wire.OpenRequest{Read: o.read, Unlock: o.unlock[:], Guess: g.Guess[:]})
			if err != nil || len(r.Pepper) != 32 {
				t.Errorf("open = %v, %v", r, err)
			}
		})
	}
	wg.Wait()
	for range wire.GuessBucket {
		if _, err := w.guess(o, d.st.Revision); err != nil {
			t.Fatalf("guess after fifty refunds = %v", err)
		}
	}
	_, err := w.guess(o, d.st.Revision)
	wantCode(t, "guess on an empty bucket", err, wire.CodeLater)
}
