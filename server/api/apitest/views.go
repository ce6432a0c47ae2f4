package apitest

import (
	"bytes"
	"maps"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"safelight/crypto/keys"
	"safelight/crypto/oprf"
	"safelight/crypto/statement"
)

func newOwner() keys.Owner { return keys.NewOwner() }

// testRace lets 200 viewers take the one view of a share at the same moment, several times.
func testRace(t *testing.T, tg *Target) {
	for round := range tg.Rounds {
		if got, err := tg.race(t, 200); err != nil || got != 1 {
			t.Fatalf("round %d: %d of 200 viewers were given the pepper, want 1; %v", round+1, got, err)
		}
	}
}

func (tg *Target) race(t *testing.T, viewers int) (won int, err error) {
	t.Helper()
	s := tg.live(t, rules{views: 1})
	return atOnce(viewers, func() (bool, error) {
		body := array(s.unlock(), 1, random(16), []byte{})
		for try := 0; ; try++ {
			a, err := tg.try(request{"POST", s.path() + "/take", []string{"Content-Type", msgpack}, body})
			switch {
			case tg.Lossy && try < 20 && lost(a, err):
				time.Sleep(50 * time.Millisecond)
			case err != nil:
				return false, err
			case a.status == 503 && a.code() == "busy":
				time.Sleep(50 * time.Millisecond) // with the same take id: free if the first one counted
			case a.status == 200:
				return bytes.Equal(a.body, array(s.pepper[:])), nil
			case a.status == 409 && a.code() == "used":
				return false, nil
			default:
				return false, &unexpected{a}
			}
		}
	})
}

type unexpected struct{ a answer }

func (u *unexpected) Error() string { return strconv.Itoa(u.a.status) + " " + u.a.code() }

// atOnce calls take n times at once and returns how often it succeeded, and the first error.
func atOnce(n int, take func() (bool, error)) (won int, err error) {
	var mu sync.Mutex
	var all sync.WaitGroup
	start := make(chan struct{})
	for range n {
		all.Go(func() {
			<-start
			ok, e := take()
			mu.Lock()
			defer mu.Unlock()
			if ok {
				won++
			}
			if err == nil {
				err = e
			}
		})
	}
	close(start)
	all.Wait()
	return won, err
}

// testTakeAgain repeats a take with its id: a reload costs nothing, and returns the current pepper.
func testTakeAgain(t *testing.T, tg *Target) {
	s := tg.live(t, rules{views: 2})
	id := random(16)
	for range 3 {
		a := s.take(t, s.unlock(), 1, id).want(t, 200, "")
		if !bytes.Equal(bin(t, a.fields(t, 1)[0], 32), s.pepper[:]) {
			t.Error("take returned another pepper")
		}
	}
	s.publish(t, 2, nil, rules{views: 2}).want(t, 200, "")
	s.take(t, s.unlock(), 1, id).want(t, 409, "changed")
	s.take(t, s.unlock(), 1, random(16)).want(t, 409, "changed")
	a := s.take(t, s.unlock(), 2, id).want(t, 200, "")
	if !bytes.Equal(bin(t, a.fields(t, 1)[0], 32), s.pepper[:]) {
		t.Error("a repeated take did not return the current pepper")
	}
	s.take(t, s.unlock(), 2, random(16)).want(t, 200, "")
	s.take(t, s.unlock(), 2, random(16)).want(t, 409, "used")
	s.take(t, s.unlock(), 2, id).want(t, 200, "")
	s.get(t, "GET", 0, s.unlock()).want(t, 200, "") // draining still gives parts
	f := s.open(t, s.readToken(), s.unlock(), nil).want(t, 200, "").fields(t, 8)
	if number(t, f[5]) != 2 || number(t, f[6]) != stateDraining || len(bin(t, f[4], -1)) != 0 {
		t.Errorf("open after the last view = %v taken, state %v, %d bytes of pepper; want 2, draining, 0", f[5], f[6], len(f[4].([]byte)))
	}
	plain := tg.live(t, rules{})
	plain.take(t, plain.unlock(), 1, random(16)).want(t, 400, "malformed")
}

