package jpeg

import "bytes"

// lookBits is how many bits the first look-up takes; longer codes are rare and are searched.
const lookBits = 11

// table is a Huffman table. Class 0 codes DC differences, 1 AC coefficients.
type table struct {
	class  byte
	counts [16]byte
	values []byte
	raw    []byte
	used   bool

	// look has, for each prefix: length of the code and of the extra bits behind it (bits 0–5), how many coefficients
	// a sequential AC code moves on (6–12, 64 for end of block), the symbol (16–23), the length of the code (24–28).
	look [1 << lookBits]uint32
	// For codes of more than lookBits bits: the first code that is longer, left-aligned to 16 bits, and where to find
	// its symbol.
	limit [17]uint32
	delta [17]int
}

func newTable(class byte, counts, values []byte) (*table, error) {
	t := &table{class: class, values: values}
	copy(t.counts[:], counts)
	code, index := uint32(0), 0
	for length := 1; length <= 16; length++ {
		n := int(counts[length-1])
		t.delta[length] = index - int(code)
		if code+uint32(n) > 1<<length {
			return nil, damaged("Huffman table")
		}
		for range n {
			if length <= lookBits {
				from := code << (lookBits - length)
				entry := t.entry(values[index], length)
				for i := range uint32(1) << (lookBits - length) {
					t.look[from+i] = entry
				}
			}
			code++
			index++
		}
		t.limit[length] = code << (16 - length)
		code <<= 1
	}
	if index == 0 {
		return nil, damaged("Huffman table")
	}
	return t, nil
}

func (t *table) entry(symbol byte, length int) uint32 {
	extra, skip := uint32(symbol&15), uint32(symbol>>4)+1
	switch {
	case t.class == 0:
		extra, skip = uint32(symbol&31), 1
	case symbol == 0xf0:
		skip = 16
	case extra == 0:
		skip = 64
	}
	return uint32(length) + extra | skip<<6 | uint32(symbol)<<16 | uint32(length)<<24
}

// long finds a code of more than lookBits bits at the top of 16 bits; ok is false if there is none.
func (t *table) long(top16 uint32) (entry uint32, ok bool) {
	for length := lookBits + 1; length <= 16; length++ {
		if top16 < t.limit[length] {
			return t.entry(t.values[int(top16>>(16-length))+t.delta[length]], length), true
		}
	}
	return 0, false
}

func (t *table) equal(o *table) bool {
	return o != nil && t.counts == o.counts && bytes.Equal(t.values, o.values)
}

// stats counts the symbols of one table in one scan. Once they are counted it has the codes that they are written with.
type stats struct {
	count [256]int
	book  *codebook
}

// optimum returns the table that libjpeg makes for these counts (ITU T.81, K.2), so that what it has optimised is known
// to be so. Without any symbol it has one, since decoders refuse an empty table.
func (s *stats) optimum(class byte) *table {
	var freq [257]int
	used := 0
	for i, n := range s.count {
		freq[i] = n
		if n > 0 {
			used++
		}
	}
	if used == 0 {
		freq[0] = 1
	}
	freq[256] = 1 // reserves the code of all ones
	size := codeSizes(&freq)
	var counts [64]int
	for _, n := range size {
		if n > 0 {
			counts[n]++
		}
	}
	limitLengths(&counts)
	var short [16]byte
	for i := range short {
		short[i] = byte(counts[i+1])
	}
	values := make([]byte, 0, used)
	for length := 1; length < 64; length++ {
		for symbol := range 256 {
			if size[symbol] == length {
				values = append(values, byte(symbol))
			}
		}
	}
	t, err := newTable(class, short[:], values)
	if err != nil {
		panic("jpeg: an optimal table is none")
	}
	return t
}

// codeSizes runs Huffman's algorithm. Among the least frequent the greater symbol goes first. Counts are below 2^40, so
// that no code is longer than Fibonacci's numbers allow: 58 bits.
func codeSizes(freq *[257]int) (size [257]int) {
	var next [257]int
	for i := range next {
		next[i] = -1
	}
	least := func(not int) int {
		found := -1
		for i, n := range freq {
			if n > 0 && i != not && (found < 0 || n <= freq[found]) {
				found = i
			}
		}
		return found
	}
	for {
		a := least(-1)
		b := least(a)
		if b < 0 {
			return size
		}
		freq[a] += freq[b]
		freq[b] = 0
		size[a]++
		for next[a] >= 0 {
			a = next[a]
			size[a]++
		}
		next[a] = b
		size[b]++
		for next[b] >= 0 {
			b = next[b]
			size[b]++
		}
	}
}

