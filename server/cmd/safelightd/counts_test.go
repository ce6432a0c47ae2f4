package main

import (
	mathrand "math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"safelight/server/api/apitest"
)

// TestCountsSurvive kills the server with SIGKILL while people open, guess, take, knock and post. Whatever it acknowledged
// is counted afterwards, once, and no guess more than the bucket holds was evaluated. SAFELIGHT_KILLS sets how often.
func TestCountsSurvive(t *testing.T) {
	kills := count(t, "SAFELIGHT_KILLS", 20)
	if testing.Short() {
		kills = min(kills, 5)
	}
	d := launch(t, "--creates-per-hour", "0")
	l := apitest.NewLedger(t, apitest.Target{URL: anywhere, Transport: d.transport()})
	stop := work(t, l)
	for n := range kills {
		time.Sleep(time.Duration(mathrand.IntN(200)) * time.Millisecond)
		d.kill()
		if err := d.start(); err != nil {
			t.Fatalf("start after kill %d: %v", n+1, err)
		}
	}
	stop()
	acked := l.Audit(t)
	t.Logf("acknowledged: %v", acked)
	for _, what := range []string{"opens", "views", "guesses", "knocks", "posts"} {
		if acked[what] == 0 {
			t.Errorf("no %s were acknowledged: nothing was proved", what)
		}
	}
	if err := d.stop(); err != nil {
		t.Errorf("the server ends with %v", err)
	}
}

// work lets six people work on a ledger until the function that it returns is called.
func work(t *testing.T, l *apitest.Ledger) (stop func()) {
	t.Helper()
	done := make(chan struct{})
	var all sync.WaitGroup
	for range 6 {
		all.Go(func() {
			for {
				select {
				case <-done:
					return
				case <-time.After(time.Millisecond):
				}
				if err := l.Work(t); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	return func() { close(done); all.Wait() }
}

// TestLostCountsAreFound is the control: an audit after an older database was put back has to fail.
func TestLostCountsAreFound(t *testing.T) {
	if os.Getenv("SAFELIGHT_TEST_LOST_COUNTS") != "" {
		d := launch(t, "--creates-per-hour", "0")
		l := apitest.NewLedger(t, apitest.Target{URL: anywhere, Transport: d.transport()})
		var before map[string][]byte
		asleep(t, d, func() map[string][]byte { before = database(t, d.data); return nil })
		stop := work(t, l)
		time.Sleep(500 * time.Millisecond)
		stop()
		asleep(t, d, func() map[string][]byte { restore(t, d.data, before); return nil })
		l.Audit(t)
		return
	}
	out, failed := again(t, "SAFELIGHT_TEST_LOST_COUNTS")
	if !failed {
		t.Errorf("an audit of an older database passed:\n%s", out)
	}
	for _, what := range []string{"opens", "views", "guesses", "posts", "knock"} {
		if !strings.Contains(out, what) {
			t.Errorf("the audit did not miss any %s:\n%s", what, out)
		}
	}
}

// again runs this test in a process of its own, where the variable is set, and reports whether it failed there.
func again(t *testing.T, variable string) (out string, failed bool) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run", "^"+t.Name()+"$")
	cmd.Env = append(os.Environ(), variable+"=1")
	b, err := cmd.CombinedOutput()
	return string(b), err != nil
}
