package client

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"path"
	"sync"
	"testing"
	"time"

	"safelight/client/share"
	"safelight/crypto/keys"
	"safelight/crypto/link"
	"safelight/crypto/mailbox"
	"safelight/crypto/statement"
	"safelight/server/wire"
)

// liar is a server that changes what it answers, and remembers what it was asked.
type liar struct {
	http.RoundTripper
	mu      sync.Mutex
	rewrite func(route string, body []byte) []byte
	asked   map[string][][]byte
}

func (l *liar) RoundTrip(r *http.Request) (*http.Response, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	route := path.Base(r.URL.Path)
	if r.Body != nil && r.Method == http.MethodPost {
		b, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		l.asked[route] = append(l.asked[route], b)
		r.Body = io.NopCloser(bytes.NewReader(b))
	}
	resp, err := l.RoundTripper.RoundTrip(r)
	if err != nil || l.rewrite == nil || resp.StatusCode != http.StatusOK {
		return resp, err
	}
	b, err := io.ReadAll(resp.Body)
	resp.Body.Close()
	if err != nil {
		return nil, err
	}
	b = l.rewrite(route, b)
	resp.Body, resp.ContentLength = io.NopCloser(bytes.NewReader(b)), int64(len(b))
	resp.Header.Del("Content-Length")
	return resp, nil
}

// lying returns a world whose server lies.
func lying(t *testing.T) (*world, *liar) {
	w := newWorld(t)
	l := &liar{RoundTripper: w, asked: map[string][][]byte{}}
	w.Config.Transfer.Transport = l
	return w, l
}

// inOpen has the server change the statement that open answers with, without being able to sign it.
func inOpen(t *testing.T, change func(*statement.Statement)) func(string, []byte) []byte {
	return func(route string, b []byte) []byte {
		if route != "open" {
			return b
		}
		var r wire.OpenReply
		if err := wire.Decode(&r, b); err != nil {
			t.Error(err)
		}
		s, err := statement.Parse(r.Statement)
		if err != nil {
			t.Error(err)
		}
		change(&s)
		if r.Statement, err = s.Append(nil); err != nil {
			t.Error(err)
		}
		if b, err = wire.Encode(&r); err != nil {
			t.Error(err)
		}
		return b
	}
}

const goodPhrase = "correct horse battery staple"

// TestLies: the server drops a rule, changes one, or strips the passphrase. Each is found before anything is opened; a
// change that changes nothing is not.
func TestLies(t *testing.T) {
	w, l := lying(t)
	sent := w.send(t, SendConfig{Views: 3, Passphrase: goodPhrase, AskFirst: true, Log: true}, photo(40, 30))
	for _, tt := range []struct {
		name   string
		change func(*statement.Statement)
		want   error
	}{
		{"nothing", func(*statement.Statement) {}, nil},
		{"no view limit", func(s *statement.Statement) { s.ViewLimit = 0 }, ErrDamaged},
		{"another view limit", func(s *statement.Statement) { s.ViewLimit = 300 }, ErrDamaged},
		{"no passphrase", func(s *statement.Statement) { s.Suite = 0 }, ErrDamaged},
		{"nobody is asked", func(s *statement.Statement) { s.AskFirst = 0 }, ErrDamaged},
		{"no log", func(s *statement.Statement) { s.LogKey = []byte{} }, ErrDamaged},
		{"the log to the server", func(s *statement.Statement) { s.LogKey[0] ^= 1 }, ErrDamaged},
		{"expires later", func(s *statement.Statement) { s.Expires += 1000 }, ErrDamaged},
		{"expires sooner", func(s *statement.Statement) { s.Expires -= 1000 }, ErrDamaged},
		{"another revision", func(s *statement.Statement) { s.Revision++ }, ErrDamaged},
		{"another manifest", func(s *statement.Statement) { s.Manifest[0] ^= 1 }, ErrDamaged},
		{"other bytes", func(s *statement.Statement) { s.Bundles[0].Size += 16 }, ErrDamaged},
		{"its own key", func(s *statement.Statement) { s.Owner = keys.NewOwner().Public() }, ErrDamaged},
	} {
		l.rewrite = inOpen(t, tt.change)
		if _, err := Open(t.Context(), sent.Link, w.Config); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.want)
		}
	}
}

