package client

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"safelight/client/strip"
	"safelight/client/strip/striptest"
	"safelight/client/transfer"
	"safelight/crypto/link"
	"safelight/crypto/manifest"
	"safelight/server/admit"
	"safelight/server/api"
	"safelight/server/rules"
	"safelight/server/store/mem"
	"safelight/server/wire"
)

// world is the real server in this process, on stores in memory, with a wire that a test can cut.
type world struct {
	Config
	url   string
	parts *mem.Parts

	mu    sync.Mutex
	fault func(r *http.Request, n int) string // "", "before", "after": when the connection breaks
	seen  map[string]int
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{parts: new(mem.Parts), seen: map[string]int{}}
	records := new(mem.Records)
	shares, err := rules.New(rules.Config{Records: records, Manifests: records, Parts: w.parts, RecordKey: rules.RecordKey{1}})
	if err != nil {
		t.Fatal(err)
	}
	page := &fstest.MapFile{Data: []byte("<!doctype html>")}
	h, err := api.New(api.Config{
		Shares: shares, Gate: admit.Open(), Drain: true,
		Pages: fstest.MapFS{"index.html": page, "share.html": page, "manage.html": page},
		Site: wire.Site{
			API: 1, Admit: wire.AdmitOpen,
			Limits: wire.NewSiteLimits(wire.DefaultShareBytes, wire.DefaultMaxViews, wire.DefaultMaxExpiry, wire.DefaultExpiry),
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	w.url = s.URL
	w.Config = Config{Server: s.URL, Transfer: transfer.Config{Transport: w, FirstWait: time.Millisecond}}
	return w
}

// RoundTrip passes requests on, and breaks the connection when fault says so: before the server sees the request, or
// after it has answered.
func (w *world) RoundTrip(r *http.Request) (*http.Response, error) {
	kind := r.Method + " " + r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:]
	if r.Method == http.MethodPut {
		kind = "PUT part"
	}
	w.mu.Lock()
	w.seen[kind]++
	when := ""
	if w.fault != nil {
		when = w.fault(r, w.seen[kind])
	}
	w.mu.Unlock()
	if when == "before" {
		return nil, errors.New("connection broke before")
	}
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err == nil && when == "after" {
		io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
		return nil, errors.New("connection broke after")
	}
	return resp, err
}

// breakOn breaks the n-th request whose path ends in suffix.
func (w *world) breakOn(suffix, when string, n ...int) {
	w.fault = func(r *http.Request, count int) string {
		if strings.HasSuffix(r.URL.Path, suffix) && slices.Contains(n, count) {
			return when
		}
		return ""
	}
}

func photo(w, h int) Photo {
	data := striptest.CameraJPEG(w, h, striptest.Everything("PLANTED"))
	return Photo{Size: int64(len(data)), Read: func() ([]byte, error) { return data, nil }}
}

func (w *world) send(t *testing.T, c SendConfig, photos ...Photo) *Sent {
	t.Helper()
	c.Config = w.Config
	sent, err := Send(t.Context(), photos, c)
	if err != nil {
		t.Fatalf("Send: %v", err)
	}
	return sent
}

// check opens a share and compares its originals with what strip makes.
func (w *world) check(t *testing.T, link, pass string, photos ...Photo) *Share {
	t.Helper()
	o, err := Open(t.Context(), link, w.Config)
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	s, err := o.Unlock(t.Context(), Key{Passphrase: pass})
	if err != nil {
		t.Fatalf("Unlock: %v", err)
	}
	if len(s.Photos) != len(photos) {
		t.Fatalf("%d photos, want %d", len(s.Photos), len(photos))
	}
	for i, p := range s.Photos {
		file, err := photos[i].Read()
		if err != nil {
			t.Fatal(err)
		}
		want, _, err := strip.Strip(file)
		if err != nil {
			t.Fatal(err)
		}
		original := p.Variants[len(p.Variants)-1]
		got, err := s.Read(t.Context(), original)
		if err != nil || original.Role != manifest.Original || !bytes.Equal(got, want) {
			t.Errorf("original of photo %d: %d bytes, %v, want %d", i, len(got), err, len(want))
		}
	}
	return s
}

// TestSendThroughFaults breaks every kind of request once, before and after the server saw it.
func TestSendThroughFaults(t *testing.T) {
	for _, suffix := range []string{"/site", "/owner", "/0", "/1", "/open"} {
		for _, when := range []string{"before", "after"} {
			t.Run(strings.Trim(suffix, "/")+" "+when, func(t *testing.T) {
				w := newWorld(t)
				w.breakOn(suffix, when, 1, 3)
				p := photo(900, 700)
				sent := w.send(t, SendConfig{}, p)
				w.check(t, sent.Link, "", p)
			})
		}
	}
	t.Run("commit after", func(t *testing.T) {
		w := newWorld(t)
		w.breakOn("/owner", "after", 2) // the first is create, the second commit
		p := photo(300, 200)
		w.check(t, w.send(t, SendConfig{}, p).Link, "", p)
	})
}

// TestFailedSendLeavesNothing has the wire break for good at different moments, and the sender give up.
func TestFailedSendLeavesNothing(t *testing.T) {
	for _, tt := range []struct {
		name  string
		cut   func(w *world, cancel func())
		photo Photo
		want  error
	}{
		{"parts", func(w *world, _ func()) {
			w.fault = func(r *http.Request, _ int) string {
				return map[bool]string{true: "before"}[r.Method == http.MethodPut]
			}
		}, photo(300, 200), ErrUnreachable},
		{"cancelled", func(w *world, cancel func()) {
			w.fault = func(r *http.Request, _ int) string {
				if r.Method == http.MethodPut {
					cancel()
				}
				return ""
			}
		}, photo(300, 200), context.Canceled},
		{"no photo", func(*world, func()) {}, Photo{Read: func() ([]byte, error) { return []byte("text"), nil }}, ErrRefused},
		{"file gone", func(*world, func()) {}, Photo{Read: func() ([]byte, error) { return nil, io.ErrUnexpectedEOF }}, io.ErrUnexpectedEOF},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			tt.cut(w, cancel)
			var id string
			inner := w.fault
			w.fault = func(r *http.Request, n int) string {
				if f := strings.Split(r.URL.Path, "/"); len(f) > 5 && f[4] != "" {
					id = f[4]
				}
				if inner == nil {
					return ""
				}
				return inner(r, n)
			}
			_, err := Send(ctx, []Photo{photo(300, 200), tt.photo}, SendConfig{Config: w.Config})
			if !errors.Is(err, tt.want) {
				t.Errorf("Send = %v, want %v", err, tt.want)
			}
			if strings.Contains(err.Error(), id) && id != "" {
				t.Errorf("the error tells the id: %v", err)
			}
			if w.seen["POST challenge"] == 0 {
				t.Error("the share was not deleted")
			}
		})
	}
}

