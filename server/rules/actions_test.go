package rules

import (
	"bytes"
	"crypto/sha256"

	"safelight/crypto/oprf"
	"safelight/crypto/statement"
	"safelight/server/wire"
)

// draw chooses a request; one that makes no sense yet does nothing.
func (m *model) draw() (string, func(*task)) {
	if m.mode == mailbox {
		return m.drawBox()
	}
	if m.mode == aKnock && m.acked != nil && m.below(2, "log or knock") == 0 {
		return m.drawKnock()
	}
	device, tab := m.below(len(m.devices), "device"), m.below(len(m.viewers), "viewer")
	switch n := m.below(44, "request"); {
	case !m.exists && n < 20:
		return "create", m.create
	case n < 4:
		return "upload", m.upload
	case n < 9 && len(m.grants) > 0:
		return "put", m.put(m.waiting(m.below(len(m.grants), "grant")))
	case n < 17 && m.acked == nil:
		return "commit", m.commit(device)
	case n < 17:
		return "publish", m.publish(device, []int{0, 1, 2, 3, 3, 4, 4}[m.below(7, "change")], m.below(4, "value"))
	case n < 18 && m.below(3, "delete") == 0:
		return "delete", m.delete
	case n < 22:
		return "open", m.open(tab)
	case n < 29:
		return "take", m.take(tab, m.below(3, "fresh tab") == 0)
	case n < 31:
		return "read", m.read(tab)
	case n < 35:
		return "guess", m.guess(tab)
	case n < 36:
		return "state", m.state(device)
	case n < 37:
		return "again", m.again(device)
	default:
		return "sweep", m.sweep
	}
}

// drawKnock chooses a request that has to do with log or knocks.
func (m *model) drawKnock() (string, func(*task)) {
	who, device := m.below(len(m.knockers), "knocker"), m.below(len(m.devices), "device")
	switch n := m.below(20, "request"); {
	case n < 6:
		return "knock", m.knock(who, false)
	case n < 8:
		return "reveal", m.knock(who, true)
	case n < 12:
		steps := []statement.AdmitStep{statement.AdmitList, statement.AdmitAnswer, statement.AdmitAnswer, statement.AdmitLetIn, statement.AdmitRefuse}
		return "admit", m.admit(who, steps[m.below(len(steps), "step")])
	case n < 15:
		return "log", m.readLog
	case n < 18:
		return "open", m.open(who)
	}
	return "publish", m.publish(device, 5, m.below(4, "rules"))
}

func (m *model) body(action statement.Action, fresh []byte, revision uint64, args *statement.CommitArgs) []byte {
	var q statement.Request
	var err error
	if args == nil {
		q, err = statement.NewRequest(statement.ID(m.own.id), action, fresh, revision, nil)
	} else {
		q, err = statement.NewRequest(statement.ID(m.own.id), action, fresh, revision, args)
	}
	if err != nil {
		panic(err)
	}
	b, err := q.Seal(m.own)
	if err != nil {
		panic(err)
	}
	return b
}

func (m *model) challenged(action statement.Action) ([]byte, error) {
	c, err := m.shares.Challenge(ctx, m.own.id)
	if err != nil {
		return nil, err
	}
	return m.body(action, c.Freshness[:], 0, nil), nil
}

func (m *model) create(t *task) {
	args := &statement.CreateArgs{Owner: m.own.Public(), ReadHash: [32]byte(sum(m.own.read)), Expires: uint64(m.intended)}
	q, err := statement.NewRequest(statement.ID(m.own.id), statement.ActionCreate, nil, 0, args)
	if err != nil {
		panic(err)
	}
	body, err := q.Seal(m.own)
	if err != nil {
		panic(err)
	}
	reply, err := m.shares.Owner(ctx, m.own.id, body, Admission{})
	if codeOf(err) == wire.CodeExists || err == nil && t.lost {
		m.exists = true // the client goes on with upload, and asks for the state to learn when it was created
		return
	}
	if codeOf(err) == "failure" && !t.hurt {
		m.violated("create: %v", err)
	}
	if err != nil {
		return
	}
	if m.exists && !t.start.gone {
		m.violated("create: the id was used twice")
	}
	c := reply.(*wire.CreateReply)
	m.exists, m.created = true, int64(c.Now)
	for _, g := range c.Uploads {
		m.grants = append(m.grants, &grant{Grant: g, bytes: sealedFile(m.src, 200+len(m.grants))})
	}
}

