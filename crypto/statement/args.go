package statement

import (
	"fmt"

	"github.com/tinylib/msgp/msgp"

	"safelight/crypto/strict"
)

//go:generate go tool msgp -file args.go -o args_gen.go -unexported -io=false -tests=false
//msgp:tuple MailboxArgs admitSigned admitRefuse
//msgp:ignore AdmitArgs AdmitStep
//msgp:replace Commitment with:[32]byte
//msgp:replace AdmitStep with:uint64

// MailboxArgs are the arguments of mailbox, when it makes or changes one; NoArgs asks for what is in it.
type MailboxArgs struct {
	Document  []byte // a Mailbox
	Signature [SignatureSize]byte
	ReadHash  [32]byte // SHA-256 of the read token
	PostHash  [32]byte // SHA-256 of the post token
}

// AdmitStep is what an owner who is asked first wants with a viewer.
type AdmitStep uint64

// The steps.
const (
	AdmitList   AdmitStep = 0 // nothing: show who waits. Stands for NoArgs on the wire
	AdmitAnswer AdmitStep = 1 // Value is o, the owner's random bytes (32); Signature that of KnockBody
	AdmitLetIn  AdmitStep = 2 // Value is the box with R (80); Signature that of AdmitBody
	AdmitRefuse AdmitStep = 3
)

// AdmitArgs are the arguments of admit. Value and Signature stand on the wire in the steps that have them.
type AdmitArgs struct {
	Step      AdmitStep
	Commit    Commitment // c, of the viewer
	Value     []byte
	Signature []byte
}

// The shapes that AdmitArgs has on the wire.
type (
	admitSigned struct {
		Step      AdmitStep
		Commit    Commitment
		Value     []byte
		Signature [SignatureSize]byte
	}
	admitRefuse struct {
		Step   AdmitStep
		Commit Commitment
	}
)

// valueSize is how long Value has to be.
func (s AdmitStep) valueSize() int {
	switch s {
	case AdmitAnswer:
		return 32
	case AdmitLetIn:
		return BoxSize
	}
	return 0
}

// MarshalMsg implements msgp.Marshaler.
func (a *AdmitArgs) MarshalMsg(b []byte) ([]byte, error) {
	if a.Step > AdmitRefuse || len(a.Value) != a.Step.valueSize() || (len(a.Value) != 0) != (len(a.Signature) == SignatureSize) {
		return b, ErrArgs
	}
	switch a.Step {
	case AdmitList:
		return append(b, NoArgs...), nil
	case AdmitRefuse:
		return (&admitRefuse{a.Step, a.Commit}).MarshalMsg(b)
	}
	return (&admitSigned{a.Step, a.Commit, a.Value, [SignatureSize]byte(a.Signature)}).MarshalMsg(b)
}

// AdmitArgs decodes the arguments of admit and checks their lengths. Verify the signature with VerifySignature.
func (r *Request) AdmitArgs() (AdmitArgs, error) {
	if r.Action != ActionAdmit || r.Revision != 0 || len(r.Args) == 0 {
		return AdmitArgs{}, ErrArgs
	}
	var a AdmitArgs
	var err error
	switch r.Args[0] {
	case NoArgs[0]:
	case NoArgs[0] + 2:
		var v admitRefuse
		err = strict.Decode(&v, r.Args)
		a = AdmitArgs{Step: v.Step, Commit: v.Commit}
	default:
		var v admitSigned
		err = strict.Decode(&v, r.Args)
		a = AdmitArgs{v.Step, v.Commit, v.Value, v.Signature[:]}
	}
	if err != nil {
		return AdmitArgs{}, fmt.Errorf("%w: %v", ErrArgs, err)
	}
	// What these bytes say must be what these values are written as: it decides which step has which shape.
	if again, err := a.MarshalMsg(nil); err != nil || string(again) != string(r.Args) {
		return AdmitArgs{}, ErrArgs
	}
	return a, nil
}

// MailboxArgs decodes the arguments of mailbox; nil when there are none, and the owner asks what is in it.
func (r *Request) MailboxArgs() (*MailboxArgs, error) {
	if r.Action != ActionMailbox {
		return nil, ErrArgs
	}
	if r.hasNoArgs() {
		if r.Revision != 0 {
			return nil, fmt.Errorf("%w: revision without a mailbox", ErrArgs)
		}
		return nil, nil
	}
	a := new(MailboxArgs)
	if err := strict.Decode(a, r.Args); err != nil {
		return nil, fmt.Errorf("%w: %v", ErrArgs, err)
	}
	if r.Revision < 1 || len(a.Document) == 0 {
		return nil, fmt.Errorf("%w: revision 0, or no mailbox", ErrArgs)
	}
	return a, nil
}

func (r *Request) hasNoArgs() bool { return len(r.Args) == 1 && r.Args[0] == NoArgs[0] }

var _ msgp.Marshaler = (*AdmitArgs)(nil)
