//go:build js

package bridge

import (
	"syscall/js"

	"safelight/client/share"
)

// leastForHost is what asking the host, and waiting for it, is worth.
const leastForHost = 32 << 10

// hostOf takes the browser's own cryptography where there is some: seal(key, first, last, plain) seals chunks as
// crypto/seal.Chunks says, sum(bytes) is SHA-256; both return promises of bytes.
func hostOf(v js.Value) share.Host {
	var h share.Host
	if f := v.Get("seal"); f.Type() == js.TypeFunction {
		h.Seal = func(key [32]byte, first uint64, last bool, plain []byte) ([]byte, error) {
			return hosted(f.Invoke(array(key[:]), float64(first), last, array(plain)))
		}
	}
	if f := v.Get("sum"); f.Type() == js.TypeFunction {
		h.Sum = func(b []byte) ([32]byte, error) {
			if len(b) < leastForHost {
				return share.Host{}.SHA256(b)
			}
			sum, err := hosted(f.Invoke(array(b)))
			if err != nil || len(sum) != 32 {
				return [32]byte{}, faultInternal
			}
			return [32]byte(sum), nil
		}
	}
	return h
}

func hosted(promise js.Value) ([]byte, error) {
	v, err := await(promise)
	if err != nil {
		return nil, err
	}
	return bytesOf(v)
}
