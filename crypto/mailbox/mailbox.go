// Package mailbox is the secret half of a request link: the document that its maker signs, and the posts by which a sender
// hands the maker the view code of an ordinary share. FORMAT.md, "Request link".
package mailbox

import (
	"bytes"
	"crypto/hpke"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"strings"

	"filippo.io/age"

	"safelight/crypto/keys"
	"safelight/crypto/link"
	"safelight/crypto/statement"
)

// ErrPost reports bytes that are no post of this mailbox: not readable with its key, not by its link, or not the one
// shape.
var ErrPost = errors.New("mailbox: not a post that came by this request link")

const (
	codeSize  = 50
	proofSize = 16
)

// Recipient returns the hybrid public key that stands in the mailbox of owner: the same for the same owner, always.
func Recipient(owner keys.Owner) [statement.RecipientSize]byte {
	seed := owner.MailboxSeed()
	key, err := hpke.MLKEM768X25519().NewPrivateKey(seed[:])
	if err != nil {
		panic(err) // every 32 bytes are a seed
	}
	return [statement.RecipientSize]byte(key.PublicKey().Bytes())
}

// New returns the document and signature of the next revision of m; P, id and recipient follow from owner.
func New(owner keys.Owner, m statement.Mailbox) (doc, signature []byte, err error) {
	m.Version, m.ID, m.Owner, m.Recipient = statement.Version, owner.ID(), owner.Public(), Recipient(owner)
	if err := m.CheckRules(); err != nil {
		return nil, nil, err
	}
	if doc, err = m.Append(nil); err != nil {
		return nil, nil, err
	}
	return doc, owner.Sign(statement.TypeMailbox, doc), nil
}

// Seal returns a post with the view code of a share; statement.PostSize bytes. view is what the request link holds.
func Seal(m *statement.Mailbox, view keys.View, share link.Code) ([]byte, error) {
	if share.Kind() != link.View {
		return nil, fmt.Errorf("mailbox: a post holds a view code")
	}
	to, err := age.ParseHybridRecipient(bech32("age1pq", m.Recipient[:]))
	if err != nil {
		return nil, fmt.Errorf("mailbox: its key cannot be sealed to: %w", err)
	}
	var out bytes.Buffer
	w, err := age.Encrypt(&out, to)
	if err != nil {
		return nil, fmt.Errorf("mailbox: %w", err)
	}
	if _, err := w.Write(plain(view, share)); err != nil {
		return nil, fmt.Errorf("mailbox: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("mailbox: %w", err)
	}
	if !statement.IsPost(out.Bytes()) {
		return nil, errors.New("mailbox: age wrote another file than the format has") // a changed library, not an input
	}
	return out.Bytes(), nil
}

// plain is view code (50) ‖ proof (16) ‖ zeros.
func plain(view keys.View, share link.Code) []byte {
	proof := view.PostProof()
	b := make([]byte, statement.PostPlainSize)
	copy(b, share.Text())
	copy(b[codeSize:], proof[:])
	return b
}

// Open returns the view code in one post.
func Open(owner keys.Owner, post []byte) (link.Code, error) {
	id, err := identity(owner)
	if err != nil {
		return link.Code{}, err
	}
	return open(id, owner.View(), post)
}

// OpenAll opens every post that can be opened, each share once, in the order in which they came. at tells the index of each
// code's post; the others were dropped.
func OpenAll(owner keys.Owner, posts [][]byte) (codes []link.Code, at []int, err error) {
	id, err := identity(owner)
	if err != nil {
		return nil, nil, err
	}
	seen := map[statement.ID]bool{}
	for i, post := range posts {
		c, err := open(id, owner.View(), post)
		if err != nil {
			continue
		}
		if share, _ := c.ID(); !seen[share] {
			seen[share] = true
			codes, at = append(codes, c), append(at, i)
		}
	}
	return codes, at, nil
}

func identity(owner keys.Owner) (age.Identity, error) {
	seed := owner.MailboxSeed()
	id, err := age.ParseHybridIdentity(strings.ToUpper(bech32("age-secret-key-pq-", seed[:])))
	if err != nil {
		return nil, errors.New("mailbox: age takes no identity from the secret") // a changed library, not an input
	}
	return id, nil
}

func open(id age.Identity, view keys.View, post []byte) (link.Code, error) {
	if !statement.IsPost(post) {
		return link.Code{}, ErrPost
	}
	in, err := age.Decrypt(bytes.NewReader(post), id)
	if err != nil {
		return link.Code{}, ErrPost
	}
	b, err := io.ReadAll(io.LimitReader(in, statement.PostPlainSize+1))
	if err != nil || len(b) != statement.PostPlainSize {
		return link.Code{}, ErrPost
	}
	c, err := link.Parse(string(b[:codeSize]))
	if err != nil || c.Kind() != link.View {
		return link.Code{}, ErrPost
	}
	if subtle.ConstantTimeCompare(b, plain(view, c)) != 1 {
		return link.Code{}, ErrPost
	}
	return c, nil
}
