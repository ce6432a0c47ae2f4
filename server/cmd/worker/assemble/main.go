// Command assemble makes everything that wrangler takes: the program as WebAssembly, Go's own support script, and the
// pages with the headers that the native server would send. `wrangler dev` and `wrangler deploy` run it in
// server/cmd/worker.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

func main() {
	out := flag.String("out", "build", "folder to make")
	program := flag.String("program", ".", "package to build")
	pages := flag.String("pages", "../../../web/dist", "folder of built pages")
	version := flag.String("version", "dev", "what the site document calls this version")
	flag.Parse()
	if err := assemble(*out, *program, *pages, *version); err != nil {
		fmt.Fprintln(os.Stderr, "assemble:", err)
		os.Exit(1)
	}
}

func assemble(out, program, pages, version string) error {
	if err := os.RemoveAll(out); err != nil {
		return err
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	if err := build(filepath.Join(out, "safelight.wasm"), program, version); err != nil {
		return err
	}
	goroot, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return fmt.Errorf("go env GOROOT: %w", err)
	}
	support := filepath.Join(strings.TrimSpace(string(goroot)), "lib", "wasm", "wasm_exec.js")
	if err := copyFile(filepath.Join(out, "wasm_exec.js"), support); err != nil {
		return err
	}
	return layOut(filepath.Join(out, "assets"), os.DirFS(pages))
}

// build compiles the program. Without nomsgpack gin's codec alone would be half of it.
func build(out, program, version string) error {
	cmd := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-tags", "nomsgpack",
		"-ldflags", "-s -w -buildid= -X main.version="+version, "-o", out, program)
	cmd.Env = append(os.Environ(), "GOOS=js", "GOARCH=wasm", "CGO_ENABLED=0")
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("build %s: %w", program, err)
	}
	return nil
}

func copyFile(to, from string) error {
	b, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, b, 0o644)
}

// layOut copies the pages and writes _headers beside them. Compressed copies stay behind: Cloudflare compresses itself.
func layOut(out string, pages fs.FS) error {
	var names []string
	err := fs.WalkDir(pages, ".", func(name string, e fs.DirEntry, err error) error {
		switch ext := filepath.Ext(name); {
		case err != nil:
			return err
		case e.IsDir(), ext == ".br", ext == ".gz", strings.HasPrefix(e.Name(), "."):
			return nil
		}
		names = append(names, name)
		b, err := fs.ReadFile(pages, name)
		if err != nil {
			return err
		}
		to := filepath.Join(out, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			return err
		}
		return os.WriteFile(to, b, 0o644)
	})
	if err != nil {
		return fmt.Errorf("pages: %w", err)
	}
	if len(names) == 0 {
		return fmt.Errorf("there are no pages: run `go tool task build:web` first")
	}
	var headers bytes.Buffer
	if err := writeHeaders(&headers, pages, names); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(out, "_headers"), headers.Bytes(), 0o644)
}
