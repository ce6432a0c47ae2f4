package statement

import (
	"bytes"
	"errors"
	"testing"

	"github.com/tinylib/msgp/msgp"
)

func TestArgsRoundTrip(t *testing.T) {
	o := newSigner(7)
	id, c := o.Public().ID(), Commitment{1}
	sig := make([]byte, 64)
	doc := sampleMailbox(t, o, func(*Mailbox) {})
	for _, tt := range []struct {
		name     string
		action   Action
		revision uint64
		args     msgp.Marshaler
		size     int
	}{
		{"log", ActionLog, 0, nil, 1},
		{"list", ActionAdmit, 0, &AdmitArgs{}, 1},
		{"list without args", ActionAdmit, 0, nil, 1},
		{"answer", ActionAdmit, 0, &AdmitArgs{AdmitAnswer, c, make([]byte, 32), sig}, 2 + 34 + 34 + 66},
		{"let in", ActionAdmit, 0, &AdmitArgs{AdmitLetIn, c, make([]byte, 80), sig}, 2 + 34 + 82 + 66},
		{"refuse", ActionAdmit, 0, &AdmitArgs{Step: AdmitRefuse, Commit: c}, 2 + 34},
		{"mailbox, look", ActionMailbox, 0, nil, 1},
		{"mailbox, make", ActionMailbox, 1, &MailboxArgs{Document: doc, ReadHash: [32]byte{1}, PostHash: [32]byte{2}}, 1 + 3 + len(doc) + 66 + 34 + 34},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r, err := NewRequest(id, tt.action, make([]byte, FreshnessSize), tt.revision, tt.args)
			if err != nil {
				t.Fatal(err)
			}
			if len(r.Args) != tt.size {
				t.Errorf("args of %d bytes, want %d", len(r.Args), tt.size)
			}
			body, err := r.Seal(o)
			if err != nil {
				t.Fatal(err)
			}
			got, err := ParseRequest(body)
			if err != nil || !bytes.Equal(got.Args, r.Args) {
				t.Fatalf("ParseRequest = %+v, %v", got, err)
			}
			if err := got.Verify(o.Public()); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestAdmitArgsRefuses(t *testing.T) {
	c, o, box, sig := make([]byte, 32), make([]byte, 32), make([]byte, 80), make([]byte, 64)
	arr := func(values ...any) []byte {
		b := msgp.AppendArrayHeader(nil, uint32(len(values)))
		for _, v := range values {
			if n, ok := v.(int); ok {
				b = msgp.AppendUint64(b, uint64(n))
			} else {
				b = msgp.AppendBytes(b, v.([]byte))
			}
		}
		return b
	}
	for _, tt := range []struct {
		name string
		args []byte
	}{
		{"nothing at all", nil},
		{"step 0 written out", arr(0, c)},
		{"step 4", arr(4, c)},
		{"refuse with a value", arr(3, c, o, sig)},
		{"answer without a value", arr(1, c)},
		{"answer with a box", arr(1, c, box, sig)},
		{"let in with random bytes", arr(2, c, o, sig)},
		{"let in with two elements", arr(2, c)},
		{"short commitment", arr(3, c[1:])},
		{"short signature", arr(1, c, o, sig[1:])},
		{"three elements", arr(1, c, o)},
		{"five elements", arr(1, c, o, sig, sig)},
		{"long form", append([]byte{0xdc, 0, 2}, arr(3, c)[1:]...)},
		{"continued", append(arr(3, c), 0x90)},
		{"nil", []byte{0xc0}},
	} {
		r := Request{Action: ActionAdmit, Args: tt.args}
		if a, err := r.AdmitArgs(); !errors.Is(err, ErrArgs) {
			t.Errorf("%s: AdmitArgs = %+v, %v, want ErrArgs", tt.name, a, err)
		}
	}
	for _, a := range []AdmitArgs{{Step: 4}, {Step: AdmitAnswer}, {Step: AdmitAnswer, Value: o}, {Step: AdmitList, Value: o, Signature: sig},
		{Step: AdmitRefuse, Signature: sig}, {Step: AdmitLetIn, Value: o, Signature: sig}} {
		if b, err := a.MarshalMsg(nil); !errors.Is(err, ErrArgs) {
			t.Errorf("MarshalMsg(%+v) = %x, %v, want ErrArgs", a, b, err)
		}
	}
}

func TestMailboxArgsRefuses(t *testing.T) {
	o := newSigner(7)
	doc := sampleMailbox(t, o, func(*Mailbox) {})
	good := &MailboxArgs{Document: doc}
	for _, tt := range []struct {
		name     string
		action   Action
		revision uint64
		args     msgp.Marshaler
	}{
		{"revision 0", ActionMailbox, 0, good},
		{"looking at a revision", ActionMailbox, 1, nil},
		{"no document", ActionMailbox, 1, &MailboxArgs{}},
		{"args of a create", ActionMailbox, 1, &CreateArgs{}},
		{"log with args", ActionLog, 0, good},
		{"log with a revision", ActionLog, 1, nil},
		{"admit with a revision", ActionAdmit, 1, &AdmitArgs{}},
		{"admit with a mailbox", ActionAdmit, 0, good},
	} {
		if _, err := NewRequest(o.Public().ID(), tt.action, make([]byte, FreshnessSize), tt.revision, tt.args); !errors.Is(err, ErrArgs) {
			t.Errorf("%s: NewRequest = %v, want ErrArgs", tt.name, err)
		}
	}
	if _, err := NewRequest(o.Public().ID(), ActionMailbox, nil, 1, good); !errors.Is(err, ErrFreshness) {
		t.Errorf("mailbox without freshness: %v, want ErrFreshness", err)
	}
}

func FuzzAdmitArgs(f *testing.F) {
	for _, a := range []AdmitArgs{{}, {Step: AdmitRefuse}, {AdmitAnswer, Commitment{}, make([]byte, 32), make([]byte, 64)}} {
		b, err := a.MarshalMsg(nil)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		r := Request{Action: ActionAdmit, Args: b}
		a, err := r.AdmitArgs()
		if err != nil {
			return
		}
		if again, err := a.MarshalMsg(nil); err != nil || !bytes.Equal(again, b) {
			t.Errorf("AdmitArgs(%x) is written as %x, %v", b, again, err)
		}
	})
}
