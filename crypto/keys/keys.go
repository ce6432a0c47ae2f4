// Package keys derives everything from the secrets of a share: tokens, seal passphrases, the signer. Derivation goes
// one way, owner to comment to view, and every label of the format stands in one block below. FORMAT.md, "Secrets".
//
// Everything here prints as "redacted".
package keys

import (
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"

	"safelight/crypto/link"
	"safelight/crypto/statement"
)

// Every label of the key schedule. Each stands behind "safelight/v1/".
const (
	labelOwnerSign    = "owner/sign"
	labelComment      = "secret/comment"
	labelView         = "secret/view"
	labelReadToken    = "token/read"
	labelCommentToken = "token/comment"
	labelUnlockToken  = "token/unlock"
	labelRoot         = "root"
	labelLog          = "log"
	labelSealManifest = "seal/manifest"
	labelSealBundle   = "seal/bundle"
	labelSealLocks    = "seal/locks"
	labelSealOwner    = "seal/owner"
	labelMailbox      = "mailbox"
	labelPostToken    = "token/post"
	labelPostProof    = "mailbox/proof"
)

// derive is K of FORMAT.md: HKDF-SHA-256. An empty salt stands for 32 zero bytes.
func derive(ikm, salt []byte, label string, n int) []byte {
	b, err := hkdf.Key(sha256.New, ikm, salt, "safelight/v1/"+label, n)
	if err != nil {
		panic(err) // only for lengths over 8,160 bytes
	}
	return b
}

// concat is lp of FORMAT.md: every value behind its length, u32be.
func concat(values ...[]byte) []byte {
	var b []byte
	for _, v := range values {
		b = binary.BigEndian.AppendUint32(b, uint32(len(v)))
		b = append(b, v...)
	}
	return b
}

// passphrase is the form in which age takes a derived key: 64 lower-case hexadecimal characters.
func passphrase(ikm []byte, id statement.ID, label string) string {
	return hex.EncodeToString(derive(ikm, id[:], label, 32))
}

// redacted is embedded by everything that holds a secret.
type redacted struct{}

func (redacted) Format(f fmt.State, _ rune) { io.WriteString(f, "redacted") }

// Owner is who holds the owner secret O: everything derives from it. It implements statement.Signer.
type Owner struct {
	redacted
	secret [32]byte
	sign   ed25519.PrivateKey
	id     statement.ID
}

var _ statement.Signer = Owner{}

// NewOwner returns the owner of a share that does not exist yet.
func NewOwner() Owner {
	var o [32]byte
	rand.Read(o[:]) // never fails: crypto/rand ends the program instead
	return OwnerFrom(o)
}

// OwnerFrom returns the owner with the secret O.
func OwnerFrom(o [32]byte) Owner {
	sign := ed25519.NewKeyFromSeed(derive(o[:], nil, labelOwnerSign, ed25519.SeedSize))
	id := statement.PublicKey(sign.Public().(ed25519.PublicKey)).ID()
	return Owner{secret: o, sign: sign, id: id}
}

// OwnerOf returns the owner behind a manage code; false for every other kind.
func OwnerOf(c link.Code) (Owner, bool) {
	o, ok := c.Owner()
	if !ok {
		return Owner{}, false
	}
	return OwnerFrom(o), true
}

// Code returns the manage code.
func (o Owner) Code() link.Code { return link.NewManage(o.secret) }

// ID returns the share id, which commits to Public.
func (o Owner) ID() statement.ID { return o.id }

// Public returns P.
func (o Owner) Public() statement.PublicKey {
	return statement.PublicKey(o.sign.Public().(ed25519.PublicKey))
}

// Sign signs a document: SIGN of FORMAT.md.
func (o Owner) Sign(docType string, body []byte) []byte {
	return statement.Sign(o.sign, docType, body)
}

// Comment returns what a comment link holds.
func (o Owner) Comment() Comment {
	return Comment{id: o.id, secret: [16]byte(derive(o.secret[:], o.id[:], labelComment, 16))}
}

// View returns what a view link holds.
func (o Owner) View() View { return o.Comment().View() }

// LogSeed returns the seed of the HPKE key pair of the access log.
func (o Owner) LogSeed() [32]byte { return [32]byte(derive(o.secret[:], o.id[:], labelLog, 32)) }

// MailboxSeed returns the 32-byte secret of the hybrid age identity to which posts of a request link are sealed.
func (o Owner) MailboxSeed() [32]byte {
	return [32]byte(derive(o.secret[:], o.id[:], labelMailbox, 32))
}

// BoxPassphrase returns the passphrase of the sealed owner box that belongs to a pepper.
func (o Owner) BoxPassphrase(pepper [32]byte) string {
	return passphrase(concat(o.secret[:], pepper[:]), o.id, labelSealOwner)
}