// TestUnlock is passphrases and views from the viewer's side.
func TestUnlock(t *testing.T) {
	const right, wrong = "seven lemons under snow", "seven lemons under rain"
	for _, views := range []uint64{0, 2} {
		w := newWorld(t)
		p := photo(300, 200)
		sent := w.send(t, SendConfig{Passphrase: right, Views: views}, p)
		m, err := Manage(t.Context(), sent.Manage, w.Config)
		if err != nil {
			t.Fatal(err)
		}
		for _, tt := range []struct {
			pass string
			want error
		}{{"", ErrLocked}, {wrong, ErrPassphrase}, {"\xff", ErrPassphrase}} {
			o, err := Open(t.Context(), sent.Link, w.Config)
			if err != nil {
				t.Fatal(err)
			}
			if o.Counted() != (views > 0) || !o.Info.Passphrase {
				t.Errorf("Info = %+v", o.Info)
			}
			if _, err := o.Unlock(t.Context(), Key{Passphrase: tt.pass}); !errors.Is(err, tt.want) || errors.Is(err, ErrGone) {
				t.Errorf("Unlock(%q) = %v, want %v", tt.pass, err, tt.want)
			}
		}
		if err := m.refresh(t.Context()); err != nil || m.Status.Taken != 0 {
			t.Errorf("%d views were counted (%v)", m.Status.Taken, err)
		}
		w.breakOn("/take", "after", 1) // a lost answer costs no second view
		w.check(t, sent.Link, right, p)
		if err := m.refresh(t.Context()); err != nil || m.Status.Taken != views/2 {
			t.Errorf("%d views were counted (%v), want %d", m.Status.Taken, err, views/2)
		}
	}
}

// TestGuessesRunOut ends in ErrLocked, and says how long.
func TestGuessesRunOut(t *testing.T) {
	w := newWorld(t)
	sent := w.send(t, SendConfig{Passphrase: "seven lemons under snow"}, photo(64, 64))
	var err error
	for range wire.GuessBucket + 1 {
		var o *Opening
		if o, err = Open(t.Context(), sent.Link, w.Config); err != nil {
			t.Fatal(err)
		}
		_, err = o.Unlock(t.Context(), Key{Passphrase: "wrong"})
	}
	if !errors.Is(err, ErrLocked) || !strings.Contains(err.Error(), "m") {
		t.Errorf("after %d guesses: %v", wire.GuessBucket+1, err)
	}
}

