package bmff_test

import (
	"bytes"
	"encoding/hex"
	"testing"

	"safelight/client/bmff"
)

// Whatever the bytes are, no reader panics, and what one takes apart is what it was made of.
func FuzzRead(f *testing.F) {
	for _, s := range []string{
		"0000000966726565aa", "12000a0918113f760808683420321b1b401c71c704003a96a22fd7f7b7ffa89a56c4b1bd1813d5cfe8ca",
		"40010c01ffff03700000030090000003000003001eba0240", "4401c173c189",
		"42010103700000030090000003000003001ea020810596eaae9ae6e04040c08000000300800000030084",
	} {
		b, err := hex.DecodeString(s)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if list, err := bmff.Boxes(b, 100); err == nil {
			var joined []byte
			for _, box := range list {
				joined = append(joined, box.Raw...)
			}
			if !bytes.Equal(joined, b) {
				t.Fatal("boxes lose bytes")
			}
		}
		if list, err := bmff.OBUs(b); err == nil {
			var joined []byte
			for _, o := range list {
				joined = append(joined, o.Raw...)
			}
			if !bytes.Equal(joined, b) {
				t.Fatal("units lose bytes")
			}
		}
		if a, err := bmff.ParseAV1(b); err == nil {
			again, err := bmff.ParseAV1(a.Data)
			if err != nil || !bytes.Equal(again.Data, a.Data) || len(again.Dropped) > 0 {
				t.Fatalf("twice is not once: %v", err)
			}
		}
		for size := 1; size <= 4; size++ {
			bmff.NALs(b, size)
		}
		if len(b) > 2 {
			bmff.ParseVPS(b)
			bmff.ParseSPS(b)
			bmff.ParsePPS(b)
			bmff.NAL(b).Trimmed()
		}
	})
}
