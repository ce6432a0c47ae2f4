package api

import "testing"

func TestParseRange(t *testing.T) {
	const size = 1000
	tests := []struct {
		header string
		want   span
		err    error
	}{
		{"", span{0, 1000, false}, nil},
		{"bytes=0-99", span{0, 100, true}, nil},
		{"bytes=0-", span{0, 1000, true}, nil},
		{"bytes=500-", span{500, 500, true}, nil},
		{"bytes=999-999", span{999, 1, true}, nil},
		{"bytes=900-2000", span{900, 100, true}, nil},
		{"bytes=900-99999999999999999999999", span{900, 100, true}, nil},
		{"bytes=-1", span{999, 1, true}, nil},
		{"bytes=-1000", span{0, 1000, true}, nil},
		{"bytes=-5000", span{0, 1000, true}, nil},
		{"bytes=-0", span{}, errRange},
		{"bytes=1000-", span{}, errRange},
		{"bytes=1000-1001", span{}, errRange},
		{"bytes=99999999999999999999999-", span{}, errRange},
		{"bytes=5-4", span{0, 1000, false}, nil},
		{"bytes=99999999999999999999999-5", span{}, errRange},
		{"bytes=-", span{0, 1000, false}, nil},
		{"bytes=a-b", span{0, 1000, false}, nil},
		{"bytes=+1-2", span{0, 1000, false}, nil},
		{"bytes=1--2", span{0, 1000, false}, nil},
		{"bytes=0-1,5-6", span{0, 1000, false}, nil},
		{"lines=0-1", span{0, 1000, false}, nil},
	}
	for _, tt := range tests {
		got, err := parseRange(tt.header, size)
		if got != tt.want || err != tt.err {
			t.Errorf("parseRange(%q, %d) = %v, %v, want %v, %v", tt.header, size, got, err, tt.want, tt.err)
		}
	}
	if got := (span{0, 100, true}).contentRange(size); got != "bytes 0-99/1000" {
		t.Errorf("contentRange = %q", got)
	}
}

func FuzzParseRange(f *testing.F) {
	f.Add("bytes=0-99", int64(1000))
	f.Add("bytes=-5", int64(3))
	f.Fuzz(func(t *testing.T, header string, size int64) {
		if size <= 0 {
			return
		}
		s, err := parseRange(header, size)
		if err == nil && (s.offset < 0 || s.length <= 0 || s.offset > size-s.length) {
			t.Errorf("parseRange(%q, %d) = %v", header, size, s)
		}
	})
}
