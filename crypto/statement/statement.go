// Package statement holds the public half of the format: ids, the owner's signed statement, and the owner's signed
// requests. It knows no secret, and both the server and the clients import it.
//
// A reader calls Open with the bytes as they arrived; it returns a Statement only if every check of FORMAT.md passed,
// in the order given there. A writer fills in a Statement, calls Append, signs the bytes, and keeps both: documents are
// stored and passed on verbatim.
package statement

import (
	"crypto/sha256"
	"errors"
	"fmt"

	"safelight/crypto/strict"
)

//go:generate go tool msgp -file statement.go -o statement_gen.go -io=false -tests=false
//msgp:tuple Statement Bundle
//msgp:ignore Error
//msgp:replace ID with:[16]byte
//msgp:replace UploadID with:[16]byte
//msgp:replace PublicKey with:[32]byte

// Version is the only version of statements and requests there is. Others are refused.
const Version = 1

// Suite numbers of passphrases.
const (
	SuiteNone  = 0
	SuiteOPRF1 = 1 // OPRF(ristretto255-SHA512), then Argon2id t=2 m=19456 KiB p=1
)

// Stages of a share.
const (
	StageViews    = 1 // bundle 0 is there, the originals are on their way
	StageComplete = 2
)

// Limits that a statement has to keep.
const (
	MinPartSize   = 256 << 10
	MaxPartSize   = 8 << 20
	PartSizeStep  = 64 << 10
	MinBundleSize = 182        // the header and nonce (165), one byte, and its tag (16)
	MaxBundleSize = 4296016036 // a plaintext of 2^32-1 bytes, sealed
)

// Statement is the only rule book of a share. Times are Unix milliseconds of the server's clock.
type Statement struct {
	Version   uint64
	ID        ID
	Owner     PublicKey
	Revision  uint64 // from 1
	Created   uint64
	Expires   uint64
	ViewLimit uint64   // 0: none
	Suite     uint64   // of the passphrase; SuiteNone: there is none
	Locks     []byte   // SHA-256 of the sealed locks (32), or empty
	Manifest  [32]byte // SHA-256 of the sealed manifest
	Bundles   []Bundle `msg:",limit=2"`
	LogKey    []byte   // X25519 (32), or empty
	Stage     uint64
	AskFirst  uint64 // 0 or 1
}

// Bundle is one upload: sealed bytes that never change under their id.
type Bundle struct {
	Upload   UploadID
	Size     uint64 // of the sealed bytes
	PartSize uint64 // of every part but the last
}

// Error is a reason for refusing a document. Compare with errors.Is against the variables below.
type Error struct {
	Code string // stable; the vectors name it
	text string
}

func (e *Error) Error() string { return e.text }

// Reasons for refusing a statement, in the order in which they are checked, and for refusing requests.
var (
	ErrHeader    = &Error{"header", "statement: not an array of 14 elements"}
	ErrVersion   = &Error{"version", "statement: unknown version"}
	ErrForm      = &Error{"form", "statement: not in the strict encoding"}
	ErrID        = &Error{"id", "statement: id does not belong to this link and key"}
	ErrSignature = &Error{"signature", "statement: signature does not verify"}
	ErrRules     = &Error{"rules", "statement: rules contradict each other"}
	ErrManifest  = &Error{"manifest", "statement: manifest is another one"}
	ErrLocks     = &Error{"locks", "statement: locks are other ones"}
)

// CodeOf returns the code of the Error that err wraps, or "".
func CodeOf(err error) string {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return ""
}

// Append appends the encoding of s to b. It fails only when s cannot be encoded; it does not check the rules.
func (s *Statement) Append(b []byte) ([]byte, error) {
	doc, err := strict.Encode(s)
	if err != nil {
		return b, err
	}
	return append(b, doc...), nil
}

