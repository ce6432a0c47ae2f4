// Command corpus strips every file below folders of real photos and prints, for each format: how many were accepted and
// how many refused, by reason; in how many of the results anything is left that a stripped file may not have, or changes
// when it is stripped again; whether pixels are identical, orientation kept, and colours the same through the profiles;
// what became of the size. Files that are there twice count once. It writes nothing. It exits 1 if anything is left, a pixel
// has changed, or too few of the files that can be decoded were accepted: of each format, 98.5 %. Only crops whose outside is
// in the file, and sequences, are not counted. HEIC is decoded here as far as libheif 1.18 goes, and JPEG XL not at all: of
// these the share says little, and the reasons say more.
//
//	go run ./client/strip/corpus DIR…
//
// Several folders may also be one argument, as in PATH.
package main

import (
	"crypto/sha256"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"safelight/client/strip"
)

// least is the share of the decodable files of a format that has to be accepted.
const least = 0.985

// tally is what is counted of one format.
type tally struct {
	files, accepted, recoded, findings, pictures int
	residue, unstable, orientation               int
	pixels, changed, undecodable                 int
	colours                                      int     // files whose colours were compared through profiles
	deltaE                                       float64 // the greatest difference
	before, after                                int
	refused                                      map[string]int
	decodable                                    map[string]int // refused files that a decoder here takes, by reason
	exempt                                       int            // of these, the ones that only new pixels can clean
	took                                         time.Duration
}

// corpus is a run over folders.
type corpus struct {
	mu      sync.Mutex
	seen    map[[32]byte]bool
	tallies map[string]*tally
	failed  bool
	verbose bool
}

func main() {
	c := corpus{seen: map[[32]byte]bool{}, tallies: map[string]*tally{}}
	flag.BoolVar(&c.verbose, "v", false, "name the files that were refused though a decoder takes them")
	flag.Parse()
	if flag.NArg() == 0 {
		fmt.Fprintln(os.Stderr, "corpus: want a folder")
		os.Exit(2)
	}
	paths := make(chan string)
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for path := range paths {
				c.file(path)
			}
		})
	}
	var err error
	for _, dir := range filepath.SplitList(strings.Join(flag.Args(), string(filepath.ListSeparator))) {
		err = errors.Join(err, filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
			if err == nil && entry.Type().IsRegular() {
				paths <- path
			}
			return err
		}))
	}
	close(paths)
	workers.Wait()
	if err != nil {
		fmt.Fprintln(os.Stderr, "corpus:", err)
		os.Exit(2)
	}
	for _, name := range slices.Sorted(maps.Keys(c.tallies)) {
		c.tallies[name].print(name)
	}
	if c.failed || !c.enough() {
		os.Exit(1)
	}
}

// enough reports whether every format reached least.
func (c *corpus) enough() bool {
	ok := true
	for name, t := range c.tallies {
		if share, some := t.share(); some && share < least && name != "other" {
			fmt.Printf("%s: %.1f %% of what can be decoded is accepted, and it has to be %.1f\n", name, 100*share, 100*least)
			ok = false
		}
	}
	return ok
}

// share returns which part of the files that can be decoded was accepted. Only those that are exempt do not count; what is
// refused for a rare coding does, though it may be converted.
func (t *tally) share() (float64, bool) {
	refused := -t.exempt
	for _, n := range t.decodable {
		refused += n
	}
	if t.accepted+refused == 0 {
		return 0, false
	}
	return float64(t.accepted) / float64(t.accepted+refused), true
}

func (c *corpus) file(path string) {
	src, err := os.ReadFile(path)
	if err != nil {
		fmt.Println(err)
		return
	}
	hash := sha256.Sum256(src)
	c.mu.Lock()
	twice := c.seen[hash]
	c.seen[hash] = true
	c.mu.Unlock()
	if twice {
		return
	}
	media, _ := strip.Sniff(src)
	name := media.String()
	if name == "" {
		name = "other"
	}
	r := try(src)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.tallies[name] == nil {
		c.tallies[name] = &tally{refused: map[string]int{}, decodable: map[string]int{}}
	}
	c.tallies[name].add(r)
	for _, fault := range r.faults {
		fmt.Printf("%s: %s\n", path, fault)
		c.failed = true
	}
	if c.verbose && r.refused != "" && r.decodable {
		fmt.Printf("%s: %s\n", path, r.refused)
	}
}

func (t *tally) add(r result) {
	t.files++
	t.took += r.took
	if r.refused != "" {
		t.refused[r.refused]++
		if r.decodable {
			t.decodable[r.refused]++
		}
		if r.decodable && r.exempt {
			t.exempt++
		}
		return
	}
	count := func(n *int, yes bool) {
		if yes {
			*n++
		}
	}
	t.accepted++
	t.before += r.before
	t.after += r.after
	count(&t.recoded, r.report.Recoded)
	count(&t.findings, len(r.report.Findings) > 0)
	count(&t.pictures, slices.ContainsFunc(r.report.Findings, func(f strip.Finding) bool { return f.Picture != nil }))
	count(&t.residue, r.residue)
	count(&t.unstable, r.unstable)
	count(&t.orientation, r.orientation)
	count(&t.pixels, r.compared && r.same)
	count(&t.changed, r.compared && !r.same)
	count(&t.undecodable, !r.compared)
	count(&t.colours, r.coloured)
	t.deltaE = max(t.deltaE, r.deltaE)
}

func (t *tally) print(name string) {
	fmt.Printf("\n%s: %d files, %d accepted", name, t.files, t.accepted)
	if share, some := t.share(); some && name != "other" {
		fmt.Printf(" (%.1f %% of what can be decoded here)", 100*share)
	}
	fmt.Printf(", %d crops and sequences, %.1f s\n", t.exempt, t.took.Seconds())
	if t.accepted > 0 {
		fmt.Printf("  with findings %d, with a hidden picture shown %d; recoded %d\n", t.findings, t.pictures, t.recoded)
		fmt.Printf("  residue %d; differs when stripped again %d; orientation kept %d\n", t.residue, t.unstable, t.orientation)
		fmt.Printf("  pixels: identical %d, changed %d, no decoder for %d; through profiles %d, greatest difference ΔE %.2f\n", t.pixels, t.changed, t.undecodable, t.colours, t.deltaE)
		fmt.Printf("  %.1f → %.1f MB, %.1f %%\n", float64(t.before)/1e6, float64(t.after)/1e6, 100*float64(t.after)/float64(t.before))
	}
	for _, reason := range slices.SortedFunc(maps.Keys(t.refused), func(a, b string) int { return t.refused[b] - t.refused[a] }) {
		fmt.Printf("  refused %4d, of which can be decoded %3d: %s\n", t.refused[reason], t.decodable[reason], reason)
	}
}
