package client

import (
	"context"
	"errors"
	"fmt"
	"time"

	"safelight/client/transfer"
	"safelight/crypto/keys"
	"safelight/crypto/link"
	"safelight/crypto/mailbox"
	"safelight/crypto/statement"
	"safelight/server/wire"
)

// Requested is a request link: who has it can send photos to its maker.
type Requested struct {
	Link    string
	Manage  string // shows what arrived, closes and deletes: for the maker alone
	Expires time.Time
}

// Request makes a request link. lifetime 0 is what the server offers first.
func Request(ctx context.Context, lifetime time.Duration, c Config) (*Requested, error) {
	send := SendConfig{Config: c}
	if err := send.readSendLink(); err != nil {
		return nil, err
	}
	t, err := send.connect(send.Server)
	if err != nil {
		return nil, err
	}
	site, err := t.Site(ctx)
	if err != nil {
		return nil, explain(err)
	}
	if lifetime == 0 {
		lifetime = time.Duration(site.Limits.DefaultExpiry) * time.Second
	}
	if err := allowed(site.Limits, lifetime, 0); err != nil {
		return nil, err
	}
	b := &Mailbox{client: t, owner: keys.NewOwner()}
	err = b.set(ctx, func(now uint64, m *statement.Mailbox) {
		m.Created, m.Expires, m.Open = now, now+uint64(lifetime.Milliseconds()), 1
	})
	if err != nil {
		if transfer.CodeOf(err) == wire.CodeToken && send.Token != "" {
			return nil, reason{because(ErrToken, ErrWrongToken), err}
		}
		return nil, explain(err)
	}
	return &Requested{
		Link:    b.owner.View().RequestCode().URL(t.Server()),
		Manage:  b.owner.Code().URL(t.Server()),
		Expires: time.UnixMilli(int64(b.document.Expires)),
	}, nil
}

// Mailbox is what lies behind a request link, in its maker's hands.
type Mailbox struct {
	ID      string    `json:"id"`
	Link    string    `json:"link"` // the request link
	Open    bool      `json:"open"` // takes photos
	Created time.Time `json:"created"`
	Expires time.Time `json:"expires"`
	Now     time.Time `json:"now"` // the server's clock

	Arrived []Arrived `json:"arrived"`
	Dropped int       `json:"dropped"` // posts that did not come by the link, or came twice

	client   *transfer.Client
	owner    keys.Owner
	document statement.Mailbox
}

// Arrived is a share that somebody sent by the request link.
type Arrived struct {
	At   time.Time `json:"at"`
	Link string    `json:"link"`
}

// ManageMailbox follows a manage link that belongs to a request link. ErrGone also stands for a manage link of a share:
// the server answers alike.
func ManageMailbox(ctx context.Context, manageLink string, c Config) (*Mailbox, error) {
	t, code, err := c.follow(manageLink)
	if err != nil {
		return nil, err
	}
	o, ok := keys.OwnerOf(code)
	if !ok {
		return nil, because(ErrMisplaced, errors.New("the manage link is needed, which begins /m#"))
	}
	b := &Mailbox{client: t, owner: o}
	return b, b.refresh(ctx)
}

func (b *Mailbox) refresh(ctx context.Context) error {
	r, err := b.client.Mailbox(ctx, b.owner)
	if err != nil {
		return explain(err)
	}
	m, err := statement.OpenMailbox(r.Document, r.Signature, b.owner.ID())
	if err != nil {
		return because(ErrDamaged, err)
	}
	// The server could have put its own key there only with our signature.
	if m.Recipient != mailbox.Recipient(b.owner) {
		return because(ErrDamaged, errors.New("another key stands in the mailbox"))
	}
	if m.Revision < b.document.Revision {
		return because(ErrDamaged, fmt.Errorf("an older revision, %d after %d", m.Revision, b.document.Revision))
	}
	b.take(m)
	b.Now = time.UnixMilli(int64(r.Now))
	return b.read(r.Posts)
}

func (b *Mailbox) take(m statement.Mailbox) {
	b.document = m
	b.ID, b.Link, b.Open = m.ID.String(), b.owner.View().RequestCode().URL(b.client.Server()), m.Open == 1
	b.Created, b.Expires = time.UnixMilli(int64(m.Created)), time.UnixMilli(int64(m.Expires))
}

