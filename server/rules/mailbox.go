package rules

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"

	"safelight/crypto/statement"
	"safelight/server/store"
	"safelight/server/wire"
)

// mailbox is the owner's action mailbox: make one, change it, or look into it.
func (s *Shares) mailbox(ctx context.Context, id ID, q *statement.Request, admit Admit) (wire.Message, error) {
	args, err := q.MailboxArgs()
	if err != nil {
		return nil, refuse(wire.CodeMalformed, err.Error())
	}
	if args == nil {
		return s.lookInto(ctx, id, q)
	}
	m, err := statement.OpenMailbox(args.Document, args.Signature[:], statement.ID(id))
	if err != nil {
		return nil, refuse(wire.CodeStatement, err.Error())
	}
	switch {
	case m.Revision != q.Revision:
		return nil, refuse(wire.CodeMalformed, "the request names another revision than its mailbox")
	case args.PostHash == [32]byte{}:
		return nil, refuse(wire.CodeMalformed, "no hash of a post token")
	case q.Verify(m.Owner) != nil:
		return nil, gone()
	case m.Revision == 1:
		return s.makeMailbox(ctx, id, q, args, &m, admit)
	}
	return s.changeMailbox(ctx, id, args, &m)
}

// makeMailbox stores the record of a new mailbox.
func (s *Shares) makeMailbox(ctx context.Context, id ID, q *statement.Request, args *statement.MailboxArgs, m *statement.Mailbox, admit Admit) (wire.Message, error) {
	if reply, err := s.madeAlready(ctx, id, args); reply != nil || err != nil {
		return reply, err
	}
	now, err := s.clock.now(ctx)
	if err != nil {
		return nil, err
	}
	if m.Created != binary.BigEndian.Uint64(q.Freshness) {
		return nil, refuse(wire.CodeStatement, "created is not the time of the challenge")
	}
	if err := s.checkLife(now, m, 0); err != nil {
		return nil, err
	}
	if admit != nil {
		if err := admit(ctx); err != nil {
			return nil, err
		}
	}
	r := &record{
		State: stateMailbox, Owner: m.Owner, Created: int64(m.Created), Expires: int64(m.Expires), Read: args.ReadHash,
		Statement: args.Document, Signature: args.Signature[:], annex: annex{PostHash: args.PostHash},
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
	return &wire.DoneReply{Now: uint64(now)}, nil
}

// madeAlready answers a retry. Its error is CodeExists when something else is under the id, a mailbox that is gone
// included; both are nil when nothing is.
func (s *Shares) madeAlready(ctx context.Context, id ID, args *statement.MailboxArgs) (wire.Message, error) {
	if _, err := s.records.Load(ctx, id); errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	_, r, now, err := s.load(ctx, id)
	if err == nil && r.State == stateMailbox && bytes.Equal(r.Statement, args.Document) {
		return &wire.DoneReply{Now: uint64(now)}, nil
	}
	if err == nil && r.State != stateMailbox {
		return nil, refuse(wire.CodeMalformed, "this is a share")
	}
	if err == nil || isGone(err) {
		err = refuse(wire.CodeExists, "")
	}
	return nil, err
}

// checkLife checks the expiry of m against clock and site. What was allowed once may stay.
func (s *Shares) checkLife(now int64, m *statement.Mailbox, former uint64) error {
	switch expires := int64(m.Expires); {
	case expires <= now:
		return refuse(wire.CodeExpires, "the expiry has passed; delete the mailbox instead")
	case expires > now+s.limits.Expiry.Milliseconds() && m.Expires > former:
		return refuse(wire.CodeExpires, "further ahead than this server allows")
	}
	return nil
}

// changeMailbox stores a later revision of a mailbox.
func (s *Shares) changeMailbox(ctx context.Context, id ID, args *statement.MailboxArgs, m *statement.Mailbox) (wire.Message, error) {
	reply := new(wire.DoneReply)
	err := s.update(ctx, id, func(now int64, r *record) error {
		reply.Now = uint64(now)
		if r.State != stateMailbox {
			return refuse(wire.CodeMalformed, "this is a share")
		}
		if bytes.Equal(r.Statement, args.Document) {
			return errUnchanged // a retry
		}
		same := m.Owner == r.box.Owner && m.Created == r.box.Created && m.Recipient == r.box.Recipient &&
			args.ReadHash == r.Read && args.PostHash == r.PostHash
		if m.Revision != r.box.Revision+1 || !same {
			return &Error{Code: wire.CodeRevision, Statement: r.Statement, Signature: r.Signature}
		}
		if err := s.checkLife(now, m, r.box.Expires); err != nil {
			return err
		}
		r.Statement, r.Signature, r.Expires, r.box = args.Document, args.Signature[:], int64(m.Expires), *m
		return nil
	})
	if err != nil {
		return nil, err
	}
	s.tell(Published, id)
	return reply, nil
}

// lookInto shows the owner what arrived.
func (s *Shares) lookInto(ctx context.Context, id ID, q *statement.Request) (wire.Message, error) {
	r, posts, now, err := s.chained(ctx, id, func(r *record) *chain { return &r.Posts }, func(_ int64, r *record) error {
		if err := signedBy(q, r); err != nil {
			return err
		}
		if r.State != stateMailbox {
			return refuse(wire.CodeMalformed, "this is a share")
		}
		return errUnchanged
	})
	if err != nil {
		return nil, err
	}
	reply := &wire.MailboxReply{Document: r.Statement, Signature: r.Signature, Now: uint64(now)}
	for ; len(posts) >= postEntry; posts = posts[postEntry:] {
		reply.Posts = append(reply.Posts, wire.Post{Received: binary.BigEndian.Uint64(posts), Sealed: posts[8:postEntry]})
	}
	return reply, nil
}

// OpenMailbox tells who has a request link whom it sends to.
func (s *Shares) OpenMailbox(ctx context.Context, id ID, q *wire.MailboxOpenRequest) (*wire.MailboxOpenReply, error) {
	_, r, now, err := s.load(ctx, id)
	if err != nil {
		return nil, err
	}
	if !matches(r.Read, q.Read[:]) || r.State != stateMailbox {
		return nil, gone()
	}
	return &wire.MailboxOpenReply{Document: r.Statement, Signature: r.Signature, Stored: r.posts(), Now: uint64(now)}, nil
}

// posts is how many posts a mailbox holds.
func (r *record) posts() uint64 { return uint64(len(r.PostSums) / sha256.Size) }

// mayPost refuses whoever does not have the post token.
func mayPost(r *record, token []byte) error {
	if right := matches(r.PostHash, token); !right || r.State != stateMailbox {
		return gone()
	}
	return nil
}

// Post puts something into a mailbox. The same bytes again are success, and stored once. allow is asked once, before
// anything is stored; nil allows everybody.
func (s *Shares) Post(ctx context.Context, id ID, q *wire.PostRequest, allow Admit) (*wire.DoneReply, error) {
	if !statement.IsPost(q.Sealed) {
		return nil, refuse(wire.CodeMalformed, "not sealed to the maker of a mailbox")
	}
	reply, sum := new(wire.DoneReply), sha256.Sum256(q.Sealed)
	stored, allowed := false, allow == nil
	var rec *record
	err := s.guarded(s.faults.blindPost)(ctx, id, func(now int64, r *record) error {
		rec = r
		reply.Now, stored = uint64(now), false
		if err := mayPost(r, q.Token[:]); err != nil {
			return err
		}
		if find(r.PostSums, sum) >= 0 && !s.faults.postTwice {
			return errUnchanged
		}
		if r.box.Open == 0 || r.posts() >= uint64(s.sizes.posts) {
			return refuse(wire.CodeClosed, "")
		}
		if !allowed {
			if err := allow(ctx); err != nil {
				return err
			}
			allowed = true
		}
		stored = true
		r.PostSums = append(r.PostSums, sum[:]...)
		return s.push(ctx, id, &r.Posts, s.sizes.postRow, append(binary.BigEndian.AppendUint64(nil, uint64(now)), q.Sealed...))
	})
	if err != nil {
		return nil, err
	}
	s.afterPush(ctx, id, rec, new(entry))
	if stored {
		s.tell(Posted, id)
	}
	return reply, nil
}

// AdmitByPost counts a share that is about to be created in the name of a mailbox. Its error is CodeToken when the
// token is not that of a mailbox, CodeClosed when the mailbox takes nothing more.
func (s *Shares) AdmitByPost(ctx context.Context, id ID, token [32]byte) error {
	err := s.guarded(s.faults.blindPost)(ctx, id, func(_ int64, r *record) error {
		if err := mayPost(r, token[:]); err != nil {
			return err
		}
		if r.box.Open == 0 || r.posts() >= uint64(s.sizes.posts) || r.Creates >= uint64(s.sizes.creates) {
			return refuse(wire.CodeClosed, "")
		}
		r.Creates++
		return nil
	})
	if isGone(err) {
		return refuse(wire.CodeToken, "")
	}
	return err
}
