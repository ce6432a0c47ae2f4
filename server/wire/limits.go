package wire

import "time"

// What the protocol fixes. The site document carries what an operator decides.
const (
	// MinPartSize and MaxPartSize bound the size of every part but the last; it is a multiple of PartSizeStep.
	MinPartSize  = 256 << 10
	MaxPartSize  = 8 << 20
	PartSizeStep = 64 << 10
	// MaxParts is more than the largest bundle has in its smallest parts.
	MaxParts = 16_400

	// MaxOwnerBody bounds the body of an owner request: a manifest and locks of 256 KiB each, and little else.
	MaxOwnerBody = 576 << 10
	// MaxBody bounds the body of open, guess and take.
	MaxBody = 256
	// MaxReply bounds every reply of the share protocol but the bytes of parts, and every problem document.
	MaxReply = 1 << 20

	// MaxUploads bounds the uploads of a share that are open or about to be deleted.
	MaxUploads = 16
	// MaxViews is the largest view limit that a site may allow: every take is remembered in the record.
	MaxViews = 20_000
)

// How long things last.
const (
	ChallengeLife  = 5 * time.Minute  // of a server challenge
	PutTimeout     = time.Hour        // a PUT has ended by then
	UploadIdle     = 24 * time.Hour   // uploads of a share without a new part for so long are abandoned
	DrainTime      = 6 * time.Hour    // parts stay after the last view was taken
	PurgeDelay     = 24 * time.Hour   // parts are deleted a second time after so long
	GuessBucket    = 30               // guesses of a passphrase at once
	GuessInterval  = 10 * time.Minute // one more after each of these
	BusyRetryAfter = time.Second      // after CodeBusy
)

// Defaults of what an operator decides.
const (
	DefaultShareBytes = 2_000_000_000
	DefaultMaxViews   = 1000
	DefaultMaxExpiry  = 90 * 24 * time.Hour
	DefaultExpiry     = 7 * 24 * time.Hour
)

// Base is what every path of the API begins with, behind the operator's base path.
const Base = "/api/v1"

// Headers of requests and replies. Content-Digest is RFC 9530's, with sha-256 alone.
const (
	HeaderAuthorization = "Authorization" // Bearer: admit token (as given), upload or unlock token (base64url, no padding)
	HeaderDigest        = "Content-Digest"
	HeaderRange         = "Range"
	HeaderContentRange  = "Content-Range"
	HeaderRetryAfter    = "Retry-After"
)
