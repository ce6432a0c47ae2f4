package sshkey

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"encoding/pem"
	"errors"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"

	"safelight/crypto/keys"
	"safelight/crypto/locks"
)

// keyPair returns a line for authorized_keys and a private key in OpenSSH's form.
func keyPair(t *testing.T, private any, public any, phrase string) (line, block string) {
	t.Helper()
	var b *pem.Block
	var err error
	if phrase == "" {
		b, err = ssh.MarshalPrivateKey(private, "somebody@somewhere")
	} else {
		b, err = ssh.MarshalPrivateKeyWithPassphrase(private, "somebody@somewhere", []byte(phrase))
	}
	if err != nil {
		t.Fatal(err)
	}
	key, err := ssh.NewPublicKey(public)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(ssh.MarshalAuthorizedKey(key))) + " somebody@somewhere", string(pem.EncodeToMemory(b))
}

func TestKeysOfSSHOpen(t *testing.T) {
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	long, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	view, r := keys.NewOwner().View(), keys.Random32()
	for name, pair := range map[string][2]any{"ed25519": {private, public}, "rsa": {long, &long.PublicKey}} {
		line, block := keyPair(t, pair[0], pair[1], "")
		to, err := ParseRecipient(line)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if strings.Contains(to.String(), "somebody") {
			t.Errorf("%s: the comment is kept: %s", name, to)
		}
		ids, err := ParseIdentities(block)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		sealed, err := locks.Seal(view, r, []locks.Recipient{to})
		if err != nil {
			t.Fatal(err)
		}
		if got, err := locks.Open(view, sealed, ids...); err != nil || got != r {
			t.Errorf("%s: %v", name, err)
		}
		_, protected := keyPair(t, pair[0], pair[1], "its own")
		if _, err := ParseIdentities(protected); !errors.Is(err, ErrProtected) {
			t.Errorf("%s with a passphrase: %v", name, err)
		}
	}
	if _, err := ParseRecipient("ssh-dss AAAA"); !errors.Is(err, locks.ErrRecipient) {
		t.Errorf("another kind: %v", err)
	}
	if _, err := ParseIdentities("-----BEGIN NOTHING-----"); !errors.Is(err, locks.ErrIdentity) {
		t.Errorf("no key: %v", err)
	}
}

// FuzzParse: what is read as a recipient is written as what is read again, without anything that could end a line; what is
// no key is told without being quoted.
func FuzzParse(f *testing.F) {
	f.Add("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDo0CrREHJ6R5OkR4pVzWcBbRQYHkr4e2kK5Fo8DSLLL me@here")
	f.Add("ssh-rsa AAAA")
	f.Add("-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEA\n-----END OPENSSH PRIVATE KEY-----\n")
	f.Add("-----BEGIN RSA PRIVATE KEY-----\nMIIB\n-----END RSA PRIVATE KEY-----\n")
	f.Fuzz(func(t *testing.T, text string) {
		if r, err := ParseRecipient(text); err == nil {
			again, err := ParseRecipient(r.String())
			if err != nil || again.String() != r.String() || strings.ContainsAny(r.String(), "\r\n") {
				t.Errorf("%q is written as %q: %v", text, r, err)
			}
		}
		if _, err := ParseIdentities(text); err != nil && !errors.Is(err, locks.ErrIdentity) && !errors.Is(err, ErrProtected) {
			t.Errorf("an error of another package: %v", err)
		}
	})
}
