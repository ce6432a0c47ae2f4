package apitest

import (
	"bytes"
	"slices"
	"testing"

	"safelight/crypto/accesslog"
	"safelight/crypto/statement"
)

// testLog follows what happens to a share in its access log.
func testLog(t *testing.T, tg *Target) {
	key := accesslog.DeriveKey([32]byte(random(32)))
	public := key.Public()
	s := tg.live(t, rules{passphrase: true, logKey: public[:]})
	s.wantEvents(t, key)
	s.open(t, s.readToken(), random(32), nil).want(t, 200, "")
	a, _ := s.guess(t, []byte("wrong"), 1)
	a.want(t, 200, "")
	a, _ = s.guess(t, []byte("right"), 1)
	guess := bin(t, a.want(t, 200, "").fields(t, 2)[1], 16)
	s.open(t, s.readToken(), s.unlock(), guess).want(t, 200, "")
	s.open(t, s.readToken(), s.unlock(), make([]byte, 16)).want(t, 200, "")
	if f := s.open(t, s.readToken(), s.unlock(), nil).want(t, 200, "").fields(t, 8); len(bin(t, f[4], -1)) != 0 {
		t.Error("the pepper came to somebody who may not have been told of the log")
	}
	events := s.wantEvents(t, key, accesslog.Tried, accesslog.Tried, accesslog.Opened, accesslog.Opened)
	if events[1].Tag != accesslog.Tag(guess) || events[2].Tag != events[1].Tag || events[0].Tag == events[1].Tag || events[3].Tag != [8]byte{} {
		t.Error("the tags do not join the right guess to what it opened")
	}
	s.change(t, 2, rules{passphrase: true}).want(t, 200, "") // without a log
	s.wantEvents(t, key)
	s.open(t, s.readToken(), s.unlock(), nil).want(t, 200, "")
	s.wantEvents(t, key)

	limited := tg.live(t, rules{views: 2, logKey: public[:]})
	take := random(16)
	for range 2 {
		limited.take(t, limited.unlock(), 1, take).want(t, 200, "")
	}
	limited.wantEvents(t, key, accesslog.Taken)
	tg.live(t, rules{}).wantEvents(t, key)

	// Nothing can be sealed to a point of low order.
	bad := s.nextStatement(3, rules{passphrase: true, logKey: make([]byte, 32)})
	tg.do(t, s.ownerRequest(t, statement.ActionPublish, nil, 3, s.sign(t, bad))).want(t, 400, "statement")
}

// wantEvents reads the log and compares the kinds of its events.
func (s *share) wantEvents(t testing.TB, key accesslog.PrivateKey, want ...accesslog.Kind) (events []accesslog.Event) {
	t.Helper()
	f := s.act(t, statement.ActionLog).want(t, 200, "").fields(t, 3)
	sealed := bin(t, f[1], len(want)*accesslog.SealedSize)
	var got []accesslog.Kind
	for ; len(sealed) > 0; sealed = sealed[accesslog.SealedSize:] {
		e, err := key.Open(s.id(), sealed[:accesslog.SealedSize])
		if err != nil {
			t.Fatal(err)
		}
		if e.At < s.st.Created || e.Revision < 1 {
			t.Errorf("event %+v", e)
		}
		events, got = append(events, e), append(got, e.Kind)
	}
	if !slices.Equal(got, want) || number(t, f[0]) != uint64(len(want)) {
		t.Fatalf("log = %v, %v ever, want %v", got, f[0], want)
	}
	return events
}

// visitor is somebody who knocks.
type visitor struct{ commit, key, random []byte }

func (s *share) visitor() visitor {
	v := visitor{random: random(32)}
	public := accesslog.DeriveKey([32]byte(random(32))).Public()
	v.key = public[:]
	c := statement.NewCommitment(s.id(), public, [32]byte(v.random))
	v.commit = c[:]
	return v
}

func (s *share) knock(t testing.TB, read []byte, v visitor) answer {
	t.Helper()
	return s.tg.post(t, s.path()+"/knock", array(read, v.commit))
}

func (s *share) reveal(t testing.TB, read []byte, v visitor) answer {
	t.Helper()
	return s.tg.post(t, s.path()+"/reveal", array(read, v.commit, v.key, v.random))
}

// admit sends the owner's action admit and returns the list, or the answer when it is another than 200.
func (s *share) admit(t testing.TB, args *statement.AdmitArgs) answer {
	t.Helper()
	return s.tg.do(t, s.ownerRequest(t, statement.ActionAdmit, s.challenge(t), 0, args))
}

func (s *share) answerArgs(v visitor, value []byte) *statement.AdmitArgs {
	c := statement.Commitment(v.commit)
	return &statement.AdmitArgs{Step: statement.AdmitAnswer, Commit: c, Value: value,
		Signature: s.owner.Sign(statement.TypeKnock, statement.KnockBody(s.id(), c, [32]byte(value)))}
}

