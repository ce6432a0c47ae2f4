package vectors

// Derivation is a case of derivations.json: the whole tree below one owner secret.
type Derivation struct {
	Name   string `json:"name"`
	Owner  Hex    `json:"owner"`     // O
	Pepper Hex    `json:"pepper"`    // 32
	Bundle Hex    `json:"bundleKey"` // B
	PW     Hex    `json:"pw"`        // 32, or empty
	R      Hex    `json:"r"`         // 32, or empty

	Public       Hex    `json:"public"` // P
	ID           Hex    `json:"id"`
	Comment      Hex    `json:"commentSecret"` // C
	View         Hex    `json:"viewSecret"`    // L
	ReadToken    Hex    `json:"readToken"`
	CommentToken Hex    `json:"commentToken"`
	UnlockToken  Hex    `json:"unlockToken"`
	ReadHash     Hex    `json:"readHash"` // SHA-256 of the token
	Root         Hex    `json:"root"`
	Log          Hex    `json:"log"`
	SealManifest string `json:"sealManifest"` // passphrases of age files
	SealBundle   string `json:"sealBundle"`
	SealLocks    string `json:"sealLocks"`
	SealOwner    string `json:"sealOwner"`
	ViewCode     string `json:"viewCode"`
	CommentCode  string `json:"commentCode"`
	ManageCode   string `json:"manageCode"`
}

// Link is a case of links.json: a fragment, given without #, and the page it stands on.
type Link struct {
	Name     string `json:"name"`
	Fragment string `json:"fragment"`
	Page     string `json:"page"`  // s, m or r
	Error    string `json:"error"` // "", cut, long, check, kind, page: the first that applies, in this order
	Kind     int    `json:"kind,omitempty"`
	ID       Hex    `json:"id,omitempty"`     // kinds 1, 2 and 4
	Secret   Hex    `json:"secret,omitempty"` // 16 bytes, or O (32) for kind 3
}

// Statement is a case of statements.json.
type Statement struct {
	Name      string           `json:"name"`
	ID        Hex              `json:"id"` // that of the link
	Statement Hex              `json:"statement"`
	Signature Hex              `json:"signature"`
	Error     string           `json:"error"` // "", header, version, form, id, signature, rules
	Fields    *StatementFields `json:"fields,omitempty"`
}

// StatementFields is what a good statement says.
type StatementFields struct {
	Owner     Hex      `json:"owner"`
	Revision  uint64   `json:"revision"`
	Created   uint64   `json:"created"`
	Expires   uint64   `json:"expires"`
	ViewLimit uint64   `json:"viewLimit"`
	Suite     uint64   `json:"suite"`
	Locks     Hex      `json:"locks"`
	Manifest  Hex      `json:"manifest"`
	Bundles   []Upload `json:"bundles"`
	LogKey    Hex      `json:"logKey"`
	Stage     uint64   `json:"stage"`
	AskFirst  uint64   `json:"askFirst"`
}

// Upload is a bundle of a statement.
type Upload struct {
	Upload   Hex    `json:"upload"`
	Size     uint64 `json:"size"`
	PartSize uint64 `json:"partSize"`
}

// Signature is a case of signatures.json.
type Signature struct {
	Name      string `json:"name"`
	Public    Hex    `json:"public"`
	Type      string `json:"type"`
	Body      Hex    `json:"body"`
	PAE       Hex    `json:"pae"` // the bytes that are signed
	Signature Hex    `json:"signature"`
	Error     string `json:"error"` // "" or signature
}

// Request is a case of requests.json: the body of an owner request.
type Request struct {
	Name    string         `json:"name"`
	Public  Hex            `json:"public"` // the owner's key as the server knows it
	Body    Hex            `json:"body"`
	Error   string         `json:"error"` // "", request-form, -version, -action, -freshness, -args, -id, -signature
	Request *RequestFields `json:"fields,omitempty"`
}

// RequestFields is what a good request says.
type RequestFields struct {
	ID        Hex    `json:"id"`
	Action    uint64 `json:"action"`
	Freshness Hex    `json:"freshness"`
	Revision  uint64 `json:"revision"`
	Args      Hex    `json:"args"`
}

// Strict is a case of strict.json.
type Strict struct {
	Name     string `json:"name"`
	Doc      Hex    `json:"doc"`
	NilDepth int    `json:"nilDepth"` // how many arrays deep nil is accepted; 0: nowhere
	Error    string `json:"error"`    // "" or form
}
