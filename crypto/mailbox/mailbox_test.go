package mailbox

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"filippo.io/age"

	"safelight/crypto/keys"
	"safelight/crypto/link"
	"safelight/crypto/statement"
)

func made(t testing.TB, owner keys.Owner) statement.Mailbox {
	t.Helper()
	doc, sig, err := New(owner, statement.Mailbox{Revision: 1, Created: 1000, Expires: 2000, Open: 1})
	if err != nil {
		t.Fatal(err)
	}
	m, err := statement.OpenMailbox(doc, sig, owner.ID())
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestPostArrives(t *testing.T) {
	maker, sender := keys.NewOwner(), keys.NewOwner()
	m := made(t, maker)
	by, ok := keys.RequestOf(maker.View().RequestCode())
	if !ok {
		t.Fatal("no request code")
	}
	post, err := Seal(&m, by, sender.View().Code())
	if err != nil {
		t.Fatal(err)
	}
	if len(post) != statement.PostSize {
		t.Fatalf("%d bytes", len(post))
	}
	got, err := Open(maker, post)
	if err != nil || !got.Equal(sender.View().Code()) {
		t.Errorf("opened: %v", err)
	}
	if _, err := Open(sender, post); !errors.Is(err, ErrPost) {
		t.Errorf("somebody else opens it: %v", err)
	}
}

// TestRecipientIsAges compares our spelling of keys with age's own.
func TestRecipientIsAges(t *testing.T) {
	owner := keys.NewOwner()
	id, err := identity(owner)
	if err != nil {
		t.Fatal(err)
	}
	key := Recipient(owner)
	want := id.(*age.HybridIdentity).Recipient().String()
	if got := bech32("age1pq", key[:]); got != want {
		t.Errorf("%s\nage: %s", got, want)
	}
	if Recipient(owner) != key || Recipient(keys.NewOwner()) == key {
		t.Error("the recipient does not follow from the owner")
	}
}

// TestStrangersPosts: the server, and everybody who knows the public key but not the link, can put nothing in.
func TestStrangersPosts(t *testing.T) {
	maker, sender := keys.NewOwner(), keys.NewOwner()
	m := made(t, maker)
	to, err := age.ParseHybridRecipient(bech32("age1pq", m.Recipient[:]))
	if err != nil {
		t.Fatal(err)
	}
	sealed := func(plain []byte) []byte {
		var b bytes.Buffer
		w, err := age.Encrypt(&b, to)
		if err != nil {
			t.Fatal(err)
		}
		w.Write(plain)
		w.Close()
		return b.Bytes()
	}
	view, code := maker.View(), sender.View().Code()
	good := plain(view, code)
	changed := func(at int) []byte { b := bytes.Clone(good); b[at] ^= 1; return b }
	for name, post := range map[string][]byte{
		"by the link":          sealed(good),
		"another proof":        sealed(plain(keys.NewOwner().View(), code)),
		"no proof":             sealed(append([]byte(code.Text()), make([]byte, 78)...)),
		"not zero behind":      sealed(changed(127)),
		"a mistyped code":      sealed(changed(3)),
		"a manage code":        sealed(append([]byte(sender.Code().Text()), good[50:]...)),
		"127 bytes":            sealed(good[:127]),
		"129 bytes":            sealed(append(bytes.Clone(good), 0)),
		"an empty one":         nil,
		"random bytes":         bytes.Repeat([]byte{7}, statement.PostSize),
		"the end cut":          sealed(good)[:statement.PostSize-1],
		"damaged at the end":   damaged(sealed(good), statement.PostSize-1),
		"damaged at the start": damaged(sealed(good), 60),
	} {
		_, err := Open(maker, post)
		if name == "by the link" {
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if !errors.Is(err, ErrPost) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func damaged(b []byte, at int) []byte { b[at] ^= 1; return b }

func TestOpenAllDropsRepeatsAndStrangers(t *testing.T) {
	maker := keys.NewOwner()
	m := made(t, maker)
	seal := func(by keys.View, share keys.Owner) []byte {
		post, err := Seal(&m, by, share.View().Code())
		if err != nil {
			t.Fatal(err)
		}
		return post
	}
	a, b := keys.NewOwner(), keys.NewOwner()
	posts := [][]byte{seal(maker.View(), a), seal(keys.NewOwner().View(), b), seal(maker.View(), a), nil, seal(maker.View(), b)}
	codes, at, err := OpenAll(maker, posts)
	if err != nil || len(codes) != 2 || !codes[0].Equal(a.View().Code()) || !codes[1].Equal(b.View().Code()) {
		t.Fatalf("%d codes, %v", len(codes), err)
	}
	if at[0] != 0 || at[1] != 4 {
		t.Errorf("from posts %v", at)
	}
}

// TestSwappedKey: a server that puts its own key into the document is found, because the id commits to the maker.
func TestSwappedKey(t *testing.T) {
	maker, server := keys.NewOwner(), keys.NewOwner()
	m := made(t, maker)
	m.Recipient = Recipient(server)
	doc, err := m.Append(nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := statement.OpenMailbox(doc, server.Sign(statement.TypeMailbox, doc), maker.ID()); !errors.Is(err, statement.ErrMailboxSignature) {
		t.Errorf("signed by the server: %v", err)
	}
	theirs, sig, err := New(server, statement.Mailbox{Revision: 1, Created: 1, Expires: 2, Open: 1})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := statement.OpenMailbox(theirs, sig, maker.ID()); !errors.Is(err, statement.ErrMailboxID) {
		t.Errorf("the server's own mailbox: %v", err)
	}
}

func TestPostHoldsViewCodesOnly(t *testing.T) {
	maker := keys.NewOwner()
	m := made(t, maker)
	if _, err := Seal(&m, maker.View(), maker.Code()); err == nil || strings.Contains(err.Error(), maker.Code().Text()) {
		t.Errorf("a manage code: %v", err)
	}
}

func FuzzOpen(f *testing.F) {
	maker := keys.NewOwner()
	m := made(f, maker)
	post, err := Seal(&m, maker.View(), keys.NewOwner().View().Code())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(post)
	f.Fuzz(func(t *testing.T, b []byte) {
		if _, err := Open(maker, b); err == nil && !bytes.Equal(b, post) {
			t.Fatal("opened what nobody sealed")
		}
	})
}

// FuzzPlain: what somebody with the right key, and maybe with the link, seals in place of code and proof.
func FuzzPlain(f *testing.F) {
	maker := keys.NewOwner()
	m := made(f, maker)
	to, err := age.ParseHybridRecipient(bech32("age1pq", m.Recipient[:]))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(plain(maker.View(), keys.NewOwner().View().Code()))
	f.Add(plain(maker.View(), maker.Code()))
	f.Fuzz(func(t *testing.T, b []byte) {
		b = append(b, make([]byte, statement.PostPlainSize)...)[:statement.PostPlainSize]
		var out bytes.Buffer
		w, err := age.Encrypt(&out, to)
		if err != nil {
			t.Fatal(err)
		}
		w.Write(b)
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		c, err := Open(maker, out.Bytes())
		if err != nil {
			return
		}
		if c.Kind() != link.View || !bytes.Equal(plain(maker.View(), c), b) {
			t.Errorf("%x was taken for a post", b)
		}
	})
}
