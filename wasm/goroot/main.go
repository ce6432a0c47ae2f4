// Command goroot runs another command in the environment in which the engine is built and tested: for js/wasm, with the
// packages below _src in the place of those of the same path in Go's library.
//
//	go run ./wasm/goroot go build ./wasm
//	go run ./wasm/goroot go test ./crypto/...
//
// The linker keeps what a package initialises whether or not it is used. A stand-in leaves out what no program of ours
// asks for, says so in its comment, and refuses if it is called after all.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: go run ./wasm/goroot COMMAND [ARGUMENT…]")
		os.Exit(2)
	}
	err := run(os.Args[1], os.Args[2:])
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		os.Exit(exit.ExitCode())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "goroot:", err)
		os.Exit(1)
	}
}

func run(name string, args []string) error {
	env, err := environment()
	if err != nil {
		return err
	}
	// The command, too, is looked up there: the go of this GOROOT.
	for _, e := range env {
		if path, ok := strings.CutPrefix(e, "PATH="); ok {
			os.Setenv("PATH", path)
		}
	}
	cmd := exec.Command(name, args...)
	cmd.Env = env
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	return cmd.Run()
}

// environment returns that of this process, changed. What it names lies in wasm/goroot/.made, always the same for one
// checkout, so that Go's build cache holds.
func environment() ([]string, error) {
	home, goroot, err := folders()
	if err != nil {
		return nil, err
	}
	made := filepath.Join(home, ".made")
	if err := os.MkdirAll(made, 0o755); err != nil {
		return nil, err
	}
	// By a link: Go replaces no file below its module cache, and a toolchain that it fetched itself lies there.
	root := filepath.Join(made, "go")
	if err := place(root, func(tmp string) error { return os.Symlink(goroot, tmp) }); err != nil {
		return nil, err
	}
	replaced, err := replacements(filepath.Join(home, "_src"), filepath.Join(root, "src"))
	if err != nil {
		return nil, err
	}
	overlay, err := json.Marshal(map[string]any{"Replace": replaced})
	if err != nil {
		return nil, err
	}
	file := filepath.Join(made, "overlay.json")
	if err := place(file, func(tmp string) error { return os.WriteFile(tmp, overlay, 0o644) }); err != nil {
		return nil, err
	}
	list := string(filepath.ListSeparator)
	return append(os.Environ(),
		"GOOS=js", "GOARCH=wasm", "GOROOT="+root, "GOTOOLCHAIN=local",
		"GOFLAGS="+strings.TrimSpace(os.Getenv("GOFLAGS")+" '-overlay="+file+"'"),
		"PATH="+filepath.Join(root, "bin")+list+filepath.Join(root, "lib", "wasm")+list+os.Getenv("PATH"),
	), nil
}

// folders returns where this command lies and Go's root.
func folders() (home, goroot string, err error) {
	out, err := exec.Command("go", "env", "GOMOD", "GOROOT").Output()
	if err != nil {
		return "", "", fmt.Errorf("go env: %w", err)
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	if len(lines) != 2 {
		return "", "", fmt.Errorf("go env says %q", out)
	}
	return filepath.Join(filepath.Dir(lines[0]), "wasm", "goroot"), lines[1], nil
}

// place makes a file beside path and moves it there, so that somebody who builds at the same time never misses it.
func place(path string, make func(tmp string) error) error {
	tmp := fmt.Sprintf("%s.%d", path, os.Getpid())
	defer os.Remove(tmp)
	if err := make(tmp); err != nil {
		return err
	}
	return os.Rename(tmp, path)
}

// replacements maps every Go file of Go's library to what is built instead. A folder of ours is the whole package: what
// else lies in Go's is left out.
func replacements(ours, library string) (map[string]string, error) {
	replaced := map[string]string{}
	err := filepath.WalkDir(ours, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		folder, err := filepath.Rel(ours, filepath.Dir(path))
		if err != nil {
			return err
		}
		theirs, err := filepath.Glob(filepath.Join(library, folder, "*.go"))
		if err != nil {
			return err
		}
		if len(theirs) == 0 {
			return fmt.Errorf("this Go has no package %s", filepath.ToSlash(folder))
		}
		for _, name := range theirs {
			if _, ok := replaced[name]; !ok {
				replaced[name] = ""
			}
		}
		replaced[filepath.Join(library, folder, d.Name())] = path
		return nil
	})
	return replaced, err
}
