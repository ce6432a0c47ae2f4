package rules

import (
	"bytes"

	"safelight/crypto/statement"
	"safelight/server/wire"
)

// boxTruth is a mailbox as its owner and the senders know it.
type boxTruth struct {
	own       *owner
	editions  []*boxEdition // that were sent
	acked     *boxEdition
	device    *boxEdition // what the owner's device has seen last
	posts     map[byte]int
	delivered []byte
	admitted  int
	deleting  bool
	gone      bool
}

type boxEdition struct {
	*box
	doc []byte
}

// boxKnown is what was known when a task began.
type boxKnown struct {
	acked     *boxEdition
	editions  int
	delivered int
	gone      bool
	live      bool
	sent      int
}

func (m *model) boxKnow() boxKnown {
	b := &m.mail
	return boxKnown{b.acked, len(b.editions), len(b.delivered), b.gone, m.boxLive(), 0}
}

// boxLive reports whether the mailbox has to be there.
func (m *model) boxLive() bool {
	b := &m.mail
	if b.acked == nil || b.deleting || b.gone {
		return false
	}
	for _, e := range b.editions {
		if e.Revision >= b.acked.Revision && m.high >= int64(e.Expires) {
			return false
		}
	}
	return true
}

func (m *model) boxExpiry() (last int64) {
	last = epoch
	for _, e := range m.mail.editions {
		if m.mail.acked == nil || e.Revision >= m.mail.acked.Revision {
			last = max(last, int64(e.Expires))
		}
	}
	return last
}

// drawBox chooses a request to a mailbox.
func (m *model) drawBox() (string, func(*task)) {
	switch n := m.below(30, "request"); {
	case m.mail.acked == nil && n < 20, n < 2:
		return "make", m.makeBox
	case n < 8:
		return "change", m.changeBox(m.below(2, "open"), m.below(3, "life"))
	case n < 18:
		return "post", m.postBox(byte(m.below(9, "post")))
	case n < 21:
		return "look", m.lookBox
	case n < 23:
		return "open", m.openBox
	case n < 26:
		return "create for", m.createForBox
	case n < 27 && m.below(4, "delete") == 0:
		return "delete", m.deleteBox
	}
	return "sweep", m.sweep
}

// boxAnswered judges whether there may be an answer at all.
func (m *model) boxAnswered(t *task, k boxKnown, err error) bool {
	code := codeOf(err)
	switch {
	case err == nil && k.gone:
		m.violated("%s: answered after the mailbox was gone", t.name)
	case err == nil && t.low >= m.boxExpiry():
		m.violated("%s: answered although the mailbox has expired", t.name)
	case code == "failure" && !t.hurt, code == wire.CodeInternal, code == wire.CodeMalformed, code == wire.CodeStatement:
		m.violated("%s: %v", t.name, err)
	case code == wire.CodeGone && k.live && m.boxLive():
		m.violated("%s: gone, and it must not be", t.name)
	case code == wire.CodeGone && k.acked != nil:
		m.mail.gone = true
	}
	return err == nil
}

func (m *model) sendBox(t *task, fresh []byte, b *box) {
	if m.mail.gone || m.mail.deleting || len(m.mail.editions) > 0 && m.high >= m.boxExpiry() {
		return // a day later the id could be used again; nobody does
	}
	doc, err := b.Append(nil)
	if err != nil {
		panic(err)
	}
	var e *boxEdition
	for _, other := range m.mail.editions {
		if bytes.Equal(other.doc, doc) {
			e = other
		}
	}
	if e == nil {
		e = &boxEdition{b, doc}
		m.mail.editions = append(m.mail.editions, e)
	}
	k := m.boxKnow()
	_, err = m.shares.Owner(ctx, m.mail.own.id, b.body(m.T, m.mail.own, fresh), Admission{})
	if r := AsError(err); err != nil && r.Code == wire.CodeRevision && !t.lost {
		m.mail.device = m.boxBy(t, r.Statement)
	}
	if code := codeOf(err); code == wire.CodeExists || code == wire.CodeExpires || code == wire.CodeStatement && b.Revision == 1 {
		return // there is another one, or it comes too late, or was signed for another challenge and is not there
	}
	if !m.boxAnswered(t, k, err) {
		return
	}
	if m.mail.acked == nil || m.mail.acked.Revision < e.Revision {
		m.mail.acked = e
	} else if m.mail.acked.Revision == e.Revision && m.mail.acked != e {
		m.violated("two mailboxes were acknowledged as revision %d", e.Revision)
	}
	m.mail.device = e
}

func (m *model) boxBy(t *task, doc []byte) *boxEdition {
	for _, e := range m.mail.editions {
		if bytes.Equal(e.doc, doc) {
			return e
		}
	}
	m.violated("%s: a mailbox that nobody sent", t.name)
	return nil
}

func (m *model) makeBox(t *task) {
	c, err := m.shares.Challenge(ctx, m.mail.own.id)
	if err != nil {
		return
	}
	o := m.mail.own
	b := &box{statement.Mailbox{Version: 1, ID: statement.ID(o.id), Owner: o.Public(), Revision: 1, Open: 1}, sum(o.read), sum(o.unlock)}
	if first := m.mail.editions; len(first) > 0 && m.below(2, "retry") == 0 {
		*b = *first[0].box // a retry
	} else {
		b.Created = bigEndian(c.Freshness[:])
		b.Expires = b.Created + uint64(4*day)
	}
	m.sendBox(t, c.Freshness[:], b)
}

