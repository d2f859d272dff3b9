package main

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"

	"lintel/vision/detect"
)

func sbomCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "sbom",
		Short: "Print what this program is made of (CycloneDX)",
		Long: `Sbom prints the software bill of materials of this very program as CycloneDX
1.5 JSON: every Go library linked, with its version and the hash that the Go
checksum database has of it, the compiler, and the face model. Debian's
libraries are listed by the image.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			info, ok := debug.ReadBuildInfo()
			if !ok {
				return errors.New("cannot print what this program is made of: it was built without that list; build it with make build")
			}
			return writeSBOM(cmd.OutOrStdout(), info)
		},
	}
}

// component is one of CycloneDX's.
type component struct {
	Type    string `json:"type"`
	Name    string `json:"name"`
	Version string `json:"version,omitempty"`
	PURL    string `json:"purl,omitempty"`
	Hashes  []hash `json:"hashes,omitempty"`
}

type hash struct {
	Alg     string `json:"alg"`
	Content string `json:"content"`
}

type sbom struct {
	BOMFormat   string `json:"bomFormat"`
	SpecVersion string `json:"specVersion"`
	Version     int    `json:"version"`
	Metadata    struct {
		Component component `json:"component"`
	} `json:"metadata"`
	Components []component `json:"components"`
}

// writeSBOM leaves out serial number and time, so that the same program always
// prints the same.
func writeSBOM(w io.Writer, info *debug.BuildInfo) error {
	b := sbom{BOMFormat: "CycloneDX", SpecVersion: "1.5", Version: 1}
	b.Metadata.Component = component{Type: "application", Name: "lintel"}
	b.Components = append(b.Components, component{Type: "library", Name: "std", Version: info.GoVersion, PURL: "pkg:golang/std@" + strings.TrimPrefix(info.GoVersion, "go")})
	for _, m := range info.Deps {
		if m.Replace != nil {
			m = m.Replace
		}
		c := component{Type: "library", Name: m.Path, Version: m.Version, PURL: "pkg:golang/" + m.Path + "@" + m.Version}
		// The checksum database's hash is a SHA-256 over the module's files.
		if sum, found := strings.CutPrefix(m.Sum, "h1:"); found {
			if raw, err := base64.StdEncoding.DecodeString(sum); err == nil {
				c.Hashes = []hash{{"SHA-256", hex.EncodeToString(raw)}}
			}
		}
		b.Components = append(b.Components, c)
	}
	b.Components = append(b.Components,
		component{Type: "machine-learning-model", Name: "lintel face model", Hashes: []hash{{"SHA-256", detect.Hash()}}},
		component{Type: "machine-learning-model", Name: "lintel forehead model", Hashes: []hash{{"SHA-256", detect.SecondHash()}}})
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(b); err != nil {
		return fmt.Errorf("cannot print what this program is made of: %w", err)
	}
	return nil
}
