package main

import (
	"reflect"
	"time"

	"github.com/spf13/cobra"

	"safelight/client"
)

// setFlags are what "set" takes.
type setFlags struct {
	expires duration
	views   views
	phraseFlags
	noPassphrase bool
	recipients   []string // keys, or @FILE
	noRecipients bool
	askFirst     choice
	log          choice
	takes        choice // of a request link
	json         bool
}

// choice is a pair of flags that switch something on and off; neither leaves it as it is.
type choice struct{ on, off bool }

func (c choice) value() *bool {
	if c.on == c.off {
		return nil
	}
	return &c.on
}

func newSet(s streams) *cobra.Command {
	var f setFlags
	cmd := &cobra.Command{
		Use:   "set " + manageLink,
		Short: "Change the rules of your share or request link",
		Long: `Changes how long a share stays, how often and by whom it can be opened, and shows what holds
then. What is not named stays as it is. Of a request link the time can be changed, and
whether it takes photos.

Lowering the views to what was used already closes the share. Who has opened the share
before a new passphrase, or before other recipients, may have kept what they saw. Switching
the access log off deletes what was logged.

With --no-ask-first, whom you have let in can go on opening a share that has recipients: it
stays sealed with the same key. Name the recipients again to change it.`,
		Example: `  safelight set --expires 1h - < share.manage
  safelight set --views 5 --passphrase-file words.txt - < share.manage
  safelight set --recipient @colleagues.txt --log - < share.manage
  safelight set --closed - < inbox.manage`,
		Args: exactly(1, "the manage link, or - to read it from standard input"),
		RunE: func(cmd *cobra.Command, args []string) error { return f.run(cmd, s, args[0]) },
	}
	p := cmd.Flags()
	p.Var(&f.expires, "expires", "forget the photos this long from now: 90m, 12h, 7d")
	p.Var(&f.views, "views", "let the link be opened `N` times in all (0: any number)")
	f.phraseFlags.flags(p)
	p.BoolVar(&f.noPassphrase, "no-passphrase", false, "ask for no passphrase any more")
	p.StringArrayVar(&f.recipients, "recipient", nil, "let only who has this key `KEY` open it, or @FILE with one a line; replaces those before")
	p.BoolVar(&f.noRecipients, "no-recipients", false, "name no recipients any more")
	p.BoolVar(&f.askFirst.on, "ask-first", false, "ask you before anybody can open it; see safelight admit")
	p.BoolVar(&f.askFirst.off, "no-ask-first", false, "do not ask you any more")
	p.BoolVar(&f.log.on, "log", false, "keep a log of when it is opened")
	p.BoolVar(&f.log.off, "no-log", false, "keep no log any more, and delete what was logged")
	p.BoolVar(&f.takes.on, "open", false, "a request link: take photos again")
	p.BoolVar(&f.takes.off, "closed", false, "a request link: take nothing more")
	p.BoolVar(&f.json, "json", false, "print one JSON object")
	return cmd
}

// pairs are flags that contradict each other.
var pairs = [][2]string{
	{"passphrase-file", "no-passphrase"}, {"generate-passphrase", "no-passphrase"}, {"recipient", "no-recipients"}, {"ask-first", "no-ask-first"}, {"log", "no-log"}, {"open", "closed"},
}

func (f *setFlags) run(cmd *cobra.Command, s streams, arg string) error {
	for _, p := range pairs {
		if cmd.Flags().Changed(p[0]) && cmd.Flags().Changed(p[1]) {
			return usage("--%s and --%s contradict each other", p[0], p[1])
		}
	}
	c, err := f.change(cmd)
	if err != nil {
		return err
	}
	box := client.MailboxChange{Expires: time.Duration(f.expires), Open: f.takes.value()}
	ofShare := !reflect.ValueOf(c).IsZero()
	if !ofShare && box == (client.MailboxChange{}) {
		return usage("set wants something to change; see %s --help", cmd.CommandPath())
	}
	m, b, err := eitherManaged(cmd.Context(), s, arg)
	if err != nil {
		return err
	}
	if b != nil {
		c.Expires = 0
		if !reflect.ValueOf(c).IsZero() {
			return usage("this manage link belongs to a request link: only --expires, --open and --closed change it")
		}
		if err := b.Set(cmd.Context(), box); err != nil {
			return err
		}
		return printMailbox(s, b, f.json)
	}
	if box.Open != nil {
		return usage("--open and --closed are for request links; this manage link belongs to a share")
	}
	if err := m.Set(cmd.Context(), c); err != nil {
		return err
	}
	f.phraseFlags.tell(s, c.Passphrase)
	return printStatus(s, m.Status, f.json)
}

// change is what is asked of a share.
func (f *setFlags) change(cmd *cobra.Command) (client.Change, error) {
	c := client.Change{Expires: time.Duration(f.expires), NoPassphrase: f.noPassphrase, AskFirst: f.askFirst.value(), Log: f.log.value()}
	if cmd.Flags().Changed("views") {
		c.Views = (*uint64)(&f.views)
	}
	var err error
	if c.Passphrase, err = f.phrase(); err != nil {
		return c, err
	}
	if len(f.recipients) > 0 || f.noRecipients {
		found, err := recipients(f.recipients)
		if err != nil {
			return c, err
		}
		c.Recipients = &found
	}
	return c, nil
}
