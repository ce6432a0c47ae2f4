package apitest

import (
	"bytes"
	"crypto/rand"
	"strconv"
	"testing"

	"safelight/crypto/keys"
	"safelight/crypto/seal"
	"safelight/crypto/statement"
)

// sealedBytes returns n bytes that begin like a sealed file, as a first part has to.
func (s *share) sealedBytes(t testing.TB, n int) []byte {
	t.Helper()
	b, err := seal.Seal(keys.BundlePassphrase(s.id(), keys.Random32()), make([]byte, n))
	if err != nil {
		t.Fatal(err)
	}
	return b[:n]
}

func testParts(t *testing.T, tg *Target) {
	s := tg.newShare(t)
	first, other := s.sealedBytes(t, partSize), s.sealedBytes(t, partSize)
	tg.put(t, s.id(), s.grants[0], 0, first).want(t, 201, "")
	tg.put(t, s.id(), s.grants[0], 0, first).want(t, 200, "")
	tg.put(t, s.id(), s.grants[0], 0, other).want(t, 409, "part")
	tg.put(t, s.id(), s.grants[0], 0, first[:partSize-1]).want(t, 409, "part")
	tg.put(t, s.id(), s.grants[1], 0, other).want(t, 201, "")

	// Racing senders of different bytes: one wins, and nobody is told that the other's were stored.
	const racers = 16
	bodies, answers := make([][]byte, racers), make([]answer, racers)
	done := make(chan int)
	for i := range racers {
		bodies[i] = make([]byte, partSize)
		rand.Read(bodies[i])
		go func() {
			answers[i], _ = tg.try(putRequest(s.id(), s.grants[0], 1, bodies[i]))
			done <- i
		}()
	}
	for range racers {
		<-done
	}
	winner := -1
	for i, a := range answers {
		switch {
		case a.status == 201 && winner < 0:
			winner = i
		case a.status != 409:
			t.Errorf("racer %d got %d %s, want 201 once and 409 else", i, a.status, a.code())
		}
	}
	if winner < 0 {
		t.Fatal("no racer won")
	}
	s.bundles[0] = append(append([]byte{}, first...), bodies[winner]...)
	s.commit(t, rules{}).want(t, 200, "")
	if got := s.get(t, "GET", 0, s.unlock()).want(t, 200, ""); !bytes.Equal(got.body, s.bundles[0]) {
		t.Error("what is stored is not what was acknowledged")
	}
	tg.put(t, s.id(), s.grants[0], 2, other).want(t, 409, "upload")
}

func testPartsRefused(t *testing.T, tg *Target) {
	s := tg.newShare(t)
	body := s.sealedBytes(t, partSize)
	good := putRequest(s.id(), s.grants[0], 0, body)
	replace := func(name, value string) request {
		r := good
		r.header = append([]string{}, good.header...)
		for i := 0; i < len(r.header); i += 2 {
			if r.header[i] == name {
				r.header[i+1] = value
			}
		}
		return r
	}
	path := func(p string) request { r := good; r.path = p; return r }
	plain := make([]byte, partSize)
	upload := s.path() + "/parts/" + s.grants[0].upload.String()
	tests := []struct {
		name   string
		r      request
		status int
		code   string
	}{
		{"other digest", replace("Content-Digest", digest(plain)), 400, "digest"},
		{"no digest", replace("Content-Digest", ""), 400, "malformed"},
		{"digest of another kind", replace("Content-Digest", "sha-512=:AAAA:"), 400, "malformed"},
		{"digest cut", replace("Content-Digest", "sha-256=:AAAA:"), 400, "malformed"},
		{"no token", replace("Authorization", ""), 404, "gone"},
		{"token of the other upload", replace("Authorization", bearer(s.grants[1].token)), 404, "gone"},
		{"not base64", replace("Authorization", "Bearer !!"), 404, "gone"},
		{"read token", replace("Authorization", bearer(s.readToken())), 404, "gone"},
		{"unknown upload", path(s.path() + "/parts/" + statement.UploadID(random(16)).String() + "/0"), 404, "gone"},
		{"unknown share", path("shares/" + statement.ID(random(16)).String() + "/parts/" + s.grants[0].upload.String() + "/0"), 404, "gone"},
		{"number too great", path(upload + "/17000"), 400, "malformed"},
		{"no number", path(upload + "/x"), 400, "malformed"},
		{"second spelling of the number", path(upload + "/00"), 400, "malformed"},
		{"negative", path(upload + "/-1"), 400, "malformed"},
		{"capitals", path("shares/" + s.id().String() + "/parts/ABCDEF00000000000000000000000000/0"), 400, "malformed"},
		{"not sealed", putRequest(s.id(), s.grants[0], 0, plain), 400, "malformed"},
		{"empty", putRequest(s.id(), s.grants[0], 1, []byte{}), 400, "malformed"},
		{"too large", putRequest(s.id(), s.grants[0], 1, make([]byte, statement.MaxPartSize+1)), 413, "large"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { tg.do(t, tt.r).want(t, tt.status, tt.code) })
	}
	tg.do(t, good).want(t, 201, "")
}

