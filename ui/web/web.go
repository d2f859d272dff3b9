// Package web holds the sources of the pages: plain HTML, CSS and ES modules,
// with no build step. Every word a page shows is in words.en.json.
package web

import (
	"embed"
	"io/fs"
)

//go:embed *.html *.css *.js *.json *.svg
var files embed.FS

// Files returns the sources, all in one folder.
func Files() fs.FS { return files }