// TestUnlockWhileTheOwnerPublishes opens a revision that is replaced before it is unlocked: the new rules hold.
func TestUnlockWhileTheOwnerPublishes(t *testing.T) {
	one, on := uint64(1), true
	for _, tt := range []struct {
		name   string
		before SendConfig
		change Change
		pass   string
		want   error
	}{
		{"new passphrase", SendConfig{}, Change{Passphrase: "seven lemons under snow"}, "", ErrLocked},
		{"another passphrase", SendConfig{Passphrase: "seven lemons under rain"}, Change{Passphrase: "seven lemons under snow"}, "seven lemons under snow", nil},
		{"old passphrase", SendConfig{Passphrase: "seven lemons under rain"}, Change{Passphrase: "seven lemons under snow"}, "seven lemons under rain", ErrPassphrase},
		{"a limit", SendConfig{}, Change{Views: &one}, "", nil},
		{"another limit", SendConfig{Views: 5}, Change{Views: &one}, "", nil},
		{"no passphrase", SendConfig{Passphrase: "seven lemons under rain"}, Change{NoPassphrase: true}, "anything", nil},
		{"a log", SendConfig{}, Change{Log: &on}, "", ErrLocked},
		{"a log beside a passphrase", SendConfig{Passphrase: "seven lemons under rain"}, Change{Log: &on}, "seven lemons under rain", ErrLocked},
		{"a log beside a limit", SendConfig{Views: 5}, Change{Log: &on}, "", ErrLocked},
		{"another limit beside a log", SendConfig{Views: 5, Log: true}, Change{Views: &one}, "", nil},
		{"new passphrase beside a limit", SendConfig{Views: 5}, Change{Passphrase: "seven lemons under snow"}, "", ErrLocked},
		{"asked first beside a limit", SendConfig{Views: 5}, Change{AskFirst: &on}, "", ErrLocked},
		{"asked first", SendConfig{}, Change{AskFirst: &on}, "", ErrLocked},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			sent := w.send(t, tt.before, photo(64, 64))
			o, err := Open(t.Context(), sent.Link, w.Config)
			if err != nil {
				t.Fatal(err)
			}
			m, err := Manage(t.Context(), sent.Manage, w.Config)
			if err != nil {
				t.Fatal(err)
			}
			if err := m.Set(t.Context(), tt.change); err != nil {
				t.Fatal(err)
			}
			s, err := o.Unlock(t.Context(), Key{Passphrase: tt.pass})
			if !errors.Is(err, tt.want) || (err == nil) != (s != nil && len(s.Photos) == 1) {
				t.Errorf("Unlock = %v, want %v", err, tt.want)
			}
			if tt.change.Log == nil {
				return
			}
			if log, err := m.Log(t.Context()); err != nil || slices.ContainsFunc(log.Entries, opens) {
				t.Errorf("the log of who was not told = %+v, %v", log.Entries, err)
			}
			if s, err = o.Unlock(t.Context(), Key{Passphrase: tt.pass}); err != nil { // by now it says so
				t.Errorf("Unlock after having been told = %v", err)
			}
			if log, err := m.Log(t.Context()); err != nil || !slices.ContainsFunc(log.Entries, opens) {
				t.Errorf("control: the log of who was told = %+v, %v", log.Entries, err)
			}
		})
	}
}

func opens(e LogEntry) bool { return e.What == "opened" || e.What == "taken" }

// TestLogSwitchedOnAfterTheGuess: deriving from a passphrase takes long, and what was asked before the log began does not
// say that anybody was told of it.
func TestLogSwitchedOnAfterTheGuess(t *testing.T) {
	const pass = "seven lemons under rain"
	w := newWorld(t)
	sent := w.send(t, SendConfig{Passphrase: pass}, photo(64, 64))
	m, err := Manage(t.Context(), sent.Manage, w.Config)
	if err != nil {
		t.Fatal(err)
	}
	on, opens := true, 0
	c := w.Config
	c.Transfer.Transport = roundTrip(func(r *http.Request) (*http.Response, error) {
		if strings.HasSuffix(r.URL.Path, "/open") {
			if opens++; opens == 2 {
				if err := m.Set(t.Context(), Change{Log: &on}); err != nil {
					t.Error(err)
				}
			}
		}
		return w.RoundTrip(r)
	})
	o, err := Open(t.Context(), sent.Link, c)
	if err != nil {
		t.Fatal(err)
	}
	if s, err := o.Unlock(t.Context(), Key{Passphrase: pass}); !errors.Is(err, ErrLocked) || s != nil {
		t.Errorf("Unlock of who was not told = %v", err)
	}
	log, err := m.Log(t.Context())
	if err != nil || len(log.Entries) != 0 {
		t.Errorf("log = %+v, %v, want nothing", log.Entries, err)
	}
}

