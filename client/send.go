package client

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"safelight/client/share"
	"safelight/client/strip"
	"safelight/client/transfer"
	"safelight/crypto/keys"
	"safelight/crypto/link"
	"safelight/crypto/statement"
	"safelight/server/wire"
)

// Photo is a photo to send.
type Photo struct {
	Name       string // that viewers see; empty keeps none, which is the default: a camera's file name tells time and device
	Alt        string // what is to be seen, for who cannot see it
	Decorative bool   // nothing that needs saying is to be seen
	Caption    string
	Credit     string

	Size int64                  // of the file, if known: for progress and part size
	Read func() ([]byte, error) // the file; called once, when it is this photo's turn or nearly so, on any goroutine
}

// SendConfig says how photos are sent.
type SendConfig struct {
	Config
	Expires    time.Duration // 0: what the server offers first, usually seven days
	Views      uint64        // 0: no limit
	Passphrase string        // empty: none
	Title      string
	Words      string
	Recipients []Recipient // empty: anybody with the link
	AskFirst   bool        // the manage link lets each viewer in, or not
	Log        bool        // the server seals to the manage link what happens to the share

	To string // a request link: who made it is told of the share

	PixelsOnly  bool // send new pixels in one setting for everybody, and no originals
	Convert     bool // send what cannot be stripped as it is as a PNG of its pixels
	AVIF        bool // make views in AVIF too, where they are smaller; takes seconds and half a gigabyte of memory
	KeepCaption bool // read caption and credit from the files, where the photos have none

	Progress func(Progress) // called from several goroutines, one at a time
}

// RefusedError says which photo is not sent, and why. It is an ErrRefused.
type RefusedError struct {
	Photo int // from 0
	Cause error
}

func (e *RefusedError) Error() string {
	return fmt.Sprintf("photo %d is not sent: %v", e.Photo+1, e.Cause)
}
func (e *RefusedError) Unwrap() []error { return []error{ErrRefused, e.Cause} }

// Progress is how far a share is.
type Progress struct {
	Packed, Photos int   // photos stripped, scaled and encrypted
	Stored         int64 // bytes that the server has confirmed
	Expected       int64 // bytes in all, as far as that can be known
}

// Sent is a share that is stored as a whole.
type Sent struct {
	Link    string
	Manage  string // changes and deletes the share: for the sender alone
	Expires time.Time
	Photos  []strip.Report // what each gave away, and does not any more

	Converted []bool // of which photos a PNG was made
}

// Send strips, encrypts and stores photos, and returns when everything is durable. When it fails, nothing that was
// stored can be opened, and the server is told to forget it. A photo that is not accepted is a *RefusedError.
func Send(ctx context.Context, photos []Photo, c SendConfig) (*Sent, error) {
	if len(photos) == 0 {
		return nil, because(ErrOption, errors.New("there is no photo"))
	}
	if c.Passphrase != "" {
		if err := strong(c.Passphrase, c.Title, c.Words); err != nil {
			return nil, err
		}
	}
	if err := c.readSendLink(); err != nil {
		return nil, err
	}
	s := &sender{config: c, photos: photos}
	if err := s.address(ctx); err != nil {
		return nil, err
	}
	if err := s.begin(ctx); err != nil {
		if transfer.CodeOf(err) == wire.CodeToken && c.Token != "" {
			return nil, reason{because(ErrToken, ErrWrongToken), err}
		}
		return nil, explain(err)
	}
	sent, err := s.run(ctx)
	if err != nil {
		s.forget(ctx)
		return nil, explain(err)
	}
	return sent, nil
}

// address finds the server, which a request link names itself.
func (s *sender) address(ctx context.Context) (err error) {
	if s.config.To == "" {
		s.client, err = s.config.connect(s.config.Server)
		return err
	}
	if s.to, err = openRequest(ctx, s.config.To, s.config.Config); err != nil {
		return err
	}
	s.client = s.to.client
	return nil
}

