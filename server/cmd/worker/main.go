//go:build js

// Command worker is the server on Cloudflare Workers: the router of every other stack over R2 and D1.
//
// main runs once for each isolate, inside its first request, and must not wait for anything: worker.mjs expects it to
// be ready when it first yields. Its settings are the variables that config marks for the Worker, and the secret
// SAFELIGHT_RECORD_KEY, 64 hexadecimal digits, which seals peppers outside the database.
package main

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"os"
	"syscall/js"
	"time"

	"github.com/syumai/workers"
	"github.com/syumai/workers/cloudflare"
	"github.com/syumai/workers/cloudflare/cron"

	"safelight/server/admit"
	"safelight/server/api"
	"safelight/server/config"
	"safelight/server/rules"
	"safelight/server/store/d1"
	"safelight/server/store/r2"
	"safelight/server/wire"
)

// version is set at build time: -ldflags "-X main.version=…".
var version = "dev"

func main() {
	log := slog.New(slog.NewTextHandler(os.Stderr, nil))
	s, err := open(log)
	if err != nil {
		log.Error("this Worker is not set up", "reason", err.Error())
		s = &stack{handler: http.HandlerFunc(unavailable), sweep: func(context.Context) error { return err }}
	}
	cron.ScheduleTaskNonBlock(func(ctx context.Context) error {
		if err := s.sweep(ctx); err != nil {
			log.Error("sweep failed", "reason", api.Reason(err))
		}
		return nil // an error would end the program
	})
	workers.Serve(bridge{s.handler, log})
}

// unavailable answers everything as long as the Worker lacks a binding or a setting; its log says which.
func unavailable(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusServiceUnavailable)
	w.Write([]byte("this server is not set up\n"))
}

// stack is the server, ready to serve.
type stack struct {
	handler http.Handler
	sweep   func(context.Context) error
}

func open(log *slog.Logger) (*stack, error) {
	c, err := config.Worker(setting)
	if err != nil {
		return nil, err
	}
	key, err := recordKey()
	if err != nil {
		return nil, err
	}
	db, err := d1.Open("DB")
	if err != nil {
		return nil, err
	}
	bucket := cloudflare.GetBinding("PARTS")
	if bucket.IsUndefined() {
		return nil, errors.New("there is no R2 bucket bound as PARTS")
	}
	parts := r2.New(r2.Config{Bucket: bucket, Concat: js.Global().Get("context").Get("concat")})
	shares, err := rules.New(rules.Config{
		Records: db, Manifests: db, Parts: parts, RecordKey: key, Pause: pause,
		Limits: rules.Limits{ShareBytes: c.MaxShare, Views: uint64(c.MaxViews), Expiry: c.MaxExpiry},
		Events: func(e rules.Event) {
			if e.Kind == rules.Failed {
				log.Error("left for the next sweep", "reason", api.Reason(e.Err))
			}
		},
	})
	if err != nil {
		return nil, err
	}
	handler, err := newHandler(c, shares, log)
	if err != nil {
		return nil, err
	}
	sweep := func(ctx context.Context) error {
		_, err := shares.Sweep(ctx)
		return err
	}
	return &stack{handler, sweep}, nil
}

func newHandler(c config.Config, shares *rules.Shares, log *slog.Logger) (http.Handler, error) {
	gate, err := newGate(c)
	if err != nil {
		return nil, err
	}
	return api.New(api.Config{
		Shares: shares, Gate: gate, Creates: admit.NewLimiter(c.CreatesPerHour),
		Knocks: admit.NewLimiter(c.CreatesPerHour), Posts: admit.NewLimiter(c.CreatesPerHour), Opens: admit.NewLimiter(c.OpensPerHour()),
		Site: wire.Site{
			API: 1, Version: version, Admit: c.Admit, Brand: c.Brand, Contact: c.Contact,
			Limits: wire.NewSiteLimits(c.MaxShare, c.MaxViews, c.MaxExpiry, c.DefaultExpiry),
		},
		Pages: elsewhere{}, PublicURL: c.PublicURL, HSTS: true, Log: log, Wait: wait,
	})
}

// newGate knows one token at most: there is no data folder that could hold more.
func newGate(c config.Config) (admit.Gate, error) {
	if c.Admit == wire.AdmitOpen {
		return admit.Open(), nil
	}
	if c.TokenHash == "" {
		return admit.Gate{}, errors.New("SAFELIGHT_ADMIT_TOKEN_HASH is missing: the SHA-256 of the token that may create shares")
	}
	hash, err := admit.ParseHash(c.TokenHash)
	if err != nil {
		return admit.Gate{}, err
	}
	return admit.Tokens(func(context.Context) ([]admit.Hash, error) { return []admit.Hash{hash}, nil }), nil
}

// setting reads a variable or secret of the Worker.
func setting(name string) (string, bool) {
	v := cloudflare.GetBinding(name)
	if v.Type() != js.TypeString {
		return "", false
	}
	return v.String(), true
}

func recordKey() (rules.RecordKey, error) {
	text, _ := setting("SAFELIGHT_RECORD_KEY")
	b, err := hex.DecodeString(text)
	if err != nil || len(b) != len(rules.RecordKey{}) {
		return rules.RecordKey{}, errors.New("the secret SAFELIGHT_RECORD_KEY is not 64 hexadecimal digits: " +
			"openssl rand -hex 32 | npx wrangler secret put SAFELIGHT_RECORD_KEY")
	}
	return rules.RecordKey(b), nil
}

// pause waits up to 40 ms by a timer of this request; see worker.mjs.
func pause(ctx context.Context, try int) error {
	if try == 0 {
		return ctx.Err()
	}
	wait := rand.N(min(time.Millisecond<<min(try, 6), 40*time.Millisecond))
	if _, err := r2.Await(js.Global().Get("context").Call("sleep", wait.Milliseconds())); err != nil {
		return fmt.Errorf("pause: %w", err)
	}
	return ctx.Err()
}

// wait waits by a timer of this request.
func wait(_ context.Context, until time.Time) {
	r2.Await(js.Global().Get("context").Call("sleep", max(time.Until(until), 0).Milliseconds()))
}

// elsewhere stands for the pages, which the host serves: here lands only what it has not found.
type elsewhere struct{}

func (elsewhere) Open(name string) (fs.File, error) {
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}

// Stat says that there are pages, so that a missing one is called missing.
func (elsewhere) Stat(name string) (fs.FileInfo, error) {
	if name != "index.html" {
		return nil, &fs.PathError{Op: "stat", Path: name, Err: fs.ErrNotExist}
	}
	return nil, nil
}
