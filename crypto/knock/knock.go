// Package knock is "ask first": the owner releases R to one viewer after both have seen the same three words. FORMAT.md,
// "Ask first", says what is sent when; this package makes and checks it.
//
//	viewer                                   owner
//	v := knock.NewViewer(view id)  —c→
//	                               ←o,sig—   a := knock.NewAnswer(owner, c)
//	words, err := v.Words(p,o,sig) —vpk,n→   words, err := knock.OwnerWords(owner, waiting)
//	                                         a person compares the words
//	r, err := v.Admitted(p, box, sig) ←—     box, sig, err := knock.LetIn(owner, waiting, r)
//
// The viewer commits to key and random bytes before the owner's are known, so that the server, in between, has one guess
// in 2^33 at the words with each answer that it gets from the owner.
package knock

import (
	"crypto/ecdh"
	"crypto/hpke"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"strings"

	"safelight/crypto/accesslog"
	"safelight/crypto/keys"
	"safelight/crypto/passphrase"
	"safelight/crypto/statement"
)

var (
	// ErrAnswer reports an answer that the owner did not sign for this commitment.
	ErrAnswer = errors.New("knock: the answer is not the owner's")
	// ErrAdmission reports an admission that the owner did not sign, or that is sealed to somebody else.
	ErrAdmission = errors.New("knock: the admission is not the owner's, or not for this viewer")
	// ErrWaiting reports somebody waiting who cannot be: what the server shows does not fit together.
	ErrWaiting = errors.New("knock: what the server shows does not fit together")
)

// Words are the three words that both sides see.
type Words [3]string

// String returns the words with spaces between them.
func (w Words) String() string { return strings.Join(w[:], " ") }

func wordsOf(id statement.ID, p statement.PublicKey, c statement.Commitment, o, key, n [32]byte) Words {
	list := passphrase.Words
	var w Words
	for i, at := range statement.KnockWords(id, p, c, o, key, n) {
		w[i] = list[at]
	}
	return w
}

// Viewer is one knock of one viewer. It prints as "redacted".
type Viewer struct {
	id  statement.ID
	key hpke.PrivateKey
	n   [32]byte
}

// Format keeps the key out of every print.
func (Viewer) Format(f fmt.State, _ rune) { io.WriteString(f, "redacted") }

// NewViewer makes a fresh key and fresh random bytes for one knock at a share.
func NewViewer(id statement.ID) Viewer {
	v := Viewer{id: id}
	key, err := kem().GenerateKey()
	if err != nil {
		panic(err) // only without randomness, which Go does not go on without
	}
	rand.Read(v.n[:]) // never fails: crypto/rand ends the program instead
	v.key = key
	return v
}

// ViewerFrom returns the knock with an X25519 private key and random bytes that are known already, as in the vectors.
func ViewerFrom(id statement.ID, key, random [32]byte) (Viewer, error) {
	k, err := kem().NewPrivateKey(key[:])
	if err != nil {
		return Viewer{}, fmt.Errorf("knock: %w", err)
	}
	return Viewer{id: id, key: k, n: random}, nil
}

// Key returns vpk, which is revealed after the owner's answer.
func (v Viewer) Key() [32]byte { return [32]byte(v.key.PublicKey().Bytes()) }

// Random returns n, which is revealed with Key.
func (v Viewer) Random() [32]byte { return v.n }

// Commitment returns c, which is sent first.
func (v Viewer) Commitment() statement.Commitment {
	return statement.NewCommitment(v.id, v.Key(), v.n)
}

// Words checks the owner's answer to this knock and returns the words. The error is ErrAnswer.
func (v Viewer) Words(p statement.PublicKey, o [32]byte, signature []byte) (Words, error) {
	c := v.Commitment()
	if statement.VerifySignature(p, statement.TypeKnock, statement.KnockBody(v.id, c, o), signature) != nil {
		return Words{}, ErrAnswer
	}
	return wordsOf(v.id, p, c, o, v.Key(), v.n), nil
}

// Admitted returns R. The error is ErrAdmission.
func (v Viewer) Admitted(p statement.PublicKey, box, signature []byte) (r [32]byte, err error) {
	c := v.Commitment()
	if len(box) != statement.BoxSize || statement.VerifySignature(p, statement.TypeAdmit, statement.AdmitBody(c, box), signature) != nil {
		return r, ErrAdmission
	}
	plain, err := hpke.Open(v.key, hpke.HKDFSHA256(), hpke.ChaCha20Poly1305(), statement.BoxInfo(v.id, c), box)
	if err != nil || len(plain) != len(r) {
		return r, ErrAdmission
	}
	return [32]byte(plain), nil
}

// Answer is the owner's part: random bytes, signed for one commitment.
type Answer struct {
	Random    [32]byte
	Signature []byte
}

// MaxAnswers is how many commitments an owner's client answers within the life of a knock, a quarter of an hour. Everyone
// that it answers is a try of the server in between at the words of whoever waits meanwhile.
const MaxAnswers = 64

// NewAnswer answers c. Each c is answered once: another answer would give the server another try at the words.
func NewAnswer(owner keys.Owner, c statement.Commitment) Answer {
	a := Answer{Random: keys.Random32()}
	a.Signature = owner.Sign(statement.TypeKnock, statement.KnockBody(owner.ID(), c, a.Random))
	return a
}

// Waiting is somebody who has revealed key and random bytes, as the server lists them for the owner.
type Waiting struct {
	Commit      statement.Commitment
	OwnerRandom []byte // o, 32
	Signature   []byte // of the owner's answer
	Key         []byte // vpk, 32
	Random      []byte // n, 32
}

// OwnerWords checks everything that the server shows of w and returns the words. The error is ErrWaiting.
func OwnerWords(owner keys.Owner, w Waiting) (Words, error) {
	if len(w.OwnerRandom) != 32 || len(w.Key) != 32 || len(w.Random) != 32 || accesslog.CheckKey(w.Key) != nil {
		return Words{}, ErrWaiting
	}
	o, key, n := [32]byte(w.OwnerRandom), [32]byte(w.Key), [32]byte(w.Random)
	id, p := owner.ID(), owner.Public()
	if statement.NewCommitment(id, key, n) != w.Commit {
		return Words{}, ErrWaiting
	}
	if statement.VerifySignature(p, statement.TypeKnock, statement.KnockBody(id, w.Commit, o), w.Signature) != nil {
		return Words{}, ErrWaiting
	}
	return wordsOf(id, p, w.Commit, o, key, n), nil
}

// LetIn seals r to who waits and signs that: box and signature of the step that lets in. The error is ErrWaiting.
func LetIn(owner keys.Owner, w Waiting, r [32]byte) (box, signature []byte, err error) {
	if _, err := OwnerWords(owner, w); err != nil {
		return nil, nil, err
	}
	key, err := kem().NewPublicKey(w.Key)
	if err != nil {
		return nil, nil, ErrWaiting
	}
	box, err = hpke.Seal(key, hpke.HKDFSHA256(), hpke.ChaCha20Poly1305(), statement.BoxInfo(owner.ID(), w.Commit), r[:])
	if err != nil {
		return nil, nil, fmt.Errorf("knock: %w", err)
	}
	return box, owner.Sign(statement.TypeAdmit, statement.AdmitBody(w.Commit, box)), nil
}

func kem() hpke.KEM { return hpke.DHKEM(ecdh.X25519()) }
