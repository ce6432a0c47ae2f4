package main

import (
	"encoding/json"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"safelight/client"
)

const requestHelp = `Makes a request link. Whoever has it can send photos to you, without an account and without
a token of the server; only you can open them. Hand it to the person who has the photos.

What arrives is listed by "safelight status" with the manage link, which is shown once, on
standard error; --manage-file keeps it in a file instead. "safelight set --closed" stops
taking photos, "safelight delete" deletes the request link.

Anyone with the request link can send something by it, and the server can see when.`

func newRequest(s streams) *cobra.Command {
	var f sendFlags
	cmd := &cobra.Command{
		Use:   "request",
		Short: "Make a link by which somebody sends photos to you",
		Long:  requestHelp,
		Example: `  safelight request --expires 30d
  safelight request --manage-file inbox.manage
  safelight send --to 'https://example.org/r#…' beach.jpg      how the other side uses it
  safelight status --json - < inbox.manage | jq -r '.arrived[].link' |
    while read -r link; do echo "$link" | safelight get -o inbox -; done`,
		Args: exactly(0, "no arguments"),
		RunE: func(cmd *cobra.Command, _ []string) error { return f.request(cmd, s) },
	}
	p := cmd.Flags()
	p.StringVar(&f.server, "server", "", "address or send link of the server `URL`; also SAFELIGHT_SERVER")
	p.StringVar(&f.token, "token", "", "the server's token `T` for senders; also SAFELIGHT_TOKEN")
	p.Var(&f.expires, "expires", "take photos for this long, at least 5m: 90m, 12h, 7d (what the server offers, if not given)")
	p.StringVar(&f.manage, "manage-file", "", "write the manage link to this new file `F`, readable by you alone")
	p.BoolVar(&f.json, "json", false, "print one JSON object instead of the link")
	return cmd
}

// requestJSON is what --json prints.
type requestJSON struct {
	Link    string    `json:"link"`
	Manage  string    `json:"manage,omitempty"`
	Expires time.Time `json:"expires"`
}

func (f *sendFlags) request(cmd *cobra.Command, s streams) error {
	if err := f.where(); err != nil {
		return err
	}
	keep, err := f.reserveManage()
	if err != nil {
		return err
	}
	made, err := client.Request(cmd.Context(), time.Duration(f.expires), client.Config{Server: f.server, Token: f.token})
	if err != nil {
		keep.drop()
		return err
	}
	if err := keep.write(made.Manage); err != nil {
		s.note("The manage link could not be written (%v). Here it is:\n%s", err, made.Manage)
	}
	if f.json {
		out := requestJSON{Link: made.Link, Expires: made.Expires.UTC()}
		if f.manage == "" {
			out.Manage = made.Manage
		}
		return json.NewEncoder(s.out).Encode(out)
	}
	s.note("Takes photos for %s.", left(made.Expires, time.Now()))
	if f.manage == "" {
		s.note("To see what arrives, keep this link to yourself:\n%s", made.Manage)
	}
	_, err = fmt.Fprintln(s.out, made.Link)
	return err
}

// where finds the server and what it wants, in the environment if not in the flags.
func (f *sendFlags) where() error {
	if f.server == "" {
		f.server = serverFromEnvironment() // no default of the flag: the help would show a token in it
	}
	if f.server == "" {
		return usage("no server: give its address with --server or in SAFELIGHT_SERVER")
	}
	if f.token == "" {
		f.token = os.Getenv("SAFELIGHT_TOKEN")
	}
	if f.expires != 0 && time.Duration(f.expires) < shortest {
		return usage("--expires %v is too short to open it: at least %s", &f.expires, plural(int(shortest/time.Minute), "minute"))
	}
	return nil
}

func printMailbox(s streams, b *client.Mailbox, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(s.out).Encode(b)
	}
	state := "takes photos"
	if !b.Open {
		state = "closed; takes nothing more"
	}
	fmt.Fprintf(s.out, "state:      request link, %s\n", state)
	fmt.Fprintf(s.out, "link:       %s\n", b.Link)
	fmt.Fprintf(s.out, "expires:    %s (in %s)\n", localTime(b.Expires), left(b.Expires, b.Now))
	fmt.Fprintf(s.out, "arrived:    %d\n", len(b.Arrived))
	for _, a := range b.Arrived {
		fmt.Fprintf(s.out, "  %s  %s\n", localTime(a.At), a.Link)
	}
	if b.Dropped > 0 {
		fmt.Fprintf(s.out, "left out:   %s that did not come by the link, or came twice\n", plural(b.Dropped, "thing"))
	}
	return nil
}

func localTime(t time.Time) string { return t.Local().Format("2 January 2006, 15:04 MST") }
