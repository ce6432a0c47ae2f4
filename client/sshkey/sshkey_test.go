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
