// Package server_test proves what the server does not contain. "The server cannot read what it stores" is true because
// the code that could is not in its programs; this test looks at what is linked, also through other modules.
package server_test

import (
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// A ban is a package, with everything below it, and the sentence that explains it.
type ban struct{ path, why string }

const opens = "the server must not be able to open a share; keep what needs it in client/"

var forbidden = []ban{
	{"safelight/crypto/link", "links hold the secrets, and the server never sees one"},
	{"safelight/crypto/keys", opens},
	{"safelight/crypto/seal", opens},
	{"safelight/crypto/manifest", opens},
	{"safelight/crypto/passphrase", "the server evaluates blinded guesses and never sees a passphrase"},
	{"safelight/client", "client/ is the trusted half; what both halves need lies in server/wire and crypto/statement"},
	{"safelight/wasm", "the engine runs in browsers"},
	{"filippo.io/age", opens},
	{"filippo.io/hpke", "the access log is sealed by the standard library's HPKE, and opened by its owner; link_test.go of safelightd holds that nothing here opens it"},
	{"image", "the server never decodes a picture: there is none that it could read"},
	{"golang.org/x/image", "the server never decodes a picture: there is none that it could read"},
	{"github.com/bep", "the server never decodes a picture: there is none that it could read"},
	{"github.com/ugorji", "build server programs with -tags nomsgpack: gin's codec is half of the Worker"},
	{"net/http/pprof", "profiles hold memory, and memory holds peppers"},
}

// deps lists everything that the program or package is made of.
func deps(t *testing.T, env []string, pkg string) []string {
	t.Helper()
	cmd := exec.Command("go", "list", "-deps", "-tags", "nomsgpack", "-f", "{{.ImportPath}}", pkg)
	cmd.Env = append(os.Environ(), env...)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list %s: %v\n%s", pkg, err, stderr(err))
	}
	return strings.Fields(string(out))
}

func stderr(err error) string {
	if e, ok := err.(*exec.ExitError); ok {
		return string(e.Stderr)
	}
	return ""
}

// caught returns a sentence for each of paths that is banned.
func caught(paths []string, bans []ban) []string {
	var found []string
	for _, p := range paths {
		for _, b := range bans {
			if p == b.path || strings.HasPrefix(p, b.path+"/") {
				found = append(found, p+": "+b.why)
			}
		}
	}
	return found
}

func TestProgramsCannotOpenShares(t *testing.T) {
	wasm := []string{"GOOS=js", "GOARCH=wasm", "CGO_ENABLED=0"}
	programs := []struct {
		name string
		env  []string
	}{{"safelightd", []string{"CGO_ENABLED=0"}}, {"worker", wasm}}
	for _, tt := range programs {
		t.Run(tt.name, func(t *testing.T) {
			linked := deps(t, tt.env, "./cmd/"+tt.name)
			for _, sentence := range caught(linked, forbidden) {
				t.Error(sentence)
			}
			for _, must := range []string{"safelight/server/api", "safelight/server/rules"} {
				if !slices.Contains(linked, must) {
					t.Errorf("%s is not linked: the list is not that of the server", must)
				}
			}
		})
	}
}

// TestControl shows that a forbidden import, direct or through another module, would be caught.
func TestControl(t *testing.T) {
	found := caught(deps(t, nil, "./testdata/leaky"), forbidden)
	for _, want := range []string{"filippo.io/age: ", "filippo.io/age/internal/stream: ", "image/png: ", "image/color: "} {
		if !slices.ContainsFunc(found, func(s string) bool { return strings.HasPrefix(s, want) }) {
			t.Errorf("%s was not caught; caught: %q", want, found)
		}
	}
}

// TestRooms holds the rooms of the server apart.
func TestRooms(t *testing.T) {
	const gin = "github.com/gin-gonic/gin"
	tests := []struct {
		pkg  string
		bans []ban
	}{
		{"./wire", []ban{{"safelight/server", "wire is the contract of both halves and imports nothing of ours"}, {"safelight/crypto", "wire imports nothing of ours"}}},
		{"./rules", []ban{{gin, "rules are testable without HTTP"}, {"net/http", "rules are testable without HTTP"}, {"safelight/server/api", "rules know nothing of HTTP"}}},
		{"./store", []ban{{"safelight/server/rules", "stores are replaceable"}, {"safelight/server/api", "stores are replaceable"}, {gin, "gin appears in api only"}}},
		{"./admit", []ban{{gin, "gin appears in api only"}, {"safelight/server/rules", "admit decides from what it is given"}}},
		{"./api", []ban{
			{"database/sql", "the router is given stores and knows no driver"},
			{"modernc.org", "the router is given stores and knows no driver"},
			{"safelight/server/store/sqlite", "the router is given stores and knows no driver"},
		}},
	}
	for _, tt := range tests {
		t.Run(tt.pkg, func(t *testing.T) {
			own := "safelight/server/" + strings.TrimPrefix(tt.pkg, "./")
			for _, sentence := range caught(slices.DeleteFunc(deps(t, nil, tt.pkg), func(p string) bool { return p == own }), tt.bans) {
				t.Error(sentence)
			}
		})
	}
}
