//go:build js

// Package d1 keeps records in a Cloudflare D1 database, from inside a Worker.
//
// D1 is SQLite without transactions for callers, so it keeps the promises by the single statements of package sqlrec.
// It erases nothing in backups: what was replaced or deleted can be restored for up to 30 days (Time Travel). That is
// why peppers are sealed under a record key that lies outside the database.
package d1

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/syumai/workers/cloudflare/d1"

	"safelight/server/store/sqlrec"
)

// Open returns the store on the D1 binding called name. Its tables are made by `wrangler d1 migrations apply`.
func Open(name string) (*sqlrec.Records, error) {
	c, err := d1.OpenConnector(name)
	if err != nil {
		return nil, fmt.Errorf("d1: %w", err)
	}
	return sqlrec.New(conn{sql.OpenDB(c)}, sqlrec.Question, sqlrec.Frame{}), nil
}

// conn implements sqlrec.Conn. The pool behind it hands out connections that are nothing but the binding, as many as are
// asked for, so no request ever waits for another.
type conn struct{ *sql.DB }

func (c conn) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	result, err := c.ExecContext(ctx, query, args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}
