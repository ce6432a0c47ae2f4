package main

import (
	"fmt"
	"os"
	"runtime/debug"

	"github.com/spf13/cobra"
)

const rootHelp = `Safelight sends photos so that only the people with the link can see them.

Metadata such as the place, the camera's serial number and the owner's name is taken out
first; the pixels stay as they are. Everything is encrypted on this computer. The server
stores what it cannot read, and forgets it when the time is up.`

const rootExample = `  safelight send beach.jpg                     send a photo; prints the link
  safelight send --expires 1d --views 3 *.jpg  for a day, at most three views
  safelight get 'https://…/s#…'                write the photos of a link here
  safelight inspect beach.jpg                  what does this photo give away?`

// newRoot returns the whole command tree.
func newRoot(s streams) *cobra.Command {
	var asked bool // for the version
	root := &cobra.Command{
		Use:           "safelight",
		Short:         "Send photos that only the people with the link can see",
		Long:          rootHelp,
		Example:       rootExample,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usage("there is no command %q; see safelight --help", args[0])
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error {
			if asked {
				return printVersion(s)
			}
			return cmd.Help()
		},
	}
	root.Flags().BoolVar(&asked, "version", false, "print the version")
	root.SetIn(s.in)
	root.SetOut(s.out)
	root.SetErr(s.err)
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usage("%w; see %s --help", err, cmd.CommandPath())
	})
	root.AddCommand(newSend(s), newGet(s), newInfo(s), newRequest(s), newStatus(s), newSet(s), newLog(s), newAdmit(s), newDelete(s), newInspect(s), newStrip(s), newVersion(s))
	return root
}

func newVersion(s streams) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usage("version wants no arguments")
			}
			return nil
		},
		RunE: func(*cobra.Command, []string) error { return printVersion(s) },
	}
}

// printVersion prints what the program was built from, as far as the build recorded it.
func printVersion(s streams) error {
	version := "development"
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
		version = info.Main.Version
	}
	_, err := fmt.Fprintln(s.out, "safelight", version)
	return err
}

// exactly is cobra.ExactArgs in words for people.
func exactly(n int, what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) != n {
			return usage("%s wants %s; see %s --help", cmd.Name(), what, cmd.CommandPath())
		}
		return nil
	}
}

// atLeastOne wants one or more arguments.
func atLeastOne(what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return usage("%s wants %s; see %s --help", cmd.Name(), what, cmd.CommandPath())
		}
		return nil
	}
}

// serverFromEnvironment is for codes that come without their address.
func serverFromEnvironment() string { return os.Getenv("SAFELIGHT_SERVER") }

// note writes a line for the person, not for a program.
func (s streams) note(format string, args ...any) { fmt.Fprintf(s.err, format+"\n", args...) }
