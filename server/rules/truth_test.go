package rules

import (
	"bytes"
	"crypto/sha256"

	"safelight/crypto/statement"
	"safelight/server/wire"
)

// truth is what must and must not be, judged by what was sent and what was acknowledged. It never looks into a record.
type truth struct {
	own      *owner
	src      *random
	exists   bool // create was acknowledged, or said that it had happened
	created  int64
	intended int64
	grants   []*grant
	attempts []*attempt // every edition that was sent, in that order
	acked    *attempt   // the highest acknowledged one
	devices  [2]*attempt
	viewers  [3]viewer
	released map[[16]byte]bool // take ids that were answered with a pepper
	tried    int               // take ids that were sent
	deleting bool              // a delete was sent
	gone     bool              // somebody with the right token was told so
	high     int64             // of the system clock

	log        logTruth
	knockers   [3]knocker
	asksNobody bool // an edition that does not ask first was sent
	mail       boxTruth
}

type grant struct {
	wire.Grant
	bytes []byte
	acked bool
	last  int64 // clock when its part was acknowledged
	used  bool  // some attempt names it
}

type attempt struct {
	*draft
	fresh []byte
	key   []byte // k of this revision, also when it is that of the one before
	acked bool

	clears bool // it begins the log anew
}

// viewer is a tab: what it verified, and its take id.
type viewer struct {
	seen *attempt
	take [16]byte
	sent bool
}

// knowledge is what was known when a task began.
type knowledge struct {
	acked    *attempt
	gone     bool
	exists   bool
	live     bool
	attempts int
}

func (m *truth) init(r *random) {
	m.src, m.own, m.released = r, newOwner(r), make(map[[16]byte]bool)
	m.intended = epoch + 8*day
	m.mail = boxTruth{own: newOwner(r), posts: make(map[byte]int)}
}

func (m *model) know() knowledge {
	return knowledge{m.acked, m.gone, m.exists, m.mustLive(), len(m.attempts)}
}

// mustLive reports whether the share has to be readable: acknowledged, and nothing that could have ended it.
func (m *truth) mustLive() bool {
	if m.acked == nil || m.deleting || m.gone {
		return false
	}
	for _, a := range m.attempts {
		if a.st.Revision < m.acked.st.Revision {
			continue
		}
		if m.high >= int64(a.st.Expires) || a.st.ViewLimit > 0 && uint64(m.tried) >= a.st.ViewLimit {
			return false
		}
	}
	return true
}

// lastExpiry is when the share is gone whichever edition won.
func (m *truth) lastExpiry() (last int64) {
	if m.acked == nil {
		last = m.intended
	}
	for _, a := range m.attempts {
		if m.acked == nil || a.st.Revision >= m.acked.st.Revision {
			last = max(last, int64(a.st.Expires))
		}
	}
	return last
}

func (m *truth) byStatement(doc []byte) *attempt {
	for _, a := range m.attempts {
		if bytes.Equal(a.args.Statement, doc) {
			return a
		}
	}
	return nil
}

func (m *truth) pepperOf(manifest [32]byte) []byte {
	for _, a := range m.attempts {
		if a.st.Manifest == manifest && a.args.Pepper != nil {
			return a.args.Pepper
		}
	}
	return nil
}

// answered judges an answer to somebody with the right tokens: whether it may come at all.
func (m *model) answered(t *task, err error) (ok bool) {
	code := codeOf(err)
	switch {
	case err == nil && t.start.gone:
		m.violated("%s: answered after the share was gone", t.name)
	case err == nil && t.low >= m.lastExpiry():
		m.violated("%s: answered although the share has expired", t.name)
	case code == "failure" && !t.hurt:
		m.violated("%s: %v, and storage did not fail", t.name, err)
	case code == wire.CodeInternal, code == wire.CodeMalformed, code == wire.CodeStatement:
		m.violated("%s: %v", t.name, err)
	case code == wire.CodeGone && t.start.live && m.mustLive():
		m.violated("%s: gone, and it must not be", t.name)
	case code == wire.CodeGone && t.start.exists:
		m.gone = true
	}
	return err == nil
}

// acknowledge notes that an edition is promised to be there.
func (m *model) acknowledge(a *attempt) {
	for _, other := range m.attempts {
		if other != a && other.acked && other.st.Revision == a.st.Revision {
			m.violated("two editions were acknowledged as revision %d", a.st.Revision)
		}
	}
	a.acked = true
	if m.acked == nil || m.acked.st.Revision < a.st.Revision {
		m.acked = a
	}
}

// edition judges what a reader was given, and returns which edition it is.
func (m *model) edition(t *task, doc, manifest, pepper []byte) *attempt {
	a := m.byStatement(doc)
	switch {
	case a == nil:
		m.violated("%s: a statement that nobody sent", t.name)
		return nil
	case sha256.Sum256(manifest) != a.st.Manifest:
		m.violated("%s: another manifest than that of the statement", t.name)
	case len(pepper) > 0 && !bytes.Equal(pepper, m.pepperOf(a.st.Manifest)):
		m.violated("%s: a pepper that does not fit the manifest", t.name)
	case t.start.acked != nil && (a.st.Revision < t.start.acked.st.Revision || a.st.Revision == t.start.acked.st.Revision && a != t.start.acked):
		m.violated("%s: an acknowledged edition is not there", t.name)
	}
	return a
}

// refuse judges why an edition was not accepted.
func (m *model) refused(t *task, a *attempt, err error) {
	switch code := codeOf(err); {
	case code == wire.CodeUpload && a.fresh != nil && t.start.live && m.mustLive():
		for _, g := range m.grants {
			if bytes.Equal(g.Upload[:], a.fresh) && g.acked && m.high < g.last+day && m.namedOnce(g) {
				m.violated("%s: acknowledged parts are not there", t.name)
			}
		}
	case code == wire.CodeRevision:
		e := AsError(err)
		if m.byStatement(e.Statement) == nil {
			m.violated("%s: the stored statement is one that nobody sent", t.name)
		}
	}
}

func (m *truth) namedOnce(g *grant) bool {
	n := 0
	for _, a := range m.attempts {
		for _, b := range a.st.Bundles {
			if b.Upload == statement.UploadID(g.Upload) {
				n++
			}
		}
	}
	return n == 1
}

// contents returns the bytes of a bundle.
func (m *truth) contents(b statement.Bundle) []byte {
	for _, g := range m.grants {
		if b.Upload == statement.UploadID(g.Upload) {
			return g.bytes
		}
	}
	return nil
}
