package vectors

import (
	"crypto/ed25519"
	"crypto/sha512"
	"encoding/hex"
	"math/big"

	"filippo.io/edwards25519"

	"safelight/crypto/statement"
)

// unhex panics on bad input: it is for constants.
func unhex(s string) []byte {
	b, err := hex.DecodeString(s)
	if err != nil {
		panic(err)
	}
	return b
}

// rawCode writes a code of any kind, by big numbers: a second implementation of the encoding.
func rawCode(kind byte, id statement.ID, secret [16]byte) string {
	b := append([]byte{kind}, id[:]...)
	b = append(b, secret[:]...)
	sum := statement.Hash("check", b)
	n := new(big.Int).SetBytes(append(b, sum[:4]...))
	const alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
	out := make([]byte, 50)
	for i := len(out) - 1; i >= 0; i-- {
		var r big.Int
		n.DivMod(n, big.NewInt(58), &r)
		out[i] = alphabet[r.Int64()]
	}
	return string(out)
}

// signer signs for a seed that no share has.
type signer struct{ key ed25519.PrivateKey }

func newSigner(first int) signer { return signer{ed25519.NewKeyFromSeed(count(first, 32))} }

func (s signer) Public() statement.PublicKey {
	return statement.PublicKey(s.key.Public().(ed25519.PublicKey))
}
func (s signer) Sign(docType string, body []byte) []byte {
	return statement.Sign(s.key, docType, body)
}

// point decodes an encoding that is known to be one.
func point(enc []byte) *edwards25519.Point {
	p, err := edwards25519.NewIdentityPoint().SetBytes(enc)
	if err != nil {
		panic(err)
	}
	return p
}

// torsion8 generates the eight points whose multiples by eight vanish.
var torsion8 = point(unhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"))

func scalar(fill byte) *edwards25519.Scalar {
	wide := make([]byte, 64)
	wide[0], wide[9] = fill, fill
	s, err := edwards25519.NewScalar().SetUniformBytes(wide)
	if err != nil {
		panic(err)
	}
	return s
}

// challenge is the k of Ed25519: SHA-512(R ‖ P ‖ message) modulo the order.
func challenge(r, p, message []byte) *edwards25519.Scalar {
	h := sha512.New()
	h.Write(r)
	h.Write(p)
	h.Write(message)
	k, err := edwards25519.NewScalar().SetUniformBytes(h.Sum(nil))
	if err != nil {
		panic(err)
	}
	return k
}

// forge signs with secret scalar a under the encoding enc of a public key, adding shift to R. It tries nonces until
// accept takes k; nil takes the first.
func forge(a *edwards25519.Scalar, enc, message []byte, shift *edwards25519.Point, accept func(k byte) bool) []byte {
	for i := byte(1); ; i++ {
		r := scalar(i)
		point := edwards25519.NewIdentityPoint().ScalarBaseMult(r)
		if shift != nil {
			point.Add(point, shift)
		}
		k := challenge(point.Bytes(), enc, message)
		if accept != nil && !accept(k.Bytes()[0]) {
			continue
		}
		s := edwards25519.NewScalar().MultiplyAdd(k, a, r)
		return append(point.Bytes(), s.Bytes()...)
	}
}

// bech32 writes data as age writes keys, by big numbers: BIP 173 once more.
func bech32(prefix string, data []byte) string {
	const alphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
	n := new(big.Int).SetBytes(data)
	groups := (len(data)*8 + 4) / 5
	n.Lsh(n, uint(groups*5-len(data)*8))
	var values []byte
	for _, c := range []byte(prefix) {
		values = append(values, c>>5)
	}
	values = append(values, 0)
	for _, c := range []byte(prefix) {
		values = append(values, c&31)
	}
	head := len(values)
	for i := groups - 1; i >= 0; i-- {
		values = append(values, byte(new(big.Int).Rsh(n, uint(5*i)).Uint64()&31))
	}
	sum := uint32(1)
	for _, v := range append(values[:len(values):len(values)], 0, 0, 0, 0, 0, 0) {
		top := sum >> 25
		sum = (sum&0x1ffffff)<<5 ^ uint32(v)
		for i, g := range []uint32{0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3} {
			sum ^= g * (top >> i & 1)
		}
	}
	for i := range 6 {
		values = append(values, byte((sum^1)>>(5*(5-i))&31))
	}
	out := prefix + "1"
	for _, v := range values[head:] {
		out += alphabet[v : v+1]
	}
	return out
}
