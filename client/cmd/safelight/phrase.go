package main

import (
	"github.com/spf13/pflag"

	"safelight/crypto/passphrase"
)

// phraseFlags are a passphrase for a share: the sender's own, or one that is made.
type phraseFlags struct {
	passphrase string // file
	generate   bool
}

func (f *phraseFlags) flags(p *pflag.FlagSet) {
	p.StringVar(&f.passphrase, "passphrase-file", "", "file `F` with a passphrase that is asked for beside the link; one line end at its end does not count")
	p.BoolVar(&f.generate, "generate-passphrase", false, "have a passphrase of six random words made, and print it on standard error")
}

// phrase returns the passphrase, or none.
func (f *phraseFlags) phrase() (string, error) {
	switch {
	case f.generate && f.passphrase != "":
		return "", usage("--passphrase-file and --generate-passphrase contradict each other")
	case f.generate:
		return passphrase.Generate(), nil
	case f.passphrase != "":
		return passphraseFile(f.passphrase)
	}
	return "", nil
}

// tell prints a passphrase that was made.
func (f *phraseFlags) tell(s streams, phrase string) {
	if f.generate {
		s.note("The passphrase, to be told another way than the link:\n%s", phrase)
	}
}
