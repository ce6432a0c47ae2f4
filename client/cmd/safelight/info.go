package main

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"safelight/client"
	"safelight/crypto/manifest"
)

const infoHelp = `Says what can be said about a link without using a view: how long it opens, how often,
whether a passphrase is asked for. Where views are not counted, and with the passphrase
where one is needed, it lists the photos too.`

// infoJSON is what --json prints.
type infoJSON struct {
	client.Info
	Title  string          `json:"title,omitempty"`
	Words  string          `json:"words,omitempty"`
	Photos []infoPhotoJSON `json:"photos,omitempty"`
}

type infoPhotoJSON struct {
	Name     string            `json:"name,omitempty"`
	Media    string            `json:"media"`
	Width    uint64            `json:"width"`
	Height   uint64            `json:"height"`
	Alt      string            `json:"alt,omitempty"`
	Caption  string            `json:"caption,omitempty"`
	Credit   string            `json:"credit,omitempty"`
	Variants []infoVariantJSON `json:"variants"`
}

type infoVariantJSON struct {
	Role   string `json:"role"`
	Media  string `json:"media"`
	Width  uint64 `json:"width"`
	Height uint64 `json:"height"`
	Bytes  uint64 `json:"bytes"`
}

func newInfo(s streams) *cobra.Command {
	var file string
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "info LINK",
		Short:   "Say what a link shows, without using a view",
		Long:    infoHelp,
		Example: "  safelight info 'https://example.org/s#…'",
		Args:    exactly(1, "a link, or - to read it from standard input"),
		RunE: func(cmd *cobra.Command, args []string) error {
			link, err := linkArgument(args[0], s.in)
			if err != nil {
				return err
			}
			pass := ""
			if file != "" {
				if pass, err = passphraseFile(file); err != nil {
					return err
				}
			}
			o, err := client.Open(cmd.Context(), link, client.Config{Server: serverFromEnvironment()})
			if err != nil {
				return err
			}
			var opened *client.Share
			if !o.Counted() && (!o.Info.Passphrase || pass != "") {
				if opened, err = o.Unlock(cmd.Context(), pass); err != nil {
					return err
				}
			}
			if asJSON {
				return json.NewEncoder(s.out).Encode(infoOf(o, opened))
			}
			printInfo(s, o, opened)
			return nil
		},
	}
	cmd.Flags().StringVar(&file, "passphrase-file", "", "file `F` with the passphrase")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	return cmd
}

func printInfo(s streams, o *client.Opening, opened *client.Share) {
	if !o.Info.Complete {
		fmt.Fprintln(s.out, "state:      the originals have not arrived yet")
	}
	printRules(s, o.Info, time.Now())
	if opened == nil {
		fmt.Fprintln(s.out, "photos:     unknown until it is opened")
		return
	}
	fmt.Fprintf(s.out, "photos:     %d\n", len(opened.Photos))
	for _, l := range []struct{ name, text string }{{"title:      ", opened.Title}, {"words:      ", opened.Words}} {
		if l.text != "" {
			fmt.Fprintf(s.out, "%s%s\n", l.name, l.text)
		}
	}
	for i, p := range opened.Photos {
		v, _ := pick(p, "")
		fmt.Fprintf(s.out, "  %s  %d×%d %s, %s", fileName(p, i, v.Media), p.Width, p.Height, mediaName[p.Media], bytesText(int64(v.Size)))
		if p.Alt != "" {
			fmt.Fprintf(s.out, " – %s", p.Alt)
		}
		fmt.Fprintln(s.out)
	}
}

// mediaName are the names of media types as people write them.
var mediaName = map[manifest.Media]string{
	manifest.JPEG: "JPEG", manifest.PNG: "PNG", manifest.WebP: "WebP", manifest.AVIF: "AVIF",
	manifest.GIF: "GIF", manifest.HEIC: "HEIC", manifest.JXL: "JPEG XL",
}

var roleName = map[manifest.Role]string{
	manifest.Thumb: "thumb", manifest.View: "view", manifest.TileSet: "tiles", manifest.Original: "original",
}

func infoOf(o *client.Opening, opened *client.Share) infoJSON {
	out := infoJSON{Info: o.Info}
	if opened == nil {
		return out
	}
	out.Title, out.Words = opened.Title, opened.Words
	for _, p := range opened.Photos {
		j := infoPhotoJSON{
			Name: string(p.Name), Media: mediaName[p.Media], Width: p.Width, Height: p.Height,
			Alt: string(p.Alt), Caption: string(p.Caption), Credit: string(p.Credit),
		}
		for _, v := range p.Variants {
			j.Variants = append(j.Variants, infoVariantJSON{roleName[v.Role], mediaName[v.Media], v.Width, v.Height, v.Size})
		}
		out.Photos = append(out.Photos, j)
	}
	return out
}