// readSendLink takes the token out of the address, where it is the send link that an operator hands out. The link of a
// share is refused: its code would go to the server as if it were a token.
func (c *SendConfig) readSendLink() error {
	server, token := transfer.SplitSendLink(c.Server)
	if token == "" {
		return nil
	}
	path := strings.TrimRight(server, "/")
	code, err := link.Parse(token)
	if code.Kind() == link.Request || strings.HasSuffix(path, "/r") {
		return because(ErrServer, errors.New("it is a request link"))
	}
	if err == nil || strings.HasSuffix(path, "/s") || strings.HasSuffix(path, "/m") {
		return because(ErrServer, errors.New("it is the link of a share"))
	}
	c.Server = server
	if c.Token == "" {
		c.Token = token
	}
	return nil
}

// sender is one share on its way.
type sender struct {
	config SendConfig
	client *transfer.Client
	to     *request // nil: the link is handed on by the sender
	photos []Photo

	owner   keys.Owner
	created wire.CreateReply
	expires uint64
	packer  *share.Packer
	uploads *transfer.Uploader

	ahead int64 // bytes of files that are still to be packed
	done  []strip.Report

	converted []bool

	mu       sync.Mutex
	progress Progress
}

// inFlight is how many parts are on their way at a time.
const inFlight = 3

// begin announces the share. An answer that was lost is followed by CodeExists: the id commits to our key, so the share
// is ours, and we go on with it.
func (s *sender) begin(ctx context.Context) error {
	site, err := s.client.Site(ctx)
	if err != nil {
		return err
	}
	if s.config.Expires == 0 {
		s.config.Expires = time.Duration(site.Limits.DefaultExpiry) * time.Second
	}
	if err := s.checkLimits(site.Limits); err != nil {
		return err
	}
	s.owner = keys.NewOwner()
	body, err := share.CreateRequest(s.owner, uint64(time.Now().Add(s.config.Expires).UnixMilli()))
	if err != nil {
		return err
	}
	s.created, err = s.create(ctx, body)
	if transfer.CodeOf(err) == wire.CodeExists {
		s.created, err = s.client.Resume(ctx, s.owner)
	}
	s.expires = s.created.Now + uint64(s.config.Expires.Milliseconds())
	return err
}

func (s *sender) create(ctx context.Context, body []byte) (wire.CreateReply, error) {
	if s.to != nil {
		return s.client.CreateFor(ctx, s.to.view.ID(), s.to.view.PostToken().Bytes(), s.owner.ID(), body)
	}
	return s.client.Create(ctx, s.owner.ID(), body)
}

// checkLimits says no before anything is read, in words that the server's code alone would not have.
func (s *sender) checkLimits(l wire.SiteLimits) error {
	if err := allowed(l, s.config.Expires, s.config.Views); err != nil {
		return err
	}
	var size int64
	for _, p := range s.photos {
		size += p.Size
	}
	if size > l.ShareBytes {
		return because(ErrLarge, fmt.Errorf("%d MB, and at most %d MB are allowed", size/1e6, l.ShareBytes/1e6))
	}
	s.ahead = size
	return nil
}

// allowed says what a server with these limits would refuse.
func allowed(l wire.SiteLimits, expires time.Duration, views uint64) error {
	if longest := time.Duration(l.Expiry) * time.Second; expires > longest {
		return because(ErrOption, fmt.Errorf("this server keeps shares for at most %s", lasts(longest)))
	}
	if views > uint64(l.Views) {
		return because(ErrOption, fmt.Errorf("this server counts at most %d views", l.Views))
	}
	return nil
}

// lasts writes a limit that an operator set, in the largest unit that divides it.
func lasts(d time.Duration) string {
	n, unit := int64(d/time.Second), "second"
	for _, u := range []struct {
		name string
		d    time.Duration
	}{{"day", 24 * time.Hour}, {"hour", time.Hour}, {"minute", time.Minute}} {
		if d%u.d == 0 {
			n, unit = int64(d/u.d), u.name
			break
		}
	}
	if n != 1 {
		unit += "s"
	}
	return fmt.Sprintf("%d %s", n, unit)
}

// run packs and stores everything and commits it, once and complete: nobody has the link before that.
func (s *sender) run(ctx context.Context) (*Sent, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	s.uploads = s.client.NewUploader(ctx, inFlight, s.stored)
	if err := s.pack(ctx); err != nil {
		cancel()
		if lost := s.uploads.Wait(); lost != nil && !errors.Is(lost, context.Canceled) {
			return nil, lost // why the packer could not go on
		}
		return nil, err
	}
	body, err := s.packer.Publish()
	if err != nil {
		return nil, err
	}
	if err := s.uploads.Wait(); err != nil {
		return nil, err
	}
	if _, err := s.client.Commit(ctx, s.owner.ID(), body); err != nil {
		return nil, err
	}
	if s.to != nil {
		if err := s.to.deliver(ctx, s.owner.View().Code()); err != nil {
			return nil, err
		}
	}
	return &Sent{
		Link:    s.owner.View().Code().URL(s.client.Server()),
		Manage:  s.owner.Code().URL(s.client.Server()),
		Expires: time.UnixMilli(int64(s.expires)),
		Photos:  s.done, Converted: s.converted,
	}, nil
}

