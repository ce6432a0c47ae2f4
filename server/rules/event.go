package rules

// Kind says what happened.
type Kind string

// The kinds of events.
const (
	Created   Kind = "created"
	Committed Kind = "committed" // opens for the first time
	Published Kind = "published" // a later revision
	Taken     Kind = "taken"     // one view was counted
	Guessed   Kind = "guessed"   // a passphrase was tried
	Knocked   Kind = "knocked"   // somebody asks to be let in
	Posted    Kind = "posted"    // into a mailbox
	Deleted   Kind = "deleted"   // by its owner
	TakenDown Kind = "taken-down"
	Expired   Kind = "expired"
	Drained   Kind = "drained"   // the time after the last view is over
	Abandoned Kind = "abandoned" // an upload that did not go on
	Purged    Kind = "purged"    // nothing of it is left
	Failed    Kind = "failed"    // work that the next sweep tries again; Err says why
)

// Event tells that something happened to a share.
type Event struct {
	Kind  Kind
	Share ID    // all zeros when it was none in particular
	Err   error // of Failed; holds no secret
}

func (s *Shares) tell(k Kind, id ID) { s.events(Event{Kind: k, Share: id}) }

func (s *Shares) fail(id ID, err error) {
	if err != nil {
		s.events(Event{Kind: Failed, Share: id, Err: err})
	}
}
