package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"safelight/client"
)

const admitHelp = `Waits for people who ask to be let into your share, one sent with --ask-first, and asks you
about each. Both sides see the same three words: have them read to you, over the telephone
or in person, and let in only whose words are the same. Everybody else may be somebody in
between.

It goes on until you stop it; --once ends after the first decision. With - the manage link is
the first line of standard input, and the lines behind it are the answers; when there are no
more, the terminal is asked.

The words come to be when this command, or the manage page, has looked. --words lets in,
without a question, whoever has these, and so decides from another program what was asked.`

// admitEvery is how often the server is asked who waits.
const admitEvery = 2 * time.Second

type admitFlags struct {
	once  bool
	words string
}

func newAdmit(s streams) *cobra.Command {
	var f admitFlags
	cmd := &cobra.Command{
		Use:     "admit " + manageLink,
		Short:   "Let people into a share that asks you first",
		Long:    admitHelp,
		Example: "  safelight admit 'https://example.org/m#…'\n  safelight admit --words \"apple river stone\" - < share.manage",
		Args:    exactly(1, "the manage link, or - to read it from standard input"),
		RunE: func(cmd *cobra.Command, args []string) error {
			in := bufio.NewReader(io.LimitReader(s.in, maxKeyFile))
			link, err := firstLine(args[0], in)
			if err != nil {
				return err
			}
			m, err := managed(cmd.Context(), s, link)
			if err != nil {
				return err
			}
			if !m.Status.AskFirst {
				return usage("this share does not ask first; safelight set --ask-first changes that")
			}
			f.words = strings.Join(strings.Fields(strings.ToLower(f.words)), " ")
			return f.run(cmd.Context(), s, m, answers{in})
		},
	}
	cmd.Flags().BoolVar(&f.once, "once", false, "end after the first decision")
	cmd.Flags().StringVar(&f.words, "words", "", "let in who has these three `WORDS`, and nobody else")
	return cmd
}

// firstLine returns the manage link that an argument stands for. Of standard input it leaves what follows the first line.
func firstLine(arg string, in *bufio.Reader) (string, error) {
	if arg != "-" {
		return arg, nil
	}
	line, err := in.ReadString('\n')
	if err != nil && err != io.EOF {
		return "", fmt.Errorf("reading the link from standard input: %w", err)
	}
	return linkArgument("-", strings.NewReader(line))
}

// answers are where decisions come from: standard input, and behind its end the terminal.
type answers struct{ in *bufio.Reader }

func (a *answers) line() (string, error) {
	line, err := a.in.ReadString('\n')
	if line != "" || err == nil {
		return line, nil
	}
	if tty, err := os.Open(terminal); err == nil { // open until the program ends
		a.in = bufio.NewReader(tty)
		if line, err := a.in.ReadString('\n'); err == nil {
			return line, nil
		}
	}
	return "", usage("nobody answers on standard input or a terminal; --words decides without a question")
}

func (f *admitFlags) run(ctx context.Context, s streams, m *client.Managed, from answers) error {
	s.note("Waiting for somebody who asks to be let in.")
	for {
		list, err := m.Knocks(ctx)
		if err != nil {
			return err
		}
		for _, k := range list {
			done, err := f.decide(ctx, s, m, k, &from)
			if err != nil || done && (f.once || f.words != "") {
				return err
			}
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(admitEvery):
		}
	}
}

// decide says whether something was decided about somebody who waits.
func (f *admitFlags) decide(ctx context.Context, s streams, m *client.Managed, k client.Knocking, from *answers) (bool, error) {
	switch {
	case k.Doubtful:
		s.note("Somebody asked whose words are another's too, or do not fit: refused.")
		return false, m.Refuse(ctx, k)
	case k.Words == "":
		return false, nil
	case f.words != "":
		if k.Words != f.words {
			return false, nil
		}
		return f.letIn(ctx, s, m, k)
	}
	fmt.Fprintf(s.err, "Somebody asks to be let in, since %s. Their words:\n\n    %s\n\nAre theirs the same? Let in [y/N] ", k.Since.Local().Format("15:04"), k.Words)
	line, err := from.line()
	if err != nil {
		return false, err
	}
	if a := strings.ToLower(strings.TrimSpace(line)); a == "y" || a == "yes" {
		return f.letIn(ctx, s, m, k)
	}
	s.note("Refused.")
	return true, m.Refuse(ctx, k)
}

// letIn lets in who still waits: a question may stand for longer than anybody does.
func (f *admitFlags) letIn(ctx context.Context, s streams, m *client.Managed, k client.Knocking) (bool, error) {
	err := m.LetIn(ctx, k)
	if errors.Is(err, client.ErrNotWaiting) {
		s.note("They do not wait any more: nobody was let in. They can ask again.")
		return false, nil
	}
	if err == nil {
		s.note("Let in.")
	}
	return err == nil, err
}
