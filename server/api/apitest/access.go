package apitest

import (
	"bytes"
	"net/http"
	"testing"

	"safelight/crypto/statement"
)

// testWrongTokens tries every token at every door that is not its own.
func testWrongTokens(t *testing.T, tg *Target) {
	s := tg.live(t, rules{views: 3})
	read, unlock := s.readToken(), s.unlock()
	comment := s.owner.Comment().Token().Bytes()
	flipped := bytes.Clone(unlock)
	flipped[31] ^= 1
	for name, token := range map[string][]byte{"read": read, "comment": comment, "upload": s.grants[0].token, "one bit": flipped, "zeros": make([]byte, 32)} {
		t.Run(name, func(t *testing.T) {
			s.get(t, "GET", 0, token).want(t, 404, "gone")
			s.get(t, "HEAD", 0, token)
			s.take(t, token, 1, random(16)).want(t, 404, "gone")
			if name != "read" {
				s.open(t, token, nil, nil).want(t, 404, "gone")
			}
			// A wrong unlock token is answered like none.
			with := s.open(t, read, token, nil).want(t, 200, "").fields(t, 8)
			if len(bin(t, with[4], -1)) != 0 {
				t.Error("a wrong unlock token was given the pepper")
			}
		})
	}
	f := s.open(t, read, unlock, nil).want(t, 200, "").fields(t, 8)
	if len(bin(t, f[4], -1)) != 0 || number(t, f[5]) != 0 {
		t.Error("open gave away the pepper of a share with a view limit, or counted")
	}
	s.get(t, "GET", 0, unlock).want(t, 200, "")
}

// testCommonAnswer compares what must not be told apart, byte for byte.
func testCommonAnswer(t *testing.T, tg *Target) {
	live, deleted, fresh := tg.live(t, rules{}), tg.live(t, rules{}), &share{tg: tg}
	deleted.act(t, statement.ActionDelete).want(t, 200, "")
	fresh.owner = newOwner()
	fresh.grants = live.grants
	uploading := tg.newShare(t)
	other := random(32)
	box, noBox := tg.newMailbox(t), tg.newMailbox(t)
	box.send(t).want(t, 200, "")
	v := live.visitor()
	answers := map[string]answer{
		"knock, unknown":           fresh.knock(t, other, v),
		"knock, wrong read":        live.knock(t, other, v),
		"knock, deleted":           deleted.knock(t, deleted.readToken(), v),
		"reveal, unknown":          fresh.reveal(t, other, fresh.visitor()),
		"log, unknown":             fresh.act(t, statement.ActionLog),
		"log, deleted":             deleted.act(t, statement.ActionLog),
		"admit, unknown":           fresh.act(t, statement.ActionAdmit),
		"mailbox, unknown":         noBox.look(t),
		"mailbox open, unknown":    tg.post(t, noBox.box()+"/open", array(other)),
		"mailbox open, wrong read": tg.post(t, box.box()+"/open", array(other)),
		"post, unknown":            noBox.put(t, other, noBox.seal(1)),
		"post, wrong token":        box.put(t, other, box.seal(1)),
		"post, a share":            (&mailbox{share: live}).put(t, live.unlock(), box.seal(1)),
		"open, a mailbox":          box.open(t, box.readToken(), box.post, nil),
		"open, unknown":            fresh.open(t, other, nil, nil),
		"open, wrong read":         live.open(t, other, nil, nil),
		"open, wrong read, unlock": live.open(t, other, live.unlock(), nil),
		"open, deleted":            deleted.open(t, deleted.readToken(), deleted.unlock(), nil),
		"open, uploading":          uploading.open(t, other, nil, nil),
		"take, unknown":            fresh.take(t, other, 1, random(16)),
		"take, wrong unlock":       live.take(t, other, 1, random(16)),
		"take, deleted":            deleted.take(t, deleted.unlock(), 1, random(16)),
		"guess, unknown":           tg.post(t, fresh.path()+"/guess", array(other, 1, random(32))),
		"guess, wrong read":        tg.post(t, live.path()+"/guess", array(other, 1, random(32))),
		"guess, deleted":           tg.post(t, deleted.path()+"/guess", array(deleted.readToken(), 1, random(32))),
		"parts, unknown":           fresh.get(t, "GET", 0, other),
		"parts, wrong unlock":      live.get(t, "GET", 0, other),
		"parts, deleted":           deleted.get(t, "GET", 0, deleted.unlock()),
		"parts, no token":          tg.do(t, request{"GET", live.path() + "/parts/" + live.grants[0].upload.String(), nil, nil}),
		"state, unknown":           fresh.act(t, statement.ActionState),
		"state, deleted":           deleted.act(t, statement.ActionState),
		"delete, unknown":          fresh.act(t, statement.ActionDelete),
		"put, unknown":             tg.put(t, fresh.id(), fresh.grants[0], 0, random(100)),
		"put, wrong token":         tg.put(t, live.id(), grant{live.grants[1].upload, other}, 0, random(100)),
	}
	first := answers["open, unknown"].want(t, 404, "gone")
	for name, a := range answers {
		if a.status != first.status || !bytes.Equal(a.body, first.body) {
			t.Errorf("%s: %d %.200s, want %d %s", name, a.status, a.body, first.status, first.body)
		}
		if a, b := telling(a.header), telling(first.header); a != b {
			t.Errorf("%s: headers\n%s, want\n%s", name, a, b)
		}
	}
}

// telling returns the headers that a server chose, without the date and those of the connection.
func telling(h http.Header) string {
	h = h.Clone()
	for _, name := range []string{"Date", "Connection", "Keep-Alive", "Cf-Ray", "Server"} {
		h.Del(name)
	}
	var b bytes.Buffer
	h.Write(&b)
	return b.String()
}

// testLooking checks that what previews, scanners and browsers do by themselves counts nothing.
func testLooking(t *testing.T, tg *Target) {
	s := tg.live(t, rules{views: 1})
	for range 3 {
		for _, method := range []string{"GET", "HEAD"} {
			for _, purpose := range []string{"", "prefetch", "prefetch;prerender"} {
				tg.do(t, request{method, "/s", []string{"Sec-Purpose", purpose, "User-Agent", "facebookexternalhit/1.1"}, nil})
				tg.do(t, request{method, s.path() + "/open", []string{"Sec-Purpose", purpose}, nil}).status405(t)
				tg.do(t, request{method, s.path() + "/take", []string{"Sec-Purpose", purpose}, nil}).status405(t)
			}
			s.get(t, method, 0, s.unlock())
		}
		s.open(t, s.readToken(), s.unlock(), nil).want(t, 200, "")
		s.act(t, statement.ActionState).want(t, 200, "")
	}
	f := s.open(t, s.readToken(), s.unlock(), nil).want(t, 200, "").fields(t, 8)
	if number(t, f[5]) != 0 {
		t.Errorf("%v views were counted", f[5])
	}
	s.take(t, s.unlock(), 1, random(16)).want(t, 200, "")
	s.take(t, s.unlock(), 1, random(16)).want(t, 409, "used")
}

func (a answer) status405(t *testing.T) {
	t.Helper()
	if a.status != 405 {
		t.Errorf("GET or HEAD of a POST route = %d, want 405", a.status)
	}
}
