package rules

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"fmt"

	"safelight/crypto/accesslog"
	"safelight/crypto/oprf"
	"safelight/crypto/statement"
	"safelight/server/wire"
)

// edition is a revision that an owner wants to commit or publish.
type edition struct {
	q    *statement.Request
	args statement.CommitArgs
	st   statement.Statement
	id   ID
}

// commit is the owner's actions commit and publish: one transaction, in which every rule is checked against the record
// that is replaced.
func (s *Shares) commit(ctx context.Context, id ID, q *statement.Request) (wire.Message, error) {
	args, err := q.CommitArgs()
	if err != nil {
		return nil, refuse(wire.CodeMalformed, err.Error())
	}
	st, err := statement.Open(args.Statement, args.Signature, statement.ID(id))
	if err != nil {
		return nil, refuse(wire.CodeStatement, err.Error())
	}
	if st.Revision != q.Revision {
		return nil, refuse(wire.CodeMalformed, "the request names another revision than its statement")
	}
	e := &edition{q: q, args: args, st: st, id: id}
	reply, changed, left := new(wire.DoneReply), false, false
	err = s.publishing(ctx, id, e, func(now int64, r *record) error {
		reply.Now, changed = uint64(now), false
		left = false
		if err := s.accept(ctx, now, r, e); err != nil {
			return err
		}
		changed = true
		err := s.replace(now, r, e)
		left = r.due() <= now
		return err
	})
	if err != nil {
		return nil, err
	}
	if changed {
		s.tellEdition(id, e)
	}
	if left {
		s.tend(ctx, id) // what fails here is the next sweep's, and was told
	}
	return reply, nil
}

func (s *Shares) tellEdition(id ID, e *edition) {
	if e.q.Action == statement.ActionCommit {
		s.tell(Committed, id)
		return
	}
	s.tell(Published, id)
}

// accept decides whether e may replace r. errUnchanged: it is there already, this is a retry. The manifest's row is
// written here, last, so that it is there before the record that names it.
func (s *Shares) accept(ctx context.Context, now int64, r *record, e *edition) error {
	if err := ownsShare(e.q, r); err != nil {
		return err
	}
	first := r.State == stateUploading
	switch {
	case !first && bytes.Equal(r.Statement, e.args.Statement):
		return errUnchanged
	case first && e.q.Action == statement.ActionPublish:
		return refuse(wire.CodeUploading, "nothing is committed yet")
	case first && e.st.Revision != 1:
		return refuse(wire.CodeStatement, "the first revision is 1")
	case !first && (e.q.Action == statement.ActionCommit || e.st.Revision != r.st.Revision+1):
		return &Error{Code: wire.CodeRevision, Statement: r.Statement, Signature: r.Signature}
	}
	if err := s.checkRules(now, r, e); err != nil {
		return err
	}
	if err := s.checkSealed(r, e); err != nil {
		return err
	}
	if err := s.checkBundles(ctx, r, e); err != nil {
		return err
	}
	if e.args.Manifest == nil || s.faults.lateManifest {
		return nil
	}
	if err := s.manifests.PutManifest(ctx, e.id, e.st.Manifest, e.args.Manifest); err != nil {
		return fmt.Errorf("put manifest: %w", err)
	}
	if s.faults.earlyDrop && !first {
		return s.manifests.DropManifest(ctx, e.id, r.st.Manifest)
	}
	return nil
}

