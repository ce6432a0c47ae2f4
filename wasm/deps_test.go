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

func imports(t *testing.T, pkg string) []string {
	t.Helper()
	cmd := exec.Command("go", "list", "-deps", pkg)
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