func testRanges(t *testing.T, tg *Target) {
	s := tg.newShare(t)
	s.fill(t, 0, 3*partSize-300)
	s.commit(t, rules{}).want(t, 200, "")
	all := s.bundles[0]
	size := len(all)
	n := strconv.Itoa
	tests := []struct {
		name, header string
		status       int
		from, to     int // exclusive
	}{
		{"none", "", 200, 0, size},
		{"beginning", "bytes=0-99", 206, 0, 100},
		{"everything", "bytes=0-", 206, 0, size},
		{"inside a part", "bytes=300000-300010", 206, 300000, 300011},
		{"across two parts", "bytes=" + n(partSize-5) + "-" + n(partSize+4), 206, partSize - 5, partSize + 5},
		{"across all parts", "bytes=1-" + n(size-2), 206, 1, size - 1},
		{"a whole part", "bytes=" + n(partSize) + "-" + n(2*partSize-1), 206, partSize, 2 * partSize},
		{"open end", "bytes=" + n(size-7) + "-", 206, size - 7, size},
		{"suffix", "bytes=-7", 206, size - 7, size},
		{"long suffix", "bytes=-" + n(size+1000), 206, 0, size},
		{"past the end", "bytes=" + n(size-3) + "-" + n(size+3), 206, size - 3, size},
		{"one byte", "bytes=0-0", 206, 0, 1},
		{"last byte", "bytes=" + n(size-1) + "-" + n(size-1), 206, size - 1, size},
		{"outside", "bytes=" + n(size) + "-", 416, 0, 0},
		{"empty suffix", "bytes=-0", 416, 0, 0},
		{"nonsense", "bytes=x", 200, 0, size},
		{"two ranges", "bytes=0-1,3-4", 200, 0, size},
	}
	for _, tt := range tests {
		for _, method := range []string{"GET", "HEAD"} {
			t.Run(method+" "+tt.name, func(t *testing.T) {
				a := s.get(t, method, 0, s.unlock(), "Range", tt.header)
				if a.status != tt.status {
					t.Fatalf("%q = %d, want %d", tt.header, a.status, tt.status)
				}
				if tt.status == 416 {
					if got, want := a.header.Get("Content-Range"), "bytes */"+n(size); got != want {
						t.Errorf("Content-Range %q, want %q", got, want)
					}
					return
				}
				if got := a.header.Get("Content-Length"); got != n(tt.to-tt.from) {
					t.Errorf("Content-Length %q, want %d", got, tt.to-tt.from)
				}
				want := "bytes " + n(tt.from) + "-" + n(tt.to-1) + "/" + n(size)
				if got := a.header.Get("Content-Range"); tt.status == 206 && got != want {
					t.Errorf("Content-Range %q, want %q", got, want)
				}
				if method == "GET" && !bytes.Equal(a.body, all[tt.from:tt.to]) {
					t.Errorf("%q: %d other bytes, want %d", tt.header, len(a.body), tt.to-tt.from)
				}
				if method == "HEAD" && len(a.body) != 0 {
					t.Error("HEAD has a body")
				}
				if a.header.Get("Cache-Control") != "no-store" || a.header.Get("Accept-Ranges") != "bytes" {
					t.Errorf("headers %v", a.header)
				}
			})
		}
	}
}
