package main

import (
	"strings"

	"safelight/client/strip"
)

// capitals are words of finding codes that are written in capitals.
var capitals = map[string]string{
	"gps": "GPS", "xmp": "XMP", "icc": "ICC", "exif": "Exif", "iptc": "IPTC", "jfif": "JFIF", "mpf": "MPF", "id": "ID",
	"url": "URL", "jpeg": "JPEG", "png": "PNG", "c2pa": "C2PA", "jumbf": "JUMBF", "uuid": "UUID", "pdf": "PDF", "hdr": "HDR",
}

// names are those findings whose code alone says too little in a list of what was removed.
var names = map[string]string{
	"taken": "time taken", "modified": "time modified", "digitised": "time digitised",
	"owner": "owner's name", "artist": "artist's name", "preview": "preview picture", "outside": "pixels outside of the picture",
	"generated": "made by an image generator",
}

// groups say what findings are about.
var groups = map[strip.Group]string{
	strip.Place: "Where", strip.Person: "Who", strip.Time: "When", strip.Device: "With what", strip.Hidden: "Hidden inside", strip.Text: "Words",
	strip.History: "How it was edited", strip.Provenance: "Where it claims to come from", strip.Profile: "Colour profile", strip.Other: "Further bytes",
}

// findingName turns a finding's code into words: gps-position is "GPS position".
func findingName(f strip.Finding) string {
	if name, ok := names[f.Code]; ok {
		return name
	}
	words := strings.Split(f.Code, "-")
	for i, w := range words {
		if c, ok := capitals[w]; ok {
			words[i] = c
		}
	}
	return strings.Join(words, " ")
}
