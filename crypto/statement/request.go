package statement

import (
	"fmt"

	"github.com/tinylib/msgp/msgp"

	"safelight/crypto/strict"
)

//go:generate go tool msgp -file request.go -o request_gen.go -io=false -tests=false
//msgp:tuple Request CreateArgs CommitArgs
//msgp:ignore Action
//msgp:replace ID with:[16]byte
//msgp:replace PublicKey with:[32]byte
//msgp:replace Action with:uint64

// Action is what an owner asks for.
type Action uint64

// The actions.
const (
	ActionCreate  Action = 1
	ActionUpload  Action = 2
	ActionCommit  Action = 3
	ActionPublish Action = 4
	ActionDelete  Action = 5
	ActionState   Action = 6
	ActionLog     Action = 7
	ActionAdmit   Action = 8
	ActionMailbox Action = 9
)

// FreshnessSize is the length of a server challenge: the server's time (8) and a MAC (16).
const FreshnessSize = 24

// Reasons for refusing an owner request.
var (
	ErrRequestForm    = &Error{"request-form", "request: not a well-formed owner request"}
	ErrRequestVersion = &Error{"request-version", "request: unknown version"}
	ErrRequestAction  = &Error{"request-action", "request: unknown action"}
	ErrFreshness      = &Error{"request-freshness", "request: freshness does not suit the action"}
	ErrArgs           = &Error{"request-args", "request: arguments do not suit the action"}
	ErrRequestID      = &Error{"request-id", "request: id does not belong to this key"}
	ErrRequestSig     = &Error{"request-signature", "request: signature does not verify"}
)

// Request is an owner request. On the wire it stands behind its signature: signature (64) ‖ array.
type Request struct {
	Version   uint64
	ID        ID
	Action    Action
	Freshness []byte   // empty, an upload id (16), or a server challenge (24): see FORMAT.md
	Revision  uint64   // commit, publish, mailbox: that of the document inside; else 0
	Args      msgp.Raw // an array; NoArgs when there are none

	doc, sig []byte `msg:"-"`
}

// NoArgs are the arguments of an action without arguments: an empty array.
var NoArgs = msgp.Raw{0x90}

// CreateArgs are the arguments of create.
type CreateArgs struct {
	Owner    PublicKey
	ReadHash [32]byte // SHA-256 of the read token
	Expires  uint64   // intended, Unix ms
}

// CommitArgs are the arguments of commit and publish. In publish alone, nil means unchanged; an empty slice that is not
// nil means: none. Manifest, OwnerBox and Pepper are nil together or not at all.
type CommitArgs struct {
	Statement   []byte
	Signature   []byte `msg:",allownil"` // of the statement (64)
	Manifest    []byte `msg:",allownil"` // sealed
	Locks       []byte `msg:",allownil"` // sealed, or empty
	OwnerBox    []byte `msg:",allownil"` // sealed
	ReadHash    []byte `msg:",allownil"` // SHA-256 of the token (32)
	UnlockHash  []byte `msg:",allownil"` // SHA-256 of the token (32)
	CommentHash []byte `msg:",allownil"` // SHA-256 of the token (32)
	Pepper      []byte `msg:",allownil"` // 32
	OPRFKey     []byte `msg:",allownil"` // k, 32, or empty without a passphrase
}

// NewRequest returns a request to be sent with Seal. args is a *CreateArgs, a *CommitArgs, an *AdmitArgs,
// a *MailboxArgs, or nil. It fails when
// ParseRequest would refuse the request, for example because a commit leaves something nil.
func NewRequest(id ID, action Action, freshness []byte, revision uint64, args msgp.Marshaler) (Request, error) {
	r := Request{Version: Version, ID: id, Action: action, Freshness: freshness, Revision: revision, Args: NoArgs}
	if args != nil {
		b, err := strict.EncodeNil(args)
		if err != nil {
			return Request{}, err
		}
		r.Args = b
	}
	if !r.freshnessSuits() {
		return Request{}, ErrFreshness
	}
	return r, r.checkArgs()
}

// Seal returns the body of the HTTP request: the signature and the signed array.
func (r *Request) Seal(s Signer) ([]byte, error) {
	doc, err := r.MarshalMsg(nil)
	if err != nil {
		return nil, err
	}
	if err := strict.CheckNilAt(doc, argDepth); err != nil {
		return nil, err
	}
	return append(s.Sign(TypeRequest, doc), doc...), nil
}

// argDepth is how many arrays deep the arguments of a request stand, the only place where nil may occur.
const argDepth = 2

