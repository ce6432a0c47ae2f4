// Package refuse names why a file is not stripped. The codes are stable: pages and the command line have words for them.
package refuse

// Code says which reason; it is written into JSON and never changes its meaning.
type Code string

// What is wrong with a file.
const (
	Empty     Code = "empty"         // no bytes
	Unknown   Code = "unknown"       // nothing that is known as an image
	LargeFile Code = "large-file"    // more bytes than the limit
	LargeSize Code = "large-size"    // more pixels than the limit
	LargeICC  Code = "large-profile" // a colour profile of more bytes than any has
	Damaged   Code = "damaged"       // does not parse, is cut off, or says two things at once
	Coding    Code = "coding"        // a photo of an accepted format in a coding that is not (12 bits, lossless JPEG, …)
	HEIC      Code = "heic"
	AVIF      Code = "avif"
	JXL       Code = "jxl"
	WebP      Code = "webp"
	GIF       Code = "gif"
	TIFF      Code = "tiff"
	Raw       Code = "raw"
	BMP       Code = "bmp"
	JP2       Code = "jp2"
	PSD       Code = "psd"
	ICO       Code = "ico"
	SVG       Code = "svg"
	PDF       Code = "pdf"
	HTML      Code = "html"
	Video     Code = "video"
)

// sentences tell the person who chose the file what to do.
var sentences = map[Code]string{
	Empty:     "this file is empty; choose it again from where it was made",
	Unknown:   "this is no image that Safelight knows; send a JPEG, PNG, GIF, WebP, AVIF, HEIC or JPEG XL",
	LargeFile: "this file is over 128 MiB; send a smaller export of it",
	LargeSize: "this image has more than 120 megapixels; send a smaller export of it",
	LargeICC:  "this image carries a colour profile of over 16 MiB, far more than any device has; export it anew as JPEG or PNG",
	Damaged:   "this file is damaged or cut off; copy it again from the camera or export it anew",
	Coding:    "this file uses a rare way of coding; let it be converted, or export it as an ordinary JPEG or PNG",
	HEIC:      "this HEIC photo is built in a way that cannot be cleaned as it is; let it be converted, or export it as JPEG",
	AVIF:      "this AVIF image is built in a way that cannot be cleaned as it is; let it be converted, or export it as JPEG or PNG",
	JXL:       "this JPEG XL image is built in a way that cannot be cleaned as it is; let it be converted, or export it as JPEG or PNG",
	WebP:      "this WebP image is built in a way that cannot be cleaned as it is; let it be converted, or export it as JPEG or PNG",
	GIF:       "this GIF image is built in a way that cannot be cleaned as it is; let it be converted, or export it as PNG",
	TIFF:      "browsers do not show TIFF images; let it be converted, or export it as JPEG or PNG",
	Raw:       "a raw camera file is not a picture yet; develop it to a JPEG and send that",
	BMP:       "BMP images are not sent as they are; let it be converted, or save it as PNG",
	JP2:       "browsers do not show JPEG 2000 images; export it as JPEG or PNG",
	PSD:       "Photoshop files hold more than one picture; export it as JPEG or PNG",
	ICO:       "icon files hold more than one picture; save the largest as PNG",
	SVG:       "SVG is a document that can run programs, not a photo; export it as PNG",
	PDF:       "PDF is a document, not a photo; export the page as PNG",
	HTML:      "this is a web page, not a photo; save the image itself",
	Video:     "this is a video; Safelight sends photos",
}

// Error is a refusal. Its text is a sentence for people; it never holds anything from the file.
type Error struct {
	Code Code
	// Detail says, for whoever looks for the fault, which rule of the format was broken. It is written by us.
	Detail string
}

// New returns a refusal.
func New(code Code, detail string) *Error { return &Error{Code: code, Detail: detail} }

func (e *Error) Error() string {
	s := sentences[e.Code]
	if e.Detail != "" {
		s += " (" + e.Detail + ")"
	}
	return s
}

// Class sorts the code into one of five: empty, large, damaged, not-a-photo, unsupported.
func (e *Error) Class() string {
	switch e.Code {
	case Empty, Damaged:
		return string(e.Code)
	case LargeFile, LargeSize, LargeICC:
		return "large"
	case Unknown, SVG, PDF, HTML, Video:
		return "not-a-photo"
	}
	return "unsupported"
}

// Convertible reports whether a decoder may still make pixels of the file, which are sent as a new file instead, once its
// owner has been told. What is damaged, no picture yet (raw) or no photo at all is not.
func (e *Error) Convertible() bool {
	switch e.Code {
	case Coding, HEIC, AVIF, JXL, WebP, GIF, TIFF, BMP:
		return true
	}
	return false
}

// Codes returns all codes.
func Codes() []Code {
	list := make([]Code, 0, len(sentences))
	for c := range sentences {
		list = append(list, c)
	}
	return list
}
