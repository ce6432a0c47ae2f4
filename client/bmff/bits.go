package bmff

// Bits reads bits, the highest first. After a read beyond the end it gives zeros and Failed is true.
type Bits struct {
	b      []byte
	at     int
	failed bool
}

// BitsOf returns a reader of b.
func BitsOf(b []byte) *Bits { return &Bits{b: b} }

// U reads a number of n bits, 0 to 32.
func (r *Bits) U(n int) int {
	if r.at+n > 8*len(r.b) {
		r.at, r.failed = 8*len(r.b), true
		return 0
	}
	v := 0
	for range n {
		v = v<<1 | int(r.b[r.at>>3]>>(7-r.at&7)&1)
		r.at++
	}
	return v
}

// Flag reads one bit.
func (r *Bits) Flag() bool { return r.U(1) == 1 }

// Skip passes over n bits.
func (r *Bits) Skip(n int) {
	for ; n > 32; n -= 32 {
		r.U(32)
	}
	r.U(n)
}

// S reads a number of n bits with a sign (su(n) of AV1).
func (r *Bits) S(n int) int {
	v := r.U(n)
	if v>>(n-1) == 1 {
		v -= 1 << n
	}
	return v
}

// UE reads an Exp-Golomb number: ue(v) of HEVC and, as its codes are the same, uvlc() of AV1.
func (r *Bits) UE() int {
	zeros := 0
	for !r.failed && !r.Flag() {
		if zeros++; zeros > 31 {
			r.failed = true
		}
	}
	if r.failed {
		return 0
	}
	return 1<<zeros - 1 + r.U(zeros)
}

// SE reads a signed Exp-Golomb number.
func (r *Bits) SE() int {
	v := r.UE()
	if v&1 == 1 {
		return (v + 1) / 2
	}
	return -v / 2
}

// NS reads one of n values that need not be a power of two (ns(n) of AV1).
func (r *Bits) NS(n int) int {
	w := 0
	for x := n; x > 0; x >>= 1 {
		w++
	}
	m := 1<<w - n
	v := r.U(max(w-1, 0))
	if v < m {
		return v
	}
	return v<<1 - m + r.U(1)
}

// Align passes over the bits up to the next byte; they have to be zeros.
func (r *Bits) Align() {
	for r.at&7 != 0 {
		if r.Flag() {
			r.failed = true
		}
	}
}

// Trailing reads the one and the zeros that end a unit, and nothing may be behind them.
func (r *Bits) Trailing() bool {
	if !r.Flag() {
		return false
	}
	r.Align()
	return !r.failed && r.at == 8*len(r.b)
}

// Position is how many bits were read.
func (r *Bits) Position() int { return r.at }

// Failed reports whether a read went beyond the end.
func (r *Bits) Failed() bool { return r.failed }