// Open returns the statement in doc after all checks that need neither the manifest nor the clock: array header,
// version, types, id (against the key inside and the id of the link), signature, rules.
func Open(doc, sig []byte, id ID) (Statement, error) {
	s, err := Parse(doc)
	if err != nil {
		return Statement{}, err
	}
	if s.ID != id || s.Owner.ID() != id {
		return Statement{}, ErrID
	}
	if err := VerifySignature(s.Owner, TypeStatement, doc, sig); err != nil {
		return Statement{}, err
	}
	if err := s.CheckRules(); err != nil {
		return Statement{}, err
	}
	return s, nil
}

// Parse decodes a statement without believing it: array header, version and types are checked, no signature and no
// rule. Use Open, except on bytes whose signature was verified before.
func Parse(doc []byte) (Statement, error) {
	var s Statement
	if len(doc) < 2 || doc[0] != 0x9e {
		return s, ErrHeader
	}
	if doc[1] != Version {
		return s, ErrVersion
	}
	if err := strict.Decode(&s, doc); err != nil {
		return Statement{}, fmt.Errorf("%w: %v", ErrForm, err)
	}
	if !emptyOr32(s.Locks) || !emptyOr32(s.LogKey) || len(s.Bundles) < 1 {
		return Statement{}, ErrForm
	}
	return s, nil
}

func emptyOr32(b []byte) bool { return len(b) == 0 || len(b) == 32 }

// CheckRules checks the rules of s against each other.
func (s *Statement) CheckRules() error {
	switch {
	case s.Revision < 1:
		return rule("revision 0")
	case s.Created >= s.Expires:
		return rule("expires before it was created")
	case s.Suite > SuiteOPRF1:
		return rule("unknown passphrase suite")
	case s.Stage != StageViews && s.Stage != StageComplete:
		return rule("unknown stage")
	case s.AskFirst > 1:
		return rule("ask first is neither 0 nor 1")
	case s.Stage == StageViews && (len(s.Bundles) != 1 || s.ViewLimit != 0):
		return rule("stage 1 with two bundles or a view limit")
	case len(s.Bundles) < 1 || len(s.Bundles) > 2:
		return rule("not one or two bundles")
	case len(s.Bundles) == 2 && s.Bundles[0].Upload == s.Bundles[1].Upload:
		return rule("two bundles in one upload")
	}
	for _, b := range s.Bundles {
		if b.PartSize < MinPartSize || b.PartSize > MaxPartSize || b.PartSize%PartSizeStep != 0 {
			return rule("part size")
		}
		if b.Size < MinBundleSize || b.Size > MaxBundleSize {
			return rule("bundle size")
		}
	}
	return nil
}

func rule(what string) error { return fmt.Errorf("%w: %s", ErrRules, what) }

// CheckManifest reports ErrManifest unless sealed is the manifest that s names.
func (s *Statement) CheckManifest(sealed []byte) error {
	if sha256.Sum256(sealed) != s.Manifest {
		return ErrManifest
	}
	return nil
}

// CheckLocks reports ErrLocks unless sealed are the locks that s names; empty when s has none.
func (s *Statement) CheckLocks(sealed []byte) error {
	if len(s.Locks) == 0 {
		if len(sealed) != 0 {
			return ErrLocks
		}
		return nil
	}
	if sha256.Sum256(sealed) != [32]byte(s.Locks) {
		return ErrLocks
	}
	return nil
}

// UsesR reports whether opening needs R: there are named recipients, or the owner is asked first.
func (s *Statement) UsesR() bool { return len(s.Locks) != 0 || s.AskFirst == 1 }

// Parts returns the number of parts of b, which has passed the rules: at least one, at most 16,389.
func (b Bundle) Parts() uint32 { return uint32((b.Size + b.PartSize - 1) / b.PartSize) }

// PartLength returns the length of part n in bytes; 0 when there is no such part.
func (b Bundle) PartLength(n uint32) int64 {
	switch last := b.Parts() - 1; {
	case n < last:
		return int64(b.PartSize)
	case n == last:
		return int64(b.Size - uint64(n)*b.PartSize)
	}
	return 0
}
