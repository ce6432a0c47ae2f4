package api

import (
	"encoding/base64"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"safelight/server/rules"
	"safelight/server/wire"
)

// slowest is the slowest client that is given the time to receive what it asked for, in bytes a second.
const slowest = 8 << 10

// unwrap returns the writer below gin's, which knows sendfile on a machine and raw streams on Workers: gin's own has
// no ReadFrom, and bytes through it take three times as long.
func unwrap(c *gin.Context) http.ResponseWriter {
	if u, ok := c.Writer.(interface{ Unwrap() http.ResponseWriter }); ok {
		return u.Unwrap()
	}
	return c.Writer
}

// patience replaces the server's short deadlines, for requests that move parts. A host without deadlines has none.
func patience(c *gin.Context, read, write time.Duration) {
	rc, now := http.NewResponseController(unwrap(c)), time.Now()
	if read > 0 {
		rc.SetReadDeadline(now.Add(read))
	}
	rc.SetWriteDeadline(now.Add(write))
}

// uploadID reads both ids in the path.
func uploadID(c *gin.Context) (id rules.ID, up rules.Upload, err error) {
	if id, err = shareID(c); err != nil {
		return id, up, err
	}
	if up, err = rules.ParseUpload(c.Param("upload")); err != nil {
		return id, up, refuse(wire.CodeMalformed, err.Error())
	}
	return id, up, nil
}

// part is what a PUT announces.
type part struct {
	n    uint32
	size int64
	sum  [32]byte
}

func announced(c *gin.Context) (p part, err error) {
	n, err := strconv.ParseUint(c.Param("n"), 10, 32)
	if err != nil || strconv.FormatUint(n, 10) != c.Param("n") {
		return p, refuse(wire.CodeMalformed, "not the number of a part")
	}
	if c.Request.ContentLength < 0 {
		return p, refuse(wire.CodeMalformed, "Content-Length is missing")
	}
	sum, ok := parseDigest(c.Request.Header.Get(wire.HeaderDigest))
	if !ok {
		return p, refuse(wire.CodeMalformed, "Content-Digest has to be sha-256=:…:")
	}
	return part{uint32(n), c.Request.ContentLength, sum}, nil
}

func (s *server) putPart(c *gin.Context) {
	id, up, err := uploadID(c)
	var p part
	if err == nil {
		p, err = announced(c)
	}
	if err != nil {
		s.fail(c, "put", err)
		return
	}
	leave, err := s.among(&s.puts, c)
	if err != nil {
		s.fail(c, "put", err)
		return
	}
	defer leave()
	patience(c, wire.PutTimeout, wire.PutTimeout+time.Minute)
	in := c.Request.Body // untouched, so that a Worker can hand its stream on without reading it
	created, err := s.Shares.Put(c.Request.Context(), id, up, p.n, bearer(c.Request), p.size, p.sum, in)
	if err != nil {
		s.level(c, err) // before the body, whose length and speed are the client's
		if s.Drain && p.size <= wire.MaxPartSize {
			io.CopyN(io.Discard, in, p.size)
		}
		s.fail(c, "put", late(err))
		return
	}
	status := http.StatusOK
	if created {
		status = http.StatusCreated
	}
	c.Writer.Header().Set("Content-Length", "0")
	c.Writer.WriteHeader(status)
	c.Writer.WriteHeaderNow()
}

// late tells a body that took too long apart from a store that failed.
func late(err error) error {
	if slow, ok := cause(err).(interface{ Timeout() bool }); ok && slow.Timeout() {
		return refuse(wire.CodeTimeout, "")
	}
	return err
}

// choose returns what picks the slice that r asks for, and where it puts what it picked.
func choose(r *http.Request, at *span, size *int64) rules.Pick {
	return func(n int64) (offset, length int64, err error) {
		*size = n
		if *at, err = parseRange(r.Header.Get(wire.HeaderRange), n); err != nil {
			return 0, 0, &rules.Error{Code: wire.CodeRange, Size: n}
		}
		return at.offset, at.length, nil
	}
}

func (s *server) headParts(c *gin.Context) {
	var at span
	var size int64
	id, up, err := uploadID(c)
	if err == nil {
		size, err = s.Shares.Size(c.Request.Context(), id, up, bearer(c.Request))
	}
	if err == nil {
		_, _, err = choose(c.Request, &at, &size)(size)
	}
	if err != nil {
		s.fail(c, "parts", err)
		return
	}
	sendHead(c, at, size)
}

func (s *server) getParts(c *gin.Context) {
	id, up, err := uploadID(c)
	if err != nil {
		s.fail(c, "parts", err)
		return
	}
	var at span
	var size int64
	ctx := c.Request.Context()
	body, err := s.Shares.Read(ctx, id, up, bearer(c.Request), choose(c.Request, &at, &size))
	if err != nil {
		s.fail(c, "parts", err)
		return
	}
	defer body.Close()
	patience(c, 0, time.Minute+time.Duration(at.length/slowest)*time.Second)
	sendHead(c, at, size)
	if _, err := body.WriteTo(unwrap(c)); err != nil {
		if ctx.Err() == nil {
			s.Log.Warn("an answer was cut off", "operation", "parts", "reason", Reason(err))
		}
		panic(http.ErrAbortHandler) // so that nobody takes the beginning for the whole
	}
}

// sendHead writes status and headers of an answer with a slice of size bytes.
func sendHead(c *gin.Context, at span, size int64) {
	h := c.Writer.Header()
	h.Set("Content-Type", "application/octet-stream")
	h.Set("Accept-Ranges", "bytes")
	h.Set("Content-Length", strconv.FormatInt(at.length, 10))
	status := http.StatusOK
	if at.partial {
		h.Set(wire.HeaderContentRange, at.contentRange(size))
		status = http.StatusPartialContent
	}
	c.Writer.WriteHeader(status)
	c.Writer.WriteHeaderNow()
}

// bearer reads a binary token. A missing or malformed one becomes zeros, which fit nothing, so that it is answered like
// any other wrong token.
func bearer(r *http.Request) (token [32]byte) {
	text, ok := strings.CutPrefix(r.Header.Get(wire.HeaderAuthorization), "Bearer ")
	if !ok {
		return token
	}
	return binary(text)
}

// binary reads a token as it is written in a header; zeros when it is not one.
func binary(text string) (token [32]byte) {
	b, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || len(b) != len(token) {
		return token
	}
	return [32]byte(b)
}

// parseDigest reads the sha-256 of a Content-Digest header (RFC 9530). Other algorithms may stand beside it.
func parseDigest(header string) (sum [32]byte, ok bool) {
	for item := range strings.SplitSeq(header, ",") {
		text, found := strings.CutPrefix(strings.TrimSpace(item), "sha-256=:")
		if !found {
			continue
		}
		if text, ok = strings.CutSuffix(text, ":"); !ok {
			return sum, false
		}
		b, err := base64.StdEncoding.Strict().DecodeString(text)
		if err != nil || len(b) != len(sum) {
			return sum, false
		}
		return [32]byte(b), true
	}
	return sum, false
}
