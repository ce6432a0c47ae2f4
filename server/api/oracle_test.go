package api_test

import (
	"bytes"
	"maps"
	"math"
	mathrand "math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"safelight/server/admit"
	"safelight/server/api"
	"safelight/server/api/apitest"
	"safelight/server/rules"
	"safelight/server/wire"
)

// clocked serves requests straight into a handler, and says how long an answer took.
type clocked struct {
	t       *testing.T
	handler http.Handler
	delay   time.Duration // an artificial one, for the requests named slow
}

func (c *clocked) ask(q apitest.Refused, slow bool) time.Duration {
	w, r := httptest.NewRecorder(), httptest.NewRequest(q.Method, q.Path, bytes.NewReader(q.Body))
	r.Header = q.Header
	began := time.Now()
	c.handler.ServeHTTP(w, r)
	if slow && c.delay > 0 {
		for spin := time.Now(); time.Since(spin) < c.delay; {
		}
	}
	took := time.Since(began)
	if w.Code != http.StatusNotFound {
		c.t.Errorf("%s = %d %s, want the common answer", q.Name, w.Code, w.Body)
	}
	return took
}

// measure asks all of qs in random order, again and again, and returns how long each took.
func (c *clocked) measure(qs []apitest.Refused, samples int, slow string) map[string][]float64 {
	var mu sync.Mutex
	var all sync.WaitGroup
	took := map[string][]float64{}
	const askers = 8
	for range askers {
		all.Go(func() {
			for range samples / askers {
				order := slices.Clone(qs)
				mathrand.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
				for _, q := range order {
					d := float64(c.ask(q, q.Name == slow).Nanoseconds())
					mu.Lock()
					took[q.Name] = append(took[q.Name], d)
					mu.Unlock()
				}
			}
		})
	}
	all.Wait()
	return took
}

// welch is Welch's t of two samples, without the slowest fifth of both together: what the machine did meanwhile.
func welch(a, b []float64) float64 {
	both := slices.Sorted(slices.Values(append(slices.Clone(a), b...)))
	limit := both[len(both)*8/10]
	mean, variance, n := [2]float64{}, [2]float64{}, [2]float64{}
	for i, sample := range [][]float64{a, b} {
		for _, x := range sample {
			if x <= limit {
				n[i]++
				d := x - mean[i]
				mean[i] += d / n[i]
				variance[i] += d * (x - mean[i])
			}
		}
		variance[i] /= n[i] - 1
	}
	return (mean[0] - mean[1]) / math.Sqrt(variance[0]/n[0]+variance[1]/n[1])
}

// worst returns the largest |t| of any refusal against the first of its route, and which it was.
func worst(qs []apitest.Refused, took map[string][]float64) (t float64, name string) {
	first := map[string]string{}
	for _, q := range qs {
		if first[q.Route] == "" {
			first[q.Route] = q.Name
			continue
		}
		if got := math.Abs(welch(took[q.Name], took[first[q.Route]])); got > t {
			t, name = got, q.Name+" against "+first[q.Route]
		}
	}
	return t, name
}

// leak is the |t| from which on a difference is one.
const leak = 4.5

// TestTimeTellsNothing measures how long refusals take: unknown, wrong token, expired, deleted, another kind of record, at
// every route. Two that took differently long, by Welch's t, could be told apart.
func TestTimeTellsNothing(t *testing.T) {
	serve := func(after time.Duration) (*clocked, []apitest.Refused) {
		w := newWorld(t, rules.Limits{})
		h, err := api.New(api.Config{Shares: w.Shares, Gate: admit.Open(), Pages: pages, Now: w.now, GoneAfter: after, Site: wire.Site{Admit: wire.AdmitOpen}})
		if err != nil {
			t.Fatal(err)
		}
		server := httptest.NewServer(h)
		defer server.Close()
		return &clocked{t: t, handler: h}, apitest.Refusals(t, w.target(apitest.Target{URL: server.URL}))
	}
	c, qs := serve(4 * time.Millisecond) // shorter than it is, for more samples
	samples := 240
	// A difference is there each time one measures. What the machine does now and then is not.
	for try := 1; ; try++ {
		got, name := worst(qs, c.measure(qs, samples, ""))
		t.Logf("%d refusals, largest |t| = %.2f, %s", len(qs), got, name)
		if got < leak {
			break
		}
		if try == 3 {
			t.Errorf("%s can be told apart: |t| = %.2f, want less than %v", name, got, leak)
			break
		}
	}
	c.delay = 2 * time.Millisecond
	slow := qs[len(qs)-1].Name
	got, name := worst(qs, c.measure(qs, samples, slow))
	t.Logf("with a delay of %v |t| = %.0f, %s", c.delay, got, name)
	if got < leak {
		t.Errorf("control: a delay of %v was not found: |t| = %.2f, %s", c.delay, got, name)
	}
	bare, qs := serve(-1)
	if got, name := worst(qs, bare.measure(qs, 400, "")); got < leak {
		t.Errorf("control: without waiting nothing differs: |t| = %.2f, %s", got, name)
	} else {
		t.Logf("without waiting |t| = %.0f, %s", got, name)
	}
}

// TestWaitingIsEnough: what precedes the common answer takes less than the time it is waited for.
func TestWaitingIsEnough(t *testing.T) {
	w := newWorld(t, rules.Limits{})
	h, err := api.New(api.Config{Shares: w.Shares, Gate: admit.Open(), Pages: pages, Now: w.now, GoneAfter: -1, Site: wire.Site{Admit: wire.AdmitOpen}})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(h)
	defer server.Close()
	c := &clocked{t: t, handler: h}
	qs := apitest.Refusals(t, w.target(apitest.Target{URL: server.URL}))
	took := c.measure(qs, 200, "")
	for _, name := range slices.Sorted(maps.Keys(took)) {
		slices.Sort(took[name])
		if median := time.Duration(took[name][len(took[name])/2]); median > 5*time.Millisecond {
			t.Errorf("%s takes %v, too near to what is waited for", name, median)
		}
	}
}
