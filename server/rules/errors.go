package rules

import (
	"context"
	"errors"
	"time"

	"safelight/server/store"
	"safelight/server/wire"
)

// Error is a refusal that has a code. All refusals with CodeGone are alike, whatever the reason was.
type Error struct {
	Code       wire.Code
	Detail     string        // in English, for developers and logs; holds no secret; may be empty
	RetryAfter time.Duration // CodeLater, CodeBusy
	Statement  []byte        // CodeRevision: the stored one
	Signature  []byte        // CodeRevision
	Size       int64         // CodeRange: bytes of the whole upload
}

func (e *Error) Error() string {
	if e.Detail == "" {
		return string(e.Code)
	}
	return string(e.Code) + ": " + e.Detail
}

// AsError returns err as a refusal: itself, or the code that a failure of storage or an ended context has.
func AsError(err error) *Error {
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	switch {
	case errors.Is(err, store.ErrFull):
		return refuse(wire.CodeFull, "")
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return refuse(wire.CodeUnavailable, "")
	}
	return refuse(wire.CodeInternal, "")
}

func refuse(c wire.Code, detail string) *Error { return &Error{Code: c, Detail: detail} }

// gone is the common answer.
func gone() *Error { return refuse(wire.CodeGone, "") }

func busy() *Error { return &Error{Code: wire.CodeBusy, RetryAfter: wire.BusyRetryAfter} }

// isGone reports whether err is the common answer.
func isGone(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.Code == wire.CodeGone
}
