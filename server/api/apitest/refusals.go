package apitest

import (
	"net/http"
	"testing"
	"time"

	"safelight/crypto/statement"
)

// Refused is a request that has to be answered like every other one of its route that is refused: by the common answer.
type Refused struct {
	Name, Route  string
	Method, Path string
	Header       http.Header
	Body         []byte
}

// Refusals returns such requests: for every route first an id that is unknown, then wrong tokens, and what has expired or was
// deleted. It moves the server's clock.
func Refusals(t *testing.T, tg Target) (list []Refused) {
	t.Helper()
	tg.prepare()
	expired := tg.live(t, rules{passphrase: true, life: 60_000})
	oldBox := tg.newMailbox(t)
	oldBox.send(t).want(t, 200, "")
	tg.Advance(2 * time.Hour)
	deleted := tg.live(t, rules{views: 2})
	deleted.act(t, statement.ActionDelete).want(t, 200, "")
	live, box := tg.live(t, rules{passphrase: true, askFirst: true, views: 50}), tg.newMailbox(t)
	box.send(t).want(t, 200, "")
	for range 20 { // a record is larger than another
		live.take(t, live.unlock(), 1, random(16)).want(t, 200, "")
	}
	unknown, noBox := &share{tg: &tg, owner: newOwner(), grants: live.grants}, tg.newMailbox(t)
	add := func(route, name string, r request) {
		h := http.Header{}
		for i := 0; i+1 < len(r.header); i += 2 {
			h.Set(r.header[i], r.header[i+1])
		}
		list = append(list, Refused{route + ", " + name, route, r.method, "/api/v1/" + r.path, h, r.body})
	}
	post := func(path string, body []byte) request {
		return request{"POST", path, []string{"Content-Type", msgpack}, body}
	}
	get := func(s *share, token []byte) request {
		return request{"GET", s.path() + "/parts/" + s.grants[0].upload.String(), []string{"Authorization", bearer(token)}, nil}
	}
	for _, c := range []struct {
		name         string
		s            *share
		read, unlock []byte
	}{
		{"unknown", unknown, random(32), random(32)},
		{"wrong token", live, random(32), random(32)},
		{"expired", expired, expired.readToken(), expired.unlock()},
		{"deleted", deleted, deleted.readToken(), deleted.unlock()},
		{"a mailbox", &share{tg: &tg, owner: box.owner, grants: live.grants}, box.readToken(), box.post},
	} {
		v := c.s.visitor()
		add("open", c.name, post(c.s.path()+"/open", array(c.read, c.unlock, []byte{})))
		add("guess", c.name, post(c.s.path()+"/guess", array(c.read, 1, random(32))))
		add("take", c.name, post(c.s.path()+"/take", array(c.unlock, 1, random(16), []byte{})))
		add("knock", c.name, post(c.s.path()+"/knock", array(c.read, v.commit)))
		add("reveal", c.name, post(c.s.path()+"/reveal", array(c.read, v.commit, v.key, v.random)))
		add("get", c.name, get(c.s, c.unlock))
		add("put", c.name, putRequest(c.s.id(), grant{c.s.grants[0].upload, random(32)}, 0, random(100)))
	}
	for _, c := range []struct {
		name       string
		b          *mailbox
		read, post []byte
	}{
		{"unknown", noBox, random(32), random(32)},
		{"wrong token", box, random(32), random(32)},
		{"expired", oldBox, oldBox.readToken(), oldBox.post},
		{"a share", &mailbox{share: live}, live.readToken(), live.unlock()},
	} {
		add("mailbox open", c.name, post(c.b.box()+"/open", array(c.read)))
		add("post", c.name, post(c.b.box()+"/posts", array(c.post, box.seal(1))))
	}
	return append(list, forgedState(t, &tg, unknown, live)...)
}

// forgedState asks for the state of shares with somebody else's signature. A challenge is good for five minutes, in which a
// measurement has to be done.
func forgedState(t *testing.T, tg *Target, shares ...*share) (list []Refused) {
	t.Helper()
	for i, s := range shares {
		q, err := statement.NewRequest(s.id(), statement.ActionState, s.challenge(t), 0, nil)
		if err != nil {
			t.Fatal(err)
		}
		body, err := q.Seal(newOwner())
		if err != nil {
			t.Fatal(err)
		}
		name := []string{"unknown", "not the owner"}[i]
		list = append(list, Refused{"owner, " + name, "owner", "POST", "/api/v1/" + s.path() + "/owner", http.Header{"Content-Type": {msgpack}}, body})
	}
	return list
}