// TestOlderRevision: who has seen a revision is not shown an older one. To somebody new a server can: that is documented.
func TestOlderRevision(t *testing.T) {
	w, l := lying(t)
	sent := w.send(t, SendConfig{}, photo(40, 30))
	var old []byte
	l.rewrite = func(route string, b []byte) []byte {
		if route == "open" && old == nil {
			old = b
		}
		return b
	}
	if _, err := Open(t.Context(), sent.Link, w.Config); err != nil {
		t.Fatal(err)
	}
	m, err := Manage(t.Context(), sent.Manage, w.Config)
	if err != nil {
		t.Fatal(err)
	}
	if err := m.Set(t.Context(), Change{Passphrase: goodPhrase}); err != nil {
		t.Fatal(err)
	}
	o, err := Open(t.Context(), sent.Link, w.Config)
	if err != nil || o.Info.Revision != 2 {
		t.Fatalf("revision %d, %v", o.Info.Revision, err)
	}
	l.rewrite = func(route string, b []byte) []byte {
		if route == "open" {
			return old
		}
		return b
	}
	if _, err := o.Unlock(t.Context(), Key{Passphrase: goodPhrase}); !errors.Is(err, ErrDamaged) {
		t.Errorf("an older revision in the same session: %v", err)
	}
	if o, err := Open(t.Context(), sent.Link, w.Config); err != nil || o.Info.Revision != 1 {
		t.Errorf("control: somebody new is shown it: %v", err)
	}
}

// TestSwappedRequestKey: what is sent by a request link is sealed to its maker and to nobody else.
func TestSwappedRequestKey(t *testing.T) {
	w, l := lying(t)
	made, err := Request(t.Context(), time.Hour, w.Config)
	if err != nil {
		t.Fatal(err)
	}
	server := keys.NewOwner()
	var keepSignature bool
	l.rewrite = func(route string, b []byte) []byte {
		var r wire.MailboxOpenReply
		if route != "open" || wire.Decode(&r, b) != nil {
			return b
		}
		m, err := statement.ParseMailbox(r.Document)
		if err != nil {
			t.Error(err)
		}
		if m.Recipient = mailbox.Recipient(server); keepSignature {
			r.Document, err = m.Append(nil)
		} else {
			r.Document, r.Signature, err = mailbox.New(server, m)
		}
		if err != nil {
			t.Error(err)
		}
		if b, err = wire.Encode(&r); err != nil {
			t.Error(err)
		}
		return b
	}
	for _, keepSignature = range []bool{true, false} {
		_, err := Send(t.Context(), []Photo{photo(40, 30)}, SendConfig{Config: w.Config, To: made.Link})
		if !errors.Is(err, ErrDamaged) {
			t.Errorf("with the maker's signature (%v): %v", keepSignature, err)
		}
	}
	if n := len(l.asked["posts"]); n != 0 {
		t.Errorf("%d posts were made all the same", n)
	}
	l.rewrite = nil
	if _, err := Send(t.Context(), []Photo{photo(40, 30)}, SendConfig{Config: w.Config, To: made.Link}); err != nil {
		t.Errorf("control: an honest server: %v", err)
	}
}

