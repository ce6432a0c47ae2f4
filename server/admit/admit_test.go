package admit

import (
	"context"
	"errors"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestGate(t *testing.T) {
	ctx := context.Background()
	token := New()
	known := Tokens(func(context.Context) ([]Hash, error) { return []Hash{Sum(New()), Sum(token)}, nil })
	tests := []struct {
		name  string
		gate  Gate
		token string
		want  bool
	}{
		{"open", Open(), "", true},
		{"token", known, token, true},
		{"other token", known, New(), false},
		{"no token", known, "", false},
		{"token in capitals", known, strings.ToUpper(token), false},
		{"zero gate", Gate{}, token, false},
		{"no tokens", Tokens(func(context.Context) ([]Hash, error) { return nil, nil }), "", false},
	}
	for _, tt := range tests {
		if got, err := tt.gate.Admits(ctx, tt.token); got != tt.want || err != nil {
			t.Errorf("%s: Admits = %v, %v, want %v", tt.name, got, err, tt.want)
		}
	}
	broken := Tokens(func(context.Context) ([]Hash, error) { return nil, errors.New("disk") })
	if got, err := broken.Admits(ctx, token); got || err == nil {
		t.Errorf("Admits with unreadable tokens = %v, %v", got, err)
	}
}

func TestFile(t *testing.T) {
	ctx := context.Background()
	f := File(filepath.Join(t.TempDir(), "tokens"))
	if h, err := f.Hashes(ctx); h != nil || err != nil {
		t.Errorf("Hashes of a missing file = %v, %v", h, err)
	}
	first, err := f.Add(ctx, false)
	if err != nil {
		t.Fatal(err)
	}
	second, err := f.Add(ctx, false)
	if err != nil {
		t.Fatal(err)
	}
	gate := Tokens(f.Hashes)
	for _, token := range []string{first, second} {
		if ok, err := gate.Admits(ctx, token); !ok || err != nil {
			t.Errorf("Admits = %v, %v, want true", ok, err)
		}
	}
	b, err := os.ReadFile(string(f))
	if err != nil || strings.Contains(string(b), first) {
		t.Errorf("the file shows the token, or: %v", err)
	}
	if st, err := os.Stat(string(f)); err != nil || st.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v, want 0600", st.Mode(), err)
	}
	third, err := f.Add(ctx, true)
	if err != nil {
		t.Fatal(err)
	}
	for token, want := range map[string]bool{first: false, second: false, third: true} {
		if ok, _ := gate.Admits(ctx, token); ok != want {
			t.Errorf("Admits after replacing = %v, want %v", ok, want)
		}
	}
	if err := os.WriteFile(string(f), []byte("nonsense\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if ok, err := gate.Admits(ctx, third); ok || err == nil {
		t.Errorf("Admits with a damaged file = %v, %v", ok, err)
	}
}

func TestLimiter(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	l := NewLimiter(3)
	a, b := netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("192.0.2.2")
	for i := range 3 {
		if w := l.Allow(a, now); w != 0 {
			t.Errorf("event %d waits %v", i+1, w)
		}
	}
	if w := l.Allow(a, now); w != 20*time.Minute {
		t.Errorf("the fourth waits %v, want 20m", w)
	}
	if w := l.Allow(netip.MustParseAddr("::ffff:192.0.2.1"), now); w == 0 {
		t.Error("the same address in IPv6 spelling is another one")
	}
	if w := l.Allow(b, now); w != 0 {
		t.Errorf("another address waits %v", w)
	}
	if w := l.Allow(a, now.Add(20*time.Minute)); w != 0 {
		t.Errorf("after 20 minutes it waits %v", w)
	}
	if w := l.Allow(a, now.Add(20*time.Minute)); w == 0 {
		t.Error("a refused event was counted")
	}
	six := []string{"2001:db8::1", "2001:db8::ffff:1", "2001:db8:0:0:1::"}
	for _, s := range six {
		l.Allow(netip.MustParseAddr(s), now)
	}
	if w := l.Allow(netip.MustParseAddr("2001:db8::2"), now); w == 0 {
		t.Error("addresses of one /64 are counted apart")
	}
	if w := l.Allow(netip.MustParseAddr("2001:db8:0:1::1"), now); w != 0 {
		t.Error("addresses of two /64 are counted together")
	}
	if w := NewLimiter(0).Allow(a, now); w != 0 {
		t.Error("no limit limits")
	}
	if w := l.Allow(a, now, 1); w != 0 {
		t.Errorf("what is counted by itself waits %v", w)
	}
	l.Allow(a, now, 1)
	l.Allow(a, now, 1)
	if l.Allow(a, now, 1) == 0 || l.Allow(a, now, 2) != 0 {
		t.Error("what is counted by itself is not, or together with something else")
	}
}

func TestLimiterForgets(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	l := NewLimiter(1)
	a := netip.MustParseAddr("192.0.2.1")
	l.Allow(a, now)
	salt := l.salt
	l.Allow(a, now.Add(24*time.Hour))
	if l.salt == salt || len(l.rates) != 1 {
		t.Error("the salt outlived its day")
	}
	for i := range maxAddresses + 10 {
		l.Allow(netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}), now)
	}
	if len(l.rates) > maxAddresses {
		t.Errorf("%d addresses are kept", len(l.rates))
	}
}
