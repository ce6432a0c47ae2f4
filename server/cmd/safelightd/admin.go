package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"safelight/server/admin"
	"safelight/server/config"
	"safelight/server/rules"
)

// newAdmin is the operator's commands. All but rotate work while the server runs.
func newAdmin(load func() (config.Config, error)) *cobra.Command {
	parent := &cobra.Command{
		Use:   "admin",
		Short: "Look after a server's data folder, also while it runs",
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return errUsage{errors.New("there is no such command; see safelightd admin --help")}
			}
			return cmd.Help()
		},
	}
	with := func(how access, do func(context.Context, *cobra.Command, config.Config, *stack) error) func(*cobra.Command, []string) error {
		return func(cmd *cobra.Command, _ []string) error {
			c, err := load()
			if err != nil {
				return err
			}
			s, err := openStack(cmd.Context(), c, how)
			if err != nil {
				return err
			}
			defer s.Close()
			return do(cmd.Context(), cmd, c, s)
		}
	}
	print := func(do func(context.Context, *rules.Shares, io.Writer) error) func(*cobra.Command, []string) error {
		return with(looking, func(ctx context.Context, cmd *cobra.Command, _ config.Config, s *stack) error {
			return do(ctx, s.Shares, cmd.OutOrStdout())
		})
	}
	parent.AddCommand(
		newTakedown(load),
		&cobra.Command{Use: "stats", Short: "Count shares and bytes", Args: noArgs, RunE: print(admin.Stats)},
		&cobra.Command{Use: "sweep", Short: "Delete now what has expired; the server does it every minute", Args: noArgs, RunE: print(admin.Sweep)},
		&cobra.Command{Use: "check", Short: "Compare records, manifests and parts; exit 1 when something is lost", Args: noArgs, RunE: print(admin.Check)},
		newToken(with),
		&cobra.Command{Use: "rotate", Short: "Make a new record key and seal everything under it; the server has to be stopped", Args: noArgs,
			Long: "Make a new record key, seal everything under it and forget the old one. Old backups of the database then hold no pepper\n" +
				"that anybody can open. The server has to be stopped; an interrupted rotation goes on when it is run again.",
			RunE: with(alone, rotate)},
	)
	return parent
}

func newTakedown(load func() (config.Config, error)) *cobra.Command {
	return &cobra.Command{
		Use:   "takedown LINK_OR_ID",
		Short: "Delete a share now; - reads the link from standard input",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return errUsage{fmt.Errorf("want one link or id, got %d arguments", len(args))}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := admin.ReadID(args[0], cmd.InOrStdin())
			if err != nil {
				return errUsage{err}
			}
			c, err := load()
			if err != nil {
				return err
			}
			s, err := openStack(cmd.Context(), c, looking)
			if err != nil {
				return err
			}
			defer s.Close()
			return admin.Takedown(cmd.Context(), s.Shares, id, cmd.OutOrStdout())
		},
	}
}

type withStack func(how access, do func(context.Context, *cobra.Command, config.Config, *stack) error) func(*cobra.Command, []string) error

func newToken(with withStack) *cobra.Command {
	var fresh, only bool
	cmd := &cobra.Command{Use: "token --new", Short: "Make another token for creating shares, and print its send link once", Args: noArgs,
		Long: "Make another token for creating shares, and print its send link once. With the settings of the server (--listen, --domain or\n" +
			"--public-url) it is the whole link; where nothing says the address, it is the token alone."}
	cmd.Flags().BoolVar(&fresh, "new", false, "make a token; without it, count those that are known")
	cmd.Flags().BoolVar(&only, "only", false, "with --new: forget all other tokens")
	cmd.RunE = with(serving, func(ctx context.Context, cmd *cobra.Command, c config.Config, s *stack) error {
		out := cmd.OutOrStdout()
		if !fresh {
			known, err := s.tokens.Hashes(ctx)
			if err == nil {
				fmt.Fprintf(out, "%d tokens are known. They are kept as hashes and cannot be shown again; --new makes one.\n", len(known))
			}
			return err
		}
		token, err := s.tokens.Add(ctx, only)
		switch {
		case err != nil:
			return err
		case c.Placed():
			fmt.Fprintf(out, "%s#%s\n", c.Origin(reachable(c.Listen)), token)
		default:
			fmt.Fprintln(out, token)
			fmt.Fprintf(cmd.ErrOrStderr(), "The send link is the address of the server, then %s/# and this token: https://photos.example%s/#TOKEN\n", c.BasePath, c.BasePath)
		}
		return nil
	})
	return cmd
}

// rotate goes on with a rotation that was interrupted before it begins another.
func rotate(ctx context.Context, cmd *cobra.Command, c config.Config, s *stack) error {
	if len(s.ring) == 1 {
		s.ring = append([]rules.RecordKey{newKey()}, s.ring...)
		if err := s.keys.replace(s.ring...); err != nil {
			return err
		}
		if err := s.work(c); err != nil {
			return err
		}
	}
	changed, err := s.Rotate(ctx)
	if err != nil {
		return fmt.Errorf("%d shares were sealed under the new key. Both keys are kept: what is named here is still under the old one, or cannot be "+
			"read; takedown erases it. Then run this again. %w", changed, err)
	}
	if err := s.keys.replace(s.ring[0]); err != nil {
		return err
	}
	fmt.Fprintf(cmd.OutOrStdout(), "%d shares were sealed under a new record key. The old one is forgotten; delete old copies of it too.\n", changed)
	return nil
}
