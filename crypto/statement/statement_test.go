package statement

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"testing"

	"safelight/crypto/strict"
	"safelight/crypto/vectors"
)

// signer is an owner made for a test.
type signer struct{ key ed25519.PrivateKey }

func newSigner(seed byte) signer {
	return signer{ed25519.NewKeyFromSeed(bytes.Repeat([]byte{seed}, 32))}
}

func (s signer) Public() PublicKey                       { return PublicKey(s.key.Public().(ed25519.PublicKey)) }
func (s signer) Sign(docType string, body []byte) []byte { return Sign(s.key, docType, body) }

func sample(o signer) Statement {
	return Statement{
		Version: Version, ID: o.Public().ID(), Owner: o.Public(), Revision: 1, Created: 1_700_000_000_000,
		Expires: 1_700_086_400_000, Manifest: [32]byte{1}, Stage: StageComplete,
		Bundles: []Bundle{{UploadID{1}, 300_000, MinPartSize}, {UploadID{2}, MaxBundleSize, MaxPartSize}},
	}
}

// encode writes s without the checks of Append, so that tests can make what Append refuses.
func encode(t testing.TB, s Statement) []byte {
	t.Helper()
	doc, err := s.MarshalMsg(nil)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func TestOpen(t *testing.T) {
	o := newSigner(7)
	for _, tt := range []struct {
		name string
		edit func(*Statement)
		want error
	}{
		{"plain", func(*Statement) {}, nil},
		{"stage 1", func(s *Statement) { s.Stage, s.Bundles = StageViews, s.Bundles[:1] }, nil},
		{"everything", func(s *Statement) {
			s.ViewLimit, s.Suite, s.AskFirst, s.Locks, s.LogKey = 9, SuiteOPRF1, 1, make([]byte, 32), make([]byte, 32)
		}, nil},
		{"version 2", func(s *Statement) { s.Version = 2 }, ErrVersion},
		{"version 0", func(s *Statement) { s.Version = 0 }, ErrVersion},
		{"expires over 2^53-1", func(s *Statement) { s.Expires = strict.MaxInt + 1 }, ErrForm},
		{"locks of 31 bytes", func(s *Statement) { s.Locks = make([]byte, 31) }, ErrForm},
		{"log key of 33 bytes", func(s *Statement) { s.LogKey = make([]byte, 33) }, ErrForm},
		{"no bundle", func(s *Statement) { s.Bundles = nil }, ErrForm},
		{"three bundles", func(s *Statement) { s.Bundles = append(s.Bundles, Bundle{UploadID{3}, 300_000, MinPartSize}) }, ErrForm},
		{"another id", func(s *Statement) { s.ID[0] ^= 1 }, ErrID},
		{"another owner", func(s *Statement) { s.Owner = newSigner(8).Public() }, ErrID},
		{"revision 0", func(s *Statement) { s.Revision = 0 }, ErrRules},
		{"expires when created", func(s *Statement) { s.Expires = s.Created }, ErrRules},
		{"suite 2", func(s *Statement) { s.Suite = 2 }, ErrRules},
		{"stage 0", func(s *Statement) { s.Stage = 0 }, ErrRules},
		{"stage 3", func(s *Statement) { s.Stage = 3 }, ErrRules},
		{"ask first 2", func(s *Statement) { s.AskFirst = 2 }, ErrRules},
		{"stage 1 with two bundles", func(s *Statement) { s.Stage = StageViews }, ErrRules},
		{"stage 1 with a view limit", func(s *Statement) { s.Stage, s.Bundles, s.ViewLimit = StageViews, s.Bundles[:1], 1 }, ErrRules},
		{"one upload twice", func(s *Statement) { s.Bundles[1].Upload = s.Bundles[0].Upload }, ErrRules},
		{"part size not a multiple", func(s *Statement) { s.Bundles[0].PartSize++ }, ErrRules},
		{"part size too small", func(s *Statement) { s.Bundles[0].PartSize = MinPartSize - PartSizeStep }, ErrRules},
		{"part size too large", func(s *Statement) { s.Bundles[0].PartSize = MaxPartSize + PartSizeStep }, ErrRules},
		{"bundle too small", func(s *Statement) { s.Bundles[0].Size = MinBundleSize - 1 }, ErrRules},
		{"bundle too large", func(s *Statement) { s.Bundles[1].Size = MaxBundleSize + 1 }, ErrRules},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := sample(o)
			tt.edit(&s)
			doc := encode(t, s)
			got, err := Open(doc, o.Sign(TypeStatement, doc), o.Public().ID())
			if !errors.Is(err, tt.want) {
				t.Fatalf("Open = %v, want %v", err, tt.want)
			}
			if again := encode(t, got); err == nil && !bytes.Equal(again, doc) {
				t.Errorf("Open gave another statement:\n%x, want\n%x", again, doc)
			}
		})
	}
}

