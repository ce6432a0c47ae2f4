package main

import (
	"testing"

	"safelight/client/strip"
)

// TestFindingText holds that what is counted is said in words here, and not in what the stripper hands on.
func TestFindingText(t *testing.T) {
	for _, tt := range []struct {
		f    strip.Finding
		want string
	}{
		{strip.Finding{Code: "edit-history", Value: "Darkroom 4.2", Count: 2}, "edit history: 2 steps, Darkroom 4.2"},
		{strip.Finding{Code: "edit-history", Count: 1}, "edit history: 1 step"},
		{strip.Finding{Code: "software", Value: "Darkroom 4.2"}, "software: Darkroom 4.2"},
		{strip.Finding{Code: "thumbnail", Width: 160, Height: 120, Bytes: 4000}, "thumbnail (160×120), 4 kB"},
		{strip.Finding{Code: "generated"}, "made by an image generator"},
	} {
		if got := findingText(tt.f); got != tt.want {
			t.Errorf("findingText(%+v) = %q, want %q", tt.f, got, tt.want)
		}
	}
}
