//go:build !js

package main

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const engine = "safelight/wasm"

// deps lists what the engine links, in the environment env.
func deps(t *testing.T, env []string) []string {
	t.Helper()
	cmd := exec.Command("go", "list", "-deps", engine)
	cmd.Env = env
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	return strings.Fields(string(out))
}

// TestCurves holds what the stand-in is there for, and that it would be missed.
func TestCurves(t *testing.T) {
	const curves = "crypto/internal/fips140/nistec"
	env, err := environment()
	if err != nil {
		t.Fatal(err)
	}
	with := deps(t, env)
	if slices.Contains(with, curves) {
		t.Errorf("the engine links %s", curves)
	}
	if !slices.Contains(with, "crypto/ecdh") || !slices.Contains(with, "crypto/mlkem") {
		t.Error("go list does not know the engine")
	}
	plain := append(env, "GOFLAGS=")
	if !slices.Contains(deps(t, plain), curves) {
		t.Errorf("without its stand-in the engine does not link %s either: remove it", curves)
	}
}

// TestReplacements holds that a package of Go's is replaced as a whole, and that one that is gone is told.
func TestReplacements(t *testing.T) {
	home, goroot, err := folders()
	if err != nil {
		t.Fatal(err)
	}
	replaced, err := replacements(home+"/_src", goroot+"/src")
	if err != nil {
		t.Fatal(err)
	}
	ecdh := goroot + "/src/crypto/internal/fips140/ecdh/"
	if got := replaced[ecdh+"ecdh.go"]; !strings.HasPrefix(got, home) {
		t.Errorf("ecdh.go is replaced by %q", got)
	}
	if got, ok := replaced[ecdh+"cast.go"]; !ok || got != "" {
		t.Errorf("cast.go is replaced by %q, %v, want by nothing", got, ok)
	}
	if _, err := replacements(home+"/_src", t.TempDir()); err == nil {
		t.Error("a Go without the package passes")
	}
}
