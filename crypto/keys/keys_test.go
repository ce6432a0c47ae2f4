package keys

import (
	"encoding/hex"
	"fmt"
	"testing"

	"safelight/crypto/link"
	"safelight/crypto/statement"
)

// count returns n bytes that count up from first.
func count(first, n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(first + i)
	}
	return b
}

// TestTree is the vector of FORMAT.md: O=00…1f, pepper=40…5f, B=80…9f.
func TestTree(t *testing.T) {
	o := OwnerFrom([32]byte(count(0, 32)))
	pepper, key := [32]byte(count(0x40, 32)), [32]byte(count(0x80, 32))
	pw, _ := hex.DecodeString("d7be123ceb841ea4e09196638a4baacffc8bdc3e79ce179e3cdd5c4e4998daea")
	with := Gate{PW: (*[32]byte)(pw)}
	p, seed, c, l := o.Public(), o.LogSeed(), o.Comment().secret, o.View().secret
	for _, tt := range []struct{ name, got, want string }{
		{"P", hex.EncodeToString(p[:]), "bdc682342ceed80d5965e3d93b8da20da203325c335e83e96aa8e172e020701a"},
		{"id", o.ID().String(), "78b1ae74500e5e3e5cae1addd2f6babe"},
		{"C", hex.EncodeToString(c[:]), "9f87f7c02eb2949ae8c1f7c449b75c97"},
		{"L", hex.EncodeToString(l[:]), "2cba11046cae9e7ece0df16639e9c4ca"},
		{"read", hex.EncodeToString(o.View().ReadToken().Bytes()), "197fd001e4e0f7841bf136a8239a5cddb6b6bdf7104bc953b768a46c4d6341ec"},
		{"comment", hex.EncodeToString(o.Comment().Token().Bytes()), "9993311f7e9f4edfcbb82e9dbb2601bd0589d89525c0d88f8394898e25500ee2"},
		{"log", hex.EncodeToString(seed[:]), "eb581a383c9882b03adea3fd1e65bc31b48197729bf0de79750736942c6e3db8"},
		{"unlock", hex.EncodeToString(o.View().UnlockToken(Gate{}).Bytes()), "9629cb627b0242911e4a4466d8fb5c686da79db229ce5a66b1ed1dcf39838f39"},
		{"root", hex.EncodeToString(root(o, pepper, Gate{})), "189b8fc6e06bd1b49b951a384e68cb35c20c8f1596b0b583b1629a4314418996"},
		{"manifest", o.View().Root(pepper, Gate{}).ManifestPassphrase(), "90a933c8feca39c9d116ab11bec32e768bc5c66bc13fca811ffbc4080e0fe4d9"},
		{"unlock with passphrase", hex.EncodeToString(o.View().UnlockToken(with).Bytes()), "f3e806cde7e9bb6c56ff5c63fe6e39e57a842bcf58c7d12bb3ba7c21f9a0d610"},
		{"root with passphrase", hex.EncodeToString(root(o, pepper, with)), "efc4c71c948f98c24042ce11146974ae3053ece6dbcdc95d028fa4aa36eb4b3e"},
		{"manifest with passphrase", o.View().Root(pepper, with).ManifestPassphrase(), "432bc57de9e8487891dc3fc683d971962b93ce57148495e5bd198a6a96d6e4ec"},
		{"bundle", BundlePassphrase(o.ID(), key), "822017394dfab548959174300af9ad6011ec58df2cdd9453c39e60d5469d6533"},
		{"locks", o.View().LocksPassphrase(), "ec27877f5d8050bed6b87e0d8ec7f014680ab36ff133983782730c7bbff1903a"},
		{"owner", o.BoxPassphrase(pepper), "2567386c6eb0758d4b2a2a0d07b10a3ce340fd37206b85014ba5a09e6ff249bb"},
		{"view code", o.View().Code().Text(), "3ru9NkJr1Bu1GFzBVpCuRSPL8twt2cTLufhnCCMw6FvRrpi2M5"},
		{"comment code", o.Comment().Code().Text(), "5oeKcCLhRs895qh65SCrk3Br1x6LFfMDXwkrBoeSeDCo7KbHQR"},
		{"manage code", o.Code().Text(), "6qEdXeM4dNxfRo4wNCmnSTJMNHFCy344DbPjjwcCWf9dVwWW5d"},
	} {
		if tt.got != tt.want {
			t.Errorf("%s = %s, want %s", tt.name, tt.got, tt.want)
		}
	}
}

