package client_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// rule says what a package must not import, not even through something else, and why.
type rule struct {
	packages string   // pattern of go list
	direct   bool     // only what the packages import themselves
	mustNot  []string // import paths, or prefixes that end in /
	why      string
	except   []string
}

var rules = []rule{
	{
		packages: "safelight/client/strip/... safelight/client/variant/...",
		mustNot:  []string{"safelight/crypto/", "safelight/server/", "net", "net/http", "syscall/js"},
		why:      "image code and crypto code meet in client/share only: a hole in a decoder is not next to a secret",
		except:   []string{"safelight/client/variant/native", "safelight/client/strip/corpus"},
	},
	{
		packages: "safelight/client/variant/native safelight/client/strip/corpus",
		mustNot:  []string{"safelight/crypto/", "safelight/server/", "net/http", "syscall/js"},
		why:      "the same, but for net: what runs the decoders that are WebAssembly could give them sockets, and does not",
	},
	{
		packages: "safelight/client/share",
		mustNot:  []string{"net", "net/http", "syscall/js", "safelight/server/", "safelight/client/transfer", "github.com/cloudflare/circl/", "golang.org/x/crypto/argon2"},
		why:      "the same bytes are made in browser, command line and tests; the passphrase is derived outside, so that the engine stays small",
	},
	{
		packages: "safelight/client/share",
		direct:   true,
		mustNot:  []string{"os", "io/fs", "path/filepath"},
		why:      "a share knows no files",
	},
	{
		packages: "safelight/client/transfer",
		mustNot: []string{
			"safelight/crypto/link", "safelight/crypto/keys", "safelight/crypto/seal", "safelight/crypto/manifest",
			"safelight/crypto/passphrase", "safelight/client/share",
		},
		why: "no package holds both net/http and a secret",
	},
	{
		packages: "safelight/client/...",
		direct:   true,
		mustNot:  []string{"net/http"},
		why:      "client/transfer is the only package of the clients that talks to servers",
		except:   []string{"safelight/client/transfer"},
	},
	{
		packages: "safelight/client/...",
		mustNot: []string{
			"safelight/server/api", "safelight/server/rules", "safelight/server/store", "safelight/server/admit",
			"safelight/server/config", "github.com/gin-gonic/gin", "syscall/js",
		},
		why: "the trusted half shares server/wire with the blind one, and nothing else",
	},
}

// imports lists what the packages of a pattern import, with everything behind that unless direct.
func imports(t *testing.T, pattern string, direct bool) map[string][]string {
	t.Helper()
	format := "{{.ImportPath}} {{join .Deps \" \"}}"
	if direct {
		format = "{{.ImportPath}} {{join .Imports \" \"}}"
	}
	cmd := exec.Command("go", append([]string{"list", "-f", format}, strings.Fields(pattern)...)...)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list %s: %v", pattern, err)
	}
	list := map[string][]string{}
	for line := range strings.Lines(string(out)) {
		f := strings.Fields(line)
		list[f[0]] = f[1:]
	}
	if len(list) == 0 {
		t.Fatalf("go list %s: no package", pattern)
	}
	return list
}

// broken returns what of list breaks r: the package and the import.
func (r rule) broken(list map[string][]string) [][2]string {
	var found [][2]string
	for pkg, deps := range list {
		if slices.Contains(r.except, pkg) {
			continue
		}
		for _, dep := range deps {
			for _, bad := range r.mustNot {
				if dep == bad || strings.HasSuffix(bad, "/") && strings.HasPrefix(dep, bad) {
					found = append(found, [2]string{pkg, dep})
				}
			}
		}
	}
	return found
}

func TestImports(t *testing.T) {
	for _, r := range rules {
		for _, b := range r.broken(imports(t, r.packages, r.direct)) {
			t.Errorf("%s must not import %s: %s", b[0], b[1], r.why)
		}
	}
}

// TestImportsControl lets every rule meet a package that breaks it.
func TestImportsControl(t *testing.T) {
	for _, r := range rules {
		for _, bad := range r.mustNot {
			pkg := strings.TrimSuffix(bad, "/")
			if len(r.broken(map[string][]string{"safelight/client/forged": {"fmt", pkg + map[bool]string{true: "/x"}[pkg != bad]}})) == 0 {
				t.Errorf("an import of %s would not be found", bad)
			}
		}
	}
	// And once with a real package: it reaches net/http through client/transfer alone.
	dir := filepath.Join("testdata", "forbidden")
	list := imports(t, "./"+dir, false)
	r := rules[2]
	if len(r.broken(list)) == 0 {
		t.Errorf("%s imports client/transfer, and the rule for client/share does not see net/http behind it", dir)
	}
}
