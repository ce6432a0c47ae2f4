// Package sshkey lets keys of ssh be recipients and identities of locks, outside of the browser. It is a package of its own
// because it links the network code of golang.org/x/crypto/ssh.
package sshkey

import (
	"errors"
	"strings"

	"filippo.io/age"
	"filippo.io/age/agessh"
	"golang.org/x/crypto/ssh"

	"safelight/crypto/locks"
)

// ErrProtected reports an ssh key that has a passphrase of its own.
var ErrProtected = errors.New("locks: this ssh key has a passphrase; write a copy without one, or use an age identity")

// ParseRecipient reads a line of OpenSSH, ssh-ed25519 or ssh-rsa. Its comment, mostly a name and a machine, is cut off.
func ParseRecipient(s string) (locks.Recipient, error) {
	r, err := agessh.ParseRecipient(strings.TrimSpace(s))
	if err != nil {
		return locks.Recipient{}, locks.ErrRecipient
	}
	fields := strings.Fields(s)
	return locks.Classic(r, strings.Join(fields[:min(2, len(fields))], " ")), nil
}

// ParseIdentities reads a private key. Errors never quote it.
func ParseIdentities(pem string) ([]age.Identity, error) {
	id, err := agessh.ParseIdentity([]byte(pem))
	var missing *ssh.PassphraseMissingError
	if errors.As(err, &missing) {
		return nil, ErrProtected
	}
	if err != nil {
		return nil, locks.ErrIdentity
	}
	return []age.Identity{id}, nil
}
