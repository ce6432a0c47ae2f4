package api

import (
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"runtime"
	"strings"
	"syscall"

	"github.com/gin-gonic/gin"

	"safelight/server/wire"
)

// telling finds what may be an id, a token, a path or an address.
var telling = regexp.MustCompile(`[0-9A-Za-z+_-]{16,}|[/\\@:#]|[0-9]+\.[0-9]+\.[0-9]+`)

// Reason says in a few words why something failed, fit for a log: the cause without the path, id or address that the
// errors around it carry.
func Reason(err error) string {
	err = cause(err)
	switch e := err.(type) {
	case nil:
		return "none"
	case syscall.Errno:
		return e.Error()
	case interface{ Code() int }: // a database's
		return fmt.Sprintf("%T %d", err, e.Code())
	}
	if text := err.Error(); !telling.MatchString(text) {
		return text
	}
	return fmt.Sprintf("%T", err)
}

// cause returns the innermost error.
func cause(err error) error {
	for {
		var next error
		switch e := err.(type) {
		case interface{ Unwrap() []error }:
			if all := e.Unwrap(); len(all) > 0 {
				next = all[len(all)-1]
			}
		default:
			next = errors.Unwrap(err)
		}
		if next == nil {
			return err
		}
		err = next
	}
}

// recover answers a panic with 500. It logs where it happened, and nothing of what was in memory or in the request,
// which gin's own recovery prints.
func (s *server) recover(c *gin.Context) {
	defer func() {
		p := recover()
		if p == nil {
			return
		}
		if p == http.ErrAbortHandler {
			panic(p) // net/http's way of cutting a connection
		}
		s.Log.Error("a request panicked", "type", fmt.Sprintf("%T", p), "at", trace())
		if c.Writer.Written() {
			panic(http.ErrAbortHandler) // a half answer must not look like a whole one
		}
		writeProblem(c.Writer, wire.NewProblem(wire.CodeInternal, ""))
		c.Abort()
	}()
	c.Next()
}

// trace lists the functions and lines below the panic, without arguments.
func trace() string {
	pcs := make([]uintptr, 24)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(3, pcs)])
	var b strings.Builder
	for {
		f, more := frames.Next()
		if strings.HasPrefix(f.Function, "safelight/") {
			fmt.Fprintf(&b, "%s line %d; ", strings.TrimPrefix(f.Function, "safelight/"), f.Line)
		}
		if !more {
			return strings.TrimSuffix(b.String(), "; ")
		}
	}
}
