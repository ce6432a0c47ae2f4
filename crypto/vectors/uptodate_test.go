//go:build !js

package vectors

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"testing/cryptotest"
)

// TestVectorsUpToDate writes the files with -update, and otherwise proves that the embedded ones are what the code and
// its libraries write today, byte for byte, given the same randomness. Should a library once draw its randomness in
// another order, the readers still prove the format: leave the released file alone and take it out of this test.
func TestVectorsUpToDate(t *testing.T) {
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
