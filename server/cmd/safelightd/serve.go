package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"safelight/server/admit"
	"safelight/server/config"
)

// drainTime is how long requests in flight may go on after SIGTERM. A part interrupted by it is sent again by itself.
const drainTime = 60 * time.Second

func newServe(load func() (config.Config, error)) *cobra.Command {
	return &cobra.Command{
		Use:   "serve",
		Short: "Serve until SIGTERM, then let requests end and exit",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := load()
			if err != nil {
				return err
			}
			return serve(cmd.Context(), c, cmd.OutOrStdout(), newLogger(cmd.ErrOrStderr()))
		},
	}
}

// serve runs the server described by c until ctx ends. The send link goes to out, everything else to log.
func serve(ctx context.Context, c config.Config, out io.Writer, log *slog.Logger) error {
	s, err := openStack(ctx, c, serving)
	if err != nil {
		return err
	}
	defer s.Close()
	listeners, err := listen(c)
	if err != nil {
		return err
	}
	origin := c.Origin(reachable(listeners.main.Addr().String()))
	if err := firstToken(ctx, c, s.tokens, origin, out); err != nil {
		return err
	}
	handler, err := s.handler(c, log)
	if err != nil {
		return err
	}
	main := newServer(handler)
	main.ErrorLog = errorLog(log)
	group, running := errgroup.WithContext(ctx)
	group.Go(func() error { return closed(main.Serve(listeners.main)) })
	if listeners.plain != nil {
		plain := newServer(listeners.plainHandler)
		plain.ErrorLog = main.ErrorLog
		group.Go(func() error { return closed(plain.Serve(listeners.plain)) })
		context.AfterFunc(running, func() { plain.Close() })
	}
	group.Go(func() error { return s.sweep(running, log) })
	group.Go(func() error {
		<-running.Done()
		return drain(main, log)
	})
	log.Info("listening", "address", origin, "data", c.Data, "admit", c.Admit, "version", version)
	err = group.Wait()
	log.Info("stopped")
	return err
}

// drain lets requests in flight end, and cuts off those that take too long.
func drain(s *http.Server, log *slog.Logger) error {
	log.Info("draining", "at most", drainTime)
	ctx, cancel := context.WithTimeout(context.Background(), drainTime)
	defer cancel()
	if err := s.Shutdown(ctx); err != nil {
		log.Warn("requests were cut off")
		return closed(s.Close())
	}
	return nil
}

func closed(err error) error {
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

// sockets are what the server listens on.
type sockets struct {
	main         net.Listener
	plain        net.Listener // port 80 beside TLS, or nil
	plainHandler http.Handler
}

func listen(c config.Config) (sockets, error) {
	if c.Domain == "" {
		l, err := net.Listen("tcp", c.Listen)
		if err != nil {
			return sockets{}, fmt.Errorf("listen: %w", err)
		}
		return sockets{main: l}, nil
	}
	m := certificates(c.Domain, c.Data)
	plain, err := net.Listen("tcp", ":80")
	if err != nil {
		return sockets{}, fmt.Errorf("listen for the redirect and for certificates: %w", err)
	}
	l, err := net.Listen("tcp", ":443")
	if err != nil {
		plain.Close()
		return sockets{}, fmt.Errorf("listen: %w", err)
	}
	return sockets{tls.NewListener(l, m.TLSConfig()), plain, m.HTTPHandler(redirect(c.Domain))}, nil
}

// firstToken makes the operator's token when there is none yet and one is needed. It is shown here and nowhere else.
func firstToken(ctx context.Context, c config.Config, tokens admit.File, origin string, out io.Writer) error {
	if c.Admit == "open" || c.TokenHash != "" {
		return nil
	}
	known, err := tokens.Hashes(ctx)
	if err != nil || len(known) > 0 {
		return err
	}
	token, err := tokens.Add(ctx, false)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "Whoever has this link can send photos with this server. It is shown this once:\n\n  %s#%s\n\n"+
		"Another one: safelightd admin token --new\n\n", origin, token)
	return err
}

// reachable replaces the host of an address that stands for every interface by one that can be typed into a phone.
func reachable(addr string) string {
	host, port, err := net.SplitHostPort(addr)
	if ip := net.ParseIP(host); err != nil || host != "" && (ip == nil || !ip.IsUnspecified()) {
		return addr
	}
	if ifs, err := net.InterfaceAddrs(); err == nil {
		for _, a := range ifs {
			if n, ok := a.(*net.IPNet); ok && n.IP.To4() != nil && n.IP.IsGlobalUnicast() {
				return net.JoinHostPort(n.IP.String(), port)
			}
		}
	}
	if name, err := os.Hostname(); err == nil {
		return net.JoinHostPort(name, port)
	}
	return net.JoinHostPort("localhost", port)
}
