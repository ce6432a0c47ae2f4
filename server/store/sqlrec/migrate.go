package sqlrec

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
)

//go:embed migrations/*.sql
var embedded embed.FS

// Migrations returns the numbered files, 0001_name.sql and so on.
func Migrations() fs.FS {
	files, err := fs.Sub(embedded, "migrations")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return files
}

// Migrate brings the database to the newest version, one transaction per file; what was interrupted is begun again at
// that file. Two processes may try at once if db begins transactions with a write lock. A database that is newer than
// the program is refused.
func Migrate(ctx context.Context, db *sql.DB, files fs.FS) error {
	names, err := fs.Glob(files, "*.sql") // sorted
	if err != nil {
		return err
	}
	const table = `CREATE TABLE IF NOT EXISTS schema_version (version BIGINT NOT NULL PRIMARY KEY)`
	if _, err := db.ExecContext(ctx, table); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	for i, name := range names {
		if v, err := fileVersion(name); err != nil || v != int64(i+1) {
			return fmt.Errorf("migrate: %s is not number %d (%v)", name, i+1, err)
		}
		query, err := fs.ReadFile(files, name)
		if err != nil {
			return fmt.Errorf("migrate: %w", err)
		}
		if err := apply(ctx, db, int64(i+1), string(query)); err != nil {
			return fmt.Errorf("migrate: %s: %w", name, err)
		}
	}
	return refuseNewer(ctx, db, int64(len(names)))
}

func fileVersion(name string) (int64, error) {
	number, _, _ := strings.Cut(name, "_")
	return strconv.ParseInt(number, 10, 64)
}

// apply runs one file, unless its version is noted.
func apply(ctx context.Context, db *sql.DB, version int64, query string) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	var newest int64
	if err := tx.QueryRowContext(ctx, `SELECT coalesce(max(version), 0) FROM schema_version`).Scan(&newest); err != nil {
		return err
	}
	if newest >= version {
		return nil
	}
	if _, err := tx.ExecContext(ctx, query); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `INSERT INTO schema_version (version) VALUES (`+strconv.FormatInt(version, 10)+`)`); err != nil {
		return err
	}
	return tx.Commit()
}

func refuseNewer(ctx context.Context, db *sql.DB, known int64) error {
	var newest int64
	if err := db.QueryRowContext(ctx, `SELECT coalesce(max(version), 0) FROM schema_version`).Scan(&newest); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	if newest > known {
		return fmt.Errorf("migrate: the database has version %d, this program knows %d: a newer program has used it", newest, known)
	}
	return nil
}
