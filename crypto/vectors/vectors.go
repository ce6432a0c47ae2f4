// Package vectors embeds the test vectors of every released version of the format, one folder each: v1/*.json. The Go
// packages, the engine under js/wasm and the page's TypeScript read the same files.
//
// Every file is an object with "about" and "cases". Byte strings are lower-case hexadecimal; large ones, marked in the
// types below, are base64. A case with an empty "error" has to be accepted, every other one refused for that reason.
// A released vector never changes; new cases are added with new names.
//
// `go test ./crypto/vectors -update` writes v1 again from fixed randomness.
package vectors

import (
	"embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
)

//go:embed v1/*.json
var files embed.FS

// Hex is a byte string in lower-case hexadecimal.
type Hex []byte

// MarshalText implements encoding.TextMarshaler.
func (h Hex) MarshalText() ([]byte, error) { return hex.AppendEncode(nil, h), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (h *Hex) UnmarshalText(b []byte) (err error) {
	*h, err = hex.DecodeString(string(b))
	return err
}

// File is what a vector file holds.
type File[C any] struct {
	About string `json:"about"`
	Cases []C    `json:"cases"`
}

// Load returns the cases of v1/name.json.
func Load[C any](name string) ([]C, error) {
	b, err := files.ReadFile("v1/" + name + ".json")
	if err != nil {
		return nil, err
	}
	var f File[C]
	if err := json.Unmarshal(b, &f); err != nil {
		return nil, fmt.Errorf("vectors: %s: %w", name, err)
	}
	return f.Cases, nil
}
