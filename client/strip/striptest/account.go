package striptest

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"slices"
)

// Account parses a stripped file by rules of its own, written without a look at the stripper, and returns an error unless
// every byte of it is one that a stripped file may have.
func Account(b []byte) (err error) {
	// It serves tests alone: what runs out of bytes is not accounted for.
	defer func() {
		if recover() != nil {
			err = errors.New("cut off")
		}
	}()
	if bytes.HasPrefix(b, []byte("\xff\xd8")) {
		return accountJPEG(b)
	}
	if len(b) > 8 && string(b[4:8]) == "ftyp" {
		return accountHEIF(b)
	}
	if bytes.HasPrefix(b, []byte("GIF8")) {
		return accountGIF(b)
	}
	if bytes.HasPrefix(b, []byte("RIFF")) {
		return accountWebP(b)
	}
	if bytes.HasPrefix(b, []byte("\xff\x0a")) || bytes.HasPrefix(b, []byte("\x00\x00\x00\x0cJXL ")) {
		return accountJXL(b)
	}
	return accountPNG(b)
}

// accountProfile checks a rebuilt colour profile.
func accountProfile(b []byte) error {
	if len(b) < 132 || int(binary.BigEndian.Uint32(b)) != len(b) {
		return errors.New("profile: size")
	}
	head := slices.Clone(b[:128])
	copy(head[24:], []byte{0x07, 0xd0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0})
	clear(head[4:8])
	clear(head[40:64])
	clear(head[80:])
	if !bytes.Equal(head, b[:128]) {
		return errors.New("profile: header says more than it has to")
	}
	allowed := []string{
		"desc", "cprt", "wtpt", "bkpt", "chad", "rXYZ", "gXYZ", "bXYZ", "rTRC", "gTRC", "bTRC", "kTRC", "A2B0", "A2B1", "A2B2",
		"B2A0", "B2A1", "B2A2", "cicp",
	}
	n := int(binary.BigEndian.Uint32(b[128:]))
	next := 132 + 12*n
	for i := range n {
		t := b[132+12*i:]
		at, size := int(binary.BigEndian.Uint32(t[4:])), int(binary.BigEndian.Uint32(t[8:]))
		if !slices.Contains(allowed, string(t[:4])) || at+size > len(b) {
			return fmt.Errorf("profile: tag %q", t[:4])
		}
		if name := string(t[:4]); name == "desc" || name == "cprt" {
			if text := bytes.Trim(b[at+8:at+size], "\x00\x01\x02\x0c\x1c"); string(text) != "c" && string(text) != "enUS\x00\x00\x00\x02\x00\x00\x00\x1c\x00c" {
				return fmt.Errorf("profile: text %q", text)
			}
		}
		if at == next {
			next = at + (size+3)&^3
		} else if at > next {
			return errors.New("profile: a gap")
		}
	}
	if next != len(b) {
		return errors.New("profile: bytes behind the last tag")
	}
	return nil
}

