package main

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// A line leads from a port of its own to a server. All connections through it share its rates; each pays half the round
// trip in both directions, and a whole one more before its first bytes, as TCP does.
type line struct {
	to string

	mu       sync.Mutex
	half     time.Duration
	up, down pipe
	open     int // connections since reset
	asked    []*exchange
	bytes    [2]int64 // up, down
}

// A pipe lets bytes through at its rate, one after the other.
type pipe struct {
	mu   sync.Mutex
	rate float64 // bytes per second; 0: no limit
	free time.Time
}

// reserve returns when n bytes will have passed.
func (p *pipe) reserve(n int) time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	if p.rate == 0 {
		return now
	}
	if p.free.Before(now) {
		p.free = now
	}
	p.free = p.free.Add(time.Duration(float64(n) / p.rate * float64(time.Second)))
	return p.free
}

// serve accepts connections for as long as the program runs.
func (l *line) serve(at net.Listener) {
	for {
		conn, err := at.Accept()
		if err != nil {
			return
		}
		go l.carry(conn)
	}
}

// The controls, all by GET: /line?to=HOST:PORT (answers with the address of a new line), /shape?line=&down=&up=&rtt=
// (Mbit/s and ms, 0: none), /reset?line=, /stats?line=.
func serveLines() error {
	var mu sync.Mutex
	lines := map[string]*line{}
	find := func(w http.ResponseWriter, r *http.Request) *line {
		mu.Lock()
		defer mu.Unlock()
		l := lines[r.FormValue("line")]
		if l == nil {
			http.Error(w, "no such line", http.StatusNotFound)
		}
		return l
	}
	http.HandleFunc("/line", func(w http.ResponseWriter, r *http.Request) {
		at, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		l := &line{to: r.FormValue("to")}
		mu.Lock()
		lines[at.Addr().String()] = l
		mu.Unlock()
		go l.serve(at)
		fmt.Fprint(w, at.Addr())
	})
	http.HandleFunc("/shape", func(w http.ResponseWriter, r *http.Request) {
		if l := find(w, r); l != nil {
			l.shape(number(r, "down"), number(r, "up"), number(r, "rtt"))
		}
	})
	http.HandleFunc("/reset", func(w http.ResponseWriter, r *http.Request) {
		if l := find(w, r); l != nil {
			l.reset()
		}
	})
	http.HandleFunc("/stats", func(w http.ResponseWriter, r *http.Request) {
		if l := find(w, r); l != nil {
			_ = json.NewEncoder(w).Encode(l.stats())
		}
	})
	control, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println(control.Addr())
	return http.Serve(control, nil)
}

func number(r *http.Request, name string) float64 {
	n, _ := strconv.ParseFloat(r.FormValue(name), 64)
	return n
}

func (l *line) shape(down, up, rtt float64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.down.rate, l.up.rate = down*1e6/8, up*1e6/8
	l.half = time.Duration(rtt / 2 * float64(time.Millisecond))
}

func (l *line) reset() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.asked, l.open, l.bytes = nil, 0, [2]int64{}
}

// Stats of a line since its last reset.
type stats struct {
	Up          int64      `json:"up"`
	Down        int64      `json:"down"`
	Connections int        `json:"connections"`
	Requests    []exchange `json:"requests"`
}

func (l *line) stats() stats {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := stats{Up: l.bytes[0], Down: l.bytes[1], Connections: l.open, Requests: []exchange{}}
	for _, e := range l.asked {
		s.Requests = append(s.Requests, *e)
	}
	return s
}
