//go:build !js

package share

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"safelight/crypto/keys"
)

// stockAge builds age and its plugin for passphrases without a terminal, from the module that go.mod names, and
// returns the folder that holds them.
func stockAge(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"age", "age-plugin-batchpass"} {
		cmd := exec.Command("go", "build", "-o", filepath.Join(dir, name), "filippo.io/age/cmd/"+name)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("building %s: %v\n%s", name, err, out)
		}
	}
	return dir
}

// TestStockTools opens what the packer made with age, unzip, Python and archive/zip, and finds the same bytes.
func TestStockTools(t *testing.T) {
	tools := stockAge(t)
	lock := &Lock{PW: keys.Random32(), Key: keys.Random32()}
	h := newHost(t)
	c := h.config()
	c.Lock, c.ViewLimit = lock, 3
	p := newPacker(t, c)
	packQuick(t, p, 3)
	packFull(t, p, 3, 400_000)
	h.apply(p.Publish())
	bundles, sealedManifest := h.open(lock).Passphrases()

	dir := t.TempDir()
	decrypt := func(name, passphrase string, sealed []byte) string {
		t.Helper()
		in, out := filepath.Join(dir, name+".age"), filepath.Join(dir, name)
		if err := os.WriteFile(in, sealed, 0o600); err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(filepath.Join(tools, "age"), "-d", "-j", "batchpass", "-o", out, in)
		cmd.Env = append(os.Environ(), "PATH="+tools+":"+os.Getenv("PATH"), "AGE_PASSPHRASE="+passphrase)
		if msg, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("age -d %s: %v\n%s", name, err, msg)
		}
		return out
	}
	for i, b := range h.doc.Bundles {
		path := decrypt(fmt.Sprintf("bundle-%d.zip", i), bundles[i], bytes.Join(h.parts[b.Upload], nil))
		want := map[string][]byte{}
		for n := range 3 {
			if i == 1 {
				want[fmt.Sprintf("%03d/original.jpg", n+1)] = originalOf(n, 400_000).Data
				continue
			}
			want[fmt.Sprintf("%03d/thumb.webp", n+1)] = quickOf(n)[0].Data
			want[fmt.Sprintf("%03d/view.webp", n+1)] = quickOf(n)[1].Data
		}
		checkZip(t, path, want)
		for _, args := range [][]string{{"unzip", "-tqq", path}, {"python3", "-m", "zipfile", "-t", path}} {
			if _, err := exec.LookPath(args[0]); err != nil {
				t.Logf("%s is not here; archive/zip has looked", args[0])
				continue
			}
			out, err := exec.Command(args[0], args[1:]...).CombinedOutput()
			if err != nil || strings.Contains(string(out), "following files") || strings.Contains(string(out), "warning") {
				t.Errorf("%v: %v\n%s", args, err, out)
			}
		}
	}
	plain, err := os.ReadFile(decrypt("manifest", sealedManifest, h.rec.Manifest))
	if err != nil || !bytes.Contains(plain, []byte("photo number 2")) {
		t.Errorf("the manifest by stock age: %d bytes, %v", len(plain), err)
	}
}

func checkZip(t *testing.T, path string, want map[string][]byte) {
	t.Helper()
	r, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if len(r.File) != len(want)+1 || r.File[len(want)].Name != paddingName {
		t.Errorf("%s: %d entries, want %d and padding", path, len(r.File), len(want))
	}
	for _, f := range r.File[:len(want)] {
		rc, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(rc)
		rc.Close()
		if err != nil || !bytes.Equal(got, want[f.Name]) {
			t.Errorf("%s: %s has %d bytes (%v), want %d", path, f.Name, len(got), err, len(want[f.Name]))
		}
	}
}