// checkRules checks the statement against clock, site and the former statement. What was allowed once may stay as it
// is, also when the operator has lowered a limit since.
func (s *Shares) checkRules(now int64, r *record, e *edition) error {
	expires := int64(e.st.Expires)
	switch {
	case int64(e.st.Created) != r.Created:
		return refuse(wire.CodeStatement, "created is not the time that create returned")
	case expires <= now:
		return refuse(wire.CodeExpires, "the expiry has passed; delete the share instead")
	case expires > now+s.limits.Expiry.Milliseconds() && expires > int64(r.st.Expires):
		return refuse(wire.CodeExpires, "further ahead than this server allows")
	case len(e.st.LogKey) != 0 && accesslog.CheckKey(e.st.LogKey) != nil:
		return refuse(wire.CodeStatement, "nothing can be sealed to the log key")
	case e.st.ViewLimit > s.limits.Views && e.st.ViewLimit > r.st.ViewLimit:
		return refuse(wire.CodeViews, fmt.Sprintf("at most %d", s.limits.Views))
	}
	return nil
}

// checkSealed checks that what comes beside the statement, or stays, is what the statement speaks of.
func (s *Shares) checkSealed(r *record, e *edition) error {
	a := &e.args
	if a.Manifest == nil {
		if e.st.Manifest != r.st.Manifest {
			return refuse(wire.CodeStatement, "the manifest is another one than the stored one")
		}
	} else if err := e.st.CheckManifest(a.Manifest); err != nil {
		return refuse(wire.CodeStatement, err.Error())
	} else if err := s.checkPepper(r, e); err != nil {
		return err
	}
	locks := a.Locks
	if locks == nil {
		locks = r.Locks
	}
	if err := e.st.CheckLocks(locks); err != nil {
		return refuse(wire.CodeStatement, err.Error())
	}
	withKey := len(a.OPRFKey) != 0 || a.OPRFKey == nil && len(r.OPRFKey) != 0
	if withKey != (e.st.Suite != statement.SuiteNone) {
		return refuse(wire.CodeStatement, "a passphrase has a key, and nothing else has one")
	}
	if len(a.OPRFKey) != 0 {
		if _, err := oprf.ParseKey(a.OPRFKey); err != nil {
			return refuse(wire.CodeMalformed, err.Error())
		}
	}
	return nil
}

// checkPepper refuses a manifest that was there before under another pepper: every sealing has its own. A former
// manifest must not return at all, because its row may be about to be dropped.
func (s *Shares) checkPepper(r *record, e *edition) error {
	if find(r.Stale, e.st.Manifest) >= 0 {
		return refuse(wire.CodeStatement, "a former manifest returns")
	}
	if r.State == stateUploading || e.st.Manifest != r.st.Manifest {
		return nil
	}
	pepper, err := s.keys.open(e.id, fieldPepper, r.Pepper)
	if err != nil {
		return err
	}
	if subtle.ConstantTimeCompare(pepper, e.args.Pepper) != 1 {
		return refuse(wire.CodeStatement, "the same manifest under another pepper")
	}
	return nil
}

// checkBundles checks that every bundle is the stored one, or a complete upload that is open, and that the request
// names the last new one.
func (s *Shares) checkBundles(ctx context.Context, r *record, e *edition) error {
	var last []byte
	var size uint64
	for _, b := range e.st.Bundles {
		size += b.Size
		if old, ok := r.bundle(Upload(b.Upload)); ok {
			if old != b {
				return refuse(wire.CodeStatement, "a bundle changed its size")
			}
			continue
		}
		last = b.Upload[:]
		if err := s.checkComplete(ctx, r, b); err != nil {
			return err
		}
	}
	if last != nil && size > uint64(s.limits.ShareBytes) {
		return refuse(wire.CodeLarge, "larger than a share may be")
	}
	if !bytes.Equal(last, e.q.Freshness) {
		return refuse(wire.CodeMalformed, "the request is not fresh: it has to name its last new upload, or none")
	}
	return nil
}

