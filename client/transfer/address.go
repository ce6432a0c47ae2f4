package transfer

import (
	"errors"
	"net/netip"
	"net/url"
	"strings"
)

// ErrAddress reports what cannot be the address of a server.
var ErrAddress = errors.New("not the address of a server")

// ParseServer reads the address of a server, with or without a path in front of the API. Without a scheme it means
// https, on this machine and in a private network http; http to anywhere else has to be written out.
func ParseServer(s string) (*url.URL, error) {
	if !strings.Contains(s, "://") {
		host, _, _ := strings.Cut(s, "/")
		if near(host) {
			s = "http://" + s
		} else {
			s = "https://" + s
		}
	}
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.Hostname() == "" || (u.Scheme != "https" && u.Scheme != "http") || u.User != nil {
		return nil, ErrAddress
	}
	// A fragment may hold a code or a token; it must never become part of a request.
	return &url.URL{Scheme: u.Scheme, Host: u.Host, Path: strings.TrimRight(u.Path, "/")}, nil
}

// SplitSendLink parts what an operator hands out, https://host/#TOKEN, into address and token. The token is empty when
// there is none, which a fragment of - says too.
func SplitSendLink(s string) (server, token string) {
	server, token, _ = strings.Cut(s, "#")
	if token == "-" {
		token = ""
	}
	return server, token
}

// near reports whether host[:port] is this machine or a private network.
func near(host string) bool {
	if h, err := netip.ParseAddrPort(host); err == nil {
		return h.Addr().IsLoopback() || h.Addr().IsPrivate() || h.Addr().IsLinkLocalUnicast()
	}
	if a, err := netip.ParseAddr(strings.Trim(host, "[]")); err == nil {
		return a.IsLoopback() || a.IsPrivate() || a.IsLinkLocalUnicast()
	}
	name, _, _ := strings.Cut(host, ":")
	name = strings.ToLower(name)
	return name == "localhost" || strings.HasSuffix(name, ".localhost") || strings.HasSuffix(name, ".local")
}
