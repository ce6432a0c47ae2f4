package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"

	"safelight/client/strip/striptest"
)

// programs is the folder of what the scripts run beside safelight itself: the real server, and stock age.
var programs string

func TestMain(m *testing.M) {
	if os.Getenv("SAFELIGHT_TEST_PROGRAMS") == "" && !reexecuted() {
		dir, err := os.MkdirTemp("", "safelight-programs-")
		if err != nil {
			panic(err)
		}
		defer os.RemoveAll(dir)
		if err := build(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		programs = dir
	}
	testscript.Main(m, map[string]func(){"safelight": main})
}

// reexecuted reports whether this process is a script's safelight and not the test.
func reexecuted() bool { return filepath.Base(os.Args[0]) == "safelight" }

func build(dir string) error {
	for name, pkg := range map[string]string{
		"safelightd":           "safelight/server/cmd/safelightd",
		"age":                  "filippo.io/age/cmd/age",
		"age-plugin-batchpass": "filippo.io/age/cmd/age-plugin-batchpass",
	} {
		cmd := exec.Command("go", "build", "-tags", "nomsgpack", "-o", filepath.Join(dir, name), pkg)
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("building %s: %v\n%s", name, err, out)
		}
	}
	return nil
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata",
		Setup: func(e *testscript.Env) error {
			e.Setenv("PATH", programs+string(os.PathListSeparator)+e.Getenv("PATH"))
			e.Setenv("DATA", filepath.Join(e.WorkDir, ".data"))
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"server": cmdServer,
			"exits":  cmdExits,
			"photo":  cmdPhoto,
			"field":  cmdField,
			"setenv": cmdSetenv,
			"blind":  cmdBlind,
			"damage": cmdDamage,
			"mode":   cmdMode,
			"holds":  cmdHolds,
		},
	})
}

var address = regexp.MustCompile(`msg=listening address=(http://[^ ]+)/ `)

// cmdServer starts the real server on a free port: "server [flag…]". Its address goes to SAFELIGHT_SERVER. It is
// stopped at the end of the script, or by "server stop".
func cmdServer(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) == 1 && args[0] == "stop" {
		stopServer(ts)
		return
	}
	log, err := os.Create(ts.MkAbs(".server.log"))
	ts.Check(err)
	cmd := exec.Command(filepath.Join(programs, "safelightd"), append([]string{
		"serve", "--listen", "127.0.0.1:0", "--data", ts.Getenv("DATA"), "--min-free", "1MB",
	}, args...)...)
	stderr, err := cmd.StderrPipe()
	ts.Check(err)
	ts.Check(cmd.Start())
	ts.Defer(func() { cmd.Process.Kill(); cmd.Wait() })
	ready := make(chan string, 1)
	go func() {
		defer log.Close()
		for in := bufio.NewScanner(stderr); in.Scan(); {
			fmt.Fprintln(log, in.Text())
			if m := address.FindStringSubmatch(in.Text()); m != nil {
				ready <- m[1]
			}
		}
	}()
	select {
	case url := <-ready:
		ts.Setenv("SAFELIGHT_SERVER", url)
		ts.Setenv("SERVER_PID", strconv.Itoa(cmd.Process.Pid))
	case <-time.After(20 * time.Second):
		ts.Fatalf("the server did not start: see %s", log.Name())
	}
}

func stopServer(ts *testscript.TestScript) {
	pid, err := strconv.Atoi(ts.Getenv("SERVER_PID"))
	ts.Check(err)
	ts.Check(syscall.Kill(pid, syscall.SIGKILL))
}

// cmdExits runs a command that has to end with a code: "exits N command…".
func cmdExits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits N command…")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		exit, ok := errors.AsType[*exec.ExitError](err)
		if !ok {
			ts.Fatalf("%v", err)
		}
		got = exit.ExitCode()
	}
	if got != want {
		ts.Fatalf("%s ended with %d, want %d", args[1], got, want)
	}
}

