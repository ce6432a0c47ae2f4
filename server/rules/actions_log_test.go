package rules

import (
	"bytes"

	"safelight/crypto/accesslog"
	"safelight/crypto/statement"
	"safelight/server/wire"
)

// What the model knows of log and knocks, again from what was sent and answered alone.

// small are sizes that a model run can exceed.
var small = sizes{logRow: 2, ring: 3, postRow: 2, posts: 5, pending: 2, creates: 3}

// logTruth is what has to stand in the access log.
type logTruth struct {
	released int    // answers that need an event, while every edition that was sent keeps the log
	unkept   bool   // an edition without the log was sent
	cleared  uint64 // revision of the last acknowledged edition that began the log anew
}

// knocker is a viewer who asks to be let in.
type knocker struct {
	visitor
	sends   int // requests that were sent with its commitment
	until   int64
	status  uint64
	answer  []byte // the one that somebody saw
	dropped int    // sends when an acknowledged edition dropped its knock; -1: none did
}

// answers notes an answer to somebody that needs an event.
func (m *model) answers(a *attempt) {
	if len(a.st.LogKey) != 0 {
		m.log.released++
	}
}

// sent notes what an edition does to log and knocks, before it is sent.
func (m *model) sent(a *attempt) {
	m.log.unkept = m.log.unkept || len(a.st.LogKey) == 0
	m.asksNobody = m.asksNobody || a.st.AskFirst == 0
}

// took notes what an acknowledged edition did to them. before is how often each knocker had sent when it was sent.
func (m *model) took(a *attempt, before []int) {
	if a.clears {
		m.log.cleared = max(m.log.cleared, a.st.Revision)
	}
	if a.st.AskFirst == 1 || a != m.acked || !m.newest(a) {
		return
	}
	for i := range m.knockers {
		if k := &m.knockers[i]; k.until != 0 && i < len(before) && k.sends == before[i] {
			k.dropped = k.sends
		}
	}
}

func (m *model) knockSends() (n []int) {
	for _, k := range m.knockers {
		n = append(n, k.sends)
	}
	return n
}

func (m *model) readLog(t *task) {
	body, err := m.challenged(statement.ActionLog)
	if err != nil {
		return
	}
	released, cleared := m.log.released, m.log.cleared
	reply, err := m.shares.Owner(ctx, m.own.id, body, Admission{})
	if !m.answered(t, err) {
		return
	}
	r := reply.(*wire.LogReply)
	if _, err := wire.Encode(r); err != nil || len(r.Events)/accesslog.SealedSize != min(int(r.Ever), small.ring) {
		m.violated("log: %d events of %d ever; %v", len(r.Events)/accesslog.SealedSize, r.Ever, err)
	}
	if !m.log.unkept && int(r.Ever) < released {
		m.violated("log: %d events for %d answers", r.Ever, released)
	}
	for b := r.Events; len(b) > 0; b = b[accesslog.SealedSize:] {
		e, err := logKey.Open(statement.ID(m.own.id), b[:accesslog.SealedSize])
		if err != nil {
			m.violated("log: %v", err)
		}
		if e.Revision < cleared {
			m.violated("log: an event of revision %d is there, and revision %d began anew", e.Revision, cleared)
		}
	}
}

func (m *model) knock(i int, reveal bool) func(*task) {
	return func(t *task) {
		k := &m.knockers[i]
		if k.commit == (statement.Commitment{}) || m.high >= k.until && k.until != 0 { // its time is over: a fresh one
			*k = knocker{visitor: newVisitor(m.own, byte(m.src.bytes(1)[0])), sends: k.sends, dropped: -1}
		}
		k.sends++
		v, started := k.visitor, *k
		var r *wire.KnockReply
		var err error
		if reveal {
			r, err = m.shares.Reveal(ctx, m.own.id, &wire.RevealRequest{Read: m.own.read, Commit: v.commit, Key: v.key, Random: v.random})
		} else {
			r, err = m.shares.Knock(ctx, m.own.id, &wire.KnockRequest{Read: m.own.read, Commit: v.commit}, nil)
		}
		if code := codeOf(err); code == wire.CodeMalformed || code == wire.CodeLater {
			return // it asks nobody, or nobody knocks any more, or too many do
		}
		if !m.answered(t, err) || k.visitor != v {
			return
		}
		m.knockSeen(k, started, r)
	}
}

// knockSeen compares an answer with what was known of the knock when it was asked for.
func (m *model) knockSeen(k *knocker, before knocker, r *wire.KnockReply) {
	if before.until != 0 && !m.asksNobody && m.high < before.until {
		if int64(r.Until) != before.until {
			m.violated("knock: it was forgotten before its time")
		} else if r.Status < before.status {
			m.violated("knock: status %d after %d", r.Status, before.status)
		}
	}
	m.oneAnswer(k, r.Answer, int64(r.Until))
	k.until, k.status = int64(r.Until), max(r.Status, k.status)
}

// oneAnswer notes the owner's answer to a knock. There may not be two as long as it is the same knock.
func (m *model) oneAnswer(k *knocker, answer []byte, until int64) {
	if len(answer) == 0 {
		return
	}
	if k.answer != nil && k.until == until && !bytes.Equal(k.answer, answer) {
		m.violated("knock: two answers to one commitment")
	}
	k.answer = answer
}

func (m *model) admit(i int, step statement.AdmitStep) func(*task) {
	return func(t *task) {
		args := &statement.AdmitArgs{Step: step, Commit: m.knockers[i].commit}
		switch step {
		case statement.AdmitAnswer:
			args = m.own.answerTo(args.Commit, m.src.bytes(1)[0])
		case statement.AdmitLetIn:
			args = m.own.letIn(args.Commit, 1)
		case statement.AdmitList:
			args.Commit = statement.Commitment{}
		}
		dropped := make(map[statement.Commitment]int)
		for _, k := range m.knockers {
			if k.dropped >= 0 {
				dropped[k.commit] = k.dropped
			}
		}
		c, err := m.shares.Challenge(ctx, m.own.id)
		if err != nil {
			return
		}
		q, err := statement.NewRequest(statement.ID(m.own.id), statement.ActionAdmit, c.Freshness[:], 0, args)
		if err != nil {
			panic(err)
		}
		body, err := q.Seal(m.own)
		if err != nil {
			panic(err)
		}
		reply, err := m.shares.Owner(ctx, m.own.id, body, Admission{})
		if codeOf(err) == wire.CodeMalformed {
			return // it asks nobody, or has another answer, or nothing was revealed
		}
		if m.answered(t, err) {
			m.listed(reply.(*wire.AdmitReply), dropped)
		}
	}
}

func (m *model) listed(r *wire.AdmitReply, dropped map[statement.Commitment]int) {
	if _, err := wire.Encode(r); err != nil {
		m.violated("admit: %v", err)
	}
	pending := 0
	for _, w := range r.Knocks {
		if w.Status <= wire.KnockRevealed {
			pending++
		}
		for i := range m.knockers {
			k := &m.knockers[i]
			if k.commit != statement.Commitment(w.Commit) {
				continue
			}
			if sends, ok := dropped[k.commit]; ok && sends == k.sends {
				m.violated("admit: a knock is there that an edition dropped")
			}
			m.oneAnswer(k, w.Answer, int64(w.Since)+wire.KnockLife.Milliseconds())
		}
	}
	if pending > small.pending {
		m.violated("admit: %d knocks are pending, at most %d may", pending, small.pending)
	}
}
