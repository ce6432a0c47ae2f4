package main

import (
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net/http"
	"net/http/httptest"
	"path"
	"slices"
	"strings"

	"safelight/server/api"
	"safelight/server/rules"
	"safelight/server/store/mem"
)

// ofTheHost are headers that Cloudflare makes itself.
var ofTheHost = []string{"Content-Length", "Content-Encoding", "Etag", "Vary", "Date"}

// maxLine is how long a line of _headers may be.
const maxLine = 2000

// writeHeaders writes Cloudflare's _headers: for each file, what the native server says with it. They are asked of the
// server itself, so that the two cannot differ.
func writeHeaders(w io.Writer, pages fs.FS, names []string) error {
	said, err := ask(pages, names)
	if err != nil {
		return err
	}
	// Where several rules match, Cloudflare joins their values. So what is equal everywhere stands in one rule, and
	// everything else in one rule for each file, or for the folder of files that carry their hash.
	common := maps.Clone(said[names[0]])
	for _, h := range said {
		maps.DeleteFunc(common, func(name string, values []string) bool { return !slices.Equal(h[name], values) })
	}
	rules := map[string]http.Header{"/*": common}
	for name, h := range said {
		rest := maps.Clone(h)
		maps.DeleteFunc(rest, func(name string, _ []string) bool { return common[name] != nil })
		rule := "/" + name
		if strings.HasPrefix(name, "assets/") {
			rule = "/assets/*" + path.Ext(name)
		}
		if old, ok := rules[rule]; ok && !maps.EqualFunc(old, rest, slices.Equal) {
			return fmt.Errorf("the files of %s have different headers", rule)
		}
		rules[rule] = rest
	}
	return write(w, rules)
}

// ask returns the headers of each file.
func ask(pages fs.FS, names []string) (map[string]http.Header, error) {
	records := new(mem.Records)
	shares, err := rules.New(rules.Config{
		Records: records, Manifests: records, Parts: new(mem.Parts), RecordKey: rules.RecordKey{1},
	})
	if err != nil {
		return nil, err
	}
	server, err := api.New(api.Config{Shares: shares, Pages: pages, HSTS: true})
	if err != nil {
		return nil, err
	}
	said := make(map[string]http.Header)
	for _, name := range names {
		reply := httptest.NewRecorder()
		server.ServeHTTP(reply, httptest.NewRequest(http.MethodGet, "/"+name, nil))
		if reply.Code != http.StatusOK {
			return nil, fmt.Errorf("the native server does not serve %s: %d", name, reply.Code)
		}
		h := reply.Header()
		for _, host := range ofTheHost {
			h.Del(host)
		}
		said[name] = h
	}
	return said, nil
}

func write(w io.Writer, rules map[string]http.Header) error {
	for _, rule := range slices.Sorted(maps.Keys(rules)) {
		if len(rules[rule]) == 0 {
			continue
		}
		fmt.Fprintln(w, rule)
		for _, name := range slices.Sorted(maps.Keys(rules[rule])) {
			line := "  " + name + ": " + strings.Join(rules[rule][name], ", ")
			if len(line) > maxLine {
				return fmt.Errorf("the header %s is longer than Cloudflare takes", name)
			}
			fmt.Fprintln(w, line)
		}
	}
	return nil
}
