// Package locks seals R, the secret that named recipients and nobody else get, and opens it again. FORMAT.md, "Locks".
//
// Sealed locks lie beside the manifest. Who has the link sees that there are some; only an identity opens them. Keys are
// those of age: X25519 (age1…) and hybrid (age1pq1…); safelight/client/sshkey adds those of ssh, outside of the browser.
package locks

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"filippo.io/age"

	"safelight/crypto/keys"
	"safelight/crypto/seal"
	"safelight/crypto/strict"
)

//go:generate go tool msgp -file locks.go -o locks_gen.go -unexported -io=false -tests=false
//msgp:tuple files
//msgp:ignore Recipients Recipient

// MaxRecipients bounds the recipients of one share; that many hybrid ones fit in the largest padding class.
const MaxRecipients = 100

var (
	// ErrLocks reports sealed bytes that are no locks of this share.
	ErrLocks = errors.New("locks: not the locks of this share, or damaged")
	// ErrNotForYou reports locks that none of the identities opens.
	ErrNotForYou = errors.New("locks: sealed for others: none of these identities opens them")
	// ErrRecipient reports what is no recipient.
	ErrRecipient = errors.New("locks: not a recipient, such as age1… or age1pq1…")
	// ErrIdentity reports a text without a single identity in it, or with a broken one.
	ErrIdentity = errors.New("locks: no identity in it, such as AGE-SECRET-KEY-1…")
	// ErrMany reports more than MaxRecipients.
	ErrMany = fmt.Errorf("locks: more than %d recipients", MaxRecipients)
)

// files is the document: each an age file of exactly R, or empty. age refuses to mix hybrid recipients with others, whose
// files a quantum computer would open.
type files struct {
	Classic []byte
	Hybrid  []byte
}

// Recipient is one key that R is sealed to.
type Recipient struct {
	age    age.Recipient
	hybrid bool
	text   string
}

// String returns the key as it was written, without comment.
func (r Recipient) String() string { return r.text }

// Hybrid reports a key that also withstands quantum computers.
func (r Recipient) Hybrid() bool { return r.hybrid }

// Classic makes a recipient of a key that quantum computers would open, text being how it is written.
func Classic(key age.Recipient, text string) Recipient { return Recipient{key, false, text} }

// ParseRecipient reads one key.
func ParseRecipient(s string) (Recipient, error) {
	s = strings.TrimSpace(s)
	switch {
	case strings.HasPrefix(s, "age1pq1"):
		if r, err := age.ParseHybridRecipient(s); err == nil {
			return Recipient{r, true, r.String()}, nil
		}
	case strings.HasPrefix(s, "age1"):
		if r, err := age.ParseX25519Recipient(s); err == nil {
			return Recipient{r, false, r.String()}, nil
		}
	}
	return Recipient{}, ErrRecipient
}

// ParseRecipients reads keys, one a line; empty lines and lines that begin with # are passed over, repeated keys kept
// once. It is an error if there is none. Lines that are no key of age are given to other, if there is one.
func ParseRecipients(text string, other func(string) (Recipient, error)) ([]Recipient, error) {
	var found []Recipient
	seen := map[string]bool{}
	for n, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		r, err := ParseRecipient(line)
		if err != nil && other != nil && !strings.HasPrefix(line, "age1") {
			r, err = other(line)
		}
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", n+1, err)
		}
		if !seen[r.text] {
			seen[r.text] = true
			found = append(found, r)
		}
		if len(found) > MaxRecipients {
			return nil, ErrMany
		}
	}
	if len(found) == 0 {
		return nil, ErrRecipient
	}
	return found, nil
}

// Seal returns sealed locks of the share of view: r for everybody in to.
func Seal(view keys.View, r [32]byte, to []Recipient) ([]byte, error) {
	if len(to) == 0 {
		return nil, ErrRecipient
	}
	if len(to) > MaxRecipients {
		return nil, ErrMany
	}
	var doc files
	var err error
	if doc.Classic, err = ageFile(r, to, false); err != nil {
		return nil, err
	}
	if doc.Hybrid, err = ageFile(r, to, true); err != nil {
		return nil, err
	}
	plain, err := strict.Encode(&doc)
	if err != nil {
		return nil, err
	}
	return seal.SealPadded(view.LocksPassphrase(), plain)
}

func ageFile(r [32]byte, to []Recipient, hybrid bool) ([]byte, error) {
	var keys []age.Recipient
	for _, k := range to {
		if k.hybrid == hybrid {
			keys = append(keys, k.age)
		}
	}
	if len(keys) == 0 {
		return nil, nil
	}
	var out bytes.Buffer
	w, err := age.Encrypt(&out, keys...)
	if err != nil {
		return nil, fmt.Errorf("locks: %w", err)
	}
	if _, err := w.Write(r[:]); err != nil {
		return nil, fmt.Errorf("locks: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("locks: %w", err)
	}
	return out.Bytes(), nil
}

// Open returns R by the first of the identities that opens the locks. The error is ErrLocks or ErrNotForYou.
func Open(view keys.View, sealed []byte, identities ...age.Identity) (r [32]byte, err error) {
	plain, err := seal.OpenPadded(view.LocksPassphrase(), sealed)
	if err != nil {
		return r, ErrLocks
	}
	var doc files
	if err := strict.Decode(&doc, plain); err != nil {
		return r, ErrLocks
	}
	if len(doc.Classic)+len(doc.Hybrid) == 0 {
		return r, ErrLocks
	}
	for _, file := range [][]byte{doc.Hybrid, doc.Classic} {
		got, err := openFile(file, identities)
		if !errors.Is(err, ErrNotForYou) {
			return got, err
		}
	}
	return r, ErrNotForYou
}

func openFile(file []byte, identities []age.Identity) (r [32]byte, err error) {
	if len(file) == 0 || len(identities) == 0 {
		return r, ErrNotForYou
	}
	counting := make([]age.Identity, len(identities))
	for i, id := range identities {
		counting[i] = counted{id}
	}
	in, err := age.Decrypt(bytes.NewReader(file), counting...)
	var none *age.NoIdentityMatchError
	if errors.As(err, &none) {
		return r, ErrNotForYou
	}
	if err != nil {
		return r, ErrLocks
	}
	plain, err := io.ReadAll(io.LimitReader(in, int64(len(r))+1))
	if err != nil || len(plain) != len(r) {
		return r, ErrLocks
	}
	return [32]byte(plain), nil
}

// counted is an identity that tries no more stanzas than a file of locks may have.
type counted struct{ age.Identity }

func (c counted) Unwrap(stanzas []*age.Stanza) ([]byte, error) {
	if len(stanzas) > MaxRecipients {
		return nil, ErrLocks
	}
	return c.Identity.Unwrap(stanzas)
}

// ParseIdentities reads the identities in a key file, one a line. Errors never quote what was read.
func ParseIdentities(text string) ([]age.Identity, error) {
	found, err := age.ParseIdentities(strings.NewReader(text))
	if err != nil || len(found) == 0 {
		return nil, ErrIdentity
	}
	return found, nil
}
