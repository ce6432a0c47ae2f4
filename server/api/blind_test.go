package api

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"

	"github.com/gin-gonic/gin"

	"safelight/server/store"
)

type databaseError struct{ code int }

func (e *databaseError) Error() string { return "cannot open /data/78b1ae74500e5e3e5cae1addd2f6babe" }
func (e *databaseError) Code() int     { return e.code }

func TestReason(t *testing.T) {
	const id = "78b1ae74500e5e3e5cae1addd2f6babe"
	path := &fs.PathError{Op: "open", Path: "/data/parts/78/" + id, Err: syscall.ENOSPC}
	tests := []struct {
		name string
		err  error
		want string
	}{
		{"nil", nil, "none"},
		{"path", fmt.Errorf("put part: %w", path), "no space left on device"},
		{"sentinel", fmt.Errorf("dir: read %s: %w", id, store.ErrNotFound), "not found"},
		{"joined", errors.Join(errors.New("first"), fmt.Errorf("share %s: %w", id, context.Canceled)), "context canceled"},
		{"database", fmt.Errorf("sqlite: %w", &databaseError{14}), "*api.databaseError 14"},
		{"id in the text", errors.New("share " + id), "*errors.errorString"},
		{"path in the text", errors.New("/data/x"), "*errors.errorString"},
		{"address in the text", errors.New("dial 192.0.2.1"), "*errors.errorString"},
		{"token in the text", errors.New("token q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA"), "*errors.errorString"},
	}
	for _, tt := range tests {
		if got := Reason(tt.err); got != tt.want {
			t.Errorf("%s: Reason = %q, want %q", tt.name, got, tt.want)
		}
	}
}

// TestPanic checks that a handler that panics gives 500, and tells the log where and nothing else.
func TestPanic(t *testing.T) {
	var log bytes.Buffer
	s := contractServer(t)
	s.Log = slog.New(slog.NewTextHandler(&log, nil))
	s.Health = func(context.Context) error { panic("secret 192.0.2.1 /s/78b1ae74500e5e3e5cae1addd2f6babe") }
	if w := s.answer("GET", "/healthz?q=planted", "Cookie", "planted"); w.Code != 500 || !strings.Contains(w.Body.String(), `"code":"internal"`) {
		t.Errorf("a panic answers %d %s", w.Code, w.Body)
	}
	if l := log.String(); !strings.Contains(l, "server/api.(*server).healthz line ") || strings.Contains(l, "secret") || strings.Contains(l, "planted") || strings.Contains(l, "192.0") {
		t.Errorf("log %q", l)
	}
}

// TestPanicInTheMiddle checks that an answer that began is cut off, so that nobody takes it for whole.
func TestPanicInTheMiddle(t *testing.T) {
	s := contractServer(t)
	r := gin.New()
	r.Use(s.recover)
	r.GET("/", func(c *gin.Context) {
		c.Writer.Header().Set("Content-Length", "100")
		c.Writer.Write([]byte("half"))
		panic("later")
	})
	server := httptest.NewServer(r)
	defer server.Close()
	resp, err := http.Get(server.URL)
	if err == nil {
		_, err = resp.Body.Read(make([]byte, 200))
		if err == nil {
			_, err = resp.Body.Read(make([]byte, 200))
		}
	}
	if err == nil {
		t.Error("half an answer arrived as a whole one")
	}
}

func TestFailLogsOursAlone(t *testing.T) {
	var log bytes.Buffer
	s := contractServer(t)
	s.Log = slog.New(slog.NewTextHandler(&log, nil))
	for _, tt := range []struct {
		err    error
		status int
		logged string
	}{
		{refuse("gone", ""), 404, ""},
		{store.ErrFull, 507, "code=full"},
		{errors.New("disk on fire"), 500, `reason="disk on fire"`},
	} {
		log.Reset()
		w := httptest.NewRecorder()
		c, _ := gin.CreateTestContext(w)
		c.Request = httptest.NewRequest("GET", "/planted", nil)
		s.fail(c, "open", tt.err)
		if w.Code != tt.status || !strings.Contains(log.String(), tt.logged) || (tt.logged == "") != (log.Len() == 0) || strings.Contains(log.String(), "planted") {
			t.Errorf("fail(%v) = %d, log %q, want %d, %q", tt.err, w.Code, log.String(), tt.status, tt.logged)
		}
	}
}

func TestTokens(t *testing.T) {
	good := "q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA"
	for header, want := range map[string]bool{"Bearer " + good: true, "bearer " + good: false, good: false, "Bearer " + good + "=": false,
		"Bearer " + good[:42] + "B": false, "Bearer " + good[:40]: false, "Basic " + good: false, "": false} {
		r := httptest.NewRequest("GET", "/", nil)
		r.Header.Set("Authorization", header)
		if got := bearer(r) != [32]byte{}; got != want {
			t.Errorf("bearer(%q) = %v, want %v", header, got, want)
		}
	}
	sum := "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:"
	for header, want := range map[string]bool{sum: true, "sha-512=:AAAA:, " + sum: true, sum[:50]: false, strings.Replace(sum, "=:", "=", 1): false,
		"sha-256=:AAAA:": false, "": false, strings.ToUpper(sum): false} {
		if _, got := parseDigest(header); got != want {
			t.Errorf("parseDigest(%q) = %v, want %v", header, got, want)
		}
	}
}
