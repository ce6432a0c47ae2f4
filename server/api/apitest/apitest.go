// Package apitest checks that a server keeps API.md: it drives any base URL over HTTP, as owner and as viewers, with
// real keys and signatures. The native server over each of its stores and the Worker run the same cases.
//
//	apitest.Run(t, apitest.Target{URL: "http://127.0.0.1:8080", Admit: token})
//
// It acts as a client and therefore imports what a server must not; only tests import it.
package apitest

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"safelight/crypto/oprf"
	"safelight/crypto/statement"
)

// Target is a server under test.
type Target struct {
	URL   string // scheme, host and base path
	Admit string // token for creating, where the server asks for one

	// Header is sent with every request: names and values in turn.
	Header []string
	// Transport reaches the server; nil: any of Go's.
	Transport http.RoundTripper
	// Lossy says that something between, not the server, loses answers under load: wrangler's proxy does. The race then
	// asks again with the same take id, which is free, as a viewer would.
	Lossy bool
	// Rounds of the race for one view; 20 if zero.
	Rounds int
	// MaxShare is the server's limit for a share, in bytes; 0 skips the case, because a real one is too big to fill.
	MaxShare int64
	// CreatesPerHour is the server's limit. 0: there is none, or it is high enough for this suite, and its case is left out.
	CreatesPerHour int
	// KnocksPerHour is the server's limit for knocks, and for posts. 0: as above.
	KnocksPerHour int
	// OpensPerHour is the server's limit for opens of one share that keeps a log. 0: as above.
	OpensPerHour int
	// Advance moves the server's clock. Without it the cases that wait are left out.
	Advance func(time.Duration)
	// Fill makes the server's disk full, or not. Without it the case is left out.
	Fill func(full bool)
	// Sweep runs the server's sweep once. Without it the cases that need one are left out.
	Sweep func()

	client *http.Client
}

// prepare fills in what a Target leaves open.
func (tg *Target) prepare() {
	tg.URL = strings.TrimSuffix(tg.URL, "/")
	if tg.Transport == nil {
		tg.Transport = &http.Transport{MaxIdleConnsPerHost: 256, DisableCompression: true}
	}
	tg.client = &http.Client{
		Timeout:       5 * time.Minute,
		Transport:     tg.Transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	if tg.Rounds == 0 {
		tg.Rounds = 20
	}
}

// A Share is one that was stored, for tests of what is around the API.
type Share struct {
	ID, Link string
	s        *share
}

// Live stores a share on the server and returns it.
func Live(t *testing.T, tg Target) Share {
	t.Helper()
	tg.prepare()
	s := tg.live(t, rules{})
	return Share{s.id().String(), s.owner.View().Code().URL(tg.URL), s}
}

// Opens reports whether the share opens with its link: the status of an open with the right tokens.
func (s Share) Opens(t *testing.T) int {
	t.Helper()
	return s.s.open(t, s.s.readToken(), s.s.unlock(), nil).status
}

// Opened opens the share with its read token, and with the unlock token or without, and returns the status and the pepper.
func (s Share) Opened(t *testing.T, unlock bool) (status int, pepper []byte) {
	t.Helper()
	token := []byte{}
	if unlock {
		token = s.s.unlock()
	}
	a := s.s.open(t, s.s.readToken(), token, nil)
	if a.status != http.StatusOK {
		return a.status, nil
	}
	return a.status, bin(t, a.fields(t, 8)[4], -1)
}

// Delete deletes the share, as its owner.
func (s Share) Delete(t *testing.T) {
	t.Helper()
	s.s.act(t, statement.ActionDelete).want(t, http.StatusOK, "")
}

// Parts returns a request for everything of the first bundle.
func (s Share) Parts(t *testing.T) *http.Request {
	t.Helper()
	path := s.s.tg.URL + "/api/v1/" + s.s.path() + "/parts/" + s.s.grants[0].upload.String()
	r, err := http.NewRequest(http.MethodGet, path, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", bearer(s.s.unlock()))
	return r
}

// At moves to another server on the same data.
func (s Share) At(url string) { s.s.tg.URL = url }

// Race lets viewers take the one view of a fresh share at the same moment, and returns how many were given the pepper.
func Race(t *testing.T, tg Target, viewers int) (won int, err error) {
	t.Helper()
	tg.prepare()
	return tg.race(t, viewers)
}

// GuessRace lets people guess the passphrase of a fresh share at the same moment, and returns how many guesses were
// evaluated.
func GuessRace(t *testing.T, tg Target, people int) (evaluated int, err error) {
	t.Helper()
	tg.prepare()
	return tg.guessRace(t, people)
}

// Guess stores a share with a passphrase and returns path and body of a guess at it.
func Guess(t testing.TB, tg Target, life time.Duration) (path string, body []byte) {
	t.Helper()
	tg.prepare()
	s := tg.live(t, rules{passphrase: true, life: uint64(life.Milliseconds())})
	blinded, err := oprf.Blind([]byte("a guess"))
	if err != nil {
		t.Fatal(err)
	}
	return "/api/v1/" + s.path() + "/guess", array(s.readToken(), 1, blinded.Element[:])
}

// Run checks everything. The cases share the server and nothing else.
func Run(t *testing.T, tg Target) {
	tg.prepare()
	cases := []struct {
		name string
		run  func(*testing.T, *Target)
	}{
		{"site", testSite},
		{"headers", testHeaders},
		{"life", testLife},
		{"two stages", testTwoStages},
		{"create again", testCreateAgain},
		{"admit", testAdmit},
		{"uploading", testUploading},
		{"parts are create-only", testParts},
		{"parts refused", testPartsRefused},
		{"ranges", testRanges},
		{"wrong tokens", testWrongTokens},
		{"common answer", testCommonAnswer},
		{"revisions", testRevisions},
		{"retry", testRetry},
		{"challenge", testChallenge},
		{"forged requests", testForged},
		{"statements refused", testStatements},
		{"one view is one view", testRace},
		{"looking does not count", testLooking},
		{"take again", testTakeAgain},
		{"limit changes", testLimitChanges},
		{"passphrase", testPassphrase},
		{"guesses run out", testGuesses},
		{"guesses at once", testGuessRace},
		{"every door", testDoors},
		{"access log", testLog},
		{"ask first", testAskFirst},
		{"mailbox", testMailbox},
		{"mailbox refused", testMailboxRefused},
		{"create for a mailbox", testAdmitByPost},
		{"malformed", testMalformed},
		{"other origins", testOrigins},
		{"too large", testTooLarge},
		{"expiry", testExpiry},
		{"draining", testDraining},
		{"abandoned", testAbandoned},
		{"full disk", testFull},
		{"too often", testTooOften},
		{"opens too often", testOpensTooOften},
		{"too many", testTooMany}, // last: it uses up what the address may create
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) { c.run(t, &tg) })
	}
}
