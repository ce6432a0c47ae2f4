// Package storetest checks an implementation of the store interfaces against the promises written there.
//
// A native implementation calls RunRecords and RunParts from its tests. One that only runs inside another host (the
// Worker) goes through Records and Parts itself and brings its own T.
package storetest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"sync"
	"testing"

	"safelight/server/store"
)

// T is what a case needs of testing.T. Fatalf does not return.
type T interface {
	Helper()
	Context() context.Context
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// Case is one promise. S is empty when it starts and belongs to the case alone.
type Case[S any] struct {
	Name string
	Run  func(t T, s S)
}

// Database is what every record store implements.
type Database interface {
	store.Records
	store.Manifests
}

// RunRecords runs all cases for records and manifests; open returns an empty store each time.
func RunRecords(t *testing.T, open func(t *testing.T) Database) {
	run(t, Records(), open)
}

// RunParts runs all cases for parts; open returns an empty store each time.
func RunParts(t *testing.T, open func(t *testing.T) store.Parts) {
	run(t, Parts(), open)
}

func run[S any](t *testing.T, cases []Case[S], open func(t *testing.T) S) {
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) { c.Run(t, open(t)) })
	}
}

// Records lists the cases for records and manifests.
func Records() []Case[Database] {
	return []Case[Database]{
		{"create, load", createLoad},
		{"create is create-only", createTwice},
		{"values come back as they were", values},
		{"values do not alias", aliasing},
		{"swap", swap},
		{"swap race has one winner", swapRace},
		{"no swap is lost", swapLoop},
		{"create race has one winner", createRace},
		{"due", due},
		{"delete", deleteRecord},
		{"cancelled context", cancelledRecords},
		{"manifests", manifests},
		{"manifests of a share that is gone", dropManifests},
		{"scrub beside writers", scrub},
		{"stats", stats},
	}
}

// Parts lists the cases for parts.
func Parts() []Case[store.Parts] {
	return []Case[store.Parts]{
		{"put, list, read", putRead},
		{"put is create-only", putTwice},
		{"bad bodies leave nothing", badBodies},
		{"bad bodies over a stored part", badBodyOverStored},
		{"ranges", ranges},
		{"missing parts", missingParts},
		{"a writer that fails", writerFails},
		{"put race, the same bytes", putRaceSame},
		{"put race, other bytes", putRaceOther},
		{"largest part", largestPart},
		{"many parts", manyParts},
		{"delete", deleteParts},
		{"delete under a reader", deleteUnderReader},
		{"uploads in pages", uploads},
		{"cancelled context", cancelledParts},
	}
}

// wantErr fails the case unless err is what was wanted; nil means success.
func wantErr(t T, what string, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("%s = %v, want %v", what, err, want)
	}
}

// together calls f(0) … f(n-1) at the same time and returns the errors in that order.
func together(n int, f func(i int) error) []error {
	errs := make([]error, n)
	start := make(chan struct{})
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			<-start
			errs[i] = f(i)
		})
	}
	close(start)
	wg.Wait()
	return errs
}

// oneWinner fails the case unless exactly one error is nil and all others are loser; it returns the winner's number.
func oneWinner(t T, errs []error, loser error) int {
	t.Helper()
	winner := -1
	for i, err := range errs {
		switch {
		case err == nil && winner < 0:
			winner = i
		case err == nil:
			t.Fatalf("both %d and %d of %d won", winner, i, len(errs))
		case !errors.Is(err, loser):
			t.Fatalf("loser %d = %v, want %v", i, err, loser)
		}
	}
	if winner < 0 {
		t.Fatalf("none of %d won", len(errs))
	}
	return winner
}

func key(b byte) store.Key       { return store.Key(bytes.Repeat([]byte{b}, 16)) }
func upload(b byte) store.Upload { return store.Upload(bytes.Repeat([]byte{b}, 16)) }

// pattern returns n bytes that depend on seed and do not repeat soon.
func pattern(seed byte, n int) []byte {
	b := make([]byte, 0, n+32)
	block := sha256.Sum256([]byte{seed})
	for len(b) < n {
		b = append(b, block[:]...)
		block = sha256.Sum256(block[:])
	}
	return b[:n]
}
