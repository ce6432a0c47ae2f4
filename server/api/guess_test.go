//go:build unix

package api_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"safelight/server/admit"
	"safelight/server/api"
	"safelight/server/api/apitest"
	"safelight/server/rules"
	"safelight/server/store/mem"
	"safelight/server/wire"
)

// guesser sends guesses to a share, ten minutes apart by the server's clock, straight into the handler.
type guesser struct {
	handler http.Handler
	path    string
	body    []byte
	clock   atomic.Int64
}

func newGuesser(t testing.TB) *guesser {
	t.Helper()
	g := new(guesser)
	g.clock.Store(1_800_000_000_000)
	now := func() time.Time { return time.UnixMilli(g.clock.Load()) }
	records := new(mem.Records)
	shares, err := rules.New(rules.Config{
		Records: records, Manifests: records, Parts: new(mem.Parts), RecordKey: rules.RecordKey{1}, Now: now,
		Limits: rules.Limits{Expiry: 250 * 365 * 24 * time.Hour},
	})
	if err != nil {
		t.Fatal(err)
	}
	g.handler, err = api.New(api.Config{Shares: shares, Gate: admit.Open(), Pages: pages, Now: now, Site: wire.Site{Admit: wire.AdmitOpen}})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(g.handler)
	t.Cleanup(server.Close)
	g.path, g.body = apitest.Guess(t, apitest.Target{URL: server.URL}, 200*365*24*time.Hour)
	return g
}

func (g *guesser) guess(t testing.TB) {
	g.clock.Add(wire.GuessInterval.Milliseconds())
	w := httptest.NewRecorder()
	g.handler.ServeHTTP(w, httptest.NewRequest("POST", g.path, bytes.NewReader(g.body)))
	if w.Code != http.StatusOK {
		t.Fatalf("guess = %d %s", w.Code, w.Body)
	}
}

// spent is the processor time of this process.
func spent(t testing.TB) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// maxGuess is what a guess may cost the server, in processor time: it is done for whoever has the link.
const maxGuess = 300 * time.Microsecond

// TestGuessIsCheap measures a whole guess, through router, rules and store. It takes the best of several batches, and
// processor time, which what else runs on the machine adds little to.
func TestGuessIsCheap(t *testing.T) {
	if raceDetector {
		return // everything is many times as slow, and nothing is learnt
	}
	g, best := newGuesser(t), time.Hour
	for range 10 {
		const batch = 100
		before := spent(t)
		for range batch {
			g.guess(t)
		}
		best = min(best, (spent(t)-before)/batch)
	}
	t.Logf("a guess costs %v", best)
	if best > maxGuess {
		t.Errorf("a guess costs %v of the processor, at most %v", best, maxGuess)
	}
}

// BenchmarkWholeGuess is a whole guess through router, rules and store.
func BenchmarkWholeGuess(b *testing.B) {
	g := newGuesser(b)
	before := spent(b)
	for b.Loop() {
		g.guess(b)
	}
	b.ReportMetric(float64(spent(b)-before)/float64(b.N), "cpu-ns/op")
}
