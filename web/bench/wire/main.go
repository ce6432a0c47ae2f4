// Command wire is what the page benchmark needs beside a browser: a line between browser and server, a slow processor, and
// photos.
//
//	wire line                  a proxy that counts and shapes; prints the address of its controls (see line.go)
//	wire slow PID RATE         slows all renderers below a browser down, until it is ended
//	wire photo SEED FILE       writes a JPEG of 12 megapixels and about 4.2 MB, as a camera would, with GPS in its Exif
package main

import (
	"fmt"
	"os"
	"strconv"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "wire:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	switch {
	case len(args) == 1 && args[0] == "line":
		return serveLines()
	case len(args) == 3 && args[0] == "slow":
		pid, err := strconv.Atoi(args[1])
		if err != nil {
			return fmt.Errorf("pid: %w", err)
		}
		rate, err := strconv.ParseFloat(args[2], 64)
		if err != nil || rate <= 1 {
			return fmt.Errorf("a rate above 1 is needed, not %q", args[2])
		}
		return slow(pid, rate)
	case len(args) == 3 && args[0] == "photo":
		seed, err := strconv.ParseUint(args[1], 10, 64)
		if err != nil {
			return fmt.Errorf("seed: %w", err)
		}
		return writePhoto(seed, args[2])
	}
	return fmt.Errorf("usage: wire line | slow PID RATE | photo SEED FILE")
}
