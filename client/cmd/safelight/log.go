package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strconv"

	"github.com/spf13/cobra"

	"safelight/client"
)

const logHelp = `Shows what happened to your share since its access log was switched on, with "send --log" or
"set --log": when it was opened, and when a passphrase was wrong. It says nothing about who
that was. The server keeps the last 1,000 events, and whoever can open the share can open it
that often; how many there were in all is told.

The server seals each event to you, so that nobody can read the log later. It is no
evidence: the server could leave events out, or make some up.`

func newLog(s streams) *cobra.Command {
	var asCSV, asJSON bool
	cmd := &cobra.Command{
		Use:     "log " + manageLink,
		Short:   "Show when your share was opened",
		Long:    logHelp,
		Example: "  safelight log - < share.manage\n  safelight log --csv - < share.manage > share.csv",
		Args:    exactly(1, "the manage link, or - to read it from standard input"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if asCSV && asJSON {
				return usage("--csv and --json contradict each other")
			}
			m, err := managed(cmd.Context(), s, args[0])
			if err != nil {
				return err
			}
			log, err := m.Log(cmd.Context())
			if err != nil {
				return err
			}
			switch {
			case asCSV:
				return logCSV(s.out, log)
			case asJSON:
				return logJSON(s.out, log)
			}
			printLog(s, log)
			return nil
		},
	}
	cmd.Flags().BoolVar(&asCSV, "csv", false, "print comma-separated values: at, what, revision")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	return cmd
}

// logRow is an entry as files have it, byte for byte what the manage page saves.
type logRow struct {
	At       string `json:"at"`
	What     string `json:"what"`
	Revision uint64 `json:"revision"`
}

func logRows(log client.Log) []logRow {
	rows := []logRow{}
	for _, e := range log.Entries {
		rows = append(rows, logRow{e.At.UTC().Format("2006-01-02T15:04:05.000Z"), e.What, e.Revision})
	}
	return rows
}

// logCSV writes what RFC 4180 describes.
func logCSV(out io.Writer, log client.Log) error {
	w := csv.NewWriter(out)
	w.UseCRLF = true
	w.Write([]string{"at", "what", "revision"})
	for _, r := range logRows(log) {
		w.Write([]string{r.At, r.What, strconv.FormatUint(r.Revision, 10)})
	}
	w.Flush()
	return w.Error()
}

func logJSON(out io.Writer, log client.Log) error {
	return json.NewEncoder(out).Encode(struct {
		Events     []logRow `json:"events"`
		Ever       uint64   `json:"ever"`
		Unreadable int      `json:"unreadable"`
	}{logRows(log), log.Ever, log.Unreadable})
}

// happened are the words of events.
var happened = map[string]string{
	"opened": "opened", "taken": "opened, a view used", "right-passphrase": "passphrase entered, right",
	"wrong-passphrase": "passphrase entered, wrong", "tried-passphrase": "passphrase entered a moment ago", "comment": "comment added",
	"asked": "somebody asked to be let in", "unknown": "something that this version does not know",
}

func printLog(s streams, log client.Log) {
	for _, e := range log.Entries {
		fmt.Fprintf(s.out, "%s  %s\n", e.At.Local().Format("2006-01-02 15:04:05 MST"), happened[e.What])
	}
	if len(log.Entries) == 0 {
		s.note("Nothing has happened yet.")
	}
	if gone := int64(log.Ever) - int64(len(log.Entries)) - int64(log.Unreadable); gone > 0 {
		s.note("%d older events are not kept any more.", gone)
	}
	if log.Unreadable > 0 {
		s.note("%d stored events do not open with your key: something on the server changed them.", log.Unreadable)
	}
}