// accountPNG checks names, order, lengths and checksums of all chunks and inflates what is deflated.
func accountPNG(b []byte) error {
	order := []string{"IHDR", "cICP", "mDCV", "cLLI", "iCCP", "sRGB", "gAMA", "cHRM", "sBIT", "eXIf", "acTL", "PLTE", "tRNS", "fcTL", "IDAT", "IEND"}
	fixed := map[string]int{"IHDR": 13, "cICP": 4, "mDCV": 24, "cLLI": 8, "sRGB": 1, "gAMA": 4, "cHRM": 32, "eXIf": 26, "acTL": 8, "fcTL": 26, "IEND": 0}
	if !bytes.HasPrefix(b, []byte("\x89PNG\r\n\x1a\n")) {
		return errors.New("png: signature")
	}
	var header []byte
	var width, height, sequence uint32
	stage, there := 0, map[string]bool{}
	for b = b[8:]; len(b) > 0; {
		if len(b) < 12 {
			return errors.New("png: bytes behind the end")
		}
		n := int(binary.BigEndian.Uint32(b))
		name, data := string(b[4:8]), b[8:8+n]
		if crc32.ChecksumIEEE(b[4:8+n]) != binary.BigEndian.Uint32(b[8+n:]) {
			return fmt.Errorf("png: checksum of %s", name)
		}
		if size, ok := fixed[name]; ok && size != n {
			return fmt.Errorf("png: %s has %d bytes", name, n)
		}
		b = b[12+n:]
		at := slices.Index(order, name)
		animated := name == "fcTL" || name == "fdAT"
		switch {
		case name == "fdAT" && stage >= slices.Index(order, "IDAT"), name == "fcTL" && stage == slices.Index(order, "IDAT"):
		case at < 0 || at < stage || at == stage && at > 0:
			return fmt.Errorf("png: %s at the wrong place", name)
		default:
			stage = at
		}
		if animated {
			if binary.BigEndian.Uint32(data) != sequence {
				return errors.New("png: sequence")
			}
			sequence++
		}
		there[name] = true
		for _, pair := range [][2]string{{"sRGB", "gAMA"}, {"sRGB", "cHRM"}, {"iCCP", "gAMA"}, {"iCCP", "cHRM"}} {
			if there[pair[0]] && there[pair[1]] {
				return fmt.Errorf("png: %s beside %s", pair[1], pair[0])
			}
		}
		if (there["mDCV"] || there["cLLI"]) && !there["cICP"] {
			return errors.New("png: brightness without code points")
		}
		var err error
		switch name {
		case "IHDR":
			header = data
			width, height = binary.BigEndian.Uint32(data), binary.BigEndian.Uint32(data[4:])
		case "fcTL":
			width, height = binary.BigEndian.Uint32(data[4:]), binary.BigEndian.Uint32(data[8:])
		case "IDAT":
			err = accountRows(data, header, width, height)
		case "fdAT":
			err = accountRows(data[4:], header, width, height)
		case "eXIf":
			err = accountOrientation(data)
		case "iCCP":
			if !bytes.HasPrefix(data, []byte("c\x00\x00")) {
				return errors.New("png: name of the profile")
			}
			var profile []byte
			if profile, err = inflate(data[3:]); err == nil {
				err = accountProfile(profile)
			}
		}
		if err != nil {
			return err
		}
		if name == "IEND" && len(b) > 0 {
			return errors.New("png: bytes behind the end")
		}
	}
	if stage != len(order)-1 {
		return errors.New("png: no end")
	}
	return nil
}

func accountOrientation(b []byte) error {
	if len(b) != 26 || string(b[:19]) != "MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00" || b[19] < 2 || b[19] > 8 ||
		!bytes.Equal(b[20:], make([]byte, 6)) {
		return errors.New("orientation: more than the one tag")
	}
	return nil
}

func inflate(b []byte) ([]byte, error) {
	in := bytes.NewReader(b)
	z, err := zlib.NewReader(in)
	if err != nil {
		return nil, err
	}
	out, err := io.ReadAll(z)
	if err == nil && in.Len() > 0 {
		err = errors.New("zlib: bytes behind the end")
	}
	return out, err
}

// accountRows inflates image data and counts its bytes.
func accountRows(data, header []byte, width, height uint32) error {
	raw, err := inflate(data)
	if err != nil {
		return err
	}
	bits := int(header[8]) * map[byte]int{0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[header[9]]
	want := 0
	count := func(w, h int) {
		if w > 0 && h > 0 {
			want += h * (1 + (w*bits+7)/8)
		}
	}
	w, h := int(width), int(height)
	if header[12] == 0 {
		count(w, h)
	} else {
		count((w+7)/8, (h+7)/8)
		count((w+3)/8, (h+7)/8)
		count((w+3)/4, (h+3)/8)
		count((w+1)/4, (h+3)/4)
		count((w+1)/2, (h+1)/4)
		count(w/2, (h+1)/2)
		count(w, h/2)
	}
	if len(raw) != want {
		return fmt.Errorf("png: %d bytes of rows, want %d", len(raw), want)
	}
	return nil
}
