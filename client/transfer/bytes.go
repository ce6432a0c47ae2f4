package transfer

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"safelight/crypto/statement"
	"safelight/server/wire"
)

// slowest is the speed below which a request counts as stuck, in bytes per second; patience is added to it.
const (
	slowest  = 8 << 10
	patience = time.Minute
)

// Upload says where parts go and what allows it.
type Upload struct {
	Share  statement.ID
	Upload statement.UploadID
	Token  []byte
}

// PutPart stores one part and returns when it is durable. It is repeated until that is so: a part is create-only, and
// the same bytes again are success.
func (c *Client) PutPart(ctx context.Context, u Upload, n uint32, data []byte) error {
	sum := sha256.Sum256(data)
	r := call{
		method:      http.MethodPut,
		path:        partsPath(u.Share, u.Upload) + "/" + strconv.FormatUint(uint64(n), 10),
		contentType: "application/octet-stream",
		auth:        "Bearer " + bearer(u.Token),
		header:      http.Header{wire.HeaderDigest: {"sha-256=:" + base64.StdEncoding.EncodeToString(sum[:]) + ":"}},
		body:        data,
		accept:      []int{http.StatusCreated, http.StatusOK},
	}
	return c.retry(ctx, partTries, func() error {
		_, err := c.within(ctx, patience+time.Duration(len(data)/slowest)*time.Second, r)
		return err
	})
}

func partsPath(id statement.ID, u statement.UploadID) string {
	return "shares/" + id.String() + "/parts/" + u.String()
}

// Uploader sends several parts at a time. Put blocks while as many are on their way, so that whoever makes parts never
// runs ahead by more than that.
type Uploader struct {
	client *Client
	group  *errgroup.Group
	ctx    context.Context

	mu     sync.Mutex
	sent   int64
	report func(sent int64)
}

// NewUploader returns an uploader with inFlight places. report, if not nil, is told the bytes stored so far, one call
// at a time.
func (c *Client) NewUploader(ctx context.Context, inFlight int, report func(sent int64)) *Uploader {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(inFlight)
	return &Uploader{client: c, group: group, ctx: ctx, report: report}
}

// Put takes a part and owns data from then on. It returns the first failure of any part so far: then the upload is
// lost, and Wait says why.
func (u *Uploader) Put(to Upload, n uint32, data []byte) error {
	if err := u.ctx.Err(); err != nil {
		return context.Cause(u.ctx)
	}
	u.group.Go(func() error {
		if err := u.client.PutPart(u.ctx, to, n, data); err != nil {
			return err
		}
		u.mu.Lock()
		defer u.mu.Unlock()
		u.sent += int64(len(data))
		if u.report != nil {
			u.report(u.sent)
		}
		return nil
	})
	return nil
}

// Wait returns when every part is durable, or the first failure. The uploader is of no use afterwards.
func (u *Uploader) Wait() error { return u.group.Wait() }

// Range reads n bytes of an upload from offset into w. What was interrupted goes on where it stopped.
func (c *Client) Range(ctx context.Context, id statement.ID, u statement.UploadID, unlock []byte, offset, n int64, w io.Writer) error {
	for stalls := 0; n > 0; {
		got, err := c.rangeOnce(ctx, id, u, unlock, offset, n, w)
		offset, n = offset+got, n-got
		switch {
		case n == 0:
			return nil
		case got >= leastProgress:
			stalls = 0
		}
		stalls++
		if !temporary(err) || stalls == partTries || ctx.Err() != nil {
			return err
		}
		pause := max(retryAfter(err), min(c.firstWait<<stalls, maxWait))
		if pause > maxRetryAfter {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
		}
	}
	return nil
}

// rangeOnce makes one request for n bytes and returns how many of them were written to w.
func (c *Client) rangeOnce(ctx context.Context, id statement.ID, u statement.UploadID, unlock []byte, offset, n int64, w io.Writer) (int64, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	resp, err := c.do(ctx, call{
		method: http.MethodGet,
		path:   partsPath(id, u),
		auth:   "Bearer " + bearer(unlock),
		header: http.Header{wire.HeaderRange: {fmt.Sprintf("bytes=%d-%d", offset, offset+n-1)}},
		accept: []int{http.StatusPartialContent, http.StatusOK},
	})
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	if err := checkRange(resp, offset, n); err != nil {
		return 0, err
	}
	stuck := time.AfterFunc(patience, cancel)
	defer stuck.Stop()
	to := &sink{w: w}
	got, err := io.Copy(to, io.LimitReader(&alive{r: resp.Body, stuck: stuck}, n))
	switch {
	case to.err != nil:
		return got, to.err // asking again would not help
	case err == nil && got == n:
		return n, nil
	}
	return got, fmt.Errorf("%w: the answer stopped after %d of %d bytes", ErrUnreachable, got, n)
}

// checkRange makes sure that the answer is the slice that was asked for; 200 is the whole, which then has to be it.
func checkRange(resp *http.Response, offset, n int64) error {
	if resp.StatusCode == http.StatusOK {
		if offset == 0 && resp.ContentLength == n {
			return nil
		}
		return fmt.Errorf("%w: it ignores ranges", ErrUnreachable)
	}
	want := fmt.Sprintf("bytes %d-%d/", offset, offset+n-1)
	if got := resp.Header.Get(wire.HeaderContentRange); len(got) <= len(want) || got[:len(want)] != want {
		return fmt.Errorf("%w: another range came than was asked for", ErrUnreachable)
	}
	return nil
}

// leastProgress is what has to arrive within patience, and between two interruptions, to count as progress: a server that
// sends a byte at a time does not keep us for ever.
const leastProgress = 4 << 10

// alive pushes the alarm back whenever enough bytes have arrived.
type alive struct {
	r     io.Reader
	stuck *time.Timer
	since int // bytes since the alarm was pushed back
}

func (a *alive) Read(p []byte) (int, error) {
	n, err := a.r.Read(p)
	if a.since += n; a.since >= leastProgress {
		a.stuck.Reset(patience)
		a.since = 0
	}
	return n, err
}

// sink remembers that it was the writer that failed.
type sink struct {
	w   io.Writer
	err error
}

func (s *sink) Write(p []byte) (n int, err error) {
	n, s.err = s.w.Write(p)
	return n, s.err
}
