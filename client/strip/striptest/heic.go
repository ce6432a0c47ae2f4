package striptest

import (
	"encoding/base64"
	"encoding/binary"
	"slices"
)

// SmallHEIC returns a photo of 64×40 pixels as phones write it, a grid of one HEVC tile: green left above, red left below,
// blue to the right. It was drawn and coded for these tests.
func SmallHEIC() []byte {
	b, err := base64.StdEncoding.DecodeString(smallHEIC)
	if err != nil {
		panic("striptest: " + err.Error())
	}
	return b
}

const smallHEIC = "" +
	"AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAa1tZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAAAA5waXRtAA" +
	"AAAAACAAAAEGlkYXQAAAAAAEAAKAAAADhpbG9jAQAAAERAAAIAAQAAAAAAAAHRAAEAAAAAAAAAXwACAAEAAAAAAAAAAQAAAAAAAAAIAAAAOGlp" +
	"bmYAAAAAAAIAAAAVaW5mZQIAAAEAAQAAaHZjMQAAAAAVaW5mZQIAAAAAAgAAZ3JpZAAAAADYaXBycAAAALZpcGNvAAAAdmh2Y0MBA3AAAAAAAA" +
	"AAAAAe8AD8/fj4AAAPAyAAAQAYQAEMAf//A3AAAAMAkAAAAwAAAwAeugJAIQABACpCAQEDcAAAAwCQAAADAAADAB6gIIEFlurkprm4EBAwIAAA" +
	"AwAgAAADACEiAAEABkQBwXPAiQAAABRpc3BlAAAAAAAAAEAAAABAAAAAFGlzcGUAAAAAAAAAQAAAACgAAAAQcGl4aQAAAAADCAgIAAAAGmlwbW" +
	"EAAAAAAAAAAgABAoECAAICA4QAAAAaaXJlZgAAAAAAAAAOZGltZwACAAEAAQAAAGdtZGF0AAAAWygBr1iKfhLdi5mP/z6v/sf85relP9mEiebf" +
	"VNL3Ctkve3pnxtotxkpz0jshRgIP/7FnGPjeUX48tRdrqFmbNfT/s0Q4t23KRhhRuJAA+hSiZ44Rw/hu9NSVvsA="

// Box returns a box of an ISO file.
func Box(name string, parts ...[]byte) []byte {
	body := slices.Concat(parts...)
	out := binary.BigEndian.AppendUint32(nil, uint32(len(body)+8))
	return append(append(out, name...), body...)
}

// WithProperties gives the primary item of a HEIF file (one meta box, in front of the data) further properties, all of them
// essential.
func WithProperties(file []byte, properties ...[]byte) []byte {
	delta := len(slices.Concat(properties...)) + len(properties)
	primary := uint16(0)
	var rebuild func(b []byte) []byte
	rebuild = func(b []byte) (out []byte) {
		count := 0
		for len(b) >= 8 {
			n := int(binary.BigEndian.Uint32(b))
			name, body := string(b[4:8]), b[8:n]
			b = b[n:]
			switch name {
			case "meta":
				out = append(out, Box(name, body[:4], rebuild(body[4:]))...)
				continue
			case "pitm":
				primary = binary.BigEndian.Uint16(body[4:])
			case "iprp":
				out = append(out, Box(name, rebuild(body))...)
				continue
			case "iloc":
				body = moved(body, uint64(delta))
			case "ipco":
				for rest := body; len(rest) >= 8; count++ {
					rest = rest[binary.BigEndian.Uint32(rest):]
				}
				body = slices.Concat(body, slices.Concat(properties...))
			case "ipma":
				body = associated(body, primary, count, len(properties))
			}
			out = append(out, Box(name, body)...)
		}
		return out
	}
	return rebuild(file)
}

// associated appends properties behind the first count ones to those of an item (ipma of version 0, short indices).
func associated(body []byte, item uint16, count, more int) []byte {
	out := slices.Clone(body[:8])
	for b := body[8:]; len(b) > 0; {
		n := 3 + int(b[2])
		entry := slices.Clone(b[:n])
		if binary.BigEndian.Uint16(b) == item {
			entry[2] += byte(more)
			for i := range more {
				entry = append(entry, 0x80|byte(count+i+1))
			}
		}
		out, b = append(out, entry...), b[n:]
	}
	return out
}

// moved adds to the offsets of an iloc box that point into the file.
func moved(body []byte, delta uint64) []byte {
	out := slices.Clone(body)
	version := body[0]
	offset, length, base, index := int(body[4]>>4), int(body[4]&15), int(body[5]>>4), 0
	if version > 0 {
		index = int(body[5] & 15)
	}
	at := 8
	for range binary.BigEndian.Uint16(body[6:]) {
		method := byte(0)
		at += 2
		if version > 0 {
			method = body[at+1]
			at += 2
		}
		at += 2 + base
		extents := binary.BigEndian.Uint16(body[at:])
		at += 2
		for range extents {
			at += index
			if offset == 4 && method == 0 {
				binary.BigEndian.PutUint32(out[at:], binary.BigEndian.Uint32(body[at:])+uint32(delta))
			}
			at += offset + length
		}
	}
	return out
}
