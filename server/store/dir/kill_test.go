package dir

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"safelight/server/store"
)

// childEnv names the directory that a child of this test binary writes to until it is killed.
const childEnv = "SAFELIGHT_TEST_DIR"

func TestMain(m *testing.M) {
	if path := os.Getenv(childEnv); path != "" {
		writeUntilKilled(path)
	}
	os.Exit(m.Run())
}

// killedPart is the content of part n: its size and bytes follow from n.
func killedPart(n uint32) []byte {
	return bytes.Repeat(binary.BigEndian.AppendUint32(nil, n*2654435761), int(n%7)*5000+1)
}

// writeUntilKilled puts parts from four goroutines and says each number once it is acknowledged.
func writeUntilKilled(path string) {
	s, err := Open(Config{Path: path})
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	for g := range uint32(4) {
		go func() {
			for n := g; ; n += 4 {
				b := killedPart(n)
				u := store.Upload{byte(n % 5)}
				if _, err := s.Put(context.Background(), u, n, bytes.NewReader(b), int64(len(b)), sha256.Sum256(b)); err != nil {
					fmt.Println(err)
					os.Exit(1)
				}
				fmt.Printf("%d\n", n)
			}
		}()
	}
	select {}
}

// TestKill kills a writing process at ten random moments: every acknowledged part is whole, every visible part is
// whole, and opening the directory removes what was half-written.
func TestKill(t *testing.T) {
	for round := range 10 {
		path := t.TempDir()
		acked := killWriter(t, path, time.Duration(20+rand.IntN(150))*time.Millisecond)
		s := open(t, Config{Path: path})
		visible := make(map[uint32]bool)
		for g := range byte(5) {
			u := store.Upload{g}
			list, err := s.List(t.Context(), u)
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range list {
				visible[p.N] = true
				wantPart(t, s, u, p.N, killedPart(p.N))
			}
		}
		for _, n := range acked {
			if !visible[n] {
				t.Errorf("round %d: part %d was acknowledged and is lost", round, n)
			}
		}
		if temps, err := os.ReadDir(filepath.Join(path, "tmp")); err != nil || len(temps) > 0 {
			t.Errorf("round %d: tmp after Open = %v, %v", round, temps, err)
		}
	}
}

// killWriter lets a child write for a while after its first part and returns what it acknowledged.
func killWriter(t *testing.T, path string, after time.Duration) (acked []uint32) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childEnv+"="+path)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		var n uint32
		if _, err := fmt.Sscan(lines.Text(), &n); err != nil {
			t.Fatalf("the child says %q", lines.Text())
		}
		if acked = append(acked, n); len(acked) == 1 {
			time.AfterFunc(after, func() { cmd.Process.Kill() })
		}
	}
	cmd.Wait()
	if len(acked) == 0 {
		t.Fatal("the child wrote nothing")
	}
	return acked
}

func wantPart(t *testing.T, s *Parts, u store.Upload, n uint32, want []byte) {
	t.Helper()
	body, err := s.Read(t.Context(), u, []store.PartRange{{N: n, Length: int64(len(want))}})
	if err != nil {
		t.Fatalf("part %d = %v", n, err)
	}
	defer body.Close()
	var got bytes.Buffer
	if _, err := body.WriteTo(&got); err != nil {
		t.Fatalf("part %d = %v", n, err)
	}
	if !bytes.Equal(got.Bytes(), want) {
		t.Fatalf("part %d is torn", n)
	}
}
