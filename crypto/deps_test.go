//go:build !js

// Package crypto has no code of its own: its folders have. This file keeps their imports as the plan has them.
package crypto

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// rule says what a package must not link, through whatever it imports.
type rule struct {
	of     string // packages, as go list takes them
	goos   string // "" for this one
	forbid []string
	reason string
}

var rules = []rule{
	{"./statement ./oprf ./strict ./accesslog", "", []string{
		"safelight/crypto/link", "safelight/crypto/keys", "safelight/crypto/seal", "safelight/crypto/manifest", "safelight/crypto/passphrase", "filippo.io/age",
	}, "the server imports them, and the server must not contain code that opens anything"},
	{"./accesslog", "", []string{"filippo.io/hpke", "github.com/cloudflare/circl", "golang.org/x/crypto"}, "the server seals the access log with the standard library alone"},
	{"./...", "", []string{"safelight/client", "safelight/server", "safelight/wasm"}, "the format is reviewed alone and knows neither half"},
	{"./...", "", []string{"net/http", "net/url", "database/sql", "github.com/gin-gonic"}, "no package holds both the network and a secret"},
	{"./statement ./link ./keys ./seal ./manifest", "js", []string{"github.com/cloudflare/circl", "golang.org/x/crypto/argon2", "net/http", "github.com/trustelem/zxcvbn"},
		"the engine links them, and the passphrase is derived in TypeScript: circl alone is 193 kB of it"},
	{"./keys", "", []string{"safelight/crypto/passphrase", "safelight/crypto/oprf", "filippo.io/age"}, "the key schedule takes PW as 32 bytes and does not care where they come from"},
	{"./...", "", []string{"syscall/js"}, "the host is touched at the edges only"},
	{"./...", "js", []string{"image", "os/exec"}, "image code and crypto code meet only in client/share"},
}

// allowed are the modules that crypto may link at all, beside the standard library.
var allowed = []string{
	"safelight/crypto", "filippo.io/age", "filippo.io/edwards25519", "filippo.io/hpke", "github.com/cloudflare/circl", "github.com/bwesterb/go-ristretto", "github.com/tinylib/msgp",
	"github.com/philhofer/fwd", "golang.org/x/crypto", "golang.org/x/sys", "golang.org/x/text", "github.com/trustelem/zxcvbn", "github.com/dlclark/regexp2",
}

func TestImports(t *testing.T) {
	for _, r := range rules {
		for _, found := range r.broken(t) {
			t.Errorf("%s links %s, but %s", r.of, found, r.reason)
		}
	}
	for _, dep := range deps(t, "./...", "") {
		if isStd := !strings.Contains(strings.SplitN(dep, "/", 2)[0], ".") && !strings.HasPrefix(dep, "safelight"); !isStd && !hasPrefix(dep, allowed) {
			t.Errorf("crypto links %s, which is not on the list: a new library needs a reason", dep)
		}
	}
}

// TestImportsControl breaks rules on purpose, to prove that TestImports would notice.
func TestImportsControl(t *testing.T) {
	for _, r := range []rule{
		{of: "./seal", forbid: []string{"filippo.io/age"}},
		{of: "./passphrase", goos: "js", forbid: []string{"github.com/cloudflare/circl"}},
		{of: "./manifest", forbid: []string{"safelight/crypto/statement"}},
	} {
		if len(r.broken(t)) == 0 {
			t.Errorf("%s links %s, and nobody noticed", r.of, r.forbid[0])
		}
	}
}

// broken returns what the packages link against the rule.
func (r rule) broken(t *testing.T) (found []string) {
	t.Helper()
	for _, dep := range deps(t, r.of, r.goos) {
		for _, f := range r.forbid {
			if dep == f || strings.HasPrefix(dep, f+"/") {
				found = append(found, dep)
			}
		}
	}
	return found
}

func hasPrefix(dep string, prefixes []string) bool {
	for _, p := range prefixes {
		if strings.HasPrefix(dep, p) {
			return true
		}
	}
	return false
}

// deps returns everything that the packages link.
func deps(t *testing.T, packages, goos string) []string {
	t.Helper()
	cmd := exec.Command("go", append([]string{"list", "-deps"}, strings.Fields(packages)...)...)
	cmd.Env = os.Environ()
	if goos != "" {
		cmd.Env = append(cmd.Env, "GOOS="+goos, "GOARCH=wasm")
	}
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, stderr.String())
	}
	list := strings.Fields(string(out))
	if len(list) < 50 {
		t.Fatalf("go list found %d packages", len(list))
	}
	return list
}
