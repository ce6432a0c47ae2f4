// Safelight sends and receives photos from the command line. What it sends opens in the page, and what the page sends
// it receives; see "safelight --help".
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"safelight/client"
)

// Exit codes. Scripts rely on them.
const (
	exitDone    = 0
	exitFailed  = 1
	exitUsage   = 2 // wrong flags or arguments, a link that is cut or mistyped
	exitRefused = 3 // not an image, damaged, unknown format
	exitGone    = 4 // no such share, expired, or no view left
	exitLocked  = 5 // wrong passphrase, none given, or locked after too many
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second interrupt ends the program at once
	code := run(ctx, os.Args[1:], streams{os.Stdin, os.Stdout, os.Stderr})
	os.Exit(code)
}

// streams are where a command reads and writes.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

// run executes one command line and returns the exit code. Errors go to standard error as one line, and where there is
// something to do, a second one that says what.
func run(ctx context.Context, args []string, s streams) int {
	root := newRoot(s)
	root.SetArgs(args)
	cmd, err := root.ExecuteContextC(ctx)
	if err == nil {
		return exitDone
	}
	code := exitCode(err)
	if ctx.Err() != nil {
		s.note("safelight: stopped.%s", halfDone[cmd.Name()])
		return code
	}
	fmt.Fprintf(s.err, "safelight: %v\n", err)
	if h := hint(cmd.Name(), err); h != "" {
		fmt.Fprintf(s.err, "%s\n", h)
	}
	return code
}

// halfDone is what is left of a command that was stopped.
var halfDone = map[string]string{"send": " Nothing that was half sent can be opened."}

// usageError is a wrong command line.
type usageError struct{ error }

func usage(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// refusedError is a photo that is not accepted: the file and the sentence that says why.
type refusedError struct {
	file  string
	cause error
}

func (e refusedError) Error() string   { return fmt.Sprintf("%s: %v", e.file, e.cause) }
func (e refusedError) Unwrap() []error { return []error{client.ErrRefused, e.cause} }

// hinted is an error with what to do about it, where only the command knows that.
type hinted struct {
	error
	hint string
}

func (e hinted) Unwrap() error { return e.error }

func exitCode(err error) int {
	if _, ok := errors.AsType[usageError](err); ok {
		return exitUsage
	}
	switch {
	case errors.Is(err, client.ErrLink), errors.Is(err, client.ErrMisplaced), errors.Is(err, client.ErrServer), errors.Is(err, client.ErrWeak),
		errors.Is(err, client.ErrOption), errors.Is(err, client.ErrIsRequest):
		return exitUsage
	case errors.Is(err, client.ErrRefused), errors.Is(err, client.ErrDamaged):
		return exitRefused
	case errors.Is(err, client.ErrGone), errors.Is(err, client.ErrUsed), errors.Is(err, client.ErrClosed):
		return exitGone
	case errors.Is(err, client.ErrPassphrase), errors.Is(err, client.ErrLocked):
		return exitLocked
	}
	return exitFailed
}

// hint says what to do about an error, where that is not plain from the error itself.
func hint(command string, err error) string {
	if h, ok := errors.AsType[hinted](err); ok {
		return h.hint
	}
	switch {
	case errors.Is(err, client.ErrClosed), errors.Is(err, client.ErrNoRequest):
		return "Ask whoever gave it to you for a new one. Nothing was sent."
	case errors.Is(err, client.ErrUsed):
		return "Whoever sent it can allow more. If you have not opened it, tell them: somebody else has."
	case errors.Is(err, client.ErrGone) && (command == "get" || command == "info"):
		return "If you still need the photos, ask whoever sent them for a new link."
	case errors.Is(err, client.ErrPassphrase):
		return "Capitals and spaces count. If you are not sure of it, ask whoever sent the link."
	case errors.Is(err, client.ErrIsRequest):
		return "Of a request link, status shows what arrived, set changes the time or closes it, and delete deletes it."
	case client.Convertible(err):
		return "With --convert, send and strip make a PNG of its pixels."
	case errors.Is(err, client.ErrWeak):
		return "Or have one made: --generate-passphrase."
	case errors.Is(err, client.ErrWrongToken):
		return "Ask its operator for the send link."
	case errors.Is(err, client.ErrFull):
		return "Try again when shares on it have expired, or tell its operator; another server may have space."
	case errors.Is(err, client.ErrLarge):
		return "Send fewer photos at a time, or take another server."
	case errors.Is(err, client.ErrToken):
		return "This server asks for a token: pass it with --token or in SAFELIGHT_TOKEN, or give the send link to --server. Its operator has it."
	case errors.Is(err, client.ErrUnreachable):
		return "Is the address right, and is the server running? Give another one with --server."
	}
	return ""
}
