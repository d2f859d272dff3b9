package update

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
)

// manifest is what is read of RAUC's, a text in the format of GLib's key files.
type manifest struct {
	board, version, changes string
	format                  string
	root, salt              []byte // of the hash tree over the payload
	tree                    int64  // its size in bytes
}

const maxManifest = 64 << 10

// parseManifest reads what the bundle's kind and its hash tree are.
func parseManifest(text []byte) (m manifest, err error) {
	if len(text) > maxManifest {
		return m, fmt.Errorf("cannot read the manifest: it has %d bytes: %w", len(text), ErrBadFormat)
	}
	values := map[string]string{}
	group := ""
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		switch key, value, found := strings.Cut(line, "="); {
		case line == "" || strings.HasPrefix(line, "#"):
		case strings.HasPrefix(line, "[") && strings.HasSuffix(line, "]"):
			group = line[1 : len(line)-1]
		case found:
			values[group+"."+strings.TrimSpace(key)] = unescape(strings.TrimSpace(value))
		default:
			return m, fmt.Errorf("cannot read the manifest: %.40q is neither a group nor a value: %w", line, ErrBadFormat)
		}
	}
	m.board, m.version, m.changes = values["update.compatible"], values["update.version"], values["update.description"]
	m.format = values["bundle.format"]
	if m.format != "verity" {
		return m, fmt.Errorf("cannot take a bundle of the format %.20q: %w", m.format, ErrBadFormat)
	}
	var errs [3]error
	m.root, errs[0] = hex.DecodeString(values["bundle.verity-hash"])
	m.salt, errs[1] = hex.DecodeString(values["bundle.verity-salt"])
	m.tree, errs[2] = strconv.ParseInt(values["bundle.verity-size"], 10, 64)
	for _, err := range errs {
		if err != nil {
			return m, fmt.Errorf("cannot read the manifest's hash tree: %w: %w", err, ErrBadFormat)
		}
	}
	return m, nil
}

// unescape reads a value of a key file.
func unescape(value string) string {
	return strings.NewReplacer(`\s`, " ", `\n`, "\n", `\t`, "\t", `\r`, "\r", `\\`, `\`).Replace(value)
}