func (s *Shares) checkComplete(ctx context.Context, r *record, b statement.Bundle) error {
	u := r.upload(Upload(b.Upload))
	if u == nil || u.State != uploadOpen {
		return refuse(wire.CodeUpload, "an upload is closed or not of this share")
	}
	infos, err := s.parts.List(ctx, u.ID)
	if err != nil {
		return fmt.Errorf("list parts: %w", err)
	}
	if len(infos) != int(b.Parts()) {
		return refuse(wire.CodeUpload, fmt.Sprintf("%d of %d parts are there", len(infos), b.Parts()))
	}
	for n, p := range infos {
		if p.N != uint32(n) || p.Size != b.PartLength(p.N) {
			return refuse(wire.CodeUpload, fmt.Sprintf("part %d is missing or has another size", n))
		}
	}
	return nil
}

// replace makes r what e says.
func (s *Shares) replace(now int64, r *record, e *edition) (err error) {
	a, former := &e.args, r.st
	if a.Manifest != nil {
		if r.State != stateUploading && former.Manifest != e.st.Manifest {
			r.Stale = append(r.Stale, former.Manifest[:]...)
		}
		r.OwnerBox = a.OwnerBox
		if r.Pepper, err = s.keys.seal(s.rand, e.id, fieldPepper, a.Pepper); err != nil {
			return err
		}
	}
	if r.State != stateUploading && bringsSecrets(a) {
		r.Scrub = true // what is replaced still stands in the database's files
	}
	if err := s.replaceKey(now, r, e); err != nil {
		return err
	}
	if a.Locks != nil {
		r.Locks = a.Locks
	}
	for _, h := range []struct {
		hash  *[sha256.Size]byte
		given []byte
	}{{&r.Read, a.ReadHash}, {&r.Unlock, a.UnlockHash}, {&r.Comment, a.CommentHash}} {
		if h.given != nil {
			*h.hash = [sha256.Size]byte(h.given)
		}
	}
	if !s.faults.keepLog && !bytes.Equal(former.LogKey, e.st.LogKey) {
		r.endLog()
	}
	if e.st.AskFirst == 0 && !s.faults.keepKnocks {
		r.Scrub = r.Scrub || len(r.Knocks) > 0
		r.Knocks = nil
	}
	r.st, r.Statement, r.Signature = e.st, a.Statement, a.Signature
	r.Expires = int64(e.st.Expires)
	r.closeUploads(now)
	r.settle(now)
	return nil
}

// bringsSecrets reports whether a replaces more than the statement.
func bringsSecrets(a *statement.CommitArgs) bool {
	return a.Manifest != nil || a.OPRFKey != nil || a.ReadHash != nil || a.UnlockHash != nil || a.CommentHash != nil
}

// replaceKey keeps the key of a passphrase, changes it, or takes it away. A new one fills the bucket of guesses.
func (s *Shares) replaceKey(now int64, r *record, e *edition) (err error) {
	k := e.args.OPRFKey
	switch {
	case k == nil:
		return nil
	case len(k) == 0:
		r.OPRFKey = nil
	default:
		if len(r.OPRFKey) != 0 {
			old, err := s.keys.open(e.id, fieldOPRFKey, r.OPRFKey)
			if err != nil {
				return err
			}
			if subtle.ConstantTimeCompare(old, k) == 1 {
				return nil
			}
		}
		if r.OPRFKey, err = s.keys.seal(s.rand, e.id, fieldOPRFKey, k); err != nil {
			return err
		}
	}
	r.Guesses, r.GuessesAt, r.Refunds = wire.GuessBucket, now, nil
	return nil
}

// closeUploads closes the uploads that the statement names, and drops those that it does not name any more.
func (r *record) closeUploads(now int64) {
	for i := range r.Uploads {
		u := &r.Uploads[i]
		if _, ok := r.bundle(u.ID); ok {
			u.State = uploadUsed
		} else if u.State == uploadUsed {
			u.drop(now)
		}
	}
}

// publishing is update, unless a test takes a sentence out of the rules.
func (s *Shares) publishing(ctx context.Context, id ID, e *edition, step func(now int64, r *record) error) error {
	if s.faults == (faults{}) {
		return s.update(ctx, id, step)
	}
	return s.faultyPublish(ctx, id, e, step)
}
