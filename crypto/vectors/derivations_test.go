package vectors

import (
	"bytes"
	"testing"

	"safelight/crypto/keys"
)

// owner is O=00…1f of FORMAT.md.
func owner() keys.Owner { return keys.OwnerFrom([32]byte(count(0, 32))) }

// exampleK and examplePW belong to the passphrase "grüner tee".
const (
	exampleK  = "5ebcea5ee37023ccb9fc2d2019f9d7737be85591ae8652ffa9ef0f4d37063b0e"
	examplePW = "d7be123ceb841ea4e09196638a4baacffc8bdc3e79ce179e3cdd5c4e4998daea"
)

func derivations(*testing.T) any {
	ff, zero := bytes.Repeat([]byte{0xff}, 32), make([]byte, 32)
	return File[Derivation]{
		About: "FORMAT.md, Secrets. An empty pw or r is not 32 zero bytes.",
		Cases: []Derivation{
			derive("the example of FORMAT.md", count(0, 32), count(0x40, 32), count(0x80, 32), nil, nil),
			derive("the example, with its passphrase", count(0, 32), count(0x40, 32), count(0x80, 32), unhex(examplePW), nil),
			derive("with R", count(0, 32), count(0x40, 32), count(0x80, 32), nil, count(0xa0, 32)),
			derive("with both", count(0, 32), count(0x40, 32), count(0x80, 32), unhex(examplePW), count(0xa0, 32)),
			derive("PW of zeros is not no PW", count(0, 32), count(0x40, 32), count(0x80, 32), zero, nil),
			derive("R of zeros is not no R", count(0, 32), count(0x40, 32), count(0x80, 32), nil, zero),
			derive("all zeros", zero, zero, zero, nil, nil),
			derive("all ones", ff, ff, ff, ff, ff),
		},
	}
}

func derive(name string, o, pepper, b, pw, r []byte) Derivation {
	own := keys.OwnerFrom([32]byte(o))
	gate := keys.Gate{PW: orNil(pw), R: orNil(r)}
	root := own.View().Root([32]byte(pepper), gate)
	public, id, log, readHash := own.Public(), own.ID(), own.LogSeed(), own.View().ReadToken().Hash()
	comment, _ := own.Comment().Code().Secret()
	view, _ := own.View().Code().Secret()
	return Derivation{
		Name: name, Owner: o, Pepper: pepper, Bundle: b, PW: pw, R: r,
		Public: public[:], ID: id[:], Comment: comment[:], View: view[:],
		ReadToken: own.View().ReadToken().Bytes(), CommentToken: own.Comment().Token().Bytes(), UnlockToken: own.View().UnlockToken(gate).Bytes(),
		ReadHash: readHash[:], Root: root.Key(), Log: log[:],
		SealManifest: root.ManifestPassphrase(), SealBundle: keys.BundlePassphrase(id, [32]byte(b)),
		SealLocks: own.View().LocksPassphrase(), SealOwner: own.BoxPassphrase([32]byte(pepper)),
		ViewCode: own.View().Code().Text(), CommentCode: own.Comment().Code().Text(), ManageCode: own.Code().Text(),
	}
}

func orNil(b []byte) *[32]byte {
	if len(b) == 0 {
		return nil
	}
	return (*[32]byte)(b)
}

func TestDerivations(t *testing.T) {
	for _, tt := range load[Derivation](t, "derivations") {
		t.Run(tt.Name, func(t *testing.T) {
			got := derive(tt.Name, tt.Owner, tt.Pepper, tt.Bundle, tt.PW, tt.R)
			if a, b := encode(t, got), encode(t, tt); !bytes.Equal(a, b) {
				t.Errorf("derived\n%s, want\n%s", a, b)
			}
		})
	}
}
