// Package transfer moves sealed bytes and signed requests between a client and a server. It is the only package of the
// clients that imports net/http, and it holds no secret of its own: tokens are given per call, and what has to be
// signed goes to a statement.Signer.
//
//	c, err := transfer.New(transfer.Config{Server: "https://example.org"})
//	reply, err := c.Open(ctx, id, read, nil, nil)
//
// Every call takes a context and returns a *Problem when the server answered with one, ErrUnreachable when nothing
// sensible came back. What can be repeated without harm is repeated, with growing pauses; see the comment of each call.
// A Client is safe for concurrent use.
package transfer

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"safelight/server/wire"
)

// What callers branch on, beside Problem.
var (
	// ErrUnreachable reports that no answer came, or one that no server of ours gives.
	ErrUnreachable = errors.New("the server does not answer")
	// ErrRedirect reports a redirect. None is followed: it could carry a token to another host.
	ErrRedirect = errors.New("the server redirects, which is not followed")
)

// userAgent says neither version nor system.
const userAgent = "safelight"

// Config says where the server is.
type Config struct {
	Server string // as for ParseServer
	Admit  string // token for creating shares, where the server wants one

	Transport http.RoundTripper // for tests; nil is a transport of our own
	FirstWait time.Duration     // for tests; 0 is a quarter of a second

	AnswerWait time.Duration // for tests; 0 is ten seconds
}

// Client talks to one server.
type Client struct {
	base       *url.URL
	admit      string
	http       *http.Client
	firstWait  time.Duration
	answerWait time.Duration
}

// New returns a client. It makes no request.
func New(c Config) (*Client, error) {
	base, err := ParseServer(c.Server)
	if err != nil {
		return nil, err
	}
	if c.Transport == nil {
		c.Transport = &http.Transport{
			Proxy:                 http.ProxyFromEnvironment,
			DialContext:           (&net.Dialer{Timeout: 15 * time.Second}).DialContext,
			TLSHandshakeTimeout:   15 * time.Second,
			ResponseHeaderTimeout: 2 * time.Minute,
			IdleConnTimeout:       90 * time.Second,
			MaxIdleConnsPerHost:   8,
			ForceAttemptHTTP2:     true,
			DisableCompression:    true, // ciphertext does not compress
		}
	}
	if c.FirstWait == 0 {
		c.FirstWait = firstWait
	}
	if c.AnswerWait == 0 {
		c.AnswerWait = answerWait
	}
	refuse := func(*http.Request, []*http.Request) error { return ErrRedirect }
	return &Client{base, c.Admit, &http.Client{Transport: c.Transport, CheckRedirect: refuse}, c.FirstWait, c.AnswerWait}, nil
}

// Server returns the address of the server, without a slash at the end.
func (c *Client) Server() string { return c.base.String() }

// Close lets go of idle connections.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// Problem is an answer of the server that says no (RFC 9457).
type Problem struct {
	Status     int
	Code       wire.Code // of the closed list, or codeHTTP
	Detail     string    // for people; never shown without the code
	RetryAfter time.Duration

	// Of code "revision": what the server has.
	Statement, Signature []byte
}

func (p *Problem) Error() string {
	if p.Detail == "" {
		return fmt.Sprintf("the server says: %s (%d)", p.Code, p.Status)
	}
	return fmt.Sprintf("the server says: %s (%d): %s", p.Code, p.Status, p.Detail)
}

// codeHTTP is the code of an answer that is no problem document: a proxy's, or another program's.
const codeHTTP wire.Code = "http"

// CodeOf returns the code of the Problem that err wraps, or "".
func CodeOf(err error) wire.Code {
	if p, ok := errors.AsType[*Problem](err); ok {
		return p.Code
	}
	return ""
}

// call is one request.
type call struct {
	method, path string
	contentType  string
	auth         string // Authorization; empty: none
	header       http.Header
	body         []byte
	accept       []int // statuses that are success
}

