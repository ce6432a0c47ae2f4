//go:build !js

package main

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// forbidden is what the engine must not link, by the beginning of its import path, and why.
var forbidden = []struct{ path, reason string }{
	{"net/http", "doubles the engine; the page fetches"},
	{"crypto/tls", "comes with net/http; the page fetches"},
	{"github.com/cloudflare/circl", "the passphrase's OPRF is done in TypeScript, which viewers need anyway"},
	{"golang.org/x/crypto/argon2", "the passphrase is stretched in TypeScript, which viewers need anyway"},
	{"safelight/client/transfer", "no package holds both the network and a secret"},
	{"safelight/client/cmd", "the engine is no command line"},
	{"safelight/server", "the engine talks to the server through the page alone"},
	{"github.com/bep/gowebp", "the browser has codecs"},
}

func violations(imports []string) []string {
	var found []string
	for _, imported := range imports {
		for _, f := range forbidden {
			if imported == f.path || strings.HasPrefix(imported, f.path+"/") {
				found = append(found, fmt.Sprintf("%s is linked: %s", imported, f.reason))
			}
		}
	}
	return found
}

func imports(t *testing.T, pkg string, format ...string) []string {
	t.Helper()
	cmd := exec.Command("go", append(append([]string{"list", "-deps"}, format...), pkg)...)
	cmd.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm")
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	return strings.Fields(string(out))
}

func TestImports(t *testing.T) {
	list := imports(t, "safelight/wasm")
	for _, v := range violations(list) {
		t.Error(v)
	}
	if all := strings.Join(list, " "); !strings.Contains(all, "safelight/client/share") {
		t.Error("go list does not know the engine")
	}
}

// TestImportsControl shows that the check finds what it looks for, behind another import too.
func TestImportsControl(t *testing.T) {
	found := violations(imports(t, "net/http/httptest"))
	if len(found) == 0 {
		t.Error("net/http behind net/http/httptest was not found")
	}
}

// TestOwnImports keeps encoding/json out of what is ours: 30 kB, compressed, and JavaScript has its own (bridge/values.go).
// A library names it too, but calls nothing in it.
func TestOwnImports(t *testing.T) {
	const users = `-f={{$p := .ImportPath}}{{range .Imports}}{{$p}}:{{.}} {{end}}`
	find := func(pkg string) (found []string) {
		for _, edge := range imports(t, pkg, users) {
			if strings.HasPrefix(edge, "safelight/") && strings.HasSuffix(edge, ":encoding/json") {
				found = append(found, edge)
			}
		}
		return found
	}
	if found := find("safelight/wasm"); len(found) > 0 {
		t.Errorf("imported: %v", found)
	}
	if len(find("safelight/crypto/vectors")) == 0 {
		t.Error("encoding/json in safelight/crypto/vectors was not found")
	}
}
