// Package web holds the built pages, so that a server is one file. `go tool task build` makes them.
package web

import (
	"embed"
	"io/fs"
)

//go:embed all:dist
var dist embed.FS

// Dist returns the built pages: index.html, share.html, manage.html, assets/ and their compressed copies. It holds
// nothing but .gitkeep when they have not been built.
func Dist() fs.FS {
	pages, err := fs.Sub(dist, "dist")
	if err != nil {
		panic(err) // the name is constant and valid
	}
	return pages
}
