// Command makephoto writes one photo of package striptest into a file, for tests that are not in Go.
package main

import (
	"flag"
	"fmt"
	"os"

	"safelight/client/strip/striptest"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "makephoto:", err)
		os.Exit(1)
	}
}

func run() error {
	var o striptest.Options
	kind := flag.String("kind", "camera", "camera (JPEG), sphere (JPEG of a whole sphere), screenshot (PNG) heic (one small picture, whatever else is asked for) heic-soft (another, of colours that every gamut has) or heic-inside (that with a thumbnail and a map of depths)")
	width := flag.Int("width", 1600, "in pixels, as stored")
	height := flag.Int("height", 1200, "in pixels, as stored")
	gps := flag.String("gps", "", "latitude,longitude in degrees")
	flag.IntVar(&o.Quality, "quality", 90, "of the JPEG, 1 to 100")
	flag.IntVar(&o.Orientation, "orientation", 1, "1 to 8")
	flag.Uint64Var(&o.Seed, "seed", 1, "which picture")
	flag.StringVar(&o.Owner, "owner", "", "planted as owner, artist and copyright")
	flag.StringVar(&o.Comment, "comment", "", "planted as comment")
	flag.StringVar(&o.MakerNote, "makernote", "", "planted in the maker note")
	flag.StringVar(&o.Serial, "serial", "", "planted as serial number")
	flag.StringVar(&o.XMP, "xmp", "", "planted in an XMP packet")
	flag.StringVar(&o.Profile, "profile", "", "name of an ICC profile")
	flag.BoolVar(&o.Panorama, "panorama", false, "plant what says that it is a panorama")
	flag.BoolVar(&o.Wide, "wide", false, "the profile is that of Display P3")
	flag.BoolVar(&o.Thumbnail, "thumbnail", true, "embed a thumbnail")
	flag.Parse()
	if flag.NArg() != 1 || *width < 1 || *height < 1 {
		return fmt.Errorf("want a size and one file to write; see -help")
	}
	if *gps != "" {
		var p striptest.Position
		if _, err := fmt.Sscanf(*gps, "%g,%g", &p.Latitude, &p.Longitude); err != nil {
			return fmt.Errorf("-gps wants latitude,longitude: %w", err)
		}
		o.GPS = &p
	}
	var photo []byte
	switch *kind {
	case "camera":
		photo = striptest.CameraJPEG(*width, *height, o)
	case "sphere":
		photo = striptest.PanoramaJPEG(*width, *height, o)
	case "screenshot":
		photo = striptest.ScreenshotPNG(*width, *height, o)
	case "heic":
		photo = striptest.SmallHEIC()
	case "heic-soft":
		photo = striptest.SmallGrid().Bytes()
		if o.Wide {
			photo = striptest.WithProperties(photo, striptest.Box("colr", []byte("prof"), striptest.DisplayP3(o.Profile)))
		}
	case "heic-inside":
		photo = striptest.PhoneHEIC().Bytes()
	default:
		return fmt.Errorf("there is no kind %q", *kind)
	}
	return os.WriteFile(flag.Arg(0), photo, 0o644)
}
