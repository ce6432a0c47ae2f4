package rules

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"

	"safelight/crypto/statement"
	"safelight/server/store"
	"safelight/server/wire"
)

// Challenge returns what makes an owner request fresh. It answers for every id and looks nothing up.
func (s *Shares) Challenge(ctx context.Context, id ID) (*wire.ChallengeReply, error) {
	now, err := s.clock.now(ctx)
	if err != nil {
		return nil, err
	}
	return &wire.ChallengeReply{Freshness: s.keys[0].challengeFor(id, now)}, nil
}

// Admit decides whether somebody may create a share. Its error is handed on as it is.
type Admit func(ctx context.Context) error

// Admission says who may make a share or a mailbox. Each is called when the request is well formed and signed and could be
// stored, before it is, and for nothing else; nil admits everybody.
type Admission struct {
	Share, Mailbox Admit
}

// Owner does what the body of an owner request asks for; at most wire.MaxOwnerBody bytes of it.
//
// The reply is *wire.CreateReply, *wire.Grant (upload), *wire.DoneReply (commit, publish, delete, mailbox),
// *wire.StateReply, *wire.LogReply, *wire.AdmitReply or *wire.MailboxReply.
func (s *Shares) Owner(ctx context.Context, id ID, body []byte, may Admission) (wire.Message, error) {
	q, err := statement.ParseRequest(body)
	if err != nil {
		return nil, refuse(wire.CodeMalformed, err.Error())
	}
	if ID(q.ID) != id || id == clockKey {
		return nil, refuse(wire.CodeMalformed, "the request is for another share")
	}
	switch q.Action {
	case statement.ActionCreate:
		return s.create(ctx, id, &q, may.Share)
	case statement.ActionCommit, statement.ActionPublish:
		return s.commit(ctx, id, &q)
	}
	now, err := s.clock.now(ctx)
	if err != nil {
		return nil, err
	}
	if !s.keys.fresh(id, now, q.Freshness) {
		return nil, refuse(wire.CodeChallenge, "")
	}
	switch q.Action {
	case statement.ActionUpload:
		return s.addUpload(ctx, id, &q)
	case statement.ActionDelete:
		return s.delete(ctx, id, &q)
	case statement.ActionLog:
		return s.readLog(ctx, id, &q)
	case statement.ActionAdmit:
		return s.admit(ctx, id, &q)
	case statement.ActionMailbox:
		return s.mailbox(ctx, id, &q, may.Mailbox)
	default:
		return s.state(ctx, id, &q)
	}
}

// signedBy reports whether the owner of r signed q. Who did not sign learns nothing about the share.
func signedBy(q *statement.Request, r *record) error {
	if q.Verify(r.Owner) != nil {
		return gone()
	}
	return nil
}

// ownsShare is signedBy for actions that mailboxes do not have.
func ownsShare(q *statement.Request, r *record) error {
	if err := signedBy(q, r); err != nil {
		return err
	}
	if r.State == stateMailbox {
		return refuse(wire.CodeMalformed, "this is a mailbox")
	}
	return nil
}

// create stores the record of a new share, with two uploads.
func (s *Shares) create(ctx context.Context, id ID, q *statement.Request, admit Admit) (wire.Message, error) {
	args, err := q.CreateArgs()
	if err == nil {
		err = q.Verify(args.Owner)
	}
	if err != nil {
		return nil, refuse(wire.CodeMalformed, err.Error())
	}
	now, err := s.creatable(ctx, id, args.Expires)
	if err != nil && !s.faults.admitFirst {
		return nil, err
	}
	if admit != nil {
		if err := admit(ctx); err != nil {
			return nil, err
		}
	}
	if err != nil {
		return nil, err
	}
	// The client does not know our time yet, so that its intention may lie a little too far ahead; commit is strict.
	r := &record{
		State: stateUploading, Owner: args.Owner, Created: now, Read: args.ReadHash,
		Expires: min(int64(args.Expires), now+s.limits.Expiry.Milliseconds()),
	}
	reply := &wire.CreateReply{Now: uint64(now)}
	for i := range reply.Uploads {
		if reply.Uploads[i], err = s.grant(now, r); err != nil {
			return nil, err
		}
	}
	value, err := r.encode()
	if err != nil {
		return nil, err
	}
	err = s.records.Create(ctx, store.Record{Key: id, Due: r.due(), Value: value})
	if errors.Is(err, store.ErrExists) {
		return nil, refuse(wire.CodeExists, "")
	}
	if err != nil {
		return nil, fmt.Errorf("create record: %w", err)
	}
	s.tell(Created, id)
	return reply, nil
}

