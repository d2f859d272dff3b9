package inspect

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// Where an image has the list of its files and the owner's word for it.
const (
	// ManifestPath is a list as sha256sum writes it, of absolute paths.
	ManifestPath = "/usr/lib/lintel/manifest"
	// SignaturePath is a signature over the bytes of the manifest, as openssl
	// dgst -sha256 -sign (ECDSA, RSA) or pkeyutl -sign -rawin (Ed25519) makes it.
	SignaturePath = "/usr/lib/lintel/manifest.sig"
	// CertificatePath is the owner's certificate in PEM; the first one counts.
	CertificatePath = "/usr/lib/lintel/owner.crt"
)

// besideProgram is the list that a release has beside the program.
const besideProgram = "lintel.sha256"

// entry is a line of a manifest.
type entry struct{ sum, path string }

// errList means that a manifest is none.
var errList = errors.New("not a list of hashes as sha256sum writes it")

// parseManifest reads a list as sha256sum writes it. Errors: errList.
func parseManifest(list string) ([]entry, error) {
	var all []entry
	for line := range strings.Lines(list) {
		line = strings.TrimSuffix(line, "\n")
		sum, path, found := strings.Cut(line, " ")
		raw, err := hex.DecodeString(sum)
		// A space says that the file was read as text, a star as bytes.
		if !found || err != nil || len(raw) != sha256.Size || len(path) < 2 || path[0] != ' ' && path[0] != '*' {
			return nil, fmt.Errorf("%w (line %d)", errList, len(all)+1)
		}
		all = append(all, entry{strings.ToLower(sum), path[1:]})
	}
	if len(all) == 0 {
		return nil, errList
	}
	return all, nil
}

// hashOf returns the hash of a file.
func hashOf(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer func() { _ = f.Close() }()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// program compares the program's file with the image's manifest, or where there
// is none with the list beside it.
func (s *Subject) program() (string, error) {
	path := s.Program
	if path == "" {
		var err error
		if path, err = os.Executable(); err != nil {
			return "", fmt.Errorf("cannot find the program's own file: %w", err)
		}
	}
	sum, err := hashOf(path)
	if err != nil {
		return "", fmt.Errorf("cannot read the program's own file: %w", err)
	}
	name, wanted := ManifestPath, strings.TrimPrefix(path, strings.TrimSuffix(s.Root, "/"))
	list, err := os.ReadFile(filepath.Join(s.Root, name))
	if errors.Is(err, os.ErrNotExist) {
		name, wanted = besideProgram, filepath.Base(path)
		list, err = os.ReadFile(filepath.Join(filepath.Dir(path), name))
	}
	if errors.Is(err, os.ErrNotExist) {
		return "sha256 " + sum + "; there is no " + besideProgram + " beside it to compare with", nil
	}
	if err != nil {
		return "", err
	}
	entries, err := parseManifest(string(list))
	if err != nil {
		return "", fmt.Errorf("cannot vouch for this program: %s is %w; install it anew", name, err)
	}
	for _, e := range entries {
		switch {
		case e.path != wanted:
		case e.sum == sum:
			return "sha256 " + sum + ", as in " + name, nil
		default:
			return "", fmt.Errorf("cannot vouch for this program: its sha256 is %s, but %s says %s; install it anew", sum, name, e.sum)
		}
	}
	return "", fmt.Errorf("cannot vouch for this program: %s does not name %s; install it anew", name, wanted)
}

// signature checks that the owner signed the image's manifest, and that the
// files are as it says. Whoever can change the image can put another owner into
// it, so the certificate's fingerprint is told, to be compared on paper.
func (s *Subject) signature() (string, error) {
	list, err := os.ReadFile(filepath.Join(s.Root, ManifestPath))
	if errors.Is(err, os.ErrNotExist) {
		return "not signed: this is no image but a development build (there is no " + ManifestPath + ")", nil
	}
	if err != nil {
		return "", err
	}
	signature, err := os.ReadFile(filepath.Join(s.Root, SignaturePath))
	if _, unowned := os.Stat(filepath.Join(s.Root, CertificatePath)); errors.Is(err, os.ErrNotExist) && errors.Is(unowned, os.ErrNotExist) {
		return "not signed: this image was built without an owner's key, to be tried and not to be relied on", nil
	}
	owner, wrong := s.owner()
	if wrong != nil {
		return "", wrong
	}
	if err != nil {
		return "", fmt.Errorf("cannot vouch for this image: its list of files is not signed (%w); install one that its owner signed", err)
	}
	algorithm, known := map[x509.PublicKeyAlgorithm]x509.SignatureAlgorithm{
		x509.ECDSA: x509.ECDSAWithSHA256, x509.RSA: x509.SHA256WithRSA, x509.Ed25519: x509.PureEd25519,
	}[owner.PublicKeyAlgorithm]
	if !known {
		return "", fmt.Errorf("cannot vouch for this image: the owner's key is of a kind not known here (%v); make one with lintel-lab keys", owner.PublicKeyAlgorithm)
	}
	if err := owner.CheckSignature(algorithm, list, signature); err != nil {
		return "", fmt.Errorf("cannot vouch for this image: its list of files was not signed with the owner's key (%w); install one that its owner signed", err)
	}
	n, err := s.compare(string(list))
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("the owner signed the list of %d files, and each is as the list says; the owner's certificate has sha256 %x", n, sha256.Sum256(owner.Raw)), nil
}

// owner reads the owner's certificate.
func (s *Subject) owner() (*x509.Certificate, error) {
	content, err := os.ReadFile(filepath.Join(s.Root, CertificatePath))
	if err != nil {
		return nil, fmt.Errorf("cannot vouch for this image: it has no certificate of its owner (%w); install one that its owner signed", err)
	}
	block, _ := pem.Decode(content)
	if block == nil || block.Type != "CERTIFICATE" {
		return nil, fmt.Errorf("cannot vouch for this image: %s is no certificate in PEM; install one that its owner signed", CertificatePath)
	}
	owner, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("cannot vouch for this image: %s is no certificate (%w); install one that its owner signed", CertificatePath, err)
	}
	return owner, nil
}

// compare looks at every file that the manifest names and returns how many
// there are.
func (s *Subject) compare(list string) (int, error) {
	entries, err := parseManifest(list)
	if err != nil {
		return 0, fmt.Errorf("cannot vouch for this image: %s is %w; install it anew", ManifestPath, err)
	}
	for _, e := range entries {
		if !filepath.IsAbs(e.path) {
			return 0, fmt.Errorf("cannot vouch for this image: %s names %q, which is no absolute path; install it anew", ManifestPath, e.path)
		}
		sum, err := hashOf(filepath.Join(s.Root, e.path))
		if err != nil {
			return 0, fmt.Errorf("cannot vouch for this image: %w; install it anew", err)
		}
		if sum != e.sum {
			return 0, fmt.Errorf("cannot vouch for this image: %s is not as its owner signed it; install it anew", e.path)
		}
	}
	return len(entries), nil
}
