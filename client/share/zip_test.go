package share

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"testing"

	"safelight/crypto/seal"
)

// byArchiveZip writes the same file with the standard library.
func byArchiveZip(t *testing.T, names []string, data [][]byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i, name := range names {
		n := uint64(len(data[i]))
		f, err := w.CreateRaw(&zip.FileHeader{
			//lint:ignore SA1019 the format fixes the raw date, which Modified cannot express without an extra field
			Name: name, CreatorVersion: 20, ReaderVersion: 20, ModifiedDate: 0x21,
			CRC32: crc32.ChecksumIEEE(data[i]), CompressedSize64: n, UncompressedSize64: n,
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write(data[i]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestZipIsArchiveZip(t *testing.T) {
	for _, entries := range []int{0, 1, 2, 300} {
		t.Run(fmt.Sprint(entries), func(t *testing.T) {
			var b bytes.Buffer
			z := zipWriter{w: &b}
			var names []string
			var data [][]byte
			for i := range entries {
				name, d := fmt.Sprintf("%03d/original.jpg", i+1), bytes.Repeat([]byte{byte(i)}, i*37)
				at, err := z.add(name, d)
				if err != nil {
					t.Fatal(err)
				}
				if got := b.Bytes()[at:]; !bytes.Equal(got, d) {
					t.Fatalf("data of entry %d is not at %d", i, at)
				}
				names, data = append(names, name), append(data, d)
			}
			before := b.Len()
			size, err := z.close()
			if err != nil || size != uint64(b.Len()) {
				t.Fatalf("close = %d, %v; %d bytes are there", size, err, b.Len())
			}
			if seal.Padme(size) != size {
				t.Errorf("size %d is not padded", size)
			}
			r, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
			if err != nil {
				t.Fatal(err)
			}
			if len(r.File) != entries+1 || r.File[entries].Name != "padding" {
				t.Fatalf("%d entries, want %d and padding", len(r.File), entries)
			}
			f, err := r.File[entries].Open()
			if err != nil {
				t.Fatal(err)
			}
			zeros, err := io.ReadAll(f)
			if err != nil || len(bytes.Trim(zeros, "\x00")) != 0 {
				t.Fatalf("padding: %v, or not zeros", err)
			}
			want := byArchiveZip(t, append(names, "padding"), append(data, zeros))
			if !bytes.Equal(b.Bytes(), want) {
				t.Errorf("differs from archive/zip from byte %d on (entries end at %d)", firstDifference(b.Bytes(), want), before)
			}
		})
	}
}

func firstDifference(a, b []byte) int {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return i
		}
	}
	return min(len(a), len(b))
}

// TestZipEnds moves the writer close to its limits instead of writing 4 GiB.
func TestZipEnds(t *testing.T) {
	full := zipWriter{w: io.Discard, n: maxZip - 1000}
	if _, err := full.add("001/view.webp", make([]byte, 100)); !errors.Is(err, ErrFull) {
		t.Errorf("add near 4 GiB = %v, want ErrFull: padding would go beyond", err)
	}
	many := zipWriter{w: io.Discard, entries: maxEntries - 1}
	if _, err := many.add("x", nil); !errors.Is(err, ErrFull) {
		t.Errorf("add of entry 65,534 = %v, want ErrFull: padding needs one", err)
	}
	many.entries--
	if _, err := many.add("x", nil); err != nil {
		t.Errorf("add of entry 65,533 = %v", err)
	}
}

type broken struct{ after int }

func (b *broken) Write(p []byte) (int, error) {
	if b.after -= len(p); b.after < 0 {
		return 0, io.ErrShortWrite
	}
	return len(p), nil
}

func TestZipPassesErrorsOn(t *testing.T) {
	for _, after := range []int{0, 40, 60, 150} {
		z := zipWriter{w: &broken{after}}
		_, err := z.add("001/view.webp", make([]byte, 20))
		if err == nil {
			_, err = z.close()
		}
		if !errors.Is(err, io.ErrShortWrite) {
			t.Errorf("after %d bytes: %v", after, err)
		}
	}
}
