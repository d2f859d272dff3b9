package owner

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"os"
	"strings"
	"time"
)

// Errors of this package.
var (
	// ErrName means that the name in a certificate is missing or too long.
	ErrName = errors.New("the name must have 1 to 60 printable letters")
	// ErrKey means that a file holds no key of the owner's.
	ErrKey = errors.New("it is not a key made by lintel-lab keys")
	// ErrCertificate means that a file holds no certificate.
	ErrCertificate = errors.New("it is not a certificate made by lintel-lab keys")
	// ErrSignature means that a file was not signed with that key, or altered.
	ErrSignature = errors.New("the signature is not the owner's, or the file was altered")
)

// validFor is how long a certificate holds. A kiosk has no network and its clock
// may be wrong, so what ends a key is an image with another certificate.
const validFor = 100 * 365 * 24 * time.Hour

// begin is when every certificate begins to hold.
var begin = time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)

const maxName = 60

// Make makes a key (ECDSA, P-256) and the certificate for it that images hold,
// both as PEM. The certificate is its own authority: it trusts that key alone.
//
// Errors: [ErrName].
func Make(name string) (key, certificate []byte, err error) {
	printable := func(r rune) bool { return r < ' ' || r == 0x7f }
	if name == "" || len(name) > maxName || strings.ContainsFunc(name, printable) {
		return nil, nil, fmt.Errorf("cannot make a key for %q: %w", name, ErrName)
	}
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, fmt.Errorf("cannot make a key: %w", err)
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return nil, nil, fmt.Errorf("cannot make a key: %w", err)
	}
	template := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: name}, NotBefore: begin, NotAfter: begin.Add(validFor),
		BasicConstraintsValid: true, IsCA: true,
		// What openssl asks of who signs a message, and of an authority.
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		return nil, nil, fmt.Errorf("cannot make a certificate: %w", err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return nil, nil, fmt.Errorf("cannot write the key: %w", err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}),
		pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), nil
}

// Certificate reads the owner's certificate.
//
// Errors: [ErrCertificate], or the file system's.
func Certificate(path string) (*x509.Certificate, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("cannot read the owner's certificate: %w", err)
	}
	block, _ := pem.Decode(data)
	if block == nil || block.Type != "CERTIFICATE" {
		return nil, fmt.Errorf("cannot read %s: %w", path, ErrCertificate)
	}
	c, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("cannot read %s: %w: %w", path, ErrCertificate, err)
	}
	return c, nil
}

// Fingerprint is SHA-256 over a certificate's DER form, in hexadecimal.
func Fingerprint(c *x509.Certificate) string {
	sum := sha256.Sum256(c.Raw)
	return hex.EncodeToString(sum[:])
}

// Sign signs data with the key in a PEM text. The signature is base64 of an
// ECDSA signature over SHA-256, in ASN.1, and a line end.
//
// Errors: [ErrKey].
func Sign(key, data []byte) ([]byte, error) {
	block, _ := pem.Decode(key)
	if block == nil {
		return nil, fmt.Errorf("cannot sign: %w", ErrKey)
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	private, ok := parsed.(*ecdsa.PrivateKey)
	if err != nil || !ok {
		return nil, fmt.Errorf("cannot sign: %w", errors.Join(ErrKey, err))
	}
	sum := sha256.Sum256(data)
	// Without a source of randomness the same key and data have the same
	// signature (RFC 6979), so that an image can be made again.
	signature, err := private.Sign(nil, sum[:], crypto.SHA256)
	if err != nil {
		return nil, fmt.Errorf("cannot sign: %w", err)
	}
	return append([]byte(base64.StdEncoding.EncodeToString(signature)), '\n'), nil
}

// Verify says whether data was signed with the key of a certificate.
//
// Errors: [ErrSignature].
func Verify(c *x509.Certificate, data, signature []byte) error {
	raw, err := base64.StdEncoding.DecodeString(strings.TrimSpace(string(signature)))
	public, ok := c.PublicKey.(*ecdsa.PublicKey)
	if err != nil || !ok {
		return ErrSignature
	}
	if sum := sha256.Sum256(data); !ecdsa.VerifyASN1(public, sum[:], raw) {
		return ErrSignature
	}
	return nil
}
