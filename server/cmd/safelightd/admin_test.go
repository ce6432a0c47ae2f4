package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"safelight/server/admit"
	"safelight/server/api/apitest"
)

// TestAdmin uses the operator's commands while the server runs on the same folder.
func TestAdmin(t *testing.T) {
	data := t.TempDir()
	p := start(t, "--data", data)
	kept, taken, byID := apitest.Live(t, apitest.Target{URL: p.url}), apitest.Live(t, apitest.Target{URL: p.url}), apitest.Live(t, apitest.Target{URL: p.url})
	steps := []struct {
		name string
		args []string
		code int
		want string
	}{
		{"stats", []string{"stats"}, 0, "live                                          3"},
		{"check", []string{"check"}, 0, "Nothing is lost."},
		{"takedown", []string{"takedown", taken.Link}, 0, "Taken down."},
		{"takedown by id", []string{"takedown", byID.ID}, 0, "Taken down."},
		{"takedown again", []string{"takedown", taken.Link}, 1, "no such share"},
		{"stats after", []string{"stats"}, 0, "live                                          1"},
		{"sweep", []string{"sweep"}, 0, "shares looked at"},
		{"check after", []string{"check"}, 0, "Nothing is lost."},
		{"tokens", []string{"token"}, 0, "0 tokens are known"},
		{"rotate while it runs", []string{"rotate"}, 1, "a server is running on this data folder"},
	}
	for _, tt := range steps {
		code, out, stderr := command(append(append([]string{"admin"}, tt.args...), "--data", data)...)
		if code != tt.code || !strings.Contains(out+stderr, tt.want) {
			t.Errorf("%s = %d, %q %q, want %d, %q", tt.name, code, out, stderr, tt.code, tt.want)
		}
		if strings.Contains(out+stderr, taken.Link[len(taken.Link)-40:]) {
			t.Errorf("%s prints the secret", tt.name)
		}
	}
	if got := []int{kept.Opens(t), taken.Opens(t), byID.Opens(t)}; got[0] != 200 || got[1] != 404 || got[2] != 404 {
		t.Errorf("open = %v, want 200 404 404", got)
	}
	left, err := os.ReadDir(filepath.Join(data, "parts"))
	uploads := 0
	for _, shelf := range left {
		dirs, _ := os.ReadDir(filepath.Join(data, "parts", shelf.Name()))
		uploads += len(dirs)
	}
	if err != nil || uploads != 1 {
		t.Errorf("%d uploads are left on the disk, %v, want that of the share that was kept", uploads, err)
	}
	p.end(t)

	code, out, stderr := command("admin", "rotate", "--data", data)
	if code != 0 || !strings.HasPrefix(out, "1 shares") {
		t.Fatalf("rotate = %d, %q %q", code, out, stderr)
	}
	again := start(t, "--data", data)
	kept.At(again.url)
	if got := kept.Opens(t); got != 200 {
		t.Errorf("after the rotation open = %d, want 200", got)
	}
	again.end(t)
}

// TestRotateAgain goes on with a rotation that ended half-way.
func TestRotateAgain(t *testing.T) {
	data := t.TempDir()
	p := start(t, "--data", data)
	share := apitest.Live(t, apitest.Target{URL: p.url})
	p.end(t)
	f := keyFile(filepath.Join(data, "keys", "record-key"))
	old, err := f.load(true)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.replace(newKey(), old[0]); err != nil {
		t.Fatal(err)
	}
	if code, out, stderr := command("admin", "rotate", "--data", data); code != 0 || !strings.HasPrefix(out, "1 shares") {
		t.Fatalf("rotate = %d, %q %q", code, out, stderr)
	}
	if keys, err := f.load(true); err != nil || len(keys) != 1 || keys[0] == old[0] {
		t.Errorf("%d keys are left, %v, want the new one", len(keys), err)
	}
	p = start(t, "--data", data)
	share.At(p.url)
	if got := share.Opens(t); got != 200 {
		t.Errorf("open = %d, want 200", got)
	}
	p.end(t)
	// A record key that was lost is not replaced silently.
	if err := os.Remove(string(f)); err != nil {
		t.Fatal(err)
	}
	if code, _, stderr := command("admin", "stats", "--data", data); code != 1 || !strings.Contains(stderr, "the record key is missing") {
		t.Errorf("without the key: %d, %q", code, stderr)
	}
}

func TestToken(t *testing.T) {
	data := t.TempDir()
	p := start(t, "--data", data, "--admit", "token")
	first := sendLink.FindStringSubmatch(p.out.String())[2]
	code, out, _ := command("admin", "token", "--new", "--data", data, "--public-url", "https://photos.example")
	link, token, ok := strings.Cut(strings.TrimSpace(out), "#")
	if code != 0 || !ok || link != "https://photos.example/" {
		t.Fatalf("token --new = %d, %q", code, out)
	}
	for _, tok := range []string{first, token} { // the running server knows both
		apitest.Live(t, apitest.Target{URL: p.url, Admit: tok})
	}
	// Where nothing says the address, none is guessed: standard output is the token alone.
	code, out, stderr := command("admin", "token", "--new", "--only", "--data", data, "--base-path", "/p")
	if code != 0 || !regexp.MustCompile(`^[0-9a-f]{64}\n$`).MatchString(out) || !strings.Contains(stderr, "https://photos.example/p/#TOKEN") {
		t.Fatalf("token --new = %d, %q %q", code, out, stderr)
	}
	apitest.Live(t, apitest.Target{URL: p.url, Admit: strings.TrimSpace(out)})
	known, err := admit.File(filepath.Join(data, "keys", "tokens")).Hashes(t.Context())
	if err != nil || len(known) != 1 {
		t.Errorf("%d tokens after --only, %v", len(known), err)
	}
	p.end(t)
}

// TestRestoredDatabase puts an older database back. As it is, it gives back the pepper of a share that was deleted since;
// once the record key was rotated, it gives back none, and admin check says so.
func TestRestoredDatabase(t *testing.T) {
	for _, rotated := range []bool{false, true} {
		t.Run(fmt.Sprintf("rotated %v", rotated), func(t *testing.T) {
			data := t.TempDir()
			p := start(t, "--data", data)
			gone, kept := apitest.Live(t, apitest.Target{URL: p.url}), apitest.Live(t, apitest.Target{URL: p.url})
			p.end(t)
			backup := database(t, data)
			p = start(t, "--data", data)
			gone.At(p.url)
			gone.Delete(t)
			p.end(t)
			if rotated {
				if code, out, stderr := command("admin", "rotate", "--data", data); code != 0 {
					t.Fatalf("rotate = %d, %q %q", code, out, stderr)
				}
			}
			restore(t, data, backup)
			p = start(t, "--data", data)
			gone.At(p.url)
			kept.At(p.url)
			for name, s := range map[string]apitest.Share{"deleted": gone, "kept": kept} {
				if _, pepper := s.Opened(t, true); (len(pepper) == 32) == rotated {
					t.Errorf("%s: a pepper of %d bytes", name, len(pepper))
				}
				// What is signed and sealed comes back either way.
				if status, _ := s.Opened(t, false); status != 200 {
					t.Errorf("%s: open without the unlock token = %d, want 200", name, status)
				}
			}
			p.end(t)
			_, out, _ := command("admin", "check", "--data", data)
			if n := strings.Count(out, "sealed under a record key that is not in the key file"); (n == 2) != rotated {
				t.Errorf("check names %d shares that cannot be unsealed: %s", n, out)
			}
		})
	}
}
