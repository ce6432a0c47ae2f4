package vectors

import (
	"bytes"
	"testing"

	"github.com/tinylib/msgp/msgp"

	"safelight/crypto/mailbox"
	"safelight/crypto/seal"
	"safelight/crypto/statement"
)

func requests(t *testing.T) any {
	o := owner()
	other := newSigner(0x33)
	f := File[Request]{About: "FORMAT.md, Owner requests: signature (64) ‖ array. Sealed values inside open to nothing."}
	public := o.Public()
	raw := func(name string, body []byte, code string) {
		c := Request{Name: name, Public: public[:], Body: body, Error: code}
		if code == "" {
			c.Request = requestFields(t, body)
		}
		f.Cases = append(f.Cases, c)
	}
	add := func(name, code string, r statement.Request, args msgp.Marshaler) {
		r.Args = statement.NoArgs
		if args != nil {
			r.Args = marshal(t, args)
		}
		doc := marshal(t, &r)
		raw(name, append(o.Sign(statement.TypeRequest, doc), doc...), code)
	}
	request := func(action statement.Action, freshness int, revision uint64) statement.Request {
		return statement.Request{Version: 1, ID: o.ID(), Action: action, Freshness: count(0xb0, freshness), Revision: revision}
	}
	create := &statement.CreateArgs{Owner: public, ReadHash: [32]byte(count(1, 32)), Expires: 1_767_830_400_000}
	commit := commitArgs(t)
	rules := &statement.CommitArgs{Statement: commit.Statement, Signature: commit.Signature}
	with := func(edit func(*statement.CommitArgs)) *statement.CommitArgs { c := *commit; edit(&c); return &c }

	add("create", "", request(statement.ActionCreate, 0, 0), create)
	add("upload", "", request(statement.ActionUpload, 24, 0), nil)
	add("commit", "", request(statement.ActionCommit, 16, 1), commit)
	add("publish with a new bundle", "", request(statement.ActionPublish, 16, 2), commit)
	add("publish of rules alone", "", request(statement.ActionPublish, 0, 3), rules)
	add("publish that takes the passphrase away", "", request(statement.ActionPublish, 0, 3), with(func(c *statement.CommitArgs) { c.OPRFKey = []byte{} }))
	add("delete", "", request(statement.ActionDelete, 24, 0), nil)
	add("state", "", request(statement.ActionState, 24, 0), nil)

	state := marshal(t, &statement.Request{Version: 1, ID: o.ID(), Action: statement.ActionState, Freshness: count(0xb0, 24), Args: statement.NoArgs})
	sign := func(doc []byte) []byte { return append(o.Sign(statement.TypeRequest, doc), doc...) }
	raw("nothing", nil, "request-form")
	raw("signature alone", o.Sign(statement.TypeRequest, nil), "request-form")
	raw("five elements", sign(splice(state, 0, 1, 0x95)), "request-form")
	raw("a byte behind the end", sign(append(bytes.Clone(state), 0)), "request-form")
	raw("action written long", sign(splice(state, 20, 1, 0xcc, 6)), "request-form")
	raw("version 2", sign(splice(state, 1, 1, 2)), "request-version")
	add("action 0", "request-action", request(0, 24, 0), nil)
	add("action 10", "request-action", request(10, 24, 0), nil)
	add("create with freshness", "request-freshness", request(statement.ActionCreate, 16, 0), create)
	add("commit without freshness", "request-freshness", request(statement.ActionCommit, 0, 1), commit)
	add("publish with a challenge", "request-freshness", request(statement.ActionPublish, 24, 1), rules)
	add("delete without a challenge", "request-freshness", request(statement.ActionDelete, 0, 0), nil)
	add("challenge of 23 bytes", "request-freshness", request(statement.ActionState, 23, 0), nil)
	add("create without arguments", "request-args", request(statement.ActionCreate, 0, 0), nil)
	add("create with a revision", "request-args", request(statement.ActionCreate, 0, 1), create)
	add("state with arguments", "request-args", request(statement.ActionState, 24, 0), create)
	add("delete with a revision", "request-args", request(statement.ActionDelete, 24, 1), nil)
	add("commit of revision 0", "request-args", request(statement.ActionCommit, 16, 0), commit)
	add("commit with nil", "request-args", request(statement.ActionCommit, 16, 1), rules)
	add("publish with a manifest but no pepper", "request-args", request(statement.ActionPublish, 0, 2), with(func(c *statement.CommitArgs) { c.Pepper = nil }))
	add("publish with a pepper but no manifest", "request-args", request(statement.ActionPublish, 0, 2), with(func(c *statement.CommitArgs) { c.Manifest = nil }))
	add("publish with a manifest but no owner box", "request-args", request(statement.ActionPublish, 0, 2), with(func(c *statement.CommitArgs) { c.OwnerBox = nil }))
	add("manifest that is not sealed", "request-args", request(statement.ActionCommit, 16, 1), with(func(c *statement.CommitArgs) { c.Manifest = make([]byte, len(c.Manifest)) }))
	add("manifest of another length", "request-args", request(statement.ActionCommit, 16, 1), with(func(c *statement.CommitArgs) { c.Manifest = c.Manifest[:4000] }))
	add("pepper of 31 bytes", "request-args", request(statement.ActionCommit, 16, 1), with(func(c *statement.CommitArgs) { c.Pepper = count(0, 31) }))
	add("unlock hash empty", "request-args", request(statement.ActionCommit, 16, 1), with(func(c *statement.CommitArgs) { c.UnlockHash = []byte{} }))

	raw("id of another key", append(o.Sign(statement.TypeRequest, otherID(t, other)), otherID(t, other)...), "request-id")
	raw("signed by another key", append(other.Sign(statement.TypeRequest, state), state...), "request-signature")
	raw("signature of a statement", append(o.Sign(statement.TypeStatement, state), state...), "request-signature")

	c, box := statement.Commitment(count(0x11, 32)), count(0x22, statement.BoxSize)
	answer := &statement.AdmitArgs{Step: statement.AdmitAnswer, Commit: c, Value: count(0x90, 32), Signature: o.Sign(statement.TypeKnock, nil)}
	letIn := &statement.AdmitArgs{Step: statement.AdmitLetIn, Commit: c, Value: box, Signature: o.Sign(statement.TypeAdmit, nil)}
	refuse := &statement.AdmitArgs{Step: statement.AdmitRefuse, Commit: c}
	made := exampleMailbox(t)
	add("log", "", request(statement.ActionLog, 24, 0), nil)
	add("admit, who waits", "", request(statement.ActionAdmit, 24, 0), nil)
	add("admit, answer", "", request(statement.ActionAdmit, 24, 0), answer)
	add("admit, let in", "", request(statement.ActionAdmit, 24, 0), letIn)
	add("admit, refuse", "", request(statement.ActionAdmit, 24, 0), refuse)
	add("mailbox, what is in it", "", request(statement.ActionMailbox, 24, 0), nil)
	add("mailbox, make", "", request(statement.ActionMailbox, 24, 1), made)
	add("log without a challenge", "request-freshness", request(statement.ActionLog, 0, 0), nil)
	add("log with arguments", "request-args", request(statement.ActionLog, 24, 0), refuse)
	add("log with a revision", "request-args", request(statement.ActionLog, 24, 1), nil)
	add("admit with an upload id", "request-freshness", request(statement.ActionAdmit, 16, 0), nil)
	add("admit with a revision", "request-args", request(statement.ActionAdmit, 24, 1), refuse)
	step := func(name string, args []byte) {
		add(name, "request-args", request(statement.ActionAdmit, 24, 0), msgp.Raw(args))
	}
	step("admit, step 0 written out", splice(marshal(t, refuse), 1, 1, 0))
	step("admit, step 4", splice(marshal(t, refuse), 1, 1, 4))
	step("admit, refusal with a value", splice(marshal(t, answer), 1, 1, 3))
	step("admit, answer as long as a box", splice(marshal(t, letIn), 1, 1, 1))
	step("admit, box as short as an answer", splice(marshal(t, answer), 1, 1, 2))
	step("admit, answer without a signature", append([]byte{0x93}, marshal(t, answer)[1:70]...))
	add("mailbox without a challenge", "request-freshness", request(statement.ActionMailbox, 0, 1), made)
	add("mailbox of revision 0", "request-args", request(statement.ActionMailbox, 24, 0), made)
	add("mailbox, what is in it, with a revision", "request-args", request(statement.ActionMailbox, 24, 1), nil)
	add("mailbox without a document", "request-args", request(statement.ActionMailbox, 24, 1), &statement.MailboxArgs{})
	return f
}

