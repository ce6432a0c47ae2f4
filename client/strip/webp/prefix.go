package webp

import (
	"math/bits"
	"slices"
)

const maxLength = 15

// prefix is a Huffman code for decoding: a table for short codes, counts and symbols in order for the others.
type prefix struct {
	only    int // the symbol of a code of one, which takes no bits; else -1
	table   [256]uint16
	count   [maxLength + 1]int
	symbols []uint16
}

// newPrefix makes a code of its lengths, which have to use up all codes, or be one.
func newPrefix(lengths []uint8) (*prefix, error) {
	p := &prefix{only: -1}
	space, used := 0, 0
	for symbol, n := range lengths {
		if n > 0 {
			p.count[n]++
			space += 1 << (maxLength - n)
			p.only = symbol
			used++
		}
	}
	if used == 1 {
		return p, nil
	}
	if p.only = -1; space != 1<<maxLength {
		return nil, damaged("VP8L code")
	}
	p.symbols = make([]uint16, 0, used)
	for n := uint8(1); n <= maxLength; n++ {
		for symbol, length := range lengths {
			if length == n {
				p.symbols = append(p.symbols, uint16(symbol))
			}
		}
	}
	for symbol, code := range codes(lengths) {
		if n := lengths[symbol]; n > 0 && n <= 8 {
			for i := int(code); i < 256; i += 1 << n {
				p.table[i] = uint16(symbol)<<4 | uint16(n)
			}
		}
	}
	return p, nil
}

func (p *prefix) read(r *bitReader) int {
	if p.only >= 0 {
		return p.only
	}
	r.fill()
	if t := p.table[r.cache&255]; t != 0 {
		r.skip(int(t & 15))
		return int(t >> 4)
	}
	code, first, index := 0, 0, 0
	for n := 1; n <= maxLength; n++ {
		code = code<<1 | int(r.cache>>(n-1)&1)
		if code-first < p.count[n] {
			r.skip(n)
			return int(p.symbols[index+code-first])
		}
		index += p.count[n]
		first = (first + p.count[n]) << 1
	}
	r.ended = true // cannot be: the codes are complete
	return 0
}

// codes returns the codes of lengths, the first bit lowest.
func codes(lengths []uint8) []uint16 {
	var next [maxLength + 2]int
	for _, n := range lengths {
		if n > 0 {
			next[n+1]++
		}
	}
	for n := 1; n <= maxLength; n++ {
		next[n+1] += next[n]
		next[n+1] <<= 1
	}
	out := make([]uint16, len(lengths))
	for symbol, n := range lengths {
		if n > 0 {
			out[symbol] = bits.Reverse16(uint16(next[n])) >> (16 - n)
			next[n]++
		}
	}
	return out
}

// lengthsOf returns the lengths of a Huffman code for counts, none over limit. One symbol alone gets the length 1.
func lengthsOf(counts []int, limit int) []uint8 {
	for least := 1; ; least *= 2 {
		lengths, longest := huffman(counts, least)
		if longest <= limit {
			return lengths
		}
	}
}

// huffman takes rare symbols for as frequent as least.
func huffman(counts []int, least int) (lengths []uint8, longest int) {
	type node struct{ weight, left, right int }
	lengths = make([]uint8, len(counts))
	var nodes []node
	for symbol, n := range counts {
		if n > 0 {
			nodes = append(nodes, node{max(n, least), -1, symbol})
		}
	}
	if len(nodes) == 1 {
		lengths[nodes[0].right] = 1
		return lengths, 1
	}
	slices.SortStableFunc(nodes, func(a, b node) int { return a.weight - b.weight })
	// Leaves and inner nodes are both in order of weight: the two lightest are at the front of either.
	leaves, leaf, inner := len(nodes), 0, len(nodes)
	take := func() int {
		if leaf < leaves && (inner == len(nodes) || nodes[leaf].weight <= nodes[inner].weight) {
			leaf++
			return leaf - 1
		}
		inner++
		return inner - 1
	}
	for range leaves - 1 {
		a := take()
		b := take()
		nodes = append(nodes, node{nodes[a].weight + nodes[b].weight, a, b})
	}
	depth := make([]int, len(nodes))
	for i := len(nodes) - 1; i >= 0; i-- {
		n := nodes[i]
		if n.left < 0 {
			longest = max(longest, depth[i])
			lengths[n.right] = uint8(min(depth[i], 255))
			continue
		}
		depth[n.left], depth[n.right] = depth[i]+1, depth[i]+1
	}
	return lengths, longest
}

var lengthOrder = [19]int{17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}

