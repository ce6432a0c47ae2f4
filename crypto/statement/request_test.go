package statement

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/tinylib/msgp/msgp"

	"safelight/crypto/strict"
	"safelight/crypto/vectors"
)

// sealed returns n bytes that begin like a sealed file.
func sealed(n uint64) []byte {
	head := "age-encryption.org/v1\n-> scrypt " + strings.Repeat("A", 22) + " 1\n" + strings.Repeat("A", 43) +
		"\n--- " + strings.Repeat("A", 43) + "\n"
	return append([]byte(head), make([]byte, n-uint64(len(head)))...)
}

func commitArgs() CommitArgs {
	h := make([]byte, 32)
	return CommitArgs{
		Statement: []byte{0x9e}, Signature: make([]byte, 64), Manifest: sealed(SealedSize(4096)), Locks: []byte{},
		OwnerBox: sealed(OwnerBoxSize), ReadHash: h, UnlockHash: h, CommentHash: h, Pepper: h, OPRFKey: []byte{},
	}
}

func TestRequestRoundTrip(t *testing.T) {
	o := newSigner(7)
	create := &CreateArgs{Owner: o.Public(), ReadHash: [32]byte{1}, Expires: 1_700_000_000_000}
	commit := commitArgs()
	rules := CommitArgs{Statement: []byte{0x9e}, Signature: make([]byte, 64)}
	for _, tt := range []struct {
		name      string
		action    Action
		freshness []byte
		revision  uint64
		args      msgp.Marshaler
	}{
		{"create", ActionCreate, nil, 0, create},
		{"upload", ActionUpload, make([]byte, 24), 0, nil},
		{"commit", ActionCommit, make([]byte, 16), 1, &commit},
		{"publish with parts", ActionPublish, make([]byte, 16), 2, &commit},
		{"publish rules only", ActionPublish, nil, 3, &rules},
		{"delete", ActionDelete, make([]byte, 24), 0, nil},
		{"state", ActionState, make([]byte, 24), 0, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r, err := NewRequest(o.Public().ID(), tt.action, tt.freshness, tt.revision, tt.args)
			if err != nil {
				t.Fatal(err)
			}
			body, err := r.Seal(o)
			if err != nil {
				t.Fatal(err)
			}
			got, err := ParseRequest(body)
			if err != nil {
				t.Fatal(err)
			}
			if err := got.Verify(o.Public()); err != nil {
				t.Fatal(err)
			}
			if got.Action != tt.action || got.Revision != tt.revision || !bytes.Equal(got.Freshness, tt.freshness) || !bytes.Equal(got.Args, r.Args) {
				t.Errorf("got %+v, want %+v", got, r)
			}
			for i := range body {
				bad := bytes.Clone(body)
				bad[i] ^= 1
				if got, err := ParseRequest(bad); err == nil && got.Verify(o.Public()) == nil {
					t.Fatalf("byte %d changed and accepted", i)
				}
			}
		})
	}
}

