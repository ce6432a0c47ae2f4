package client

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"filippo.io/age"

	"safelight/client/sshkey"
	"safelight/client/transfer"
	"safelight/crypto/accesslog"
	"safelight/crypto/keys"
	"safelight/crypto/knock"
	"safelight/crypto/locks"
	"safelight/crypto/statement"
	"safelight/server/wire"
)

// Recipient is somebody to whom alone a share opens, and ParseRecipients reads them: age1…, age1pq1…, ssh-ed25519 and
// ssh-rsa, one a line.
type Recipient = locks.Recipient

// ParseRecipients reads recipients. The error is an ErrOption.
func ParseRecipients(text string) ([]Recipient, error) {
	found, err := locks.ParseRecipients(text, sshkey.ParseRecipient)
	switch {
	case errors.Is(err, locks.ErrRecipient) && strings.Contains(strings.ToUpper(text), "AGE-SECRET-KEY-"):
		err = errors.New("that is a secret key, which opens what is sealed to it. Give the age1… or age1pq1… that belongs to it")
	case errors.Is(err, locks.ErrRecipient):
		err = fmt.Errorf("%snot a recipient: age1…, age1pq1…, ssh-ed25519 or ssh-rsa", lineOf(text, err))
	}
	if err != nil {
		return nil, because(ErrOption, err)
	}
	return found, nil
}

// lineOf is where in a list of keys the one is that is none: "line 3: ". A key alone needs no number.
func lineOf(text string, err error) string {
	if !strings.Contains(strings.TrimSpace(text), "\n") {
		return ""
	}
	return strings.TrimSuffix(err.Error(), locks.ErrRecipient.Error())
}

// ParseIdentities reads the identities in a key file: those of age, or one ssh key. The error is an ErrOption and does not
// quote the file.
func ParseIdentities(text string) ([]age.Identity, error) {
	parse := locks.ParseIdentities
	if strings.Contains(text, "-----BEGIN ") {
		parse = sshkey.ParseIdentities
	}
	found, err := parse(text)
	if err != nil {
		return nil, because(ErrOption, err)
	}
	return found, nil
}

// Key is what somebody brings to an opening beside the link.
type Key struct {
	Passphrase string
	Identities []age.Identity

	// Asked is told how far it is where the owner is asked first; it may be nil. Without Ask, Unlock does not ask.
	Ask   bool
	Asked func(Asking)
}

// release returns R, where the share needs it: from the locks, or from the owner.
func (o *Opening) release(ctx context.Context, k Key) (*[32]byte, error) {
	if !o.opening.NeedsRelease() {
		return nil, nil
	}
	if o.opening.HasLocks() && len(k.Identities) > 0 {
		r, err := o.opening.Release(k.Identities...)
		switch {
		case err == nil:
			return &r, nil
		case !errors.Is(err, locks.ErrNotForYou):
			return nil, because(ErrDamaged, err)
		case !o.opening.AsksFirst() || !k.Ask:
			return nil, because(ErrLocked, errors.New("it is for named recipients, and none of these identities is one of them"))
		}
	}
	switch {
	case !o.opening.AsksFirst():
		return nil, because(ErrLocked, errors.New("it is for named recipients: an identity is needed that it was sealed to"))
	case !k.Ask:
		return nil, because(ErrLocked, errors.New("the sender wants to be asked first"))
	}
	return o.askOwner(ctx, k)
}

// gate derives what an opening needs beside the link and the pepper.
func (o *Opening) gate(ctx context.Context, k Key) (keys.Gate, []byte, error) {
	r, err := o.release(ctx, k)
	if err != nil {
		return keys.Gate{}, nil, err
	}
	g, guess, err := o.guess(ctx, k.Passphrase)
	g.R = r
	return g, guess, err
}

// Knocking is somebody who waits to be let in.
type Knocking struct {
	Words string // empty as long as the viewer has not shown a key
	Since time.Time
	// Doubtful: what the server shows does not fit together, or two wait with the same words. Only to be refused.
	Doubtful bool

	waiting knock.Waiting
}

// Knocks answers everybody who asks to be let in and returns who waits for a decision. Call it every few seconds.
func (m *Managed) Knocks(ctx context.Context) ([]Knocking, error) {
	reply, err := m.client.Admit(ctx, m.owner, statement.AdmitArgs{})
	if err != nil {
		return nil, explain(err)
	}
	for _, k := range reply.Knocks {
		if k.Status != wire.KnockWaiting {
			continue
		}
		a, ok := m.answer(k.Commit)
		if !ok {
			continue
		}
		step := statement.AdmitArgs{Step: statement.AdmitAnswer, Commit: k.Commit, Value: a.Random[:], Signature: a.Signature}
		next, err := m.client.Admit(ctx, m.owner, step)
		if transfer.CodeOf(err) == wire.CodeMalformed {
			continue // another device of the owner was faster: the next list has its answer
		}
		if err != nil {
			return nil, explain(err)
		}
		reply = next
	}
	return m.waiting(reply.Knocks), nil
}

