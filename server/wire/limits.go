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
	// MaxBody bounds the body of open, guess, take, knock, reveal, and of a mailbox's open.
	MaxBody = 256
	// MaxPostBody bounds the body of a post.
	MaxPostBody = 2304
	// MaxReply bounds every reply of the share protocol but the bytes of parts, and every problem document.
	MaxReply = 1 << 20

	// MaxUploads bounds the uploads of a share that are open or about to be deleted.
	MaxUploads = 16
	// MaxViews is the largest view limit that a site may allow: every take is remembered in the record.
	MaxViews = 20_000

	// LogEventSize is the length of a sealed event of the access log; LogRing is how many are kept.
	LogEventSize = 112
	LogRing      = 1000

	// LoggedOpens is how often an address may open one share that keeps an access log in an hour, where it is limited at
	// all. Pushing everything out of the log takes it seven hours then; an office behind one address does not notice.
	LoggedOpens = 120

	// MaxPending bounds those who ask to be let in to a share and have no decision yet.
	MaxPending = 8

	// PostSize is the length of a post; MaxPosts is how many a mailbox holds, MaxPostCreates how many shares may be
	// created in its name where the site asks for a token.
	PostSize       = 1787
	MaxPosts       = 200
	MaxPostCreates = 400
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
	KnockLife      = 15 * time.Minute // a knock is dropped
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
	HeaderAuthorization = "Authorization" // Bearer: admit token (as given), upload or unlock token (base64url, no padding); Post: see SchemePost
	HeaderDigest        = "Content-Digest"
	HeaderRange         = "Range"
	HeaderContentRange  = "Content-Range"
	HeaderRetryAfter    = "Retry-After"
)

// SchemePost is the scheme of an Authorization with which whoever has a request link creates a share, where the site asks
// for a token: "Post ", the mailbox's id in hexadecimal, ".", and its post token in base64url without padding.
const SchemePost = "Post"
