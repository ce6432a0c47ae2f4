package strict

import (
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"safelight/crypto/vectors"
)

func TestCheck(t *testing.T) {
	for _, tt := range []struct {
		name, hex string
		nilDepth  int
		want      error
	}{
		{"empty array", "90", 0, nil},
		{"integer", "00", 0, nil},
		{"every shortest form", "957fcc80cd0100ce00010000cf0000000100000000", 0, nil},
		{"largest integer", "cf001fffffffffffff", 0, nil},
		{"bin", "92c400c403616263", 0, nil},
		{"sixteen elements", "dc0010" + strings.Repeat("00", 16), 0, nil},
		{"nil where it may stand", "91c0", 1, nil},
		{"nothing", "", 0, ErrForm},
		{"two values", "9090", 0, ErrForm},
		{"integer over 2^53-1", "cf0020000000000000", 0, ErrForm},
		{"fixint as uint8", "cc7f", 0, ErrForm},
		{"uint8 as uint16", "cd00ff", 0, ErrForm},
		{"uint16 as uint32", "ce0000ffff", 0, ErrForm},
		{"uint32 as uint64", "cf00000000ffffffff", 0, ErrForm},
		{"positive int8", "d07f", 0, ErrForm},
		{"300 as msgp's AppendInt64 writes it", "d1012c", 0, ErrForm},
		{"positive int32", "d200010000", 0, ErrForm},
		{"positive int64", "d30000000100000000", 0, ErrForm},
		{"negative fixint", "ff", 0, ErrForm},
		{"negative int8", "d080", 0, ErrForm},
		{"bin8 as bin16", "c50003616263", 0, ErrForm},
		{"bin8 as bin32", "c600000003616263", 0, ErrForm},
		{"fixarray as array16", "dc000100", 0, ErrForm},
		{"fixarray as array32", "dd0000000100", 0, ErrForm},
		{"nil", "c0", 0, ErrForm},
		{"nil in an array", "91c0", 0, ErrForm},
		{"nil too shallow", "92c091c0", 2, ErrForm},
		{"nil too deep", "9191c0", 1, ErrForm},
		{"true", "c3", 0, ErrForm},
		{"float", "ca00000000", 0, ErrForm},
		{"fixstr", "a161", 0, ErrForm},
		{"str8", "d90161", 0, ErrForm},
		{"map", "80", 0, ErrForm},
		{"ext", "d40000", 0, ErrForm},
		{"never used", "c1", 0, ErrForm},
		{"array cut", "92c400", 0, ErrForm},
		{"bin cut", "c40361", 0, ErrForm},
		{"array of four milliards", "ddffffffff00", 0, ErrForm},
		{"bin of four milliards", "c6ffffffff00", 0, ErrForm},
		{"eight arrays deep", strings.Repeat("91", 7) + "90", 0, nil},
		{"nine arrays deep", strings.Repeat("91", 8) + "90", 0, ErrForm},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b, err := hex.DecodeString(tt.hex)
			if err != nil {
				t.Fatal(err)
			}
			if err := CheckNilAt(b, tt.nilDepth); !errors.Is(err, tt.want) {
				t.Errorf("CheckNilAt(%s, %d) = %v, want %v", tt.hex, tt.nilDepth, err, tt.want)
			}
		})
	}
}

// FuzzCheck: what passes is written again as the same bytes, and every cut or continued form of it is refused.
func FuzzCheck(f *testing.F) {
	cases, err := vectors.Load[vectors.Strict]("strict")
	if err != nil {
		f.Fatal(err)
	}
	for _, c := range cases {
		f.Add([]byte(c.Doc), c.NilDepth)
	}
	f.Fuzz(func(t *testing.T, b []byte, nilDepth int) {
		if CheckNilAt(b, nilDepth) != nil {
			return
		}
		if CheckNilAt(append(b[:len(b):len(b)], 0), nilDepth) == nil {
			t.Errorf("%x continued and accepted", b)
		}
		if CheckNilAt(b[:len(b)-1], nilDepth) == nil {
			t.Errorf("%x cut and accepted", b)
		}
	})
}
