package bmff_test

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"safelight/client/bmff"
)

func TestNext(t *testing.T) {
	for _, tt := range []struct {
		name, src string
		top       bool
		data      string // of the first box, "-" if it is refused
	}{
		{"plain", "0000000966726565aa", false, "aa"},
		{"empty", "0000000866726565", false, ""},
		{"64 bits", "00000001667265650000000000000011aa", false, "aa"},
		{"64 bits, huge", "00000001667265658000000000000011aa", false, "-"},
		{"64 bits, smaller than its header", "0000000166726565000000000000000faa", false, "-"},
		{"to the end", "0000000066726565aabb", true, "aabb"},
		{"to the end, within another", "0000000066726565aabb", false, "-"},
		{"uuid", "0000001975756964000102030405060708090a0b0c0d0e0faa", false, "aa"},
		{"uuid cut off", "0000001075756964000102030405060708090a", false, "-"},
		{"size below the header", "0000000766726565aa", false, "-"},
		{"beyond the end", "0000000a66726565aa", false, "-"},
		{"cut off", "00000008667265", false, "-"},
	} {
		src, _ := hex.DecodeString(tt.src)
		box, _, err := bmff.Next(src, tt.top)
		got := "-"
		if err == nil {
			got = hex.EncodeToString(box.Data)
		}
		if got != tt.data {
			t.Errorf("%s: Next = %s, want %s", tt.name, got, tt.data)
		}
	}
}

// What is written is read again.
func TestWriter(t *testing.T) {
	var w bmff.Writer
	w.Full("meta", 1, 2, func() {
		w.Box("free", func() { w.Text("x") })
		w.Uint(2, 0x1234)
	})
	box, rest, err := bmff.Next(w.B, false)
	if err != nil || len(rest) != 0 || box.Type != "meta" {
		t.Fatalf("Next = %v, %v", box, err)
	}
	r := bmff.Read(box.Data)
	version, flags := r.Full()
	inner, rest, err := bmff.Next(r.Rest(), false)
	if version != 1 || flags != 2 || err != nil || inner.Type != "free" || string(inner.Data) != "x" || !bytes.Equal(rest, []byte{0x12, 0x34}) {
		t.Errorf("read back %d, %d, %v, %x, %v", version, flags, inner, rest, err)
	}
}

// Ten thousand boxes in each other, or beside each other, cost no more than their bytes.
func TestNested(t *testing.T) {
	const depth = 10_000
	src := make([]byte, 0, 8*depth)
	for i := range depth {
		src = append(binary.BigEndian.AppendUint32(src, uint32(8*(depth-i))), "meta"...)
	}
	began := time.Now()
	list, err := bmff.Boxes(src, 10)
	if err != nil || len(list) != 1 {
		t.Errorf("Boxes = %d, %v", len(list), err)
	}
	flat := bytes.Repeat([]byte("\x00\x00\x00\x08free"), depth)
	if _, err := bmff.Boxes(flat, 10); err == nil {
		t.Error("more boxes than allowed were taken")
	}
	if d := time.Since(began); d > 50*time.Millisecond {
		t.Errorf("took %v", d)
	}
}

func TestBits(t *testing.T) {
	r := bmff.BitsOf([]byte{0b1_010_011_0, 0b0100_0010, 0b1_0000000})
	if a, b, c := r.UE(), r.UE(), r.UE(); a != 0 || b != 1 || c != 2 {
		t.Errorf("ue = %d, %d, %d, want 0, 1, 2", a, b, c)
	}
	if d := r.UE(); d != 3 {
		t.Errorf("ue = %d, want 3", d)
	}
	if bmff.BitsOf([]byte{0b00100_000}).SE() != 2 || bmff.BitsOf([]byte{0b00101_000}).SE() != -2 {
		t.Error("se(v) is wrong")
	}
	if got := bmff.BitsOf([]byte{0b1100_0000}).S(3); got != -2 {
		t.Errorf("su(3) of 110 = %d, want -2", got)
	}
	for value, bits := range []byte{0b00, 0b01, 0b10, 0b110, 0b111} { // of 5 values
		width := 2 + len([]int{1}[:value/3])
		if got := bmff.BitsOf([]byte{bits << (8 - width)}).NS(5); got != value {
			t.Errorf("ns(5) of %b = %d, want %d", bits, got, value)
		}
	}
	if !bmff.BitsOf([]byte{0x80}).Trailing() || bmff.BitsOf([]byte{0x81}).Trailing() || bmff.BitsOf([]byte{0x80, 0}).Trailing() {
		t.Error("trailing bits are not checked")
	}
	short := bmff.BitsOf([]byte{0})
	if short.UE(); !short.Failed() {
		t.Error("a number without an end was read")
	}
}

