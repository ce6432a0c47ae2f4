package transfer

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/tinylib/msgp/msgp"

	"safelight/crypto/statement"
	"safelight/server/wire"
)

// Site asks what the operator decides and shows.
func (c *Client) Site(ctx context.Context) (wire.Site, error) {
	var site wire.Site
	b, err := c.ask(ctx, callTries, call{method: http.MethodGet, path: "site", accept: ok})
	if err != nil {
		return site, err
	}
	if err := json.Unmarshal(b, &site); err != nil || site.API != 1 {
		return site, fmt.Errorf("%w: no Safelight server of this version is there", ErrUnreachable)
	}
	return site, nil
}

var ok = []int{http.StatusOK}

// ask sends a request until it is answered, up to tries times, and returns the body.
func (c *Client) ask(ctx context.Context, tries int, r call) (b []byte, err error) {
	err = c.retry(ctx, tries, func() error {
		b, err = c.within(ctx, c.answerWait+time.Duration(len(r.body)/slowest)*time.Second, r)
		return err
	})
	return b, err
}

// within is exchange, given up after a time. Whoever accepts a connection and says nothing is as good as not there.
func (c *Client) within(ctx context.Context, limit time.Duration, r call) ([]byte, error) {
	once, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	b, err := c.exchange(once, r)
	if err != nil && once.Err() != nil && ctx.Err() == nil {
		return nil, fmt.Errorf("%w: %w", ErrUnreachable, fmt.Errorf("nothing came back within %v", limit))
	}
	return b, err
}

// post sends a message of the share protocol and decodes the answer. body is nil for none.
func (c *Client) post(ctx context.Context, tries int, path string, body []byte, reply wire.Message) error {
	return c.send(ctx, tries, path, "", body, reply)
}

// send is post with an Authorization, empty for none.
func (c *Client) send(ctx context.Context, tries int, path, auth string, body []byte, reply wire.Message) error {
	if body == nil {
		body = []byte{}
	}
	b, err := c.ask(ctx, tries, call{method: http.MethodPost, path: path, contentType: wire.MediaType, auth: auth, body: body, accept: ok})
	if err != nil {
		return err
	}
	if err := wire.Decode(reply, b); err != nil {
		return fmt.Errorf("%w: %w", ErrUnreachable, err)
	}
	return nil
}

func sharePath(id statement.ID, what string) string { return "shares/" + id.String() + "/" + what }

// Create announces a share with a body made by share.CreateRequest. It may be sent twice, when the first answer was
// lost; then the server says CodeExists, and the caller goes on with Resume.
func (c *Client) Create(ctx context.Context, id statement.ID, body []byte) (wire.CreateReply, error) {
	var reply wire.CreateReply
	err := c.send(ctx, callTries, sharePath(id, "owner"), c.mayCreate(), body, &reply)
	return reply, err
}

// mayCreate is what create and the making of a mailbox are authorised by: the operator's token, if there is one.
func (c *Client) mayCreate() string {
	if c.admit == "" {
		return ""
	}
	return "Bearer " + c.admit
}

// CreateFor is Create for a share that goes to a mailbox, which admits it where the site asks for a token.
func (c *Client) CreateFor(ctx context.Context, box statement.ID, post []byte, id statement.ID, body []byte) (wire.CreateReply, error) {
	var reply wire.CreateReply
	auth := "Post " + box.String() + "." + bearer(post)
	err := c.send(ctx, callTries, sharePath(id, "owner"), auth, body, &reply)
	return reply, err
}

// Resume returns what goes on where a lost answer to Create would have: when the share was created, and two uploads. The
// two that nobody has the tokens of stay empty until the server sweeps them.
func (c *Client) Resume(ctx context.Context, s statement.Signer) (wire.CreateReply, error) {
	var reply wire.CreateReply
	st, err := c.State(ctx, s)
	if err != nil {
		return reply, err
	}
	if st.State != wire.StateUploading {
		return reply, fmt.Errorf("resume: something is committed already, in state %d", st.State)
	}
	reply.Now = st.Now
	for i := range reply.Uploads {
		if reply.Uploads[i], err = c.NewUpload(ctx, s); err != nil {
			return reply, err
		}
	}
	return reply, nil
}

