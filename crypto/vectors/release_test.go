package vectors

import (
	"bytes"
	"crypto/ecdh"
	"crypto/hkdf"
	"crypto/hpke"
	"crypto/sha256"
	"errors"
	"strings"
	"testing"

	"filippo.io/age"

	"safelight/crypto/accesslog"
	"safelight/crypto/keys"
	"safelight/crypto/knock"
	"safelight/crypto/link"
	"safelight/crypto/locks"
	"safelight/crypto/mailbox"
	"safelight/crypto/seal"
	"safelight/crypto/statement"
)

func must[T any](t *testing.T) func(v T, err error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// sealedRaw seals 64 bytes that may be no event, as the server seals events.
func sealedRaw(t *testing.T, plain []byte) []byte {
	t.Helper()
	seed := owner().LogSeed()
	k := must[hpke.PrivateKey](t)(hpke.DHKEM(ecdh.X25519()).DeriveKeyPair(seed[:]))
	id := owner().ID()
	info := append([]byte("safelight/v1/log"), id[:]...)
	return must[[]byte](t)(hpke.Seal(k.PublicKey(), hpke.HKDFSHA256(), hpke.ChaCha20Poly1305(), info, plain))
}

func events(t *testing.T) any {
	f := File[Event]{About: "FORMAT.md, Access log: events, sealed one by one."}
	o := owner()
	id, seed := o.ID(), o.LogSeed()
	public := accesslog.DeriveKey(seed).Public()
	key := must[accesslog.Key](t)(accesslog.ParseKey(public[:]))
	add := func(name string, sealed []byte, code string, fields *EventFields) {
		f.Cases = append(f.Cases, Event{name, seed[:], public[:], id[:], sealed, code, fields})
	}
	for _, e := range []struct {
		name string
		accesslog.Event
	}{
		{"opened", accesslog.Event{Kind: accesslog.Opened, At: 1_767_225_600_000, Revision: 1}},
		{"taken after a passphrase", accesslog.Event{Kind: accesslog.Taken, At: 1_767_225_600_001, Revision: 2, Tag: accesslog.Tag(count(0, 16))}},
		{"a passphrase tried", accesslog.Event{Kind: accesslog.Tried, At: 1_767_225_600_002, Revision: 2, Tag: accesslog.Tag(count(0, 16))}},
		{"a comment", accesslog.Event{Kind: accesslog.Commented, At: 1, Revision: 1}},
		{"knocked, largest integers", accesslog.Event{Kind: accesslog.Knocked, At: 1<<53 - 1, Revision: 1<<53 - 1}},
		{"a kind of a later version", accesslog.Event{Kind: 200, At: 1, Revision: 1}},
	} {
		add(e.name, must[[]byte](t)(key.Seal(id, e.Event)), "", &EventFields{uint64(e.Kind), e.At, e.Revision, e.Tag[:]})
	}
	good := (accesslog.Event{Kind: accesslog.Opened, At: 1, Revision: 1}).Bytes()
	edited := func(at int, v byte) []byte { b := good; b[at] = v; return sealedRaw(t, b[:]) }
	add("version 2", edited(0, 2), "event", nil)
	add("kind 0", edited(1, 0), "event", nil)
	add("time over 2^53-1", edited(2, 1), "event", nil)
	add("revision over 2^53-1", edited(10, 1), "event", nil)
	add("padding that is not zero", edited(63, 1), "event", nil)
	add("63 bytes", sealedRaw(t, good[:63]), "event", nil)
	add("65 bytes", sealedRaw(t, append(good[:], 0)), "event", nil)
	sealed := must[[]byte](t)(key.Seal(id, accesslog.Event{Kind: accesslog.Opened, At: 1, Revision: 1}))
	add("of another share", must[[]byte](t)(key.Seal(statement.ID{1}, accesslog.Event{Kind: accesslog.Opened, At: 1, Revision: 1})), "event", nil)
	add("flipped", flipped(sealed, 111), "event", nil)
	add("key flipped", flipped(sealed, 0), "event", nil)
	add("cut", sealed[:111], "event", nil)
	return f
}

func flipped(b []byte, at int) []byte { b = bytes.Clone(b); b[at] ^= 1; return b }

func TestEvents(t *testing.T) {
	for _, tt := range load[Event](t, "events") {
		t.Run(tt.Name, func(t *testing.T) {
			k := accesslog.DeriveKey([32]byte(tt.Seed))
			if public := k.Public(); !bytes.Equal(public[:], tt.Public) {
				t.Errorf("public key %x", public)
			}
			e, err := k.Open(statement.ID(tt.ID), tt.Sealed)
			if (err == nil) != (tt.Error == "") || err != nil && !errors.Is(err, accesslog.ErrEvent) {
				t.Fatalf("%v, want %q", err, tt.Error)
			}
			if err == nil && (uint64(e.Kind) != tt.Event.Kind || e.At != tt.Event.At || e.Revision != tt.Event.Revision || !bytes.Equal(e.Tag[:], tt.Event.Tag)) {
				t.Errorf("%+v, want %+v", e, *tt.Event)
			}
		})
	}
}

func knocks(t *testing.T) any {
	f := File[Knock]{About: "FORMAT.md, Ask first: a viewer's key and random bytes, the owner's answer, the words of both, and the admission."}
	o := owner()
	id, public, r := o.ID(), o.Public(), [32]byte(count(0xa0, 32))
	private, n := [32]byte(count(0x50, 32)), [32]byte(count(0x70, 32))
	v := must[knock.Viewer](t)(knock.ViewerFrom(id, private, n))
	key, c := v.Key(), v.Commitment()
	a := knock.Answer{Random: [32]byte(count(0x90, 32))}
	a.Signature = o.Sign(statement.TypeKnock, statement.KnockBody(id, c, a.Random))
	w := knock.Waiting{Commit: c, OwnerRandom: a.Random[:], Signature: a.Signature, Key: key[:], Random: n[:]}
	words := must[knock.Words](t)(knock.OwnerWords(o, w))
	box, signed, err := knock.LetIn(o, w, r)
	if err != nil {
		t.Fatal(err)
	}
	good := Knock{
		Name: "let in", ID: id[:], Public: public[:], Key: private[:], ViewerKey: key[:], Random: n[:], Commit: c[:],
		OwnerRandom: a.Random[:], Signature: a.Signature, Words: words, Box: box, BoxSigned: signed, R: r[:],
	}
	f.Cases = append(f.Cases, good)
	other := newSigner(0x33)
	for _, e := range []struct {
		name, code string
		edit       func(*Knock)
	}{
		{"answer by another key", "answer", func(k *Knock) {
			k.Signature = other.Sign(statement.TypeKnock, statement.KnockBody(id, c, a.Random))
		}},
		{"answer to another knock", "answer", func(k *Knock) {
			k.Signature = o.Sign(statement.TypeKnock, statement.KnockBody(id, statement.Commitment{1}, a.Random))
		}},
		{"answer for another share", "answer", func(k *Knock) {
			k.Signature = o.Sign(statement.TypeKnock, statement.KnockBody(statement.ID{1}, c, a.Random))
		}},
		{"other random bytes of the owner", "answer", func(k *Knock) { k.OwnerRandom = flipped(k.OwnerRandom, 0) }},
		{"signature of an admission", "answer", func(k *Knock) {
			k.Signature = o.Sign(statement.TypeAdmit, statement.KnockBody(id, c, a.Random))
		}},
		{"admission by another key", "admission", func(k *Knock) { k.BoxSigned = other.Sign(statement.TypeAdmit, statement.AdmitBody(c, box)) }},
		{"admission of another knock", "admission", func(k *Knock) {
			k.BoxSigned = o.Sign(statement.TypeAdmit, statement.AdmitBody(statement.Commitment{1}, box))
		}},
		{"box flipped", "admission", func(k *Knock) { k.Box = flipped(k.Box, 79) }},
		{"box flipped and signed", "admission", func(k *Knock) {
			k.Box = flipped(k.Box, 79)
			k.BoxSigned = o.Sign(statement.TypeAdmit, statement.AdmitBody(c, k.Box))
		}},
		{"box cut", "admission", func(k *Knock) {
			k.Box = k.Box[:79]
			k.BoxSigned = o.Sign(statement.TypeAdmit, statement.AdmitBody(c, k.Box))
		}},
	} {
		k := good
		k.Name, k.Error = e.name, e.code
		e.edit(&k)
		f.Cases = append(f.Cases, k)
	}
	return f
}

func TestKnocks(t *testing.T) {
	for _, tt := range load[Knock](t, "knocks") {
		t.Run(tt.Name, func(t *testing.T) {
			v := must[knock.Viewer](t)(knock.ViewerFrom(statement.ID(tt.ID), [32]byte(tt.Key), [32]byte(tt.Random)))
			key, c, p := v.Key(), v.Commitment(), statement.PublicKey(tt.Public)
			if !bytes.Equal(key[:], tt.ViewerKey) || !bytes.Equal(c[:], tt.Commit) {
				t.Errorf("key %x, commitment %x", key, c)
			}
			words, err := v.Words(p, [32]byte(tt.OwnerRandom), tt.Signature)
			if (err != nil) != (tt.Error == "answer") {
				t.Fatalf("the answer: %v, want %q", err, tt.Error)
			}
			if err != nil {
				return
			}
			if words != tt.Words {
				t.Errorf("words %v, want %v", words, tt.Words)
			}
			r, err := v.Admitted(p, tt.Box, tt.BoxSigned)
			if (err != nil) != (tt.Error == "admission") {
				t.Fatalf("the admission: %v, want %q", err, tt.Error)
			}
			if err == nil && !bytes.Equal(r[:], tt.R) {
				t.Errorf("R %x", r)
			}
		})
	}
}

// Identities of locks.json, made once.
const (
	classicIdentity = "AGE-SECRET-KEY-1RSHSQN60HCX5YM0H2VDCKZ4TJCLNPH37ZX5A5KNR200A4F50YQ9S8J7897"
	hybridIdentity  = "AGE-SECRET-KEY-PQ-1TSEKSUWYD2QNT2QXX3H2REKC350KCKG6Z85G6FPYUN7C5DG3G5GSS9SFJ3"
)

func lockFiles(t *testing.T) any {
	f := File[Lock]{About: "FORMAT.md, Locks. The documents inside end in R = a0…bf where they are good."}
	view, r := owner().View(), [32]byte(count(0xa0, 32))
	id := view.ID()
	secret, _ := view.Code().Secret()
	classic := must[*age.X25519Identity](t)(age.ParseX25519Identity(classicIdentity))
	hybrid := must[*age.HybridIdentity](t)(age.ParseHybridIdentity(hybridIdentity))
	add := func(name string, sealed []byte, identity, code string) {
		c := Lock{Name: name, ID: id[:], View: secret[:], Identity: identity, Locks: sealed, Error: code}
		if code == "" {
			c.R = r[:]
		}
		f.Cases = append(f.Cases, c)
	}
	to := func(keys ...string) []locks.Recipient {
		var list []locks.Recipient
		for _, k := range keys {
			list = append(list, must[locks.Recipient](t)(locks.ParseRecipient(k)))
		}
		return list
	}
	of := func(keys ...string) []byte { return must[[]byte](t)(locks.Seal(view, r, to(keys...))) }
	one, two := classic.Recipient().String(), hybrid.Recipient().String()
	add("X25519", of(one), classicIdentity, "")
	add("hybrid", of(two), hybridIdentity, "")
	add("both, by X25519", of(one, two), classicIdentity, "")
	add("both, by hybrid", of(one, two), hybridIdentity, "")
	add("for hybrid, by X25519", of(two), classicIdentity, "not-for-you")
	add("for X25519, by hybrid", of(one), hybridIdentity, "not-for-you")
	raw := func(doc ...byte) []byte { return must[[]byte](t)(seal.SealPadded(view.LocksPassphrase(), doc)) }
	file := func(plain []byte) []byte { return ageSeal(t, classic.Recipient(), plain) }
	bin := func(b []byte) []byte {
		if len(b) > 255 {
			return append([]byte{0xc5, byte(len(b) >> 8), byte(len(b))}, b...)
		}
		return append([]byte{0xc4, byte(len(b))}, b...)
	}
	pair := func(a, b []byte) []byte { return append(append([]byte{0x92}, bin(a)...), bin(b)...) }
	add("for nobody", raw(pair(nil, nil)...), classicIdentity, "locks")
	add("R of 31 bytes", raw(pair(file(r[:31]), nil)...), classicIdentity, "locks")
	add("R of 33 bytes", raw(pair(file(append(r[:], 0)), nil)...), classicIdentity, "locks")
	add("age file cut", raw(pair(file(r[:])[:100], nil)...), classicIdentity, "locks")
	add("three elements", raw(append(append([]byte{0x93}, pair(file(r[:]), nil)[1:]...), 0xc4, 0)...), classicIdentity, "locks")
	add("a byte behind the end", raw(append(pair(file(r[:]), nil), 0)...), classicIdentity, "locks")
	add("nil", raw(0x92, 0xc0, 0xc0), classicIdentity, "locks")
	add("flipped", flipped(of(one), 1000), classicIdentity, "locks")
	add("101 stanzas", raw(pair(ageSeal(t, many(classic.Recipient(), 101), r[:]), nil)...), classicIdentity, "locks")
	return f
}

// many is a recipient with n stanzas.
func many(r age.Recipient, n int) age.Recipient { return repeated{r, n} }

type repeated struct {
	age.Recipient
	n int
}

func (r repeated) Wrap(key []byte) (all []*age.Stanza, err error) {
	for range r.n {
		s, err := r.Recipient.Wrap(key)
		if err != nil {
			return nil, err
		}
		all = append(all, s...)
	}
	return all, nil
}

func TestLocks(t *testing.T) {
	for _, tt := range load[Lock](t, "locks") {
		t.Run(tt.Name, func(t *testing.T) {
			c := link.NewView(statement.ID(tt.ID), [16]byte(tt.View))
			v, _ := keys.ViewOf(c)
			ids := must[[]age.Identity](t)(locks.ParseIdentities(tt.Identity))
			r, err := locks.Open(v, tt.Locks, ids...)
			want := map[string]error{"": nil, "locks": locks.ErrLocks, "not-for-you": locks.ErrNotForYou}[tt.Error]
			if !errors.Is(err, want) {
				t.Fatalf("%v, want %q", err, tt.Error)
			}
			if err == nil && !bytes.Equal(r[:], tt.R) {
				t.Errorf("R %x", r)
			}
		})
	}
}

func mailboxes(t *testing.T) any {
	f := File[Mailbox]{About: "FORMAT.md, Request link: the maker's document. Errors in the order of the checks."}
	o, other := owner(), newSigner(0x33)
	id := o.ID()
	example := statement.Mailbox{
		Version: 1, ID: id, Owner: o.Public(), Revision: 1, Created: 1_767_225_600_000, Expires: 1_767_830_400_000, Open: 1, Recipient: mailbox.Recipient(o),
	}
	raw := func(name, code string, doc, sig []byte) {
		c := Mailbox{Name: name, ID: id[:], Document: doc, Signature: sig, Error: code}
		if code == "" {
			m := must[statement.Mailbox](t)(statement.ParseMailbox(doc))
			sum := sha256.Sum256(m.Recipient[:])
			c.Mailbox = &MailboxFields{m.Owner[:], m.Revision, m.Created, m.Expires, m.Open, sum[:]}
		}
		f.Cases = append(f.Cases, c)
	}
	edited := func(name, code string, edit func(*statement.Mailbox)) {
		m := example
		edit(&m)
		doc := marshal(t, &m)
		raw(name, code, doc, o.Sign(statement.TypeMailbox, doc))
	}
	edited("open", "", func(*statement.Mailbox) {})
	edited("closed, revision 300", "", func(m *statement.Mailbox) { m.Open, m.Revision = 0, 300 })
	edited("version 2", "version", func(m *statement.Mailbox) { m.Version = 2 })
	edited("id of another key", "id", func(m *statement.Mailbox) { m.ID = other.Public().ID() })
	edited("key of another id", "id", func(m *statement.Mailbox) { m.Owner = other.Public() })
	edited("revision 0", "rules", func(m *statement.Mailbox) { m.Revision = 0 })
	edited("expires when it was created", "rules", func(m *statement.Mailbox) { m.Expires = m.Created })
	edited("open 2", "rules", func(m *statement.Mailbox) { m.Open = 2 })
	good := marshal(t, &example)
	sig := o.Sign(statement.TypeMailbox, good)
	signedRaw := func(name, code string, doc []byte) { raw(name, code, doc, o.Sign(statement.TypeMailbox, doc)) }
	signedRaw("nothing", "header", nil)
	signedRaw("nine elements", "header", append(splice(good, 0, 1, 0x99), 0))
	signedRaw("a statement", "header", marshal(t, func() *statement.Statement { s := exampleStatement(); return &s }()))
	signedRaw("a byte behind the end", "form", append(bytes.Clone(good), 0))
	short := good[:len(good)-1]
	signedRaw("recipient of 1,215 bytes", "form", splice(short, len(good)-statement.RecipientSize-2, 2, 0x04, 0xbf))
	raw("signed by another key", "signature", good, other.Sign(statement.TypeMailbox, good))
	raw("signature of a statement", "signature", good, o.Sign(statement.TypeStatement, good))
	raw("another recipient under the same signature", "signature", flipped(good, len(good)-1), sig)
	return f
}

func TestMailboxes(t *testing.T) {
	for _, tt := range load[Mailbox](t, "mailboxes") {
		t.Run(tt.Name, func(t *testing.T) {
			m, err := statement.OpenMailbox(tt.Document, tt.Signature, statement.ID(tt.ID))
			if got := statement.CodeOf(err); got != tt.Error || (err == nil) != (tt.Error == "") {
				t.Fatalf("%v, want %q", err, tt.Error)
			}
			if err != nil {
				return
			}
			sum := sha256.Sum256(m.Recipient[:])
			got := MailboxFields{m.Owner[:], m.Revision, m.Created, m.Expires, m.Open, sum[:]}
			if a, b := encode(t, got), encode(t, *tt.Mailbox); !bytes.Equal(a, b) {
				t.Errorf("fields\n%s, want\n%s", a, b)
			}
		})
	}
}

func posts(t *testing.T) any {
	f := File[Post]{About: "FORMAT.md, Request link: posts to the mailbox of an owner."}
	maker, sender := owner(), keys.OwnerFrom([32]byte(count(0x20, 32)))
	m := statement.Mailbox{Recipient: mailbox.Recipient(maker)}
	view := maker.View()
	seed, proof, sum := maker.MailboxSeed(), view.PostProof(), sha256.Sum256(m.Recipient[:])
	add := func(name, code string, post []byte) {
		c := Post{
			Name: name, Owner: count(0, 32), Secret: seed[:], Recipient: sum[:], PostToken: view.PostToken().Bytes(), Proof: proof[:],
			Post: post, Error: code,
		}
		if code == "" {
			c.Code = sender.View().Code().Text()
		}
		f.Cases = append(f.Cases, c)
	}
	post := must[[]byte](t)(mailbox.Seal(&m, view, sender.View().Code()))
	add("by the link", "", post)
	add("by another link", "post", must[[]byte](t)(mailbox.Seal(&m, sender.View(), sender.View().Code())))
	identity := must[*age.HybridIdentity](t)(age.ParseHybridIdentity(hybridIdentity))
	to := must[*age.HybridRecipient](t)(age.ParseHybridRecipient(identity.Recipient().String()))
	add("to another key", "post", ageSeal(t, to, make([]byte, statement.PostPlainSize)))
	add("cut", "post", post[:len(post)-1])
	add("flipped at its end", "post", flipped(post, len(post)-1))
	add("flipped in its key", "post", flipped(post, 100))
	add("random bytes", "post", count(0, statement.PostSize))
	return f
}

func TestPosts(t *testing.T) {
	for _, tt := range load[Post](t, "posts") {
		t.Run(tt.Name, func(t *testing.T) {
			maker := keys.OwnerFrom([32]byte(tt.Owner))
			recipient, seed, proof := mailbox.Recipient(maker), maker.MailboxSeed(), maker.View().PostProof()
			sum := sha256.Sum256(recipient[:])
			for name, pair := range map[string][2][]byte{
				"recipient": {sum[:], tt.Recipient}, "secret": {seed[:], tt.Secret}, "proof": {proof[:], tt.Proof},
				"post token": {maker.View().PostToken().Bytes(), tt.PostToken},
			} {
				if !bytes.Equal(pair[0], pair[1]) {
					t.Errorf("%s %x, want %x", name, pair[0], pair[1])
				}
			}
			code, err := mailbox.Open(maker, tt.Post)
			if (err == nil) != (tt.Error == "") || err != nil && !errors.Is(err, mailbox.ErrPost) {
				t.Fatalf("%v, want %q", err, tt.Error)
			}
			if err == nil && code.Text() != tt.Code {
				t.Error("another code")
			}
		})
	}
}

func passkeys(t *testing.T) any {
	f := File[Passkey]{About: "FORMAT.md, Locks: the identity of age that follows from what a passkey answers for this salt."}
	salt := sha256.Sum256([]byte("safelight/v1/passkey"))
	for _, c := range []struct {
		name string
		prf  []byte
	}{{"counting", count(0, 32)}, {"all zeros", make([]byte, 32)}, {"all ones", bytes.Repeat([]byte{0xff}, 32)}} {
		scalar := must[[]byte](t)(hkdf.Key(sha256.New, c.prf, nil, "safelight/v1/passkey", 32))
		identity := strings.ToUpper(bech32("age-secret-key-", scalar))
		recipient := must[*age.X25519Identity](t)(age.ParseX25519Identity(identity)).Recipient().String()
		f.Cases = append(f.Cases, Passkey{c.name, salt[:], c.prf, scalar, identity, recipient})
	}
	return f
}

// TestPasskeys: the recipient opens with the identity, and belongs to the scalar.
func TestPasskeys(t *testing.T) {
	for _, tt := range load[Passkey](t, "passkeys") {
		scalar := must[[]byte](t)(hkdf.Key(sha256.New, tt.PRF, nil, "safelight/v1/passkey", 32))
		if identity := strings.ToUpper(bech32("age-secret-key-", scalar)); identity != tt.Identity || !bytes.Equal(scalar, tt.Scalar) {
			t.Errorf("%s: %s", tt.Name, identity)
		}
		public := must[*ecdh.PrivateKey](t)(ecdh.X25519().NewPrivateKey(scalar)).PublicKey().Bytes()
		if recipient := bech32("age", public); recipient != tt.Recipient {
			t.Errorf("%s: %s", tt.Name, recipient)
		}
		view, r := owner().View(), [32]byte(count(1, 32))
		to := must[locks.Recipient](t)(locks.ParseRecipient(tt.Recipient))
		sealed := must[[]byte](t)(locks.Seal(view, r, []locks.Recipient{to}))
		if got, err := locks.Open(view, sealed, must[[]age.Identity](t)(locks.ParseIdentities(tt.Identity))...); err != nil || got != r {
			t.Errorf("%s: %v", tt.Name, err)
		}
	}
}
