package api

import (
	"context"
	"net/http"
	"strings"

	"safelight/server/admit"
	"safelight/server/rules"
	"safelight/server/wire"
)

// admission says whether r may make a share or a mailbox. The rules ask after they have checked the signature, and only
// for something new: so neither a token nor the address's allowance is spent on noise.
func (s *server) admission(r *http.Request) rules.Admission {
	return rules.Admission{
		Share:   func(ctx context.Context) error { return s.passShare(ctx, r) },
		Mailbox: func(ctx context.Context) error { return s.passGate(ctx, r) },
	}
}

// passShare lets in who brings the operator's token, or that of a mailbox, and does not create too often.
func (s *server) passShare(ctx context.Context, r *http.Request) error {
	credentials, found := strings.CutPrefix(r.Header.Get(wire.HeaderAuthorization), wire.SchemePost+" ")
	if !found || s.Gate.Open() {
		return s.passGate(ctx, r)
	}
	// The address first: one that asks too often must not use up what a mailbox has left for others.
	if err := s.often(s.Creates, r)(ctx); err != nil {
		return err
	}
	id, token, _ := strings.Cut(credentials, ".")
	box, err := rules.ParseID(id)
	if err != nil {
		return refuse(wire.CodeToken, "")
	}
	return s.Shares.AdmitByPost(ctx, box, binary(token))
}

// passGate lets in who brings the operator's token, if one is needed, and does not create too often.
func (s *server) passGate(ctx context.Context, r *http.Request) error {
	token, _ := strings.CutPrefix(r.Header.Get(wire.HeaderAuthorization), "Bearer ")
	ok, err := s.Gate.Admits(ctx, token)
	if err != nil {
		return err
	}
	if !ok {
		return refuse(wire.CodeToken, "")
	}
	return s.often(s.Creates, r)(ctx)
}

// often refuses what the address of r does more often than l allows, to a share by itself if of is its id.
func (s *server) often(l *admit.Limiter, r *http.Request, of ...byte) rules.Admit {
	return func(context.Context) error {
		if wait := l.Allow(s.Client.Addr(r), s.Now(), of...); wait > 0 {
			return &rules.Error{Code: wire.CodeLater, RetryAfter: wait}
		}
		return nil
	}
}