// limitLengths brings codes down to 16 bits (figure K.3) and takes out the reserved one.
func limitLengths(counts *[64]int) {
	for i := 63; i > 16; i-- {
		for counts[i] > 0 {
			j := i - 2
			for counts[j] == 0 {
				j--
			}
			counts[i] -= 2
			counts[i-1]++
			counts[j+1] += 2
			counts[j]--
		}
	}
	i := 16
	for counts[i] == 0 {
		i--
	}
	counts[i]--
}

// standard reports whether t is one of the four tables of ITU T.81, K.3, which most cameras use.
func (t *table) standard() bool {
	for i := range standardTables {
		s := &standardTables[i]
		if s.class == t.class && string(t.counts[:]) == s.counts && string(t.values) == s.values {
			return true
		}
	}
	return false
}

var standardTables = [4]struct {
	class          byte
	counts, values string
}{
	{0, "\x00\x01\x05\x01\x01\x01\x01\x01\x01\x00\x00\x00\x00\x00\x00\x00", "\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b"},
	{0, "\x00\x03\x01\x01\x01\x01\x01\x01\x01\x01\x01\x00\x00\x00\x00\x00", "\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b"},
	{1, "\x00\x02\x01\x03\x03\x02\x04\x03\x05\x05\x04\x04\x00\x00\x01\x7d", "\x01\x02\x03\x00\x04\x11\x05\x12\x21\x31\x41\x06\x13\x51\x61\x07" +
		"\x22\x71\x14\x32\x81\x91\xa1\x08\x23\x42\xb1\xc1\x15\x52\xd1\xf0" +
		"\x24\x33\x62\x72\x82\x09\x0a\x16\x17\x18\x19\x1a\x25\x26\x27\x28" +
		"\x29\x2a\x34\x35\x36\x37\x38\x39\x3a\x43\x44\x45\x46\x47\x48\x49" +
		"\x4a\x53\x54\x55\x56\x57\x58\x59\x5a\x63\x64\x65\x66\x67\x68\x69" +
		"\x6a\x73\x74\x75\x76\x77\x78\x79\x7a\x83\x84\x85\x86\x87\x88\x89" +
		"\x8a\x92\x93\x94\x95\x96\x97\x98\x99\x9a\xa2\xa3\xa4\xa5\xa6\xa7" +
		"\xa8\xa9\xaa\xb2\xb3\xb4\xb5\xb6\xb7\xb8\xb9\xba\xc2\xc3\xc4\xc5" +
		"\xc6\xc7\xc8\xc9\xca\xd2\xd3\xd4\xd5\xd6\xd7\xd8\xd9\xda\xe1\xe2" +
		"\xe3\xe4\xe5\xe6\xe7\xe8\xe9\xea\xf1\xf2\xf3\xf4\xf5\xf6\xf7\xf8\xf9\xfa"},
	{1, "\x00\x02\x01\x02\x04\x04\x03\x04\x07\x05\x04\x04\x00\x01\x02\x77", "\x00\x01\x02\x03\x11\x04\x05\x21\x31\x06\x12\x41\x51\x07\x61\x71" +
		"\x13\x22\x32\x81\x08\x14\x42\x91\xa1\xb1\xc1\x09\x23\x33\x52\xf0" +
		"\x15\x62\x72\xd1\x0a\x16\x24\x34\xe1\x25\xf1\x17\x18\x19\x1a\x26" +
		"\x27\x28\x29\x2a\x35\x36\x37\x38\x39\x3a\x43\x44\x45\x46\x47\x48" +
		"\x49\x4a\x53\x54\x55\x56\x57\x58\x59\x5a\x63\x64\x65\x66\x67\x68" +
		"\x69\x6a\x73\x74\x75\x76\x77\x78\x79\x7a\x82\x83\x84\x85\x86\x87" +
		"\x88\x89\x8a\x92\x93\x94\x95\x96\x97\x98\x99\x9a\xa2\xa3\xa4\xa5" +
		"\xa6\xa7\xa8\xa9\xaa\xb2\xb3\xb4\xb5\xb6\xb7\xb8\xb9\xba\xc2\xc3" +
		"\xc4\xc5\xc6\xc7\xc8\xc9\xca\xd2\xd3\xd4\xd5\xd6\xd7\xd8\xd9\xda" +
		"\xe2\xe3\xe4\xe5\xe6\xe7\xe8\xe9\xea\xf2\xf3\xf4\xf5\xf6\xf7\xf8\xf9\xfa"},
}
