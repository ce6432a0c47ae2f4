package locks

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"filippo.io/age"

	"safelight/crypto/keys"
	"safelight/crypto/seal"
	"safelight/crypto/strict"
)

// person is somebody with a key of each kind.
type person struct {
	recipient Recipient
	identity  []age.Identity
}

func classic(t *testing.T) person {
	t.Helper()
	id, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	return made(t, id.Recipient().String(), id.String())
}

func hybrid(t *testing.T) person {
	t.Helper()
	id, err := age.GenerateHybridIdentity()
	if err != nil {
		t.Fatal(err)
	}
	return made(t, id.Recipient().String(), "# a key file\n"+id.String()+"\n")
}

func made(t *testing.T, recipient, identity string) person {
	t.Helper()
	r, err := ParseRecipient(recipient)
	if err != nil {
		t.Fatal(err)
	}
	ids, err := ParseIdentities(identity)
	if err != nil {
		t.Fatal(err)
	}
	return person{r, ids}
}

// TestTooManyStanzas: a file for more than may be named costs whoever tries a key nothing.
func TestTooManyStanzas(t *testing.T) {
	r := keys.Random32()
	for _, kind := range []func(*testing.T) person{classic, hybrid} {
		me := kind(t)
		for n, want := range map[int]error{MaxRecipients: nil, MaxRecipients + 1: ErrLocks} {
			to := slices.Repeat([]Recipient{kind(t).recipient}, n-1)
			file, err := ageFile(r, append(to, me.recipient), me.recipient.Hybrid())
			if err != nil {
				t.Fatal(err)
			}
			if got, err := openFile(file, me.identity); !errors.Is(err, want) || (err == nil) != (got == r) {
				t.Errorf("%d stanzas, hybrid %v: %v, want %v", n, me.recipient.Hybrid(), err, want)
			}
		}
	}
}

func TestWhoIsNamedOpens(t *testing.T) {
	view, r := keys.NewOwner().View(), keys.Random32()
	people := map[string]person{"X25519": classic(t), "hybrid": hybrid(t), "another": classic(t)}
	groups := [][]string{{"X25519"}, {"hybrid"}, {"X25519", "another"}, {"X25519", "hybrid"}, {"X25519", "hybrid", "another"}}
	for _, group := range groups {
		named := map[string]bool{}
		var to []Recipient
		for _, name := range group {
			named[name] = true
			to = append(to, people[name].recipient)
		}
		sealed, err := Seal(view, r, to)
		if err != nil {
			t.Fatal(err)
		}
		for name, p := range people {
			got, err := Open(view, sealed, p.identity...)
			switch {
			case named[name] && (err != nil || got != r):
				t.Errorf("%v: %s: %v", group, name, err)
			case !named[name] && !errors.Is(err, ErrNotForYou):
				t.Errorf("%v: %s, who is not named: %v", group, name, err)
			}
		}
		if _, err := Open(keys.NewOwner().View(), sealed, people[group[0]].identity...); !errors.Is(err, ErrLocks) {
			t.Errorf("%v: opened with another link: %v", group, err)
		}
	}
}

func TestWhatIsNoLock(t *testing.T) {
	view, r, p, q := keys.NewOwner().View(), keys.Random32(), classic(t), hybrid(t)
	file := func(plain []byte, to age.Recipient) []byte {
		var b bytes.Buffer
		w, err := age.Encrypt(&b, to)
		if err != nil {
			t.Fatal(err)
		}
		w.Write(plain)
		w.Close()
		return b.Bytes()
	}
	good := file(r[:], p.recipient.age)
	for _, c := range []struct {
		name string
		doc  files
		want error
	}{
		{"good", files{Classic: good}, nil},
		{"nobody", files{}, ErrLocks},
		{"31 bytes", files{Classic: file(r[:31], p.recipient.age)}, ErrLocks},
		{"33 bytes", files{Classic: file(append(r[:], 0), p.recipient.age)}, ErrLocks},
		{"no age file", files{Classic: []byte("age-encryption.org/v1\n")}, ErrLocks},
		{"cut", files{Classic: good[:len(good)-1]}, ErrLocks},
		{"continued", files{Classic: append(bytes.Clone(good), 0)}, ErrLocks},
		{"the hybrid one broken", files{Classic: good, Hybrid: good[:100]}, ErrLocks},
		{"hybrid for others", files{Classic: good, Hybrid: file(r[:], q.recipient.age)}, nil},
	} {
		plain, err := strict.Encode(&c.doc)
		if err != nil {
			t.Fatal(err)
		}
		sealed, err := seal.SealPadded(view.LocksPassphrase(), plain)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := Open(view, sealed, p.identity...); !errors.Is(err, c.want) || (c.want == nil && got != r) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
	}
}

