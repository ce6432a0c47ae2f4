package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	mathrand "math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"safelight/client/share"
	"safelight/client/transfer"
	"safelight/client/variant"
	"safelight/crypto/keys"
	"safelight/crypto/oprf"
	"safelight/crypto/statement"
	"safelight/server/wire"
)

// crowd is many people who send, change, open and delete shares at once, while the server comes and goes. Some of them
// go with it and never come back.
type crowd struct {
	client *transfer.Client
	seed   uint64

	mu      sync.Mutex
	entries []*entry
	lives   []context.CancelFunc
	broken  []error

	done  atomic.Bool
	group sync.WaitGroup
	steps atomic.Int64 // acknowledged by the server
}

// gather starts n people.
func gather(d *daemon, n int, seed uint64) (*crowd, error) {
	c, err := transfer.New(transfer.Config{Server: anywhere, Transport: d.transport(), FirstWait: 10 * time.Millisecond})
	if err != nil {
		return nil, err
	}
	w := &crowd{client: c, seed: seed, lives: make([]context.CancelFunc, n)}
	for i := range n {
		w.group.Go(func() { w.person(i, mathrand.New(mathrand.NewPCG(seed, uint64(i)))) })
	}
	return w, nil
}

// person acts until the crowd goes home. What a cut off life leaves half done is looked at in the next one.
func (w *crowd) person(i int, r *mathrand.Rand) {
	for !w.done.Load() {
		ctx, cancel := context.WithCancel(context.Background())
		w.mu.Lock()
		w.lives[i] = cancel
		w.mu.Unlock()
		for ctx.Err() == nil && !w.done.Load() {
			w.act(ctx, r)
		}
		cancel()
	}
}

func (w *crowd) act(ctx context.Context, r *mathrand.Rand) {
	if r.IntN(10) < 4 {
		e := newEntry(r)
		w.mu.Lock()
		w.entries = append(w.entries, e)
		w.mu.Unlock()
		e.mu.Lock()
		defer e.mu.Unlock()
		w.settle(ctx, e, w.send(ctx, r, e))
		return
	}
	e := w.any(r)
	if e == nil || !e.mu.TryLock() {
		return
	}
	defer e.mu.Unlock()
	var err error
	switch n := r.IntN(10); {
	case e.acked == 0 || e.deleteSent || n < 2:
		err = e.audit(ctx, w.client)
	case n < 5:
		err = w.revise(ctx, r, e)
	case n < 9 && e.limit > 0:
		err = w.take(ctx, e)
	case n == 9:
		err = w.delete(ctx, e)
	}
	w.settle(ctx, e, err)
}

// any returns one of the latest shares.
func (w *crowd) any(r *mathrand.Rand) *entry {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.entries) == 0 {
		return nil
	}
	return w.entries[len(w.entries)-1-r.IntN(min(len(w.entries), 20))]
}

// settle looks at the share after something went wrong. Only a broken promise counts as a fault.
func (w *crowd) settle(ctx context.Context, e *entry, err error) {
	if err == nil {
		w.steps.Add(1)
		return
	}
	if !w.report(err) && ctx.Err() == nil {
		return // the server was away for longer than this client waits
	}
	w.report(w.insist(func(ctx context.Context) error { return e.audit(ctx, w.client) }))
}

// report keeps broken promises and answers that no share of ours should get, and says whether err is one.
func (w *crowd) report(err error) bool {
	if err == nil || errors.Is(err, transfer.ErrUnreachable) || errors.Is(err, context.Canceled) {
		return false
	}
	if p, ok := errors.AsType[*transfer.Problem](err); ok && p.Status >= 500 {
		return false
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.broken = append(w.broken, err)
	return true
}

// insist repeats f until the server is there.
func (w *crowd) insist(f func(context.Context) error) (err error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	for ctx.Err() == nil {
		if err = f(ctx); !errors.Is(err, transfer.ErrUnreachable) {
			return err
		}
		time.Sleep(20 * time.Millisecond)
	}
	return broken("the server stays away: %v", err)
}

// cut ends about half of the lives, as when people were cut off together with the server.
func (w *crowd) cut(r *mathrand.Rand) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, cancel := range w.lives {
		if cancel != nil && r.IntN(2) == 0 {
			cancel()
		}
	}
}

// home ends everybody and returns what went wrong.
func (w *crowd) home() []error {
	w.done.Store(true)
	w.group.Wait()
	w.client.Close()
	return w.broken
}

// send creates, uploads and commits, in one or two stages.
func (w *crowd) send(ctx context.Context, r *mathrand.Rand, e *entry) error {
	grants, now, err := w.create(ctx, e)
	if err != nil {
		return err
	}
	e.upload, e.created = statement.UploadID(grants[0].Upload), true
	c := share.Config{
		Owner: e.owner, Created: now, Expires: now + uint64((7 * 24 * time.Hour).Milliseconds()), ViewLimit: e.limit,
		PartSize: statement.MinPartSize,
		Emit: func(p share.Part) error {
			g := grants[p.Bundle]
			return w.client.PutPart(ctx, transfer.Upload{Share: e.owner.ID(), Upload: statement.UploadID(g.Upload), Token: g.Token[:]}, p.N, p.Data)
		},
	}
	for i, g := range grants {
		c.Uploads[i] = statement.UploadID(g.Upload)
	}
	if r.IntN(3) == 0 {
		if c.Lock, err = newLock(); err != nil {
			return err
		}
	}
	e.gates[1], e.gates[2] = c.Lock, c.Lock
	p, err := share.NewPacker(c)
	if err != nil {
		return broken("packing: %w", err)
	}
	return w.pack(ctx, e, p, e.limit == 0 && r.IntN(2) == 0)
}

