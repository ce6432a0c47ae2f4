// Package bmff reads and writes what AVIF and HEIC files are made of: boxes of ISO/IEC 14496-12, the OBUs of AV1, the NAL
// units and parameter sets of HEVC. The stripper and the AVIF muxer share it.
//
//	boxes, err := bmff.Boxes(meta, 100)
//
// Readers are strict and take time linear in their input: nothing recurses, so a box in a box in a box costs no more than
// its bytes. What they return points into what they were given.
package bmff

import (
	"encoding/binary"
	"errors"
)

// ErrFormat is returned for all that does not parse.
var ErrFormat = errors.New("bmff: not what the format allows")

// Box is one box.
type Box struct {
	Type string
	// ID is the extended type of a uuid box.
	ID []byte
	// Data is its content, Raw the whole of it with its header.
	Data, Raw []byte
}

// Next takes the first box off b. A box that reaches to the end by saying size 0 is one of a file's top level only.
func Next(b []byte, top bool) (Box, []byte, error) {
	if len(b) < 8 {
		return Box{}, nil, ErrFormat
	}
	size, head := uint64(binary.BigEndian.Uint32(b)), 8
	switch {
	case size == 1 && len(b) >= 16:
		size, head = binary.BigEndian.Uint64(b[8:]), 16
	case size == 0 && top:
		size = uint64(len(b))
	}
	box := Box{Type: string(b[4:8])}
	if box.Type == "uuid" {
		if len(b) < head+16 {
			return Box{}, nil, ErrFormat
		}
		box.ID = b[head : head+16]
		head += 16
	}
	if size < uint64(head) || size > uint64(len(b)) {
		return Box{}, nil, ErrFormat
	}
	box.Raw, box.Data = b[:size:size], b[head:size:size]
	return box, b[size:], nil
}

// Boxes returns the boxes that fill b, at most so many.
func Boxes(b []byte, most int) ([]Box, error) {
	var list []Box
	for len(b) > 0 {
		box, rest, err := Next(b, false)
		if err != nil || len(list) == most {
			return nil, ErrFormat
		}
		list, b = append(list, box), rest
	}
	return list, nil
}

// Reader takes numbers off the front of bytes. After a read beyond the end it gives zeros and Failed is true.
type Reader struct {
	b      []byte
	failed bool
}

// Read returns a reader of b.
func Read(b []byte) *Reader { return &Reader{b: b} }

// Full reads version and flags of a full box.
func (r *Reader) Full() (version byte, flags uint32) {
	v := r.Uint(4)
	return byte(v >> 24), uint32(v) & 0xffffff
}

// Uint reads a number of n bytes, 0 to 8.
func (r *Reader) Uint(n int) uint64 {
	var v uint64
	for _, c := range r.Take(n) {
		v = v<<8 | uint64(c)
	}
	return v
}

// Int reads a number of n bytes, 0 to 4.
func (r *Reader) Int(n int) int { return int(r.Uint(n)) }

// Take returns the next n bytes.
func (r *Reader) Take(n int) []byte {
	if n < 0 || n > len(r.b) {
		r.b, r.failed = nil, true
		return nil
	}
	b := r.b[:n:n]
	r.b = r.b[n:]
	return b
}

// Text reads up to a zero byte, or the end.
func (r *Reader) Text() string {
	for i, c := range r.b {
		if c == 0 {
			s := string(r.b[:i])
			r.b = r.b[i+1:]
			return s
		}
	}
	s := string(r.b)
	r.b = nil
	return s
}

// Rest returns what was not read yet.
func (r *Reader) Rest() []byte { return r.b }

// Failed reports whether a read went beyond the end.
func (r *Reader) Failed() bool { return r.failed }

// Writer puts boxes together.
type Writer struct{ B []byte }

// Box writes a box whose content fill writes.
func (w *Writer) Box(name string, fill func()) {
	at := len(w.B)
	w.B = append(append(w.B, 0, 0, 0, 0), name...)
	fill()
	binary.BigEndian.PutUint32(w.B[at:], uint32(len(w.B)-at))
}

// Full writes a full box.
func (w *Writer) Full(name string, version byte, flags uint32, fill func()) {
	w.Box(name, func() {
		w.Uint(4, uint64(version)<<24|uint64(flags))
		fill()
	})
}

// Uint writes a number of n bytes.
func (w *Writer) Uint(n int, v uint64) {
	for i := n - 1; i >= 0; i-- {
		w.B = append(w.B, byte(v>>(8*i)))
	}
}

// Text writes bytes as they are.
func (w *Writer) Text(s string) { w.B = append(w.B, s...) }
