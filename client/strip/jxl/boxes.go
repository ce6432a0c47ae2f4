package jxl

import (
	"bytes"
	"encoding/binary"
)

const (
	signature = "\x00\x00\x00\x0cJXL \r\n\x87\n"
	fileType  = "\x00\x00\x00\x14ftypjxl \x00\x00\x00\x00jxl "
	maxBoxes  = 10_000
)

// file is what a container holds.
type file struct {
	container bool
	stream    []byte
	level     byte
	complete  bool
	pieces    uint32 // of the codestream that have come
	parts     []Part
}

// unwrap finds the codestream.
func unwrap(src []byte) (*file, error) {
	f := &file{}
	if bytes.HasPrefix(src, []byte("\xff\x0a")) {
		f.stream = src
		return f, nil
	}
	if !bytes.HasPrefix(src, []byte(signature)) {
		return nil, damaged("no signature")
	}
	f.container = true
	rest := src[len(signature):]
	for count := 0; len(rest) > 0; count++ {
		if count > maxBoxes {
			return nil, coding("too many boxes")
		}
		name, data, more, err := box(rest)
		if err != nil {
			if f.complete {
				f.drop(Trailer, rest)
				return f, nil
			}
			return nil, err
		}
		if (count == 0) != (name == "ftyp") {
			return nil, damaged("file type")
		}
		if err := f.take(name, data); err != nil {
			return nil, err
		}
		rest = more
	}
	if !f.complete {
		return nil, damaged("no complete codestream")
	}
	return f, nil
}

// box splits the first box off.
func box(b []byte) (name string, data, rest []byte, err error) {
	if len(b) < 8 {
		return "", nil, nil, damaged("box cut off")
	}
	size, head := uint64(binary.BigEndian.Uint32(b)), uint64(8)
	switch size {
	case 0:
		size = uint64(len(b))
	case 1:
		if len(b) < 16 {
			return "", nil, nil, damaged("box cut off")
		}
		size, head = binary.BigEndian.Uint64(b[8:]), 16
	}
	if size < head || size > uint64(len(b)) {
		return "", nil, nil, damaged("box cut off")
	}
	return string(b[4:8]), b[head:size], b[size:], nil
}

func (f *file) drop(name string, data []byte) {
	f.parts = append(f.parts, Part{name, data})
}

func (f *file) take(name string, data []byte) error {
	switch name {
	case "ftyp":
		if string(data) != fileType[8:] {
			f.drop(Header, data)
		}
		if len(data) < 4 || string(data[:4]) != "jxl " {
			return damaged("file type")
		}
	case "jxll":
		if len(data) == 1 && data[0] == 10 && f.level == 0 {
			f.level = 10
			return nil
		}
		f.drop(name, data)
	case "jxlc":
		if f.complete || f.pieces > 0 {
			return damaged("two codestreams")
		}
		f.stream, f.complete = data, true
	case "jxlp":
		if len(data) < 4 || f.complete {
			return damaged("piece of the codestream")
		}
		number := binary.BigEndian.Uint32(data)
		if number&(1<<31-1) != f.pieces {
			return damaged("pieces of the codestream out of order")
		}
		f.pieces++
		f.stream = append(f.stream, data[4:]...)
		f.complete = number>>31 == 1
	default:
		f.drop(name, data)
	}
	return nil
}
