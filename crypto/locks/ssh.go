//go:build !js

package locks

import (
	"errors"

	"filippo.io/age"
	"filippo.io/age/agessh"
	"golang.org/x/crypto/ssh"
)

// ErrProtected reports an ssh key that has a passphrase of its own.
var ErrProtected = errors.New("locks: this ssh key has a passphrase; write a copy without one, or use an age identity")

func parseSSHRecipient(s string) (age.Recipient, error) { return agessh.ParseRecipient(s) }

func parseSSHIdentity(pem []byte) ([]age.Identity, error) {
	id, err := agessh.ParseIdentity(pem)
	var missing *ssh.PassphraseMissingError
	if errors.As(err, &missing) {
		return nil, ErrProtected
	}
	if err != nil {
		return nil, ErrIdentity
	}
	return []age.Identity{id}, nil
}