// Commit sends a commit or publish made by package share and returns the server's time. The same body again is
// success, so that a lost answer does no harm.
func (c *Client) Commit(ctx context.Context, id statement.ID, body []byte) (now uint64, err error) {
	var reply wire.DoneReply
	err = c.post(ctx, partTries, sharePath(id, "owner"), body, &reply)
	return reply.Now, err
}

// State asks for everything that the server has of a share.
func (c *Client) State(ctx context.Context, s statement.Signer) (wire.StateReply, error) {
	var reply wire.StateReply
	err := c.owner(ctx, s, statement.ActionState, nil, &reply)
	return reply, err
}

// Delete deletes a share, committed or not.
func (c *Client) Delete(ctx context.Context, s statement.Signer) error {
	return c.owner(ctx, s, statement.ActionDelete, nil, new(wire.DoneReply))
}

// NewUpload asks for one more upload.
func (c *Client) NewUpload(ctx context.Context, s statement.Signer) (wire.Grant, error) {
	var reply wire.Grant
	err := c.owner(ctx, s, statement.ActionUpload, nil, &reply)
	return reply, err
}

// Log asks for the access log.
func (c *Client) Log(ctx context.Context, s statement.Signer) (wire.LogReply, error) {
	var reply wire.LogReply
	err := c.owner(ctx, s, statement.ActionLog, nil, &reply)
	return reply, err
}

// Admit takes one step with who asks to be let in, and returns everybody who does. Repeating a step does no harm.
func (c *Client) Admit(ctx context.Context, s statement.Signer, a statement.AdmitArgs) (wire.AdmitReply, error) {
	var reply wire.AdmitReply
	err := c.owner(ctx, s, statement.ActionAdmit, &a, &reply)
	return reply, err
}

// Mailbox asks what is in the mailbox of s.
func (c *Client) Mailbox(ctx context.Context, s statement.Signer) (wire.MailboxReply, error) {
	var reply wire.MailboxReply
	err := c.owner(ctx, s, statement.ActionMailbox, nil, &reply)
	return reply, err
}

// owner signs a request over a fresh challenge. A challenge that took longer than five minutes to come back, on a
// train, is asked for once more. args is nil for none.
func (c *Client) owner(ctx context.Context, s statement.Signer, action statement.Action, args msgp.Marshaler, reply wire.Message) error {
	make := func(fresh [statement.FreshnessSize]byte) (uint64, msgp.Marshaler, error) { return 0, args, nil }
	return c.challenged(ctx, s, action, "", make, reply)
}

// SetMailbox makes or changes the mailbox of s. sign is called with the server's time, which a mailbox begins with, and
// returns the revision and what is sent.
func (c *Client) SetMailbox(ctx context.Context, s statement.Signer, sign func(now uint64) (uint64, *statement.MailboxArgs, error)) (uint64, error) {
	var reply wire.DoneReply
	make := func(fresh [statement.FreshnessSize]byte) (uint64, msgp.Marshaler, error) {
		return sign(binary.BigEndian.Uint64(fresh[:8]))
	}
	err := c.challenged(ctx, s, statement.ActionMailbox, c.mayCreate(), make, &reply)
	return reply.Now, err
}

func (c *Client) challenged(
	ctx context.Context, s statement.Signer, action statement.Action, auth string,
	make func([statement.FreshnessSize]byte) (uint64, msgp.Marshaler, error), reply wire.Message,
) error {
	once := func() error {
		id := s.Public().ID()
		var fresh wire.ChallengeReply
		if err := c.post(ctx, callTries, sharePath(id, "challenge"), nil, &fresh); err != nil {
			return err
		}
		revision, args, err := make(fresh.Freshness)
		if err != nil {
			return err
		}
		r, err := statement.NewRequest(id, action, fresh.Freshness[:], revision, args)
		if err != nil {
			return err
		}
		body, err := r.Seal(s)
		if err != nil {
			return err
		}
		return c.send(ctx, callTries, sharePath(id, "owner"), auth, body, reply)
	}
	err := once()
	if CodeOf(err) == wire.CodeChallenge {
		err = once()
	}
	return err
}

