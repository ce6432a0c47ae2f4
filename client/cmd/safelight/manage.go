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
		Short: "Show your share, or what arrived by your request link",
		Long: `Shows a share to its owner, or what arrived by a request link to its maker. It needs the manage link that "send" gave; - reads it from
standard input, so that it does not stand in the list of processes.`,
		Example: "  safelight status - < share.manage",
		Args:    exactly(1, "the manage link, or - to read it from standard input"),
		RunE: func(cmd *cobra.Command, args []string) error {
			m, b, err := eitherManaged(cmd.Context(), s, args[0])
			switch {
			case err != nil:
				return err
			case b != nil:
				return printMailbox(s, b, asJSON)
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

// eitherManaged follows a manage link, which belongs to a share or to a request link.
func eitherManaged(ctx context.Context, s streams, arg string) (*client.Managed, *client.Mailbox, error) {
	link, err := linkArgument(arg, s.in)
	if err != nil {
		return nil, nil, err
	}
	c := client.Config{Server: serverFromEnvironment()}
	m, err := client.Manage(ctx, link, c)
	if !errors.Is(err, client.ErrIsRequest) {
		return m, nil, err
	}
	b, err := client.ManageMailbox(ctx, link, c)
	return nil, b, err
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
	switch {
	case i.Recipients && i.AskFirst:
		fmt.Fprintln(s.out, "opens for:  named recipients, and whoever the sender lets in")
	case i.Recipients:
		fmt.Fprintln(s.out, "opens for:  named recipients")
	case i.AskFirst:
		fmt.Fprintln(s.out, "opens for:  whoever the sender lets in")
	}
	if i.Log {
		fmt.Fprintln(s.out, "access log: on")
	}
	fmt.Fprintf(s.out, "size:       %s as stored\n", bytesText(int64(i.Bytes)))
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
			m, b, err := eitherManaged(cmd.Context(), s, args[0])
			if err != nil {
				return err
			}
			if b != nil {
				if err := b.Delete(cmd.Context()); err != nil {
					return err
				}
				s.note("Deleted. The request link takes nothing any more. What arrived stays under its own links until its senders' time is over.")
				return nil
			}
			if err := m.Delete(cmd.Context()); err != nil {
				return err
			}
			s.note("Deleted. The link opens nothing any more.")
			return nil
		},
	}
}
