package client

import (
	"context"
	"errors"
	"time"

	"safelight/client/transfer"
	"safelight/crypto/knock"
	"safelight/crypto/statement"
	"safelight/server/wire"
)

// Asking is how far it is with an owner who is asked first.
type Asking struct {
	Words string    // three words that the owner sees too; empty as long as the owner has not answered
	Until time.Time // when the question is dropped, by this device's clock
}

// What an owner who is asked first may do.
var (
	ErrNotLetIn = errors.New("the sender did not let you in")
	ErrNoAnswer = errors.New("the sender did not answer in time; ask again when they are there")
	ErrCrowded  = errors.New("too many people are asking to be let in at this moment; try again later")
)

// askAgain is how often a viewer asks how far it is. For tests it is shorter.
var askAgain = 2 * time.Second

// asking is one knock of one viewer on its way.
type asking struct {
	o     *Opening
	v     knock.Viewer
	tell  func(Asking)
	until time.Time // by our clock; behind it the server would take the same knock for a new one
	shown bool
}

// askOwner knocks, shows the words, and waits until the owner has decided or the time is over.
func (o *Opening) askOwner(ctx context.Context, k Key) (*[32]byte, error) {
	a := &asking{o: o, v: knock.NewViewer(o.view.ID()), tell: k.Asked}
	if a.tell == nil {
		a.tell = func(Asking) {}
	}
	reply, err := a.knock(ctx)
	if err != nil {
		return nil, err
	}
	a.until = time.Now().Add(remaining(reply))
	a.tell(Asking{Until: a.until})
	for {
		r, err := a.decided(reply)
		if r != nil || err != nil {
			return r, err
		}
		if reply, err = a.next(ctx, reply.Status); err != nil {
			return nil, err
		}
	}
}

// remaining is how long a knock waits; a server that says more than the protocol allows is not believed.
func remaining(r wire.KnockReply) time.Duration {
	if r.Until <= r.Now {
		return 0
	}
	return time.Duration(min(r.Until-r.Now, uint64(wire.KnockLife.Milliseconds()))) * time.Millisecond
}

// decided returns R if the owner has let in, an error if there is nothing to wait for, and else neither. It shows the words
// when they come.
func (a *asking) decided(reply wire.KnockReply) (*[32]byte, error) {
	p := a.o.opening.Statement.Owner
	switch reply.Status {
	case wire.KnockAnswered, wire.KnockRevealed, wire.KnockAdmitted:
		words, err := answered(a.v, p, reply)
		if err != nil {
			return nil, because(ErrDamaged, err)
		}
		if !a.shown {
			a.shown = true
			a.tell(Asking{words.String(), a.until})
		}
	case wire.KnockRefused:
		return nil, because(ErrLocked, ErrNotLetIn)
	}
	if reply.Status == wire.KnockAdmitted {
		r, err := a.v.Admitted(p, reply.Box, reply.BoxSigned)
		if err != nil {
			return nil, because(ErrDamaged, err)
		}
		return &r, nil
	}
	if reply.Now >= reply.Until || time.Now().After(a.until) {
		return nil, because(ErrLocked, ErrNoAnswer)
	}
	return nil, nil
}

// next shows the key once the owner has answered, and else asks again after a while.
func (a *asking) next(ctx context.Context, status uint64) (wire.KnockReply, error) {
	if status == wire.KnockAnswered {
		r, err := a.o.client.Reveal(ctx, a.o.view.ID(), wire.RevealRequest{
			Read: [32]byte(a.o.view.ReadToken().Bytes()), Commit: a.v.Commitment(), Key: a.v.Key(), Random: a.v.Random(),
		})
		return r, a.refused(ctx, err)
	}
	select {
	case <-ctx.Done():
		return wire.KnockReply{}, ctx.Err()
	case <-time.After(askAgain):
	}
	return a.knock(ctx)
}

func (a *asking) knock(ctx context.Context) (wire.KnockReply, error) {
	r, err := a.o.client.Knock(ctx, a.o.view.ID(), a.o.view.ReadToken().Bytes(), a.v.Commitment())
	return r, a.refused(ctx, err)
}

// refused puts the refusals of knocking into words. That the owner is not asked any more is code changed.
func (a *asking) refused(ctx context.Context, err error) error {
	switch transfer.CodeOf(err) {
	case wire.CodeLater:
		return reason{because(ErrLocked, ErrCrowded), err}
	case wire.CodeMalformed:
		again := *a.o
		if again.ask(ctx, nil, nil) == nil && again.opening.Statement.Revision != a.o.opening.Statement.Revision {
			return changed()
		}
		return reason{because(ErrLocked, ErrNoAnswer), err} // what was to be shown belongs to no knock any more
	}
	return err
}

func answered(v knock.Viewer, p statement.PublicKey, r wire.KnockReply) (knock.Words, error) {
	if len(r.Answer) != 32 {
		return knock.Words{}, knock.ErrAnswer
	}
	return v.Words(p, [32]byte(r.Answer), r.Signature)
}
