// Package admin is what an operator may do without being able to see anything: take a share down, count, tidy, verify.
// Its functions work on the rules over open stores, also while a server works on the same ones, and write their
// findings for people.
package admin

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"

	"safelight/server/rules"
	"safelight/server/store"
	"safelight/server/wire"
)

// ReadID is ParseID of arg, or of the first line of in when arg is "-".
func ReadID(arg string, in io.Reader) (store.Key, error) {
	if arg != "-" {
		return ParseID(arg)
	}
	line, err := bufio.NewReader(io.LimitReader(in, 4096)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return store.Key{}, fmt.Errorf("read the link: %w", err)
	}
	return ParseID(line)
}

// Takedown erases a share: first its secrets in the database, then its parts.
func Takedown(ctx context.Context, s *rules.Shares, id store.Key, out io.Writer) error {
	err := s.Takedown(ctx, id)
	if err != nil && rules.AsError(err).Code == wire.CodeGone {
		return errors.New("there is no such share, or not any more")
	}
	if err != nil {
		return err
	}
	fmt.Fprintln(out, "Taken down. Nobody can open it any more, and its parts are deleted.")
	return nil
}

// Stats prints what can be counted.
func Stats(ctx context.Context, s *rules.Shares, out io.Writer) error {
	st, err := s.Stats(ctx)
	if err != nil {
		return err
	}
	for _, row := range []struct {
		name  string
		value int64
	}{
		{"uploading", st.Uploading}, {"live", st.Live}, {"draining", st.Draining}, {"mailboxes", st.Mailboxes}, {"gone, not yet forgotten", st.Gone},
		{"unreadable records", st.Unreadable}, {"bytes of parts", st.Bytes}, {"bytes of records and manifests", st.Database.Bytes},
	} {
		fmt.Fprintf(out, "%-31s %15d\n", row.name, row.value)
	}
	return nil
}

// Sweep deletes what is due.
func Sweep(ctx context.Context, s *rules.Shares, out io.Writer) error {
	done, err := s.Sweep(ctx)
	fmt.Fprintf(out, "%d shares looked at, %d erased, %d forgotten\n", done.Shares, done.Gone, done.Purged)
	return err
}

// errLost is returned by Check when something is lost; what, it has printed.
var errLost = errors.New("something is lost; see above")

// Check prints what does not fit together, and returns an error when something is lost.
func Check(ctx context.Context, s *rules.Shares, out io.Writer) error {
	rep, err := s.Check(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%d shares\n", rep.Shares)
	list := func(what string, ids []store.Key) {
		for _, id := range ids {
			fmt.Fprintf(out, "%s: %v\n", what, id)
		}
	}
	list("parts are missing", rep.MissingParts)
	list("manifest, or a row of events or posts, is missing", rep.MissingManifests)
	list("record is not readable", rep.Unreadable)
	list("sealed under a record key that is not in the key file", rep.Unsealable)
	if n := len(rep.Orphans); n > 0 {
		fmt.Fprintf(out, "%d uploads belong to no share and take space; nothing is lost\n", n)
	}
	if rep.ClockAhead > 60_000 {
		fmt.Fprintf(out, "the clock of this machine is %d seconds behind the latest time that was served\n", rep.ClockAhead/1000)
	}
	if !rep.OK() {
		return errLost
	}
	fmt.Fprintln(out, "Nothing is lost.")
	return nil
}