// TestReadWhileTheOwnerPublishes: a share whose rules were changed while it is read is not called gone.
func TestReadWhileTheOwnerPublishes(t *testing.T) {
	w := newWorld(t)
	sent := w.send(t, SendConfig{}, photo(64, 64))
	m, err := Manage(t.Context(), sent.Manage, w.Config)
	if err != nil {
		t.Fatal(err)
	}
	read := func(s *Share) error {
		_, err := s.Read(t.Context(), s.Photos[0].Variants[0])
		return err
	}
	s := w.check(t, sent.Link, "", photo(64, 64))
	if err := m.Set(t.Context(), Change{Expires: time.Hour}); err != nil {
		t.Fatal(err)
	}
	if err := read(s); err != nil {
		t.Errorf("after another expiry: %v", err)
	}
	if err := m.Set(t.Context(), Change{Passphrase: goodPhrase}); err != nil {
		t.Fatal(err)
	}
	if err := read(s); !errors.Is(err, ErrChanged) || errors.Is(err, ErrGone) {
		t.Errorf("after a passphrase was set: %v, want ErrChanged", err)
	}
	if err := m.Delete(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := read(s); !errors.Is(err, ErrGone) {
		t.Errorf("after it was deleted: %v, want ErrGone", err)
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// TestTwoOwners change the same share from two devices that have both seen revision 1: both changes hold.
func TestTwoOwners(t *testing.T) {
	w := newWorld(t)
	sent := w.send(t, SendConfig{}, photo(64, 64))
	var devices [2]*Managed
	for i := range devices {
		var err error
		if devices[i], err = Manage(t.Context(), sent.Manage, w.Config); err != nil {
			t.Fatal(err)
		}
	}
	views := uint64(7)
	if err := devices[0].Set(t.Context(), Change{Views: &views}); err != nil {
		t.Fatal(err)
	}
	if err := devices[1].Set(t.Context(), Change{Expires: time.Hour}); err != nil {
		t.Fatal(err)
	}
	if got := devices[1].Status; got.Views != 7 || got.Revision != 3 || time.Until(got.Expires) > time.Hour {
		t.Errorf("after both: %+v", got)
	}
	if err := devices[0].Delete(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), sent.Link, w.Config); !errors.Is(err, ErrGone) {
		t.Errorf("Open after Delete = %v", err)
	}
}

func TestProgress(t *testing.T) {
	w := newWorld(t)
	var last Progress
	var calls atomic.Int64
	photos := []Photo{photo(1500, 1000), photo(800, 600), photo(64, 64)}
	w.send(t, SendConfig{Progress: func(p Progress) {
		calls.Add(1)
		if p.Stored < last.Stored || p.Packed < last.Packed || p.Stored > p.Expected || p.Photos != 3 {
			t.Errorf("%+v after %+v", p, last)
		}
		last = p
	}}, photos...)
	if last.Packed != 3 || last.Stored == 0 || last.Stored != last.Expected || calls.Load() < 4 {
		t.Errorf("at the end: %+v after %d calls", last, calls.Load())
	}
}

func TestBadLinks(t *testing.T) {
	w := newWorld(t)
	sent := w.send(t, SendConfig{}, photo(64, 64))
	_, code, err := link.ParseURL(sent.Link)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name string
		link string
		want error
	}{
		{"code alone", code.Text(), nil},
		{"with what a messenger adds", sent.Link + "?utm=x", nil},
		{"cut", sent.Link[:len(sent.Link)-1], ErrLink},
		{"manage link", sent.Manage, ErrMisplaced},
		{"rewritten", strings.Replace(sent.Link, "#", "%23", 1), ErrLink},
		{"nothing", "", ErrLink},
		{"another scheme", strings.Replace(sent.Link, "http", "gopher", 1), ErrServer},
	} {
		_, err := Open(t.Context(), tt.link, w.Config)
		if !errors.Is(err, tt.want) {
			t.Errorf("%s: Open = %v, want %v", tt.name, err, tt.want)
		}
		if err != nil && strings.Contains(err.Error(), code.Text()[:20]) {
			t.Errorf("%s: the error tells the code: %v", tt.name, err)
		}
	}
	if _, err := Manage(t.Context(), sent.Link, w.Config); !errors.Is(err, ErrMisplaced) {
		t.Errorf("Manage with a view link = %v", err)
	}
}

// TestErrorsHoldNoSecrets prints what holds secrets.
func TestErrorsHoldNoSecrets(t *testing.T) {
	w := newWorld(t)
	_, err := Send(t.Context(), []Photo{photo(64, 64)}, SendConfig{Config: w.Config, Passphrase: "password1"})
	if !errors.Is(err, ErrWeak) || strings.Contains(err.Error(), "password1") {
		t.Errorf("Send with a weak passphrase = %v", err)
	}
}