// answer returns the one answer to a commitment: another would give the server another try at the words. So does every
// commitment that is answered, and the server can make up as many as it likes: more than knock.MaxAnswers in the life of a
// knock get none.
func (m *Managed) answer(c statement.Commitment) (knock.Answer, bool) {
	if a, ok := m.answered[c]; ok {
		return a, true // what was sent may have been lost
	}
	now := time.Now()
	m.answers = slices.DeleteFunc(m.answers, func(at time.Time) bool { return now.Sub(at) > wire.KnockLife })
	if len(m.answers) >= knock.MaxAnswers {
		return knock.Answer{}, false
	}
	if m.answered == nil {
		m.answered = map[statement.Commitment]knock.Answer{}
	}
	a := knock.NewAnswer(m.owner, c)
	m.answers, m.answered[c] = append(m.answers, now), a
	return a, true
}

func (m *Managed) waiting(all []wire.Knock) []Knocking {
	var list []Knocking
	count := map[string]int{}
	for _, k := range all {
		if k.Status > wire.KnockRevealed {
			continue
		}
		w := Knocking{Since: time.UnixMilli(int64(k.Since)), waiting: knock.Waiting{
			Commit: k.Commit, OwnerRandom: k.Answer, Signature: k.Signature, Key: k.Key, Random: k.Random,
		}}
		if k.Status == wire.KnockRevealed {
			words, err := knock.OwnerWords(m.owner, w.waiting)
			w.Words, w.Doubtful = words.String(), err != nil
			count[w.Words]++
		}
		list = append(list, w)
	}
	for i, w := range list {
		list[i].Doubtful = w.Doubtful || w.Words != "" && count[w.Words] > 1
	}
	return list
}

// ErrNotWaiting reports somebody who was to be let in and does not wait any more.
var ErrNotWaiting = errors.New("nobody was let in: who had these words does not wait any more")

// LetIn lets somebody in whose words are the same on both sides. ErrNotWaiting: it came too late.
func (m *Managed) LetIn(ctx context.Context, k Knocking) error {
	if k.Words == "" || k.Doubtful {
		return because(ErrOption, errors.New("nobody is let in whose words cannot be compared"))
	}
	if err := m.refresh(ctx); err != nil {
		return err // R may be another one by now
	}
	r, ok := m.edition.R()
	if !ok {
		return because(ErrOption, errors.New("this share does not ask first"))
	}
	box, sig, err := knock.LetIn(m.owner, k.waiting, r)
	if err != nil {
		return because(ErrDamaged, err)
	}
	reply, err := m.client.Admit(ctx, m.owner, statement.AdmitArgs{Step: statement.AdmitLetIn, Commit: k.waiting.Commit, Value: box, Signature: sig})
	if err != nil {
		return explain(err)
	}
	in := func(o wire.Knock) bool { return o.Commit == k.waiting.Commit && o.Status == wire.KnockAdmitted }
	if !slices.ContainsFunc(reply.Knocks, in) {
		return ErrNotWaiting
	}
	return nil
}

// Refuse lets somebody not in.
func (m *Managed) Refuse(ctx context.Context, k Knocking) error {
	_, err := m.client.Admit(ctx, m.owner, statement.AdmitArgs{Step: statement.AdmitRefuse, Commit: k.waiting.Commit})
	return explain(err)
}

// Log is what an owner reads of what happened.
type Log struct {
	Entries    []LogEntry
	Ever       uint64 // events, those included that the server does not keep any more
	Unreadable int    // stored bytes that are no events of this share
}

// LogEntry is one event.
type LogEntry struct {
	At       time.Time `json:"at"`
	What     string    `json:"what"` // opened, taken, right-passphrase, wrong-passphrase, tried-passphrase, comment, asked, unknown
	Revision uint64    `json:"revision"`
}

// Log reads the access log. ErrOption: it is off.
func (m *Managed) Log(ctx context.Context) (Log, error) {
	if m.edition == nil {
		return Log{}, ErrUploading
	}
	if len(m.edition.Statement.LogKey) == 0 {
		return Log{}, because(ErrOption, errors.New("the access log of this share is off"))
	}
	reply, err := m.client.Log(ctx, m.owner)
	if err != nil {
		return Log{}, explain(err)
	}
	entries, unreadable, err := accesslog.DeriveKey(m.owner.LogSeed()).Read(m.owner.ID(), reply.Events, reply.Now)
	if err != nil {
		return Log{}, because(ErrDamaged, fmt.Errorf("access log: %w", err))
	}
	log := Log{Ever: reply.Ever, Unreadable: unreadable}
	for _, e := range entries {
		log.Entries = append(log.Entries, LogEntry{time.UnixMilli(int64(e.At)).UTC(), string(e.Meaning), e.Revision})
	}
	return log, nil
}
