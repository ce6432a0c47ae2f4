package manifest

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
)

// TileEdge is the side of a tile in pixels; those at the right and lower edge may be smaller.
const TileEdge = 1024

// tileEntry is what the head of a tile set has for each tile: its size (4) and SHA-256 (32).
const tileEntry = 4 + sha256.Size

// Tiles returns how many columns and rows of tiles a picture has.
func Tiles(width, height uint64) (columns, rows uint64) {
	return (width + TileEdge - 1) / TileEdge, (height + TileEdge - 1) / TileEdge
}

// TileHead returns how many bytes stand before the tiles of a tile set: what lies where, and its hashes. The SHA-256 of
// the variant is of these bytes.
func TileHead(width, height uint64) uint64 {
	columns, rows := Tiles(width, height)
	return columns * rows * tileEntry
}

// Tile is one tile: where its bytes are, counted from the beginning of the variant, and their SHA-256.
type Tile struct {
	Offset uint64
	Size   uint64
	SHA256 [32]byte
}

// JoinTiles returns the bytes of a tile set, and the SHA-256 that stands in its variant. tiles are coded pictures, row by
// row, as many as the picture has.
func JoinTiles(width, height uint64, tiles [][]byte) ([]byte, [32]byte, error) {
	columns, rows := Tiles(width, height)
	if uint64(len(tiles)) != columns*rows {
		return nil, [32]byte{}, invalid("%d tiles, want %d × %d", len(tiles), columns, rows)
	}
	var data []byte
	for _, t := range tiles {
		if len(t) == 0 {
			return nil, [32]byte{}, invalid("an empty tile")
		}
		sum := sha256.Sum256(t)
		data = append(binary.BigEndian.AppendUint32(data, uint32(len(t))), sum[:]...)
	}
	head := sha256.Sum256(data)
	for _, t := range tiles {
		data = append(data, t...)
	}
	if len(data) > MaxSize {
		return nil, [32]byte{}, invalid("a tile set of %d bytes", len(data))
	}
	return data, head, nil
}

// ParseTiles reads the head of the tile set v: its first TileHead bytes, whose SHA-256 is checked. Tiles come row by row.
func ParseTiles(v Variant, head []byte) ([]Tile, error) {
	n := TileHead(v.Width, v.Height)
	if v.Role != TileSet || uint64(len(head)) != n || sha256.Sum256(head) != v.SHA256 {
		return nil, fmt.Errorf("%w: the head of the tile set is another one", ErrInvalid)
	}
	tiles := make([]Tile, 0, n/tileEntry)
	at := n
	for ; len(head) > 0; head = head[tileEntry:] {
		t := Tile{Offset: at, Size: uint64(binary.BigEndian.Uint32(head)), SHA256: [32]byte(head[4:tileEntry])}
		if t.Size == 0 || t.Size > v.Size-at {
			return nil, invalid("tile %d is empty, or lies outside its set", len(tiles))
		}
		at += t.Size
		tiles = append(tiles, t)
	}
	if at != v.Size {
		return nil, invalid("the tiles end before their set")
	}
	return tiles, nil
}