// TestOpenOrder: with everything wrong at once the first check speaks; mended one by one, the next does.
func TestOpenOrder(t *testing.T) {
	o := newSigner(7)
	s := sample(o)
	s.Stage = 0
	good := encode(t, s)
	sig := o.Sign(TypeStatement, good)
	bad := bytes.Clone(good)
	bad[0], bad[1] = 0x9d, 2
	for _, tt := range []struct {
		name string
		mend func()
		want error
	}{
		{"all wrong", func() { bad = append(bad, 0) }, ErrHeader},
		{"header", func() { bad[0] = 0x9e }, ErrVersion},
		{"version", func() { bad[1] = 1 }, ErrForm},
		{"form", func() { bad = bad[:len(bad)-1]; bad[4] ^= 1 }, ErrID},
		{"id", func() { bad[4] ^= 1; sig[0] ^= 1 }, ErrSignature},
		{"signature", func() { sig[0] ^= 1 }, ErrRules},
	} {
		tt.mend()
		if _, err := Open(bad, sig, o.Public().ID()); !errors.Is(err, tt.want) {
			t.Errorf("%s mended: Open = %v, want %v", tt.name, err, tt.want)
		}
	}
}

// TestOpenDamage: no flipped bit and no cut survives.
func TestOpenDamage(t *testing.T) {
	o := newSigner(7)
	doc := encode(t, sample(o))
	sig := o.Sign(TypeStatement, doc)
	for i := range len(doc) * 8 {
		bad := bytes.Clone(doc)
		bad[i/8] ^= 1 << (i % 8)
		if _, err := Open(bad, sig, o.Public().ID()); err == nil {
			t.Fatalf("bit %d flipped and accepted", i)
		}
	}
	for i := range len(sig) * 8 {
		bad := bytes.Clone(sig)
		bad[i/8] ^= 1 << (i % 8)
		if _, err := Open(doc, bad, o.Public().ID()); !errors.Is(err, ErrSignature) {
			t.Fatalf("bit %d of the signature flipped: %v, want ErrSignature", i, err)
		}
	}
	for n := range doc {
		if _, err := Open(doc[:n], sig, o.Public().ID()); err == nil {
			t.Fatalf("cut to %d bytes and accepted", n)
		}
	}
}

func TestParts(t *testing.T) {
	for _, tt := range []struct {
		size, part uint64
		want       []int64
	}{
		{300_000, 262_144, []int64{262_144, 37_856}},
		{524_288, 262_144, []int64{262_144, 262_144}},
		{182, 262_144, []int64{182}},
	} {
		b := Bundle{Size: tt.size, PartSize: tt.part}
		if int(b.Parts()) != len(tt.want) {
			t.Errorf("Parts(%d/%d) = %d, want %d", tt.size, tt.part, b.Parts(), len(tt.want))
		}
		for n, want := range append(tt.want, 0) {
			if got := b.PartLength(uint32(n)); got != want {
				t.Errorf("PartLength(%d of %d/%d) = %d, want %d", n, tt.size, tt.part, got, want)
			}
		}
		if got := b.PartLength(1<<32 - 1); got != 0 {
			t.Errorf("PartLength(2^32-1) = %d, want 0", got)
		}
	}
}

func TestParseID(t *testing.T) {
	good := "78b1ae74500e5e3e5cae1addd2f6babe"
	id, err := ParseID(good)
	if err != nil || id.String() != good {
		t.Errorf("ParseID(%s) = %s, %v", good, id, err)
	}
	for _, bad := range []string{"", good[:31], good + "0", "78B1ae74500e5e3e5cae1addd2f6babe", "g8b1ae74500e5e3e5cae1addd2f6babe", good[:30] + "é"} {
		if _, err := ParseID(bad); err == nil {
			t.Errorf("ParseID(%q) accepted", bad)
		}
		if _, err := ParseUploadID(bad); err == nil {
			t.Errorf("ParseUploadID(%q) accepted", bad)
		}
	}
}

func FuzzOpen(f *testing.F) {
	o := newSigner(7)
	doc := encode(f, sample(o))
	sig := o.Sign(TypeStatement, doc)
	f.Add(doc, sig)
	cases, err := vectors.Load[vectors.Statement]("statements")
	if err != nil {
		f.Fatal(err)
	}
	for _, c := range cases {
		f.Add([]byte(c.Statement), []byte(c.Signature))
	}
	f.Fuzz(func(t *testing.T, doc, sig []byte) {
		s, err := Parse(doc)
		if err == nil {
			if again := encode(t, s); !bytes.Equal(again, doc) {
				t.Errorf("two encodings of one statement: %x and %x", doc, again)
			}
		}
		if _, err := Open(doc, sig, o.Public().ID()); err != nil && CodeOf(err) == "" {
			t.Errorf("Open = %v, which has no code", err)
		}
	})
}
