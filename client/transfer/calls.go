package transfer

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

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
func (c *Client) post(ctx context.Context, tries int, path, bearer string, body []byte, reply wire.Message) error {
	if body == nil {
		body = []byte{}
	}
	b, err := c.ask(ctx, tries, call{method: http.MethodPost, path: path, contentType: wire.MediaType, bearer: bearer, body: body, accept: ok})
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
	err := c.post(ctx, callTries, sharePath(id, "owner"), c.admit, body, &reply)
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
	err = c.post(ctx, partTries, sharePath(id, "owner"), "", body, &reply)
	return reply.Now, err
}

// State asks for everything that the server has of a share.
func (c *Client) State(ctx context.Context, s statement.Signer) (wire.StateReply, error) {
	var reply wire.StateReply
	err := c.owner(ctx, s, statement.ActionState, &reply)
	return reply, err
}

// Delete deletes a share, committed or not.
func (c *Client) Delete(ctx context.Context, s statement.Signer) error {
	return c.owner(ctx, s, statement.ActionDelete, new(wire.DoneReply))
}

// NewUpload asks for one more upload.
func (c *Client) NewUpload(ctx context.Context, s statement.Signer) (wire.Grant, error) {
	var reply wire.Grant
	err := c.owner(ctx, s, statement.ActionUpload, &reply)
	return reply, err
}

// owner signs a request over a fresh challenge. A challenge that took longer than five minutes to come back, on a
// train, is asked for once more.
func (c *Client) owner(ctx context.Context, s statement.Signer, action statement.Action, reply wire.Message) error {
	err := c.ownerOnce(ctx, s, action, reply)
	if CodeOf(err) == wire.CodeChallenge {
		err = c.ownerOnce(ctx, s, action, reply)
	}
	return err
}

func (c *Client) ownerOnce(ctx context.Context, s statement.Signer, action statement.Action, reply wire.Message) error {
	id := s.Public().ID()
	var fresh wire.ChallengeReply
	if err := c.post(ctx, callTries, sharePath(id, "challenge"), "", nil, &fresh); err != nil {
		return err
	}
	r, err := statement.NewRequest(id, action, fresh.Freshness[:], 0, nil)
	if err != nil {
		return err
	}
	body, err := r.Seal(s)
	if err != nil {
		return err
	}
	return c.post(ctx, callTries, sharePath(id, "owner"), "", body, reply)
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
	err = c.post(ctx, callTries, sharePath(id, "open"), "", body, &reply)
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
	err = c.post(ctx, 1, sharePath(id, "guess"), "", body, &reply)
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
	err = c.post(ctx, partTries, sharePath(id, "take"), "", body, &reply)
	return reply.Pepper, err
}