// exampleMailbox are the arguments that make a mailbox of the example's owner.
func exampleMailbox(t *testing.T) *statement.MailboxArgs {
	t.Helper()
	doc, sig, err := mailbox.New(owner(), statement.Mailbox{Revision: 1, Created: 1_767_225_600_000, Expires: 1_767_830_400_000, Open: 1})
	if err != nil {
		t.Fatal(err)
	}
	return &statement.MailboxArgs{Document: doc, Signature: [64]byte(sig), ReadHash: [32]byte(count(1, 32)), PostHash: [32]byte(count(2, 32))}
}

func otherID(t *testing.T, other signer) []byte {
	return marshal(t, &statement.Request{Version: 1, ID: other.Public().ID(), Action: statement.ActionState, Freshness: count(0xb0, 24), Args: statement.NoArgs})
}

func marshal(t *testing.T, v msgp.Marshaler) []byte {
	t.Helper()
	b, err := v.MarshalMsg(nil)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func commitArgs(t *testing.T) *statement.CommitArgs {
	t.Helper()
	s := exampleStatement()
	doc := marshal(t, &s)
	o, pepper := owner(), [32]byte(count(0x40, 32))
	sealed, err := seal.SealPadded(o.View().LocksPassphrase(), nil)
	if err != nil {
		t.Fatal(err)
	}
	box, err := seal.Seal(o.BoxPassphrase(pepper), make([]byte, 64))
	if err != nil {
		t.Fatal(err)
	}
	return &statement.CommitArgs{
		Statement: doc, Signature: o.Sign(statement.TypeStatement, doc), Manifest: sealed, Locks: []byte{}, OwnerBox: box,
		ReadHash: count(1, 32), UnlockHash: count(2, 32), CommentHash: count(3, 32), Pepper: pepper[:], OPRFKey: unhex(exampleK),
	}
}

func requestFields(t *testing.T, body []byte) *RequestFields {
	t.Helper()
	r, err := statement.ParseRequest(body)
	if err != nil {
		t.Fatal(err)
	}
	return &RequestFields{ID: r.ID[:], Action: uint64(r.Action), Freshness: r.Freshness, Revision: r.Revision, Args: Hex(r.Args)}
}

func TestRequests(t *testing.T) {
	for _, tt := range load[Request](t, "requests") {
		t.Run(tt.Name, func(t *testing.T) {
			r, err := statement.ParseRequest(tt.Body)
			if err == nil {
				err = r.Verify(statement.PublicKey(tt.Public))
			}
			if got := statement.CodeOf(err); got != tt.Error || (err == nil) != (tt.Error == "") {
				t.Fatalf("ParseRequest and Verify = %v, want %q", err, tt.Error)
			}
			if err == nil {
				if a, b := encode(t, requestFields(t, tt.Body)), encode(t, tt.Request); !bytes.Equal(a, b) {
					t.Errorf("fields\n%s, want\n%s", a, b)
				}
			}
		})
	}
}
