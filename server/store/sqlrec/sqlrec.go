// Package sqlrec keeps records and manifests in an SQL database: one set of statements for SQLite, D1 and PostgreSQL.
// A driver gives it a Conn. Every write is one statement, so that D1, which has no transactions, keeps the promises too.
package sqlrec

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"safelight/server/store"
)

// Conn runs statements. Safe for concurrent use.
type Conn interface {
	// Exec runs one writing statement and returns how many rows it changed, once that is durable.
	Exec(ctx context.Context, query string, args ...any) (changed int64, err error)
	// QueryContext runs one reading statement. It sees every write whose Exec has returned.
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// Placeholder is the letter before a parameter's number.
type Placeholder string

const (
	Dollar   Placeholder = "$" // PostgreSQL
	Question Placeholder = "?" // SQLite, D1
)

// Frame is the room that a database needs around a value; the zero Frame is none.
type Frame struct {
	Offset int                     // zero bytes before the value
	Size   func(valueSize int) int // of the whole, at least Offset + valueSize
}

// put returns what is stored for v: never nil, which would be NULL.
func (f Frame) put(v []byte) []byte {
	if f.Size == nil {
		return append([]byte{}, v...)
	}
	b := make([]byte, f.Size(len(v)))
	copy(b[f.Offset:], v)
	return b
}

// take returns the value of size bytes in what was stored.
func (f Frame) take(b []byte, size int64) ([]byte, error) {
	if size < 0 || size > int64(len(b)-f.Offset) {
		return nil, fmt.Errorf("a value of %d bytes in %d", size, len(b))
	}
	return b[f.Offset : f.Offset+int(size)], nil
}

// The statements, with $N as PostgreSQL writes it.
const (
	createSQL = `INSERT INTO record (id, counter, due, size, value) VALUES ($1, 1, $2, $3, $4) ON CONFLICT DO NOTHING`
	loadSQL   = `SELECT counter, due, size, value FROM record WHERE id = $1`
	swapSQL   = `UPDATE record SET counter = counter + 1, due = $3, size = $4, value = $5 WHERE id = $1 AND counter = $2`
	existsSQL = `SELECT 1 FROM record WHERE id = $1`
	dueSQL    = `SELECT id FROM record WHERE due <= $1 AND id <> $2 ORDER BY due, id LIMIT $3`
	deleteSQL = `DELETE FROM record WHERE id = $1 AND counter = $2`

	putManifestSQL   = `INSERT INTO manifest (id, share, size, value) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`
	manifestSQL      = `SELECT size, value FROM manifest WHERE id = $1`
	dropManifestSQL  = `DELETE FROM manifest WHERE id = $1`
	dropManifestsSQL = `DELETE FROM manifest WHERE share = $1`

	countRecordsSQL   = `SELECT count(*), coalesce(sum(size), 0) FROM record`
	countManifestsSQL = `SELECT count(*), coalesce(sum(size), 0) FROM manifest`
)

// Records implements store.Records, Manifests and Counter on a Conn.
type Records struct {
	conn        Conn
	placeholder Placeholder
	frame       Frame
}

var (
	_ store.Records   = (*Records)(nil)
	_ store.Manifests = (*Records)(nil)
	_ store.Counter   = (*Records)(nil)
)

// New returns the store on conn, whose tables Migrate has made.
func New(conn Conn, p Placeholder, f Frame) *Records { return &Records{conn, p, f} }

// exec runs a writing statement; what names the step in errors.
func (s *Records) exec(ctx context.Context, what, query string, args ...any) (changed int64, err error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	changed, err = s.conn.Exec(ctx, strings.ReplaceAll(query, "$", string(s.placeholder)), args...)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", what, err)
	}
	return changed, nil
}

// row runs a reading statement of at most one row; found is false when there is none.
func (s *Records) row(ctx context.Context, what, query string, args []any, dest ...any) (found bool, err error) {
	err = s.rows(ctx, what, query, args, func(rows *sql.Rows) error {
		found = true
		return rows.Scan(dest...)
	})
	return found, err
}

// rows runs a reading statement and calls scan for each row.
func (s *Records) rows(ctx context.Context, what, query string, args []any, scan func(*sql.Rows) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	rows, err := s.conn.QueryContext(ctx, strings.ReplaceAll(query, "$", string(s.placeholder)), args...)
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}
