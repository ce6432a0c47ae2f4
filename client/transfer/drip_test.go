package transfer

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"safelight/crypto/statement"
)

// TestDrip: a server that gives a little and breaks off, again and again, is given up; one that gives enough is not.
func TestDrip(t *testing.T) {
	const size = 100 << 10
	for _, tt := range []struct {
		name  string
		each  int // bytes before it breaks off
		whole bool
	}{{"a byte each time", 1, false}, {"8 KiB each time", 8 << 10, true}} {
		requests := 0
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			requests++
			var from, to int
			fmt.Sscanf(r.Header.Get("Range"), "bytes=%d-%d", &from, &to)
			w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, to, size))
			w.Header().Set("Content-Length", fmt.Sprint(to-from+1))
			w.WriteHeader(http.StatusPartialContent)
			w.Write(make([]byte, min(tt.each, to-from+1)))
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		}))
		c, err := New(Config{Server: s.URL, FirstWait: time.Millisecond})
		if err != nil {
			t.Fatal(err)
		}
		var got bytes.Buffer
		err = c.Range(t.Context(), statement.ID{}, statement.UploadID{}, make([]byte, 32), 0, size, &got)
		if (err == nil) != tt.whole || (got.Len() == size) != tt.whole {
			t.Errorf("%s: %d bytes after %d requests, %v", tt.name, got.Len(), requests, err)
		}
		if !tt.whole && requests > partTries {
			t.Errorf("%s: %d requests, at most %d", tt.name, requests, partTries)
		}
		s.Close()
	}
}
