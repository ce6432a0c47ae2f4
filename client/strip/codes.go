package strip

// Codes lists the codes of findings, for catalogues of words: each has to have a word for "finding." and the code.
func Codes() []string {
	return []string{
		// place
		"gps-position", "gps-altitude", "gps-direction", "gps-method", "gps-area", "gps-latitude", "gps-longitude",
		"city", "state", "country", "location",
		// person
		"artist", "copyright", "owner", "photographer", "editor", "credit", "contact", "person-shown",
		// time
		"taken", "digitised", "modified", "gps-time",
		// device
		"camera", "camera-serial", "lens", "lens-serial", "settings", "maker-note", "image-id", "computer", "resolution",
		// hidden
		"thumbnail", "preview", "multi-picture", "second-picture", "auxiliary-picture", "motion-photo", "further-pictures-named", "hidden-frame", "outside", "colour-under-transparency",
		// text
		"comment", "description", "title", "keywords", "subject", "instructions", "png-text",
		// history
		"software", "edit-history", "document-id", "xmp", "photoshop", "ducky", "prompt",
		// provenance
		"c2pa", "generated",
		// profile
		"colour-profile",
		// other
		"exif", "flashpix", "application", "chunk", "raw-profile", "broken-profile", "unused-palette", "unused-table",
		"unknown-segment", "junk", "slack", "coded-junk", "trailer",
	}
}
