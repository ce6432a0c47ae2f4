package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	"github.com/spf13/cobra"

	"safelight/client"
)

// manageFile is where --manage-file keeps the manage link. It is made before anything is sent: a share whose manage
// link cannot be kept would be one that nobody can delete.
type manageFile struct{ path string }

func (f *sendFlags) reserveManage() (*manageFile, error) {
	if f.manage == "" {
		return nil, nil
	}
	file, err := os.OpenFile(f.manage, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	switch {
	case errors.Is(err, fs.ErrExist):
		return nil, usage("%s exists already; choose another name for the manage link", f.manage)
	case err != nil:
		return nil, unwritten(f.manage, err)
	}
	return &manageFile{f.manage}, file.Close()
}

// write puts the link into the file, which is empty until then.
func (m *manageFile) write(link string) error {
	if m == nil {
		return nil
	}
	f, err := os.OpenFile(m.path, os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	return fill(f, func(w io.Writer) error {
		_, err := io.WriteString(w, link+"\n")
		return err
	})
}

// drop removes the file that stayed empty.
func (m *manageFile) drop() {
	if m != nil {
		os.Remove(m.path)
	}
}

const manageLink = "MANAGE_LINK"

func newStatus(s streams) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "status " + manageLink,
		Short: "Show your share: how long it stays, how often it was opened",
		Long: `Shows a share to its owner. It needs the manage link that "send" gave; - reads it from
standard input, so that it does not stand in the list of processes.`,
		Example: "  safelight status - < share.manage",
		Args:    exactly(1, "the manage link, or - to read it from standard input"),
		RunE: func(cmd *cobra.Command, args []string) error {
			m, err := managed(cmd.Context(), s, args[0])
			if err != nil {
				return err
			}
			return printStatus(s, m.Status, asJSON)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	return cmd
}

func managed(ctx context.Context, s streams, arg string) (*client.Managed, error) {
	link, err := linkArgument(arg, s.in)
	if err != nil {
		return nil, err
	}
	return client.Manage(ctx, link, client.Config{Server: serverFromEnvironment()})
}

func printStatus(s streams, st client.Status, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(s.out).Encode(st)
	}
	if st.State == client.Uploading {
		fmt.Fprintln(s.out, "state:      still being uploaded; nobody can open it yet")
		return nil
	}
	state := "can be opened"
	switch {
	case st.State == client.Draining:
		state = "no view is left; who took the last one may finish"
	case !st.Complete:
		state = "can be opened; the originals have not arrived yet"
	}
	fmt.Fprintf(s.out, "state:      %s\n", state)
	fmt.Fprintf(s.out, "photos:     %d\n", st.Photos)
	printRules(s, st.Info, st.Now)
	return nil
}

// printRules prints what a statement says, as owners and viewers see it.
func printRules(s streams, i client.Info, now time.Time) {
	fmt.Fprintf(s.out, "expires:    %s (in %s)\n", i.Expires.Local().Format("2 January 2006, 15:04 MST"), left(i.Expires, now))
	switch {
	case i.Taken > i.Views && i.Views > 0: // it was lowered
		fmt.Fprintf(s.out, "views:      %s used, the limit is %d\n", plural(int(i.Taken), "view"), i.Views)
	case i.Views > 0:
		fmt.Fprintf(s.out, "views:      %d of %d used\n", i.Taken, i.Views)
	default:
		fmt.Fprintf(s.out, "views:      not limited, not counted\n")
	}
	fmt.Fprintf(s.out, "passphrase: %s\n", map[bool]string{true: "needed", false: "none"}[i.Passphrase])
	fmt.Fprintf(s.out, "size:       %s as stored\n", bytesText(int64(i.Bytes)))
}

// setFlags are what "set" takes.
type setFlags struct {
	expires      duration
	views        views
	passphrase   string // file
	noPassphrase bool
	json         bool
}

func newSet(s streams) *cobra.Command {
	var f setFlags
	cmd := &cobra.Command{
		Use:   "set " + manageLink,
		Short: "Change the rules of your share",
		Long: `Changes how long a share stays, how often it can be opened, and its passphrase, and shows
what holds then. What is not named stays as it is.

Lowering the views to what was used already closes the share. Who has opened the share
before a new passphrase may have kept what they saw.`,
		Example: `  safelight set --expires 1h - < share.manage
  safelight set --views 5 --passphrase-file words.txt - < share.manage`,
		Args: exactly(1, "the manage link, or - to read it from standard input"),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := f.change(cmd)
			if err != nil {
				return err
			}
			m, err := managed(cmd.Context(), s, args[0])
			if err != nil {
				return err
			}
			if err := m.Set(cmd.Context(), c); err != nil {
				return err
			}
			return printStatus(s, m.Status, f.json)
		},
	}
	p := cmd.Flags()
	p.Var(&f.expires, "expires", "forget the photos this long from now: 90m, 12h, 7d")
	p.Var(&f.views, "views", "let the link be opened `N` times in all (0: any number)")
	p.StringVar(&f.passphrase, "passphrase-file", "", "file `F` with the new passphrase")
	p.BoolVar(&f.noPassphrase, "no-passphrase", false, "ask for no passphrase any more")
	p.BoolVar(&f.json, "json", false, "print one JSON object")
	return cmd
}

func (f *setFlags) change(cmd *cobra.Command) (client.Change, error) {
	c := client.Change{Expires: time.Duration(f.expires), NoPassphrase: f.noPassphrase}
	if cmd.Flags().Changed("views") {
		c.Views = (*uint64)(&f.views)
	}
	if f.passphrase != "" && f.noPassphrase {
		return c, usage("--passphrase-file and --no-passphrase contradict each other")
	}
	if f.passphrase != "" {
		var err error
		if c.Passphrase, err = passphraseFile(f.passphrase); err != nil {
			return c, err
		}
	}
	if c == (client.Change{}) {
		return c, usage("set wants something to change; see %s --help", cmd.CommandPath())
	}
	return c, nil
}

func newDelete(s streams) *cobra.Command {
	return &cobra.Command{
		Use:   "delete " + manageLink,
		Short: "Delete your share at once, for everybody",
		Long: `Deletes a share. The server forgets first what every opening needs, then the photos. It
cannot be undone. Who has saved a photo still has it.`,
		Example: "  safelight delete - < share.manage",
		Args:    exactly(1, "the manage link, or - to read it from standard input"),
		RunE: func(cmd *cobra.Command, args []string) error {
			m, err := managed(cmd.Context(), s, args[0])
			if err != nil {
				return err
			}
			if err := m.Delete(cmd.Context()); err != nil {
				return err
			}
			s.note("Deleted. The link opens nothing any more.")
			return nil
		},
	}
}