// ParseRequest decodes the body of an owner request without believing it: form, version, action, freshness length and
// the shape of the arguments are checked. Verify has to follow.
func ParseRequest(body []byte) (Request, error) {
	if len(body) < SignatureSize+2 || body[SignatureSize] != 0x96 {
		return Request{}, ErrRequestForm
	}
	sig, doc := body[:SignatureSize], body[SignatureSize:]
	if doc[1] != Version {
		return Request{}, ErrRequestVersion
	}
	var r Request
	if err := strict.DecodeNilAt(&r, doc, argDepth); err != nil {
		return Request{}, fmt.Errorf("%w: %v", ErrRequestForm, err)
	}
	if r.Action < ActionCreate || r.Action > ActionMailbox {
		return Request{}, ErrRequestAction
	}
	r.sig, r.doc = sig, doc
	if !r.freshnessSuits() {
		return Request{}, ErrFreshness
	}
	return r, r.checkArgs()
}

// freshnessSuits reports whether the freshness has a length that the action allows.
func (r *Request) freshnessSuits() bool {
	n := len(r.Freshness)
	switch r.Action {
	case ActionCreate:
		return n == 0
	case ActionCommit:
		return n == len(UploadID{})
	case ActionPublish:
		return n == 0 || n == len(UploadID{})
	}
	return n == FreshnessSize
}

func (r *Request) checkArgs() error {
	switch r.Action {
	case ActionCreate:
		_, err := r.CreateArgs()
		return err
	case ActionCommit, ActionPublish:
		_, err := r.CommitArgs()
		return err
	case ActionAdmit:
		_, err := r.AdmitArgs()
		return err
	case ActionMailbox:
		_, err := r.MailboxArgs()
		return err
	}
	if !r.hasNoArgs() {
		return fmt.Errorf("%w: want none", ErrArgs)
	}
	if r.Revision != 0 {
		return fmt.Errorf("%w: revision without a statement", ErrArgs)
	}
	return nil
}

// Verify checks that p is the key behind r.ID and signed r, which comes from ParseRequest. For create, p is the one in
// the arguments; for everything else, the one in the record.
func (r *Request) Verify(p PublicKey) error {
	if p.ID() != r.ID {
		return ErrRequestID
	}
	if err := VerifySignature(p, TypeRequest, r.doc, r.sig); err != nil {
		return ErrRequestSig
	}
	return nil
}

// CreateArgs decodes the arguments of create.
func (r *Request) CreateArgs() (CreateArgs, error) {
	var a CreateArgs
	if r.Action != ActionCreate || r.Revision != 0 {
		return a, ErrArgs
	}
	if err := strict.Decode(&a, r.Args); err != nil {
		return a, fmt.Errorf("%w: %v", ErrArgs, err)
	}
	return a, nil
}

// CommitArgs decodes the arguments of commit or publish and checks their lengths. What they mean is for Open and the
// server's rules.
func (r *Request) CommitArgs() (CommitArgs, error) {
	var a CommitArgs
	depth := 0
	switch r.Action {
	case ActionCommit:
	case ActionPublish:
		depth = 1
	default:
		return a, ErrArgs
	}
	if err := strict.DecodeNilAt(&a, r.Args, depth); err != nil {
		return a, fmt.Errorf("%w: %v", ErrArgs, err)
	}
	if r.Revision < 1 {
		return a, fmt.Errorf("%w: revision 0", ErrArgs)
	}
	return a, a.check()
}

// OwnerBoxSize is the length of the sealed owner box: PW ‖ R, 64 bytes.
const OwnerBoxSize = HeaderSize + 64 + 16

// check compares lengths; nil passes here, because DecodeNilAt has refused it where it has no place.
func (a *CommitArgs) check() error {
	exact := func(b []byte, n int) bool { return b == nil || len(b) == n }
	orNone := func(b []byte, n int) bool { return len(b) == 0 || len(b) == n }
	switch {
	case len(a.Statement) == 0 || len(a.Signature) != SignatureSize:
		return fmt.Errorf("%w: statement and signature are always there", ErrArgs)
	case (a.Manifest == nil) != (a.Pepper == nil) || (a.Manifest == nil) != (a.OwnerBox == nil):
		return fmt.Errorf("%w: manifest, owner box and pepper change together", ErrArgs)
	case a.Manifest != nil && !IsSealedManifest(a.Manifest):
		return fmt.Errorf("%w: manifest is not a sealed one", ErrArgs)
	case len(a.Locks) != 0 && !IsSealedManifest(a.Locks): // locks are padded like a manifest
		return fmt.Errorf("%w: locks are not sealed ones", ErrArgs)
	case a.OwnerBox != nil && (len(a.OwnerBox) != OwnerBoxSize || !IsSealed(a.OwnerBox)):
		return fmt.Errorf("%w: owner box is not a sealed one", ErrArgs)
	case !exact(a.ReadHash, 32), !exact(a.UnlockHash, 32), !exact(a.CommentHash, 32), !exact(a.Pepper, 32):
		return fmt.Errorf("%w: hash or pepper is not 32 bytes", ErrArgs)
	case !orNone(a.OPRFKey, 32):
		return fmt.Errorf("%w: key of the passphrase is not 32 bytes", ErrArgs)
	}
	return nil
}
