package client

import (
	"net/http"
	"slices"
	"strings"
	"testing"
)

// TestLostCreate has the answer to create lost: the same share goes on, and a client that looks again finds one alone.
func TestLostCreate(t *testing.T) {
	for _, tt := range []struct {
		name string
		lost []int // of the requests to owner: create, create again, state, upload, upload, commit
	}{
		{"create", []int{1}},
		{"create and state", []int{1, 3}},
		{"create, and each upload once", []int{1, 4, 6}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			ids := map[string]bool{}
			w.fault = func(r *http.Request, n int) string {
				if _, rest, ok := strings.Cut(r.URL.Path, "/shares/"); ok {
					ids[rest[:32]] = true
				}
				if strings.HasSuffix(r.URL.Path, "/owner") && slices.Contains(tt.lost, n) {
					return "after"
				}
				return ""
			}
			p := photo(300, 200)
			sent := w.send(t, SendConfig{}, p)
			if len(ids) != 1 {
				t.Errorf("%d ids were announced, want 1", len(ids))
			}
			if seen := w.seen["POST owner"]; seen < 6 {
				t.Errorf("%d owner requests, want at least 6: nothing was lost", seen)
			}
			w.check(t, sent.Link, "", p)
		})
	}
}
