package rules

import (
	"context"
	"slices"
	"time"

	"safelight/crypto/accesslog"
	"safelight/crypto/statement"
	"safelight/server/wire"
)

// maxKnocks bounds the knocks of a share, decided ones included; the oldest decided one is forgotten.
const maxKnocks = 32

// Knock asks to be let in, or how far that is. allow is asked once, before a knock is added; nil allows everybody.
func (s *Shares) Knock(ctx context.Context, id ID, q *wire.KnockRequest, allow Admit) (*wire.KnockReply, error) {
	var e entry
	added, allowed := false, allow == nil
	reply, err := s.knocking(ctx, id, q.Read, q.Commit, &e, func(now int64, r *record, k *knock) error {
		if added = k == nil; !added {
			return errUnchanged
		}
		if err := s.room(now, r); err != nil {
			return err
		}
		if !allowed {
			if err := allow(ctx); err != nil {
				return err
			}
			allowed = true
		}
		r.Knocks = append(r.Knocks, knock{Commit: q.Commit, Since: now, Status: wire.KnockWaiting})
		return s.note(ctx, id, now, r, &e, accesslog.Knocked, nil)
	})
	if err != nil {
		return nil, err
	}
	if added {
		s.tell(Knocked, id)
	}
	return reply, nil
}

// room refuses a knock when as many wait as may, and forgets a decided one when there are too many of those.
func (s *Shares) room(now int64, r *record) error {
	pending, first := 0, now
	for i := range r.Knocks {
		if k := &r.Knocks[i]; k.pending() {
			if pending++; pending == 1 {
				first = k.Since
			}
		}
	}
	if pending >= s.sizes.pending {
		wait := time.Duration(first-now)*time.Millisecond + wire.KnockLife
		return &Error{Code: wire.CodeLater, RetryAfter: wait}
	}
	if len(r.Knocks) >= maxKnocks {
		i := slices.IndexFunc(r.Knocks, func(k knock) bool { return !k.pending() })
		r.Knocks = slices.Delete(r.Knocks, i, i+1) // there is one: fewer than maxKnocks are pending
	}
	return nil
}

// Reveal opens a commitment that the owner has answered.
func (s *Shares) Reveal(ctx context.Context, id ID, q *wire.RevealRequest) (*wire.KnockReply, error) {
	if statement.NewCommitment(statement.ID(id), q.Key, q.Random) != q.Commit {
		return nil, refuse(wire.CodeMalformed, "the commitment is another one")
	}
	if err := accesslog.CheckKey(q.Key[:]); err != nil {
		return nil, refuse(wire.CodeMalformed, err.Error())
	}
	return s.knocking(ctx, id, q.Read, q.Commit, new(entry), func(_ int64, _ *record, k *knock) error {
		switch {
		case k == nil:
			return refuse(wire.CodeMalformed, "nobody knocks with this commitment, or not any more: knock with a fresh one")
		case k.Status != wire.KnockAnswered:
			return errUnchanged // too early, or done
		}
		k.Key = append(q.Key[:], q.Random[:]...)
		k.Status = wire.KnockRevealed
		return nil
	})
}

