package vectors

// Sealed is a case of sealed.json. The file is Sealed (base64), or the slices [from, to) of the file of another case,
// joined.
type Sealed struct {
	Name       string   `json:"name"`
	Passphrase string   `json:"passphrase"`
	Sealed     []byte   `json:"sealed,omitempty"`
	Base       string   `json:"base,omitempty"`
	Slices     [][2]int `json:"slices,omitempty"`
	Error      string   `json:"error"` // "", header (before any scrypt), passphrase, damaged
	Size       int      `json:"size,omitempty"`
	SHA256     Hex      `json:"sha256,omitempty"` // of the plaintext
}

// Range is a case of ranges.json: a piece of a file of sealed.json, opened with a header and a size from elsewhere.
type Range struct {
	Name       string `json:"name"`
	File       string `json:"file"` // a case of sealed.json
	Passphrase string `json:"passphrase"`
	Header     Hex    `json:"header"` // 165 bytes
	Size       uint64 `json:"size"`   // of the sealed file, signed
	Offset     int64  `json:"offset"` // in the plaintext
	Length     int64  `json:"length"`
	Error      string `json:"error"` // "", header, passphrase, damaged
	Plain      Hex    `json:"plain,omitempty"`
}

// Padme is a case of padme.json.
type Padme struct {
	N    uint64 `json:"n"`
	Want uint64 `json:"want"`
}

// Padding is a case of padding.json: the plaintext of a manifest is Length zeros, with edits.
type Padding struct {
	Name   string `json:"name"`
	Length int    `json:"length"`
	Edits  []Edit `json:"edits"`
	Error  string `json:"error"` // "" or padding
	Doc    Hex    `json:"doc,omitempty"`
}

// Edit replaces bytes.
type Edit struct {
	At    int `json:"at"`
	Bytes Hex `json:"bytes"`
}

// Element is a case of elements.json: what server and viewer take for an element of ristretto255.
type Element struct {
	Name    string `json:"name"`
	Element Hex    `json:"element"`
	Error   string `json:"error"` // "" or element
}

// Passphrase is a case of passphrases.json.
type Passphrase struct {
	Name      string `json:"name"`
	Key       Hex    `json:"key"` // k
	ID        Hex    `json:"id"`
	UTF8      Hex    `json:"utf8"`            // as typed
	UTF16     Hex    `json:"utf16,omitempty"` // as typed, where UTF-8 cannot say it; big-endian
	Error     string `json:"error"`           // "", empty, long, utf8
	Input     Hex    `json:"input,omitempty"` // of the OPRF
	Blind     Hex    `json:"blind,omitempty"` // scalar
	Blinded   Hex    `json:"blinded,omitempty"`
	Evaluated Hex    `json:"evaluated,omitempty"`
	Y         Hex    `json:"y,omitempty"` // output of the OPRF
	PW        Hex    `json:"pw,omitempty"`
}

// Manifest is a case of manifests.json: a document without padding, beside the bundles of its statement.
type Manifest struct {
	Name   string          `json:"name"`
	Doc    Hex             `json:"doc"`
	Sizes  []uint64        `json:"sizes"`           // of the sealed bundles
	Index  Hex             `json:"index,omitempty"` // the bytes that stand where the manifest says
	Error  string          `json:"error"`           // "" or manifest
	Fields *ManifestFields `json:"fields,omitempty"`
}

// ManifestFields is what a good manifest says, its index included.
type ManifestFields struct {
	Title  string  `json:"title"`
	Words  string  `json:"words"`
	Keys   []Hex   `json:"keys"` // B
	Photos []Photo `json:"photos"`
}

// Photo is a photo of a good manifest.
type Photo struct {
	Name        string    `json:"name"`
	Media       uint64    `json:"media"`
	Width       uint64    `json:"width"`
	Height      uint64    `json:"height"`
	Orientation uint64    `json:"orientation"`
	Alt         string    `json:"alt"`
	Decorative  bool      `json:"decorative"`
	Caption     string    `json:"caption"`
	Credit      string    `json:"credit"`
	Preview     Hex       `json:"preview"`
	Variants    []Variant `json:"variants"`
	Pose        []uint64  `json:"pose,omitempty"` // its nine elements
}

// Variant is a variant of a good manifest.
type Variant struct {
	Role   uint64 `json:"role"`
	Media  uint64 `json:"media"`
	Width  uint64 `json:"width"`
	Height uint64 `json:"height"`
	Bundle uint64 `json:"bundle"`
	Offset uint64 `json:"offset"`
	Size   uint64 `json:"size"`
	SHA256 Hex    `json:"sha256"`
}

// Share is a case of shares.json: everything that a server would answer, and what a viewer finds in it.
type Share struct {
	Name       string          `json:"name"`
	Link       string          `json:"link"` // the view code
	Manage     string          `json:"manage"`
	Passphrase string          `json:"passphrase"` // empty: none
	Key        Hex             `json:"key"`        // k, or empty
	R          Hex             `json:"r"`          // or empty
	Pepper     Hex             `json:"pepper"`
	Statement  Hex             `json:"statement"`
	Signature  Hex             `json:"signature"`
	Manifest   []byte          `json:"manifest"` // base64
	Locks      []byte          `json:"locks"`
	OwnerBox   Hex             `json:"ownerBox"`
	Bundles    [][]byte        `json:"bundles"` // base64, in the order of the statement
	Error      string          `json:"error"`   // "", signature, manifest, passphrase (the manifest does not open), damaged, index, variant
	Fields     *ManifestFields `json:"fields,omitempty"`
}
