package wire

// ProblemType is the content type of every error, RFC 9457.
const ProblemType = "application/problem+json"

// Code names an error. The list is closed: a client may switch over it.
type Code string

// The codes.
const (
	CodeMalformed   Code = "malformed"   // not the expected bytes
	CodeChallenge   Code = "challenge"   // server challenge too old or not ours: fetch another
	CodeStatement   Code = "statement"   // the statement, or what comes with it, is refused
	CodeExpires     Code = "expires"     // expiry in the past, or too far ahead
	CodeViews       Code = "views"       // view limit over what the site allows
	CodeDigest      Code = "digest"      // bytes of a part are not those announced: send it again
	CodeToken       Code = "token"       // creating needs the operator's token
	CodeOrigin      Code = "origin"      // a page of another site asked
	CodeGone        Code = "gone"        // unknown, expired, deleted, or wrong token: nobody can tell which
	CodeNotFound    Code = "not-found"   // no such route
	CodeMethod      Code = "method"      // route does not know the method
	CodeTimeout     Code = "timeout"     // body did not arrive in time
	CodeUploading   Code = "uploading"   // nothing committed yet
	CodeExists      Code = "exists"      // id is taken: go on with upload
	CodeChanged     Code = "changed"     // a later revision is there: open again
	CodeUsed        Code = "used"        // no view left
	CodeRevision    Code = "revision"    // not the next revision; carries the stored statement
	CodePart        Code = "part"        // other bytes are stored under that number
	CodeClosed      Code = "closed"      // mailbox takes nothing more: its owner closed it, or it is full
	CodeUpload      Code = "upload"      // upload is closed, unknown, incomplete, or one too many
	CodeLarge       Code = "large"       // over a size limit
	CodeRange       Code = "range"       // range outside the bytes
	CodeLater       Code = "later"       // too many: Retry-After
	CodeInternal    Code = "internal"    // our fault
	CodeBusy        Code = "busy"        // too many at once on one share: Retry-After
	CodeUnavailable Code = "unavailable" // storage does not answer, or the server is stopping
	CodeFull        Code = "full"        // no space left
)

// codes maps each code to its HTTP status and what it says in English.
var codes = map[Code]struct {
	status int
	title  string
}{
	CodeMalformed:   {400, "This request is not in the form that the server expects."},
	CodeChallenge:   {400, "The request took too long to arrive. Try again."},
	CodeStatement:   {400, "The rules of this share contradict each other or are not signed by its owner."},
	CodeExpires:     {400, "The expiry date is in the past or further ahead than this server allows."},
	CodeViews:       {400, "This server does not allow so many views."},
	CodeDigest:      {400, "Some bytes were damaged on their way. Send them again."},
	CodeToken:       {401, "This server asks for an invitation before it accepts photos. Open the link that its operator gave you."},
	CodeOrigin:      {403, "This server does not answer pages of other sites."},
	CodeGone:        {404, "There is no such share, or not any more."},
	CodeNotFound:    {404, "There is nothing at this address."},
	CodeMethod:      {405, "This address does not answer that kind of request."},
	CodeTimeout:     {408, "The upload took too long."},
	CodeUploading:   {409, "This share is still being uploaded."},
	CodeExists:      {409, "This share exists already."},
	CodeChanged:     {409, "This share has just been changed by its owner. Open it again."},
	CodeUsed:        {409, "Every view of this share has been used."},
	CodeRevision:    {409, "This share was changed from somewhere else in the meantime."},
	CodePart:        {409, "Other bytes are stored in this place already."},
	CodeClosed:      {409, "This mailbox takes nothing more."},
	CodeUpload:      {409, "This upload is closed or not complete."},
	CodeLarge:       {413, "This is larger than the server allows."},
	CodeRange:       {416, "These bytes lie outside of what is stored."},
	CodeLater:       {429, "Too many attempts. Wait a while."},
	CodeInternal:    {500, "Something went wrong on the server."},
	CodeBusy:        {503, "Too many people use this share at the same moment. Try again."},
	CodeUnavailable: {503, "The server cannot answer at the moment. Try again."},
	CodeFull:        {507, "The server has no space left."},
}

// Known reports whether c is on the list.
func (c Code) Known() bool { return codes[c].status != 0 }

// Status returns the HTTP status of c; 500 for a code that is not on the list.
func (c Code) Status() int {
	if s := codes[c].status; s != 0 {
		return s
	}
	return codes[CodeInternal].status
}

// Title returns what c says, one or two sentences of English; that of CodeInternal for a code that is not on the list.
func (c Code) Title() string {
	if c.Known() {
		return codes[c].title
	}
	return codes[CodeInternal].title
}

// Codes returns the closed list, in no particular order.
func Codes() []Code {
	list := make([]Code, 0, len(codes))
	for c := range codes {
		list = append(list, c)
	}
	return list
}

// Problem is the body of every error. Members that do not apply are left out.
type Problem struct {
	Type      string `json:"type"`
	Title     string `json:"title"`
	Status    int    `json:"status"`
	Code      Code   `json:"code"`
	Detail    string `json:"detail,omitempty"`
	Statement []byte `json:"statement,omitempty"` // CodeRevision: the stored one, or the stored mailbox; base64
	Signature []byte `json:"signature,omitempty"` // CodeRevision: base64
}

// NewProblem returns the document for c. detail may be empty; it never holds a secret.
func NewProblem(c Code, detail string) Problem {
	if !c.Known() {
		c = CodeInternal
	}
	return Problem{Type: "urn:safelight:problem:" + string(c), Title: c.Title(), Status: c.Status(), Code: c, Detail: detail}
}
