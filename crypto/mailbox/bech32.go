package mailbox

import "strings"

// The spelling in which age takes keys, BIP 173 without its limit of length. age has no way in for the bytes themselves.

const bech32Alphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"

// bech32 returns data behind prefix, in lower case.
func bech32(prefix string, data []byte) string {
	groups := fiveBits(data)
	sum := bech32Sum(prefix, groups)
	var b strings.Builder
	b.WriteString(prefix)
	b.WriteByte('1')
	for _, g := range groups {
		b.WriteByte(bech32Alphabet[g])
	}
	for i := range 6 {
		b.WriteByte(bech32Alphabet[sum>>(5*(5-i))&31])
	}
	return b.String()
}

// fiveBits regroups bytes into groups of five bits, the last one filled with zeros.
func fiveBits(data []byte) []byte {
	var groups []byte
	var hold, bits uint
	for _, c := range data {
		hold, bits = hold<<8|uint(c), bits+8
		for bits >= 5 {
			bits -= 5
			groups = append(groups, byte(hold>>bits&31))
		}
	}
	if bits > 0 {
		groups = append(groups, byte(hold<<(5-bits)&31))
	}
	return groups
}

func bech32Sum(prefix string, groups []byte) uint32 {
	values := make([]byte, 0, 2*len(prefix)+len(groups)+7)
	for _, c := range []byte(prefix) {
		values = append(values, c>>5)
	}
	values = append(values, 0)
	for _, c := range []byte(prefix) {
		values = append(values, c&31)
	}
	values = append(append(values, groups...), 0, 0, 0, 0, 0, 0)
	sum := uint32(1)
	for _, v := range values {
		top := sum >> 25
		sum = (sum&0x1ffffff)<<5 ^ uint32(v)
		for i, g := range [5]uint32{0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3} {
			if top>>i&1 == 1 {
				sum ^= g
			}
		}
	}
	return sum ^ 1
}
