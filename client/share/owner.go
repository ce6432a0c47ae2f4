package share

import (
	"bytes"
	"fmt"

	"safelight/crypto/keys"
	"safelight/crypto/locks"
	"safelight/crypto/manifest"
	"safelight/crypto/seal"
	"safelight/crypto/statement"
)

// State is what the server answers to the owner's request for state.
type State struct {
	Statement, Signature []byte
	Manifest, Locks      []byte
	OwnerBox, Pepper     []byte
	Stage                uint64 // 0: nothing was committed yet, and everything above is empty
	Taken                uint64 // views so far
	Now                  uint64 // server time, Unix ms
	Life                 uint64 // 1 uploading, 2 live, 3 draining
}

// Edition is the current revision of a share in its owner's hands.
type Edition struct {
	Statement statement.Statement

	owner    keys.Owner
	gate     keys.Gate
	pepper   [32]byte
	manifest []byte // sealed
}

// OpenState verifies a state and opens the owner box in it. ErrEmpty: nothing was committed yet.
func OpenState(o keys.Owner, st State) (*Edition, error) {
	if st.Stage == 0 {
		return nil, ErrEmpty
	}
	s, err := statement.Open(st.Statement, st.Signature, o.ID())
	if err != nil {
		return nil, err
	}
	if err := s.CheckManifest(st.Manifest); err != nil {
		return nil, err
	}
	if err := s.CheckLocks(st.Locks); err != nil {
		return nil, err
	}
	if len(st.Pepper) != 32 {
		return nil, fmt.Errorf("%w: the pepper has %d bytes", ErrOwnerBox, len(st.Pepper))
	}
	e := &Edition{Statement: s, owner: o, pepper: [32]byte(st.Pepper), manifest: st.Manifest}
	box, err := seal.Open(o.BoxPassphrase(e.pepper), st.OwnerBox)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrOwnerBox, err)
	}
	if e.gate, err = keys.GateFromBox(box, &s); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrOwnerBox, err)
	}
	return e, nil
}

// Manifest opens the manifest.
func (e *Edition) Manifest() (*manifest.Manifest, error) {
	return manifest.Open(e.manifest, e.owner.View().Root(e.pepper, e.gate).ManifestPassphrase(), &e.Statement)
}

// Share opens the share as a viewer would, without asking the server for anything that is counted.
func (e *Edition) Share() (*Share, error) {
	o := Opening{Statement: e.Statement, view: e.owner.View(), reply: Reply{Manifest: e.manifest}}
	return o.Unseal(e.pepper, e.gate)
}

// Unlock returns the token that asks for parts.
func (e *Edition) Unlock() keys.Token { return e.owner.View().UnlockToken(e.gate) }

// Change is what an owner wants different. Fields that are nil stay.
type Change struct {
	Expires   *uint64 // Unix ms of the server's clock
	ViewLimit *uint64 // 0: none
	Lock      *Lock   // a passphrase, new or another
	Unlock    bool    // no passphrase any more; not together with Lock
	// Recipients are those named from now on, with a fresh R; none: nobody is named any more.
	Recipients *[]locks.Recipient
	AskFirst   *bool
	Log        *bool
	Complete   bool // a share whose originals did not arrive counts as complete without them
}

// Revise returns the request that publishes a change as the next revision. Rules alone are one new statement; another
// passphrase seals the manifest anew, under a new pepper. On code revision from the server ask for the state again,
// and revise that: the change is then made to what somebody else published meanwhile.
func (e *Edition) Revise(c Change) ([]byte, error) {
	next := e.Statement
	next.Revision++
	if c.Expires != nil {
		next.Expires = *c.Expires
	}
	if c.Complete {
		next.Stage = statement.StageComplete
	}
	if c.ViewLimit != nil {
		next.ViewLimit = *c.ViewLimit
	}
	if next.ViewLimit != 0 && next.Stage != statement.StageComplete {
		return nil, ErrPartial
	}
	if c.Log != nil {
		next.LogKey = logKey(e.owner, *c.Log)
	}
	args, err := e.reseal(&next, c)
	if err != nil {
		return nil, err
	}
	if args.Manifest == nil && sameRules(&next, &e.Statement) {
		return nil, ErrSame
	}
	return commitRequest(e.owner, statement.ActionPublish, nil, &next, args)
}

// sameRules compares what can be changed without sealing anything anew.
func sameRules(a, b *statement.Statement) bool {
	return a.Expires == b.Expires && a.ViewLimit == b.ViewLimit && a.Stage == b.Stage && a.AskFirst == b.AskFirst && bytes.Equal(a.LogKey, b.LogKey)
}

// reseal makes the arguments of a publish: none when passphrase, recipients and asking first stay, else a manifest sealed
// anew.
func (e *Edition) reseal(next *statement.Statement, c Change) (statement.CommitArgs, error) {
	var args statement.CommitArgs
	gate := e.gate
	relocked, err := e.relock(next, &gate, &args, c)
	if err != nil {
		return args, err
	}
	released := false
	if want, fresh := e.wanted(c); fresh {
		if args.Locks, err = want.apply(e.owner, next, &gate); err != nil {
			return args, err
		}
		released = true
	} else if c.AskFirst != nil {
		next.AskFirst = asNumber(*c.AskFirst)
	}
	if !relocked && !released {
		return args, nil
	}
	m, err := e.Manifest()
	if err != nil {
		return args, err
	}
	sealed, err := sealManifest(e.owner, m, next, gate)
	if err != nil {
		return args, err
	}
	unlock := e.owner.View().UnlockToken(gate).Hash()
	args.Manifest, args.OwnerBox, args.Pepper, args.UnlockHash = sealed.manifest, sealed.box, sealed.pepper[:], unlock[:]
	return args, nil
}

// wanted says who is to get R, and whether that takes a fresh one. Where there are recipients, asking first too, or not any
// more, is a rule alone: R is there and stays.
func (e *Edition) wanted(c Change) (Release, bool) {
	named := len(e.Statement.Locks) > 0
	want := Release{AskFirst: e.Statement.AskFirst == 1}
	if c.AskFirst != nil {
		want.AskFirst = *c.AskFirst
	}
	if c.Recipients != nil {
		want.Recipients = *c.Recipients
		return want, len(want.Recipients) > 0 || named || want.AskFirst != (e.Statement.AskFirst == 1)
	}
	return want, !named && want.AskFirst != (e.Statement.AskFirst == 1)
}

func asNumber(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}

// relock changes the passphrase, if c asks for that.
func (e *Edition) relock(next *statement.Statement, gate *keys.Gate, args *statement.CommitArgs, c Change) (bool, error) {
	switch {
	case c.Lock != nil && c.Unlock:
		return false, fmt.Errorf("share: a passphrase and none at once")
	case c.Lock != nil:
		gate.PW, args.OPRFKey, next.Suite = &c.Lock.PW, c.Lock.Key[:], statement.SuiteOPRF1
	case c.Unlock && e.Statement.Suite != statement.SuiteNone:
		gate.PW, args.OPRFKey, next.Suite = nil, []byte{}, statement.SuiteNone
	default:
		return false, nil
	}
	return true, nil
}

// R returns R, for somebody the owner lets in; false where the share has none.
func (e *Edition) R() ([32]byte, bool) {
	if e.gate.R == nil {
		return [32]byte{}, false
	}
	return *e.gate.R, true
}