// TestReplayedOwnerRequest sends again, later, what the owner once sent.
func TestReplayedOwnerRequest(t *testing.T) {
	w, l := lying(t)
	sent := w.send(t, SendConfig{}, photo(40, 30))
	m, err := Manage(t.Context(), sent.Manage, w.Config)
	if err != nil {
		t.Fatal(err)
	}
	views := func(n uint64) Change { return Change{Views: &n} }
	if err := m.Set(t.Context(), views(5)); err != nil {
		t.Fatal(err)
	}
	bodies := l.asked["owner"]
	replay := bodies[len(bodies)-2] // behind it is only the request for state
	if r, err := statement.ParseRequest(replay); err != nil || r.Action != statement.ActionPublish {
		t.Fatalf("not the publish: %v", err)
	}
	if err := m.Set(t.Context(), views(1)); err != nil {
		t.Fatal(err)
	}
	status := func(body []byte) int {
		resp, err := http.Post(w.url+wire.Base+"/shares/"+m.Status.ID+"/owner", wire.MediaType, bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		return resp.StatusCode
	}
	if got := status(replay); got != http.StatusConflict {
		t.Errorf("the limit of 5 again: status %d", got)
	}
	if m, err = Manage(t.Context(), sent.Manage, w.Config); err != nil || m.Status.Views != 1 {
		t.Errorf("the limit is %d, %v", m.Status.Views, err)
	}
	bodies = l.asked["owner"]
	last := bodies[len(bodies)-1]
	if got := status(last); got != http.StatusOK {
		t.Errorf("control: a request for state within five minutes: %d", got)
	}
	elsewhere := w.send(t, SendConfig{}, photo(40, 30))
	code, _ := codeOf(t, elsewhere.Link).ID()
	resp, err := http.Post(w.url+wire.Base+"/shares/"+code.String()+"/owner", wire.MediaType, bytes.NewReader(last))
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode == http.StatusOK {
		t.Error("a request for one share was taken for another")
	}
}

func codeOf(t *testing.T, s string) link.Code {
	t.Helper()
	_, c, err := link.ParseURL(s)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestKeptCiphertext: somebody has the link and the passphrase, and kept every byte that the server ever had but the pepper.
// Once that is erased, nothing opens it.
func TestKeptCiphertext(t *testing.T) {
	w, l := lying(t)
	var reply wire.OpenReply
	l.rewrite = func(route string, b []byte) []byte {
		var r wire.OpenReply
		if route == "open" && wire.Decode(&r, b) == nil && len(r.Pepper) == 32 {
			reply = r
		}
		return b
	}
	sent := w.send(t, SendConfig{Passphrase: goodPhrase}, photo(40, 30))
	o, err := Open(t.Context(), sent.Link, w.Config)
	if err != nil {
		t.Fatal(err)
	}
	gate, _, err := o.guess(t.Context(), goodPhrase)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := o.Unlock(t.Context(), Key{Passphrase: goodPhrase}); err != nil {
		t.Fatal(err)
	}
	pepper := [32]byte(reply.Pepper)
	reply.Pepper = nil
	m, err := Manage(t.Context(), sent.Manage, w.Config)
	if err != nil {
		t.Fatal(err)
	}
	if err := m.Delete(t.Context()); err != nil {
		t.Fatal(err)
	}

	view, _ := keys.ViewOf(codeOf(t, sent.Link))
	kept, err := share.Open(view, share.Reply{Statement: reply.Statement, Signature: reply.Signature, Manifest: reply.Manifest, Locks: reply.Locks}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	manifest := [32]byte(kept.Statement.Manifest)
	for name, try := range map[string][32]byte{"none": {}, "a random one": keys.Random32(), "the manifest's hash": manifest, "PW": *gate.PW} {
		if _, err := kept.Unseal(try, gate); !errors.Is(err, share.ErrPepper) {
			t.Errorf("opened with %s for a pepper: %v", name, err)
		}
	}
	if _, err := kept.Unseal(pepper, gate); err != nil {
		t.Errorf("control: with the pepper: %v", err)
	}
	// And the server has nothing more to give.
	if _, err := o.Unlock(t.Context(), Key{Passphrase: goodPhrase}); !errors.Is(err, ErrGone) {
		t.Errorf("the server still helps: %v", err)
	}
	if _, err := o.client.Guess(context.Background(), view.ID(), view.ReadToken().Bytes(), 1, [32]byte{1}); err == nil {
		t.Error("the server still evaluates guesses")
	}
}
