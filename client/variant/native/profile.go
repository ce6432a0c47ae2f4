package native

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"image"
	"io"

	"safelight/client/variant"
)

var errRIFF = errors.New("encoding: the WebP encoder did not make a RIFF file")

// withWebPProfile puts an ICC profile into a simple WebP file: RIFF, VP8X, ICCP, then the picture as it was
// (WebP container specification, Extended File Format). Without a profile the file stays as it is.
func withWebPProfile(file []byte, img *image.NRGBA, profile []byte) ([]byte, error) {
	if len(profile) == 0 {
		return file, nil
	}
	if len(file) < 20 || string(file[:4]) != "RIFF" || string(file[8:12]) != "WEBP" {
		return nil, errRIFF
	}
	const iccFlag, alphaFlag = 0x20, 0x10
	flags := byte(iccFlag)
	if !img.Opaque() {
		flags |= alphaFlag
	}
	picture := file[12:]
	if string(picture[:4]) == "VP8X" { // an encoder writes that chunk for lossy pictures with alpha
		picture = picture[18:]
	}
	w, h := img.Rect.Dx()-1, img.Rect.Dy()-1
	head := []byte{flags, 0, 0, 0, byte(w), byte(w >> 8), byte(w >> 16), byte(h), byte(h >> 8), byte(h >> 16)}
	out := append([]byte("RIFF\x00\x00\x00\x00WEBP"), riffChunk("VP8X", head)...)
	out = append(out, riffChunk("ICCP", profile)...)
	out = append(out, picture...)
	binary.LittleEndian.PutUint32(out[4:], uint32(len(out)-8))
	return out, nil
}

func riffChunk(name string, data []byte) []byte {
	out := binary.LittleEndian.AppendUint32([]byte(name), uint32(len(data)))
	out = append(out, data...)
	if len(data)%2 == 1 {
		out = append(out, 0)
	}
	return out
}

// withJPEGProfile puts an ICC profile behind the start of a JPEG file, in as many APP2 segments as it needs
// (ICC.1:2022, Annex B.4). A profile that needs more than 255 of them does not exist; it would be left out.
func withJPEGProfile(file, profile []byte) []byte {
	const room = 65535 - 2 - 14
	count := (len(profile) + room - 1) / room
	if count == 0 || count > 255 {
		return file
	}
	out := append([]byte{}, file[:2]...)
	for n := 1; n <= count; n++ {
		part := profile[:min(room, len(profile))]
		profile = profile[len(part):]
		out = append(out, 0xff, 0xe2)
		out = binary.BigEndian.AppendUint16(out, uint16(2+14+len(part)))
		out = fmt.Appendf(out, "ICC_PROFILE\x00%c%c", 0, 0)
		out[len(out)-2], out[len(out)-1] = byte(n), byte(count)
		out = append(out, part...)
	}
	return append(out, file[2:]...)
}

// maxProfile bounds a profile; those of cameras and screens have 500 bytes to 1 MB.
const maxProfile = 4 << 20

// Profile returns the ICC profile inside a photo, if it is one for RGB pixels, which is what variants have.
func Profile(data []byte, media variant.Media) []byte {
	var icc []byte
	switch media {
	case variant.JPEG:
		icc = jpegProfile(data)
	case variant.PNG:
		icc = pngProfile(data)
	case variant.WebP:
		icc = webpProfile(data)
	case variant.HEIC, variant.AVIF:
		icc = heifProfile(data)
	}
	if len(icc) < 128 || len(icc) > maxProfile || string(icc[16:20]) != "RGB " {
		return nil
	}
	return icc
}

// jpegProfile joins the APP2 segments in front of the first scan.
func jpegProfile(b []byte) []byte {
	const name = "ICC_PROFILE\x00"
	var icc []byte
	for at := 2; at+4 <= len(b) && b[at] == 0xff && b[at+1] != 0xda; {
		end := at + 2 + int(binary.BigEndian.Uint16(b[at+2:]))
		if end > len(b) || end < at+4 {
			return nil
		}
		if payload := b[at+4 : end]; b[at+1] == 0xe2 && len(payload) > len(name)+2 && string(payload[:len(name)]) == name {
			icc = append(icc, payload[len(name)+2:]...)
		}
		at = end
	}
	return icc
}

// pngProfile inflates the iCCP chunk, which stands in front of the pixels.
func pngProfile(b []byte) []byte {
	for at := 8; at+12 <= len(b); {
		size := int64(binary.BigEndian.Uint32(b[at:]))
		kind := string(b[at+4 : at+8])
		if kind == "IDAT" || size > int64(len(b)-at-12) {
			return nil
		}
		if kind == "iCCP" {
			_, deflated, ok := bytes.Cut(b[at+8:at+8+int(size)], []byte{0})
			if !ok || len(deflated) < 1 {
				return nil
			}
			r, err := zlib.NewReader(bytes.NewReader(deflated[1:])) // behind the number of the method
			if err != nil {
				return nil
			}
			icc, err := io.ReadAll(io.LimitReader(r, maxProfile+1))
			if err != nil {
				return nil
			}
			return icc
		}
		at += 12 + int(size)
	}
	return nil
}

// webpProfile finds the chunk, which stands in front of the pixels.
func webpProfile(b []byte) []byte {
	if len(b) < 12 || string(b[:4]) != "RIFF" {
		return nil
	}
	for b = b[12:]; len(b) >= 8; {
		size := uint64(binary.LittleEndian.Uint32(b[4:]))
		if size+8 > uint64(len(b)) {
			return nil
		}
		if string(b[:4]) == "ICCP" {
			return b[8 : 8+size]
		}
		b = b[min(8+size+size&1, uint64(len(b))):]
	}
	return nil
}

func pngProfileChunk(profile []byte) []byte {
	var b bytes.Buffer
	b.WriteString("c\x00\x00")
	z := zlib.NewWriter(&b)
	z.Write(profile)
	z.Close()
	return pngChunk("iCCP", b.Bytes())
}

func pngChunk(name string, data []byte) []byte {
	out := binary.BigEndian.AppendUint32(nil, uint32(len(data)))
	out = append(append(out, name...), data...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(out[4:]))
}