// The headers are as avifenc and x265 wrote them.
func TestSequence(t *testing.T) {
	b, _ := hex.DecodeString("18113f760808683420")
	s, err := bmff.ParseSequence(b)
	if err != nil {
		t.Fatal(err)
	}
	if s.Width != 32 || s.Height != 24 || s.BitDepth != 8 || s.Mono || s.SubX+s.SubY != 2 || !s.Reduced {
		t.Errorf("ParseSequence = %+v", s)
	}
	if got := hex.EncodeToString(s.Config()); got != "81000c00" {
		t.Errorf("Config = %s, want 81000c00", got)
	}
	full, err := bmff.ParseSequence(s.WithRange(b, !s.FullRange))
	if err != nil || full.FullRange == s.FullRange {
		t.Errorf("WithRange changes nothing: %v", err)
	}
	for i := range 8 * len(b) {
		c := bytes.Clone(b)
		c[i/8] ^= 0x80 >> (i % 8)
		bmff.ParseSequence(c) // must not panic
	}
	for _, bad := range [][]byte{nil, b[:len(b)-1], append(bytes.Clone(b), 0), append(bytes.Clone(b), 'x')} {
		if _, err := bmff.ParseSequence(bad); err == nil {
			t.Errorf("ParseSequence(%x) accepts", bad)
		}
	}
}

func TestNALs(t *testing.T) {
	list, err := bmff.NALs([]byte("\x00\x00\x00\x03\x28\x01a\x00\x00\x00\x02\x46\x01"), 4)
	if err != nil || len(list) != 2 || list[0].Type() != 20 || list[1].Type() != bmff.NALAUD || list[0].Layer() != 0 {
		t.Errorf("NALs = %v, %v", list, err)
	}
	for _, bad := range []string{"\x00\x00\x00\x03\x28\x01", "\x00\x00\x00\x01\x28", "\x00\x00\x00\x02\x28\x00", "\x00\x00", "\x00\x00\x00\x02\xa8\x01"} {
		if _, err := bmff.NALs([]byte(bad), 4); err == nil {
			t.Errorf("NALs(%x) accepts", bad)
		}
	}
	if got := bmff.NAL("\x28\x01abc\x00\x00\x03\x00\x00\x03").Trimmed(); string(got) != "\x28\x01abc" {
		t.Errorf("Trimmed = %x", []byte(got))
	}
	if got := bmff.NAL("\x28\x01\x00\x00\x03\x01").Payload(); !bytes.Equal(got, []byte{0, 0, 1}) {
		t.Errorf("Payload = %x", got)
	}
	for n, want := range map[string]bool{"\x28\x01\x00\x00\x03\x01": true, "\x28\x01\x00\x00\x02": false, "\x28\x01\x00\x00\x03\x04": false, "\x28\x01\x00": false} {
		if got := bmff.NAL(n).Escaped(); got != want {
			t.Errorf("Escaped(%x) = %v, want %v", n, got, want)
		}
	}
}

func TestParameterSets(t *testing.T) {
	vps, _ := hex.DecodeString("40010c01ffff03700000030090000003000003001eba0240")
	if id, err := bmff.ParseVPS(vps); err != nil || id != 0 {
		t.Errorf("ParseVPS = %d, %v", id, err)
	}
	if _, err := bmff.ParseVPS(append(bytes.Clone(vps), 'x')); err == nil {
		t.Error("ParseVPS takes what is behind the end")
	}
	whole, _ := hex.DecodeString("42010103700000030090000003000003001ea020810596eaae9ae6e04040c08000000300800000030084")
	s, err := bmff.ParseSPS(whole)
	if err != nil || s.Width != 64 || s.Height != 64 || s.Chroma != 1 || s.DepthLuma != 8 {
		t.Errorf("ParseSPS = %+v, %v", s, err)
	}
	pps, _ := hex.DecodeString("4401c173c189")
	if id, of, err := bmff.ParsePPS(pps); err != nil || id != 0 || of != 0 {
		t.Errorf("ParsePPS = %d, %d, %v", id, of, err)
	}
	for i := range 8 * len(whole) {
		c := bytes.Clone(whole)
		c[i/8] ^= 0x80 >> (i % 8)
		bmff.ParseSPS(c)
	}
}

// Clock rates, 64 bits that a still does not need, become ones.
func TestUntimed(t *testing.T) {
	plain, _ := hex.DecodeString("00000002aff7803440434061")
	var bits string
	for _, c := range plain {
		bits += fmt.Sprintf("%08b", c)
	}
	if _, err := bmff.ParseSequence(plain); err != nil {
		t.Fatalf("the header of a key frame: %v", err)
	}
	secret := "PLANTED!"
	timed := bits[:5] + "1"
	for _, c := range []byte(secret) {
		timed += fmt.Sprintf("%08b", c)
	}
	timed += "00" + bits[6:]
	timed = timed[:strings.LastIndexByte(timed, '1')+1]
	timed += strings.Repeat("0", (8-len(timed)%8)%8)
	var b []byte
	for i := 0; i < len(timed); i += 8 {
		v, _ := strconv.ParseUint(timed[i:i+8], 2, 8)
		b = append(b, byte(v))
	}
	s, err := bmff.ParseSequence(b)
	if err != nil || s.Width != 64 || s.Height != 48 {
		t.Fatalf("ParseSequence = %+v, %v", s, err)
	}
	again, err := bmff.ParseSequence(s.Untimed(b))
	if err != nil || again.Width != 64 || !bytes.Equal(again.Untimed(s.Untimed(b)), s.Untimed(b)) || bytes.Equal(s.Untimed(b), b) {
		t.Errorf("Untimed breaks the header: %+v, %v", again, err)
	}
	if got := bmff.BitsOf(s.Untimed(b)); got.U(6) != 1 || got.U(32) != 1 || got.U(32) != 1 {
		t.Error("the clock rates stay")
	}
}
