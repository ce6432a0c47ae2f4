package api

import (
	"net/http"
	"net/netip"
	"testing"
)

func TestClientAddr(t *testing.T) {
	proxy := Client{Proxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}, Header: "X-Forwarded-For"}
	tests := []struct {
		name   string
		client Client
		remote string
		header []string
		want   string
	}{
		{"direct", Client{}, "192.0.2.1:99", []string{"203.0.113.9"}, "192.0.2.1"},
		{"IPv6", Client{}, "[2001:db8::1%eth0]:99", nil, "2001:db8::1"},
		{"mapped", Client{}, "[::ffff:192.0.2.1]:99", nil, "192.0.2.1"},
		{"proxied", proxy, "10.0.0.1:99", []string{"203.0.113.9"}, "203.0.113.9"},
		{"two proxies", proxy, "10.0.0.1:99", []string{"203.0.113.9, 10.2.2.2"}, "203.0.113.9"},
		{"two lines", proxy, "10.0.0.1:99", []string{"198.51.100.1", "203.0.113.9"}, "203.0.113.9"},
		{"forged in front", proxy, "10.0.0.1:99", []string{"1.1.1.1, 203.0.113.9"}, "203.0.113.9"},
		{"forged by a stranger", proxy, "192.0.2.1:99", []string{"1.1.1.1"}, "192.0.2.1"},
		{"proxy says nothing", proxy, "10.0.0.1:99", nil, "10.0.0.1"},
		{"nonsense behind", proxy, "10.0.0.1:99", []string{"203.0.113.9, unknown"}, "10.0.0.1"},
		{"with port", proxy, "10.0.0.1:99", []string{"203.0.113.9:1234"}, "203.0.113.9"},
		{"bracketed", proxy, "10.0.0.1:99", []string{"[2001:db8::1]"}, "2001:db8::1"},
		{"no address at all", Client{}, "", nil, "invalid IP"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := &http.Request{RemoteAddr: tt.remote, Header: http.Header{"X-Forwarded-For": tt.header}}
			if got := tt.client.Addr(r); got.String() != tt.want {
				t.Errorf("Addr = %v, want %v", got, tt.want)
			}
		})
	}
}
