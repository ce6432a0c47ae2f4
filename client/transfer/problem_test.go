package transfer

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"safelight/server/wire"
)

// A server is not trusted with the terminal that its words are shown in.
func TestProblemIsPlainText(t *testing.T) {
	tests := []struct{ name, body string }{
		{"detail", `{"code":"gone","detail":"\u001b]0;owned\u0007\u001b[2Jdone\r\nsafelight: ok"}`},
		{"title", `{"code":"gone","title":"\u009b2J"}`},
		{"code", `{"code":"go\u001b[2Jne","detail":"x"}`},
		{"bidi", `{"code":"gone","detail":"a\u202eb"}`},
		{"long", `{"code":"gone","detail":"` + strings.Repeat("x", 100_000) + `"}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := problemOf(&http.Response{
				StatusCode: http.StatusNotFound,
				Header:     http.Header{"Content-Type": {wire.ProblemType}},
				Body:       io.NopCloser(strings.NewReader(tt.body)),
			})
			text := err.Error()
			if len(text) > 1000 || strings.ContainsAny(text, "\x1b\x07\r\n\u009b\u202e") {
				t.Errorf("%d bytes reach the terminal: %.80q", len(text), text)
			}
		})
	}
}
