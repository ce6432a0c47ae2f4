package vectors

import (
	"errors"
	"strings"
	"testing"

	"safelight/crypto/strict"
)

func strictDocs(*testing.T) any {
	f := File[Strict]{About: "FORMAT.md, Strict msgpack."}
	for _, c := range []struct {
		name, doc string
		nilDepth  int
		code      string
	}{
		{"empty array", "90", 0, ""},
		{"integer", "00", 0, ""},
		{"every shortest form", "957fcc80cd0100ce00010000cf0000000100000000", 0, ""},
		{"largest integer", "cf001fffffffffffff", 0, ""},
		{"bin", "92c400c403616263", 0, ""},
		{"sixteen elements", "dc0010" + strings.Repeat("00", 16), 0, ""},
		{"nil where it may stand", "91c0", 1, ""},
		{"nothing", "", 0, "form"},
		{"two values", "9090", 0, "form"},
		{"integer over 2^53-1", "cf0020000000000000", 0, "form"},
		{"fixint as uint8", "cc7f", 0, "form"},
		{"uint8 as uint16", "cd00ff", 0, "form"},
		{"uint16 as uint32", "ce0000ffff", 0, "form"},
		{"uint32 as uint64", "cf00000000ffffffff", 0, "form"},
		{"positive int8", "d07f", 0, "form"},
		{"300 as msgp's AppendInt64 writes it", "d1012c", 0, "form"},
		{"positive int32", "d200010000", 0, "form"},
		{"positive int64", "d30000000100000000", 0, "form"},
		{"negative fixint", "ff", 0, "form"},
		{"negative int8", "d080", 0, "form"},
		{"bin8 as bin16", "c50003616263", 0, "form"},
		{"bin8 as bin32", "c600000003616263", 0, "form"},
		{"fixarray as array16", "dc000100", 0, "form"},
		{"fixarray as array32", "dd0000000100", 0, "form"},
		{"nil", "c0", 0, "form"},
		{"nil in an array", "91c0", 0, "form"},
		{"nil too shallow", "92c091c0", 2, "form"},
		{"nil too deep", "9191c0", 1, "form"},
		{"true", "c3", 0, "form"},
		{"float", "ca00000000", 0, "form"},
		{"fixstr", "a161", 0, "form"},
		{"str8", "d90161", 0, "form"},
		{"map", "80", 0, "form"},
		{"ext", "d40000", 0, "form"},
		{"never used", "c1", 0, "form"},
		{"array cut", "92c400", 0, "form"},
		{"bin cut", "c40361", 0, "form"},
		{"array of four milliards", "ddffffffff00", 0, "form"},
		{"bin of four milliards", "c6ffffffff00", 0, "form"},
		{"eight arrays deep", strings.Repeat("91", 7) + "90", 0, ""},
		{"nine arrays deep", strings.Repeat("91", 8) + "90", 0, "form"},
	} {
		f.Cases = append(f.Cases, Strict{Name: c.name, Doc: unhex(c.doc), NilDepth: c.nilDepth, Error: c.code})
	}
	return f
}

func TestStrict(t *testing.T) {
	for _, tt := range load[Strict](t, "strict") {
		if err := strict.CheckNilAt(tt.Doc, tt.NilDepth); errors.Is(err, strict.ErrForm) != (tt.Error == "form") || (err == nil) != (tt.Error == "") {
			t.Errorf("%s: CheckNilAt = %v, want %q", tt.Name, err, tt.Error)
		}
	}
}
