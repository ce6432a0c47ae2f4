package client

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"time"

	"safelight/client/share"
	"safelight/client/transfer"
	"safelight/crypto/keys"
	"safelight/crypto/manifest"
	"safelight/crypto/passphrase"
	"safelight/crypto/statement"
	"safelight/server/wire"
)

// Info is what can be said of a share without counting a view.
type Info struct {
	ID         string    `json:"id"`
	Revision   uint64    `json:"revision"`
	Created    time.Time `json:"created"`
	Expires    time.Time `json:"expires"`
	Views      uint64    `json:"views"` // limit; 0: none
	Taken      uint64    `json:"taken"` // so far; only counted where there is a limit
	Passphrase bool      `json:"passphrase"`
	Recipients bool      `json:"recipients"` // opens for named recipients only
	AskFirst   bool      `json:"askFirst"`   // the owner is asked, and lets in or not
	Log        bool      `json:"log"`        // the owner sees when it is opened
	Complete   bool      `json:"complete"`   // false: originals are still on their way
	Bytes      uint64    `json:"bytes"`      // as stored
}

func infoOf(s *statement.Statement, taken uint64) Info {
	i := Info{
		ID: s.ID.String(), Revision: s.Revision,
		Created: time.UnixMilli(int64(s.Created)), Expires: time.UnixMilli(int64(s.Expires)),
		Views: s.ViewLimit, Taken: taken,
		Recipients: len(s.Locks) != 0, AskFirst: s.AskFirst == 1, Log: len(s.LogKey) != 0,
		Passphrase: s.Suite != statement.SuiteNone, Complete: s.Stage == statement.StageComplete,
	}
	for _, b := range s.Bundles {
		i.Bytes += b.Size
	}
	return i
}

// Opening is a share that exists and whose statement was verified. Nothing has been counted.
type Opening struct {
	Info Info

	client  *transfer.Client
	view    keys.View
	opening *share.Opening
}

// Open follows a link. It asks the server what there is, and counts nothing.
func Open(ctx context.Context, link string, c Config) (*Opening, error) {
	t, code, err := c.follow(link)
	if err != nil {
		return nil, err
	}
	v, err := viewer(code)
	if err != nil {
		return nil, err
	}
	o := &Opening{client: t, view: v}
	return o, o.ask(ctx, nil, nil)
}

// ask opens, with an unlock token where there is one.
func (o *Opening) ask(ctx context.Context, unlock, guess []byte) error {
	r, err := o.client.Open(ctx, o.view.ID(), o.view.ReadToken().Bytes(), unlock, guess)
	if err != nil {
		return explain(err)
	}
	opening, err := share.Open(o.view, share.Reply{
		Statement: r.Statement, Signature: r.Signature, Manifest: r.Manifest, Locks: r.Locks,
		Pepper: r.Pepper, Taken: r.Taken, State: r.State, Now: r.Now,
	}, time.Now())
	if err != nil {
		return explain(err)
	}
	if o.opening != nil && opening.Statement.Revision < o.opening.Statement.Revision {
		return because(ErrDamaged, fmt.Errorf("an older revision, %d after %d", opening.Statement.Revision, o.opening.Statement.Revision))
	}
	o.opening, o.Info = opening, infoOf(&opening.Statement, r.Taken)
	return nil
}

// Counted reports whether Unlock uses one of a limited number of views.
func (o *Opening) Counted() bool { return o.opening.NeedsTake() }

// Unlock opens the share. Where views are counted, this counts one, after everything in k was found right.
// ErrPassphrase: it is wrong, and nothing was counted. ErrLocked: something is missing in k, there were too many wrong
// passphrases, or the owner did not let in.
func (o *Opening) Unlock(ctx context.Context, k Key) (*Share, error) {
	take := [16]byte{}
	rand.Read(take[:]) // never fails: crypto/rand ends the program instead
	told := o.Info.Log
	for tries := 1; ; tries++ {
		s, err := o.unlock(ctx, k, take)
		if transfer.CodeOf(err) != wire.CodeChanged || tries == 3 {
			return s, explain(err)
		}
		// The owner has just published another revision. Nothing was counted; look at that one.
		if err := o.ask(ctx, nil, nil); err != nil {
			return nil, err
		}
		if o.Info.Log && !told {
			return nil, because(ErrLocked, errors.New("the sender has just begun to keep a log of when it is opened; open it again if that is all right"))
		}
	}
}

func (o *Opening) unlock(ctx context.Context, k Key, take [16]byte) (*Share, error) {
	gate, guess, err := o.gate(ctx, k)
	if err != nil {
		return nil, err
	}
	pepper, err := o.pepper(ctx, gate, guess, take)
	if err != nil {
		return nil, err
	}
	opened, err := o.opening.Unseal(pepper, gate)
	if err != nil {
		return nil, err
	}
	s := &Share{Info: o.Info, client: o.client, unlock: o.opening.Unlock(gate).Bytes(), share: opened, opening: o}
	s.Title, s.Words = opened.Title(), opened.Words()
	s.Photos, err = opened.Photos(s.fetch(ctx))
	return s, err
}

