package main

import (
	"net/http"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/crypto/acme"
	"golang.org/x/crypto/acme/autocert"
)

// certificates gets and renews the certificate of domain and keeps it below data. ACME_DIRECTORY points to another
// authority than Let's Encrypt, such as one for tests or inside a company.
func certificates(domain, data string) *autocert.Manager {
	m := &autocert.Manager{
		Prompt:     autocert.AcceptTOS,
		HostPolicy: autocert.HostWhitelist(domain),
		Cache:      autocert.DirCache(filepath.Join(data, "keys", "tls")),
	}
	if u := os.Getenv("ACME_DIRECTORY"); u != "" {
		m.Client = &acme.Client{DirectoryURL: u}
	}
	return m
}

// redirect answers plain HTTP. It keeps nothing of the address asked for, and its Location carries a fragment of its
// own: browsers append the fragment of the old address to one that has none, and that fragment is the key.
func redirect(domain string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Location", "https://"+domain+"/#-")
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("Referrer-Policy", "no-referrer")
		w.WriteHeader(http.StatusPermanentRedirect)
	})
}

// newServer bounds how long a client may take. Handlers that move more than a page set deadlines of their own.
func newServer(h http.Handler) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       time.Minute,
		WriteTimeout:      5 * time.Minute, // the engine, 1.5 MB, over a slow telephone
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    16 << 10,
	}
}
