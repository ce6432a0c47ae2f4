package rules

import (
	"crypto/sha256"
	"fmt"

	"safelight/crypto/accesslog"
	"safelight/crypto/statement"
	"safelight/server/wire"
)

//go:generate go tool msgp -file annex.go -o annex_gen.go -unexported -io=false -tests=false
//msgp:tuple annex knock chain
//msgp:ignore sizes
//msgp:replace statement.Commitment with:[32]byte

// annexVersion is the first byte of a value with an annex: a record as in recordVersion, and the annex behind it.
const annexVersion = 2

// annex is what records have since they can keep a log, be knocked at, or be a mailbox. Records without any of that are
// written as they always were.
type annex struct {
	Logged   uint64   // events ever, since the log key was set
	Log      chain    // sealed events
	Knocks   []knock  `msg:",limit=64"` // in the order in which they came
	PostHash [32]byte // of a mailbox: SHA-256 of the post token
	PostSums []byte   // SHA-256 of every post
	Posts    chain    // time received (8) ‖ post
	Creates  uint64   // shares that were created in its name

	box statement.Mailbox `msg:"-"` // Statement of a mailbox, decoded
}

// knock is somebody who asks to be let in.
type knock struct {
	Commit statement.Commitment
	Since  int64
	Status uint64 // as told, package wire
	Answer []byte // the owner's random bytes (32) ‖ signature
	Key    []byte // the viewer's key (32) ‖ random bytes (32)
	Box    []byte // sealed R (80) ‖ signature
}

// chain is a list of entries of one size that grows at its end. The last ones stand in the record; those before lie in
// rows of their own beside the manifests, so that adding one does not write all of them again. A row is never changed;
// it is written before the record that names it, and dropped after the last that did.
type chain struct {
	Rows []byte // SHA-256 of the rows, the oldest first
	Tail []byte

	late []byte `msg:"-"` // see faults
}

// sizes are how long lists may get. They vary in tests alone.
type sizes struct {
	logRow, ring   int // events in a row, events kept
	postRow, posts int // posts in a row, posts of a mailbox
	pending        int // knocks without a decision
	creates        int // in the name of a mailbox
}

var protocolSizes = sizes{
	logRow: 100, ring: wire.LogRing, postRow: 16, posts: wire.MaxPosts, pending: wire.MaxPending, creates: wire.MaxPostCreates,
}

// postEntry is the length of a post in a chain.
const postEntry = 8 + statement.PostSize

func (a *annex) empty() bool {
	return a.Logged == 0 && len(a.Knocks) == 0 && a.PostHash == [32]byte{}
}

// check refuses lengths that nothing of ours writes.
func (a *annex) check() error {
	hashes := len(a.Log.Rows)%sha256.Size + len(a.PostSums)%sha256.Size + len(a.Posts.Rows)%sha256.Size
	if hashes != 0 || len(a.Log.Tail)%accesslog.SealedSize != 0 || len(a.Posts.Tail)%postEntry != 0 {
		return errRecord
	}
	for _, k := range a.Knocks {
		if !noneOr(k.Answer, 32+64) || !noneOr(k.Key, 64) || !noneOr(k.Box, statement.BoxSize+64) {
			return errRecord
		}
	}
	return nil
}

func noneOr(b []byte, n int) bool { return len(b) == 0 || len(b) == n }

// encodeAnnex appends the annex, if there is anything in it, to the value b of r.
func (r *record) encodeAnnex(b []byte) ([]byte, error) {
	if r.annex.empty() {
		return b, nil
	}
	b, err := r.annex.MarshalMsg(b)
	if err != nil {
		return nil, fmt.Errorf("encode record: %w", err)
	}
	b[0] = annexVersion
	return b, nil
}

// decodeAnnex reads what stands behind a record.
func (r *record) decodeAnnex(version byte, b []byte) (err error) {
	if version == annexVersion {
		if b, err = r.annex.UnmarshalMsg(b); err != nil {
			return errRecord
		}
		if err := r.annex.check(); err != nil {
			return err
		}
	}
	if len(b) != 0 {
		return errRecord
	}
	if r.State == stateMailbox {
		if r.box, err = statement.ParseMailbox(r.Statement); err != nil {
			return fmt.Errorf("%w: %v", errRecord, err)
		}
	}
	return nil
}
