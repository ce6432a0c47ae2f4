package accesslog

import (
	"time"

	"safelight/crypto/statement"
)

// GuessTime is how long a tried passphrase may still turn out to be right: until then what became of it is not known.
const GuessTime = 2 * time.Minute

// Meaning is what an event tells the owner, in words that also stand in exported logs.
type Meaning string

// The meanings.
const (
	MeansOpened  Meaning = "opened"
	MeansTaken   Meaning = "taken"
	MeansRight   Meaning = "right-passphrase" // tried, and what it opened is in the log too
	MeansWrong   Meaning = "wrong-passphrase" // tried, and it opened nothing within GuessTime
	MeansTried   Meaning = "tried-passphrase" // tried a moment ago
	MeansComment Meaning = "comment"
	MeansKnocked Meaning = "asked"
	MeansUnknown Meaning = "unknown" // of a later version of the server
)

// Entry is one line of a log that was opened.
type Entry struct {
	Event
	Meaning Meaning
}

// Read opens the events of share id that the server keeps, one behind the other, the oldest first. now is the server's time,
// Unix ms. unreadable counts those that do not open: the server made them up, or lost bytes.
func (k PrivateKey) Read(id statement.ID, sealed []byte, now uint64) (entries []Entry, unreadable int, err error) {
	if len(sealed)%SealedSize != 0 || len(sealed) > Ring*SealedSize {
		return nil, 0, ErrEvent
	}
	redeemed := map[[TagSize]byte]int{} // the last entry that carries a tag
	for ; len(sealed) > 0; sealed = sealed[SealedSize:] {
		e, err := k.Open(id, sealed[:SealedSize])
		if err != nil {
			unreadable++
			continue
		}
		if (e.Kind == Opened || e.Kind == Taken) && e.Tag != [TagSize]byte{} {
			redeemed[e.Tag] = len(entries)
		}
		entries = append(entries, Entry{Event: e})
	}
	for i, e := range entries {
		entries[i].Meaning = meaning(e.Event, redeemed[e.Tag] > i, now)
	}
	return entries, unreadable, nil
}

func meaning(e Event, redeemed bool, now uint64) Meaning {
	switch e.Kind {
	case Opened:
		return MeansOpened
	case Taken:
		return MeansTaken
	case Commented:
		return MeansComment
	case Knocked:
		return MeansKnocked
	case Tried:
		switch {
		case redeemed:
			return MeansRight
		case e.At+uint64(GuessTime.Milliseconds()) < now:
			return MeansWrong
		}
		return MeansTried
	}
	return MeansUnknown
}
