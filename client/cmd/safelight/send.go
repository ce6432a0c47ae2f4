package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"safelight/client"
	"safelight/client/strip"
	"safelight/crypto/manifest"
)

const sendHelp = `Strips, encrypts and sends photos, and prints the link that shows them.

Whoever has the link can see the photos until they expire, and nobody else can: the part
behind # never reaches the server. The link is printed when everything is stored; until
then nothing can be opened.

Where the server asks for a token, --server takes the send link of its operator,
https://example.org/#TOKEN. A token from --token or SAFELIGHT_TOKEN wins over that.

Photos are sent as they are, without metadata. What cannot be sent that way, such as TIFF,
is refused; --convert sends its pixels as a PNG. --pixels-only leaves no trace of how the
camera codes: new pixels of at most 2048, made in one setting for everybody, and no
original. The noise of its sensor may still be in them.

A second link, the manage link, can change the rules of the share and delete it. It is
shown once, on standard error; --manage-file keeps it in a file instead, --json in the
object. Whoever has it owns the share, so keep it to yourself.`

const sendExample = `  safelight send beach.jpg
  safelight send --expires 12h --views 1 passport.png
  safelight send --passphrase-file words.txt --alt "a dog on a beach" dog.jpg
  safelight send --to 'https://example.org/r#…' papers.jpg
  safelight send --recipient age1… --log papers.jpg
  safelight send --json --manage-file share.manage *.jpg`

// shortest is the shortest life that the pages offer too: people need a moment to open a link.
const shortest = 5 * time.Minute

// sendFlags are what "send" takes.
type sendFlags struct {
	server, token string
	expires       duration
	views         views
	phraseFlags
	alt           []string
	title, words  string
	manage        string // file
	keepNames     bool
	recipients    []string // keys, or @FILE
	askFirst, log bool
	to            string // request link
	handling
	json bool
}

func newSend(s streams) *cobra.Command {
	var f sendFlags
	cmd := &cobra.Command{
		Use:     "send FILE…",
		Short:   "Send photos and print the link that shows them",
		Long:    sendHelp,
		Example: sendExample,
		Args:    atLeastOne("the photos to send"),
		RunE: func(cmd *cobra.Command, files []string) (err error) {
			if f.to == "-" {
				if f.to, err = linkArgument(f.to, s.in); err != nil {
					return err
				}
			}
			return f.run(cmd.Context(), s, files)
		},
	}
	p := cmd.Flags()
	p.StringVar(&f.server, "server", "", "address or send link of the server `URL`; also SAFELIGHT_SERVER")
	p.StringVar(&f.token, "token", "", "the server's token `T` for senders; also SAFELIGHT_TOKEN, which other users of this computer cannot see")
	p.Var(&f.expires, "expires", "forget the photos after this time, at least 5m: 90m, 12h, 7d (what the server offers, if not given)")
	p.Var(&f.views, "views", "let the link be opened `N` times at most (0: any number)")
	f.phraseFlags.flags(p)
	p.StringArrayVar(&f.alt, "alt", nil, "what the photo shows, `TEXT` for those who cannot see it; once per photo, in their order")
	p.StringVar(&f.title, "title", "", "a title `TEXT` above the photos")
	p.StringVar(&f.words, "words", "", "a few words `TEXT` to the viewers")
	p.StringVar(&f.manage, "manage-file", "", "write the manage link to this new file `F`, readable by you alone")
	p.BoolVar(&f.keepNames, "keep-names", false, "show viewers the file names, which often tell date and device")
	p.StringArrayVar(&f.recipients, "recipient", nil, "let only who has this key `KEY` open it: age1…, age1pq1…, ssh-ed25519 …, or @FILE with one a line; may be given more than once")
	p.BoolVar(&f.askFirst, "ask-first", false, "ask you before anybody can open it; see safelight admit")
	p.BoolVar(&f.log, "log", false, "keep a log, which only you can read, of when it is opened; viewers are told")
	p.StringVar(&f.to, "to", "", "send to who made this request `LINK`; - reads it from standard input")
	f.handling.flags(p)
	p.BoolVar(&f.json, "json", false, "print one JSON object instead of the link")
	return cmd
}

func (f *sendFlags) run(ctx context.Context, s streams, files []string) error {
	if err := f.whereTo(); err != nil {
		return err
	}
	if len(f.alt) > len(files) {
		return usage("%d descriptions (--alt) for %s", len(f.alt), plural(len(files), "photo"))
	}
	c := client.SendConfig{
		Config:  client.Config{Server: f.server, Token: f.token},
		Expires: time.Duration(f.expires), Views: uint64(f.views), Title: f.title, Words: f.words,
		PixelsOnly: f.pixelsOnly, Convert: f.convert, KeepCaption: f.keepCaption, AVIF: f.avif,
	}
	c.AskFirst, c.Log, c.To = f.askFirst, f.log, f.to
	var err error
	if c.Recipients, err = recipients(f.recipients); err != nil {
		return err
	}
	if c.Passphrase, err = f.phrase(); err != nil {
		return err
	}
	photos, err := f.photos(files)
	if err != nil {
		return err
	}
	keep, err := f.reserveManage()
	if err != nil {
		return err
	}
	bar := newBar(s.err, "sending")
	c.Progress = bar.update
	sent, err := client.Send(ctx, photos, c)
	bar.clear()
	if err != nil {
		keep.drop()
		return named(err, files)
	}
	return f.print(s, sent, c.Passphrase, files, keep)
}

