package inspect

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// keys are an owner's, of each kind that may sign.
func keys(t *testing.T) map[string]crypto.Signer {
	t.Helper()
	p256, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	p384, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	_, ed, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	old, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return map[string]crypto.Signer{"ecdsa": p256, "ecdsa p384": p384, "ed25519": ed, "rsa": old}
}

// sign signs as openssl does.
func sign(t *testing.T, key crypto.Signer, content []byte) []byte {
	t.Helper()
	digest, hash := content, crypto.Hash(0)
	if _, whole := key.(ed25519.PrivateKey); !whole {
		sum := sha256.Sum256(content)
		digest, hash = sum[:], crypto.SHA256
	}
	signature, err := key.Sign(rand.Reader, digest, hash)
	if err != nil {
		t.Fatal(err)
	}
	return signature
}

func certificate(t *testing.T, key crypto.Signer) []byte {
	t.Helper()
	of := x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "owner"}, NotAfter: time.Now().Add(time.Hour)}
	raw, err := x509.CreateCertificate(rand.Reader, &of, &of, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: raw})
}

func put(t *testing.T, root, name string, content []byte) {
	t.Helper()
	path := filepath.Join(root, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestSignature: an image is as its owner signed it, or the selftest says what
// is not.
func TestSignature(t *testing.T) {
	all := keys(t)
	stranger := all["ecdsa p384"]
	sum := func(s string) string {
		h := sha256.Sum256([]byte(s))
		return hex.EncodeToString(h[:])
	}
	list := []byte(sum("program") + "  /usr/bin/lintel\n" + sum("unit") + " */usr/lib/systemd/system/lintel.service\n")
	const good = "the owner signed the list of 2 files, and each is as the list says; the owner's certificate has sha256 "
	for _, x := range []struct {
		name     string
		change   func(t *testing.T, root string, key crypto.Signer)
		what     string
		ok       bool
		says     string
		onlyOnce bool
	}{
		{"signed", nil, "signature", true, good, false},
		{"the program", nil, "program", true, ", as in " + ManifestPath, false},
		{"the program was changed", func(t *testing.T, root string, _ crypto.Signer) {
			put(t, root, "usr/bin/lintel", []byte("another"))
		}, "program", false, "its sha256 is " + sum("another"), true},
		{"a file was changed", func(t *testing.T, root string, _ crypto.Signer) {
			put(t, root, "usr/bin/lintel", []byte("another"))
		}, "signature", false, "/usr/bin/lintel is not as its owner signed it", true},
		{"a file is gone", func(_ *testing.T, root string, _ crypto.Signer) {
			_ = os.Remove(filepath.Join(root, "usr/lib/systemd/system/lintel.service"))
		}, "signature", false, "no such file", true},
		{"the list was changed with the file", func(t *testing.T, root string, _ crypto.Signer) {
			put(t, root, "usr/bin/lintel", []byte("another"))
			put(t, root, ManifestPath, []byte(strings.ReplaceAll(string(list), sum("program"), sum("another"))))
		}, "signature", false, "was not signed with the owner's key", false},
		{"another signed", func(t *testing.T, root string, _ crypto.Signer) {
			put(t, root, SignaturePath, sign(t, stranger, append([]byte(nil), list...)))
		}, "signature", false, "was not signed with the owner's key", false},
		{"nobody signed", func(_ *testing.T, root string, _ crypto.Signer) {
			_ = os.Remove(filepath.Join(root, SignaturePath))
		}, "signature", false, "is not signed", true},
		{"no owner", func(_ *testing.T, root string, _ crypto.Signer) {
			_ = os.Remove(filepath.Join(root, CertificatePath))
		}, "signature", false, "no certificate of its owner", true},
		{"neither", func(_ *testing.T, root string, _ crypto.Signer) {
			_ = os.Remove(filepath.Join(root, CertificatePath))
			_ = os.Remove(filepath.Join(root, SignaturePath))
		}, "signature", true, "not signed: this image was built without an owner's key", true},
		{"no certificate", func(t *testing.T, root string, _ crypto.Signer) {
			put(t, root, CertificatePath, []byte("-----BEGIN KEY-----\n-----END KEY-----\n"))
		}, "signature", false, "no certificate in PEM", true},
		{"no list", func(t *testing.T, root string, key crypto.Signer) {
			put(t, root, ManifestPath, []byte("nothing"))
			put(t, root, SignaturePath, sign(t, key, []byte("nothing")))
		}, "signature", false, "not a list of hashes", true},
		{"a path that is not absolute", func(t *testing.T, root string, key crypto.Signer) {
			relative := []byte(sum("program") + "  lintel\n")
			put(t, root, ManifestPath, relative)
			put(t, root, SignaturePath, sign(t, key, relative))
		}, "signature", false, "no absolute path", true},
		{"no image", func(_ *testing.T, root string, _ crypto.Signer) {
			_ = os.RemoveAll(filepath.Join(root, "usr/lib/lintel"))
		}, "signature", true, "not signed: this is no image but a development build", true},
	} {
		for kind, key := range all {
			if key == stranger || x.onlyOnce && kind != "ed25519" {
				continue
			}
			t.Run(x.name+" "+kind, func(t *testing.T) {
				root := t.TempDir()
				put(t, root, "usr/bin/lintel", []byte("program"))
				put(t, root, "usr/lib/systemd/system/lintel.service", []byte("unit"))
				put(t, root, ManifestPath, list)
				put(t, root, SignaturePath, sign(t, key, list))
				put(t, root, CertificatePath, certificate(t, key))
				if x.change != nil {
					x.change(t, root, key)
				}
				for _, c := range All(Subject{Proc: t.TempDir(), Root: root, Program: filepath.Join(root, "usr/bin/lintel")}) {
					if c.Check == x.what && (c.OK != x.ok || !strings.Contains(c.Detail, x.says) || strings.Contains(c.Detail, "\n")) {
						t.Errorf("%+v, want %v and %q", c, x.ok, x.says)
					}
				}
			})
		}
	}
}

// A stranger's certificate in place of the owner's is no fault that the machine
// can find by itself; the fingerprint that is told differs.
func TestSignatureNamesTheOwner(t *testing.T) {
	root, told := t.TempDir(), map[string]bool{}
	empty := sha256.Sum256(nil)
	list := []byte(hex.EncodeToString(empty[:]) + "  /empty\n")
	put(t, root, "empty", nil)
	put(t, root, ManifestPath, list)
	for _, key := range keys(t) {
		put(t, root, SignaturePath, sign(t, key, list))
		put(t, root, CertificatePath, certificate(t, key))
		detail, err := (&Subject{Root: root}).signature()
		if err != nil || told[detail] {
			t.Errorf("%q, %v", detail, err)
		}
		told[detail] = true
	}
}

// FuzzManifest: no list makes the parser fail but by its error, and what it
// takes has hashes and paths.
func FuzzManifest(f *testing.F) {
	f.Add(strings.Repeat("0", 64) + "  /usr/bin/lintel\n")
	f.Add(strings.Repeat("A", 64) + " *x\r\n\n")
	f.Add("")
	f.Fuzz(func(t *testing.T, list string) {
		entries, err := parseManifest(list)
		if (err == nil) == (len(entries) == 0) {
			t.Errorf("%q, %v", entries, err)
		}
		for _, e := range entries {
			if len(e.sum) != 2*sha256.Size || e.path == "" {
				t.Errorf("%+v", e)
			}
		}
	})
}