// Open asks for the sealed things of a share; with the right unlock token and no view limit the pepper is among them.
// unlock and guess may be empty.
func (c *Client) Open(ctx context.Context, id statement.ID, read, unlock, guess []byte) (wire.OpenReply, error) {
	var reply wire.OpenReply
	if len(read) != 32 {
		return reply, fmt.Errorf("open: a read token of %d bytes", len(read))
	}
	body, err := wire.Encode(&wire.OpenRequest{Read: [32]byte(read), Unlock: unlock, Guess: guess})
	if err != nil {
		return reply, err
	}
	err = c.post(ctx, callTries, sharePath(id, "open"), body, &reply)
	return reply, err
}

// Guess has the server evaluate a blinded passphrase. It takes one of the guesses that a share has, so it is sent
// once.
func (c *Client) Guess(ctx context.Context, id statement.ID, read []byte, revision uint64, blinded [32]byte) (wire.GuessReply, error) {
	var reply wire.GuessReply
	if len(read) != 32 {
		return reply, fmt.Errorf("guess: a read token of %d bytes", len(read))
	}
	body, err := wire.Encode(&wire.GuessRequest{Read: [32]byte(read), Revision: revision, Blinded: blinded})
	if err != nil {
		return reply, err
	}
	err = c.post(ctx, 1, sharePath(id, "guess"), body, &reply)
	return reply, err
}

// Take counts a view and returns the pepper. Repeating it with the same take id counts nothing more, so it is repeated
// until an answer comes.
func (c *Client) Take(ctx context.Context, id statement.ID, unlock []byte, revision uint64, take [16]byte, guess []byte) ([32]byte, error) {
	if len(unlock) != 32 {
		return [32]byte{}, fmt.Errorf("take: an unlock token of %d bytes", len(unlock))
	}
	body, err := wire.Encode(&wire.TakeRequest{Unlock: [32]byte(unlock), Revision: revision, Take: take, Guess: guess})
	if err != nil {
		return [32]byte{}, err
	}
	var reply wire.TakeReply
	err = c.post(ctx, partTries, sharePath(id, "take"), body, &reply)
	return reply.Pepper, err
}

// Knock asks to be let in, or how far that is. read is the read token.
func (c *Client) Knock(ctx context.Context, id statement.ID, read []byte, commit statement.Commitment) (wire.KnockReply, error) {
	var reply wire.KnockReply
	if len(read) != 32 {
		return reply, fmt.Errorf("knock: a read token of %d bytes", len(read))
	}
	body, err := wire.Encode(&wire.KnockRequest{Read: [32]byte(read), Commit: commit})
	if err != nil {
		return reply, err
	}
	err = c.post(ctx, callTries, sharePath(id, "knock"), body, &reply)
	return reply, err
}

// Reveal shows the key and the random bytes that a commitment was made to, once the owner has answered it.
func (c *Client) Reveal(ctx context.Context, id statement.ID, r wire.RevealRequest) (wire.KnockReply, error) {
	var reply wire.KnockReply
	body, err := wire.Encode(&r)
	if err != nil {
		return reply, err
	}
	err = c.post(ctx, callTries, sharePath(id, "reveal"), body, &reply)
	return reply, err
}

func mailboxPath(id statement.ID, what string) string { return "mailboxes/" + id.String() + "/" + what }

// OpenMailbox asks for the document of a mailbox. read is the read token of its link.
func (c *Client) OpenMailbox(ctx context.Context, id statement.ID, read []byte) (wire.MailboxOpenReply, error) {
	var reply wire.MailboxOpenReply
	if len(read) != 32 {
		return reply, fmt.Errorf("mailbox: a read token of %d bytes", len(read))
	}
	body, err := wire.Encode(&wire.MailboxOpenRequest{Read: [32]byte(read)})
	if err != nil {
		return reply, err
	}
	err = c.post(ctx, callTries, mailboxPath(id, "open"), body, &reply)
	return reply, err
}

// Post puts a post into a mailbox. The same post again is success, so it is repeated until an answer comes.
func (c *Client) Post(ctx context.Context, id statement.ID, token, sealed []byte) error {
	if len(token) != 32 {
		return fmt.Errorf("mailbox: a post token of %d bytes", len(token))
	}
	body, err := wire.Encode(&wire.PostRequest{Token: [32]byte(token), Sealed: sealed})
	if err != nil {
		return err
	}
	return c.post(ctx, partTries, mailboxPath(id, "posts"), body, new(wire.DoneReply))
}
