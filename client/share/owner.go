package share

import (
	"fmt"

	"safelight/crypto/keys"
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
	Complete  bool    // a share whose originals did not arrive counts as complete without them
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
	args, err := e.relock(&next, c)
	if err != nil {
		return nil, err
	}
	if args.Manifest == nil && next.Expires == e.Statement.Expires && next.ViewLimit == e.Statement.ViewLimit && next.Stage == e.Statement.Stage {
		return nil, ErrSame
	}
	return commitRequest(e.owner, statement.ActionPublish, nil, &next, args)
}

// relock makes the arguments of a publish: none when the passphrase stays, else a manifest sealed anew.
func (e *Edition) relock(next *statement.Statement, c Change) (statement.CommitArgs, error) {
	gate, key := e.gate, []byte{}
	switch {
	case c.Lock != nil && c.Unlock:
		return statement.CommitArgs{}, fmt.Errorf("share: a passphrase and none at once")
	case c.Lock != nil:
		gate.PW, key, next.Suite = &c.Lock.PW, c.Lock.Key[:], statement.SuiteOPRF1
	case c.Unlock && e.Statement.Suite != statement.SuiteNone:
		gate.PW, next.Suite = nil, statement.SuiteNone
	default:
		return statement.CommitArgs{}, nil
	}
	m, err := e.Manifest()
	if err != nil {
		return statement.CommitArgs{}, err
	}
	sealed, err := sealManifest(e.owner, m, next, gate)
	if err != nil {
		return statement.CommitArgs{}, err
	}
	unlock := e.owner.View().UnlockToken(gate).Hash()
	args := sealed.args()
	args.UnlockHash, args.OPRFKey = unlock[:], key
	return args, nil
}