func (b *Mailbox) read(posts []wire.Post) error {
	sealed := make([][]byte, len(posts))
	for i, p := range posts {
		sealed[i] = p.Sealed
	}
	codes, at, err := mailbox.OpenAll(b.owner, sealed)
	if err != nil {
		return err
	}
	b.Arrived, b.Dropped = []Arrived{}, len(posts)-len(codes) // an empty list in JSON too
	for i, c := range codes {
		b.Arrived = append(b.Arrived, Arrived{time.UnixMilli(int64(posts[at[i]].Received)), c.URL(b.client.Server())})
	}
	return nil
}

// MailboxChange is what a maker wants different. The zero value changes nothing.
type MailboxChange struct {
	Expires time.Duration // from now on, by the server's clock; 0: stays
	Open    *bool
}

// Set publishes a change as the next revision.
func (b *Mailbox) Set(ctx context.Context, c MailboxChange) error {
	if c.Expires != 0 {
		site, err := b.client.Site(ctx)
		if err != nil {
			return explain(err)
		}
		if err := allowed(site.Limits, c.Expires, 0); err != nil {
			return err
		}
	}
	for tries := 1; ; tries++ {
		err := b.set(ctx, func(now uint64, m *statement.Mailbox) {
			if c.Expires != 0 {
				m.Expires = now + uint64(c.Expires.Milliseconds())
			}
			if c.Open != nil {
				m.Open = 0
				if *c.Open {
					m.Open = 1
				}
			}
		})
		if transfer.CodeOf(err) != wire.CodeRevision || tries == 3 {
			return explain(err)
		}
		if err := b.refresh(ctx); err != nil {
			return err
		}
	}
}

// set signs the next revision.
func (b *Mailbox) set(ctx context.Context, change func(now uint64, m *statement.Mailbox)) error {
	var next statement.Mailbox
	at, err := b.client.SetMailbox(ctx, b.owner, func(now uint64) (uint64, *statement.MailboxArgs, error) {
		next = b.document
		next.Revision++
		change(now, &next)
		doc, sig, err := mailbox.New(b.owner, next)
		if err != nil {
			return 0, nil, err
		}
		view := b.owner.View()
		return next.Revision, &statement.MailboxArgs{
			Document: doc, Signature: [statement.SignatureSize]byte(sig),
			ReadHash: view.ReadToken().Hash(), PostHash: view.PostToken().Hash(),
		}, nil
	})
	if err != nil {
		return err
	}
	next.Version, next.ID, next.Owner = statement.Version, b.owner.ID(), b.owner.Public()
	b.take(next)
	b.Now = time.UnixMilli(int64(at))
	return nil
}

// Delete deletes the mailbox and what lies in it. The shares that arrived stay: they are their senders'.
func (b *Mailbox) Delete(ctx context.Context) error {
	return explain(b.client.Delete(ctx, b.owner))
}

// request is a request link in a sender's hands.
type request struct {
	client   *transfer.Client
	view     keys.View
	document statement.Mailbox
}

// openRequest follows a request link and checks that something can be sent by it.
func openRequest(ctx context.Context, s string, c Config) (*request, error) {
	t, code, err := c.follow(s)
	if err != nil {
		return nil, err
	}
	view, ok := keys.RequestOf(code)
	if !ok {
		return nil, because(ErrMisplaced, notARequest(code))
	}
	reply, err := t.OpenMailbox(ctx, view.ID(), view.ReadToken().Bytes())
	if transfer.CodeOf(err) == wire.CodeGone {
		return nil, reason{ErrNoRequest, reason{ErrGone, err}}
	}
	if err != nil {
		return nil, explain(err)
	}
	m, err := statement.OpenMailbox(reply.Document, reply.Signature, view.ID())
	if err != nil {
		return nil, because(ErrDamaged, err)
	}
	if m.Open != 1 {
		return nil, ErrClosed
	}
	return &request{t, view, m}, nil
}

func notARequest(c link.Code) error {
	if c.Kind() == link.Manage {
		return errors.New("it is a manage link: keep it to yourself")
	}
	return errors.New("it shows photos; a request link is needed, which begins /r#")
}

// deliver tells who made the link of a share.
func (r *request) deliver(ctx context.Context, share link.Code) error {
	post, err := mailbox.Seal(&r.document, r.view, share)
	if err != nil {
		return because(ErrDamaged, err)
	}
	err = r.client.Post(ctx, r.view.ID(), r.view.PostToken().Bytes(), post)
	switch transfer.CodeOf(err) {
	case wire.CodeClosed:
		return reason{ErrClosed, err}
	case wire.CodeGone:
		return reason{ErrNoRequest, reason{ErrGone, err}}
	}
	return explain(err)
}
