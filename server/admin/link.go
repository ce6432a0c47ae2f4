package admin

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"math/big"
	"strings"

	"safelight/server/store"
)

// What ParseID refuses, in words for the operator. None of them repeats what was given.
var (
	errNoID   = errors.New("want a link, or an id of 32 hexadecimal digits")
	errCut    = errors.New("the link is damaged or its end is missing")
	errManage = errors.New("a manage link names no id without its secret; want the link that was sent, or the id")
)

const (
	base58     = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
	codeLength = 50
	kindManage = 3
)

// ParseID returns the share id that a link or an id names. Of a link it takes the id alone: the secret half is
// wiped, and the code that could use it (crypto/link) is deliberately not part of the server.
func ParseID(s string) (store.Key, error) {
	var id store.Key
	s = strings.TrimSpace(s)
	if b, err := hex.DecodeString(strings.ToLower(s)); err == nil && len(b) == len(id) {
		return store.Key(b), nil
	}
	_, code, isLink := strings.Cut(s, "#")
	if !isLink {
		code = s
	}
	if len(code) < codeLength && !isLink {
		return id, errNoID
	}
	if len(code) < codeLength {
		return id, errCut
	}
	if len(code) > codeLength && strings.ContainsRune(base58+"0OIl", rune(code[codeLength])) {
		return id, errCut
	}
	raw, ok := decode58(code[:codeLength]) // kind ‖ id ‖ secret ‖ check
	if !ok {
		return id, errCut
	}
	defer clear(raw)
	sum := sha256.Sum256(append([]byte("safelight/v1/check\x00"), raw[:33]...))
	if string(sum[:4]) != string(raw[33:]) || raw[0] < 1 || raw[0] > 4 {
		return id, errCut
	}
	if raw[0] == kindManage {
		return id, errManage
	}
	copy(id[:], raw[1:17])
	return id, nil
}

// decode58 reads 50 digits as 37 bytes, big-endian.
func decode58(code string) ([]byte, bool) {
	number, digit := new(big.Int), new(big.Int)
	for _, c := range code {
		i := strings.IndexRune(base58, c)
		if i < 0 {
			return nil, false
		}
		number.Add(number.Mul(number, big.NewInt(58)), digit.SetInt64(int64(i)))
	}
	if number.BitLen() > 37*8 {
		return nil, false
	}
	return number.FillBytes(make([]byte, 37)), true
}