func root(o Owner, pepper [32]byte, g Gate) []byte {
	k := o.View().Root(pepper, g).key
	return k[:]
}

// TestEmptyIsNotZero: a gate that is not used differs from one of zeros, and the two gates differ from each other.
func TestEmptyIsNotZero(t *testing.T) {
	v := OwnerFrom([32]byte{1}).View()
	zero, one := [32]byte{}, [32]byte{1}
	seen := map[string]string{}
	for name, g := range map[string]Gate{
		"none": {}, "PW zero": {PW: &zero}, "R zero": {R: &zero}, "PW one": {PW: &one}, "R one": {R: &one}, "both": {PW: &one, R: &one},
	} {
		key := string(v.UnlockToken(g).Bytes())
		if other, ok := seen[key]; ok {
			t.Errorf("%s and %s give the same unlock token", name, other)
		}
		seen[key] = name
	}
}

func TestCodes(t *testing.T) {
	o := NewOwner()
	request := link.NewRequest(o.ID(), [16]byte{1})
	for _, tt := range []struct {
		name                 string
		code                 link.Code
		owner, comment, view bool
	}{
		{"manage", o.Code(), true, true, true},
		{"comment", o.Comment().Code(), false, true, true},
		{"view", o.View().Code(), false, false, true},
		{"request", request, false, false, false},
	} {
		_, isOwner := OwnerOf(tt.code)
		_, isComment := CommentOf(tt.code)
		v, isView := ViewOf(tt.code)
		if isOwner != tt.owner || isComment != tt.comment || isView != tt.view {
			t.Errorf("%s: owner, comment, view = %v, %v, %v", tt.name, isOwner, isComment, isView)
		}
		if isView && v != o.View() {
			t.Errorf("%s: another view", tt.name)
		}
	}
}

func TestGateFromBox(t *testing.T) {
	pw, r := [32]byte{1}, [32]byte{2}
	full := Gate{PW: &pw, R: &r}.Box()
	for _, tt := range []struct {
		name       string
		box        []byte
		suite, ask uint64
		ok         bool
	}{
		{"both", full, 1, 1, true},
		{"none", make([]byte, 64), 0, 0, true},
		{"zeros where used", make([]byte, 64), 1, 1, true},
		{"PW not announced", full, 0, 1, false},
		{"R not announced", full, 1, 0, false},
		{"short", full[1:], 1, 1, false},
		{"long", append(full, 0), 1, 1, false},
	} {
		s := &statement.Statement{Suite: tt.suite, AskFirst: tt.ask}
		g, err := GateFromBox(tt.box, s)
		if (err == nil) != tt.ok {
			t.Errorf("%s: GateFromBox = %v, want ok %v", tt.name, err, tt.ok)
		}
		if err == nil && !g.Fits(s) {
			t.Errorf("%s: the gate does not fit its statement", tt.name)
		}
	}
}

// secrets returns one of everything that holds a secret.
func secrets() []any {
	o := OwnerFrom([32]byte{1})
	pw := [32]byte{1}
	return []any{o, &o, o.Comment(), o.View(), o.View().ReadToken(), o.View().Root([32]byte{}, Gate{}), Gate{PW: &pw}, o.Code()}
}

func TestRedacted(t *testing.T) {
	for _, v := range secrets() {
		for _, verb := range []string{"%v", "%+v", "%#v", "%x", "%s", "%q", "%d"} {
			if got := fmt.Sprintf(verb, v); got != "redacted" {
				t.Errorf("Sprintf(%q, %T) = %s, want redacted", verb, v, got)
			}
		}
	}
}
