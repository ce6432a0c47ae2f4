package main

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
	mathrand "math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"safelight/client/strip/striptest"
)

// Bounds of TestBig, in MB. The server copies parts and never holds one, whatever their size: 20 were measured. The
// command line holds one photo in every form that it takes (the file, stripped, decoded, scaled), three parts of 4 MiB
// on their way and one begun for each bundle, and as much again because of how Go collects garbage: 250 were measured
// to send, 40 to get, for 6 photos as for 60.
const (
	serverBound = 100
	clientBound = 400
)

// TestBig sends 60 photos of 3.3 MB with the command line and gets them again. SAFELIGHT_BIG sets their number.
func TestBig(t *testing.T) {
	photos := count(t, "SAFELIGHT_BIG", 60)
	if testing.Short() {
		photos = min(photos, 6)
	}
	began := time.Now()
	step := func(what string) { t.Logf("%s: %.1f s", what, time.Since(began).Seconds()); began = time.Now() }
	d, cli := launch(t), build(t, commandLine)
	var server peak
	defer server.watch(d.cmd.Process.Pid)()
	step("build")
	files, size := generate(t, photos)
	step(fmt.Sprintf("generate %d MB", size/1e6))

	link, hwm := safelight(t, cli, append([]string{"send", "--server", "http://" + *d.address.Load()}, files...)...)
	step(fmt.Sprintf("send, at most %d MB of memory", hwm))
	out := t.TempDir()
	paths, got := safelight(t, cli, "get", "-o", out, strings.TrimSpace(link))
	step(fmt.Sprintf("get, at most %d MB of memory", got))
	if hwm > clientBound || got > clientBound {
		t.Errorf("the command line took %d MB to send and %d MB to get, want at most %d", hwm, got, clientBound)
	}
	if n := server.megabytes(); n > serverBound || n == 0 {
		t.Errorf("the server took %d MB, want at most %d", n, serverBound)
	}
	t.Logf("the server took at most %d MB", server.megabytes())
	received := strings.Fields(paths)
	if len(received) != photos {
		t.Fatalf("%d photos came back, want %d", len(received), photos)
	}
	for i := range photos {
		wantStripped(t, cli, files[i], received[i])
	}
	step("compare with strip")
}

// wantStripped checks that got is what "safelight strip" makes of file, and not the file itself.
func wantStripped(t *testing.T, cli, file, got string) {
	t.Helper()
	stripped := filepath.Join(t.TempDir(), "stripped.jpg")
	safelight(t, cli, "strip", "-o", stripped, file)
	a, err := os.ReadFile(stripped)
	must(t, err)
	b, err := os.ReadFile(got)
	must(t, err)
	original, err := os.ReadFile(file)
	must(t, err)
	if !bytes.Equal(a, b) || bytes.Equal(b, original) || len(b) < len(original)/2 {
		t.Errorf("%s: %d bytes came back, strip makes %d of %d", filepath.Base(file), len(b), len(a), len(original))
	}
}

// safelight runs the command line and returns what it printed, and the most memory that it had, in MB.
func safelight(t *testing.T, cli string, args ...string) (string, int64) {
	t.Helper()
	var out, log bytes.Buffer
	cmd := exec.Command(cli, args...)
	cmd.Stdout, cmd.Stderr, cmd.Env = &out, &log, environment()
	must(t, cmd.Start())
	var p peak
	end := p.watch(cmd.Process.Pid)
	err := cmd.Wait()
	end()
	if err != nil {
		t.Fatalf("safelight %s: %v\n%s", args[0], err, log.String())
	}
	return out.String(), p.megabytes()
}

// generate writes n JPEGs of about 3.3 MB with metadata. A few are encoded; the others differ from them in one number
// of a quantisation table, which changes the picture and takes no time.
func generate(t *testing.T, n int) (files []string, size int64) {
	t.Helper()
	dir := t.TempDir()
	var coded [][]byte
	for seed := range min(n, 4) {
		coded = append(coded, noise(t, uint64(seed)))
	}
	for i := range n {
		photo := slices.Clone(coded[i%len(coded)])
		table := bytes.Index(photo, []byte("\xff\xdb"))
		photo[table+5+63] = byte(1 + i/len(coded))
		exif := striptest.Segment(0xe1, []byte("Exif\x00\x00"), striptest.EXIF(noiseWidth, noiseHeight, striptest.Options{Owner: "Planted Owner"}))
		photo = slices.Concat(photo[:2], exif, photo[2:])
		path := filepath.Join(dir, fmt.Sprintf("%03d.jpg", i+1))
		must(t, os.WriteFile(path, photo, 0o600))
		files, size = append(files, path), size+int64(len(photo))
	}
	return files, size
}

const noiseWidth, noiseHeight = 1384, 1038

// noise returns a JPEG that is hard to compress.
func noise(t *testing.T, seed uint64) []byte {
	t.Helper()
	r := mathrand.New(mathrand.NewPCG(seed, 0))
	m := image.NewYCbCr(image.Rect(0, 0, noiseWidth, noiseHeight), image.YCbCrSubsampleRatio420)
	for _, plane := range [][]byte{m.Y, m.Cb, m.Cr} {
		for i := range plane {
			plane[i] = byte(r.Uint32())
		}
	}
	var b bytes.Buffer
	must(t, jpeg.Encode(&b, m, &jpeg.Options{Quality: 100}))
	return b.Bytes()
}

// peak is the most memory that a process has had: VmHWM, which the kernel keeps, as long as the process is there.
type peak struct{ kB atomic.Int64 }

// watch looks again and again until the returned function is called.
func (p *peak) watch(pid int) (end func()) {
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for {
			p.look(pid)
			select {
			case <-done:
				return
			case <-time.After(20 * time.Millisecond):
			}
		}
	}()
	return func() { close(done); <-ended }
}

func (p *peak) look(pid int) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return // it ended
	}
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	if fields := strings.Fields(rest); len(fields) > 0 {
		if n, err := strconv.ParseInt(fields[0], 10, 64); err == nil {
			p.kB.Store(max(p.kB.Load(), n))
		}
	}
}

func (p *peak) megabytes() int64 { return p.kB.Load() * 1024 / 1e6 }
