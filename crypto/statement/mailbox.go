package statement

import (
	"fmt"

	"safelight/crypto/strict"
)

//go:generate go tool msgp -file mailbox.go -o mailbox_gen.go -io=false -tests=false
//msgp:tuple Mailbox
//msgp:replace ID with:[16]byte
//msgp:replace PublicKey with:[32]byte

// TypeMailbox is the document type of a mailbox.
const TypeMailbox = "mailbox"

// RecipientSize is the length of age's hybrid public key: ML-KEM-768 (1184) and X25519 (32).
const RecipientSize = 1216

// Mailbox is what the maker of a request link signs: who may send photos to whom, and how long. Times are Unix
// milliseconds of the server's clock. It is encoded, signed and checked like a Statement.
type Mailbox struct {
	Version   uint64
	ID        ID
	Owner     PublicKey
	Revision  uint64 // from 1
	Created   uint64
	Expires   uint64
	Open      uint64 // 1: takes posts; 0: closed by its owner
	Recipient [RecipientSize]byte
}

// Reasons for refusing a mailbox, in the order in which they are checked. Their codes are those of statements.
var (
	ErrMailboxHeader    = &Error{"header", "mailbox: not an array of 8 elements"}
	ErrMailboxVersion   = &Error{"version", "mailbox: unknown version"}
	ErrMailboxForm      = &Error{"form", "mailbox: not in the strict encoding"}
	ErrMailboxID        = &Error{"id", "mailbox: id does not belong to this link and key"}
	ErrMailboxSignature = &Error{"signature", "mailbox: signature does not verify"}
	ErrMailboxRules     = &Error{"rules", "mailbox: its fields contradict each other"}
)

// Append appends the encoding of m to b. It fails only when m cannot be encoded; it does not check the rules.
func (m *Mailbox) Append(b []byte) ([]byte, error) {
	doc, err := strict.Encode(m)
	if err != nil {
		return b, err
	}
	return append(b, doc...), nil
}

// OpenMailbox returns the mailbox in doc after all checks that need no clock: array header, version, types, id (against
// the key inside and the id of the link), signature, rules.
func OpenMailbox(doc, sig []byte, id ID) (Mailbox, error) {
	m, err := ParseMailbox(doc)
	if err != nil {
		return Mailbox{}, err
	}
	if m.ID != id || m.Owner.ID() != id {
		return Mailbox{}, ErrMailboxID
	}
	if VerifySignature(m.Owner, TypeMailbox, doc, sig) != nil {
		return Mailbox{}, ErrMailboxSignature
	}
	if err := m.CheckRules(); err != nil {
		return Mailbox{}, err
	}
	return m, nil
}

// ParseMailbox decodes a mailbox without believing it. Use OpenMailbox, except on bytes whose signature was verified
// before.
func ParseMailbox(doc []byte) (Mailbox, error) {
	var m Mailbox
	if len(doc) < 2 || doc[0] != 0x98 {
		return m, ErrMailboxHeader
	}
	if doc[1] != Version {
		return m, ErrMailboxVersion
	}
	if err := strict.Decode(&m, doc); err != nil {
		return Mailbox{}, fmt.Errorf("%w: %v", ErrMailboxForm, err)
	}
	return m, nil
}

// CheckRules checks the fields of m against each other.
func (m *Mailbox) CheckRules() error {
	switch {
	case m.Revision < 1:
		return fmt.Errorf("%w: revision 0", ErrMailboxRules)
	case m.Created >= m.Expires:
		return fmt.Errorf("%w: expires before it was created", ErrMailboxRules)
	case m.Open > 1:
		return fmt.Errorf("%w: open is neither 0 nor 1", ErrMailboxRules)
	}
	return nil
}