// creatable returns the time if nothing speaks against a new share. Whoever asks is let in afterwards, so that what
// cannot be stored uses up no allowance; only creates of one id at the same moment do.
func (s *Shares) creatable(ctx context.Context, id ID, expires uint64) (now int64, err error) {
	if now, err = s.clock.now(ctx); err != nil {
		return 0, err
	}
	if int64(expires) <= now {
		return 0, refuse(wire.CodeExpires, "the intended expiry has passed")
	}
	_, err = s.records.Load(ctx, id)
	if err == nil {
		return 0, refuse(wire.CodeExists, "")
	}
	if !errors.Is(err, store.ErrNotFound) {
		return 0, fmt.Errorf("load record: %w", err)
	}
	return now, nil
}

// grant adds an open upload to r.
func (s *Shares) grant(now int64, r *record) (g wire.Grant, err error) {
	if err := errors.Join(s.random(g.Upload[:]), s.random(g.Token[:])); err != nil {
		return g, err
	}
	r.Uploads = append(r.Uploads, upload{ID: g.Upload, Token: sha256.Sum256(g.Token[:]), State: uploadOpen, Last: now})
	return g, nil
}

// addUpload is the owner's action upload.
func (s *Shares) addUpload(ctx context.Context, id ID, q *statement.Request) (wire.Message, error) {
	var g wire.Grant
	err := s.update(ctx, id, func(now int64, r *record) (err error) {
		if err := ownsShare(q, r); err != nil {
			return err
		}
		if len(r.Uploads) >= wire.MaxUploads {
			return refuse(wire.CodeUpload, "too many uploads of this share; wait until the server has cleaned up")
		}
		g, err = s.grant(now, r)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &g, nil
}

// delete erases the share; its parts follow.
func (s *Shares) delete(ctx context.Context, id ID, q *statement.Request) (wire.Message, error) {
	reply := new(wire.DoneReply)
	err := s.eraseNow(ctx, id, func(now int64, r *record) error {
		reply.Now = uint64(now)
		return signedBy(q, r)
	})
	if err != nil {
		return nil, err
	}
	s.tell(Deleted, id)
	return reply, nil
}

// state tells the owner everything, from one snapshot.
func (s *Shares) state(ctx context.Context, id ID, q *statement.Request) (wire.Message, error) {
	r, manifest, now, err := s.snapshot(ctx, id, func(_ int64, r *record) error {
		if err := ownsShare(q, r); err != nil {
			return err
		}
		return errUnchanged
	}, func() {})
	if err != nil {
		return nil, err
	}
	reply := &wire.StateReply{Now: uint64(now), State: r.State}
	if r.State == stateUploading {
		reply.Now = uint64(r.Created)
		return reply, nil
	}
	reply.Statement, reply.Signature, reply.Manifest = r.Statement, r.Signature, manifest
	reply.Locks, reply.OwnerBox = r.Locks, r.OwnerBox
	reply.Stage, reply.Taken = r.st.Stage, r.taken()
	if reply.Pepper, err = s.keys.open(id, fieldPepper, r.Pepper); err != nil {
		return nil, err
	}
	return reply, nil
}

// snapshot updates the record and returns it as it is then, with the manifest that belongs to it. A publish may drop
// the row between the two steps: then everything is read again, and again is called before.
func (s *Shares) snapshot(ctx context.Context, id ID, step func(now int64, r *record) error, again func()) (*record, []byte, int64, error) {
	var missed [32]byte
	for {
		var rec *record
		var at int64
		err := s.update(ctx, id, func(now int64, r *record) error {
			rec, at = r, now
			return step(now, r)
		})
		if err != nil {
			return nil, nil, 0, err
		}
		if rec.State == stateUploading {
			return rec, nil, at, nil
		}
		b, err := s.manifests.Manifest(ctx, id, rec.st.Manifest)
		if err == nil {
			return rec, b, at, nil
		}
		// A record is swapped in after its manifest: the same one missing twice is lost, and no publish.
		if !errors.Is(err, store.ErrNotFound) || missed == rec.st.Manifest || s.faults.noReload {
			return nil, nil, 0, fmt.Errorf("load manifest: %w", err)
		}
		missed = rec.st.Manifest
		again()
	}
}
