package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"safelight/client"
	"safelight/client/share"
	"safelight/crypto/manifest"
)

const getHelp = `Opens a link and writes its photos into a folder, the one you are in unless -o names
another. It prints the path of each. The photos are the originals without their metadata,
pixel for pixel; --variant view takes the smaller pictures that the page shows.

Nothing is overwritten: if a name is taken, the photo is called photo-001-2.jpg, and so on.
Where views are limited, this uses one, after the passphrase was found right. A share for
named recipients opens with --identity. Where the sender wants to be asked first, it asks
and waits.

--sealed writes what the server stores instead, still encrypted, with a file of
passphrases. Any age program opens it, and any unzip what comes out.`

const getExample = `  safelight get 'https://example.org/s#…'
  safelight get -o holiday -              asks for the link on standard input
  safelight get --sealed -o backup 'https://example.org/s#…'`

// getFlags are what "get" takes.
type getFlags struct {
	dir     string
	variant string
	keyFlags
	sealed bool
}

func newGet(s streams) *cobra.Command {
	var f getFlags
	cmd := &cobra.Command{
		Use:     "get LINK",
		Short:   "Write the photos of a link into a folder",
		Long:    getHelp,
		Example: getExample,
		Args:    exactly(1, "a link, or - to read it from standard input"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if f.variant != "" && f.variant != "original" && f.variant != "view" {
				return usage("--variant is original or view, not %q", f.variant)
			}
			o, key, err := f.open(cmd.Context(), s, args[0])
			if err != nil {
				return err
			}
			key.Ask, key.Asked = true, s.asked()
			return f.run(cmd.Context(), s, o, key)
		},
	}
	p := cmd.Flags()
	p.StringVarP(&f.dir, "output", "o", ".", "write into this folder `DIR`; it is made if it is not there")
	p.StringVar(&f.variant, "variant", "", "which pictures `V`: original or view (original, or what there is)")
	f.keyFlags.flags(p)
	p.BoolVar(&f.sealed, "sealed", false, "write the encrypted files as they are stored, and their passphrases")
	return cmd
}

func (f *getFlags) run(ctx context.Context, s streams, o *client.Opening, key client.Key) error {
	// What can go wrong here is found before a view is used.
	if err := os.MkdirAll(f.dir, 0o777); err != nil {
		return fmt.Errorf("the folder %s cannot be made: %w", f.dir, errors.Unwrap(err))
	}
	probe, err := temporary(f.dir, 0o600)
	if err != nil {
		return fmt.Errorf("nothing can be written into %s: %w", f.dir, errors.Unwrap(err))
	}
	probe.Close()
	os.Remove(probe.Name())
	if f.variant == "original" && !o.Info.Complete {
		return errors.New("the originals have not arrived yet; --variant view takes what is there")
	}
	if o.Counted() && o.Info.Taken+1 == o.Info.Views {
		s.note("One view is left, and this will use it.")
	}
	opened, err := o.Unlock(ctx, key)
	if err != nil {
		return lacking(err, o.Info, key)
	}
	if o.Counted() {
		s.note("This used %s.", used(o.Info))
	}
	if f.sealed {
		return f.writeSealed(ctx, s, opened)
	}
	return f.write(ctx, s, opened, o.Info.Complete)
}

// used says which view was used, by what was known before: somebody else may have used one meanwhile.
func used(i client.Info) string {
	switch {
	case i.Views == 1:
		return "the only view"
	case i.Taken+1 >= i.Views:
		return fmt.Sprintf("the last of %d views", i.Views)
	}
	return fmt.Sprintf("one of %d views", i.Views)
}

// lacking says which flag gives what a locked share asks for.
func lacking(err error, i client.Info, k client.Key) error {
	if !errors.Is(err, client.ErrLocked) {
		return err
	}
	switch {
	case i.Passphrase && k.Passphrase == "":
		return hinted{err, "Give it with --passphrase-file, or run this in a terminal, which asks for it."}
	case i.Recipients && !i.AskFirst && len(k.Identities) == 0:
		return hinted{err, "Give the file of your key with --identity."}
	}
	return err
}

// write writes one variant of every photo.
func (f *getFlags) write(ctx context.Context, s streams, opened *client.Share, complete bool) error {
	missing := "the original has not arrived yet"
	if complete {
		missing = "no original was sent"
	}
	var total, n int64
	picked := make([]manifest.Variant, len(opened.Photos))
	for i, p := range opened.Photos {
		v, ok := pick(p, f.variant)
		if !ok {
			return fmt.Errorf("photo %d has no %s", i+1, f.variant)
		}
		if f.variant == "" && v.Role != manifest.Original {
			s.note("Photo %d: %s; this is the view.", i+1, missing)
		}
		picked[i] = v
		total += int64(v.Size)
	}
	progress := newBar(s.err, "receiving")
	defer progress.clear()
	for i, v := range picked {
		data, err := opened.Read(ctx, v)
		if err != nil {
			return err
		}
		path, err := writeNew(f.dir, fileName(opened.Photos[i], i, v.Media), data, 0o666)
		if err != nil {
			return err
		}
		progress.clear()
		fmt.Fprintln(s.out, path)
		n += int64(v.Size)
		progress.set(n, total)
	}
	return nil
}

// pick chooses a variant: the original or the largest view as asked, without a wish the first of them that is there.
func pick(p manifest.Photo, wish string) (manifest.Variant, bool) {
	var best manifest.Variant
	for _, v := range p.Variants {
		switch {
		case v.Role == manifest.Original && wish != "view":
			return v, true
		case v.Role == manifest.View && wish != "original" && v.Width*v.Height > best.Width*best.Height:
			best = v
		}
	}
	return best, best.Size > 0
}

// fileName is the name that the sender kept, made harmless, or a number.
func fileName(p manifest.Photo, i int, media manifest.Media) string {
	if name := cleanName(string(p.Name), share.Extension(media)); name != "" {
		return name
	}
	return fmt.Sprintf("photo-%03d%s", i+1, share.Extension(media))
}

const sealedReadme = `# What each file opens with. Stock age asks for the passphrase:
#   age -d -o bundle-0.zip bundle-0.age && unzip bundle-0.zip
# Without a terminal, with the plugin that comes with age since version 1.3:
#   AGE_PASSPHRASE=… age -d -j batchpass -o bundle-0.zip bundle-0.age
# This file is as good as the link: keep it as safe, or delete it.
`

// writeSealed writes the age files as they are stored, and what opens them.
func (f *getFlags) writeSealed(ctx context.Context, s streams, opened *client.Share) error {
	var secrets bytes.Buffer
	secrets.WriteString(sealedReadme)
	sealed, pass := opened.SealedManifest()
	path, err := writeNew(f.dir, "manifest.age", sealed, 0o666)
	if err != nil {
		return err
	}
	fmt.Fprintln(s.out, path)
	fmt.Fprintf(&secrets, "%s %s\n", filepath.Base(path), pass)
	for i, pass := range opened.Bundles() {
		path, err := streamNew(f.dir, fmt.Sprintf("bundle-%d.age", i), 0o666, func(w io.Writer) error { return opened.Sealed(ctx, i, w) })
		if err != nil {
			return err
		}
		fmt.Fprintln(s.out, path)
		fmt.Fprintf(&secrets, "%s %s\n", filepath.Base(path), pass)
	}
	path, err = writeNew(f.dir, "passphrases.txt", secrets.Bytes(), 0o600)
	if err != nil {
		return err
	}
	fmt.Fprintln(s.out, path)
	return nil
}
