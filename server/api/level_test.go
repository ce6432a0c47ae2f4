package api

import (
	"context"
	"sync"
	"testing"
	"time"
)

// TestBeat: nobody is let go before his time, all are soon after, and the clock stops when nobody waits any more.
func TestBeat(t *testing.T) {
	var b beat
	var all sync.WaitGroup
	for i := range 40 {
		all.Go(func() {
			until := time.Now().Add(time.Duration(i) * time.Millisecond)
			b.wait(context.Background(), until)
			if early := time.Until(until); early > 0 {
				t.Errorf("let go %v too early", early)
			}
			if late := time.Since(until); late > 5*time.Second {
				t.Errorf("let go %v too late", late)
			}
		})
	}
	all.Wait()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	b.wait(ctx, time.Now().Add(time.Hour))
	b.mu.Lock()
	clear(b.waiting)
	b.mu.Unlock()
	for range 100 {
		b.mu.Lock()
		beating := b.beating
		b.mu.Unlock()
		if !beating {
			b.wait(context.Background(), time.Now().Add(time.Millisecond)) // and begins again
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Error("it beats though nobody waits")
}
