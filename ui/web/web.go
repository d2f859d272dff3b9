// Package web holds the sources of the pages: plain HTML, CSS and ES modules,
// with no build step. Every word that a visitor reads is in words.LANGUAGE.json,
// one catalogue a language; every word of the staff pages in staff.en.json.
// fonts holds the fonts that the catalogues need, vendor what was taken over
// from others.
package web

import (
	"embed"
	"io/fs"
)

//go:embed *.html *.css *.js *.json *.svg fonts/*.woff2 fonts/OFL.txt staff vendor
var files embed.FS

// Files returns the sources.
func Files() fs.FS { return files }

// Languages returns the visitor page's languages, as the catalogues' files
// name them. English is the first.
func Languages() []string {
	return []string{"en", "es", "fr", "de", "pt", "ar", "zh", "hi"}
}
