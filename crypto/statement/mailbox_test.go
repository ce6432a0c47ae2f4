package statement

import (
	"bytes"
	"errors"
	"testing"

	"filippo.io/age"
)

// sampleMailbox returns the bytes of a mailbox after edit, without the checks of Append.
func sampleMailbox(t testing.TB, o signer, edit func(*Mailbox)) []byte {
	t.Helper()
	m := Mailbox{
		Version: Version, ID: o.Public().ID(), Owner: o.Public(), Revision: 1, Created: 1_700_000_000_000,
		Expires: 1_700_086_400_000, Open: 1, Recipient: [RecipientSize]byte{1},
	}
	edit(&m)
	doc, err := m.MarshalMsg(nil)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func TestOpenMailbox(t *testing.T) {
	o := newSigner(7)
	for _, tt := range []struct {
		name string
		edit func(*Mailbox)
		want error
	}{
		{"plain", func(*Mailbox) {}, nil},
		{"closed", func(m *Mailbox) { m.Open = 0 }, nil},
		{"later revision", func(m *Mailbox) { m.Revision = 300 }, nil},
		{"version 2", func(m *Mailbox) { m.Version = 2 }, ErrMailboxVersion},
		{"version 0", func(m *Mailbox) { m.Version = 0 }, ErrMailboxVersion},
		{"expires over 2^53-1", func(m *Mailbox) { m.Expires = 1 << 53 }, ErrMailboxForm},
		{"another id", func(m *Mailbox) { m.ID[0] ^= 1 }, ErrMailboxID},
		{"another owner", func(m *Mailbox) { m.Owner = newSigner(8).Public() }, ErrMailboxID},
		{"revision 0", func(m *Mailbox) { m.Revision = 0 }, ErrMailboxRules},
		{"expires when created", func(m *Mailbox) { m.Expires = m.Created }, ErrMailboxRules},
		{"open 2", func(m *Mailbox) { m.Open = 2 }, ErrMailboxRules},
	} {
		t.Run(tt.name, func(t *testing.T) {
			doc := sampleMailbox(t, o, tt.edit)
			m, err := OpenMailbox(doc, o.Sign(TypeMailbox, doc), o.Public().ID())
			if !errors.Is(err, tt.want) || tt.want != nil && CodeOf(err) != CodeOf(tt.want) {
				t.Fatalf("OpenMailbox = %v, want %v", err, tt.want)
			}
			if err != nil {
				return
			}
			if again, err := m.Append(nil); err != nil || !bytes.Equal(again, doc) {
				t.Errorf("Append = %x, %v, want %x", again, err, doc)
			}
		})
	}
}

func TestOpenMailboxRefuses(t *testing.T) {
	o, id := newSigner(7), newSigner(7).Public().ID()
	doc := sampleMailbox(t, o, func(*Mailbox) {})
	sig := o.Sign(TypeMailbox, doc)
	for _, tt := range []struct {
		name     string
		doc, sig []byte
		id       ID
		want     error
	}{
		{"empty", nil, sig, id, ErrMailboxHeader},
		{"cut", doc[:len(doc)-1], sig, id, ErrMailboxForm},
		{"continued", append(bytes.Clone(doc), 0), sig, id, ErrMailboxForm},
		{"nine elements", append([]byte{0x99}, append(bytes.Clone(doc[1:]), 0)...), sig, id, ErrMailboxHeader},
		{"long header", append([]byte{0xdc, 0, 8}, doc[1:]...), sig, id, ErrMailboxHeader},
		{"id of another link", doc, sig, ID{1}, ErrMailboxID},
		{"signed as a statement", doc, o.Sign(TypeStatement, doc), id, ErrMailboxSignature},
		{"signed by another", doc, newSigner(8).Sign(TypeMailbox, doc), id, ErrMailboxSignature},
		{"short signature", doc, sig[1:], id, ErrMailboxSignature},
	} {
		if _, err := OpenMailbox(tt.doc, tt.sig, tt.id); !errors.Is(err, tt.want) {
			t.Errorf("%s: OpenMailbox = %v, want %v", tt.name, err, tt.want)
		}
	}
	if _, err := Open(doc, sig, id); !errors.Is(err, ErrHeader) {
		t.Errorf("a mailbox taken for a statement: %v, want ErrHeader", err)
	}
}

func FuzzParseMailbox(f *testing.F) {
	f.Add(sampleMailbox(f, newSigner(7), func(*Mailbox) {}))
	f.Fuzz(func(t *testing.T, doc []byte) {
		m, err := ParseMailbox(doc)
		if err != nil {
			return
		}
		if again, err := m.Append(nil); err != nil || !bytes.Equal(again, doc) {
			t.Errorf("ParseMailbox(%x) is written as %x, %v", doc, again, err)
		}
	})
}

// TestIsPost holds the shape against what age writes.
func TestIsPost(t *testing.T) {
	identity, err := age.GenerateHybridIdentity()
	if err != nil {
		t.Fatal(err)
	}
	write := func(n int, to ...age.Recipient) []byte {
		var b bytes.Buffer
		w, err := age.Encrypt(&b, to...)
		if err != nil {
			t.Fatal(err)
		}
		w.Write(make([]byte, n))
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	good := write(PostPlainSize, identity.Recipient())
	if !IsPost(good) {
		t.Fatalf("IsPost of what age wrote, %d bytes = false\n%.60q", len(good), good)
	}
	classic, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	edit := func(i int, c byte) []byte { b := bytes.Clone(good); b[i] = c; return b }
	head := bytes.Index(good, []byte("\n--- "))
	for name, b := range map[string][]byte{
		"127 bytes":                   write(PostPlainSize-1, identity.Recipient()),
		"129 bytes":                   write(PostPlainSize+1, identity.Recipient()),
		"classic recipient":           append(write(PostPlainSize, classic.Recipient()), make([]byte, 2000)...)[:PostSize],
		"two recipients":              write(PostPlainSize, identity.Recipient(), identity.Recipient())[:PostSize],
		"cut":                         good[:PostSize-1],
		"continued":                   append(bytes.Clone(good), 0),
		"empty":                       nil,
		"zeros":                       make([]byte, PostSize),
		"other version":               edit(20, '2'),
		"space in the encapsulation":  edit(100, ' '),
		"newline in it":               edit(100, '\n'),
		"padding":                     edit(head-1, '='),
		"second spelling of the body": edit(head-1, 'B'),
		"no newline behind the MAC":   edit(head+5+43, 'A'),
	} {
		if IsPost(b) {
			t.Errorf("%s: IsPost = true", name)
		}
	}
}

func FuzzIsPost(f *testing.F) {
	f.Add([]byte("age-encryption.org/v1\n-> mlkem768x25519 "))
	f.Fuzz(func(t *testing.T, b []byte) {
		long := append(bytes.Clone(b), make([]byte, PostSize)...)[:PostSize]
		if IsPost(b) && len(b) != PostSize || IsPost(long) && !bytes.HasPrefix(long, []byte("age-encryption.org/v1\n-> mlkem768x25519 ")) {
			t.Errorf("IsPost(%x)", b)
		}
	})
}