func (m *model) upload(t *task) {
	body, err := m.challenged(statement.ActionUpload)
	if err != nil {
		return
	}
	reply, err := m.shares.Owner(ctx, m.own.id, body, Admission{})
	if !m.answered(t, err) || t.lost {
		return
	}
	m.grants = append(m.grants, &grant{Grant: *reply.(*wire.Grant), bytes: sealedFile(m.src, 200+len(m.grants))})
}

// waiting returns the first upload from i on that has no part yet, or i.
func (m *truth) waiting(i int) int {
	for j := i; j < len(m.grants); j++ {
		if !m.grants[j].acked {
			return j
		}
	}
	return i
}

func (m *model) put(i int) func(*task) {
	return func(t *task) {
		if i >= len(m.grants) {
			return
		}
		g := m.grants[i]
		_, err := m.shares.Put(ctx, m.own.id, g.Upload, 0, g.Token, int64(len(g.bytes)), sha256.Sum256(g.bytes), bytes.NewReader(g.bytes))
		switch code := codeOf(err); {
		case err == nil && !t.lost:
			g.acked, g.last = true, m.now
		case code == wire.CodePart, code == wire.CodeDigest, code == wire.CodeLarge, code == wire.CodeMalformed, code == "failure" && !t.hurt:
			m.violated("put: %v", err)
		}
	}
}

// stored returns an upload that is complete as far as its owner knows and stands in no edition.
func (m *truth) stored() *grant {
	for _, g := range m.grants {
		if g.acked && !g.used {
			return g
		}
	}
	return nil
}

func (m *model) commit(device int) func(*task) {
	return func(t *task) {
		g := m.stored()
		if g == nil {
			return
		}
		if m.created == 0 {
			m.state(device)(t)
		}
		if m.created == 0 {
			return
		}
		d := m.own.first(m.src, m.created, g.Upload, len(g.bytes))
		d.st.Expires = uint64(m.high + 4*day)
		d.st.Suite = statement.SuiteOPRF1
		if m.mode == aKnock {
			d.st.AskFirst = 1
			withLog(d)
		}
		d.args.OPRFKey = append([]byte{7}, make([]byte, 31)...) // a small scalar is a key
		g.used = true
		m.send(t, device, statement.ActionCommit, d, g.Upload[:], d.args.OPRFKey)
	}
}

func (m *model) publish(device, change, value int) func(*task) {
	return func(t *task) {
		base := m.devices[device]
		if base == nil {
			return
		}
		d, key := base.next(), base.key
		var fresh []byte
		switch change {
		case 0:
			d.st.Expires = uint64(m.high + []int64{2 * hour, day, 3 * day, 7 * day}[value])
		case 1:
			d.st.ViewLimit = uint64(value)
		case 2:
			d.manifest(m.src)
		case 3:
			g := m.stored()
			if g == nil {
				return
			}
			g.used, fresh = true, g.Upload[:]
			d.st.Bundles = []statement.Bundle{{Upload: g.Upload, Size: uint64(len(g.bytes)), PartSize: statement.MinPartSize}}
			d.manifest(m.src)
		case 4:
			key = append([]byte{byte(8 + len(m.attempts))}, make([]byte, 31)...)
			d.args.OPRFKey = key
			d.manifest(m.src)
		case 5:
			d.st.AskFirst = uint64(value & 1)
			if d.st.LogKey = nil; value&2 == 0 {
				withLog(d)
			}
		}
		d.clears = !bytes.Equal(d.st.LogKey, base.st.LogKey)
		m.send(t, device, statement.ActionPublish, d, fresh, key)
	}
}

