package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
)

// maxGroup bounds a transaction: 256 records of 1 MiB still fit into memory.
const maxGroup = 256

var errClosed = errors.New("the database is closed")

// conn implements sqlrec.Conn: one goroutine writes, a pool reads.
type conn struct {
	readers *sql.DB
	pool    *sql.DB   // owns writer
	writer  *sql.Conn // of run alone
	stmts   map[string]*sql.Stmt
	alone   bool

	requests chan *request
	mu       sync.RWMutex // held for reading while a request is handed over
	closed   bool
	done     chan struct{}
}

// request is one write that waits for its transaction, or, without a query, for a scrub.
type request struct {
	ctx     context.Context
	query   string
	args    []any
	changed int64
	err     error
	done    chan struct{}
}

func newConn(ctx context.Context, pool, readers *sql.DB, alone bool) (*conn, error) {
	w, err := pool.Conn(ctx)
	if err != nil {
		return nil, err
	}
	c := &conn{
		readers: readers, pool: pool, writer: w, stmts: make(map[string]*sql.Stmt), alone: alone,
		requests: make(chan *request, maxGroup), done: make(chan struct{}),
	}
	go c.run()
	return c, nil
}

// Exec implements sqlrec.Conn. It waits for its transaction even when ctx ends meanwhile: args belong to the caller
// again when it returns, and the answer is known.
func (c *conn) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	r := &request{ctx: ctx, query: query, args: args, done: make(chan struct{})}
	if err := c.send(r); err != nil {
		return 0, err
	}
	<-r.done
	return r.changed, named(r.err)
}

func (c *conn) send(r *request) error {
	c.mu.RLock()
	defer c.mu.RUnlock()
	if c.closed {
		return errClosed
	}
	c.requests <- r
	return nil
}

// QueryContext implements sqlrec.Conn.
func (c *conn) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return c.readers.QueryContext(ctx, query, args...)
}

// scrub empties the WAL after everything that was handed over before.
func (c *conn) scrub(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	r := &request{ctx: ctx, done: make(chan struct{})}
	if err := c.send(r); err != nil {
		return err
	}
	<-r.done
	return named(r.err)
}

func (c *conn) close() error {
	c.mu.Lock()
	if c.closed {
		c.mu.Unlock()
		return nil
	}
	c.closed = true
	close(c.requests)
	c.mu.Unlock()
	<-c.done
	for _, s := range c.stmts {
		s.Close()
	}
	// The last connection that closes takes the WAL with it, so the readers go first.
	return errors.Join(c.readers.Close(), c.writer.Close(), c.pool.Close())
}

// run commits groups until the channel is closed and empty.
func (c *conn) run() {
	defer close(c.done)
	for first := range c.requests {
		writes, scrubs := c.collect(first)
		c.write(writes)
		if len(scrubs) > 0 {
			c.checkpoint(scrubs)
		}
		for _, r := range scrubs {
			close(r.done)
		}
	}
}

// collect takes what waits behind first, without waiting for more. A scrub covers every write of its group.
func (c *conn) collect(first *request) (writes, scrubs []*request) {
	r := first
	for n := 1; ; n++ {
		if r.query == "" {
			scrubs = append(scrubs, r)
		} else {
			writes = append(writes, r)
		}
		if n == maxGroup || c.alone {
			return writes, scrubs
		}
		select {
		case next, ok := <-c.requests:
			if !ok {
				return writes, scrubs
			}
			r = next
		default:
			return writes, scrubs
		}
	}
}

// write commits all requests together and answers them. If that fails, each is tried in a transaction of its own, so that
// one bad statement harms nobody else.
func (c *conn) write(group []*request) {
	if len(group) == 0 {
		return
	}
	if err := c.commit(group); err != nil && len(group) > 1 {
		for _, r := range group {
			if err := c.commit([]*request{r}); err != nil {
				r.err = err
			}
		}
	} else if err != nil {
		group[0].err = err
	}
	for _, r := range group {
		close(r.done)
	}
}

// commit runs the group as one transaction. Callers' contexts count until a statement begins; the rest has none, because
// cancelling one would interrupt all.
func (c *conn) commit(group []*request) (err error) {
	ctx := context.Background()
	if _, err := c.writer.ExecContext(ctx, "BEGIN IMMEDIATE"); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			c.writer.ExecContext(ctx, "ROLLBACK") // fails when SQLite has done so itself
		}
	}()
	for _, r := range group {
		if r.err = r.ctx.Err(); r.err != nil {
			continue
		}
		if r.changed, err = c.exec(ctx, r.query, r.args); err != nil {
			return err
		}
	}
	_, err = c.writer.ExecContext(ctx, "COMMIT")
	return err
}

func (c *conn) exec(ctx context.Context, query string, args []any) (int64, error) {
	stmt, ok := c.stmts[query]
	if !ok {
		var err error
		if stmt, err = c.writer.PrepareContext(ctx, query); err != nil {
			return 0, err
		}
		c.stmts[query] = stmt
	}
	result, err := stmt.ExecContext(ctx, args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// checkpoint moves the WAL into the file and cuts it to nothing. Readers may hold it up, ours for one statement each;
// writers wait here, so it gives up early.
func (c *conn) checkpoint(scrubs []*request) {
	err := c.pragma("busy_timeout(500)")
	if err == nil {
		err = c.truncate()
	}
	for try := 1; try < 4 && errors.Is(err, errBusy); try++ {
		err = c.truncate()
	}
	err = errors.Join(err, c.pragma(busyTimeout))
	for _, r := range scrubs {
		r.err = err
	}
}

var errBusy = errors.New("scrub: another process keeps the database busy")

func (c *conn) truncate() error {
	var busy, frames, moved int
	row := c.writer.QueryRowContext(context.Background(), "PRAGMA wal_checkpoint(TRUNCATE)")
	if err := row.Scan(&busy, &frames, &moved); err != nil {
		return fmt.Errorf("scrub: %w", err)
	}
	if busy != 0 {
		return errBusy
	}
	return nil
}

func (c *conn) pragma(p string) error {
	_, err := c.writer.ExecContext(context.Background(), "PRAGMA "+p)
	return err
}

func (c *conn) pageSize(ctx context.Context) (n int, err error) {
	err = c.readers.QueryRowContext(ctx, "PRAGMA page_size").Scan(&n)
	return n, err
}
