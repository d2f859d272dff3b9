package owner

import (
	"crypto/x509"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestKeysSign(t *testing.T) {
	key, certificate, err := Make("Somebody")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "owner.crt")
	if err := os.WriteFile(path, certificate, 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := Certificate(path)
	if err != nil {
		t.Fatal(err)
	}
	if c.Subject.CommonName != "Somebody" || len(Fingerprint(c)) != 64 {
		t.Errorf("%v, %s", c.Subject, Fingerprint(c))
	}
	pool := x509.NewCertPool()
	pool.AddCert(c)
	if _, err := c.Verify(x509.VerifyOptions{Roots: pool, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}}); err != nil {
		t.Error(err)
	}
	data := []byte("what was built")
	signature, err := Sign(key, data)
	if err != nil {
		t.Fatal(err)
	}
	if err := Verify(c, data, signature); err != nil {
		t.Error(err)
	}
	otherKey, _, err := Make("Somebody else")
	if err != nil {
		t.Fatal(err)
	}
	foreign, err := Sign(otherKey, data)
	if err != nil {
		t.Fatal(err)
	}
	for name, x := range map[string]struct{ data, signature []byte }{
		"altered":     {append([]byte(nil), "what was bui1t"...), signature},
		"another key": {data, foreign},
		"nothing":     {data, nil},
		"no base64":   {data, []byte("%%%")},
	} {
		if err := Verify(c, x.data, x.signature); !errors.Is(err, ErrSignature) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestWhatIsNoKey(t *testing.T) {
	for _, name := range []string{"", strings.Repeat("x", maxName+1), "a\nb"} {
		if _, _, err := Make(name); !errors.Is(err, ErrName) {
			t.Errorf("%q: %v", name, err)
		}
	}
	if _, err := Sign([]byte("x"), nil); !errors.Is(err, ErrKey) {
		t.Error(err)
	}
	path := filepath.Join(t.TempDir(), "x")
	if err := os.WriteFile(path, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Certificate(path); !errors.Is(err, ErrCertificate) {
		t.Error(err)
	}
}
