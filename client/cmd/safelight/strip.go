package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"safelight/client"
	"safelight/client/strip"
)

func newInspect(s streams) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "inspect FILE…",
		Short: "Show what photos give away beside their pixels",
		Long: `Shows what metadata the files hold: place, time, device, names, hidden pictures. It is
what "send" and "strip" take out. Nothing is sent and nothing is changed.

Files that are not sent as they are, such as raw files, TIFFs and films, are looked at
too; the command then ends with 3.`,
		Example: "  safelight inspect beach.jpg",
		Args:    atLeastOne("the photos to look at"),
		RunE: func(_ *cobra.Command, files []string) error {
			var refused error
			for _, path := range files {
				if err := inspect(s, path, asJSON); err != nil {
					if !errors.Is(err, client.ErrRefused) {
						return err
					}
					if refused != nil {
						s.note("safelight: %v", refused)
					}
					refused = err
				}
			}
			return refused
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object per file, a line each")
	return cmd
}

// inspectJSON is what --json prints.
type inspectJSON struct {
	File string `json:"file"`
	strip.Report
	Refusal     string `json:"refusal,omitempty"`     // the code of why it is not sent as it is
	Convertible bool   `json:"convertible,omitempty"` // its pixels may be, with --convert
}

func inspect(s streams, path string, asJSON bool) error {
	data, err := readPhoto(path)
	if err != nil {
		return err
	}
	// A file that is refused gives away as much: what can be read of it is told.
	r, refused := strip.Inspect(data)
	if asJSON {
		err = json.NewEncoder(s.out).Encode(newInspectJSON(path, r, refused))
	} else {
		printReport(s, path, r, refused == nil)
	}
	if err == nil && refused != nil {
		err = refusedError{path, refused}
	}
	return err
}

func newInspectJSON(path string, r strip.Report, refused error) inspectJSON {
	j := inspectJSON{File: path, Report: r}
	if e, ok := errors.AsType[*strip.Error](refused); ok {
		j.Refusal, j.Convertible = string(e.Code), e.Convertible()
	}
	return j
}

// printReport lists what a photo gives away, by what that is about.
func printReport(s streams, path string, r strip.Report, whole bool) {
	about := []string{path + ": " + r.Format}
	if r.Format == "" {
		about[0] = path + ": unknown"
	}
	if w, h := r.Displayed(); w > 0 {
		about = append(about, fmt.Sprintf("%d×%d", w, h))
	}
	fmt.Fprintln(s.out, strings.Join(append(about, bytesText(int64(r.Before))), ", "))
	switch {
	case len(r.Findings) == 0 && whole:
		fmt.Fprintln(s.out, "  nothing but pixels")
	case len(r.Findings) == 0:
		fmt.Fprintln(s.out, "  nothing that can be read")
	}
	if r.Pose != nil {
		fmt.Fprintf(s.out, "  a panorama (%s); how it lies is kept when it is sent, and nothing else of it\n", poseText(r.Pose))
	}
	var last strip.Group
	for _, f := range r.Findings {
		if f.Group != last {
			fmt.Fprintf(s.out, "  %s\n", groups[f.Group])
			last = f.Group
		}
		fmt.Fprintf(s.out, "    %s\n", findingText(f))
	}
}

// findingText is one line about one thing that a photo gives away.
func findingText(f strip.Finding) string {
	text := findingName(f)
	says := f.Value
	if f.Count > 0 {
		says = strings.TrimSuffix(plural(f.Count, "step")+", "+f.Value, ", ")
	}
	if says != "" {
		text += ": " + says
	}
	if f.Width > 0 {
		text += fmt.Sprintf(" (%d×%d)", f.Width, f.Height)
	}
	if f.Bytes > 0 {
		text += fmt.Sprintf(", %s", bytesText(int64(f.Bytes)))
	}
	return text
}

// poseText says how much of the sphere a panorama covers.
func poseText(p *strip.Pose) string {
	return fmt.Sprintf("%.0f° × %.0f°", float64(p.Across)/100, float64(p.Down)/100)
}

// readPhoto reads a file that may be a photo.
func readPhoto(path string) ([]byte, error) {
	if _, err := checkFile(path); err != nil {
		return nil, err
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("%s cannot be read: %w", path, errors.Unwrap(err))
	}
	return data, nil
}

// formatName is how people write a media type.
func formatName(m strip.Media) string {
	_, name, _ := strings.Cut(m.String(), "/")
	return strings.ToUpper(name)
}

// stripJSON is what strip --json prints.
type stripJSON struct {
	File   string `json:"file"`
	Output string `json:"output"`
	strip.Report
	Converted bool `json:"converted,omitempty"`
}

func newStrip(s streams) *cobra.Command {
	var out string
	var asJSON, convert bool
	cmd := &cobra.Command{
		Use:   "strip -o OUT FILE",
		Short: "Write a photo without its metadata, exactly as it would be sent",
		Long: `Writes the photo without everything that is not needed to show it, and says what was
removed. The pixels are the same, bit for bit. OUT must not exist yet.

What cannot be stripped that way is refused, with 3; --convert makes a PNG of its pixels.`,
		Example: "  safelight strip -o clean.jpg beach.jpg",
		Args:    exactly(1, "one photo"),
		RunE: func(_ *cobra.Command, args []string) error {
			if out == "" {
				return usage("strip wants -o OUT, the file to write")
			}
			return stripFile(s, args[0], out, convert, asJSON)
		},
	}
	cmd.Flags().StringVarP(&out, "output", "o", "", "write the stripped photo to this new file `OUT`")
	cmd.Flags().BoolVar(&convert, "convert", false, "make a PNG of what cannot be stripped as it is, such as TIFF and BMP")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	return cmd
}

func stripFile(s streams, path, out string, convert, asJSON bool) error {
	data, err := readPhoto(path)
	if err != nil {
		return err
	}
	stripped, r, err := strip.Strip(data)
	converted := err != nil && convert
	if converted {
		stripped, r, err = client.Convert(data)
	}
	if err != nil {
		return refusedError{path, err}
	}
	r.Pose = nil // a file of its own has nowhere to keep it
	if err := writeExactly(out, stripped, 0o666); err != nil {
		return err
	}
	if converted {
		s.note("%s cannot be stripped as it is; its pixels were written as a PNG.", path)
	}
	if asJSON {
		return json.NewEncoder(s.out).Encode(stripJSON{path, out, r, converted})
	}
	fmt.Fprintf(s.out, "%s: %s%s\n", out, convertedText(converted), removedText(r))
	return nil
}

// removedText says in one line what was taken out.
func removedText(r strip.Report) string {
	if len(r.Findings) == 0 {
		return "nothing had to be removed"
	}
	var names []string
	seen := map[string]bool{}
	for _, f := range r.Findings {
		if name := findingName(f); !seen[name] {
			seen[name] = true
			names = append(names, name)
		}
	}
	return "removed " + strings.Join(names, ", ")
}

// removedCodes are the codes of what was taken out, for programs.
func removedCodes(r strip.Report) []string {
	codes := []string{}
	for _, f := range r.Findings {
		codes = append(codes, f.Code)
	}
	return codes
}
