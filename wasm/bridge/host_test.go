//go:build js

package bridge

import (
	"bytes"
	"crypto/sha256"
	"syscall/js"
	"testing"
)

// Hosts for begin: none, and one by Node's cryptography. The page's is in web/src/engine/host.ts.
const (
	noHost   = `return {}`
	nodeHost = `
		const { createCipheriv, createHash } = require("crypto");
		const asked = { seal: 0, sum: 0 };
		return {
			asked,
			async seal(key, first, last, plain) {
				asked.seal++;
				const out = [];
				for (let at = 0, n = first; at === 0 || at < plain.length; at += 65536, n++) {
					const chunk = plain.subarray(at, at + 65536);
					const iv = Buffer.alloc(12);
					iv.writeUInt32BE(n, 7);
					iv[11] = last && at + 65536 >= plain.length ? 1 : 0;
					const cipher = createCipheriv("chacha20-poly1305", key, iv, { authTagLength: 16 });
					out.push(cipher.update(chunk), cipher.final(), cipher.getAuthTag());
				}
				return new Uint8Array(Buffer.concat(out));
			},
			async sum(bytes) {
				asked.sum++;
				return new Uint8Array(createHash("sha256").update(bytes).digest());
			},
		}`
)

func hostFrom(source string) js.Value { return js.Global().Get("Function").New(source).Invoke() }

// TestHostIsAsked shows that what TestPack opens was sealed and hashed by the host, and what a host that errs leads to.
func TestHostIsAsked(t *testing.T) {
	host := hostFrom(nodeHost)
	h := hostOf(host)
	data := bytes.Repeat([]byte("photo"), 20_000)
	sum, err := h.SHA256(data)
	if err != nil || sum != sha256.Sum256(data) {
		t.Errorf("sum %x, %v", sum, err)
	}
	sealed, err := h.Seal([32]byte{1}, 0, true, data)
	if err != nil || len(sealed) != len(data)+2*16 {
		t.Errorf("sealed to %d bytes, %v", len(sealed), err)
	}
	if asked := host.Get("asked"); asked.Get("seal").Int() != 1 || asked.Get("sum").Int() != 1 {
		t.Errorf("the host was asked %d and %d times", asked.Get("seal").Int(), asked.Get("sum").Int())
	}
	if small, err := h.SHA256(data[:100]); err != nil || small != sha256.Sum256(data[:100]) || host.Get("asked").Get("sum").Int() != 1 {
		t.Error("a small sum is not made here")
	}
	packAndOpen(t, 0, host)
	if asked := host.Get("asked"); asked.Get("seal").Int() < 3 || asked.Get("sum").Int() < 3 {
		t.Errorf("packing asked the host %d and %d times", asked.Get("seal").Int(), asked.Get("sum").Int())
	}
	broken := hostOf(hostFrom(`return { seal: async () => { throw new Error("gone") }, sum: async () => new Uint8Array(3) }`))
	if _, err := broken.Seal([32]byte{}, 0, true, data); err == nil {
		t.Error("control: a cipher that fails is not heard of")
	}
	if _, err := broken.SHA256(data); err == nil {
		t.Error("control: a sum of three bytes is taken")
	}
}