// cmdPhoto makes a photo with everything planted: "photo NAME WIDTH HEIGHT [orientation]".
func cmdPhoto(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) < 3 {
		ts.Fatalf("usage: photo NAME WIDTH HEIGHT [orientation]")
	}
	w, err := strconv.Atoi(args[1])
	ts.Check(err)
	h, err := strconv.Atoi(args[2])
	ts.Check(err)
	o := striptest.Everything("PLANTED")
	if len(args) > 3 {
		o.Orientation, err = strconv.Atoi(args[3])
		ts.Check(err)
	}
	o.Seed = uint64(len(args[0])) + uint64(w)
	data := striptest.CameraJPEG(w, h, o)
	switch filepath.Ext(args[0]) {
	case ".pano": // a JPEG whatever it is called
		o.Panorama, o.Orientation, o.Trailer = true, 1, nil
		data = striptest.PanoramaJPEG(w, h, o)
	case ".png":
		data = striptest.ScreenshotPNG(w, h, o)
	case ".tif":
		var b bytes.Buffer
		ts.Check(tiff.Encode(&b, striptest.Screenshot(w, h, o.Seed), nil))
		data = b.Bytes()
	case ".bmp":
		var b bytes.Buffer
		ts.Check(bmp.Encode(&b, striptest.Screenshot(w, h, o.Seed)))
		data = b.Bytes()
	case ".heic":
		data = striptest.SmallHEIC()
	case ".jpe": // its profile works by tables
		segment := striptest.Segment(0xe2, []byte("ICC_PROFILE\x00\x01\x01"), striptest.TableICC())
		data = slices.Concat(data[:2], segment, striptest.EncodeJPEG(striptest.Landscape(w, h, o.Seed), 80)[2:])
	case ".dng":
		data = striptest.EXIF(w, h, o)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), data, 0o644))
}

// cmdField takes a field out of a JSON file: "field FILE NAME VARIABLE".
func cmdField(ts *testscript.TestScript, neg bool, args []string) {
	var doc map[string]any
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[0])), &doc))
	value, there := doc[args[1]]
	if there == neg {
		ts.Fatalf("field %s is there: %v", args[1], there)
	}
	if !neg {
		ts.Setenv(args[2], fmt.Sprint(value))
	}
}

// cmdSetenv puts a line of a file into a variable: "setenv VARIABLE FILE".
func cmdSetenv(ts *testscript.TestScript, neg bool, args []string) {
	ts.Setenv(args[0], strings.TrimSpace(ts.ReadFile(args[1])))
}

// cmdBlind searches everything that the server stored and logged: "! blind TEXT…" wants nothing to be found.
func cmdBlind(ts *testscript.TestScript, neg bool, args []string) {
	var found []string
	search := func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		b, err := os.ReadFile(path)
		for _, a := range args {
			if bytes.Contains(b, []byte(a)) {
				found = append(found, a+" in "+path)
			}
		}
		return err
	}
	ts.Check(filepath.WalkDir(ts.Getenv("DATA"), search))
	log, err := os.ReadFile(ts.MkAbs(".server.log"))
	ts.Check(err)
	for _, a := range args {
		if bytes.Contains(log, []byte(a)) {
			found = append(found, a+" in the log")
		}
	}
	if (len(found) > 0) == neg {
		ts.Fatalf("found: %v", found)
	}
}

// cmdDamage flips a bit in the middle of every stored part.
func cmdDamage(ts *testscript.TestScript, neg bool, args []string) {
	n := 0
	ts.Check(filepath.WalkDir(ts.Getenv("DATA"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil || !bytes.HasPrefix(b, []byte("age-encryption.org/v1\n")) {
			return err
		}
		n++
		b[len(b)/2] ^= 1
		if err := os.Chmod(path, 0o600); err != nil {
			return err
		}
		return os.WriteFile(path, b, 0o600)
	}))
	if n == 0 {
		ts.Fatalf("no part was found")
	}
}

// cmdMode checks the permissions of a file: "mode FILE 0600".
func cmdMode(ts *testscript.TestScript, neg bool, args []string) {
	info, err := os.Stat(ts.MkAbs(args[0]))
	ts.Check(err)
	if got := fmt.Sprintf("%04o", info.Mode().Perm()); got != args[1] {
		ts.Fatalf("%s has mode %s, want %s", args[0], got, args[1])
	}
}

// cmdHolds looks for a text in a file that may not be text: "holds FILE TEXT".
func cmdHolds(ts *testscript.TestScript, neg bool, args []string) {
	if strings.Contains(ts.ReadFile(args[0]), args[1]) == neg {
		ts.Fatalf("%s holds %s: %v", args[0], args[1], neg)
	}
}
