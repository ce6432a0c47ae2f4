package vectors

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"errors"
	"io"
	"testing"

	"safelight/crypto/keys"
	"safelight/crypto/link"
	"safelight/crypto/manifest"
	"safelight/crypto/oprf"
	"safelight/crypto/passphrase"
	"safelight/crypto/seal"
	"safelight/crypto/statement"
)

// errVariant reports bytes that are not the ones the owner signed.
var errVariant = errors.New("variant")

// errIndex reports an index that is not the one the owner signed.
var errIndex = errors.New("index")

// readShare opens a case as a viewer does and reads every variant.
func readShare(c Share) (*manifest.Manifest, error) {
	code, err := link.Parse(c.Link)
	if err != nil {
		return nil, err
	}
	view, _ := keys.ViewOf(code)
	s, err := statement.Open(c.Statement, c.Signature, view.ID())
	if err != nil {
		return nil, err
	}
	if err := s.CheckLocks(c.Locks); err != nil {
		return nil, err
	}
	gate := keys.Gate{R: orNil(c.R)}
	if s.Suite == statement.SuiteOPRF1 {
		pw, err := askServer(c, view.ID())
		if err != nil {
			return nil, err
		}
		gate.PW = &pw
	}
	m, err := manifest.Open(c.Manifest, view.Root([32]byte(c.Pepper), gate).ManifestPassphrase(), &s)
	if err != nil {
		return nil, err
	}
	var bundles []*seal.Bundle
	for i, b := range m.Bundles {
		opened, err := seal.OpenBundle(keys.BundlePassphrase(view.ID(), b.Key), b.Header[:], s.Bundles[i].Size)
		if err != nil {
			return nil, err
		}
		bundles = append(bundles, opened)
	}
	if ref, ok := m.Index(); ok {
		doc, err := bundles[0].Open(bytes.NewReader(c.Bundles[0]), int64(ref.Offset), int64(ref.Size))
		if err != nil {
			return nil, err
		}
		if m, err = m.WithIndex(doc, s.Bundles); err != nil {
			return nil, errIndex
		}
	}
	for _, p := range m.Photos {
		for _, v := range p.Variants {
			b, err := bundles[v.Bundle].Open(bytes.NewReader(c.Bundles[v.Bundle]), int64(v.Offset), int64(v.Size))
			if err != nil {
				return nil, err
			}
			if sha256.Sum256(b) != v.SHA256 {
				return nil, errVariant
			}
		}
	}
	return m, nil
}

func askServer(c Share, id statement.ID) (pw [32]byte, err error) {
	a, err := passphrase.Start(id, c.Passphrase)
	if err != nil {
		return pw, err
	}
	k, err := oprf.ParseKey(c.Key)
	if err != nil {
		return pw, err
	}
	e, err := oprf.Evaluate(k, a.Blinded[:])
	if err != nil {
		return pw, err
	}
	return a.Finish(e[:])
}

func shareCode(err error) string {
	switch {
	case err == nil:
		return ""
	case errors.Is(err, errVariant), errors.Is(err, errIndex):
		return err.Error()
	case statement.CodeOf(err) != "":
		return statement.CodeOf(err)
	}
	return sealCode(err)
}

func TestShares(t *testing.T) {
	for _, tt := range load[Share](t, "shares") {
		t.Run(tt.Name, func(t *testing.T) {
			m, err := readShare(tt)
			if got := shareCode(err); got != tt.Error {
				t.Fatalf("open = %v, want %q", err, tt.Error)
			}
			if err != nil {
				return
			}
			if a, b := encode(t, fieldsOf(m)), encode(t, tt.Fields); !bytes.Equal(a, b) {
				t.Errorf("fields\n%s, want\n%s", a, b)
			}
			checkStock(t, tt, m)
			checkOwner(t, tt)
		})
	}
}

// checkStock reads every bundle whole, as stock age and unzip do.
func checkStock(t *testing.T, c Share, m *manifest.Manifest) {
	t.Helper()
	s, err := statement.Parse(c.Statement)
	if err != nil {
		t.Fatal(err)
	}
	for i, b := range c.Bundles {
		plain, err := seal.Open(keys.BundlePassphrase(s.ID, m.Bundles[i].Key), b)
		if err != nil {
			t.Fatal(err)
		}
		z, err := zip.NewReader(bytes.NewReader(plain), int64(len(plain)))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range z.File {
			r, err := f.Open()
			if err != nil {
				t.Fatal(err)
			}
			if _, err := io.Copy(io.Discard, r); err != nil {
				t.Errorf("bundle %d, %s: %v", i, f.Name, err)
			}
		}
		if last := z.File[len(z.File)-1].Name; last != "padding" {
			t.Errorf("bundle %d ends with %s", i, last)
		}
	}
}

// checkOwner opens the owner box with the manage code alone.
func checkOwner(t *testing.T, c Share) {
	t.Helper()
	code, err := link.Parse(c.Manage)
	if err != nil {
		t.Fatal(err)
	}
	o, _ := keys.OwnerOf(code)
	s, err := statement.Open(c.Statement, c.Signature, o.ID())
	if err != nil {
		t.Fatal(err)
	}
	box, err := seal.Open(o.BoxPassphrase([32]byte(c.Pepper)), c.OwnerBox)
	if err != nil {
		t.Fatal(err)
	}
	gate, err := keys.GateFromBox(box, &s)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := manifest.Open(c.Manifest, o.View().Root([32]byte(c.Pepper), gate).ManifestPassphrase(), &s); err != nil {
		t.Errorf("with the owner box: %v", err)
	}
}
