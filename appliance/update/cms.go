package update

import (
	"encoding/asn1"
	"fmt"
)

// What is read of a signed message (RFC 5652, sections 3 and 5.1): the content
// that it encloses.
type (
	contentInfo struct {
		Type    asn1.ObjectIdentifier
		Content asn1.RawValue `asn1:"explicit,tag:0"`
	}
	enclosed struct {
		Type    asn1.ObjectIdentifier
		Content asn1.RawValue `asn1:"explicit,optional,tag:0"`
	}
)

// signedContent returns what a signed message encloses. It checks no signature.
func signedContent(message []byte) ([]byte, error) {
	var info contentInfo
	if _, err := asn1.Unmarshal(message, &info); err != nil {
		return nil, fmt.Errorf("cannot read the signature: %w", err)
	}
	if !info.Type.Equal(asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 2}) {
		return nil, fmt.Errorf("cannot read the signature: it is of the type %v", info.Type)
	}
	// Of the sequence only the first three members matter.
	var whole asn1.RawValue
	if _, err := asn1.Unmarshal(info.Content.Bytes, &whole); err != nil {
		return nil, fmt.Errorf("cannot read the signature: %w", err)
	}
	rest := whole.Bytes
	var version, digests asn1.RawValue
	var inner enclosed
	for _, into := range []any{&version, &digests, &inner} {
		var err error
		if rest, err = asn1.Unmarshal(rest, into); err != nil {
			return nil, fmt.Errorf("cannot read the signature: %w", err)
		}
	}
	var content []byte
	if _, err := asn1.Unmarshal(inner.Content.Bytes, &content); err != nil {
		return nil, fmt.Errorf("cannot read what was signed: %w", err)
	}
	return content, nil
}
