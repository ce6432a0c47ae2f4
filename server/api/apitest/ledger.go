package apitest

import (
	"errors"
	mathrand "math/rand/v2"
	"sync"
	"testing"

	"safelight/crypto/accesslog"
	"safelight/crypto/statement"
)

// Ledger keeps account of what a server acknowledged of everything that it counts: views, guesses, knocks, events of
// the access log, posts. It works on while the server is killed and started again, and Audit then compares. All methods but
// Work are for one goroutine.
type Ledger struct {
	tg      *Target
	open    *share // with a passphrase, a log, and asking first
	limited *share // with a view limit and a log
	box     *mailbox
	key     accesslog.PrivateKey

	mu    sync.Mutex
	acked map[string]int
	sent  map[string]int
	takes map[[16]byte]bool // true: acknowledged
	posts map[string]bool
	waits map[string]bool // commitments that were acknowledged
}

// ledgerViews is the view limit of the ledger's share.
const ledgerViews = 1000

// NewLedger makes two shares and a mailbox on the server.
func NewLedger(t *testing.T, tg Target) *Ledger {
	t.Helper()
	tg.prepare()
	l := &Ledger{
		tg: &tg, key: accesslog.DeriveKey([32]byte(random(32))), acked: map[string]int{}, sent: map[string]int{},
		takes: map[[16]byte]bool{}, posts: map[string]bool{}, waits: map[string]bool{},
	}
	public := l.key.Public()
	l.open = tg.live(t, rules{passphrase: true, askFirst: true, logKey: public[:]})
	l.limited = tg.live(t, rules{views: ledgerViews, logKey: public[:]})
	l.box = tg.newMailbox(t)
	l.box.send(t).want(t, 200, "")
	return l
}

// What a ledger counts.
const (
	opened = "opens"
	taken  = "views"
	tried  = "guesses"
	knocks = "knocks"
	posts  = "posts"
)

// Work does something at random. An answer that does not come is no error: whether it happened is then unknown.
func (l *Ledger) Work(t *testing.T) error {
	post := func(path string, body []byte) request {
		return request{"POST", path, []string{"Content-Type", msgpack}, body}
	}
	switch mathrand.IntN(6) {
	case 0:
		return l.ask(opened, post(l.open.path()+"/open", array(l.open.readToken(), l.open.unlock(), make([]byte, 16))), nil)
	case 1:
		// A point of the group: that of the generator. It does not matter what is guessed.
		point := []byte{0xe2, 0xf2, 0xae, 0x0a, 0x6a, 0xbc, 0x4e, 0x71, 0xa8, 0x84, 0xa9, 0x61, 0xc5, 0x00, 0x51, 0x5f,
			0x58, 0xe3, 0x0b, 0x6a, 0xa5, 0x82, 0xdd, 0x8d, 0xb6, 0xa6, 0x59, 0x45, 0xe0, 0x8d, 0x2d, 0x76}
		return l.ask(tried, post(l.open.path()+"/guess", array(l.open.readToken(), 1, point)), nil, "later")
	case 2:
		v := l.open.visitor()
		return l.ask(knocks, post(l.open.path()+"/knock", array(l.open.readToken(), v.commit)), func() { l.waits[string(v.commit)] = true }, "later")
	case 3:
		sealed := l.box.seal(0)
		return l.ask(posts, post(l.box.box()+"/posts", array(l.box.post, sealed)), func() { l.posts[string(sealed)] = true }, "closed")
	}
	id := [16]byte(random(16))
	l.mu.Lock()
	l.takes[id] = false
	l.mu.Unlock()
	return l.ask(taken, post(l.limited.path()+"/take", array(l.limited.unlock(), 1, id[:], []byte{})), func() { l.takes[id] = true }, "used")
}