func (s *share) letInArgs(v visitor, box []byte) *statement.AdmitArgs {
	c := statement.Commitment(v.commit)
	return &statement.AdmitArgs{Step: statement.AdmitLetIn, Commit: c, Value: box,
		Signature: s.owner.Sign(statement.TypeAdmit, statement.AdmitBody(c, box))}
}

// testAskFirst lets somebody in, and somebody not.
func testAskFirst(t *testing.T, tg *Target) {
	s := tg.live(t, rules{askFirst: true})
	in, out := s.visitor(), s.visitor()
	status := func(a answer) (uint64, []any) {
		t.Helper()
		f := a.want(t, 200, "").fields(t, 7)
		if until, now := number(t, f[5]), number(t, f[6]); until <= now || until > now+15*60_000 {
			t.Errorf("until %d, now %d", until, now)
		}
		return number(t, f[0]), f
	}
	wantStatus := func(a answer, want uint64) []any {
		t.Helper()
		got, f := status(a)
		if got != want {
			t.Fatalf("status %d, want %d", got, want)
		}
		return f
	}
	wantStatus(s.knock(t, s.readToken(), in), 1)
	wantStatus(s.knock(t, s.readToken(), in), 1)
	wantStatus(s.knock(t, s.readToken(), out), 1)
	wantStatus(s.reveal(t, s.readToken(), in), 1) // too early: nothing is kept
	s.admit(t, s.letInArgs(in, random(80))).want(t, 400, "malformed")
	o := random(32)
	s.admit(t, s.answerArgs(in, o)).want(t, 200, "")
	s.admit(t, s.answerArgs(in, o)).want(t, 200, "")
	s.admit(t, s.answerArgs(in, random(32))).want(t, 400, "malformed")
	f := wantStatus(s.knock(t, s.readToken(), in), 2)
	if !bytes.Equal(bin(t, f[1], 32), o) || len(bin(t, f[2], 64)) != 64 {
		t.Error("another answer than the owner's")
	}
	forged := in
	forged.random = random(32)
	s.reveal(t, s.readToken(), forged).want(t, 400, "malformed")
	low := visitor{key: make([]byte, 32), random: random(32)}
	c := statement.NewCommitment(s.id(), [32]byte{}, [32]byte(low.random))
	low.commit = c[:]
	s.reveal(t, s.readToken(), low).want(t, 400, "malformed")
	s.reveal(t, s.readToken(), s.visitor()).want(t, 400, "malformed")
	wantStatus(s.reveal(t, s.readToken(), in), 3)
	list := s.admit(t, &statement.AdmitArgs{}).want(t, 200, "").fields(t, 2)[0].([]any)
	if len(list) != 2 {
		t.Fatalf("%d knock, want 2", len(list))
	}
	first := list[0].([]any)
	if !bytes.Equal(bin(t, first[0], 32), in.commit) || !bytes.Equal(bin(t, first[4], 32), in.key) || !bytes.Equal(bin(t, first[5], 32), in.random) || number(t, first[6]) != 3 {
		t.Errorf("the owner sees %v", first)
	}
	box := random(80)
	s.admit(t, s.letInArgs(in, box)).want(t, 200, "")
	f = wantStatus(s.knock(t, s.readToken(), in), 4)
	if !bytes.Equal(bin(t, f[3], 80), box) || len(bin(t, f[4], 64)) != 64 {
		t.Error("the box is another one")
	}
	bad := s.answerArgs(out, o)
	bad.Signature = random(64)
	s.admit(t, bad).want(t, 400, "malformed")
	s.admit(t, &statement.AdmitArgs{Step: statement.AdmitRefuse, Commit: statement.Commitment(out.commit)}).want(t, 200, "")
	wantStatus(s.knock(t, s.readToken(), out), 5)
	testKnocksRefused(t, tg, s)
}

func testKnocksRefused(t *testing.T, tg *Target, s *share) {
	v := s.visitor()
	s.knock(t, random(32), v).want(t, 404, "gone")
	s.reveal(t, random(32), v).want(t, 404, "gone")
	plain, uploading := tg.live(t, rules{}), tg.newShare(t)
	plain.knock(t, plain.readToken(), v).want(t, 400, "malformed")
	plain.admit(t, &statement.AdmitArgs{}).want(t, 400, "malformed")
	uploading.knock(t, uploading.readToken(), v).want(t, 409, "uploading")
	uploading.admit(t, &statement.AdmitArgs{}).want(t, 409, "uploading")
	full := tg.live(t, rules{askFirst: true})
	for range 8 {
		full.knock(t, full.readToken(), full.visitor()).want(t, 200, "")
	}
	full.knock(t, full.readToken(), v).wantRetry(t, 15*60)
	full.change(t, 2, rules{}).want(t, 200, "")
	full.change(t, 3, rules{askFirst: true}).want(t, 200, "")
	if list := full.admit(t, &statement.AdmitArgs{}).want(t, 200, "").fields(t, 2)[0].([]any); len(list) != 0 {
		t.Errorf("%d knocks are left after a statement that asked nobody", len(list))
	}
}
