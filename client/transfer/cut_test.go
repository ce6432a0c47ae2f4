package transfer

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"safelight/crypto/statement"
)

// cutter is a TCP proxy that cuts the connection in the middle of one part, once.
type cutter struct {
	listener net.Listener
	server   string // host:port behind it
	victim   string // end of the path of the part
	after    int    // bytes of its request

	mu   sync.Mutex
	cuts int
	sent int64 // bytes from clients, cut ones included
}

func newCutter(t *testing.T, server, victim string, after int) *cutter {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &cutter{listener: l, server: server, victim: victim, after: after}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			go p.pass(client)
		}
	}()
	return p
}

// pass copies both ways until one side ends, or the part comes by.
func (p *cutter) pass(client net.Conn) {
	defer client.Close()
	server, err := net.Dial("tcp", p.server)
	if err != nil {
		return
	}
	defer server.Close()
	go func() {
		io.Copy(client, server)
		client.Close()
	}()
	buf := make([]byte, 16<<10)
	budget := -1 // bytes until the cut, once the part began
	for {
		n, err := client.Read(buf)
		if begin := bytes.Index(buf[:n], []byte(p.victim+" HTTP/1.1\r\n")); begin >= 0 && p.first() {
			budget = begin + p.after
		}
		if budget >= 0 && n >= budget {
			n, err = budget, io.EOF
		}
		p.mu.Lock()
		p.sent += int64(n)
		p.mu.Unlock()
		if _, werr := server.Write(buf[:n]); err != nil || werr != nil {
			return
		}
		if budget >= 0 {
			budget -= n
		}
	}
}

func (p *cutter) first() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cuts++
	return p.cuts == 1
}

// TestCutPart cuts the connection in the middle of one part of an upload: that part is sent again from its beginning,
// and nothing else.
func TestCutPart(t *testing.T) {
	const parts, size = 12, 256 << 10
	data := make([]byte, parts*size)
	rand.Read(data)
	for _, k := range []int{0, 5, parts - 1} {
		t.Run(fmt.Sprint("part ", k), func(t *testing.T) {
			store := newPartStore()
			s := httptest.NewServer(store)
			defer s.Close()
			p := newCutter(t, strings.TrimPrefix(s.URL, "http://"), fmt.Sprintf("/%d", k), size/2)
			c, err := New(Config{Server: "http://" + p.listener.Addr().String(), FirstWait: time.Millisecond})
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			var told int64
			u := c.NewUploader(t.Context(), 3, func(sent int64) { told = sent })
			for n := range parts {
				if err := u.Put(Upload{Share: statement.ID{1}, Upload: statement.UploadID{2}}, uint32(n), data[n*size:(n+1)*size]); err != nil {
					t.Fatal(err)
				}
			}
			if err := u.Wait(); err != nil {
				t.Fatal(err)
			}
			store.check(t, k, data, size)
			if told != parts*size {
				t.Errorf("progress ends at %d bytes, want %d", told, parts*size)
			}
			// The wire carries everything once, half a part again, and headers.
			p.mu.Lock()
			defer p.mu.Unlock()
			if extra := p.sent - parts*size; p.cuts != 2 || extra < size/4 || extra > size/2+parts*1000 {
				t.Errorf("the part came by %d times, want 2, and %d bytes were sent beside the parts, want about %d", p.cuts, extra, size/2)
			}
		})
	}
}

// partStore counts what arrives of each part.
type partStore struct {
	mu      sync.Mutex
	whole   map[string][]byte
	arrived map[string]int64 // body bytes, of all requests
	tries   map[string]int
}

func newPartStore() *partStore {
	return &partStore{whole: map[string][]byte{}, arrived: map[string]int64{}, tries: map[string]int{}}
}

func (s *partStore) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	s.mu.Lock()
	defer s.mu.Unlock()
	n := r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:]
	s.tries[n]++
	s.arrived[n] += int64(len(body))
	if err != nil {
		return // cut off: nothing is stored
	}
	s.whole[n] = body
	w.WriteHeader(http.StatusCreated)
}

// check looks at what arrived when part cut was cut once.
func (s *partStore) check(t *testing.T, cut int, data []byte, size int) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	for n := range len(data) / size {
		name, tries := fmt.Sprint(n), 1
		if n == cut {
			tries = 2
		}
		if s.tries[name] != tries || !bytes.Equal(s.whole[name], data[n*size:(n+1)*size]) {
			t.Errorf("part %d was sent %d times, want %d; whole: %v", n, s.tries[name], tries, len(s.whole[name]) == size)
		}
		most := int64(size)
		if n == cut {
			most += int64(size) / 2
		}
		if got := s.arrived[name]; got > most || n == cut && got <= int64(size) {
			t.Errorf("of part %d %d bytes arrived, want at most %d, and more than once of the one that was cut", n, got, most)
		}
	}
}