func TestRecipients(t *testing.T) {
	p, q := classic(t), hybrid(t)
	for _, c := range []struct {
		name, text string
		n          int
		want       error
	}{
		{"one", p.recipient.text, 1, nil},
		{"a file", "# us\n\n" + p.recipient.text + "\r\n  " + q.recipient.text + "\n" + p.recipient.text, 2, nil},
		{"nothing", "# nobody\n", 0, ErrRecipient},
		{"mistyped", p.recipient.text[:20] + "x" + p.recipient.text[21:] + "z", 0, ErrRecipient},
		{"an identity", "AGE-SECRET-KEY-1QQQQ", 0, ErrRecipient},
		{"words", "my friend", 0, ErrRecipient},
	} {
		got, err := ParseRecipients(c.text, nil)
		if !errors.Is(err, c.want) || len(got) != c.n {
			t.Errorf("%s: %d, %v; want %d, %v", c.name, len(got), err, c.n, c.want)
		}
	}
}

func TestMostRecipients(t *testing.T) {
	view := keys.NewOwner().View()
	q := hybrid(t)
	to := make([]Recipient, MaxRecipients)
	for i := range to {
		to[i] = q.recipient
	}
	if _, err := Seal(view, keys.Random32(), to); err != nil {
		t.Errorf("%d hybrid recipients: %v", MaxRecipients, err)
	}
	if _, err := Seal(view, keys.Random32(), append(to, q.recipient)); !errors.Is(err, ErrMany) {
		t.Errorf("one more: %v", err)
	}
}

func TestIdentitiesAreNotQuoted(t *testing.T) {
	secret := "AGE-SECRET-KEY-1QYQSZQGPQYQSZQGPQYQSZQGPQYQSZQGPQYQSZQGPQYQSZQGPQYQSZQGPZZ"
	_, err := ParseIdentities(secret)
	if !errors.Is(err, ErrIdentity) {
		t.Fatalf("a broken identity: %v", err)
	}
	if strings.Contains(err.Error(), "QYQSZ") {
		t.Errorf("the error holds the key: %v", err)
	}
}

func FuzzRecipients(f *testing.F) {
	f.Add("age1abc\n# x\nssh-ed25519 AAAA")
	f.Fuzz(func(t *testing.T, text string) {
		found, err := ParseRecipients(text, nil)
		if (err == nil) != (len(found) > 0) {
			t.Fatalf("%d recipients and %v", len(found), err)
		}
		for _, r := range found {
			if _, err := ParseRecipient(r.String()); err != nil {
				t.Fatalf("%q is printed as what cannot be read", r)
			}
		}
	})
}

func FuzzIdentities(f *testing.F) {
	f.Add("# x\n\nAGE-SECRET-KEY-1RSHSQN60HCX5YM0H2VDCKZ4TJCLNPH37ZX5A5KNR200A4F50YQ9S8J7897\r\n")
	f.Add("AGE-SECRET-KEY-PQ-1TSEKSUWYD2QNT2QXX3H2REKC350KCKG6Z85G6FPYUN7C5DG3G5GSS9SFJ3")
	f.Fuzz(func(t *testing.T, text string) {
		found, err := ParseIdentities(text)
		if (err == nil) != (len(found) > 0) || err != nil && err != ErrIdentity {
			t.Fatalf("%d identities and %v", len(found), err) // another error could quote the key
		}
	})
}

func FuzzOpen(f *testing.F) {
	view, r := keys.NewOwner().View(), keys.Random32()
	id, err := age.GenerateX25519Identity()
	if err != nil {
		f.Fatal(err)
	}
	plain, err := strict.Encode(&files{Classic: []byte("age-encryption.org/v1\n-> X25519 ")})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(plain)
	f.Fuzz(func(t *testing.T, doc []byte) {
		sealed, err := seal.SealPadded(view.LocksPassphrase(), doc)
		if err != nil {
			return // longer than any document
		}
		if got, err := Open(view, sealed, id); err == nil && got == r {
			t.Fatal("opened what was never sealed")
		}
	})
}
