package client

import (
	"context"
	"errors"
	"fmt"
	"time"

	"safelight/client/share"
	"safelight/client/transfer"
	"safelight/crypto/keys"
	"safelight/crypto/knock"
	"safelight/crypto/oprf"
	"safelight/crypto/passphrase"
	"safelight/crypto/statement"
	"safelight/server/wire"
)

// States of a share.
const (
	Uploading = "uploading" // nothing can be opened yet
	Live      = "live"
	Draining  = "draining" // no view is left; who took the last one may finish
)

// Status is what an owner sees.
type Status struct {
	State  string    `json:"state"`
	Photos int       `json:"photos"`
	Now    time.Time `json:"now"` // the server's clock, by which a share expires
	Info
}

// Managed is a share in its owner's hands.
type Managed struct {
	Status Status

	client  *transfer.Client
	owner   keys.Owner
	edition *share.Edition // nil while nothing is committed
	now     uint64

	answered map[statement.Commitment]knock.Answer // by us, of who asks to be let in
	answers  []time.Time                           // when, of the last ones
}

// Manage follows a manage link.
func Manage(ctx context.Context, link string, c Config) (*Managed, error) {
	t, code, err := c.follow(link)
	if err != nil {
		return nil, err
	}
	o, ok := keys.OwnerOf(code)
	if !ok {
		return nil, because(ErrMisplaced, errors.New("it opens the share, but the manage link is needed, which begins /m#"))
	}
	m := &Managed{client: t, owner: o}
	return m, m.refresh(ctx)
}

// refresh asks the server for the state.
func (m *Managed) refresh(ctx context.Context) error {
	r, err := m.client.State(ctx, m.owner)
	if transfer.CodeOf(err) == wire.CodeMalformed {
		return reason{ErrIsRequest, err}
	}
	if err != nil {
		return explain(err)
	}
	m.now = r.Now
	m.Status = Status{State: Uploading, Now: time.UnixMilli(int64(r.Now)), Info: Info{ID: m.owner.ID().String()}}
	edition, err := share.OpenState(m.owner, stateOf(r))
	if errors.Is(err, share.ErrEmpty) && m.edition == nil {
		return nil
	}
	if err != nil {
		return explain(err)
	}
	// Else the server would get a second signature for a number that was signed before.
	if got := edition.Statement.Revision; m.edition != nil && got < m.edition.Statement.Revision {
		return because(ErrDamaged, fmt.Errorf("an older revision, %d after %d", got, m.edition.Statement.Revision))
	}
	m.edition = edition
	m.Status.Info = infoOf(&m.edition.Statement, r.Taken)
	m.Status.State = Live
	if r.State == wire.StateDraining {
		m.Status.State = Draining
	}
	m.Status.Photos, err = m.photos(ctx)
	return explain(err)
}

// photos counts. A share with very many keeps their list in a bundle, which has to be asked for.
func (m *Managed) photos(ctx context.Context) (int, error) {
	opened, err := m.edition.Share()
	if err != nil {
		return 0, err
	}
	s := &Share{client: m.client, unlock: m.edition.Unlock().Bytes(), share: opened}
	list, err := opened.Photos(s.fetch(ctx))
	return len(list), err
}

func stateOf(r wire.StateReply) share.State {
	return share.State{
		Statement: r.Statement, Signature: r.Signature, Manifest: r.Manifest, Locks: r.Locks,
		OwnerBox: r.OwnerBox, Pepper: r.Pepper, Stage: r.Stage, Taken: r.Taken, Now: r.Now, Life: r.State,
	}
}

// Change is what an owner wants different. The zero value changes nothing.
type Change struct {
	Expires      time.Duration // from now on, by the server's clock; 0: stays
	Views        *uint64       // 0 in it: no limit; nil: stays
	Passphrase   string        // empty: stays
	NoPassphrase bool
	Recipients   *[]Recipient // those named from now on; none in it: anybody with the link; nil: stays
	AskFirst     *bool
	Log          *bool // off: what was logged is deleted
}

// Set publishes a change as the next revision, and brings Status up to date. When somebody else publishes at the same
// moment, the change is made to what they published.
func (m *Managed) Set(ctx context.Context, c Change) error {
	if c.Passphrase != "" {
		if err := strong(c.Passphrase); err != nil {
			return err
		}
	}
	if c.Expires != 0 || c.Views != nil {
		site, err := m.client.Site(ctx)
		if err != nil {
			return explain(err)
		}
		if err := c.allowed(site.Limits); err != nil {
			return err
		}
	}
	for tries := 1; ; tries++ {
		err := m.set(ctx, c)
		if transfer.CodeOf(err) != wire.CodeRevision || tries == 3 {
			if err != nil {
				return explain(err)
			}
			return m.refresh(ctx)
		}
		if err := m.refresh(ctx); err != nil {
			return err
		}
	}
}

// allowed is what Send checks too.
func (c Change) allowed(l wire.SiteLimits) error {
	views := uint64(0)
	if c.Views != nil {
		views = *c.Views
	}
	return allowed(l, c.Expires, views)
}

func (m *Managed) set(ctx context.Context, c Change) error {
	if m.edition == nil {
		return ErrUploading
	}
	change := share.Change{ViewLimit: c.Views, Unlock: c.NoPassphrase, Recipients: c.Recipients, AskFirst: c.AskFirst, Log: c.Log}
	if c.Expires != 0 {
		at := m.now + uint64(c.Expires.Milliseconds())
		change.Expires = &at
	}
	if c.Passphrase != "" {
		lock, err := newLock(m.owner.ID(), c.Passphrase)
		if err != nil {
			return err
		}
		change.Lock = lock
	}
	body, err := m.edition.Revise(change)
	switch {
	case errors.Is(err, share.ErrSame):
		return nil
	case errors.Is(err, share.ErrPartial):
		return because(ErrOption, errors.New("views can be limited once the originals have arrived"))
	case err != nil:
		return err
	}
	_, err = m.client.Commit(ctx, m.owner.ID(), body)
	return err
}

// newLock makes a key for the server and derives what the passphrase gives with it.
func newLock(id statement.ID, p string) (*share.Lock, error) {
	k, err := oprf.GenerateKey()
	if err != nil {
		return nil, err
	}
	pw, err := passphrase.Derive(k, id, p)
	if err != nil {
		return nil, because(ErrOption, err)
	}
	return &share.Lock{PW: pw, Key: k}, nil
}

// Delete deletes the share at once, for everybody.
func (m *Managed) Delete(ctx context.Context) error {
	return explain(m.client.Delete(ctx, m.owner))
}
