package wire

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

// fresh makes an empty message of every kind, and examples fill it in.
var fresh = []func() Message{
	func() Message { return new(ChallengeReply) },
	func() Message { return new(Grant) },
	func() Message { return new(CreateReply) },
	func() Message { return new(DoneReply) },
	func() Message { return new(StateReply) },
	func() Message { return new(OpenRequest) },
	func() Message { return new(OpenReply) },
	func() Message { return new(GuessRequest) },
	func() Message { return new(GuessReply) },
	func() Message { return new(TakeRequest) },
	func() Message { return new(TakeReply) },
	func() Message { return new(LogReply) },
	func() Message { return new(KnockRequest) },
	func() Message { return new(RevealRequest) },
	func() Message { return new(KnockReply) },
	func() Message { return new(AdmitReply) },
	func() Message { return new(MailboxReply) },
	func() Message { return new(MailboxOpenRequest) },
	func() Message { return new(MailboxOpenReply) },
	func() Message { return new(PostRequest) },
}

func fill(n int) []byte { return bytes.Repeat([]byte{7}, n) }

func examples() []Message {
	return []Message{
		&ChallengeReply{[24]byte{1}},
		&Grant{[16]byte{1}, [32]byte{2}},
		&CreateReply{Now: 1_800_000_000_000, Uploads: [2]Grant{{Upload: [16]byte{1}}, {Upload: [16]byte{2}}}},
		&DoneReply{300},
		&StateReply{Now: 5, State: StateUploading},
		&StateReply{fill(300), fill(64), fill(4500), nil, fill(245), fill(32), 2, 3, maxInt, StateDraining},
		&OpenRequest{Read: [32]byte{1}},
		&OpenRequest{[32]byte{1}, fill(32), fill(16)},
		&OpenReply{fill(300), fill(64), fill(4500), fill(4500), fill(32), 1, StateLive, 255},
		&GuessRequest{[32]byte{1}, 256, [32]byte{2}},
		&GuessReply{[32]byte{1}, [16]byte{2}},
		&TakeRequest{[32]byte{1}, 65536, [16]byte{2}, fill(16)},
		&TakeReply{[32]byte{1}},
		&LogReply{0, nil, 5},
		&LogReply{3, fill(2 * LogEventSize), 5},
		&KnockRequest{[32]byte{1}, [32]byte{2}},
		&RevealRequest{[32]byte{1}, [32]byte{2}, [32]byte{3}, [32]byte{4}},
		&KnockReply{Status: KnockWaiting, Until: 300, Now: 5},
		&KnockReply{KnockAnswered, fill(32), fill(64), nil, nil, 6, 5},
		&KnockReply{KnockAdmitted, fill(32), fill(64), fill(80), fill(64), 6, 5},
		&KnockReply{Status: KnockRefused},
		&AdmitReply{nil, 5},
		&AdmitReply{[]Knock{{Status: KnockWaiting}, {[32]byte{1}, 2, fill(32), fill(64), fill(32), fill(32), KnockRevealed}, {Status: KnockRefused}}, 5},
		&MailboxReply{fill(1300), fill(64), nil, 5},
		&MailboxReply{fill(1300), fill(64), []Post{{1, fill(PostSize)}, {2, fill(PostSize)}}, 5},
		&MailboxOpenRequest{[32]byte{1}},
		&MailboxOpenReply{fill(1300), fill(64), MaxPosts, 5},
		&PostRequest{[32]byte{1}, fill(PostSize)},
	}
}

func TestRoundTrip(t *testing.T) {
	for _, m := range examples() {
		b, err := Encode(m)
		if err != nil {
			t.Errorf("Encode(%T) = %v", m, err)
			continue
		}
		again := reflect.New(reflect.TypeOf(m).Elem()).Interface().(Message)
		if err := Decode(again, b); err != nil {
			t.Errorf("Decode(%T) = %v", m, err)
		}
		b2, err := Encode(again)
		if err != nil || !bytes.Equal(b, b2) {
			t.Errorf("Encode(Decode(%x)) = %x, %v", b, b2, err)
		}
		for i := range b {
			if err := Decode(again, b[:i]); !errors.Is(err, ErrMalformed) {
				t.Fatalf("Decode(%T) of %d of %d bytes = %v, want ErrMalformed", m, i, len(b), err)
			}
		}
		if err := Decode(again, append(b, 0)); !errors.Is(err, ErrMalformed) {
			t.Errorf("Decode(%T) with a byte behind the end = %v, want ErrMalformed", m, err)
		}
	}
}

