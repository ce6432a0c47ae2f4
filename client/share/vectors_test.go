package share

import (
	"bytes"
	"testing"
	"time"

	"safelight/crypto/keys"
	"safelight/crypto/link"
	"safelight/crypto/oprf"
	"safelight/crypto/passphrase"
	"safelight/crypto/statement"
	"safelight/crypto/vectors"
)

// vectorCodes are the codes that this package has for the reasons in shares.json.
var vectorCodes = map[string]string{
	"": "", "signature": "signature", "manifest": "manifest", "locks": "locks", "passphrase": "pepper",
	"damaged": "seal-chunk", "variant": "variant", "index": "manifest-content",
}

// TestVectors opens every share of the released vectors as a viewer, and the good ones as their owner.
func TestVectors(t *testing.T) {
	cases, err := vectors.Load[vectors.Share]("shares")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			want, ok := vectorCodes[c.Error]
			if !ok {
				t.Fatalf("no code is known for %q", c.Error)
			}
			got := ""
			if err := readVector(t, c); err != nil {
				got = Code(err)
			}
			if got != want {
				t.Errorf("opening gives code %q, want %q", got, want)
			}
			if c.Error == "" {
				ownVector(t, c)
			}
		})
	}
}

func parse(t *testing.T, s string) link.Code {
	t.Helper()
	code, err := link.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return code
}

// gateOf is what a viewer comes to who knows the passphrase, and was let in.
func gateOf(t *testing.T, c vectors.Share, s statement.Statement) keys.Gate {
	t.Helper()
	var g keys.Gate
	if len(c.R) > 0 {
		r := [32]byte(c.R)
		g.R = &r
	}
	if s.Suite != statement.SuiteNone {
		k, err := oprf.ParseKey(c.Key)
		if err != nil {
			t.Fatal(err)
		}
		pw, err := passphrase.Derive(k, s.ID, c.Passphrase)
		if err != nil {
			t.Fatal(err)
		}
		g.PW = &pw
	}
	return g
}

func readVector(t *testing.T, c vectors.Share) error {
	view, ok := keys.ViewOf(parse(t, c.Link))
	if !ok {
		t.Fatal("not a view code")
	}
	s, err := statement.Parse(c.Statement)
	if err != nil {
		return err
	}
	o, err := Open(view, Reply{
		Statement: c.Statement, Signature: c.Signature, Manifest: c.Manifest, Locks: c.Locks, Pepper: c.Pepper,
	}, time.UnixMilli(int64(s.Created)))
	if err != nil {
		return err
	}
	pepper, _ := o.Pepper()
	opened, err := o.Unseal(pepper, gateOf(t, c, s))
	if err != nil {
		return err
	}
	_, err = readVariants(opened, func(bundle int, from, to int64) ([]byte, error) {
		b := c.Bundles[bundle]
		return bytes.Clone(b[min(from, int64(len(b))):min(to, int64(len(b)))]), nil
	})
	return err
}

// ownVector opens the owner box with the manage code alone, and finds the same root in it.
func ownVector(t *testing.T, c vectors.Share) {
	t.Helper()
	o, ok := keys.OwnerOf(parse(t, c.Manage))
	if !ok {
		t.Fatal("not a manage code")
	}
	e, err := OpenState(o, State{
		Statement: c.Statement, Signature: c.Signature, Manifest: c.Manifest, Locks: c.Locks,
		OwnerBox: c.OwnerBox, Pepper: c.Pepper, Stage: 1,
	})
	if err != nil {
		t.Fatalf("OpenState: %v", err)
	}
	if _, err := e.Manifest(); err != nil {
		t.Errorf("Manifest: %v", err)
	}
	if got, want := e.Unlock(), o.View().UnlockToken(gateOf(t, c, e.Statement)); !bytes.Equal(got.Bytes(), want.Bytes()) {
		t.Error("the owner's unlock token is another one than the viewer's")
	}
}
