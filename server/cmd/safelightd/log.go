package main

import (
	"io"
	"log"
	"log/slog"
	"strings"
)

// newLogger returns the program's log. It holds what the operator did and what failed, and nothing of any request: no
// path, address, id or query.
func newLogger(w io.Writer) *slog.Logger { return slog.New(slog.NewTextHandler(w, nil)) }

// serverErrors are the beginnings of what net/http reports, and what of it is logged. The reports themselves carry
// addresses, so they never are.
var serverErrors = []struct{ begins, says string }{
	{"http: TLS handshake error", ""}, // every scanner makes them
	{"http: URL query contains semicolon", ""},
	{"http: Accept error", "accepting connections fails; it is tried again"},
	{"http: panic serving", "a request panicked outside the router"},
	{"http: superfluous", "a handler answered twice"},
	{"http: response.WriteHeader on hijacked", "a handler answered twice"},
	{"http2: ", "an HTTP/2 connection failed"},
	{"http: ", "a connection failed"},
}

// blindWriter takes the reports of net/http and passes on which kind they are of.
type blindWriter struct{ log *slog.Logger }

func (b blindWriter) Write(report []byte) (int, error) {
	for _, e := range serverErrors {
		if strings.HasPrefix(string(report), e.begins) {
			if e.says != "" {
				b.log.Warn(e.says)
			}
			return len(report), nil
		}
	}
	b.log.Warn("the HTTP server reported something of an unknown kind")
	return len(report), nil
}

// errorLog is what http.Server wants.
func errorLog(l *slog.Logger) *log.Logger { return log.New(blindWriter{l}, "", 0) }
