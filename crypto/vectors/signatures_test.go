package vectors

import (
	"crypto/ed25519"
	"testing"

	"filippo.io/edwards25519"

	"safelight/crypto/statement"
)

// order is L, the order of the prime subgroup, little-endian.
const order = "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010"

func signatures(*testing.T) any {
	const docType = "statement"
	body := []byte("a body that is signed")
	message := statement.PAE(docType, body)
	o := newSigner(0x33)
	good := o.Sign(docType, body)
	public := o.Public()

	f := File[Signature]{About: "FORMAT.md, Signatures: Ed25519 over PAE; S, R and P canonical, P free of torsion and not the identity, no cofactor."}
	add := func(name string, p, sig []byte, code string) {
		f.Cases = append(f.Cases, Signature{Name: name, Public: p, Type: docType, Body: body, PAE: message, Signature: sig, Error: code})
	}
	add("good", public[:], good, "")
	empty := Signature{Name: "good, empty body", Public: public[:], Type: "request", Body: Hex{}, PAE: statement.PAE("request", nil), Signature: o.Sign("request", nil)}
	f.Cases = append(f.Cases, empty)

	a, zero := scalar(0x77), edwards25519.NewScalar()
	prime := edwards25519.NewIdentityPoint().ScalarBaseMult(a)
	add("good, made from a bare scalar", prime.Bytes(), forge(a, prime.Bytes(), message, nil, nil), "")
	add("good, R is the identity", prime.Bytes(), identityR(a, prime.Bytes(), message), "")

	add("S plus the order", public[:], addOrder(good), "signature")
	add("S of ones", public[:], append(append([]byte{}, good[:32]...), unhex("ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff")...), "signature")
	add("R of another signature", public[:], append(o.Sign(docType, nil)[:32:32], good[32:]...), "signature")
	add("R with torsion", prime.Bytes(), forge(a, prime.Bytes(), message, torsion8, nil), "signature")
	add("R is the identity, not canonical", prime.Bytes(), longIdentityR(a, prime.Bytes(), message), "signature")

	// The equation without cofactor holds for the following, because k is chosen divisible by eight.
	eighth := func(k byte) bool { return k%8 == 0 }
	mixed := edwards25519.NewIdentityPoint().Add(prime, torsion8)
	add("P has torsion, the equation holds", mixed.Bytes(), forge(a, mixed.Bytes(), message, nil, eighth), "signature")
	add("P has torsion, the equation holds with cofactor only", mixed.Bytes(), forge(a, mixed.Bytes(), message, nil, func(k byte) bool { return k%8 != 0 }), "signature")
	order2 := point(unhex("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"))
	mixed2 := edwards25519.NewIdentityPoint().Add(prime, order2)
	add("P has torsion of order 2", mixed2.Bytes(), forge(a, mixed2.Bytes(), message, nil, eighth), "signature")
	for _, p := range []struct{ name, enc string }{
		{"P is the identity", "0100000000000000000000000000000000000000000000000000000000000000"},
		{"P is the identity, y not canonical", "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"},
		{"P is the identity, sign not canonical", "0100000000000000000000000000000000000000000000000000000000000080"},
		{"P of order 2", "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"},
		{"P of order 4", "0000000000000000000000000000000000000000000000000000000000000000"},
		{"P of order 4, y not canonical", "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"},
		{"P of order 8", "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"},
	} {
		add(p.name, unhex(p.enc), forge(zero, unhex(p.enc), message, nil, eighth), "signature")
	}
	add("P is no point", unhex("0200000000000000000000000000000000000000000000000000000000000000"), good, "signature")
	add("signature of zeros", public[:], make([]byte, 64), "signature")
	return f
}

// identityR signs with the nonce 0: R is the identity, S is k·a. Bad practice, and valid.
func identityR(a *edwards25519.Scalar, enc, message []byte) []byte {
	r := edwards25519.NewIdentityPoint().Bytes()
	return append(r, edwards25519.NewScalar().Multiply(challenge(r, enc, message), a).Bytes()...)
}

// longIdentityR is identityR with the other encoding of y = 1.
func longIdentityR(a *edwards25519.Scalar, enc, message []byte) []byte {
	r := unhex("eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")
	return append(r, edwards25519.NewScalar().Multiply(challenge(r, enc, message), a).Bytes()...)
}

// addOrder adds L to S.
func addOrder(sig []byte) []byte {
	out := append([]byte{}, sig...)
	carry := 0
	for i, l := range unhex(order) {
		carry += int(out[32+i]) + int(l)
		out[32+i] = byte(carry)
		carry >>= 8
	}
	return out
}

func TestSignatures(t *testing.T) {
	for _, tt := range load[Signature](t, "signatures") {
		t.Run(tt.Name, func(t *testing.T) {
			if got := statement.PAE(tt.Type, tt.Body); string(got) != string(tt.PAE) {
				t.Errorf("PAE = %q, want %q", got, tt.PAE)
			}
			err := statement.VerifySignature(statement.PublicKey(tt.Public), tt.Type, tt.Body, tt.Signature)
			if got := statement.CodeOf(err); got != tt.Error || (err == nil) != (tt.Error == "") {
				t.Errorf("VerifySignature = %v, want %q", err, tt.Error)
			}
		})
	}
}

// TestSignaturesControl: the keys that we refuse beyond crypto/ed25519 carry signatures that it takes. Without them the
// vectors would prove nothing about our own check.
func TestSignaturesControl(t *testing.T) {
	taken := 0
	for _, tt := range load[Signature](t, "signatures") {
		if tt.Error != "" && len(tt.Signature) == ed25519.SignatureSize && ed25519.Verify(ed25519.PublicKey(tt.Public), tt.PAE, tt.Signature) {
			taken++
			t.Logf("crypto/ed25519 alone takes: %s", tt.Name)
		}
	}
	if taken < 8 {
		t.Errorf("crypto/ed25519 takes %d of the signatures that we refuse, want at least 8", taken)
	}
}
