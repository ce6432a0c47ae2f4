package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// reflected builds pkg and returns the functions that look methods up by name. One that can be reached makes the
// linker keep every method of every type: gin's binders then drag in YAML, TOML, BSON and QUIC.
func reflected(t *testing.T, pkg string) (list []string) {
	t.Helper()
	cmd := exec.Command("go", "build", "-tags", "nomsgpack", "-ldflags=-dumpdep", "-o", filepath.Join(t.TempDir(), "program"), pkg)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	dump, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("go build: %v\n%.2000s", err, dump)
	}
	lines := 0
	for line := range bytes.Lines(dump) {
		lines++
		if bytes.Contains(line, []byte("<ReflectMethod>")) {
			list = append(list, strings.TrimSpace(string(line)))
		}
	}
	if lines < 10_000 {
		t.Fatalf("the linker printed %d lines only", lines)
	}
	return list
}

func TestNoReflectedMethods(t *testing.T) {
	if testing.Short() {
		return // links two programs
	}
	for _, line := range reflected(t, ".") {
		t.Errorf("%s: methods are looked up by name; is it gin's ShouldBind or HTML, or text/template?", line)
	}
	if len(reflected(t, "../../testdata/reflecting")) == 0 {
		t.Error("the control, which calls ShouldBindJSON, was not caught")
	}
}
