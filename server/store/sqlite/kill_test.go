package sqlite

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"safelight/server/store"
	"safelight/server/store/sqlrec"
)

// childEnv names the file that a child of this test binary writes to until it is killed.
const childEnv = "SAFELIGHT_TEST_SQLITE"

func TestMain(m *testing.M) {
	if path := os.Getenv(childEnv); path != "" {
		writeUntilKilled(path)
	}
	os.Exit(m.Run())
}

// killedValue is what record g holds at counter n.
func killedValue(g int, counter uint64) []byte {
	return bytes.Repeat(binary.BigEndian.AppendUint64(nil, counter*2654435761+uint64(g)), int(counter%90)*10+1)
}

// writeUntilKilled opens the file (and migrates it), swaps eight records from eight goroutines and scrubs in between. It says
// "record counter" once that is acknowledged.
func writeUntilKilled(path string) {
	ctx := context.Background()
	check := func(err error) {
		if err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
	}
	s, err := open(ctx, path, options{secureDelete: true, migrations: sqlrec.Migrations()})
	check(err)
	for g := range 8 {
		go func() {
			k := store.Key{byte(g)}
			if err := s.Create(ctx, store.Record{Key: k, Value: killedValue(g, 1)}); err != nil {
				check(err)
			}
			for counter := uint64(1); ; counter++ {
				fmt.Printf("%d %d\n", g, counter)
				check(s.Swap(ctx, store.Record{Key: k, Counter: counter, Value: killedValue(g, counter+1)}))
				if g == 0 && counter%50 == 0 {
					check(s.Scrub(ctx))
				}
			}
		}()
	}
	select {}
}

// TestKill kills a writing process at ten random moments, the first ones while it may still be migrating: every
// acknowledged swap is there or was followed by the next one, and no value is torn.
func TestKill(t *testing.T) {
	for round := range 10 {
		path := filepath.Join(t.TempDir(), "records.db")
		acked := killWriter(t, path, time.Duration(rand.IntN(40*(round+1)))*time.Millisecond)
		s := reopen(t, path, options{secureDelete: true})
		for g := range 8 {
			r, err := s.Load(t.Context(), store.Key{byte(g)})
			if acked[g] == 0 && err != nil {
				continue // nothing was promised
			}
			if err != nil || r.Counter < acked[g] || r.Counter > acked[g]+1 {
				t.Errorf("round %d: record %d = counter %d, %v; %d was acknowledged", round, g, r.Counter, err, acked[g])
			} else if !bytes.Equal(r.Value, killedValue(g, r.Counter)) {
				t.Errorf("round %d: record %d is torn at counter %d", round, g, r.Counter)
			}
		}
		var verdict string
		if err := s.conn.readers.QueryRow("PRAGMA integrity_check").Scan(&verdict); err != nil || verdict != "ok" {
			t.Errorf("round %d: integrity_check = %s, %v", round, verdict, err)
		}
	}
}

// killWriter lets a child run for a while and returns the last counter that it acknowledged for each record.
func killWriter(t *testing.T, path string, after time.Duration) (acked [8]uint64) {
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
	time.AfterFunc(after, func() { cmd.Process.Kill() })
	lines := bufio.NewReader(out)
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			break // a line that was cut by the kill says nothing
		}
		var g int
		var counter uint64
		if _, err := fmt.Sscanf(strings.TrimSpace(line), "%d %d", &g, &counter); err != nil {
			t.Fatalf("the child says %q", line)
		}
		acked[g] = counter
	}
	cmd.Wait()
	return acked
}