// ask sends r and notes what came of it; the codes are refusals that may come.
func (l *Ledger) ask(what string, r request, acked func(), codes ...string) error {
	l.mu.Lock()
	l.sent[what]++
	l.mu.Unlock()
	a, err := l.tg.try(r)
	if err != nil || a.status == 503 {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if a.status == 200 {
		l.acked[what]++
		if acked != nil {
			acked()
		}
		return nil
	}
	for _, c := range codes {
		if a.code() == c {
			return nil
		}
	}
	return errors.New(what + ": " + (&unexpected{a}).Error())
}

// Audit compares the ledger with the server. It returns how much was acknowledged.
func (l *Ledger) Audit(t *testing.T) (acked map[string]int) {
	t.Helper()
	between := func(what string, got int) {
		t.Helper()
		if got < l.acked[what] || got > l.sent[what] {
			t.Errorf("%s: %d are there, %d were acknowledged and %d sent", what, got, l.acked[what], l.sent[what])
		}
	}
	kinds, ever := l.events(t, l.open)
	if ever <= accesslog.Ring { // the last thousand are all there are
		between(opened, kinds[accesslog.Opened])
		between(tried, kinds[accesslog.Tried])
		between(knocks, kinds[accesslog.Knocked])
	}
	if l.acked[tried] > 30 {
		t.Errorf("%d guesses were evaluated, the bucket holds 30", l.acked[tried])
	}
	l.auditKnocks(t)
	l.auditTakes(t)
	f := l.box.look(t).want(t, 200, "").fields(t, 4)
	seen := map[string]int{}
	for _, p := range f[2].([]any) {
		seen[string(bin(t, p.([]any)[1], statement.PostSize))]++
	}
	between(posts, len(seen))
	for p := range l.posts {
		if seen[p] != 1 {
			t.Errorf("a post that was acknowledged is there %d times", seen[p])
		}
	}
	return l.acked
}

// events counts the kinds of events in the log of s.
func (l *Ledger) events(t *testing.T, s *share) (kinds map[accesslog.Kind]int, ever uint64) {
	t.Helper()
	f := s.act(t, statement.ActionLog).want(t, 200, "").fields(t, 3)
	kinds, ever = map[accesslog.Kind]int{}, number(t, f[0])
	sealed := bin(t, f[1], int(min(ever, accesslog.Ring))*accesslog.SealedSize)
	for ; len(sealed) > 0; sealed = sealed[accesslog.SealedSize:] {
		e, err := l.key.Open(s.id(), sealed[:accesslog.SealedSize])
		if err != nil {
			t.Fatal(err)
		}
		kinds[e.Kind]++
	}
	return kinds, ever
}

func (l *Ledger) auditKnocks(t *testing.T) {
	t.Helper()
	list := l.open.admit(t, &statement.AdmitArgs{}).want(t, 200, "").fields(t, 2)[0].([]any)
	for _, k := range list {
		delete(l.waits, string(bin(t, k.([]any)[0], 32)))
	}
	if len(l.waits) > 0 || len(list) > 8 {
		t.Errorf("%d knock, at most 8 may; %d that were acknowledged do not", len(list), len(l.waits))
	}
}

// auditTakes checks that each view has an event and each event a view, and that acknowledged ones are known.
func (l *Ledger) auditTakes(t *testing.T) {
	t.Helper()
	views := int(number(t, l.limited.act(t, statement.ActionState).want(t, 200, "").fields(t, 10)[7]))
	kinds, ever := l.events(t, l.limited)
	if kinds[accesslog.Taken] != views || ever != uint64(views) || views > ledgerViews {
		t.Errorf("%d views, %d events of them, %d ever", views, kinds[accesslog.Taken], ever)
	}
	if views < l.acked[taken] || views > l.sent[taken] {
		t.Errorf("%d views, %d were acknowledged and %d sent", views, l.acked[taken], l.sent[taken])
	}
	for id, ok := range l.takes {
		if ok {
			l.limited.take(t, l.limited.unlock(), 1, id[:]).want(t, 200, "")
		}
	}
	if _, again := l.events(t, l.limited); again != ever {
		t.Errorf("takes that were known made %d events", again-ever)
	}
}