// guess derives PW with the help of the server, where a passphrase is needed.
func (o *Opening) guess(ctx context.Context, p string) (keys.Gate, []byte, error) {
	if !o.opening.NeedsPassphrase() {
		return keys.Gate{}, nil, nil
	}
	if p == "" {
		return keys.Gate{}, nil, because(ErrLocked, errors.New("it asks for a passphrase"))
	}
	a, err := passphrase.Start(o.view.ID(), p)
	if err != nil {
		return keys.Gate{}, nil, reason{ErrPassphrase, err} // none that anybody can have set
	}
	r, err := o.client.Guess(ctx, o.view.ID(), o.view.ReadToken().Bytes(), o.opening.Statement.Revision, a.Blinded)
	if p, ok := errors.AsType[*transfer.Problem](err); ok && p.Code == wire.CodeLater {
		return keys.Gate{}, nil, reason{because(ErrLocked, fmt.Errorf("too many passphrases were tried. Wait %s", wait(p.RetryAfter))), err}
	}
	if err != nil {
		return keys.Gate{}, nil, err
	}
	pw, err := a.Finish(r.Evaluated[:])
	if err != nil {
		return keys.Gate{}, nil, because(ErrDamaged, err)
	}
	return keys.Gate{PW: &pw}, r.Guess[:], nil
}

// pepper asks for the pepper: by open where views are free, else by take.
func (o *Opening) pepper(ctx context.Context, g keys.Gate, guess []byte, take [16]byte) ([32]byte, error) {
	before := o.opening.Statement.Revision
	unlock := o.opening.Unlock(g).Bytes()
	if o.Counted() {
		pepper, err := o.client.Take(ctx, o.view.ID(), unlock, before, take, guess)
		if transfer.CodeOf(err) != wire.CodeGone {
			return pepper, err
		}
		// A wrong token and a share that is gone are answered alike. Who has the link can ask which.
		if err := o.ask(ctx, nil, nil); err != nil {
			return pepper, err
		}
		return pepper, o.notTaken(before, g)
	}
	if guess == nil && o.Info.Log {
		guess = make([]byte, 16) // what says that the person was told
	}
	if err := o.ask(ctx, unlock, guess); err != nil {
		return [32]byte{}, err
	}
	if pepper, ok := o.opening.Pepper(); ok && o.opening.Statement.Revision == before {
		return pepper, nil
	}
	return [32]byte{}, o.notTaken(before, g)
}

// notTaken says why the server did not take an unlock token that was derived by what the statement says: the share has
// another revision now (code changed), or the passphrase was wrong.
func (o *Opening) notTaken(before uint64, g keys.Gate) error {
	switch {
	case o.opening.Statement.Revision != before:
		return changed()
	case g.PW == nil: // nothing was typed that could be wrong
		return because(ErrDamaged, errors.New("it does not open by what its statement says"))
	}
	return ErrPassphrase
}

// changed is what the server says to who goes by a former revision.
func changed() error {
	return &transfer.Problem{Status: wire.CodeChanged.Status(), Code: wire.CodeChanged, Detail: wire.CodeChanged.Title()}
}

// Share is an opened share.
type Share struct {
	Info   Info
	Title  string
	Words  string
	Photos []manifest.Photo

	client  *transfer.Client
	unlock  []byte
	share   *share.Share
	opening *Opening // nil in its owner's hands
}

// Read returns a variant, whole and verified.
func (s *Share) Read(ctx context.Context, v manifest.Variant) ([]byte, error) {
	b, err := s.share.Read(v, s.fetch(ctx))
	return b, explain(err)
}

func (s *Share) fetch(ctx context.Context) share.Fetch {
	return func(bundle int, from, to int64) ([]byte, error) {
		var b bytes.Buffer
		b.Grow(int(to - from))
		err := s.window(ctx, bundle, from, to-from, &b)
		return b.Bytes(), err
	}
}

func (s *Share) window(ctx context.Context, bundle int, from, n int64, w io.Writer) error {
	u := s.share.Statement.Bundles[bundle].Upload
	err := s.client.Range(ctx, s.share.Statement.ID, u, s.unlock, from, n, w)
	if s.opening != nil && (transfer.CodeOf(err) == wire.CodeGone || transfer.CodeOf(err) == wire.CodeChanged) {
		return s.opening.lost(ctx, s.share.Statement.Revision, err)
	}
	return err
}

// lost says what became of a share whose bytes are not given out any more: gone and changed rules are answered alike.
func (o *Opening) lost(ctx context.Context, revision uint64, err error) error {
	again := *o // others may be reading
	if again.ask(ctx, nil, nil) == nil && again.opening.Statement.Revision != revision {
		return reason{ErrChanged, err}
	}
	return err
}

// Bundles returns the passphrase of each bundle, with which stock age opens what Sealed writes.
func (s *Share) Bundles() []string {
	bundles, _ := s.share.Passphrases()
	return bundles
}

// Sealed writes a bundle as it is stored.
func (s *Share) Sealed(ctx context.Context, bundle int, w io.Writer) error {
	return explain(s.window(ctx, bundle, 0, int64(s.share.Statement.Bundles[bundle].Size), w))
}

// SealedManifest returns the manifest as it is stored, and its passphrase.
func (s *Share) SealedManifest() ([]byte, string) {
	_, pass := s.share.Passphrases()
	return s.share.Sealed(), pass
}