func (s *sender) pack(ctx context.Context) error {
	c := share.Config{
		Owner: s.owner, Created: s.created.Now, Expires: s.expires, ViewLimit: s.config.Views,
		PartSize: partSize(s.ahead), Title: s.config.Title, Words: s.config.Words, Emit: s.emit,
		Release: share.Release{Recipients: s.config.Recipients, AskFirst: s.config.AskFirst}, Log: s.config.Log,
	}
	for i, u := range s.created.Uploads {
		c.Uploads[i] = statement.UploadID(u.Upload)
	}
	var err error
	if s.config.Passphrase != "" {
		if c.Lock, err = newLock(s.owner.ID(), s.config.Passphrase); err != nil {
			return err
		}
	}
	if s.packer, err = share.NewPacker(c); err != nil {
		return err
	}
	next := s.config.prepareAhead(ctx, s.photos)
	for i, p := range s.photos {
		made, ok := <-next
		if !ok {
			return ctx.Err()
		}
		if err := s.packPhoto(i, p, <-made); err != nil {
			return err
		}
		s.ahead -= p.Size
		s.report(func(p *Progress) { p.Packed, p.Expected = i+1, int64(s.packer.Sealed())+s.ahead })
	}
	return nil
}

// packPhoto packs the variants of a photo, the smallest first, and the stripped file behind them.
func (s *sender) packPhoto(i int, p Photo, made prepared) error {
	if made.refused != nil {
		return &RefusedError{Photo: i, Cause: made.refused}
	}
	if made.failed != nil {
		return made.failed
	}
	about := made.photo
	about.Name, about.Alt, about.Decorative, about.Caption, about.Credit = p.Name, p.Alt, p.Decorative, p.Caption, p.Credit
	if s.config.KeepCaption {
		caption, credit := made.report.Words()
		about.Caption, about.Credit = cmp.Or(about.Caption, caption), cmp.Or(about.Credit, credit)
	}
	if err := s.packer.Describe(i, about); err != nil {
		return err
	}
	for _, v := range made.views {
		if err := s.packer.Add(i, share.Quick, v); err != nil {
			return err
		}
	}
	full := made.later
	if made.original.Data != nil {
		full = append(full, made.original)
	}
	for _, v := range full {
		if err := s.packer.Add(i, share.Full, v); err != nil {
			return err
		}
	}
	s.done, s.converted = append(s.done, made.report), append(s.converted, made.converted)
	return nil
}

// emit hands a part to the uploader, and waits as long as enough of them are on their way.
func (s *sender) emit(p share.Part) error {
	grant := s.created.Uploads[p.Bundle]
	to := transfer.Upload{Share: s.owner.ID(), Upload: statement.UploadID(grant.Upload), Token: grant.Token[:]}
	return s.uploads.Put(to, p.N, p.Data)
}

func (s *sender) stored(n int64) { s.report(func(p *Progress) { p.Stored = n }) }

func (s *sender) report(change func(*Progress)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(&s.progress)
	s.progress.Photos = len(s.photos)
	s.progress.Expected = max(s.progress.Expected, s.progress.Stored)
	if s.config.Progress != nil {
		s.config.Progress(s.progress)
	}
}

// forget has the server delete what a failed attempt left, even when ctx is why it failed. If that fails too, the
// server forgets it by itself after a day: nothing was committed, so nobody can open it.
func (s *sender) forget(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 15*time.Second)
	defer cancel()
	_ = s.client.Delete(ctx, s.owner)
}

// partSize is small for small shares, so that several parts travel at a time, and large where the count would matter.
func partSize(total int64) int {
	switch {
	case total < 4<<20:
		return statement.MinPartSize
	case total < 32<<20:
		return 1 << 20
	}
	return 4 << 20
}
