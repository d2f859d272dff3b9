package ui

import (
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strconv"
)

// pages maps the paths of the pages to files of ui/web; every other file that
// is served there has its own name.
var pageFiles = [...]struct{ path, file string }{
	{"/", "index.html"},
	{"/staff", "staff.html"},
	{"/privacy", "privacy.html"},
}

// contentType names the type of a source by the end of its name. It does not
// ask the system's table of types, which differs from machine to machine.
func contentType(name string) (string, bool) {
	switch path.Ext(name) {
	case ".html":
		return "text/html; charset=utf-8", true
	case ".css":
		return "text/css; charset=utf-8", true
	case ".js":
		return "text/javascript; charset=utf-8", true
	case ".json":
		return "application/json", true
	case ".svg":
		return "image/svg+xml", true
	case ".woff2":
		return "font/woff2", true
	case ".txt":
		return "text/plain; charset=utf-8", true
	}
	return "", false
}

// asset is one source, in memory.
type asset struct {
	contentType string
	body        []byte
}

func (a asset) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", a.contentType)
	w.Header().Set("Content-Length", strconv.Itoa(len(a.body)))
	_, _ = w.Write(a.body)
}

// routeAssets serves the sources in files.
func routeAssets(mux *http.ServeMux, files fs.FS) error {
	assets, err := readAssets(files)
	if err != nil {
		return err
	}
	for _, p := range pageFiles {
		a, ok := assets[p.file]
		if !ok {
			return fmt.Errorf("internal error: the page %s is missing", p.file)
		}
		delete(assets, p.file)
		mux.Handle("GET "+exact(p.path), a)
	}
	for name, a := range assets {
		mux.Handle("GET /"+name, a)
	}
	return nil
}

// readAssets reads every source, by its path.
func readAssets(files fs.FS) (map[string]asset, error) {
	assets := map[string]asset{}
	err := fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		kind, ok := contentType(name)
		if !ok {
			return fmt.Errorf("%s is of no known type", name)
		}
		body, err := fs.ReadFile(files, name)
		assets[name] = asset{kind, body}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("internal error: cannot read the pages: %w", err)
	}
	return assets, nil
}

// exact keeps "/" from standing for every path.
func exact(p string) string {
	if p == "/" {
		return "/{$}"
	}
	return p
}
