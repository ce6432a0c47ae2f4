package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"safelight/client"
	"safelight/client/share"
	"safelight/client/strip"
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
	Pose     *strip.Pose       `json:"pose,omitempty"` // of a panorama, in hundredths of a degree
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
	var f keyFlags
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "info LINK",
		Short:   "Say what a link shows, without using a view",
		Long:    infoHelp,
		Example: "  safelight info 'https://example.org/s#…'",
		Args:    exactly(1, "a link, or - to read it from standard input"),
		RunE: func(cmd *cobra.Command, args []string) error {
			o, key, err := f.open(cmd.Context(), s, args[0])
			if err != nil {
				return err
			}
			var opened *client.Share
			if listed(o, key) {
				if opened, err = o.Unlock(cmd.Context(), key); err != nil {
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
	f.flags(cmd.Flags())
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	return cmd
}

// listed reports whether the photos can be listed without counting a view and without asking the sender.
func listed(o *client.Opening, key client.Key) bool {
	named := !o.Info.Recipients && !o.Info.AskFirst || o.Info.Recipients && len(key.Identities) > 0
	return named && !o.Counted() && (!o.Info.Passphrase || key.Passphrase != "")
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
			fmt.Fprintf(s.out, "%s%s\n", l.name, indented(l.text))
		}
	}
	for i, p := range opened.Photos {
		v, _ := pick(p, "")
		fmt.Fprintf(s.out, "  %s  %d×%d %s, %s", fileName(p, i, v.Media), p.Width, p.Height, mediaName[p.Media], bytesText(int64(v.Size)))
		if pose := share.PoseOf(p.Pose); pose != nil {
			fmt.Fprintf(s.out, ", panorama of %s", poseText(pose))
		}
		if p.Alt != "" {
			fmt.Fprintf(s.out, " – %s", indented(string(p.Alt)))
		}
		fmt.Fprintln(s.out)
	}
}

// indented keeps the lines of a text apart from ours, so that a sender's words cannot look like what we say.
func indented(text string) string {
	return strings.ReplaceAll(text, "\n", "\n            | ")
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
			Alt: string(p.Alt), Caption: string(p.Caption), Credit: string(p.Credit), Pose: share.PoseOf(p.Pose),
		}
		for _, v := range p.Variants {
			j.Variants = append(j.Variants, infoVariantJSON{roleName[v.Role], mediaName[v.Media], v.Width, v.Height, v.Size})
		}
		out.Photos = append(out.Photos, j)
	}
	return out
}
