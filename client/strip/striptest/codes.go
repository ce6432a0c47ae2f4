package striptest

// write codes the events with tables that give each symbol eight bits.
func (c *coder) write(s script) []byte {
	var order [2][]byte
	var code [2][256]int
	for _, e := range c.events {
		if e.class < 2 && code[e.class][e.symbol] == 0 {
			order[e.class] = append(order[e.class], e.symbol)
			code[e.class][e.symbol] = len(order[e.class])
		}
	}
	var out []byte
	for class, symbols := range order {
		if len(symbols) > 0 {
			counts := make([]byte, 16)
			counts[7] = byte(len(symbols))
			out = append(out, Segment(0xc4, []byte{byte(class << 4)}, counts, symbols)...)
		}
	}
	header := []byte{byte(len(s.components))}
	for _, k := range s.components {
		header = append(header, c.id(k), 0)
	}
	out = append(out, Segment(0xda, header, []byte{byte(s.ss), byte(s.se), byte(s.ah<<4 | s.al)})...)
	var acc, n uint64
	put := func(v uint32, size int) {
		for i := size - 1; i >= 0; i-- {
			acc, n = acc<<1|uint64(v>>i&1), n+1
			if n == 8 {
				out = append(out, byte(acc))
				if byte(acc) == 0xff {
					out = append(out, 0)
				}
				acc, n = 0, 0
			}
		}
	}
	pad := func() {
		for n != 0 {
			put(1, 1)
		}
	}
	for _, e := range c.events {
		switch e.class {
		case 0, 1:
			put(uint32(code[e.class][e.symbol]-1), 8)
			put(e.extra, e.size)
		case 2:
			put(e.extra, e.size)
		case 3:
			pad()
			out = append(out, 0xff, 0xd0+e.symbol)
		}
	}
	pad()
	return out
}