func (w *crowd) pack(ctx context.Context, e *entry, p *share.Packer, twice bool) error {
	if err := p.Describe(0, share.Photo{Media: variant.JPEG, Width: 40, Height: 30}); err != nil {
		return broken("packing: %w", err)
	}
	add := func(to share.Bundle, role variant.Role) error {
		if e.photos[to] == nil {
			return nil
		}
		return p.Add(0, to, share.Variant{Role: role, Media: variant.JPEG, Width: 40, Height: 30, Data: e.photos[to]})
	}
	if err := add(share.Quick, variant.View); err != nil {
		return err
	}
	if twice {
		body, err := p.CommitQuick()
		if err := w.publish(ctx, e, body, err); err != nil {
			return err
		}
	}
	if err := add(share.Full, variant.Original); err != nil {
		return err
	}
	if e.acked == 0 { // parts are there, and nothing may be readable
		if err := e.audit(ctx, w.client); err != nil {
			return err
		}
	}
	body, err := p.Publish()
	return w.publish(ctx, e, body, err)
}

// create announces the share. Like client.Send it goes on with it when an answer was lost.
func (w *crowd) create(ctx context.Context, e *entry) ([2]wire.Grant, uint64, error) {
	e.owner = keys.NewOwner()
	body, err := share.CreateRequest(e.owner, uint64(time.Now().Add(7*24*time.Hour).UnixMilli()))
	if err != nil {
		return [2]wire.Grant{}, 0, broken("creating: %w", err)
	}
	reply, err := w.client.Create(ctx, e.owner.ID(), body)
	if transfer.CodeOf(err) == wire.CodeExists {
		reply, err = w.client.Resume(ctx, e.owner)
	}
	return reply.Uploads, reply.Now, err
}

// publish sends the next revision.
func (w *crowd) publish(ctx context.Context, e *entry, body []byte, err error) error {
	if err != nil {
		return err
	}
	e.sent = e.acked + 1
	if _, err := w.client.Commit(ctx, e.owner.ID(), body); err != nil {
		return err
	}
	e.acked = e.sent
	return nil
}

// revise changes the expiry, or sets or removes the passphrase, which seals everything anew.
func (w *crowd) revise(ctx context.Context, r *mathrand.Rand, e *entry) error {
	st, err := w.client.State(ctx, e.owner)
	if err != nil {
		return err
	}
	edition, err := share.OpenState(e.owner, state(st))
	if err != nil {
		return broken("the owner cannot open revision %d: %w", e.acked, err)
	}
	if edition.Statement.Revision != e.acked {
		return broken("the owner sees revision %d after %d was acknowledged", edition.Statement.Revision, e.acked)
	}
	expires := edition.Statement.Expires + 1000
	change, lock := share.Change{Expires: &expires}, e.gates[e.acked]
	switch {
	case r.IntN(2) == 0:
	case lock != nil:
		change, lock = share.Change{Unlock: true}, nil
	default:
		if lock, err = newLock(); err != nil {
			return err
		}
		change = share.Change{Lock: lock}
	}
	e.gates[e.acked+1] = lock
	body, err := edition.Revise(change)
	return w.publish(ctx, e, body, err)
}

// take lets three viewers ask for a view at once.
func (w *crowd) take(ctx context.Context, e *entry) error {
	var mu sync.Mutex
	var all sync.WaitGroup
	var failed error
	unlock := e.unlock(e.acked)
	for range 3 {
		var id [16]byte
		rand.Read(id[:])
		mu.Lock()
		e.takes[id] = false
		mu.Unlock()
		all.Go(func() {
			_, err := w.client.Take(ctx, e.owner.ID(), unlock, e.acked, id, nil)
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil:
				e.takes[id] = true
			case transfer.CodeOf(err) == wire.CodeUsed:
				delete(e.takes, id) // refused, so never counted
			default:
				failed = fmt.Errorf("take: %w", err)
			}
		})
	}
	all.Wait()
	if failed == nil {
		failed = e.audit(ctx, w.client)
	}
	return failed
}

func (w *crowd) delete(ctx context.Context, e *entry) error {
	e.deleteSent = true
	err := w.client.Delete(ctx, e.owner)
	if err == nil || transfer.CodeOf(err) == wire.CodeGone { // gone: an earlier try, whose answer was lost
		e.deleted, err = true, nil
	}
	return err
}

func newLock() (*share.Lock, error) {
	k, err := oprf.GenerateKey()
	return &share.Lock{PW: keys.Random32(), Key: k}, err
}
