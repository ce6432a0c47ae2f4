//go:build !js

package strip_test

import (
	"os/exec"
	"strings"
	"testing"
)

// The packages reach neither network, files nor secrets: what is forbidden, and why.
var forbidden = map[string]string{
	"net": "a stripper talks to nobody", "net/http": "doubles the engine", "syscall/js": "the host is touched at the edges only",
	"safelight/crypto": "image code and crypto code meet only in client/share", "safelight/server": "the client knows only its wire",
	"crypto": "image code and crypto code meet only in client/share",
}

func dependencies(t *testing.T, format string, packages ...string) []string {
	t.Helper()
	out, err := exec.Command("go", append([]string{"list", "-f", format}, packages...)...).Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	return strings.Fields(string(out))
}

func violations(imports []string) []string {
	var found []string
	for _, imported := range imports {
		for f, why := range forbidden {
			if imported == f || strings.HasPrefix(imported, f+"/") {
				found = append(found, imported+": "+why)
			}
		}
	}
	return found
}

func TestImports(t *testing.T) {
	list := dependencies(t, `{{join .Deps "\n"}}`, "safelight/client/strip")
	for _, v := range violations(list) {
		t.Error(v)
	}
	// fmt reaches os by itself; ours must not name it.
	for _, imported := range dependencies(t, `{{join .Imports "\n"}}`, "safelight/client/strip", "safelight/client/strip/jpeg", "safelight/client/strip/png", "safelight/client/strip/heif", "safelight/client/strip/gif", "safelight/client/strip/webp", "safelight/client/strip/jxl", "safelight/client/bmff", "safelight/client/strip/icc", "safelight/client/strip/exif", "safelight/client/strip/refuse") {
		if imported == "os" {
			t.Error("os: bytes come from the caller")
		}
	}
	if len(violations([]string{"net/http", "crypto/sha256"})) < 2 {
		t.Error("control: the check does not find what is forbidden")
	}
}