func TestDecodeRefuses(t *testing.T) {
	z16, z32 := strings.Repeat("00", 16), strings.Repeat("00", 32)
	tests := []struct {
		name string
		m    Message
		hex  string
	}{
		{"one element too few", new(DoneReply), "90"},
		{"one element too many", new(DoneReply), "920101"},
		{"long array header", new(DoneReply), "dc000101"},
		{"not an array", new(DoneReply), "01"},
		{"long integer", new(DoneReply), "91cc01"},
		{"signed integer", new(DoneReply), "91d1012c"},
		{"negative", new(DoneReply), "91ff"},
		{"integer over 2^53-1", new(DoneReply), "91cf0020000000000000"},
		{"float", new(DoneReply), "91ca3f800000"},
		{"nil for an integer", new(DoneReply), "91c0"},
		{"31 bytes of 32", new(TakeReply), "91c41f" + z32[2:]},
		{"long bin header", new(TakeReply), "91c50020" + z32},
		{"str for bin", new(TakeReply), "91d920" + z32},
		{"nil for empty", new(OpenRequest), "93c420" + z32 + "c0c400"},
		{"unlock of 16 bytes", new(OpenRequest), "93c420" + z32 + "c410" + z16 + "c400"},
		{"guess of 32 bytes", new(OpenRequest), "93c420" + z32 + "c400" + "c420" + z32},
		{"bin longer than the body", new(OpenRequest), "93c420" + z32 + "c6ffffffff"},
		{"map", new(DoneReply), "810101"},
	}
	for _, tt := range tests {
		b, err := hex.DecodeString(tt.hex)
		if err != nil {
			t.Fatal(tt.name, err)
		}
		if err := Decode(tt.m, b); !errors.Is(err, ErrMalformed) {
			t.Errorf("%s: Decode(%s) = %v, want ErrMalformed", tt.name, tt.hex, err)
		}
	}
}

func TestEncodeRefuses(t *testing.T) {
	tests := []struct {
		name string
		m    Message
	}{
		{"integer over 2^53-1", &DoneReply{1 << 53}},
		{"short unlock", &OpenRequest{Unlock: fill(31)}},
		{"short guess", &TakeRequest{Guess: fill(15)}},
		{"open without a statement", &OpenReply{State: StateLive}},
		{"open while uploading", &OpenReply{fill(1), fill(64), fill(1), nil, nil, 0, StateUploading, 0}},
		{"committed without a statement", &StateReply{Stage: 1, State: StateLive}},
		{"state 0", &StateReply{}},
		{"half an event", &LogReply{1, fill(LogEventSize - 1), 0}},
		{"more events than ever", &LogReply{1, fill(2 * LogEventSize), 0}},
		{"more events than the ring holds", &LogReply{2000, fill((LogRing + 1) * LogEventSize), 0}},
		{"status 0", &KnockReply{}},
		{"status 6", &KnockReply{Status: 6}},
		{"waiting with an answer", &KnockReply{KnockWaiting, fill(32), fill(64), nil, nil, 0, 0}},
		{"answered without an answer", &KnockReply{Status: KnockAnswered}},
		{"answer without a signature", &KnockReply{Status: KnockAnswered, Answer: fill(32)}},
		{"admitted without a box", &KnockReply{KnockAdmitted, fill(32), fill(64), nil, nil, 0, 0}},
		{"box before it", &KnockReply{KnockRevealed, fill(32), fill(64), fill(80), fill(64), 0, 0}},
		{"short box", &KnockReply{KnockAdmitted, fill(32), fill(64), fill(79), fill(64), 0, 0}},
		{"revealed without a key", &AdmitReply{[]Knock{{Answer: fill(32), Signature: fill(64), Status: KnockRevealed}}, 0}},
		{"key before the answer", &AdmitReply{[]Knock{{Key: fill(32), Random: fill(32), Status: KnockRefused}}, 0}},
		{"mailbox without a document", &MailboxReply{nil, fill(64), nil, 0}},
		{"short post", &MailboxReply{fill(1300), fill(64), []Post{{1, fill(PostSize - 1)}}, 0}},
		{"posts over the limit", &MailboxOpenReply{fill(1300), fill(64), MaxPosts + 1, 0}},
		{"long post", &PostRequest{[32]byte{}, fill(PostSize + 1)}},
	}
	for _, tt := range tests {
		if b, err := Encode(tt.m); err == nil {
			t.Errorf("%s: Encode = %x, want an error", tt.name, b)
		}
	}
}

