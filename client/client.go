// Package client sends photos, opens shares and manages them: what the command line does, for other Go programs.
//
//	sent, err := client.Send(ctx, []client.Photo{{Read: read}}, client.SendConfig{Config: client.Config{Server: "https://…"}})
//	fmt.Println(sent.Link)
//
//	opening, err := client.Open(ctx, link, client.Config{})   // counts nothing
//	s, err := opening.Unlock(ctx, client.Key{Passphrase: p})  // counts a view, if views are counted
//	data, err := s.Read(ctx, s.Photos[0].Variants[0])
//
//	m, err := client.Manage(ctx, manageLink, client.Config{})
//	err = m.Delete(ctx)
//
// Photos are stripped of metadata and encrypted before anything leaves this process. Errors wrap the variables below;
// their texts are sentences for people and hold no secret.
package client

import (
	"errors"
	"fmt"
	"time"

	"safelight/client/share"
	"safelight/client/transfer"
	"safelight/crypto/keys"
	"safelight/crypto/link"
	"safelight/crypto/passphrase"
	"safelight/server/wire"
)

// What callers branch on.
var (
	ErrLink        = errors.New("this is not a whole link")
	ErrMisplaced   = errors.New("this link does not fit here") // it is whole, and of another kind
	ErrServer      = errors.New("this is not the address of a server")
	ErrOption      = errors.New("this cannot be asked for")
	ErrWeak        = errors.New("this passphrase is too easy to guess: take a few unrelated words")
	ErrRefused     = errors.New("this photo is not sent")
	ErrDamaged     = errors.New("what the server sent is damaged or forged; nothing of it was used")
	ErrGone        = errors.New("there is no such share, or not any more: it may have expired or been deleted")
	ErrUsed        = errors.New("every view of this share has been used")
	ErrChanged     = errors.New("the sender has just changed this share; open it again")
	ErrUploading   = errors.New("this share is still being uploaded; try again in a moment")
	ErrPassphrase  = errors.New("wrong passphrase; no view was used")
	ErrLocked      = errors.New("this share is locked")
	ErrToken       = errors.New("this server does not let everybody send")
	ErrWrongToken  = errors.New("the token is not valid, or not any more") // beside ErrToken, when one was given
	ErrLarge       = errors.New("this is more than the server takes in one share")
	ErrFull        = errors.New("the server has no space left")
	ErrBusy        = errors.New("the server asks to wait")
	ErrUnreachable = errors.New("the server does not answer")
	ErrClosed      = errors.New("this request link takes nothing more: its maker closed it, or it is full")
	ErrNoRequest   = errors.New("there is no such request link, or not any more: it may have expired or been deleted")
	ErrIsRequest   = errors.New("this manage link belongs to a request link")
)

// Config says which server, for links that do not say it themselves and for sending.
type Config struct {
	Server string // such as https://example.org, or with a path behind it; for sending also a send link, https://example.org/#TOKEN
	Token  string // for sending, where the server wants one; empty takes that of a send link

	Transfer transfer.Config // for tests: its Transport and FirstWait are used
}

func (c Config) connect(server string) (*transfer.Client, error) {
	if server == "" {
		return nil, because(ErrServer, errors.New("none was given"))
	}
	t, err := transfer.New(transfer.Config{
		Server: server, Admit: c.Token,
		Transport: c.Transfer.Transport, FirstWait: c.Transfer.FirstWait,
	})
	if err != nil {
		return nil, ErrServer
	}
	return t, nil
}

// follow parses a link and connects to the server that it names, or to the one in c when it is a code alone.
func (c Config) follow(s string) (*transfer.Client, link.Code, error) {
	base, code, err := link.ParseURL(s)
	switch {
	case errors.Is(err, link.ErrRewritten):
		return nil, code, because(ErrLink, errors.New("something on its way wrote %23 in place of #, which shows the secret to servers. Ask for a new link"))
	case err != nil:
		return nil, code, because(ErrLink, errors.New("it is cut or mistyped. Copy all of it, up to the last character"))
	case base == "":
		base = c.Server
	}
	t, err := c.connect(base)
	return t, code, err
}

// reason is an error whose text is a sentence for people, and which still is its cause for errors.Is.
type reason struct{ sentence, cause error }

func (r reason) Error() string   { return r.sentence.Error() }
func (r reason) Unwrap() []error { return []error{r.sentence, r.cause} }

// because returns sentence with a cause that is told too.
func because(sentence, cause error) error { return fmt.Errorf("%w: %w", sentence, cause) }

// said maps the codes of the server to sentences.
var said = map[wire.Code]error{
	wire.CodeGone:      ErrGone,
	wire.CodeUsed:      ErrUsed,
	wire.CodeChanged:   ErrChanged,
	wire.CodeUploading: ErrUploading,
	wire.CodeToken:     ErrToken,
	wire.CodeFull:      ErrFull,
}

// explain turns what the layers below say into one of the errors above, where one fits.
func explain(err error) error {
	if err == nil || explained(err) {
		return err
	}
	p, isProblem := errors.AsType[*transfer.Problem](err)
	if isProblem {
		if sentence, ok := said[p.Code]; ok {
			return reason{sentence, err}
		}
		switch p.Code {
		case wire.CodeLarge:
			return because(ErrLarge, err)
		case wire.CodeExpires, wire.CodeViews:
			return because(ErrOption, err)
		case wire.CodeLater, wire.CodeBusy:
			return reason{because(ErrBusy, errors.New(wait(p.RetryAfter))), err}
		}
	}
	switch {
	case errors.Is(err, transfer.ErrUnreachable):
		return reason{because(ErrUnreachable, cause(err)), err}
	case errors.Is(err, share.ErrExpired):
		return reason{ErrGone, err}
	case !isProblem && share.Code(err) != "other":
		return because(ErrDamaged, err)
	}
	return err
}

// explained reports whether err is one of ours already.
func explained(err error) bool {
	for _, e := range []error{
		ErrLink, ErrMisplaced, ErrServer, ErrOption, ErrWeak, ErrRefused, ErrDamaged, ErrGone, ErrUsed, ErrChanged, ErrUploading, ErrPassphrase,
		ErrLocked, ErrToken, ErrLarge, ErrFull, ErrBusy, ErrUnreachable,
		ErrClosed, ErrNoRequest, ErrIsRequest,
	} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}

// cause returns what lies below an ErrUnreachable, which says the same as ours.
func cause(err error) error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		for _, e := range joined.Unwrap() {
			if !errors.Is(e, transfer.ErrUnreachable) {
				return e
			}
		}
	}
	return errors.New("what came back is no answer of a Safelight server")
}

func wait(d time.Duration) string {
	if d <= 0 {
		return "a while"
	}
	return d.Round(time.Second).String()
}

// viewer returns what a link that shows photos holds. A manage link is refused: whoever types it here may be about to
// hand it on.
func viewer(code link.Code) (keys.View, error) {
	if code.Kind() == link.Manage {
		return keys.View{}, because(ErrMisplaced, errors.New("it is a manage link, which can delete the share: keep it to yourself and open the other one"))
	}
	v, ok := keys.ViewOf(code)
	if !ok {
		return v, because(ErrMisplaced, errors.New("it asks for photos and shows none"))
	}
	return v, nil
}

// strong refuses passphrases that are none, or too weak. known are words that a guesser would try.
func strong(p string, known ...string) error {
	if _, err := passphrase.Normalize(p); err != nil {
		return because(ErrOption, err)
	}
	if passphrase.Guesses(p, known...) < passphrase.MinGuesses {
		return ErrWeak
	}
	return nil
}
