// Package mem keeps records, manifests and parts in memory. It is the fake that rules are tested on, and storetest
// keeps it honest; nothing in it survives the process.
//
// Every storage step asks Fault first and last, so that a test can stop the world, lose a request or lose a reply between any two steps.
package mem

import (
	"fmt"

	"safelight/server/store"
)

// Fault is called around each storage step with "before OP", then "after OP"; parts also call "half put" when the
// whole body lies in a temporary place and nothing of it is visible. An error from "before" leaves the store as it
// was; one from "half" leaves a half-written part behind; one from "after" is a reply that got lost: the step has happened.
// Fault may block or panic: no lock is held while it runs.
//
// OP is one of create, load, swap, due, delete, put-manifest, manifest, drop-manifest, drop-manifests, scrub, stats
// (Records) and put, read, list, delete-parts, uploads (Parts).
type Fault func(op string) error

// step runs do between the two calls of f.
func (f Fault) step(op string, do func() error) error {
	if err := f.at("before " + op); err != nil {
		return err
	}
	if err := do(); err != nil {
		return err
	}
	return f.at("after " + op)
}

func (f Fault) at(op string) error {
	if f == nil {
		return nil
	}
	return f(op)
}

func tooLarge(what string, n, limit int) error {
	return fmt.Errorf("mem: %s of %d bytes, limit %d", what, n, limit)
}

var (
	_ store.Records   = (*Records)(nil)
	_ store.Manifests = (*Records)(nil)
	_ store.Scrubber  = (*Records)(nil)
	_ store.Counter   = (*Records)(nil)
	_ store.Parts     = (*Parts)(nil)
)
