// Package api is the HTTP half of the server: requests in, rules, answers out. API.md describes every route.
//
//	handler, err := api.New(api.Config{Shares: shares, Gate: gate, Site: site, Pages: web.Dist()})
//
// It holds no state between requests except the limiters that it is given, touches no file and no socket, and so runs
// on a machine and on Workers alike. Nothing of a request, no path, address, id, query or header, is ever logged.
//
// Of gin only the router is used. Its binding and rendering are left alone on purpose: one ShouldBind or HTML keeps
// every method of every package alive and triples the Worker.
package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"safelight/server/admit"
	"safelight/server/rules"
	"safelight/server/wire"
)

// Config is what the router works with.
type Config struct {
	Shares  *rules.Shares
	Gate    admit.Gate     // who may create
	Creates *admit.Limiter // how often an address may; nil: as often as it likes. So the next three:
	Knocks  *admit.Limiter // how often it may begin to ask to be let in
	Posts   *admit.Limiter // how often it may put something into a mailbox
	Opens   *admit.Limiter // how often it may open one share that keeps an access log
	Client  Client         // how the address of a client is found
	Site    wire.Site
	Pages   fs.FS // the built pages

	BasePath  string // "" or "/prefix"
	PublicURL string // scheme and host under which browsers reach the server, if a proxy changes Host; else ""
	HSTS      bool   // the server is reached by HTTPS alone

	Health func(context.Context) error // nil when the stores answer
	Log    *slog.Logger                // failures of ours; nil: none
	Now    func() time.Time            // for limits; nil: time.Now

	GoneAfter time.Duration                    // earliest common answer after a request; 0: goneAfter; negative: at once
	Wait      func(context.Context, time.Time) // until then at least; nil: a clock of ours. A Worker has timers of its own

	// Drain has the rest of a refused part read, so that a client over HTTP/1.1 gets to the answer. Hosts that buffer
	// requests do not need it.
	Drain bool
}

// server is the handlers with what they share.
type server struct {
	Config
	site   []byte
	pages  pages
	cross  http.CrossOriginProtection
	large  crowd // owner requests with a large body
	puts   crowd
	engine *gin.Engine
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.engine.ServeHTTP(w, r) }

func init() { gin.SetMode(gin.ReleaseMode) } // the other modes print every route and path

// New returns the handler of the whole server: API, pages, health.
func New(c Config) (http.Handler, error) {
	if c.Shares == nil || c.Pages == nil {
		return nil, errors.New("api: shares or pages are missing")
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.GoneAfter == 0 {
		c.GoneAfter = goneAfter
	}
	if c.Wait == nil {
		c.Wait = new(beat).wait
	}
	if c.Health == nil {
		c.Health = func(context.Context) error { return nil }
	}
	site, err := json.Marshal(c.Site)
	if err != nil {
		return nil, fmt.Errorf("api: site: %w", err)
	}
	s := &server{
		Config: c, site: site, pages: pages{c.Pages, c.BasePath},
		large: crowd{most: largeAtOnce, each: largeAtOnceEach}, puts: crowd{most: putsAtOnce, each: putsAtOnceEach},
	}
	if c.PublicURL != "" {
		if err := s.cross.AddTrustedOrigin(c.PublicURL); err != nil {
			return nil, fmt.Errorf("api: public URL: %w", err)
		}
	}
	s.engine = s.router()
	return s, nil
}

// router is the list of routes; openapi.yaml is checked against it.
func (s *server) router() *gin.Engine {
	r := gin.New()
	// gin's own redirects carry no fragment of their own, so a browser would hand the code on.
	r.RedirectTrailingSlash, r.RedirectFixedPath = false, false
	r.HandleMethodNotAllowed = true
	r.Use(s.recover, s.guard)
	r.NoRoute(s.otherwise)
	r.NoMethod(func(c *gin.Context) { writeProblem(c.Writer, problemMethod) })

	both := func(g *gin.RouterGroup, path string, h gin.HandlerFunc) { g.GET(path, h); g.HEAD(path, h) }
	both(&r.RouterGroup, "/healthz", s.healthz)
	if s.BasePath != "" {
		both(&r.RouterGroup, s.BasePath+"/healthz", s.healthz)
	}
	v1 := r.Group(s.BasePath + wire.Base)
	both(v1, "/site", s.getSite)
	share := v1.Group("/shares/:id")
	share.POST("/challenge", s.challenge)
	share.POST("/owner", s.owner)
	share.POST("/open", s.open)
	share.POST("/guess", s.guess)
	share.POST("/take", s.take)
	share.POST("/knock", s.knock)
	share.POST("/reveal", s.reveal)
	share.PUT("/parts/:upload/:n", s.putPart)
	share.GET("/parts/:upload", s.getParts)
	share.HEAD("/parts/:upload", s.headParts)
	box := v1.Group("/mailboxes/:id")
	box.POST("/open", s.openMailbox)
	box.POST("/posts", s.post)
	return r
}

// guard puts the headers of every answer on it, and ends what must not reach a route: addresses that hold a secret,
// and requests that a page of another site made.
func (s *server) guard(c *gin.Context) {
	begin(c)
	setCommon(c.Writer.Header(), s.HSTS)
	if rewritten(c.Request) {
		writeNote(c.Writer, c.Request, http.StatusBadRequest, noteRewritten)
		c.Writer.WriteHeaderNow()
		c.Abort()
		return
	}
	if s.cross.Check(c.Request) != nil {
		writeProblem(c.Writer, wire.NewProblem(wire.CodeOrigin, ""))
		c.Abort()
	}
}

// otherwise answers every path without a route: pages, or below the API's base a problem.
func (s *server) otherwise(c *gin.Context) {
	if rest, ok := strings.CutPrefix(c.Request.URL.Path, s.BasePath+"/api"); ok && (rest == "" || rest[0] == '/') {
		writeProblem(c.Writer, wire.NewProblem(wire.CodeNotFound, ""))
		return
	}
	s.pages.ServeHTTP(c.Writer, c.Request)
	c.Writer.WriteHeaderNow() // also without a body, or gin writes one
}

func (s *server) getSite(c *gin.Context) { write(c, http.StatusOK, "application/json", s.site) }

func (s *server) healthz(c *gin.Context) {
	if err := s.Health(c.Request.Context()); err != nil {
		s.Log.Error("not healthy", "reason", Reason(err))
		writeProblem(c.Writer, wire.NewProblem(wire.CodeUnavailable, ""))
		return
	}
	write(c, http.StatusOK, mediaTypes[".txt"], []byte("ok\n"))
}
