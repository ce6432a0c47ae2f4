package main

import (
	"errors"
	"testing"

	"safelight/client/strip"
	"safelight/client/strip/heif"
	"safelight/client/strip/refuse"
	"safelight/client/strip/striptest"
)

// Nothing but crops and sequences is exempt: a rare coding may be converted, and is refused all the same.
func TestExempt(t *testing.T) {
	for _, tt := range []struct {
		err  *strip.Error
		want bool
	}{
		{refuse.New(refuse.HEIC, heif.Cropped), true},
		{refuse.New(refuse.AVIF, heif.Cropped), true},
		{refuse.New(refuse.AVIF, heif.Sequence), true},
		{refuse.New(refuse.AVIF, ""), false},
		{refuse.New(refuse.HEIC, "a picture is used twice"), false},
		{refuse.New(refuse.Coding, heif.Sequence), false},
		{refuse.New(refuse.Damaged, heif.Cropped), false},
	} {
		if got := exempt(tt.err); got != tt.want {
			t.Errorf("exempt(%v) = %v, want %v", tt.err, got, tt.want)
		}
	}
	for _, code := range refuse.Codes() {
		if exempt(refuse.New(code, "")) {
			t.Errorf("%s is exempt as a whole", code)
		}
	}
}

// A crop as the stripper refuses it is exempt, so that the two do not drift apart.
func TestExemptAsRefused(t *testing.T) {
	crop := striptest.Box("clap", []byte{0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1})
	_, _, err := strip.Strip(striptest.WithProperties(striptest.SmallHEIC(), crop))
	if e, ok := errors.AsType[*strip.Error](err); !ok || !exempt(e) {
		t.Errorf("a crop is refused with %v", err)
	}
}

// One refusal in a hundred is accepted, two are not; neither is changed by what is exempt.
func TestShare(t *testing.T) {
	for _, tt := range []struct {
		accepted, refused, exempt int
		enough                    bool
	}{{100, 0, 0, true}, {99, 1, 0, true}, {98, 2, 0, false}, {98, 2, 50, false}, {99, 1, 50, true}} {
		c := corpus{tallies: map[string]*tally{}}
		c.tallies["image/x"] = &tally{accepted: tt.accepted, exempt: tt.exempt, decodable: map[string]int{"a": tt.refused, "b": tt.exempt}}
		if got := c.enough(); got != tt.enough {
			t.Errorf("%+v: enough is %v", tt, got)
		}
	}
}
