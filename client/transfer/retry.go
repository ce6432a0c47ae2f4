package transfer

import (
	"context"
	"crypto/tls"
	"errors"
	"math/rand/v2"
	"net"
	"net/http"
	"time"
)

// Waiting between tries: from firstWait, doubled each time up to maxWait, and of that a random share from a half to the
// whole, so that many clients that lost the same server do not return at once.
const (
	partTries = 8 // some 30 seconds without a network in the middle of an upload
	callTries = 4 // a person waits for the first answer: 2 seconds, then say so
	firstWait = 250 * time.Millisecond
	maxWait   = 20 * time.Second
	// answerWait is how long one try of what is no part may take, beside the time for its body.
	answerWait = 10 * time.Second
	// maxRetryAfter is the longest that a server may make us wait before that is an answer for the person instead.
	maxRetryAfter = 2 * time.Minute
)

// retry calls f until it succeeds, fails for good, or has failed as often as tries says. What a server asked for by
// Retry-After is waited for.
func (c *Client) retry(ctx context.Context, tries int, f func() error) error {
	wait := c.firstWait
	for n := 1; ; n++ {
		err := f()
		if err == nil || n == tries || !temporary(err) || ctx.Err() != nil {
			return err
		}
		pause := wait/2 + rand.N(wait/2+1)
		if asked := retryAfter(err); asked > maxRetryAfter {
			return err
		} else if asked > 0 {
			pause = asked
		}
		wait = min(2*wait, maxWait)
		select {
		case <-ctx.Done():
			return err
		case <-time.After(pause):
		}
	}
}

// temporary reports whether the same request may succeed later: nothing came back, or the server said so.
func temporary(err error) bool {
	if p, ok := errors.AsType[*Problem](err); ok {
		switch p.Status {
		case http.StatusRequestTimeout, http.StatusTooManyRequests, http.StatusInternalServerError,
			http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
			return true
		}
		return false
	}
	if _, bad := errors.AsType[*tls.CertificateVerificationError](err); bad {
		return false
	}
	if dns, ok := errors.AsType[*net.DNSError](err); ok && dns.IsNotFound {
		return false
	}
	return errors.Is(err, ErrUnreachable)
}

func retryAfter(err error) time.Duration {
	if p, ok := errors.AsType[*Problem](err); ok {
		return p.RetryAfter
	}
	return 0
}
