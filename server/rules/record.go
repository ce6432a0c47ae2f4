package rules

import (
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"math"

	"safelight/crypto/statement"
	"safelight/server/wire"
)

//go:generate go tool msgp -file record.go -o record_gen.go -unexported -io=false -tests=false
//msgp:tuple record upload
//msgp:replace Upload with:[16]byte

// recordVersion is the first byte of every value without an annex; unknown ones are refused.
const recordVersion = 1

// States of a record. The first three are those of package wire.
const (
	stateUploading = wire.StateUploading
	stateLive      = wire.StateLive
	stateDraining  = wire.StateDraining
	stateGone      = 4
	stateMailbox   = 5 // no share: see mailbox.go
)

// record is all that the server knows of a share or a mailbox, but what lies in rows of its own: the manifest, and the
// older events and posts. Times are Unix ms.
// Of a share that is gone only State, Gone, Purged and the ids of uploads are left.
type record struct {
	State      uint64
	Owner      [32]byte
	Created    int64
	Expires    int64  // that of the statement; before commit, what create asked for
	Statement  []byte // of a mailbox: its document
	Signature  []byte
	Locks      []byte   // sealed by the owner, or empty
	OwnerBox   []byte   // sealed by the owner
	Read       [32]byte // SHA-256 of the token, as the next two
	Unlock     [32]byte
	Comment    [32]byte
	Pepper     []byte // sealed under the record key
	OPRFKey    []byte // k, sealed under the record key; empty without a passphrase
	Takes      []byte // SHA-256 of every take id, one behind the other: so many views were taken
	Guesses    uint64 // left in the bucket at GuessesAt
	GuessesAt  int64
	Refunds    []byte   // SHA-256 of guess ids that may put one back, the oldest first
	DrainUntil int64    // while draining
	Uploads    []upload `msg:",limit=64"` // at most wire.MaxUploads; bounds what a damaged row may claim
	Stale      []byte   // SHA-256 of manifests that were replaced and whose rows may still be there
	Scrub      bool     // secrets were replaced and may still be in the database's files
	Gone       int64    // when it went
	Purged     bool     // parts were deleted once since then

	st statement.Statement `msg:"-"` // Statement, decoded

	annex `msg:"-"` // see there
}

// States of an upload.
const (
	uploadOpen    = 1
	uploadUsed    = 2 // closed by a commit, a bundle of the current statement
	uploadDropped = 3 // closed; parts are about to be deleted
	uploadDeleted = 4 // parts were deleted, and are once more after wire.PurgeDelay, for a PUT that was late
)

type upload struct {
	ID    Upload
	Token [32]byte // SHA-256
	State uint64
	Last  int64 // last part begun; when it was dropped
	Bytes int64 // of all parts begun, those sent twice counted twice, until the stored ones are counted
	Begun int64 // of all parts ever begun; never counted down
}

func (r *record) encode() ([]byte, error) {
	b, err := r.MarshalMsg([]byte{recordVersion})
	if err != nil {
		return nil, fmt.Errorf("encode record: %w", err)
	}
	return r.encodeAnnex(b)
}

var errRecord = errors.New("record is not readable")

func decodeRecord(b []byte) (*record, error) {
	if len(b) == 0 || b[0] != recordVersion && b[0] != annexVersion {
		return nil, fmt.Errorf("%w: unknown version", errRecord)
	}
	var r record
	rest, err := r.UnmarshalMsg(b[1:])
	if err != nil {
		return nil, errRecord
	}
	if err := r.decodeAnnex(b[0], rest); err != nil {
		return nil, err
	}
	if len(r.Takes)%sha256.Size != 0 || len(r.Refunds)%sha256.Size != 0 || len(r.Stale)%sha256.Size != 0 {
		return nil, errRecord
	}
	if r.State == stateLive || r.State == stateDraining {
		if r.st, err = statement.Parse(r.Statement); err != nil {
			return nil, fmt.Errorf("%w: %v", errRecord, err)
		}
	}
	return &r, nil
}

// end is when the share is gone without anybody doing anything.
func (r *record) end() int64 {
	if r.State == stateDraining {
		return min(r.Expires, r.DrainUntil)
	}
	return r.Expires
}

// due is when a sweep has to look at r.
func (r *record) due() int64 {
	if r.State == stateGone {
		if !r.Purged {
			return r.Gone
		}
		return r.Gone + wire.PurgeDelay.Milliseconds()
	}
	if r.Scrub || len(r.Stale) > 0 {
		return 0
	}
	due := min(r.end(), r.idle())
	for _, u := range r.Uploads {
		due = min(due, u.due())
	}
	for i := range r.Knocks {
		due = min(due, r.Knocks[i].until())
	}
	return due
}

// due is when the parts of a dropped upload are to be deleted.
func (u *upload) due() int64 {
	switch u.State {
	case uploadDropped:
		return u.Last
	case uploadDeleted:
		return u.Last + wire.PurgeDelay.Milliseconds()
	}
	return math.MaxInt64
}

// idle is when the open uploads are abandoned: so long after the last part of any of them, because the first bundle
// may be complete days before the second. A share that is uploading is abandoned with them.
func (r *record) idle() int64 {
	last, open := r.Created, r.State == stateUploading
	for _, u := range r.Uploads {
		if u.State == uploadOpen {
			last, open = max(last, u.Last), true
		}
	}
	if !open {
		return math.MaxInt64
	}
	return last + wire.UploadIdle.Milliseconds()
}

// upload returns the upload, or nil.
func (r *record) upload(id Upload) *upload {
	for i := range r.Uploads {
		if r.Uploads[i].ID == id {
			return &r.Uploads[i]
		}
	}
	return nil
}

// bundle returns the bundle of the current statement that is this upload.
func (r *record) bundle(id Upload) (statement.Bundle, bool) {
	for _, b := range r.st.Bundles {
		if Upload(b.Upload) == id {
			return b, true
		}
	}
	return statement.Bundle{}, false
}

// taken is how many views were taken.
func (r *record) taken() uint64 { return uint64(len(r.Takes) / sha256.Size) }

// settle makes the state fit the view limit.
func (r *record) settle(now int64) {
	switch {
	case r.st.ViewLimit == 0 || r.taken() < r.st.ViewLimit:
		r.State, r.DrainUntil = stateLive, 0
	case r.State != stateDraining:
		r.State, r.DrainUntil = stateDraining, now+wire.DrainTime.Milliseconds()
	}
}

// drop closes an upload whose parts are to go.
func (u *upload) drop(now int64) {
	*u = upload{ID: u.ID, State: uploadDropped, Last: now}
}

// erase leaves nothing but what the sweep needs.
func (r *record) erase(now int64) {
	left := record{State: stateGone, Gone: now}
	for _, u := range r.Uploads {
		left.Uploads = append(left.Uploads, upload{ID: u.ID})
	}
	*r = left
}

// matches reports whether sum is the SHA-256 of token, in constant time.
func matches(sum [32]byte, token []byte) bool {
	got := sha256.Sum256(token)
	return subtle.ConstantTimeCompare(sum[:], got[:]) == 1
}

// find returns the offset of sum in a list of hashes, or -1. Every entry is compared, each in constant time.
func find(list []byte, sum [32]byte) int {
	at := -1
	for i := 0; i < len(list); i += sha256.Size {
		if subtle.ConstantTimeCompare(list[i:i+sha256.Size], sum[:]) == 1 {
			at = i
		}
	}
	return at
}

// remove takes the hash at offset i out of a list.
func remove(list []byte, i int) []byte {
	return append(list[:i:i], list[i+sha256.Size:]...)
}
