package client

import (
	"errors"
	"testing"
	"time"

	"safelight/server/wire"
)

func TestAllowed(t *testing.T) {
	const day = 24 * time.Hour
	tests := []struct {
		name    string
		limit   time.Duration
		expires time.Duration
		views   uint64
		want    string
	}{
		{"at the limits", 90 * day, 90 * day, 10, ""},
		{"days", 90 * day, 1000 * day, 0, "this cannot be asked for: this server keeps shares for at most 90 days"},
		{"one day", day, 2 * day, 0, "this cannot be asked for: this server keeps shares for at most 1 day"},
		{"hours", 36 * time.Hour, 2 * day, 0, "this cannot be asked for: this server keeps shares for at most 36 hours"},
		{"minutes", 10 * time.Minute, day, 0, "this cannot be asked for: this server keeps shares for at most 10 minutes"},
		{"seconds", 90 * time.Second, day, 0, "this cannot be asked for: this server keeps shares for at most 90 seconds"},
		{"views", day, 0, 11, "this cannot be asked for: this server counts at most 10 views"},
	}
	for _, tt := range tests {
		err := allowed(wire.SiteLimits{Expiry: int64(tt.limit / time.Second), Views: 10}, tt.expires, tt.views)
		if (err == nil) != (tt.want == "") || err != nil && (err.Error() != tt.want || !errors.Is(err, ErrOption)) {
			t.Errorf("%s: %v, want %s", tt.name, err, tt.want)
		}
	}
}

// TestReadSendLink: the token of a send link is used, and the code of a share never becomes one.
func TestReadSendLink(t *testing.T) {
	const code = "3ru9NkJr1Bu1GFzBVpCuRSPL8twt2cTLufhnCCMw6FvRrpi2M5"
	tests := []struct {
		name, server, given string
		want, token         string // want empty: refused
	}{
		{"address", "https://h", "", "https://h", ""},
		{"send link", "https://h/p/#abc", "", "https://h/p/", "abc"},
		{"both", "https://h/#abc", "x", "https://h/", "x"},
		{"no token", "https://h/#-", "", "https://h/#-", ""},
		{"share link", "https://h/s#" + code, "", "", ""},
		{"cut share link", "https://h/s#" + code[:30], "", "", ""},
		{"cut manage link", "https://h/m#" + code[:30], "", "", ""},
		{"code", "https://h/#" + code, "x", "", ""},
	}
	for _, tt := range tests {
		c := SendConfig{Config: Config{Server: tt.server, Token: tt.given}}
		err := c.readSendLink()
		if tt.want == "" && !errors.Is(err, ErrServer) || tt.want != "" && (err != nil || c.Server != tt.want || c.Token != tt.token) {
			t.Errorf("%s: %q, %q, %v, want %q, %q", tt.name, c.Server, c.Token, err, tt.want, tt.token)
		}
	}
}