// whereTo finds the server: in the request link, or as for every command.
func (f *sendFlags) whereTo() error {
	if f.to == "" {
		return f.where()
	}
	if f.server != "" {
		return usage("--to and --server contradict each other: a request link names its server")
	}
	f.server = serverFromEnvironment() // for a code that comes without its address
	if f.expires != 0 && time.Duration(f.expires) < shortest {
		return usage("--expires %v is too short to open it: at least %s", &f.expires, plural(int(shortest/time.Minute), "minute"))
	}
	return nil
}

// photos opens nothing yet, but every file is looked at once, so that a wrong name is found before anything is sent.
func (f *sendFlags) photos(files []string) ([]client.Photo, error) {
	photos := make([]client.Photo, len(files))
	for i, path := range files {
		size, err := checkFile(path)
		if err != nil {
			return nil, err
		}
		photos[i] = client.Photo{Size: size, Read: func() ([]byte, error) { return os.ReadFile(path) }}
		if f.keepNames {
			photos[i].Name = filepath.Base(path)
		}
		if i < len(f.alt) {
			photos[i].Alt = f.alt[i]
		}
	}
	return photos, nil
}

// checkFile returns the size of a file that can be a photo.
func checkFile(path string) (int64, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return 0, usage("%s: there is no such file", path)
	case err != nil:
		return 0, usage("%s: %v", path, errors.Unwrap(err))
	case info.IsDir():
		return 0, usage("%s is a folder; name the photos in it", path)
	case info.Size() > manifest.MaxSize:
		return 0, refusedError{path, fmt.Errorf("larger than %s", bytesText(manifest.MaxSize))}
	}
	return info.Size(), nil
}

// named says which file an error is about that names a photo by its number.
func named(err error, files []string) error {
	refused, ok := errors.AsType[*client.RefusedError](err)
	if !ok || refused.Photo >= len(files) {
		return err
	}
	return refusedError{files[refused.Photo], refused.Cause}
}

// sentJSON is what --json prints.
type sentJSON struct {
	Link    string    `json:"link"`
	Manage  string    `json:"manage,omitempty"`
	Expires time.Time `json:"expires"`
	// Passphrase is there if it was made by --generate-passphrase.
	Passphrase string      `json:"passphrase,omitempty"`
	Photos     []photoJSON `json:"photos"`
}

type photoJSON struct {
	File    string   `json:"file"`
	Media   string   `json:"media"`
	Width   int      `json:"width"`
	Height  int      `json:"height"`
	Removed []string `json:"removed"`
	// Pose is how a panorama lies around the viewer, which is kept; angles in hundredths of a degree.
	Pose *strip.Pose `json:"pose,omitempty"`
}

func newPhotoJSON(file string, r strip.Report) photoJSON {
	w, h := r.Displayed()
	return photoJSON{file, r.Media.String(), w, h, removedCodes(r), r.Pose}
}

func (f *sendFlags) print(s streams, sent *client.Sent, phrase string, files []string, keep *manageFile) error {
	if err := keep.write(sent.Manage); err != nil {
		// The share exists, and its manage link would be lost: that is worth standard error.
		s.note("The manage link could not be written (%v). Here it is:\n%s", err, sent.Manage)
	}
	if f.json {
		out := sentJSON{Link: sent.Link, Expires: sent.Expires.UTC()}
		if f.manage == "" {
			out.Manage = sent.Manage
		}
		if f.generate {
			out.Passphrase = phrase
		}
		for i, p := range sent.Photos {
			out.Photos = append(out.Photos, newPhotoJSON(files[i], p))
		}
		return json.NewEncoder(s.out).Encode(out)
	}
	for i, p := range sent.Photos {
		s.note("%s: %s%s", files[i], convertedText(sent.Converted[i]), removedText(p))
		if p.Pose != nil {
			s.note("%s: kept how the panorama lies (%s), and nothing else of it.", files[i], poseText(p.Pose))
		}
		if p.Media == strip.JXL {
			s.note("%s: nothing here decodes JPEG XL, so no view goes with it; some browsers will not show it.", files[i])
		}
		if p.AsSRGB {
			s.note("%s: %s", files[i], asSRGBText)
		}
	}
	if f.pixelsOnly {
		s.note("%s%s", pixelsOnlyText, builtWithout(sent.Photos))
	}
	s.note("Opens for %s.", left(sent.Expires, time.Now()))
	f.phraseFlags.tell(s, phrase)
	if f.to != "" {
		s.note("Delivered: who made the request link can open it.")
	}
	if f.askFirst {
		s.note("Nobody gets in by themselves: run safelight admit with the manage link when they open it.")
	}
	if f.manage == "" {
		s.note("To change or delete it, keep this link to yourself:\n%s", sent.Manage)
	}
	_, err := fmt.Fprintln(s.out, sent.Link)
	return err
}
