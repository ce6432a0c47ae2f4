package share

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"

	"safelight/crypto/seal"
)

// ErrFull is returned when a bundle would reach 4 GiB or 65,535 entries, the ends of plain ZIP.
var ErrFull = errors.New("bundle: no room for more")

const (
	localSize   = 30 // of an entry's header in front of its data, without the name
	centralSize = 46 // of its header in the directory, without the name
	endSize     = 22 // of the end record

	maxZip     = 1<<32 - 1
	maxEntries = 1<<16 - 2

	paddingName = "padding"
)

// zipWriter writes the one shape of ZIP that bundles have (FORMAT.md, Bundles): stored entries whose sizes and CRC
// stand before the data, nothing optional anywhere, and the entry padding as the last. archive/zip could write it too;
// but 80 lines with no clock, no compressor and no file system suit the engine better. A test compares the two.
type zipWriter struct {
	w       io.Writer
	n       uint64 // written so far
	dir     []byte // the directory so far
	entries int
}

// add writes an entry and returns where its data begins. name is ASCII.
func (z *zipWriter) add(name string, data []byte) (offset uint64, err error) {
	if z.entries+2 > maxEntries || len(data) > maxZip || z.plain(name, uint64(len(data))) > maxZip {
		return 0, ErrFull
	}
	offset, err = z.begin(name, uint64(len(data)), crc32.ChecksumIEEE(data))
	if err != nil {
		return 0, err
	}
	return offset, z.write(data)
}

// plain returns the size of the whole file if an entry of n bytes were added and then the padding.
func (z *zipWriter) plain(name string, n uint64) uint64 {
	return seal.Padme(z.n + localSize + uint64(len(name)) + n + uint64(len(z.dir)) + centralSize + uint64(len(name)) + paddingOverhead)
}

// paddingOverhead is what the entry padding and the end record add to everything before.
const paddingOverhead = localSize + centralSize + 2*uint64(len(paddingName)) + endSize

// close writes the padding, the directory and the end record, and returns the size of the file.
func (z *zipWriter) close() (uint64, error) {
	n := z.n + uint64(len(z.dir)) + paddingOverhead
	zeros := seal.Padme(n) - n
	if _, err := z.begin(paddingName, zeros, crcOfZeros(zeros)); err != nil {
		return 0, err
	}
	if err := eachZeros(zeros, z.write); err != nil {
		return 0, err
	}
	end := binary.LittleEndian.AppendUint32(nil, 0x06054b50)
	end = append(end, 0, 0, 0, 0) // this disk, disk of the directory
	end = binary.LittleEndian.AppendUint16(end, uint16(z.entries))
	end = binary.LittleEndian.AppendUint16(end, uint16(z.entries))
	end = binary.LittleEndian.AppendUint32(end, uint32(len(z.dir)))
	end = binary.LittleEndian.AppendUint32(end, uint32(z.n))
	end = append(end, 0, 0) // no comment
	err := z.write(append(z.dir, end...))
	return z.n, err
}

// begin writes the header of an entry and notes it for the directory.
func (z *zipWriter) begin(name string, size uint64, crc uint32) (uint64, error) {
	at := z.n
	h := []byte{20, 0, 0, 0, 0, 0, 0, 0, 0x21, 0} // version 20, no flags, stored, 0:00 on 1 January 1980
	h = binary.LittleEndian.AppendUint32(h, crc)
	h = binary.LittleEndian.AppendUint32(h, uint32(size))
	h = binary.LittleEndian.AppendUint32(h, uint32(size))
	h = binary.LittleEndian.AppendUint16(h, uint16(len(name)))
	h = append(h, 0, 0) // no extra fields

	z.dir = append(z.dir, "PK\x01\x02\x14\x00"...) // made by version 20 under MS-DOS
	z.dir = append(z.dir, h...)
	z.dir = append(z.dir, make([]byte, 2+2+2+4)...) // no comment, disk 0, no attributes
	z.dir = binary.LittleEndian.AppendUint32(z.dir, uint32(at))
	z.dir = append(z.dir, name...)
	z.entries++

	err := z.write(append(append([]byte("PK\x03\x04"), h...), name...))
	return z.n, err
}

func (z *zipWriter) write(b []byte) error {
	n, err := z.w.Write(b)
	z.n += uint64(n)
	return err
}

func eachZeros(n uint64, f func([]byte) error) error {
	zeros := make([]byte, min(n, 64<<10))
	for n > 0 {
		k := min(n, uint64(len(zeros)))
		if err := f(zeros[:k]); err != nil {
			return err
		}
		n -= k
	}
	return nil
}

func crcOfZeros(n uint64) uint32 {
	crc := uint32(0)
	_ = eachZeros(n, func(b []byte) error { crc = crc32.Update(crc, crc32.IEEETable, b); return nil })
	return crc
}
