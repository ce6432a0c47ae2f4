// Package wire is the one contract that server and clients share: the bodies of every route of the share protocol, the
// closed list of error codes, the site document, limits, and names of headers. API.md is this package in words.
//
// Bodies are strict msgpack: arrays, bin, and unsigned integers up to 2^53-1 in shortest form. Encode and Decode are
// the only way in and out; Decode accepts exactly what Encode writes. The owner's requests are not here, because they
// are signed: crypto/statement has them.
package wire

//go:generate go tool msgp -file wire.go -o wire_gen.go -io=false -tests=false
//msgp:tuple ChallengeReply Grant CreateReply DoneReply StateReply
//msgp:tuple OpenRequest OpenReply GuessRequest GuessReply TakeRequest TakeReply
//msgp:tuple LogReply KnockRequest RevealRequest KnockReply Knock AdmitReply
//msgp:tuple MailboxReply Post MailboxOpenRequest MailboxOpenReply PostRequest

// ChallengeReply answers POST shares/{id}/challenge.
type ChallengeReply struct {
	Freshness [24]byte // goes into an owner request as it is; its first 8 bytes are the server's time, big-endian ms
}

// Grant is the right to put the parts of one upload. It also answers the owner's action upload.
type Grant struct {
	Upload [16]byte
	Token  [32]byte
}

// CreateReply answers the owner's action create.
type CreateReply struct {
	Now     uint64 // server time, Unix ms: the statement's created
	Uploads [2]Grant
}

// DoneReply answers commit, publish and delete.
type DoneReply struct {
	Now uint64 // server time, Unix ms
}

// States of a share, as they are told.
const (
	StateUploading = 1 // nothing committed yet
	StateLive      = 2
	StateDraining  = 3 // the last view was taken; parts stay a while for who took it
)

// StateReply answers the owner's action state. While nothing is committed, all but the last three are empty or 0.
type StateReply struct {
	Statement []byte
	Signature []byte
	Manifest  []byte // sealed
	Locks     []byte // sealed, or empty
	OwnerBox  []byte // sealed
	Pepper    []byte
	Stage     uint64 // 0 nothing committed, 1 views only, 2 complete
	Taken     uint64 // views taken
	Now       uint64 // server time, Unix ms; while nothing is committed what create answered, for who lost that answer
	State     uint64
}

// OpenRequest is the body of POST shares/{id}/open.
type OpenRequest struct {
	Read   [32]byte
	Unlock []byte // 32, or empty
	Guess  []byte // 16, or empty: the guess that led to Unlock
}

// OpenReply answers open, from one snapshot.
type OpenReply struct {
	Statement []byte
	Signature []byte
	Manifest  []byte // sealed
	Locks     []byte // sealed, or empty
	Pepper    []byte // with the right unlock token and no view limit; else empty
	Taken     uint64 // views taken
	State     uint64 // StateLive or StateDraining
	Now       uint64 // server time, Unix ms
}

// GuessRequest is the body of POST shares/{id}/guess.
type GuessRequest struct {
	Read     [32]byte
	Revision uint64 // that the viewer verified
	Blinded  [32]byte
}

// GuessReply answers guess.
type GuessReply struct {
	Evaluated [32]byte
	Guess     [16]byte // its id: sent with the next open or take
}

// TakeRequest is the body of POST shares/{id}/take.
type TakeRequest struct {
	Unlock   [32]byte
	Revision uint64 // that the viewer verified
	Take     [16]byte
	Guess    []byte // 16, or empty
}

// TakeReply answers take.
type TakeReply struct {
	Pepper [32]byte
}

// LogReply answers the owner's action log.
type LogReply struct {
	Ever   uint64 // events since the log key was set, those included that were dropped
	Events []byte // the last ones, LogEventSize bytes each, the oldest first
	Now    uint64 // server time, Unix ms
}

// KnockRequest is the body of POST shares/{id}/knock.
type KnockRequest struct {
	Read   [32]byte
	Commit [32]byte // to the viewer's key and random bytes, which RevealRequest carries
}

// RevealRequest is the body of POST shares/{id}/reveal.
type RevealRequest struct {
	Read   [32]byte
	Commit [32]byte
	Key    [32]byte // X25519, of the viewer
	Random [32]byte
}

// How far somebody is who asks to be let in.
const (
	KnockWaiting  = 1 // for the owner's answer
	KnockAnswered = 2 // the owner's random bytes are there: reveal
	KnockRevealed = 3 // both see the words; the owner decides
	KnockAdmitted = 4
	KnockRefused  = 5
)

// KnockReply answers knock and reveal.
type KnockReply struct {
	Status    uint64
	Answer    []byte // the owner's random bytes (32), from KnockAnswered on; else empty
	Signature []byte // of the answer (64); else empty
	Box       []byte // R, sealed to the viewer's key (80), when admitted; else empty
	BoxSigned []byte // its signature (64); else empty
	Until     uint64 // server time at which this knock is dropped, Unix ms
	Now       uint64 // server time, Unix ms
}

// Knock is somebody who asks to be let in, as the owner sees him. Fields that are not there yet are empty.
type Knock struct {
	Commit    [32]byte
	Since     uint64 // server time, Unix ms
	Answer    []byte // 32
	Signature []byte // 64
	Key       []byte // 32
	Random    []byte // 32
	Status    uint64
}

// AdmitReply answers the owner's action admit.
type AdmitReply struct {
	Knocks []Knock `msg:",limit=64"`
	Now    uint64  // server time, Unix ms
}

// MailboxReply answers the owner's action mailbox without arguments.
type MailboxReply struct {
	Document  []byte
	Signature []byte
	Posts     []Post `msg:",limit=200"`
	Now       uint64 // server time, Unix ms
}

// Post is what somebody put into a mailbox.
type Post struct {
	Received uint64 // server time, Unix ms
	Sealed   []byte // PostSize bytes
}

// MailboxOpenRequest is the body of POST mailboxes/{id}/open.
type MailboxOpenRequest struct {
	Read [32]byte
}

// MailboxOpenReply answers MailboxOpenRequest.
type MailboxOpenReply struct {
	Document  []byte
	Signature []byte
	Stored    uint64 // posts
	Now       uint64 // server time, Unix ms
}

// PostRequest is the body of POST mailboxes/{id}/posts.
type PostRequest struct {
	Token  [32]byte // the post token
	Sealed []byte   // PostSize bytes
}
