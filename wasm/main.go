//go:build js

// Command wasm is the engine of the pages: strip, variant and share, as they are in the command line, called from
// JavaScript. It adds nothing of its own.
//
// A page runs it in workers: some strip photos and never see a secret, one packs and holds those of a share. Which is
// which follows from what is called.
package main

import (
	"runtime/debug"

	"safelight/wasm/bridge"
)

func main() {
	// Memory of a WebAssembly module only grows. Photos are few and large: collecting early costs little, and a heap that
	// may double before it is collected would cost every phone hundreds of megabytes.
	debug.SetGCPercent(25)
	bridge.Serve()
	select {} // calls arrive from outside
}
