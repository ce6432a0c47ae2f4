// Package link reads and writes the codes that stand behind # in a link. A code is kind, body and a check, in base58,
// always 50 characters; each value has exactly one spelling. FORMAT.md, "Link codes".
//
// Codes are secrets. They print as "redacted"; Text is the one way to the characters.
package link

import (
	"crypto/subtle"
	"errors"
	"fmt"
	"io"

	"safelight/crypto/statement"
)

// Kind says what a code opens.
type Kind byte

// The kinds.
const (
	View    Kind = 1 // id ‖ L
	Comment Kind = 2 // id ‖ C
	Manage  Kind = 3 // O
	Request Kind = 4 // id ‖ L of a mailbox
)

// Length is the number of characters of every code.
const Length = 50

const (
	bodySize  = 32
	checkSize = 4
	codeSize  = 1 + bodySize + checkSize
)

// Reasons for refusing a code, in the order in which they are checked.
var (
	ErrCut   = errors.New("link: the code is cut or mistyped: it has fewer than 50 base58 characters")
	ErrLong  = errors.New("link: the code is too long: letters or digits stand directly behind it")
	ErrCheck = errors.New("link: the code is mistyped: its check does not match")
	ErrKind  = errors.New("link: the code is of an unknown kind")
	ErrPage  = errors.New("link: the code does not belong on this page")
	// ErrRewritten is for links in which somebody replaced # by %23: the code has been sent to a server already.
	ErrRewritten = errors.New("link: # was rewritten to %23, which sends the secret to a server")
)

// Page is where a link leads: the last segment of its path.
type Page string

// The pages that take codes.
const (
	PageView    Page = "s"
	PageManage  Page = "m"
	PageRequest Page = "r"
)

// Code is a parsed code. The zero value is none.
type Code struct {
	kind Kind
	body [bodySize]byte
}

// Format keeps the secret out of every print.
func (Code) Format(f fmt.State, _ rune) { io.WriteString(f, "redacted") }

// MarshalText refuses, so that no encoder writes a secret by accident.
func (Code) MarshalText() ([]byte, error) {
	return nil, errors.New("link: a code is not to be encoded")
}

// NewView returns the view code of a share.
func NewView(id statement.ID, l [16]byte) Code { return withID(View, id, l) }

// NewComment returns the comment code of a share.
func NewComment(id statement.ID, c [16]byte) Code { return withID(Comment, id, c) }

// NewManage returns the manage code of an owner.
func NewManage(o [32]byte) Code { return Code{kind: Manage, body: o} }

// NewRequest returns the request code of a mailbox.
func NewRequest(id statement.ID, l [16]byte) Code { return withID(Request, id, l) }

func withID(k Kind, id statement.ID, secret [16]byte) Code {
	c := Code{kind: k}
	copy(c.body[:16], id[:])
	copy(c.body[16:], secret[:])
	return c
}

// Kind returns what c opens.
func (c Code) Kind() Kind { return c.kind }

// ID returns the share id inside c. A manage code has none: its id derives from the owner secret.
func (c Code) ID() (statement.ID, bool) {
	return statement.ID(c.body[:16]), c.kind == View || c.kind == Comment || c.kind == Request
}

// Secret returns the 16-byte secret of a view, comment or request code.
func (c Code) Secret() ([16]byte, bool) {
	_, ok := c.ID()
	return [16]byte(c.body[16:]), ok
}

// Owner returns the owner secret of a manage code.
func (c Code) Owner() ([32]byte, bool) { return c.body, c.kind == Manage }

// Equal compares in constant time.
func (c Code) Equal(d Code) bool {
	return subtle.ConstantTimeCompare(c.bytes(), d.bytes()) == 1
}

func (c Code) bytes() []byte {
	b := make([]byte, 0, codeSize)
	b = append(append(b, byte(c.kind)), c.body[:]...)
	sum := statement.Hash("check", b)
	return append(b, sum[:checkSize]...)
}

// Text returns the 50 characters. Whoever calls it takes care of a secret.
func (c Code) Text() string { return encode58(c.bytes()) }

// Page returns the page that takes codes of this kind.
func (c Code) Page() Page {
	switch c.kind {
	case Manage:
		return PageManage
	case Request:
		return PageRequest
	}
	return PageView
}

// On reports ErrPage when p is not the page for c. A manage code on the view page deserves a warning of its own:
// compare c.Kind().
func (c Code) On(p Page) error {
	if c.Page() != p {
		return ErrPage
	}
	return nil
}

// Parse reads the code at the start of a fragment, given without #. What messengers append is dropped unread: anything
// that begins with a character other than an ASCII letter or digit.
func Parse(fragment string) (Code, error) {
	n := 0
	for n < len(fragment) && n < Length && digit58(fragment[n]) >= 0 {
		n++
	}
	if n < Length {
		return Code{}, ErrCut
	}
	if len(fragment) > Length && isAlnum(fragment[Length]) {
		return Code{}, ErrLong
	}
	b := decode58(fragment[:Length])
	c := Code{kind: Kind(b[0]), body: [bodySize]byte(b[1 : 1+bodySize])}
	if subtle.ConstantTimeCompare(c.bytes(), b[:]) != 1 {
		return Code{}, ErrCheck
	}
	if c.kind < View || c.kind > Request {
		return Code{}, ErrKind
	}
	return c, nil
}

func isAlnum(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}
