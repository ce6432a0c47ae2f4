package knock

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"safelight/crypto/keys"
	"safelight/crypto/statement"
)

// meet has v knock and be answered, and returns how the server lists v.
func meet(owner keys.Owner, v Viewer) (Waiting, Answer) {
	a := NewAnswer(owner, v.Commitment())
	key, n := v.Key(), v.Random()
	return Waiting{v.Commitment(), a.Random[:], a.Signature, key[:], n[:]}, a
}

func TestBothSeeTheSameWords(t *testing.T) {
	owner, r := keys.NewOwner(), keys.Random32()
	v := NewViewer(owner.ID())
	w, a := meet(owner, v)
	theirs, err := v.Words(owner.Public(), a.Random, a.Signature)
	if err != nil {
		t.Fatal(err)
	}
	ours, err := OwnerWords(owner, w)
	if err != nil || ours != theirs {
		t.Fatalf("%v and %v, %v", ours, theirs, err)
	}
	if len(strings.Fields(ours.String())) != 3 {
		t.Errorf("%q", ours)
	}
	box, sig, err := LetIn(owner, w, r)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := v.Admitted(owner.Public(), box, sig); err != nil || got != r {
		t.Errorf("let in: %v", err)
	}
}

// TestServerInBetween has the server show each side somebody else, and change everything that it passes on.
func TestServerInBetween(t *testing.T) {
	owner, stranger, r := keys.NewOwner(), keys.NewOwner(), keys.Random32()
	v, other := NewViewer(owner.ID()), NewViewer(owner.ID())
	w, a := meet(owner, v)
	elsewhere, _ := meet(owner, other)
	flip := func(b []byte) []byte { c := append([]byte(nil), b...); c[0] ^= 1; return c }
	for name, bad := range map[string]Waiting{
		"another's key":        {w.Commit, w.OwnerRandom, w.Signature, elsewhere.Key, w.Random},
		"another's random":     {w.Commit, w.OwnerRandom, w.Signature, w.Key, elsewhere.Random},
		"another's answer":     {w.Commit, elsewhere.OwnerRandom, elsewhere.Signature, w.Key, w.Random},
		"an unsigned answer":   {w.Commit, flip(w.OwnerRandom), w.Signature, w.Key, w.Random},
		"a stranger's answer":  {w.Commit, w.OwnerRandom, NewAnswer(stranger, w.Commit).Signature, w.Key, w.Random},
		"a key of low order":   {w.Commit, w.OwnerRandom, w.Signature, make([]byte, 32), w.Random},
		"no random":            {w.Commit, w.OwnerRandom, w.Signature, w.Key, nil},
		"a commitment changed": {statement.Commitment(flip(w.Commit[:])), w.OwnerRandom, w.Signature, w.Key, w.Random},
	} {
		if _, err := OwnerWords(owner, bad); !errors.Is(err, ErrWaiting) {
			t.Errorf("%s: %v", name, err)
		}
		if _, _, err := LetIn(owner, bad, r); !errors.Is(err, ErrWaiting) {
			t.Errorf("%s was let in: %v", name, err)
		}
	}
	if _, err := v.Words(stranger.Public(), a.Random, a.Signature); !errors.Is(err, ErrAnswer) {
		t.Errorf("another owner: %v", err)
	}
	if _, err := other.Words(owner.Public(), a.Random, a.Signature); !errors.Is(err, ErrAnswer) {
		t.Errorf("an answer to another knock: %v", err)
	}
	box, sig, err := LetIn(owner, w, r)
	if err != nil {
		t.Fatal(err)
	}
	for name, try := range map[string]func() error{
		"another viewer": func() error { _, err := other.Admitted(owner.Public(), box, sig); return err },
		"another owner":  func() error { _, err := v.Admitted(stranger.Public(), box, sig); return err },
		"a changed box":  func() error { _, err := v.Admitted(owner.Public(), flip(box), sig); return err },
		"a short box":    func() error { _, err := v.Admitted(owner.Public(), box[:79], sig); return err },
	} {
		if err := try(); !errors.Is(err, ErrAdmission) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestManInTheMiddleSeesOtherWords: a server that knocks for the viewer, with a key of its own, cannot choose the words.
func TestManInTheMiddleSeesOtherWords(t *testing.T) {
	owner := keys.NewOwner()
	same := 0
	for range 200 {
		v, server := NewViewer(owner.ID()), NewViewer(owner.ID())
		_, a := meet(owner, v)
		w, _ := meet(owner, server)
		theirs, err := v.Words(owner.Public(), a.Random, a.Signature)
		if err != nil {
			t.Fatal(err)
		}
		if ours, err := OwnerWords(owner, w); err != nil || ours == theirs {
			same++
		}
	}
	if same > 0 {
		t.Errorf("the same words %d times of 200", same)
	}
}

func TestRedacted(t *testing.T) {
	if s := fmt.Sprintf("%v %+v %#v", NewViewer(statement.ID{}), NewViewer(statement.ID{}), NewViewer(statement.ID{})); s != "redacted redacted redacted" {
		t.Error(s)
	}
}
