package link

// alphabet is Bitcoin's: digits and letters without 0, O, I and l.
const alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"

var digits = func() (d [256]int8) {
	for i := range d {
		d[i] = -1
	}
	for i := range len(alphabet) {
		d[alphabet[i]] = int8(i)
	}
	return d
}()

func digit58(c byte) int { return int(digits[c]) }

// encode58 writes b, big-endian, as exactly Length characters. It fits for every kind up to 29: 58^50 > 30·2^288.
func encode58(b []byte) string {
	var out [Length]byte
	num := append([]byte(nil), b...)
	for i := Length - 1; i >= 0; i-- {
		rem := 0
		for j, c := range num {
			cur := rem<<8 | int(c)
			num[j], rem = byte(cur/58), cur%58
		}
		out[i] = alphabet[rem]
	}
	return string(out[:])
}

// decode58 reads Length characters of the alphabet. The value always fits, because 58^50 < 2^296.
func decode58(s string) [codeSize]byte {
	var out [codeSize]byte
	for i := range len(s) {
		carry := digit58(s[i])
		for j := codeSize - 1; j >= 0; j-- {
			carry += int(out[j]) * 58
			out[j] = byte(carry)
			carry >>= 8
		}
	}
	return out
}