// testLimitChanges lowers a limit to what was taken, and raises it again.
func testLimitChanges(t *testing.T, tg *Target) {
	s := tg.live(t, rules{views: 5})
	s.take(t, s.unlock(), 1, random(16)).want(t, 200, "")
	s.change(t, 2, rules{views: 1}).want(t, 200, "")
	s.take(t, s.unlock(), 2, random(16)).want(t, 409, "used")
	f := s.act(t, statement.ActionState).want(t, 200, "").fields(t, 10)
	if number(t, f[9]) != stateDraining || number(t, f[7]) != 1 {
		t.Errorf("state %v after %v views, want draining after 1", f[9], f[7])
	}
	s.change(t, 3, rules{views: 2}).want(t, 200, "")
	s.take(t, s.unlock(), 3, random(16)).want(t, 200, "")
	s.change(t, 4, rules{}).want(t, 200, "")
	f = s.open(t, s.readToken(), s.unlock(), nil).want(t, 200, "").fields(t, 8)
	if number(t, f[6]) != stateLive || len(bin(t, f[4], -1)) != 32 {
		t.Error("a share whose limit was taken away does not open")
	}
}

// testDraining waits until the parts of a used-up share go.
func testDraining(t *testing.T, tg *Target) {
	if tg.Advance == nil {
		return
	}
	s := tg.live(t, rules{views: 1, life: 48 * hour})
	id := random(16)
	s.take(t, s.unlock(), 1, id).want(t, 200, "")
	tg.Advance(5 * time.Hour)
	s.get(t, "GET", 0, s.unlock()).want(t, 200, "")
	s.take(t, s.unlock(), 1, id).want(t, 200, "")
	tg.Advance(time.Hour + time.Second)
	s.wantGone(t, id)
	deleted := tg.live(t, rules{views: 2})
	deleted.take(t, deleted.unlock(), 1, id).want(t, 200, "")
	deleted.act(t, statement.ActionDelete).want(t, 200, "")
	deleted.wantGone(t, id)
}

// testDoors is the control: the doors that are tried at a share that is gone do open as long as it is there.
func testDoors(t *testing.T, tg *Target) {
	plain, limited := tg.live(t, rules{passphrase: true, askFirst: true}), tg.live(t, rules{views: 3})
	opens := map[string]bool{}
	known := random(16)
	limited.take(t, limited.unlock(), 1, known).want(t, 200, "")
	for _, s := range []*share{plain, limited} {
		doors := s.doors(t, known)
		last := []string{"POST owner, publish", "POST owner, delete"} // they change what the others see
		names := slices.DeleteFunc(slices.Collect(maps.Keys(doors)), func(name string) bool { return slices.Contains(last, name) })
		for _, name := range append(names, last...) {
			if a := doors[name](); a.status < 400 || a.status == 400 && a.code() == "malformed" {
				opens[name] = true // malformed: there, and without what this door is for
			}
		}
	}
	for name := range plain.doors(t, known) {
		if !opens[name] {
			t.Errorf("%s does not open: that it is closed later would prove nothing", name)
		}
	}
}

// testGuessRace lets 200 guess at the same moment.
func testGuessRace(t *testing.T, tg *Target) {
	rounds := min(tg.Rounds, 5)
	if tg.Lossy {
		rounds = 1 // thirty that succeed, one after the other, take long there
	}
	for round := range rounds {
		if got, err := tg.guessRace(t, 200); err != nil || got > 30 {
			t.Fatalf("round %d: %d of 200 guesses were evaluated, want 30; %v", round+1, got, err)
		}
	}
}

