package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	mathrand "math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"safelight/server/admit"
	"safelight/server/api"
	"safelight/server/config"
	"safelight/server/rules"
	"safelight/server/store"
	"safelight/server/store/dir"
	"safelight/server/store/sqlite"
	"safelight/server/wire"
	"safelight/web"
)

// stack is what lies below the data folder:
//
//	records.db*       records and manifests (SQLite)
//	parts/ tmp/       sealed parts, and those being written
//	keys/record-key   seals the secrets in records; keep it out of the backups of the rest
//	keys/tokens       hashes of the tokens that may create
//	keys/tls/         certificates, with --domain
//	lock              held while a process works here
type stack struct {
	*rules.Shares
	records *sqlite.Records
	parts   *dir.Parts
	keys    keyFile
	ring    []rules.RecordKey
	tokens  admit.File
	lock    *os.File
}

// access is what somebody wants with a data folder.
type access int

const (
	serving access = iota // makes what is missing
	looking               // wants to find a database
	alone                 // the same, and keeps every other process out
)

var errNoDatabase = errors.New("there is no database in the data folder; is --data right?")

// openStack opens the data folder of c.
func openStack(ctx context.Context, c config.Config, how access) (_ *stack, err error) {
	keys, database := filepath.Join(c.Data, "keys"), filepath.Join(c.Data, "records.db")
	_, statErr := os.Stat(database)
	if statErr != nil && how != serving {
		return nil, errNoDatabase
	}
	if err := os.MkdirAll(keys, 0o700); err != nil {
		return nil, fmt.Errorf("make the data folder: %w", err)
	}
	s := &stack{keys: keyFile(filepath.Join(keys, "record-key")), tokens: admit.File(filepath.Join(keys, "tokens"))}
	defer func() {
		if err != nil {
			s.Close()
		}
	}()
	if s.lock, err = lock(c.Data, how == alone); err != nil {
		return nil, err
	}
	if s.ring, err = s.keys.load(statErr == nil); err != nil {
		return nil, err
	}
	if s.records, err = sqlite.Open(ctx, database); err != nil {
		return nil, err
	}
	if s.parts, err = dir.Open(dir.Config{Path: c.Data, MinFree: c.MinFree}); err != nil {
		return nil, err
	}
	return s, s.work(c)
}

// work makes the rules over the stores, with the keys of the ring.
func (s *stack) work(c config.Config) (err error) {
	s.Shares, err = rules.New(rules.Config{
		Records: s.records, Manifests: s.records, Parts: s.parts,
		RecordKey: s.ring[0], PreviousRecordKeys: s.ring[1:],
		Limits: rules.Limits{ShareBytes: c.MaxShare, Views: uint64(c.MaxViews), Expiry: c.MaxExpiry},
	})
	return err
}

// Close ends the use of the folder.
func (s *stack) Close() error {
	var err error
	if s.records != nil {
		err = s.records.Close()
	}
	if s.parts != nil {
		err = errors.Join(err, s.parts.Close())
	}
	if s.lock != nil {
		err = errors.Join(err, s.lock.Close())
	}
	return err
}

// handler is the server of c over the stack.
func (s *stack) handler(c config.Config, log *slog.Logger) (http.Handler, error) {
	gate := admit.Open()
	if c.Admit == wire.AdmitToken {
		gate = admit.Tokens(s.hashes(c))
	}
	var pages fs.FS = web.Dist()
	if c.Pages != "" {
		pages = os.DirFS(c.Pages)
	}
	return api.New(api.Config{
		Shares: s.Shares, Gate: gate, Creates: admit.NewLimiter(c.CreatesPerHour),
		Knocks: admit.NewLimiter(c.CreatesPerHour), Posts: admit.NewLimiter(c.CreatesPerHour), Opens: admit.NewLimiter(c.OpensPerHour()),
		Client: api.Client{Proxies: c.Proxies, Header: c.ClientHeader},
		Site: wire.Site{
			API: 1, Version: version, Admit: c.Admit, Brand: c.Brand, Contact: c.Contact,
			Limits: wire.NewSiteLimits(c.MaxShare, c.MaxViews, c.MaxExpiry, c.DefaultExpiry),
		},
		Pages: pages, BasePath: c.BasePath, PublicURL: c.PublicURL, HSTS: c.Domain != "",
		Health: s.health, Log: log, Drain: true,
	})
}

// hashes are the tokens in the folder and the one in the settings.
func (s *stack) hashes(c config.Config) func(context.Context) ([]admit.Hash, error) {
	return func(ctx context.Context) ([]admit.Hash, error) {
		known, err := s.tokens.Hashes(ctx)
		if err != nil || c.TokenHash == "" {
			return known, err
		}
		h, err := admit.ParseHash(c.TokenHash)
		return append(known, h), err
	}
}

// health asks both stores something that costs little and needs a disk.
func (s *stack) health(ctx context.Context) error {
	if _, err := s.records.Load(ctx, store.Key{}); err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	if _, err := s.parts.Free(); err != nil {
		return err
	}
	_, err := s.parts.List(ctx, store.Upload{})
	return err
}

// sweep runs a sweep about every minute until ctx ends. What fails is tried again by the next one.
func (s *stack) sweep(ctx context.Context, log *slog.Logger) error {
	for {
		if _, err := s.Sweep(ctx); err != nil && ctx.Err() == nil {
			log.Error("the sweep will try again", "reason", api.Reason(err))
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(time.Duration(45+mathrand.IntN(30)) * time.Second):
		}
	}
}
