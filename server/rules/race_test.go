package rules

import (
	"context"
	"sync"
	"testing"
	"time"

	"safelight/crypto/oprf"
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
			r, err := w.Open(ctx, o.id, &wire.OpenRequest{Read: o.read, Unlock: o.unlock[:], Guess: g.Guess[:]}, nil)
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

// TestFloodOfGuesses: somebody with the link guesses without a pause for days. The server evaluates 30 and one every ten
// minutes, holds nobody up, destroys nothing, and whoever has the passphrase once he stops is in at once.
func TestFloodOfGuesses(t *testing.T) {
	w := newWorld(t)
	o, d, _ := w.live(withPassphrase)
	evaluated, minutes := 0, 3*24*60
	for range minutes {
		for range 3 {
			_, err := w.guess(o, d.st.Revision)
			switch e := AsError(err); {
			case err == nil:
				evaluated++
			case e.Code != wire.CodeLater || e.RetryAfter <= 0 || e.RetryAfter > wire.GuessInterval:
				t.Fatalf("guess = %v, retry after %v; want later, in ten minutes at most", err, e.RetryAfter)
			}
		}
		// Whoever is in stays in: an unlock token needs no guess.
		if r, err := w.open(o, o.unlock[:]); err != nil || len(r.Pepper) != 32 {
			t.Fatalf("open during the flood = %v", err)
		}
		w.pass(60_000)
	}
	if want := wire.GuessBucket + minutes/10; evaluated < want-1 || evaluated > want {
		t.Errorf("%d guesses were evaluated in %d minutes, want %d", evaluated, minutes, want)
	}
	row, err := w.records.Load(ctx, o.id)
	if err != nil || len(row.Value) > 8<<10 {
		t.Errorf("the record has grown to %d bytes, %v", len(row.Value), err)
	}
	w.pass(10 * 60_000)
	g, err := w.guess(o, d.st.Revision)
	wantCode(t, "guess ten minutes after the flood", err, "")
	r, err := w.Open(ctx, o.id, &wire.OpenRequest{Read: o.read, Unlock: o.unlock[:], Guess: g.Guess[:]}, nil)
	if err != nil || len(r.Pepper) != 32 {
		t.Errorf("open = %v", err)
	}
	w.pass(5 * hour)
	for range wire.GuessBucket {
		_, err = w.guess(o, d.st.Revision)
		wantCode(t, "guess five hours after the flood", err, "")
	}
}

// TestGuessesAtOnce: of 200 at the same moment, 30 are evaluated.
func TestGuessesAtOnce(t *testing.T) {
	w := newWorld(t)
	for range 5 {
		o, d, _ := w.live(withPassphrase)
		var wg sync.WaitGroup
		got := make(chan bool, 200)
		for range 200 {
			wg.Go(func() {
				_, err := w.guess(o, d.st.Revision)
				for codeOf(err) == wire.CodeBusy {
					_, err = w.guess(o, d.st.Revision)
				}
				if err == nil {
					got <- true
				} else if codeOf(err) != wire.CodeLater {
					t.Errorf("guess = %v", err)
				}
			})
		}
		wg.Wait()
		if len(got) != wire.GuessBucket {
			t.Errorf("%d of 200 guesses were evaluated, want %d", len(got), wire.GuessBucket)
		}
	}
}

// BenchmarkGuess is a whole guess in rules and store: 0.3 ms at most.
func BenchmarkGuess(b *testing.B) {
	w := newWorld(b)
	w.limits.Expiry = 200 * 365 * 24 * time.Hour
	w.restart()
	o, d, _ := w.live(func(d *draft) { withPassphrase(d); d.st.Expires = uint64(epoch + 190*365*day) })
	blinded, err := oprf.Blind([]byte("a guess"))
	if err != nil {
		b.Fatal(err)
	}
	q := &wire.GuessRequest{Read: o.read, Revision: d.st.Revision, Blinded: blinded.Element}
	for b.Loop() {
		w.pass(wire.GuessInterval.Milliseconds())
		if _, err := w.Guess(ctx, o.id, q); err != nil {
			b.Fatal(err)
		}
	}
}