// knocking changes the knock with a commitment, which is nil when there is none, and tells how far it is.
func (s *Shares) knocking(ctx context.Context, id ID, read, commit [32]byte, e *entry, step func(now int64, r *record, k *knock) error) (*wire.KnockReply, error) {
	var reply *wire.KnockReply
	var rec *record
	err := s.guarded(s.faults.blindKnock)(ctx, id, func(now int64, r *record) error {
		rec = r
		if err := readable(r, read); err != nil {
			return err
		}
		if r.st.AskFirst == 0 {
			return refuse(wire.CodeMalformed, "this share asks nobody first")
		}
		r.forgetKnocks(now)
		err := step(now, r, r.knock(commit))
		if k := r.knock(commit); k != nil {
			reply = k.reply(now)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	s.afterPush(ctx, id, rec, e)
	return reply, nil
}

// knock returns the knock with a commitment, or nil.
func (r *record) knock(commit statement.Commitment) *knock {
	for i := range r.Knocks {
		if r.Knocks[i].Commit == commit {
			return &r.Knocks[i]
		}
	}
	return nil
}

// forgetKnocks drops the knocks whose time is over, and reports whether there were any.
func (r *record) forgetKnocks(now int64) bool {
	n := len(r.Knocks)
	r.Knocks = slices.DeleteFunc(r.Knocks, func(k knock) bool { return now >= k.until() })
	return len(r.Knocks) < n
}

func (k *knock) pending() bool { return k.Status <= wire.KnockRevealed }
func (k *knock) until() int64  { return k.Since + wire.KnockLife.Milliseconds() }

// split parts what is stored together; both are nil when nothing is.
func split(b []byte, n int) ([]byte, []byte) {
	if len(b) == 0 {
		return nil, nil
	}
	return b[:n], b[n:]
}

func (k *knock) reply(now int64) *wire.KnockReply {
	m := &wire.KnockReply{Status: k.Status, Until: uint64(k.until()), Now: uint64(now)}
	m.Answer, m.Signature = split(k.Answer, 32)
	m.Box, m.BoxSigned = split(k.Box, statement.BoxSize)
	return m
}

// admit is the owner's action admit: he sees who knocks, answers, and lets in or refuses.
func (s *Shares) admit(ctx context.Context, id ID, q *statement.Request) (wire.Message, error) {
	args, err := q.AdmitArgs()
	if err != nil {
		return nil, refuse(wire.CodeMalformed, err.Error())
	}
	reply := new(wire.AdmitReply)
	err = s.update(ctx, id, func(now int64, r *record) error {
		if err := ownsShare(q, r); err != nil {
			return err
		}
		if r.State == stateUploading {
			return refuse(wire.CodeUploading, "nothing is committed yet")
		}
		if r.st.AskFirst == 0 {
			return refuse(wire.CodeMalformed, "this share asks nobody first")
		}
		r.forgetKnocks(now)
		err := s.decide(id, r, &args)
		*reply = wire.AdmitReply{Knocks: r.told(), Now: uint64(now)}
		return err
	})
	if err != nil {
		return nil, err
	}
	return reply, nil
}

// decide does what the owner wants with a knock. One that is not there any more, or decided already, stays as it is; the
// list tells.
func (s *Shares) decide(id ID, r *record, a *statement.AdmitArgs) error {
	if err := checkAdmit(id, r.Owner, a); err != nil {
		return err
	}
	k := r.knock(a.Commit)
	if a.Step == statement.AdmitList || k == nil {
		return errUnchanged
	}
	switch a.Step {
	case statement.AdmitAnswer:
		return s.answer(k, append(slices.Clone(a.Value), a.Signature...))
	case statement.AdmitLetIn:
		if k.Status < wire.KnockRevealed {
			return refuse(wire.CodeMalformed, "who knocks has not shown a key yet")
		}
		if !k.pending() {
			return errUnchanged
		}
		k.Box, k.Status = append(slices.Clone(a.Value), a.Signature...), wire.KnockAdmitted
	case statement.AdmitRefuse:
		if !k.pending() {
			return errUnchanged
		}
		k.Status = wire.KnockRefused
	}
	return nil
}

// answer answers a commitment, once: who saw two answers could choose the words.
func (s *Shares) answer(k *knock, answer []byte) error {
	switch {
	case k.Status == wire.KnockWaiting, s.faults.answerTwice && k.pending():
		k.Answer, k.Status = answer, max(k.Status, wire.KnockAnswered)
		return nil
	case slices.Equal(k.Answer, answer), k.Status == wire.KnockRefused:
		return errUnchanged
	}
	return refuse(wire.CodeMalformed, "this knock has another answer already")
}

// checkAdmit checks the owner's signature on what is handed to a viewer.
func checkAdmit(id ID, owner statement.PublicKey, a *statement.AdmitArgs) (err error) {
	switch a.Step {
	case statement.AdmitAnswer:
		err = statement.VerifySignature(owner, statement.TypeKnock, statement.KnockBody(statement.ID(id), a.Commit, [32]byte(a.Value)), a.Signature)
	case statement.AdmitLetIn:
		err = statement.VerifySignature(owner, statement.TypeAdmit, statement.AdmitBody(a.Commit, a.Value), a.Signature)
	}
	if err != nil {
		return refuse(wire.CodeMalformed, err.Error())
	}
	return nil
}

// told returns the knocks as the owner sees them.
func (r *record) told() (list []wire.Knock) {
	for i := range r.Knocks {
		k := &r.Knocks[i]
		m := wire.Knock{Commit: k.Commit, Since: uint64(k.Since), Status: k.Status}
		m.Answer, m.Signature = split(k.Answer, 32)
		m.Key, m.Random = split(k.Key, 32)
		list = append(list, m)
	}
	return list
}
