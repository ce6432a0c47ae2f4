package share

import (
	"crypto/sha256"

	"safelight/crypto/accesslog"
	"safelight/crypto/keys"
	"safelight/crypto/locks"
	"safelight/crypto/statement"
)

// Release says who gets R, without which the share does not open: named recipients, by their own keys, and whoever the
// owner lets in when asked first.
type Release struct {
	Recipients []locks.Recipient
	AskFirst   bool
}

// used reports whether there is an R at all.
func (r Release) used() bool { return len(r.Recipients) > 0 || r.AskFirst }

// apply makes a fresh R where one is needed, and puts what follows from r into s. It returns the sealed locks, empty
// without recipients.
func (r Release) apply(o keys.Owner, s *statement.Statement, g *keys.Gate) ([]byte, error) {
	g.R, s.AskFirst, s.Locks = nil, asNumber(r.AskFirst), []byte{}
	if !r.used() {
		return []byte{}, nil
	}
	fresh := keys.Random32()
	g.R = &fresh
	if len(r.Recipients) == 0 {
		return []byte{}, nil
	}
	sealed, err := locks.Seal(o.View(), fresh, r.Recipients)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(sealed)
	s.Locks = sum[:]
	return sealed, nil
}

// logKey is what a statement says of the access log.
func logKey(o keys.Owner, on bool) []byte {
	if !on {
		return []byte{}
	}
	key := accesslog.DeriveKey(o.LogSeed()).Public()
	return key[:]
}