// FuzzDecode looks for a second encoding of anything, and for panics.
func FuzzDecode(f *testing.F) {
	for i, m := range examples() {
		b, err := Encode(m)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(i, b)
	}
	f.Fuzz(func(t *testing.T, kind int, b []byte) {
		m := fresh[uint(kind)%uint(len(fresh))]()
		if Decode(m, b) != nil {
			return
		}
		again, err := Encode(m)
		if err != nil || !bytes.Equal(again, b) {
			t.Fatalf("Decode(%T, %x) was accepted; Encode = %x, %v", m, b, again, err)
		}
	})
}

func TestCodes(t *testing.T) {
	want := map[Code]int{
		"malformed": 400, "statement": 400, "expires": 400, "gone": 404, "uploading": 409, "exists": 409, "changed": 409,
		"used": 409, "closed": 409, "revision": 409, "part": 409, "upload": 409, "large": 413, "later": 429, "full": 507, "token": 401,
	}
	for c, status := range want {
		if c.Status() != status {
			t.Errorf("Code(%q).Status() = %d, want %d", c, c.Status(), status)
		}
	}
	for _, c := range Codes() {
		if c.Title() == "" || c.Status() < 400 || !c.Known() {
			t.Errorf("Code(%q) = %d, %q", c, c.Status(), c.Title())
		}
	}
	if c := Code("nonsense"); c.Known() || c.Status() != 500 || NewProblem(c, "").Code != CodeInternal {
		t.Errorf("Code(%q) is taken for one of the list", c)
	}
}

func TestProblemJSON(t *testing.T) {
	p := NewProblem(CodeRevision, "")
	p.Statement, p.Signature = []byte{1, 2}, []byte{3}
	got, err := json.Marshal(p)
	want := `{"type":"urn:safelight:problem:revision","title":"This share was changed from somewhere else in the meantime.",` +
		`"status":409,"code":"revision","statement":"AQI=","signature":"Aw=="}`
	if err != nil || string(got) != want {
		t.Errorf("json.Marshal(NewProblem(CodeRevision)) = %s, %v; want %s", got, err, want)
	}
}

func TestPresets(t *testing.T) {
	const m, h, d = 60, 3600, 24 * 3600
	tests := []struct {
		longest, first time.Duration
		want           []int64
	}{
		{DefaultMaxExpiry, DefaultExpiry, []int64{10 * m, h, d, 7 * d, 30 * d, 90 * d}},
		{7 * 24 * time.Hour, 12 * time.Hour, []int64{10 * m, h, 12 * h, d, 7 * d}},
		{10 * 24 * time.Hour, 10 * 24 * time.Hour, []int64{10 * m, h, d, 7 * d, 10 * d}},
		{time.Minute, time.Minute, []int64{60}},
		{365 * 24 * time.Hour, 365 * 24 * time.Hour, []int64{10 * m, h, d, 7 * d, 30 * d, 90 * d, 365 * d}},
	}
	for _, tt := range tests {
		if got := NewSiteLimits(1, 1, tt.longest, tt.first).ExpiryPresets; !slices.Equal(got, tt.want) {
			t.Errorf("presets of %v, %v = %v, want %v", tt.longest, tt.first, got, tt.want)
		}
	}
}
