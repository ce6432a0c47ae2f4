package api

import (
	"errors"
	"strconv"
	"strings"
)

// span is a slice of an upload: length bytes from offset. partial is whether the client asked for a slice.
type span struct {
	offset, length int64
	partial        bool
}

var errRange = errors.New("range not satisfiable")

// parseRange reads a Range header for size bytes (RFC 9110, 14.1.2). Like every server may, it answers what it does
// not understand, and several ranges at once, with everything.
func parseRange(header string, size int64) (span, error) {
	all := span{0, size, false}
	spec, ok := strings.CutPrefix(header, "bytes=")
	if !ok || strings.Contains(spec, ",") {
		return all, nil
	}
	from, to, ok := strings.Cut(strings.TrimSpace(spec), "-")
	if !ok || !digits(from) || !digits(to) || from+to == "" {
		return all, nil
	}
	if from == "" {
		n := clamp(to, size)
		if n == 0 {
			return span{}, errRange
		}
		return span{size - n, n, true}, nil
	}
	first, last := clamp(from, size), size-1
	if to != "" {
		last = clamp(to, size-1)
	}
	switch {
	case first >= size:
		return span{}, errRange
	case to != "" && less(to, from):
		return all, nil // invalid, therefore ignored
	}
	return span{first, last - first + 1, true}, nil
}

func digits(s string) bool { return strings.Trim(s, "0123456789") == "" }

// clamp returns the number that s spells, or most if it is greater, however long s is.
func clamp(s string, most int64) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n > most {
		return most
	}
	return n
}

// less compares two numbers by their digits.
func less(a, b string) bool {
	a, b = strings.TrimLeft(a, "0"), strings.TrimLeft(b, "0")
	if len(a) != len(b) {
		return len(a) < len(b)
	}
	return a < b
}

// contentRange is the header of an answer with s of size bytes.
func (s span) contentRange(size int64) string {
	return "bytes " + strconv.FormatInt(s.offset, 10) + "-" + strconv.FormatInt(s.offset+s.length-1, 10) + "/" + strconv.FormatInt(size, 10)
}
