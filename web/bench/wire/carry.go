package main

import (
	"bytes"
	"net"
	"strconv"
	"strings"
	"sync"
	"time"
)

// An exchange is a request and its answer; bytes include the heads. Times are of the browser's end of the line, Unix ms.
type exchange struct {
	Method     string  `json:"method"`
	Path       string  `json:"path"`
	Status     int     `json:"status"`
	Connection int     `json:"connection"`
	Up         int64   `json:"up"`
	Down       int64   `json:"down"`
	Asked      float64 `json:"asked"`
	First      float64 `json:"first"` // the first byte of the answer, the last one
	Last       float64 `json:"last"`
}

const (
	shapedPiece   = 8 << 10
	unshapedPiece = 128 << 10
	// A sender is held back when more than this waits for the line, as by a full buffer in a router.
	queued = 30 * time.Millisecond
)

// A call is one connection through a line.
type call struct {
	line *line
	n    int
	half time.Duration // of the round trip, when it was opened
	slow bool

	mu      sync.Mutex
	current *exchange
}

func (l *line) carry(browser net.Conn) {
	defer browser.Close()
	server, err := net.Dial("tcp", l.to)
	if err != nil {
		return
	}
	defer server.Close()
	l.mu.Lock()
	l.open++
	c := &call{line: l, n: l.open, half: l.half, slow: l.half > 0 || l.up.rate > 0 || l.down.rate > 0}
	l.mu.Unlock()
	var both sync.WaitGroup
	both.Go(func() { c.pump(browser, server, &l.up, true) })
	both.Go(func() { c.pump(server, browser, &l.down, false) })
	both.Wait()
}

// pump carries one direction until it ends.
func (c *call) pump(from, to net.Conn, through *pipe, up bool) {
	defer func() {
		if tcp, ok := to.(*net.TCPConn); ok {
			_ = tcp.CloseWrite()
		}
	}()
	deliver, finish := c.delivery(from, to, up)
	defer finish()
	size := unshapedPiece
	if c.slow {
		size = shapedPiece
	}
	buf := make([]byte, size)
	for first := true; ; first = false {
		n, err := from.Read(buf)
		if n > 0 {
			if up {
				c.sent(buf[:n])
			}
			passed := through.reserve(n)
			arrives := passed.Add(c.half)
			if up && first {
				arrives = arrives.Add(2 * c.half) // the handshake
			}
			deliver(buf[:n], arrives)
			if wait := time.Until(passed) - queued; wait > 0 {
				time.Sleep(wait)
			}
		}
		if err != nil {
			return
		}
	}
}

// delivery returns how bytes get to the far end: at once, or when they would arrive.
func (c *call) delivery(from, to net.Conn, up bool) (deliver func([]byte, time.Time), finish func()) {
	write := func(b []byte) {
		if !up {
			c.received(b)
		}
		if _, err := to.Write(b); err != nil {
			from.Close()
		}
	}
	if !c.slow {
		return func(b []byte, _ time.Time) { write(b) }, func() {}
	}
	type piece struct {
		bytes []byte
		at    time.Time
	}
	queue, done := make(chan piece, 4096), make(chan struct{})
	go func() {
		defer close(done)
		for p := range queue {
			time.Sleep(time.Until(p.at))
			write(p.bytes)
		}
	}()
	return func(b []byte, at time.Time) { queue <- piece{bytes.Clone(b), at} }, func() { close(queue); <-done }
}

// sent notes bytes that leave the browser. A piece that begins like a request begins one: browsers do not pipeline.
func (c *call) sent(b []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.line.mu.Lock()
	defer c.line.mu.Unlock()
	c.line.bytes[0] += int64(len(b))
	head, _, _ := bytes.Cut(b, []byte("\r\n"))
	if word := strings.Split(string(head), " "); len(word) == 3 && word[2] == "HTTP/1.1" {
		c.current = &exchange{Method: word[0], Path: word[1], Connection: c.n, Asked: now()}
		c.line.asked = append(c.line.asked, c.current)
	}
	if c.current != nil {
		c.current.Up += int64(len(b))
	}
}

// received notes bytes that arrive at the browser.
func (c *call) received(b []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.line.mu.Lock()
	defer c.line.mu.Unlock()
	c.line.bytes[1] += int64(len(b))
	e := c.current
	if e == nil {
		return
	}
	e.Last = now()
	e.Down += int64(len(b))
	if status, ok := bytes.CutPrefix(b, []byte("HTTP/1.1 ")); ok && e.Status == 0 && len(status) > 3 {
		e.First = e.Last
		e.Status, _ = strconv.Atoi(string(status[:3]))
	}
}

func now() float64 { return float64(time.Now().UnixMicro()) / 1000 }
