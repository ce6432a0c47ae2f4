package striptest

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/png"
	"slices"
)

// Chunk returns one PNG chunk.
func Chunk(kind string, data ...[]byte) []byte {
	body := slices.Concat(data...)
	out := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
	out = append(out, kind...)
	out = append(out, body...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(out[4:]))
}

// Deflate returns a zlib stream.
func Deflate(data []byte) []byte {
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	z.Write(data)
	z.Close()
	return b.Bytes()
}

// EncodePNG codes a picture with Go's encoder, without metadata.
func EncodePNG(m image.Image) []byte {
	var b bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&b, m); err != nil {
		panic("striptest: " + err.Error()) // only for sizes that PNG cannot have
	}
	return b.Bytes()
}

// ScreenshotPNG returns an RGBA PNG. Options are planted where a PNG has a place for them.
func ScreenshotPNG(w, h int, o Options) []byte {
	coded := EncodePNG(Screenshot(w, h, o.Seed))
	const header = 8 + 25
	var chunks [][]byte
	add := func(c []byte) { chunks = append(chunks, c) }
	if o.Profile != "" {
		add(Chunk("iCCP", []byte(o.Profile+"\x00\x00"), Deflate(o.icc())))
	}
	add(Chunk("pHYs", []byte{0, 0, 0x16, 0x25, 0, 0, 0x16, 0x25, 1}))
	add(Chunk("tIME", []byte{0x07, 0xea, 5, 4, 11, 12, 13}))
	add(Chunk("tEXt", []byte("Software\x00Safelight Screenshot 2")))
	if o.Owner != "" {
		add(Chunk("tEXt", []byte("Author\x00"+o.Owner)))
	}
	if o.Comment != "" {
		add(Chunk("iTXt", []byte("Comment\x00\x00\x00en\x00\x00"+o.Comment)))
	}
	if o.XMP != "" {
		add(Chunk("iTXt", []byte("XML:com.adobe.xmp\x00\x00\x00\x00\x00"), XMP(o.XMP)))
	}
	if o.GPS != nil || o.Orientation > 1 || o.MakerNote != "" || o.Serial != "" {
		add(Chunk("eXIf", EXIF(w, h, o)))
	}
	return slices.Concat(coded[:header], slices.Concat(chunks...), coded[header:], o.Trailer)
}
