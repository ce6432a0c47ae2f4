package api

import (
	"context"
	"net/http"
	"strings"

	"safelight/server/rules"
	"safelight/server/wire"
)

// admit says whether r may create a share. The rules ask after they have checked the signature, and only for a create:
// so neither a token nor the address's allowance is spent on noise.
func (s *server) admit(r *http.Request) rules.Admit {
	return func(ctx context.Context) error {
		token, _ := strings.CutPrefix(r.Header.Get(wire.HeaderAuthorization), "Bearer ")
		ok, err := s.Gate.Admits(ctx, token)
		if err != nil {
			return err
		}
		if !ok {
			return refuse(wire.CodeToken, "")
		}
		if wait := s.Creates.Allow(s.Client.Addr(r), s.Now()); wait > 0 {
			return &rules.Error{Code: wire.CodeLater, RetryAfter: wait}
		}
		return nil
	}
}