func bigEndian(b []byte) (n uint64) {
	for _, c := range b[:8] {
		n = n<<8 | uint64(c)
	}
	return n
}

func (m *model) changeBox(open, life int) func(*task) {
	return func(t *task) {
		base := m.mail.device
		if base == nil {
			return
		}
		c, err := m.shares.Challenge(ctx, m.mail.own.id)
		if err != nil {
			return
		}
		b := *base.box
		b.Revision++
		b.Open = uint64(open)
		b.Expires = max(b.Expires, uint64(m.high+[]int64{2 * hour, day, 3 * day}[life]))
		m.sendBox(t, c.Freshness[:], &b)
	}
}

// closedFor reports whether nobody may deliver anything new: closed by its owner, and never opened again.
func (m *model) closedFor(k boxKnown) bool {
	return k.acked != nil && k.acked.Open == 0 && k.editions == len(m.mail.editions) && k.acked == m.mail.acked && m.newestBox(k.acked)
}

func (m *model) newestBox(a *boxEdition) bool {
	for _, e := range m.mail.editions {
		if e.Revision > a.Revision {
			return false
		}
	}
	return true
}

func (m *model) postBox(n byte) func(*task) {
	return func(t *task) {
		k := m.boxKnow()
		sent := m.mail.posts[n]
		m.mail.posts[n]++
		_, err := m.shares.Post(ctx, m.mail.own.id, &wire.PostRequest{Token: m.mail.own.unlock, Sealed: sealedPost(n)}, nil)
		if !m.boxAnswered(t, k, err) {
			return
		}
		if sent == 0 && m.mail.posts[n] == 1 && m.closedFor(k) {
			m.violated("post: delivered into a mailbox that was closed")
		}
		if bytes.IndexByte(m.mail.delivered, n) < 0 {
			m.mail.delivered = append(m.mail.delivered, n)
		}
	}
}

func (m *model) lookBox(t *task) {
	c, err := m.shares.Challenge(ctx, m.mail.own.id)
	if err != nil {
		return
	}
	k := m.boxKnow()
	reply, err := m.shares.Owner(ctx, m.mail.own.id, m.mail.own.body(m.T, statement.ActionMailbox, c.Freshness[:], 0, nil), Admission{})
	if !m.boxAnswered(t, k, err) {
		return
	}
	r := reply.(*wire.MailboxReply)
	seen := make(map[byte]int)
	for _, p := range r.Posts {
		n := p.Sealed[len(p.Sealed)-1]
		if seen[n]++; m.mail.posts[n] == 0 || !bytes.Equal(p.Sealed, sealedPost(n)) {
			m.violated("look: a post that nobody sent")
		}
		if seen[n] > 1 {
			m.violated("look: post %d is there twice", n)
		}
	}
	for _, n := range m.mail.delivered[:k.delivered] {
		if seen[n] == 0 {
			m.violated("look: post %d was delivered and is not there", n)
		}
	}
	if len(r.Posts) > small.posts {
		m.violated("look: %d posts, at most %d fit", len(r.Posts), small.posts)
	}
	m.boxSeen(t, k, r.Document)
	if !t.lost {
		m.mail.device = m.boxBy(t, r.Document)
	}
}

// boxSeen judges which edition somebody was shown.
func (m *model) boxSeen(t *task, k boxKnown, doc []byte) {
	e := m.boxBy(t, doc)
	if e == nil {
		return
	}
	if k.acked != nil && (e.Revision < k.acked.Revision || e.Revision == k.acked.Revision && e != k.acked) {
		m.violated("%s: an acknowledged edition is not there", t.name)
	}
}

func (m *model) openBox(t *task) {
	k := m.boxKnow()
	r, err := m.shares.OpenMailbox(ctx, m.mail.own.id, &wire.MailboxOpenRequest{Read: m.mail.own.read})
	if !m.boxAnswered(t, k, err) {
		return
	}
	if int(r.Stored) < k.delivered || int(r.Stored) > small.posts {
		m.violated("open: %d posts are stored, %d were delivered", r.Stored, k.delivered)
	}
	m.boxSeen(t, k, r.Document)
}

func (m *model) createForBox(t *task) {
	k := m.boxKnow()
	err := m.shares.AdmitByPost(ctx, m.mail.own.id, m.mail.own.unlock)
	if codeOf(err) == wire.CodeToken {
		err = gone()
	}
	if !m.boxAnswered(t, k, err) {
		return
	}
	if m.mail.admitted++; m.mail.admitted > small.creates {
		m.violated("create for: %d were admitted, at most %d may be", m.mail.admitted, small.creates)
	}
	if m.closedFor(k) {
		m.violated("create for: admitted for a mailbox that was closed")
	}
}

func (m *model) deleteBox(t *task) {
	c, err := m.shares.Challenge(ctx, m.mail.own.id)
	if err != nil || m.mail.acked == nil {
		return
	}
	k := m.boxKnow()
	m.mail.deleting = true
	_, err = m.shares.Owner(ctx, m.mail.own.id, m.mail.own.body(m.T, statement.ActionDelete, c.Freshness[:], 0, nil), Admission{})
	if m.boxAnswered(t, k, err) {
		m.mail.gone = true
	}
}