// readPrefix reads a code for an alphabet of size symbols.
func readPrefix(r *bitReader, size int) (*prefix, error) {
	lengths := make([]uint8, size)
	if r.flag() {
		two := r.flag()
		first := r.read(1 + 7*r.read(1))
		if first >= size {
			return nil, damaged("VP8L code")
		}
		lengths[first] = 1
		if two {
			second := r.read(8)
			if second >= size || second == first {
				return nil, damaged("VP8L code")
			}
			lengths[second] = 1
			if second < first {
				// The first has the code 0 all the same.
				p, err := newPrefix(lengths)
				p.swap()
				return p, err
			}
		}
		return newPrefix(lengths)
	}
	var outer [19]uint8
	for i := range 4 + r.read(4) {
		if i >= len(outer) {
			return nil, damaged("VP8L code")
		}
		outer[lengthOrder[i]] = uint8(r.read(3))
	}
	p, err := newPrefix(outer[:])
	if err != nil {
		return nil, err
	}
	if err := readLengths(r, p, lengths); err != nil {
		return nil, err
	}
	return newPrefix(lengths)
}

func (p *prefix) swap() {
	p.symbols[0], p.symbols[1] = p.symbols[1], p.symbols[0]
	for i, t := range p.table {
		p.table[i] = p.symbols[i&1]<<4 | t&15
	}
}

func readLengths(r *bitReader, p *prefix, lengths []uint8) error {
	left := len(lengths)
	if r.flag() {
		if left = 2 + r.read(2+2*r.read(3)); left > len(lengths) {
			return damaged("VP8L code")
		}
	}
	last := uint8(8)
	for at := 0; at < len(lengths) && left > 0; left-- {
		n := p.read(r)
		repeat, value := 1, uint8(n)
		switch n {
		case 16:
			repeat, value = 3+r.read(2), last
		case 17:
			repeat, value = 3+r.read(3), 0
		case 18:
			repeat, value = 11+r.read(7), 0
		default:
			if n > 0 {
				last = value
			}
		}
		if at+repeat > len(lengths) {
			return damaged("VP8L code")
		}
		for range repeat {
			lengths[at] = value
			at++
		}
	}
	return nil
}

// writePrefix writes the best code for what was counted and returns how its symbols are written.
func writePrefix(w *bitWriter, counts []int) written {
	var used []int
	for symbol, n := range counts {
		if n > 0 {
			used = append(used, symbol)
		}
	}
	out := written{make([]uint8, len(counts)), make([]uint16, len(counts))}
	if len(used) == 0 {
		used = []int{0}
	}
	if len(used) <= 2 && used[len(used)-1] < 256 {
		w.flag(true)
		w.flag(len(used) == 2)
		w.flag(used[0] > 1)
		if used[0] > 1 {
			w.write(used[0], 8)
		} else {
			w.write(used[0], 1)
		}
		if len(used) == 2 {
			w.write(used[1], 8)
			out.lengths[used[0]], out.lengths[used[1]], out.codes[used[1]] = 1, 1, 1
		}
		return out
	}
	w.flag(false)
	lengths := lengthsOf(counts, maxLength)
	writeLengths(w, lengths)
	if len(used) > 1 {
		out.lengths, out.codes = lengths, codes(lengths)
	}
	return out
}

// written is how symbols are written. One alone takes no bits.
type written struct {
	lengths []uint8
	codes   []uint16
}

func (c *written) put(w *bitWriter, symbol int) {
	w.write(int(c.codes[symbol]), int(c.lengths[symbol]))
}

// run is a length, or a repetition with its extra bits.
type run struct{ symbol, extra, bits int }

func runs(lengths []uint8) (out []run) {
	last := uint8(8)
	for at := 0; at < len(lengths); {
		value := lengths[at]
		n := 1
		for at+n < len(lengths) && lengths[at+n] == value {
			n++
		}
		at += n
		if value != 0 && value != last {
			out = append(out, run{symbol: int(value)})
			last = value
			n--
		}
		for n > 0 {
			k := n
			switch {
			case n < 3:
				out = append(out, run{symbol: int(value)})
				k = 1
			case value != 0:
				k = min(n, 6)
				out = append(out, run{16, k - 3, 2})
			case n <= 10:
				out = append(out, run{17, k - 3, 3})
			default:
				k = min(n, 138)
				out = append(out, run{18, k - 11, 7})
			}
			n -= k
		}
	}
	return out
}

func writeLengths(w *bitWriter, lengths []uint8) {
	list := runs(lengths)
	counts := make([]int, 19)
	for _, r := range list {
		counts[r.symbol]++
	}
	outer := lengthsOf(counts, 7)
	n := 19
	for n > 4 && outer[lengthOrder[n-1]] == 0 {
		n--
	}
	w.write(n-4, 4)
	distinct := 0
	for _, symbol := range lengthOrder[:n] {
		w.write(int(outer[symbol]), 3)
		if outer[symbol] > 0 {
			distinct++
		}
	}
	c := written{outer, codes(outer)}
	if distinct == 1 {
		c.lengths = make([]uint8, 19)
		c.codes = make([]uint16, 19)
	}
	w.flag(false) // all lengths are told
	for _, r := range list {
		c.put(w, r.symbol)
		w.write(r.extra, r.bits)
	}
}
