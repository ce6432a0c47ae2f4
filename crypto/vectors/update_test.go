package vectors

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"testing/cryptotest"
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
}

// TestVectorsUpToDate writes the files with -update, and otherwise proves that the embedded ones are what the code and
// its libraries write today, byte for byte, given the same randomness. Should a library once draw its randomness in
// another order, the readers still prove the format: leave the released file alone and take it out of this test.
func TestVectorsUpToDate(t *testing.T) {
	if runtime.GOOS == "js" {
		t.Skip("the generator runs natively; the readers below run everywhere")
	}
	for name, generate := range generators {
		t.Run(name, func(t *testing.T) {
			cryptotest.SetGlobalRandom(t, 1)
			got := encode(t, generate(t))
			if *update {
				if err := os.WriteFile(filepath.Join("v1", name+".json"), got, 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			want, err := files.ReadFile("v1/" + name + ".json")
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, want) {
				t.Errorf("v1/%s.json is not what -update writes; a released vector never changes", name)
			}
		})
	}
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
