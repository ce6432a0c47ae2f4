package admin

import (
	"strings"
	"testing"
)

// The codes are the vector of the format.
const (
	id      = "78b1ae74500e5e3e5cae1addd2f6babe"
	view    = "3ru9NkJr1Bu1GFzBVpCuRSPL8twt2cTLufhnCCMw6FvRrpi2M5"
	comment = "5oeKcCLhRs895qh65SCrk3Br1x6LFfMDXwkrBoeSeDCo7KbHQR"
	manage  = "6qEdXeM4dNxfRo4wNCmnSTJMNHFCy344DbPjjwcCWf9dVwWW5d"
)

func TestParseID(t *testing.T) {
	tests := []struct {
		name, in string
		want     string
		err      error
	}{
		{"id", id, id, nil},
		{"id in capitals", strings.ToUpper(id), id, nil},
		{"link", "https://photos.example/s#" + view, id, nil},
		{"link with what a messenger appended", "https://photos.example/s#" + view + "&utm=1", id, nil},
		{"link with a bracket", view + ")", id, nil},
		{"code", " " + view + "\n", id, nil},
		{"comment link", "https://photos.example/s#" + comment, id, nil},
		{"manage link", "https://photos.example/m#" + manage, "", errManage},
		{"cut", "https://photos.example/s#" + view[:40], "", errCut},
		{"continued", view + "A", "", errCut},
		{"typo", strings.Replace(view, "r", "s", 1), "", errCut},
		{"letter outside the alphabet", strings.Replace(view, "r", "0", 1), "", errCut},
		{"too great", strings.Repeat("z", 50), "", errCut},
		{"empty", "", "", errNoID},
		{"short id", id[:30], "", errNoID},
		{"nothing behind #", "https://photos.example/s#", "", errCut},
		{"not ASCII", strings.Repeat("ä", 50), "", errCut},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := ParseID(tt.in)
			if err != tt.err || (err == nil && got.String() != tt.want) {
				t.Errorf("ParseID = %v, %v, want %s, %v", got, err, tt.want, tt.err)
			}
		})
	}
}

func FuzzParseID(f *testing.F) {
	f.Add(view)
	f.Add("https://h/s#" + manage)
	f.Fuzz(func(t *testing.T, s string) {
		if _, err := ParseID(s); err != nil && len(s) > 8 && strings.Contains(err.Error(), s) {
			t.Errorf("the error repeats what was given")
		}
	})
}

func TestReadID(t *testing.T) {
	for in, want := range map[string]string{"https://photos.example/s#" + view + "\nmore": id, id: id, "": ""} {
		got, err := ReadID("-", strings.NewReader(in))
		if (err == nil) != (want != "") || (err == nil && got.String() != want) {
			t.Errorf("ReadID(-) of %q = %v, %v, want %q", in, got, err, want)
		}
	}
	if got, err := ReadID(view, nil); err != nil || got.String() != id {
		t.Errorf("ReadID(link) = %v, %v", got, err)
	}
}