// send sends an edition and notes what the device learns.
func (m *model) send(t *task, device int, action statement.Action, d *draft, fresh, key []byte) {
	doc, err := d.st.Append(nil)
	if err != nil {
		panic(err)
	}
	d.args.Statement, d.args.Signature = doc, m.own.Sign(statement.TypeStatement, doc)
	a := m.byStatement(doc) // two devices may want the same
	if a == nil {
		a = &attempt{draft: d, fresh: fresh, key: key, clears: d.clears}
		m.attempts = append(m.attempts, a)
		m.sent(a)
	}
	m.deliver(t, device, action, a)
}

func (m *model) deliver(t *task, device int, action statement.Action, a *attempt) {
	sends := m.knockSends()
	_, err := m.shares.Owner(ctx, m.own.id, m.body(action, a.fresh, a.st.Revision, &a.args), Admission{})
	if code := codeOf(err); code == wire.CodeExpires && int64(a.st.Expires) > m.high {
		m.violated("%s: %v", t.name, err)
	}
	if !m.answered(t, err) {
		m.refused(t, a, err)
		if e := AsError(err); e.Code == wire.CodeRevision && !t.lost {
			m.devices[device] = m.byStatement(e.Statement)
		}
		return
	}
	m.acknowledge(a)
	m.took(a, sends)
	if !t.lost {
		m.devices[device] = a
	}
}

// again repeats the last edition byte for byte, as after a lost reply.
func (m *model) again(device int) func(*task) {
	return func(t *task) {
		if len(m.attempts) == 0 {
			return
		}
		a, action := m.attempts[len(m.attempts)-1], statement.ActionPublish
		if a.st.Revision == 1 {
			action = statement.ActionCommit
		}
		m.deliver(t, device, action, a)
	}
}

func (m *model) delete(t *task) {
	body, err := m.challenged(statement.ActionDelete)
	if err != nil {
		return
	}
	m.deleting = true
	if _, err = m.shares.Owner(ctx, m.own.id, body, Admission{}); m.answered(t, err) {
		m.gone = m.exists
	}
}

func (m *model) state(device int) func(*task) {
	return func(t *task) {
		body, err := m.challenged(statement.ActionState)
		if err != nil {
			return
		}
		reply, err := m.shares.Owner(ctx, m.own.id, body, Admission{})
		if !m.answered(t, err) {
			return
		}
		r := reply.(*wire.StateReply)
		if r.State == wire.StateUploading {
			if t.start.acked != nil {
				m.violated("state: an acknowledged edition is not there")
			}
			m.created = int64(r.Now)
			return
		}
		if a := m.edition(t, r.Statement, r.Manifest, r.Pepper); !t.lost {
			m.devices[device] = a
		}
		if _, err := wire.Encode(r); err != nil {
			m.violated("state: %v", err)
		}
	}
}

func (m *model) open(tab int) func(*task) {
	return func(t *task) {
		r, err := m.shares.Open(ctx, m.own.id, &wire.OpenRequest{Read: m.own.read, Unlock: m.own.unlock[:], Guess: make([]byte, 16)}, nil)
		if codeOf(err) == wire.CodeUploading && t.start.acked != nil {
			m.violated("open: an acknowledged edition is not there")
		}
		if !m.answered(t, err) {
			return
		}
		a := m.edition(t, r.Statement, r.Manifest, r.Pepper)
		if a == nil {
			return
		}
		if a.st.ViewLimit == 0 == (len(r.Pepper) == 0) {
			m.violated("open: view limit %d, pepper of %d bytes", a.st.ViewLimit, len(r.Pepper))
		}
		if len(r.Pepper) > 0 {
			m.answers(a)
		}
		if !t.lost {
			m.viewers[tab].seen = a
		}
	}
}

