// Command safelightd is the server: one process with a SQLite file and a folder of sealed parts below --data, and the
// pages inside.
//
//	safelightd serve                     serve until SIGTERM
//	safelightd admin takedown LINK_OR_ID delete a share
//	safelightd admin stats|sweep|check   look, tidy, verify
//	safelightd admin token --new         make another token for creating shares
//	safelightd admin rotate              seal the peppers under a new record key
//
// Built reproducibly:
//
//	CGO_ENABLED=0 go build -tags nomsgpack -trimpath -buildvcs=false -ldflags="-s -w -buildid= -X main.version=1.0.0" ./server/cmd/safelightd
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"safelight/server/config"
)

// version is set by the linker, or else what the build recorded.
var version = "development"

func init() {
	info, ok := debug.ReadBuildInfo()
	if ok && version == "development" && info.Main.Version != "" && info.Main.Version != "(devel)" {
		version = info.Main.Version
	}
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	code := run(ctx, os.Args[1:], os.Environ(), os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// errUsage marks what the caller got wrong.
type errUsage struct{ error }

// run is the program without the process around it. It returns the exit code: 0 done, 1 failed, 2 wrong usage.
func run(ctx context.Context, args, environ []string, stdout, stderr io.Writer) int {
	root := newRoot(environ)
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return 0
	}
	fmt.Fprintln(stderr, "safelightd:", err)
	if usage := (errUsage{}); errors.As(err, &usage) || strings.HasPrefix(err.Error(), "unknown command") {
		return 2
	}
	return 1
}

func newRoot(environ []string) *cobra.Command {
	given := map[string]string{}
	load := func() (config.Config, error) {
		c, err := config.Load(config.Sources{Flags: given, Environ: environ, ReadFile: os.ReadFile})
		if err != nil {
			return c, errUsage{err}
		}
		return c, nil
	}
	root := &cobra.Command{
		Use:           "safelightd",
		Short:         "Safelight's server: stores sealed photos and cannot open them",
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	asked := root.Flags().Bool("version", false, "print the version")
	printVersion := func(cmd *cobra.Command) { fmt.Fprintln(cmd.OutOrStdout(), "safelightd", version) }
	root.RunE = func(cmd *cobra.Command, _ []string) error {
		if !*asked {
			return cmd.Help()
		}
		printVersion(cmd)
		return nil
	}
	for _, o := range config.Options {
		root.PersistentFlags().VarP(&flagValue{o, given}, o.Name, "", o.Help+" ["+o.Variable()+"]")
	}
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error {
		var missing *pflag.NotExistError
		if errors.As(err, &missing) && missing.GetSpecifiedName() != "" {
			return errUsage{config.Unknown(missing.GetSpecifiedName())}
		}
		return errUsage{err}
	})
	root.AddCommand(newServe(load), newAdmin(load), &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  noArgs,
		Run:   func(cmd *cobra.Command, _ []string) { printVersion(cmd) },
	})
	return root
}

// noArgs refuses arguments without repeating them: one may be a link.
func noArgs(_ *cobra.Command, args []string) error {
	if len(args) > 0 {
		return errUsage{fmt.Errorf("want no arguments, got %d", len(args))}
	}
	return nil
}

// flagValue notes that a flag was given; config parses it together with the other sources.
type flagValue struct {
	option config.Option
	given  map[string]string
}

func (f *flagValue) String() string {
	if v, ok := f.given[f.option.Name]; ok {
		return v
	}
	return f.option.Default
}

func (f *flagValue) Set(v string) error {
	f.given[f.option.Name] = v
	return nil
}

// Type is what the help text shows behind the name.
func (f *flagValue) Type() string { return f.option.Arg }