func TestParseRequestRefuses(t *testing.T) {
	o := newSigner(7)
	nilIn := func(edit func(*CommitArgs)) *CommitArgs { a := commitArgs(); edit(&a); return &a }
	good := commitArgs()
	for _, tt := range []struct {
		name      string
		version   uint64
		action    Action
		freshness int
		revision  uint64
		args      msgp.Marshaler
		want      error
	}{
		{"version 2", 2, ActionState, 24, 0, nil, ErrRequestVersion},
		{"action 0", 1, 0, 24, 0, nil, ErrRequestAction},
		{"action 10", 1, 10, 24, 0, nil, ErrRequestAction},
		{"create with freshness", 1, ActionCreate, 16, 0, &CreateArgs{}, ErrFreshness},
		{"commit without freshness", 1, ActionCommit, 0, 1, &good, ErrFreshness},
		{"publish with a challenge", 1, ActionPublish, 24, 1, &good, ErrFreshness},
		{"state without challenge", 1, ActionState, 0, 0, nil, ErrFreshness},
		{"create without arguments", 1, ActionCreate, 0, 0, nil, ErrArgs},
		{"create with revision", 1, ActionCreate, 0, 1, &CreateArgs{}, ErrArgs},
		{"state with arguments", 1, ActionState, 24, 0, &CreateArgs{}, ErrArgs},
		{"state with revision", 1, ActionState, 24, 1, nil, ErrArgs},
		{"commit of revision 0", 1, ActionCommit, 16, 0, &good, ErrArgs},
		{"commit with nil", 1, ActionCommit, 16, 1, nilIn(func(a *CommitArgs) { a.Locks = nil }), ErrArgs},
		{"publish without statement", 1, ActionPublish, 16, 1, nilIn(func(a *CommitArgs) { a.Statement = nil }), ErrArgs},
		{"publish without signature", 1, ActionPublish, 16, 1, nilIn(func(a *CommitArgs) { a.Signature = nil }), ErrArgs},
		{"publish without pepper", 1, ActionPublish, 16, 1, nilIn(func(a *CommitArgs) { a.Pepper = nil }), ErrArgs},
		{"publish without owner box", 1, ActionPublish, 16, 1, nilIn(func(a *CommitArgs) { a.OwnerBox = nil }), ErrArgs},
		{"publish without manifest", 1, ActionPublish, 16, 1, nilIn(func(a *CommitArgs) { a.Manifest = nil }), ErrArgs},
		{"manifest of another length", 1, ActionCommit, 16, 1, nilIn(func(a *CommitArgs) { a.Manifest = a.Manifest[1:] }), ErrArgs},
		{"manifest not sealed", 1, ActionCommit, 16, 1, nilIn(func(a *CommitArgs) { a.Manifest[3] ^= 1 }), ErrArgs},
		{"locks not sealed", 1, ActionCommit, 16, 1, nilIn(func(a *CommitArgs) { a.Locks = []byte{1} }), ErrArgs},
		{"owner box of another length", 1, ActionCommit, 16, 1, nilIn(func(a *CommitArgs) { a.OwnerBox = a.OwnerBox[1:] }), ErrArgs},
		{"read hash of 31 bytes", 1, ActionCommit, 16, 1, nilIn(func(a *CommitArgs) { a.ReadHash = a.ReadHash[1:] }), ErrArgs},
		{"pepper of 31 bytes", 1, ActionCommit, 16, 1, nilIn(func(a *CommitArgs) { a.Pepper = a.Pepper[1:] }), ErrArgs},
		{"key of 31 bytes", 1, ActionCommit, 16, 1, nilIn(func(a *CommitArgs) { a.OPRFKey = make([]byte, 31) }), ErrArgs},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := Request{Version: tt.version, ID: o.Public().ID(), Action: tt.action, Freshness: make([]byte, tt.freshness), Revision: tt.revision, Args: NoArgs}
			if tt.args != nil {
				b, err := tt.args.MarshalMsg(nil)
				if err != nil {
					t.Fatal(err)
				}
				r.Args = b
			}
			body, err := r.Seal(o)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := ParseRequest(body); !errors.Is(err, tt.want) {
				t.Errorf("ParseRequest = %v, want %v", err, tt.want)
			}
			if tt.version == Version {
				if _, err := NewRequest(r.ID, tt.action, r.Freshness, tt.revision, tt.args); err == nil && tt.want != ErrRequestAction {
					t.Error("NewRequest accepted it")
				}
			}
		})
	}
}

func TestRequestVerify(t *testing.T) {
	o, other := newSigner(7), newSigner(8)
	r, err := NewRequest(o.Public().ID(), ActionState, make([]byte, 24), 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name   string
		signer signer
		key    PublicKey
		want   error
	}{
		{"owner", o, o.Public(), nil},
		{"another signer", other, o.Public(), ErrRequestSig},
		{"another key", other, other.Public(), ErrRequestID},
	} {
		body, err := r.Seal(tt.signer)
		if err != nil {
			t.Fatal(err)
		}
		got, err := ParseRequest(body)
		if err != nil {
			t.Fatal(err)
		}
		if err := got.Verify(tt.key); !errors.Is(err, tt.want) {
			t.Errorf("%s: Verify = %v, want %v", tt.name, err, tt.want)
		}
	}
	// A statement's signature is none for a request of the same bytes.
	doc, _ := strict.Encode(&r)
	got, err := ParseRequest(append(o.Sign(TypeStatement, doc), doc...))
	if err != nil {
		t.Fatal(err)
	}
	if err := got.Verify(o.Public()); !errors.Is(err, ErrRequestSig) {
		t.Errorf("signature of another type: Verify = %v, want ErrRequestSig", err)
	}
}

func FuzzParseRequest(f *testing.F) {
	o := newSigner(7)
	args := commitArgs()
	for _, action := range []Action{ActionState, ActionCommit} {
		r := Request{Version: 1, ID: o.Public().ID(), Action: action, Freshness: make([]byte, 24), Args: NoArgs}
		if action == ActionCommit {
			r.Freshness, r.Revision = r.Freshness[:16], 1
			r.Args, _ = args.MarshalMsg(nil)
		}
		body, err := r.Seal(o)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(body)
	}
	cases, err := vectors.Load[vectors.Request]("requests")
	if err != nil {
		f.Fatal(err)
	}
	for _, c := range cases {
		f.Add([]byte(c.Body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		r, err := ParseRequest(body)
		if err != nil {
			if CodeOf(err) == "" {
				t.Errorf("ParseRequest = %v, which has no code", err)
			}
			return
		}
		doc, err := r.MarshalMsg(nil)
		if err != nil || !bytes.Equal(doc, body[SignatureSize:]) {
			t.Errorf("two encodings of one request: %x and %x", body[SignatureSize:], doc)
		}
	})
}