// Comment is who holds C: may look and comment.
type Comment struct {
	redacted
	id     statement.ID
	secret [16]byte
}

// CommentOf returns what a comment or manage code gives; false for every other kind.
func CommentOf(c link.Code) (Comment, bool) {
	if o, ok := OwnerOf(c); ok {
		return o.Comment(), true
	}
	id, _ := c.ID()
	secret, _ := c.Secret()
	return Comment{id: id, secret: secret}, c.Kind() == link.Comment
}

// ID returns the share id.
func (c Comment) ID() statement.ID { return c.id }

// Code returns the comment code.
func (c Comment) Code() link.Code { return link.NewComment(c.id, c.secret) }

// View returns what a view link holds.
func (c Comment) View() View {
	return View{id: c.id, secret: [16]byte(derive(c.secret[:], c.id[:], labelView, 16))}
}

// Token returns the token that allows appending comments.
func (c Comment) Token() Token {
	return Token{b: [32]byte(derive(c.secret[:], c.id[:], labelCommentToken, 32))}
}

// View is who holds L: may look.
type View struct {
	redacted
	id     statement.ID
	secret [16]byte
}

// ViewOf returns what a view, comment or manage code gives; false for a request code.
func ViewOf(c link.Code) (View, bool) {
	if cm, ok := CommentOf(c); ok {
		return cm.View(), true
	}
	id, _ := c.ID()
	secret, _ := c.Secret()
	return View{id: id, secret: secret}, c.Kind() == link.View
}

// RequestOf returns what a request code gives: the view secret of a mailbox, which opens no share; false for every
// other kind.
func RequestOf(c link.Code) (View, bool) {
	id, _ := c.ID()
	secret, _ := c.Secret()
	return View{id: id, secret: secret}, c.Kind() == link.Request
}

// ID returns the share id.
func (v View) ID() statement.ID { return v.id }

// Code returns the view code.
func (v View) Code() link.Code { return link.NewView(v.id, v.secret) }

// ReadToken returns the token that allows asking for the sealed things.
func (v View) ReadToken() Token {
	return Token{b: [32]byte(derive(v.secret[:], v.id[:], labelReadToken, 32))}
}

// RequestCode returns the code of the request link, where v belongs to a mailbox.
func (v View) RequestCode() link.Code { return link.NewRequest(v.id, v.secret) }

// PostToken returns the token that allows putting a post into the mailbox.
func (v View) PostToken() Token {
	return Token{b: [32]byte(derive(v.secret[:], v.id[:], labelPostToken, 32))}
}

// PostProof returns what shows the maker of a mailbox that a post came by the request link.
func (v View) PostProof() [16]byte {
	return [16]byte(derive(v.secret[:], v.id[:], labelPostProof, 16))
}

// UnlockToken returns the token that allows asking for the pepper and for parts.
func (v View) UnlockToken(g Gate) Token {
	ikm := concat(v.secret[:], slice(g.PW), slice(g.R))
	return Token{b: [32]byte(derive(ikm, v.id[:], labelUnlockToken, 32))}
}

// LocksPassphrase returns the passphrase of the sealed locks.
func (v View) LocksPassphrase() string { return passphrase(v.secret[:], v.id, labelSealLocks) }

// Root returns what opens the manifest.
func (v View) Root(pepper [32]byte, g Gate) Root {
	ikm := concat(v.secret[:], pepper[:], slice(g.PW), slice(g.R))
	return Root{id: v.id, key: [32]byte(derive(ikm, v.id[:], labelRoot, 32))}
}

// Root is the key above a manifest.
type Root struct {
	redacted
	id  statement.ID
	key [32]byte
}

// Key returns the bytes of root; package vectors compares them.
func (r Root) Key() []byte { return append([]byte(nil), r.key[:]...) }

// ManifestPassphrase returns the passphrase of the sealed manifest.
func (r Root) ManifestPassphrase() string { return passphrase(r.key[:], r.id, labelSealManifest) }

// BundlePassphrase returns the passphrase of a bundle whose key B stands in the manifest.
func BundlePassphrase(id statement.ID, b [32]byte) string {
	return passphrase(b[:], id, labelSealBundle)
}

// Token proves a right and opens nothing. Bytes are sent; only Hash is stored.
type Token struct {
	redacted
	b [32]byte
}

// Bytes returns the token as it is sent.
func (t Token) Bytes() []byte { return append([]byte(nil), t.b[:]...) }

// Hash returns what the server keeps: SHA-256 of the token.
func (t Token) Hash() [32]byte { return sha256.Sum256(t.b[:]) }
