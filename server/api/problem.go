package api

import (
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"strconv"

	"github.com/gin-gonic/gin"

	"safelight/server/rules"
	"safelight/server/wire"
)

var problemMethod = wire.NewProblem(wire.CodeMethod, "")

// writeProblem answers with a problem document. The bytes depend on p alone, so that equal answers are equal.
func writeProblem(w http.ResponseWriter, p wire.Problem) {
	body, err := json.Marshal(p)
	if err != nil {
		panic(err) // strings, numbers and bytes: cannot fail
	}
	h := w.Header()
	h.Set("Content-Type", wire.ProblemType)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(p.Status)
	w.Write(body) // the client is gone if this fails
}

// fail is the one place where an error becomes an answer. op names the handler, for the log.
func (s *server) fail(c *gin.Context, op string, err error) {
	s.level(c, err)
	e := rules.AsError(err)
	if e.Code.Status() >= 500 && c.Request.Context().Err() == nil {
		s.Log.Error("request failed", "operation", op, "code", e.Code, "reason", Reason(err))
	}
	h := c.Writer.Header()
	switch e.Code {
	case wire.CodeToken:
		h.Set("WWW-Authenticate", "Bearer")
	case wire.CodeRange:
		h.Set(wire.HeaderContentRange, "bytes */"+strconv.FormatInt(e.Size, 10))
	}
	if e.RetryAfter > 0 {
		h.Set(wire.HeaderRetryAfter, strconv.Itoa(int(math.Ceil(e.RetryAfter.Seconds()))))
	}
	p := wire.NewProblem(e.Code, e.Detail)
	p.Statement, p.Signature = e.Statement, e.Signature
	writeProblem(c.Writer, p)
}

func refuse(code wire.Code, detail string) error { return &rules.Error{Code: code, Detail: detail} }

// bodyError turns a failure to read a body into a refusal.
func bodyError(err error) error {
	var large *http.MaxBytesError
	var slow interface{ Timeout() bool }
	switch {
	case errors.As(err, &large):
		return refuse(wire.CodeLarge, "the body is longer than this request may be")
	case errors.As(err, &slow) && slow.Timeout():
		return refuse(wire.CodeTimeout, "")
	}
	return refuse(wire.CodeMalformed, "the body ended early")
}
