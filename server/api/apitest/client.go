package apitest

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/tinylib/msgp/msgp"
)

// The media types of the API.
const (
	msgpack = "application/vnd.safelight+msgpack"
	problem = "application/problem+json"
)

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// request is what is sent; header holds names and values in turn.
type request struct {
	method, path string
	header       []string
	body         []byte
}

// do sends r to the API, below /api/v1/, or below the base path when its path begins with a slash.
func (tg *Target) do(t testing.TB, r request) answer {
	t.Helper()
	a, err := tg.try(r)
	for wait := 100 * time.Millisecond; tg.Lossy && wait < 10*time.Second && lost(a, err); wait *= 2 {
		time.Sleep(wait)
		a, err = tg.try(r)
	}
	if err != nil {
		t.Fatalf("%s: no answer: %v", r.method, err)
	}
	return a
}

// lost reports that no answer of the API came: the connection broke, or the proxy before it gives an error of its own,
// which has no code.
func lost(a answer, err error) bool {
	return err != nil || a.status >= 500 && a.code() == ""
}

func (tg *Target) try(r request) (answer, error) {
	url := tg.URL + "/api/v1/" + r.path
	if strings.HasPrefix(r.path, "/") {
		url = tg.URL + r.path
	}
	var body io.Reader
	if r.body != nil {
		body = bytes.NewReader(r.body)
	}
	req, err := http.NewRequest(r.method, url, body)
	if err != nil {
		return answer{}, err
	}
	for i := 0; i+1 < len(r.header); i += 2 {
		req.Header.Set(r.header[i], r.header[i+1])
	}
	for i := 0; i+1 < len(tg.Header); i += 2 {
		req.Header.Set(tg.Header[i], tg.Header[i+1])
	}
	resp, err := tg.client.Do(req)
	if err != nil {
		return answer{}, err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	return answer{resp.StatusCode, resp.Header, b}, err
}

// post sends a document of the share protocol.
func (tg *Target) post(t testing.TB, path string, body []byte) answer {
	t.Helper()
	return tg.do(t, request{"POST", path, []string{"Content-Type", msgpack}, body})
}

// want fails the test unless a has the status and, for an error, the code.
func (a answer) want(t testing.TB, status int, code string) answer {
	t.Helper()
	if a.status != status || a.code() != code {
		t.Fatalf("answer %d %q, want %d %q; body %.300q", a.status, a.code(), status, code, a.body)
	}
	return a
}

// code is the code of a problem document, or "".
func (a answer) code() string {
	if a.header.Get("Content-Type") != problem {
		return ""
	}
	var p struct{ Code string }
	if json.Unmarshal(a.body, &p) != nil {
		return "not JSON"
	}
	return p.Code
}

// fields decodes the body, which has to be an array of n elements.
func (a answer) fields(t testing.TB, n int) []any {
	t.Helper()
	if got := a.header.Get("Content-Type"); got != msgpack {
		t.Fatalf("Content-Type %q, want %q", got, msgpack)
	}
	v, rest, err := msgp.ReadIntfBytes(a.body)
	list, ok := v.([]any)
	if err != nil || len(rest) != 0 || !ok || len(list) != n {
		t.Fatalf("body is not one array of %d: %.200q, %v", n, a.body, err)
	}
	return list
}

func number(t testing.TB, v any) uint64 {
	t.Helper()
	switch n := v.(type) {
	case int64:
		return uint64(n)
	case uint64:
		return n
	}
	t.Fatalf("%T where a number should be", v)
	return 0
}

func bin(t testing.TB, v any, length int) []byte {
	t.Helper()
	b, ok := v.([]byte)
	if !ok || (length >= 0 && len(b) != length) {
		t.Fatalf("%T of %d bytes, want bin of %d", v, len(b), length)
	}
	return b
}

// array encodes an array of bin and numbers, as the share protocol wants it.
func array(values ...any) []byte {
	b := msgp.AppendArrayHeader(nil, uint32(len(values)))
	for _, v := range values {
		switch v := v.(type) {
		case []byte:
			b = msgp.AppendBytes(b, v)
		case uint64:
			b = msgp.AppendUint64(b, v)
		case int:
			b = msgp.AppendUint64(b, uint64(v))
		default:
			panic(fmt.Sprintf("apitest: %T in an array", v))
		}
	}
	return b
}

// bearer is the header that carries a binary token.
func bearer(token []byte) string { return "Bearer " + base64.RawURLEncoding.EncodeToString(token) }

// put sends a part as clients do.
func (tg *Target) put(t testing.TB, id fmt.Stringer, g grant, n int, part []byte) answer {
	t.Helper()
	return tg.do(t, putRequest(id, g, n, part))
}

func putRequest(id fmt.Stringer, g grant, n int, part []byte) request {
	sum := sha256.Sum256(part)
	return request{"PUT", "shares/" + id.String() + "/parts/" + g.upload.String() + "/" + strconv.Itoa(n), []string{
		"Authorization", bearer(g.token),
		"Content-Digest", "sha-256=:" + base64.StdEncoding.EncodeToString(sum[:]) + ":",
		"Content-Type", "application/octet-stream",
	}, part}
}
