package wire

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/tinylib/msgp/msgp"
)

// MediaType is the content type of every body of the share protocol.
const MediaType = "application/vnd.safelight+msgpack"

// maxInt is the largest integer on the wire: the largest that JavaScript counts exactly.
const maxInt = 1<<53 - 1

// ErrMalformed reports bytes that are not the one encoding of the expected message.
var ErrMalformed = errors.New("not the expected message")

// Message is any request or reply of this package.
type Message interface {
	msgp.Marshaler
	msgp.Unmarshaler
	check() error
}

var (
	_ Message = (*ChallengeReply)(nil)
	_ Message = (*Grant)(nil)
	_ Message = (*CreateReply)(nil)
	_ Message = (*DoneReply)(nil)
	_ Message = (*StateReply)(nil)
	_ Message = (*OpenRequest)(nil)
	_ Message = (*OpenReply)(nil)
	_ Message = (*GuessRequest)(nil)
	_ Message = (*GuessReply)(nil)
	_ Message = (*TakeRequest)(nil)
	_ Message = (*TakeReply)(nil)
	_ Message = (*LogReply)(nil)
	_ Message = (*KnockRequest)(nil)
	_ Message = (*RevealRequest)(nil)
	_ Message = (*KnockReply)(nil)
	_ Message = (*AdmitReply)(nil)
	_ Message = (*MailboxReply)(nil)
	_ Message = (*MailboxOpenRequest)(nil)
	_ Message = (*MailboxOpenReply)(nil)
	_ Message = (*PostRequest)(nil)
)

// Encode returns the encoding of m. It fails when a field has a length or size that Decode would refuse.
func Encode(m Message) ([]byte, error) {
	if err := m.check(); err != nil {
		return nil, fmt.Errorf("wire: encode %T: %w", m, err)
	}
	b, err := m.MarshalMsg(nil)
	if err != nil {
		return nil, fmt.Errorf("wire: encode %T: %w", m, err)
	}
	if err := checkIntegers(b); err != nil {
		return nil, fmt.Errorf("wire: encode %T: %w", m, err)
	}
	return b, nil
}

// Decode reads m from b, which must be exactly what Encode writes: msgp's readers take long forms, nil and str as well,
// so m is encoded again and compared. The error wraps ErrMalformed.
func Decode(m Message, b []byte) error {
	rest, err := m.UnmarshalMsg(b)
	if err != nil {
		return fmt.Errorf("%w: %v", ErrMalformed, err)
	}
	if len(rest) != 0 {
		return fmt.Errorf("%w: bytes behind the end", ErrMalformed)
	}
	again, err := m.MarshalMsg(nil)
	if err != nil || !bytes.Equal(again, b) {
		return fmt.Errorf("%w: another encoding of the same values", ErrMalformed)
	}
	if err := checkIntegers(b); err != nil {
		return fmt.Errorf("%w: %v", ErrMalformed, err)
	}
	if err := m.check(); err != nil {
		return fmt.Errorf("%w: %v", ErrMalformed, err)
	}
	return nil
}

// checkIntegers refuses integers that JavaScript cannot count. b comes from msgp's writers, so it is well formed.
func checkIntegers(b []byte) (err error) {
	for len(b) > 0 {
		switch msgp.NextType(b) {
		case msgp.ArrayType:
			_, b, err = msgp.ReadArrayHeaderBytes(b)
		case msgp.BinType:
			_, b, err = msgp.ReadBytesZC(b)
		default:
			var n uint64
			if n, b, err = msgp.ReadUint64Bytes(b); n > maxInt {
				return errors.New("integer over 2^53-1")
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

var errLength = errors.New("field of a wrong length")

// orNone reports errLength unless b is empty or has n bytes.
func orNone(b []byte, n int) error {
	if len(b) != 0 && len(b) != n {
		return errLength
	}
	return nil
}

func (*ChallengeReply) check() error     { return nil }
func (*Grant) check() error              { return nil }
func (*CreateReply) check() error        { return nil }
func (*DoneReply) check() error          { return nil }
func (*GuessRequest) check() error       { return nil }
func (*GuessReply) check() error         { return nil }
func (*TakeReply) check() error          { return nil }
func (*KnockRequest) check() error       { return nil }
func (*RevealRequest) check() error      { return nil }
func (*MailboxOpenRequest) check() error { return nil }

func (m *TakeRequest) check() error { return orNone(m.Guess, 16) }

func (m *OpenRequest) check() error {
	return errors.Join(orNone(m.Unlock, 32), orNone(m.Guess, 16))
}

func (m *OpenReply) check() error {
	if m.State != StateLive && m.State != StateDraining {
		return errors.New("unknown state")
	}
	if len(m.Statement) == 0 || len(m.Signature) != 64 || len(m.Manifest) == 0 {
		return errLength
	}
	return orNone(m.Pepper, 32)
}

func (m *StateReply) check() error {
	if m.State < StateUploading || m.State > StateDraining || m.Stage > 2 {
		return errors.New("unknown state or stage")
	}
	if committed := m.State != StateUploading; committed != (m.Stage != 0) || committed != (len(m.Statement) != 0) {
		return errors.New("state and stage contradict each other")
	}
	return errors.Join(orNone(m.Signature, 64), orNone(m.Pepper, 32))
}

func (m *LogReply) check() error {
	if n := len(m.Events); n%LogEventSize != 0 || n > LogRing*LogEventSize || uint64(n/LogEventSize) > m.Ever {
		return errLength
	}
	return nil
}

// knockShape checks what is there against how far the knock is.
func knockShape(status uint64, answer, signature, key, random []byte) error {
	if status < KnockWaiting || status > KnockRefused {
		return errors.New("unknown status")
	}
	answered, revealed := len(answer) != 0, len(key) != 0
	if answered != (len(signature) != 0) || revealed != (len(random) != 0) || revealed && !answered ||
		status == KnockWaiting && answered || status == KnockAnswered && !answered || status > KnockAnswered && status < KnockRefused && !answered {
		return errors.New("status and fields contradict each other")
	}
	return errors.Join(orNone(answer, 32), orNone(signature, 64), orNone(key, 32), orNone(random, 32))
}

func (m *KnockReply) check() error {
	if admitted := m.Status == KnockAdmitted; admitted != (len(m.Box) != 0) || admitted != (len(m.BoxSigned) != 0) {
		return errors.New("status and box contradict each other")
	}
	return errors.Join(knockShape(m.Status, m.Answer, m.Signature, nil, nil), orNone(m.Box, 80), orNone(m.BoxSigned, 64))
}

func (m *AdmitReply) check() error {
	for i := range m.Knocks {
		k := &m.Knocks[i]
		if err := knockShape(k.Status, k.Answer, k.Signature, k.Key, k.Random); err != nil {
			return err
		}
		if revealed := len(k.Key) != 0; k.Status < KnockRevealed && revealed || (k.Status == KnockRevealed || k.Status == KnockAdmitted) && !revealed {
			return errors.New("status and key contradict each other")
		}
	}
	return nil
}

func (m *MailboxReply) check() error {
	if len(m.Document) == 0 || len(m.Signature) != 64 {
		return errLength
	}
	for _, p := range m.Posts {
		if len(p.Sealed) != PostSize {
			return errLength
		}
	}
	return nil
}

func (m *MailboxOpenReply) check() error {
	if len(m.Document) == 0 || len(m.Signature) != 64 || m.Stored > MaxPosts {
		return errLength
	}
	return nil
}

func (m *PostRequest) check() error {
	if len(m.Sealed) != PostSize {
		return errLength
	}
	return nil
}