// do sends a request once and returns the answer with its body open, if the status is one that is accepted.
func (c *Client) do(ctx context.Context, r call) (*http.Response, error) {
	u := c.base.JoinPath(wire.Base, r.path)
	var body io.Reader
	if r.body != nil {
		body = bytes.NewReader(r.body)
	}
	req, err := http.NewRequestWithContext(ctx, r.method, u.String(), body)
	if err != nil {
		return nil, fmt.Errorf("building a request: %w", withoutURL(err))
	}
	for k, v := range r.header {
		req.Header[k] = v
	}
	req.Header.Set("User-Agent", userAgent)
	if r.contentType != "" {
		req.Header.Set("Content-Type", r.contentType)
	}
	if r.auth != "" {
		req.Header.Set("Authorization", r.auth)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, failed(ctx, err)
	}
	for _, status := range r.accept {
		if resp.StatusCode == status {
			return resp, nil
		}
	}
	defer resp.Body.Close()
	return nil, problemOf(resp)
}

// exchange sends a request once and returns the whole body of the answer.
func (c *Client) exchange(ctx context.Context, r call) ([]byte, error) {
	resp, err := c.do(ctx, r)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(io.LimitReader(resp.Body, wire.MaxReply+1))
	if err != nil {
		return nil, failed(ctx, err)
	}
	if len(b) > wire.MaxReply {
		return nil, fmt.Errorf("%w: the answer is too long", ErrUnreachable)
	}
	return b, nil
}

// failed turns what net/http says into one of our errors. The URL in it is left out: it holds the share's id.
func failed(ctx context.Context, err error) error {
	if errors.Is(err, ErrRedirect) {
		return ErrRedirect
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return fmt.Errorf("%w: %w", ErrUnreachable, withoutURL(err))
}

func withoutURL(err error) error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		return u.Err
	}
	return err
}

// problemOf reads an answer that is not success. What is not a problem document comes from something else that stands
// there: a proxy, another program, a captive portal.
func problemOf(resp *http.Response) error {
	p := &Problem{Status: resp.StatusCode, RetryAfter: parseRetryAfter(resp.Header.Get("Retry-After"))}
	b, err := io.ReadAll(io.LimitReader(resp.Body, wire.MaxReply))
	var doc wire.Problem
	media, _, _ := strings.Cut(resp.Header.Get("Content-Type"), ";")
	if err != nil || media != wire.ProblemType || json.Unmarshal(b, &doc) != nil || doc.Code == "" {
		p.Code = codeHTTP
		p.Detail = http.StatusText(resp.StatusCode)
		if resp.StatusCode < 500 && resp.StatusCode != http.StatusTooManyRequests {
			return fmt.Errorf("%w as a Safelight server does: %w", ErrUnreachable, p)
		}
		return p
	}
	p.Code, p.Detail, p.Statement, p.Signature = wire.Code(plain(string(doc.Code))), plain(doc.Detail), doc.Statement, doc.Signature
	if p.Detail == "" {
		p.Detail = plain(doc.Title)
	}
	return p
}

// maxPlain is the longest text of a server that is shown, in bytes.
const maxPlain = 400

// plain makes one short line of a text that a server chose: it ends up in a terminal, which must not take orders from it.
func plain(s string) string {
	if len(s) > maxPlain {
		s = s[:maxPlain]
	}
	return strings.Map(func(r rune) rune {
		if r == utf8.RuneError || !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, s)
}

// parseRetryAfter reads seconds or a date.
func parseRetryAfter(s string) time.Duration {
	if n, err := strconv.ParseUint(s, 10, 31); err == nil {
		return time.Duration(n) * time.Second
	}
	if t, err := http.ParseTime(s); err == nil {
		return max(0, time.Until(t))
	}
	return 0
}

// bearer writes a token as it stands in Authorization.
func bearer(token []byte) string { return base64.RawURLEncoding.EncodeToString(token) }
