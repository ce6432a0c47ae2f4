package api

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"strings"
)

// routes are the pages by their path below the base path. Every view loads the same static page; what it shows stands
// behind #, which no browser sends.
var routes = map[string]string{
	"/":        "index.html",
	"/s":       "share.html",
	"/m":       "manage.html",
	"/r":       "request.html",
	"/inspect": "inspect.html",
}

// mediaTypes is the closed list of what is served; anything else in the folder is not.
var mediaTypes = map[string]string{
	".html": "text/html; charset=utf-8",
	".js":   "text/javascript; charset=utf-8",
	".css":  "text/css; charset=utf-8",
	".svg":  "image/svg+xml",
	".png":  "image/png",
	".jpg":  "image/jpeg",
	".wasm": "application/wasm",
	".json": "application/json",
	".txt":  "text/plain; charset=utf-8",
}

// pages serves the built pages, compressed ahead of time where a compressed copy lies beside the file.
type pages struct {
	fsys fs.FS
	base string // base path, "" or "/prefix"
}

// ServeHTTP answers GET and HEAD for every path that is not the API's.
func (p pages) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		writeProblem(w, problemMethod)
		return
	}
	rest, below := strings.CutPrefix(r.URL.Path, p.base)
	if below && rest == "" && p.base != "" {
		// Relative addresses in the page need the slash. The redirect carries a fragment of its own, because browsers
		// would hand the code behind the old one on to wherever a redirect leads.
		w.Header().Set("Location", p.base+"/#-")
		w.WriteHeader(http.StatusPermanentRedirect)
		return
	}
	name, found := strings.CutPrefix(rest, "/")
	if page := routes[rest]; page != "" {
		name = page
	}
	if !below || !found || !p.serve(w, r, name) {
		p.missing(w, r)
	}
}

// missing says that there is no such page, or that none have been built.
func (p pages) missing(w http.ResponseWriter, r *http.Request) {
	if _, err := fs.Stat(p.fsys, "index.html"); errors.Is(err, fs.ErrNotExist) {
		writeNote(w, r, http.StatusServiceUnavailable, noteUnbuilt)
		return
	}
	writeNote(w, r, http.StatusNotFound, noteMissing)
}

// serve writes the file called name, and reports whether there is one.
func (p pages) serve(w http.ResponseWriter, r *http.Request, name string) bool {
	mediaType := mediaTypes[path.Ext(name)]
	if mediaType == "" || !fs.ValidPath(name) {
		return false
	}
	content, encoding, err := p.read(name, r.Header.Get("Accept-Encoding"))
	if err != nil {
		return false
	}
	h := w.Header()
	setPage(h, mediaType, policyOf(name), immutable)
	h.Set("Vary", "Accept-Encoding")
	if encoding != "" {
		h.Set("Content-Encoding", encoding)
	}
	if !strings.HasPrefix(name, "assets/") { // the names of those carry their hash
		sum := sha256.Sum256(content)
		tag := `"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`
		h.Set("Cache-Control", noCache)
		h.Set("ETag", tag)
		if strings.Contains(r.Header.Get("If-None-Match"), tag) {
			w.WriteHeader(http.StatusNotModified)
			return true
		}
	}
	h.Set("Content-Length", strconv.Itoa(len(content)))
	w.WriteHeader(http.StatusOK)
	if r.Method != http.MethodHead {
		w.Write(content) // the client is gone if this fails
	}
	return true
}

// policyOf returns the policy of a file. Workers take theirs from their own script, so scripts carry the wider one.
func policyOf(name string) string {
	if name == "share.html" {
		return viewPolicy
	}
	return pagePolicy
}

// read returns the smallest form of the file that the client accepts.
func (p pages) read(name, accept string) (content []byte, encoding string, err error) {
	for _, e := range []struct{ coding, suffix string }{{"br", ".br"}, {"gzip", ".gz"}} {
		if !accepts(accept, e.coding) {
			continue
		}
		if content, err = fs.ReadFile(p.fsys, name+e.suffix); err == nil {
			return content, e.coding, nil
		}
	}
	content, err = fs.ReadFile(p.fsys, name)
	return content, "", err
}

// accepts reports whether an Accept-Encoding header names coding and does not weigh it with zero.
func accepts(header, coding string) bool {
	for item := range strings.SplitSeq(header, ",") {
		name, weight, _ := strings.Cut(item, ";")
		if !strings.EqualFold(strings.TrimSpace(name), coding) {
			continue
		}
		q, ok := strings.CutPrefix(strings.TrimSpace(weight), "q=")
		return !ok || strings.Trim(q, "0.") != ""
	}
	return false
}