func (m *model) take(tab int, freshTab bool) func(*task) {
	return func(t *task) {
		v := &m.viewers[tab]
		a := v.seen
		if a == nil || a.st.ViewLimit == 0 {
			return
		}
		if !v.sent || freshTab {
			m.src.Read(v.take[:])
			v.sent = true
			m.tried++
		}
		id := v.take
		known := m.released[id]
		r, err := m.shares.Take(ctx, m.own.id, &wire.TakeRequest{Unlock: m.own.unlock, Revision: a.st.Revision, Take: id})
		if codeOf(err) == wire.CodeUsed && known {
			m.violated("take: a view that was counted before was refused")
		}
		if codeOf(err) == wire.CodeChanged && a == m.acked && len(m.attempts) == t.start.attempts && m.newest(a) {
			m.violated("take: the share did not change")
		}
		if !m.answered(t, err) {
			return
		}
		if !bytes.Equal(r.Pepper[:], m.pepperOf(a.st.Manifest)) {
			m.violated("take: a pepper that does not fit the manifest that was verified")
		}
		if !m.released[id] {
			m.answers(a)
		}
		if m.released[id] = true; !known && uint64(len(m.released)) > a.st.ViewLimit {
			m.violated("take: %d views of %d", len(m.released), a.st.ViewLimit)
		}
	}
}

func (m *model) guess(tab int) func(*task) {
	return func(t *task) {
		a := m.viewers[tab].seen
		if a == nil {
			return
		}
		input := []byte("a passphrase")
		b, err := oprf.Blind(input)
		if err != nil {
			panic(err)
		}
		r, err := m.shares.Guess(ctx, m.own.id, &wire.GuessRequest{Read: m.own.read, Revision: a.st.Revision, Blinded: b.Element})
		if !m.answered(t, err) {
			return
		}
		m.answers(a)
		got, err := b.Finalize(r.Evaluated[:])
		want, err2 := oprf.FullEvaluate(oprf.Key(a.key), input)
		if err != nil || err2 != nil || got != want {
			m.violated("guess: evaluated under another key than that of the revision that was verified")
		}
	}
}

// newest reports whether no later edition than a was ever sent.
func (m *truth) newest(a *attempt) bool {
	for _, other := range m.attempts {
		if other.st.Revision > a.st.Revision {
			return false
		}
	}
	return true
}

func (m *model) read(tab int) func(*task) {
	return func(t *task) {
		a := m.viewers[tab].seen
		if a == nil {
			m.readEarly(t)
			return
		}
		b := a.st.Bundles[0]
		body, err := m.shares.Read(ctx, m.own.id, Upload(b.Upload), m.own.unlock, whole)
		if codeOf(err) == wire.CodeChanged && t.start.live && m.mustLive() && m.newest(a) {
			m.violated("read: acknowledged bytes are not there")
		}
		if !m.answered(t, err) {
			return
		}
		var got bytes.Buffer
		if _, err := body.WriteTo(&got); err != nil || !bytes.Equal(got.Bytes(), m.contents(b)) {
			m.violated("read: other bytes than those that were put (%v)", err)
		}
		body.Close()
	}
}

// readEarly tries to read an upload that nothing was committed of.
func (m *model) readEarly(t *task) {
	if len(m.attempts) > 0 || len(m.grants) == 0 {
		return
	}
	_, err := m.shares.Read(ctx, m.own.id, m.grants[0].Upload, m.own.unlock, whole)
	if err == nil && len(m.attempts) == 0 {
		m.violated("read: bytes before the first commit")
	}
}

func whole(size int64) (int64, int64, error) { return 0, size, nil }

func (m *model) sweep(t *task) {
	if _, err := m.shares.Sweep(ctx); err != nil && !t.hurt {
		m.violated("sweep: %v, and storage did not fail", err)
	}
}
