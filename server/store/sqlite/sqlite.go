// Package sqlite keeps records in one SQLite file, for a server that runs on one machine.
//
// Writes are durable (WAL, synchronous=FULL) and go through one goroutine, which commits all that wait as one
// transaction: one fsync serves many callers. Deleted and replaced values are overwritten (secure_delete) and Scrub
// empties the WAL. After that no value can be found in the files any more; ids and times of deleted rows can, in unused
// corners of pages.
package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"

	sqlitelib "modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"safelight/server/store"
	"safelight/server/store/sqlrec"
)

// Records implements store.Records, Manifests, Scrubber and Counter.
type Records struct {
	*sqlrec.Records
	conn *conn
}

var (
	_ store.Records   = (*Records)(nil)
	_ store.Manifests = (*Records)(nil)
	_ store.Scrubber  = (*Records)(nil)
	_ store.Counter   = (*Records)(nil)
)

// readers is how many connections answer questions beside the one that writes.
const readers = 4

// busyTimeout is how long a statement waits for another process, in ms.
const busyTimeout = "busy_timeout(10000)"

// Open opens or makes the file, readable for its owner only, and migrates it. Several processes may open it.
func Open(ctx context.Context, path string) (*Records, error) {
	return open(ctx, path, options{secureDelete: true, migrations: sqlrec.Migrations()})
}

// options are what tests turn off, to see that it matters.
type options struct {
	secureDelete bool
	noFrame      bool // values in leaf pages
	alone        bool // a transaction for each write
	migrations   fs.FS
}

func open(ctx context.Context, path string, o options) (*Records, error) {
	// SQLite gives the WAL and its index the mode of the file, so the file has to exist with the right one.
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("sqlite: %w", err)
	}
	f.Close()
	w, err := sql.Open("sqlite", dsn(path, o, "journal_mode(WAL)", "synchronous(FULL)"))
	if err != nil {
		return nil, fmt.Errorf("sqlite: %w", err)
	}
	w.SetMaxOpenConns(1)
	if err := sqlrec.Migrate(ctx, w, o.migrations); err != nil {
		w.Close()
		return nil, fmt.Errorf("sqlite: %w", err)
	}
	r, err := sql.Open("sqlite", dsn(path, o, "query_only(ON)"))
	if err != nil {
		w.Close()
		return nil, fmt.Errorf("sqlite: %w", err)
	}
	r.SetMaxOpenConns(readers)
	r.SetMaxIdleConns(readers)
	c, err := newConn(ctx, w, r, o.alone)
	if err != nil {
		r.Close()
		w.Close()
		return nil, fmt.Errorf("sqlite: %w", err)
	}
	pageSize, err := c.pageSize(ctx)
	if err != nil {
		c.close()
		return nil, fmt.Errorf("sqlite: %w", err)
	}
	var fr sqlrec.Frame
	if !o.noFrame {
		fr = frame(pageSize)
	}
	return &Records{sqlrec.New(c, sqlrec.Question, fr), c}, nil
}

// dsn writes the address of the database; pragmas hold for each of its connections.
func dsn(path string, o options, pragmas ...string) string {
	secure := "secure_delete(OFF)"
	if o.secureDelete {
		secure = "secure_delete(ON)"
	}
	q := url.Values{"_txlock": {"immediate"}}
	q["_pragma"] = append([]string{busyTimeout, secure, "foreign_keys(OFF)", "trusted_schema(OFF)"}, pragmas...)
	return (&url.URL{Scheme: "file", OmitHost: true, Path: path, RawQuery: q.Encode()}).String()
}

// Scrub implements store.Scrubber.
func (s *Records) Scrub(ctx context.Context) error { return s.conn.scrub(ctx) }

// Close finishes the writes that wait and closes the file. Later calls fail.
func (s *Records) Close() error { return s.conn.close() }

// named gives errors of the library the names that callers know.
func named(err error) error {
	var e *sqlitelib.Error
	if errors.As(err, &e) && e.Code()&0xff == sqlite3.SQLITE_FULL {
		return fmt.Errorf("%w (%w)", store.ErrFull, err)
	}
	return err
}
