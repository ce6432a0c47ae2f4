package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"filippo.io/age"
	"github.com/spf13/pflag"
	"golang.org/x/term"

	"safelight/client"
)

// keyFlags are what opens a link beside the link itself.
type keyFlags struct {
	passphrase string   // file
	identities []string // files
}

func (f *keyFlags) flags(p *pflag.FlagSet) {
	p.StringVar(&f.passphrase, "passphrase-file", "", "file `F` with the passphrase")
	p.StringArrayVar(&f.identities, "identity", nil, "file `F` with an age identity, or an ssh key without a passphrase, of a named recipient; may be given more than once")
}

// key reads the files.
func (f *keyFlags) key() (k client.Key, err error) {
	if f.passphrase != "" {
		if k.Passphrase, err = passphraseFile(f.passphrase); err != nil {
			return k, err
		}
	}
	for _, path := range f.identities {
		ids, err := identityFile(path)
		if err != nil {
			return k, err
		}
		k.Identities = append(k.Identities, ids...)
	}
	return k, nil
}

// maxKeyFile is the most that is read of a file of keys.
const maxKeyFile = 1 << 20

func keyFile(path, what string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", usage("the %s file cannot be opened: %v", what, cause(err))
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxKeyFile+1))
	if err != nil {
		return "", usage("the %s file cannot be read: %v", what, cause(err))
	}
	if len(b) > maxKeyFile {
		return "", usage("the %s file is longer than any such file", what)
	}
	return string(b), nil
}

// cause is what went wrong without the name of the file, which the sentence has already.
func cause(err error) error {
	if below, ok := err.(interface{ Unwrap() error }); ok && below.Unwrap() != nil {
		return below.Unwrap()
	}
	return err
}

func identityFile(path string) ([]age.Identity, error) {
	text, err := keyFile(path, "identity")
	if err != nil {
		return nil, err
	}
	ids, err := client.ParseIdentities(text)
	if err != nil {
		return nil, usage("%s: %v", path, bare(err))
	}
	return ids, nil
}

// recipients reads --recipient: keys, or @FILE with one a line.
func recipients(args []string) ([]client.Recipient, error) {
	var text strings.Builder
	for _, arg := range args {
		file, ok := strings.CutPrefix(arg, "@")
		if !ok {
			text.WriteString(arg + "\n")
			continue
		}
		b, err := keyFile(file, "recipient")
		if err != nil {
			return nil, err
		}
		text.WriteString(b + "\n")
	}
	if len(args) == 0 {
		return nil, nil
	}
	found, err := client.ParseRecipients(text.String())
	if err != nil {
		return nil, usage("--recipient: %v", bare(err))
	}
	return found, nil
}

// bare is an error of option without what it is an error of, which the sentence says.
func bare(err error) string {
	text := strings.TrimPrefix(err.Error(), client.ErrOption.Error()+": ")
	return strings.ReplaceAll(text, "locks: ", "")
}

// open follows a link without counting a view, and finds the passphrase: from the file, or from the person where there
// is one and the share asks for it.
func (f *keyFlags) open(ctx context.Context, s streams, arg string) (*client.Opening, client.Key, error) {
	k, err := f.key()
	if err != nil {
		return nil, k, err
	}
	link, err := linkArgument(arg, s.in)
	if err != nil {
		return nil, k, err
	}
	o, err := client.Open(ctx, link, client.Config{Server: serverFromEnvironment()})
	if err != nil {
		return nil, k, err
	}
	if o.Info.Log {
		s.note("The sender sees when this is opened: the time, and whether a passphrase was wrong.")
	}
	if o.Info.Passphrase && f.passphrase == "" {
		k.Passphrase, err = askPassphrase(s)
	}
	return o, k, err
}

// asked tells the person how far it is with a sender who is asked first.
func (s streams) asked() func(client.Asking) {
	waiting := false
	return func(a client.Asking) {
		if a.Words != "" {
			s.note("Tell the sender these three words, over the telephone or in person. They see them too:\n\n    %s\n\nWaiting to be let in, %s at most.", a.Words, left(a.Until, time.Now()))
			return
		}
		if !waiting {
			waiting = true
			s.note("The sender wants to be asked first. Asking; this takes until they look, %s at most.", left(a.Until, time.Now()))
		}
	}
}

// askPassphrase asks on a terminal, without showing what is typed. Elsewhere there is nobody to ask.
func askPassphrase(s streams) (string, error) {
	f, ok := s.in.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return "", nil
	}
	fmt.Fprint(s.err, "Passphrase: ")
	b, err := term.ReadPassword(int(f.Fd()))
	fmt.Fprintln(s.err)
	return string(b), err
}