func (tg *Target) guessRace(t *testing.T, people int) (evaluated int, err error) {
	t.Helper()
	s := tg.live(t, rules{passphrase: true})
	blinded, err := oprf.Blind([]byte("a guess"))
	if err != nil {
		t.Fatal(err)
	}
	body := array(s.readToken(), 1, blinded.Element[:])
	evaluated, err = atOnce(people, func() (bool, error) {
		for try := 0; ; try++ {
			a, err := tg.try(request{"POST", s.path() + "/guess", []string{"Content-Type", msgpack}, body})
			switch {
			case tg.Lossy && try < 20 && lost(a, err), err == nil && a.status == 503 && a.code() == "busy":
				time.Sleep(50 * time.Millisecond)
			case err != nil:
				return false, err
			case a.status == 200:
				return true, nil
			case a.status == 429 && a.code() == "later":
				return false, nil
			default:
				return false, &unexpected{a}
			}
		}
	})
	if err == nil && !tg.Lossy && evaluated < 30 {
		t.Errorf("%d of %d guesses were evaluated, want 30", evaluated, people)
	}
	s.open(t, s.readToken(), s.unlock(), nil).want(t, 200, "") // whoever is in already is not hindered
	return evaluated, err
}

// guess evaluates one blinded guess; it returns the answer and how to finish it.
func (s *share) guess(t testing.TB, input []byte, revision uint64) (answer, *oprf.Blinding) {
	t.Helper()
	b, err := oprf.Blind(input)
	if err != nil {
		t.Fatal(err)
	}
	return s.tg.post(t, s.path()+"/guess", array(s.readToken(), revision, b.Element[:])), b
}

// testPassphrase evaluates a guess and gives it back.
func testPassphrase(t *testing.T, tg *Target) {
	s := tg.live(t, rules{passphrase: true, views: 1})
	a, blinding := s.guess(t, []byte("a guess"), 1)
	f := a.want(t, 200, "").fields(t, 2)
	got, err := blinding.Finalize(bin(t, f[0], 32))
	key, keyErr := oprf.ParseKey(s.oprfKey)
	if err != nil || keyErr != nil {
		t.Fatal(err, keyErr)
	}
	if want, err := oprf.FullEvaluate(key, []byte("a guess")); err != nil || got != want {
		t.Errorf("the server evaluates another key; %v", err)
	}
	a, _ = s.guess(t, []byte("a guess"), 2)
	a.want(t, 409, "changed")
	tg.post(t, s.path()+"/guess", array(s.readToken(), 1, make([]byte, 32))).want(t, 400, "malformed")
	tg.post(t, s.path()+"/guess", array(s.readToken(), 1, bytes.Repeat([]byte{0xff}, 32))).want(t, 400, "malformed")
	id := bin(t, f[1], 16)
	take := array(s.unlock(), 1, random(16), id)
	tg.post(t, s.path()+"/take", take).want(t, 200, "")
	none := tg.live(t, rules{})
	a, _ = none.guess(t, []byte("a guess"), 1)
	a.want(t, 400, "malformed")
}

// testGuesses uses the bucket up. A guess that led to the right token is put back, once.
func testGuesses(t *testing.T, tg *Target) {
	s := tg.live(t, rules{passphrase: true})
	var last []byte
	for i := range 30 {
		a, _ := s.guess(t, []byte{byte(i)}, 1)
		last = bin(t, a.want(t, 200, "").fields(t, 2)[1], 16)
	}
	s.wantLater(t)
	s.open(t, s.readToken(), random(32), last).want(t, 200, "")
	s.wantLater(t)
	s.open(t, s.readToken(), s.unlock(), random(16)).want(t, 200, "")
	s.wantLater(t)
	s.open(t, s.readToken(), s.unlock(), last).want(t, 200, "")
	a, _ := s.guess(t, []byte("x"), 1)
	a.want(t, 200, "")
	s.open(t, s.readToken(), s.unlock(), last).want(t, 200, "")
	s.wantLater(t)
	if tg.Advance != nil {
		tg.Advance(10*time.Minute + time.Second)
		a, _ = s.guess(t, []byte("y"), 1)
		a.want(t, 200, "")
		s.wantLater(t)
	}
}

func (s *share) wantLater(t *testing.T) {
	t.Helper()
	a, _ := s.guess(t, []byte("one more"), 1)
	a.want(t, 429, "later")
	if n, err := strconv.Atoi(a.header.Get("Retry-After")); err != nil || n < 1 || n > 601 {
		t.Errorf("Retry-After %q, want 1 to 601 seconds", a.header.Get("Retry-After"))
	}
}
