package vectors

// Event is a case of events.json: what the server sealed to the owner's log key.
type Event struct {
	Name   string       `json:"name"`
	Seed   Hex          `json:"seed"`   // log: K(O, id, "log", 32)
	Public Hex          `json:"public"` // of the statement
	ID     Hex          `json:"id"`
	Sealed Hex          `json:"sealed"` // encapsulated key (32) ‖ ciphertext (80)
	Error  string       `json:"error"`  // "" or event
	Event  *EventFields `json:"fields,omitempty"`
}

// EventFields is what an event says.
type EventFields struct {
	Kind     uint64 `json:"kind"`
	At       uint64 `json:"at"` // server time, ms
	Revision uint64 `json:"revision"`
	Tag      Hex    `json:"tag"`
}

// Knock is a case of knocks.json: a viewer whose key and random bytes are known, and what the owner answered.
type Knock struct {
	Name        string    `json:"name"`
	ID          Hex       `json:"id"`
	Public      Hex       `json:"public"` // P
	Key         Hex       `json:"key"`    // X25519 private key of the viewer
	ViewerKey   Hex       `json:"viewerKey"`
	Random      Hex       `json:"random"` // n
	Commit      Hex       `json:"commit"` // c
	OwnerRandom Hex       `json:"ownerRandom"`
	Signature   Hex       `json:"signature"`
	Words       [3]string `json:"words"`
	Box         Hex       `json:"box"`
	BoxSigned   Hex       `json:"boxSigned"`
	R           Hex       `json:"r"`
	Error       string    `json:"error"` // "", answer (no words), admission (no R)
}

// Lock is a case of locks.json: sealed locks, and an identity that may open them.
type Lock struct {
	Name     string `json:"name"`
	ID       Hex    `json:"id"`
	View     Hex    `json:"view"`     // L
	Identity string `json:"identity"` // of age
	Locks    []byte `json:"locks"`
	Error    string `json:"error"` // "", locks, not-for-you
	R        Hex    `json:"r,omitempty"`
}

// Mailbox is a case of mailboxes.json.
type Mailbox struct {
	Name      string         `json:"name"`
	ID        Hex            `json:"id"` // that of the link
	Document  []byte         `json:"document"`
	Signature Hex            `json:"signature"`
	Error     string         `json:"error"` // "", header, version, form, id, signature, rules
	Mailbox   *MailboxFields `json:"fields,omitempty"`
}

// MailboxFields is what a good mailbox says.
type MailboxFields struct {
	Owner     Hex    `json:"owner"`
	Revision  uint64 `json:"revision"`
	Created   uint64 `json:"created"`
	Expires   uint64 `json:"expires"`
	Open      uint64 `json:"open"`
	Recipient Hex    `json:"recipient"` // SHA-256 of it
}

// Post is a case of posts.json: what somebody put into the mailbox of Owner.
type Post struct {
	Name      string `json:"name"`
	Owner     Hex    `json:"owner"`     // O of the maker
	Secret    Hex    `json:"secret"`    // of the hybrid identity
	Recipient Hex    `json:"recipient"` // SHA-256 of its 1,216 bytes
	PostToken Hex    `json:"postToken"`
	Proof     Hex    `json:"proof"`
	Post      []byte `json:"post"`
	Error     string `json:"error"` // "" or post
	Code      string `json:"code,omitempty"`
}

// Passkey is a case of passkeys.json.
type Passkey struct {
	Name      string `json:"name"`
	Salt      Hex    `json:"salt"`   // that the authenticator is asked about
	PRF       Hex    `json:"prf"`    // its answer
	Scalar    Hex    `json:"scalar"` // X25519 private key
	Identity  string `json:"identity"`
	Recipient string `json:"recipient"`
}
