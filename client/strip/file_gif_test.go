package strip_test

import (
	"encoding/binary"
	"slices"
)

// gifFile is a GIF in parts, put together by the test.
type gifFile struct {
	version              string
	width, height        int
	flags, ground, shape byte
	table                []byte
	blocks               [][]byte
	tail                 []byte
	endless              bool // without the byte that ends it
}

func (f gifFile) bytes() []byte {
	out := []byte("GIF" + f.version)
	out = binary.LittleEndian.AppendUint16(out, uint16(f.width))
	out = binary.LittleEndian.AppendUint16(out, uint16(f.height))
	out = append(out, f.flags, f.ground, f.shape)
	out = append(out, f.table...)
	out = append(out, slices.Concat(f.blocks...)...)
	if !f.endless {
		out = append(out, 0x3b)
	}
	return append(out, f.tail...)
}

// gifBlocks cuts data into blocks of the size, with the empty one at the end.
func gifBlocks(size int, data ...[]byte) []byte {
	var out []byte
	for block := range slices.Chunk(slices.Concat(data...), size) {
		out = append(append(out, byte(len(block))), block...)
	}
	return append(out, 0)
}

func gifExtension(label byte, data ...[]byte) []byte {
	return append([]byte{0x21, label}, gifBlocks(255, data...)...)
}

func gifApplication(name string, data ...[]byte) []byte {
	return append(append([]byte{0x21, 0xff, 11}, name...), gifBlocks(255, data...)...)
}

func gifControl(flags byte, delay int, transparent byte) []byte {
	return []byte{0x21, 0xf9, 4, flags, byte(delay), byte(delay >> 8), transparent, 0}
}

// gifCodes writes indices as codes of the given size, with a clear code before each 2^bits-2 so that the size stays,
// and packs what follows behind the end code.
func gifCodes(bits int, pixels []byte, behind ...int) []byte {
	var out []byte
	at := 0
	put := func(code int) {
		for i := range bits + 1 {
			if at%8 == 0 {
				out = append(out, 0)
			}
			out[at/8] |= byte(code>>i&1) << (at % 8)
			at++
		}
	}
	for i, v := range pixels {
		if i%(1<<bits-2) == 0 {
			put(1 << bits)
		}
		put(int(v))
	}
	put(1<<bits + 1)
	for _, code := range behind {
		put(code)
	}
	return out
}

// gifFrame is a frame; more follows its codes inside the blocks.
func gifFrame(x, y, w, h int, flags byte, table []byte, bits int, pixels []byte, more ...[]byte) []byte {
	out := []byte{0x2c}
	for _, v := range []int{x, y, w, h} {
		out = binary.LittleEndian.AppendUint16(out, uint16(v))
	}
	out = append(append(out, flags), table...)
	return append(append(out, byte(bits)), gifBlocks(255, append([][]byte{gifCodes(bits, pixels)}, more...)...)...)
}

var gifTable = []byte{9, 8, 7, 200, 100, 50, 1, 200, 3, 255, 254, 253}

func plainGIF() gifFile {
	return gifFile{version: "89a", width: 4, height: 2, flags: 0xf1, table: gifTable,
		blocks: [][]byte{gifFrame(0, 0, 4, 2, 0, nil, 2, []byte{0, 1, 2, 3, 3, 2, 1, 0})}}
}

// movingGIF has three frames: a whole one, one with a hole and a table of its own, and an interlaced one.
func movingGIF() gifFile {
	f := plainGIF()
	f.height = 6
	full := []byte{3, 1, 2, 0, 1, 1, 2, 0, 2, 1, 2, 0, 3, 3, 2, 0, 0, 1, 2, 0, 1, 1, 2, 0}
	f.blocks = [][]byte{
		gifApplication("NETSCAPE2.0", []byte{1, 7, 0}),
		gifControl(0x04, 10, 0), gifFrame(0, 0, 4, 6, 0, nil, 2, full),
		gifControl(0x09, 20, 1), gifFrame(1, 1, 2, 2, 0x81, []byte{1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4}, 2, []byte{0, 1, 3, 0}),
		gifControl(0x0d, 300, 2), gifFrame(0, 0, 4, 6, 0x40, nil, 2, full),
	}
	return f
}
