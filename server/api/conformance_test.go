package api_test

import (
	"context"
	"errors"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"safelight/server/admit"
	"safelight/server/api"
	"safelight/server/api/apitest"
	"safelight/server/rules"
	"safelight/server/store"
	"safelight/server/store/mem"
	"safelight/server/wire"
)

// pages stand for the built ones.
var pages = fstest.MapFS{
	"index.html":  {Data: []byte("<!doctype html><title>send</title>")},
	"share.html":  {Data: []byte("<!doctype html><title>view</title>")},
	"manage.html": {Data: []byte("<!doctype html><title>manage</title>")},
}

// world is a server over mem with a clock and a disk that a test can turn.
type world struct {
	ahead atomic.Int64 // of the real clock, in ns
	full  atomic.Bool
	*rules.Shares
}

func (w *world) now() time.Time { return time.Now().Add(time.Duration(w.ahead.Load())) }

func newWorld(t *testing.T, limits rules.Limits) *world {
	t.Helper()
	return newWorldOver(t, new(mem.Records), limits)
}

// database is both halves of what mem.Records is.
type database interface {
	store.Records
	store.Manifests
}

func newWorldOver(t *testing.T, records database, limits rules.Limits) *world {
	t.Helper()
	w, parts := new(world), new(mem.Parts)
	parts.Fault = func(op string) error {
		if op == "before put" && w.full.Load() {
			return store.ErrFull
		}
		return nil
	}
	shares, err := rules.New(rules.Config{
		Records: records, Manifests: records, Parts: parts, RecordKey: rules.RecordKey{1}, Limits: limits, Now: w.now,
	})
	if err != nil {
		t.Fatal(err)
	}
	w.Shares = shares
	return w
}

// serve starts a server with what c leaves open filled in, and returns its URL.
func (w *world) serve(t *testing.T, c api.Config) string {
	t.Helper()
	c.Shares, c.Now = w.Shares, w.now
	if c.Pages == nil {
		c.Pages = pages
	}
	c.Site.API, c.Drain = 1, true
	c.Site.Limits = wire.NewSiteLimits(wire.DefaultShareBytes, wire.DefaultMaxViews, wire.DefaultMaxExpiry, wire.DefaultExpiry)
	h, err := api.New(c)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return server.URL + c.BasePath
}

// target completes tg with what a test can turn.
func (w *world) target(tg apitest.Target) apitest.Target {
	tg.Advance = func(d time.Duration) { w.ahead.Add(int64(d)) }
	tg.Fill = w.full.Store
	tg.Sweep = func() { w.Shares.Sweep(context.Background()) }
	return tg
}

func TestOpenServer(t *testing.T) {
	w := newWorld(t, rules.Limits{ShareBytes: 20 << 20})
	url := w.serve(t, api.Config{Gate: admit.Open(), Site: wire.Site{Admit: wire.AdmitOpen}})
	apitest.Run(t, w.target(apitest.Target{URL: url, MaxShare: 20 << 20}))
}

func TestTokenServerBelowAPath(t *testing.T) {
	w := newWorld(t, rules.Limits{})
	token := admit.New()
	url := w.serve(t, api.Config{
		Gate:    admit.Tokens(func(context.Context) ([]admit.Hash, error) { return []admit.Hash{admit.Sum(token)}, nil }),
		Creates: admit.NewLimiter(200), Knocks: admit.NewLimiter(50), Posts: admit.NewLimiter(60), Opens: admit.NewLimiter(20), Site: wire.Site{Admit: wire.AdmitToken}, BasePath: "/photos",
	})
	apitest.Run(t, w.target(apitest.Target{URL: url, Admit: token, CreatesPerHour: 200, KnocksPerHour: 60, OpensPerHour: 20, Rounds: 2}))
}

// torn swaps in two steps, as a store without transactions would.
type torn struct{ mem.Records }

func (s *torn) Swap(ctx context.Context, r store.Record) error {
	now, err := s.Load(ctx, r.Key)
	if err != nil {
		return err
	}
	if now.Counter != r.Counter {
		return store.ErrConflict
	}
	time.Sleep(time.Millisecond)
	for {
		if now, err = s.Load(ctx, r.Key); err != nil {
			return err
		}
		r.Counter = now.Counter
		if err = s.Records.Swap(ctx, r); !errors.Is(err, store.ErrConflict) {
			return err
		}
	}
}

// TestRaceControl shows that the race for one view would notice a store that is not atomic.
func TestRaceControl(t *testing.T) {
	w := newWorldOver(t, new(torn), rules.Limits{})
	url := w.serve(t, api.Config{Gate: admit.Open(), Site: wire.Site{Admit: wire.AdmitOpen}})
	for range 20 {
		if won, err := apitest.Race(t, apitest.Target{URL: url}, 200); err == nil && won > 1 {
			return
		}
	}
	t.Error("20 races over a store that is not atomic had one winner each")
}

// TestGuessRaceControl is the same for guesses.
func TestGuessRaceControl(t *testing.T) {
	w := newWorldOver(t, new(torn), rules.Limits{})
	url := w.serve(t, api.Config{Gate: admit.Open(), Site: wire.Site{Admit: wire.AdmitOpen}})
	for range 20 {
		if n, err := apitest.GuessRace(t, apitest.Target{URL: url}, 200); err == nil && n > 30 {
			return
		}
	}
	t.Error("20 races over a store that is not atomic evaluated 30 guesses at most")
}
