package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// linked builds pkg and returns the linker's list of what is reachable from what.
func linked(t *testing.T, pkg string) []byte {
	t.Helper()
	cmd := exec.Command("go", "build", "-tags", "nomsgpack", "-ldflags=-dumpdep", "-o", filepath.Join(t.TempDir(), "program"), pkg)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	dump, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("go build: %v\n%.2000s", err, dump)
	}
	if lines := bytes.Count(dump, []byte("\n")); lines < 10_000 {
		t.Fatalf("the linker printed %d lines only", lines)
	}
	return dump
}

// with returns the lines of dump that contain one of the words.
func with(dump []byte, words ...string) (list []string) {
	for line := range bytes.Lines(dump) {
		for _, w := range words {
			if bytes.Contains(line, []byte(w)) {
				list = append(list, strings.TrimSpace(string(line)))
				break
			}
		}
	}
	return list
}

// reflect marks functions that look methods up by name. One that can be reached makes the linker keep every method of
// every type: gin's binders then drag in YAML, TOML, BSON and QUIC.
const reflect = "<ReflectMethod>"

// opening is what opens the access log. The server links crypto/accesslog, and HPKE with it, to seal alone: what it has sealed
// stays closed to whoever takes the machine over later, and to the server itself. (crypto/tls has HPKE too.)
var opening = []string{"safelight/crypto/accesslog.PrivateKey.", "safelight/crypto/accesslog.DeriveKey", "crypto/hpke.(*dhKEM).DeriveKeyPair", "crypto/hpke.Open"}

func TestLinked(t *testing.T) {
	if testing.Short() {
		return // links three programs
	}
	dump := linked(t, ".")
	for _, line := range with(dump, reflect) {
		t.Errorf("%s: methods are looked up by name; is it gin's ShouldBind or HTML, or text/template?", line)
	}
	for _, line := range with(dump, opening...) {
		t.Errorf("%s: the server must not be able to open an access log", line)
	}
	if len(with(dump, "safelight/crypto/accesslog.Key.Seal")) == 0 {
		t.Error("the server does not seal an access log: is this the list of its program?")
	}
	if len(with(linked(t, "../../testdata/reflecting"), reflect)) == 0 {
		t.Error("the control, which calls ShouldBindJSON, was not caught")
	}
	if len(with(linked(t, "../../testdata/reading"), opening...)) == 0 {
		t.Error("the control, which opens a log, was not caught")
	}
}
