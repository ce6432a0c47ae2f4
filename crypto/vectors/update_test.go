package vectors

import (
	"bytes"
	"encoding/json"
	"flag"
	"testing"
)

var update = flag.Bool("update", false, "write v1 again")

// generators make every file of v1.
var generators = map[string]func(*testing.T) any{
	"derivations": derivations,
	"links":       links,
	"statements":  statements,
	"signatures":  signatures,
	"requests":    requests,
	"strict":      strictDocs,
	"sealed":      sealedFiles,
	"ranges":      ranges,
	"padme":       padme,
	"padding":     padding,
	"passphrases": passphrases,
	"elements":    elements,
	"manifests":   manifests,
	"shares":      shares,
	"passkeys":    passkeys,
	"events":      events,
	"knocks":      knocks,
	"locks":       lockFiles,
	"mailboxes":   mailboxes,
	"posts":       posts,
}

func encode(t *testing.T, v any) []byte {
	t.Helper()
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	if err := e.Encode(v); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// count returns n bytes that count up from first.
func count(first, n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(first + i)
	}
	return b
}

// load is Load for tests.
func load[C any](t *testing.T, name string) []C {
	t.Helper()
	cases, err := Load[C](name)
	if err != nil {
		t.Fatal(err)
	}
	if len(cases) == 0 {
		t.Fatalf("%s: no cases", name)
	}
	return cases
}
