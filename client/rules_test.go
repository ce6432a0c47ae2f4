package client

import (
	"context"
	"errors"
	"fmt"
	"math/bits"
	"testing"
	"time"

	"filippo.io/age"
)

// rules are the five that stand before an opening, one bit each.
const (
	ruleViews = 1 << iota
	rulePhrase
	ruleNamed
	ruleAsk
	ruleLog
	allRules
)

// TestRulesOneAfterAnother goes through all 32 combinations, changing one rule at a time by the manage link. Each share
// opens with exactly what its rules ask for, and with nothing less.
func TestRulesOneAfterAnother(t *testing.T) {
	askAgain = 10 * time.Millisecond
	w := newWorld(t)
	sent := w.send(t, SendConfig{}, photo(40, 30))
	m, err := Manage(t.Context(), sent.Manage, w.Config)
	if err != nil {
		t.Fatal(err)
	}
	id, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	named, err := ParseRecipients(id.Recipient().String())
	if err != nil {
		t.Fatal(err)
	}
	taken, rules := uint64(0), 0
	for n := 1; n <= allRules; n++ { // Gray code, round to no rule at all
		rule := 1 << bits.TrailingZeros(uint(n))
		if n == allRules {
			rule = ruleLog
		}
		rules ^= rule
		on, limit, nobody := rules&rule != 0, uint64(0), []Recipient{}
		if on {
			limit, nobody = 1000, named
		}
		change := map[int]Change{
			ruleViews: {Views: &limit}, rulePhrase: {NoPassphrase: true}, ruleNamed: {Recipients: &nobody}, ruleAsk: {AskFirst: &on}, ruleLog: {Log: &on},
		}[rule]
		if rule == rulePhrase && on {
			change = Change{Passphrase: goodPhrase}
		}
		if err := m.Set(t.Context(), change); err != nil {
			t.Fatalf("%05b: Set = %v", rules, err)
		}
		full := Key{Passphrase: goodPhrase, Identities: []age.Identity{id}}
		t.Run(fmt.Sprintf("%05b", rules), func(t *testing.T) {
			w.opensBy(t, sent.Link, m, rules, full, &taken)
			w.opensNot(t, sent.Link, rules, full)
		})
	}
	if rules != 0 {
		t.Fatalf("ended at %05b", rules)
	}
}

// opensBy opens with everything, and where the owner may be asked also by asking alone.
func (w *world) opensBy(t *testing.T, link string, m *Managed, rules int, k Key, taken *uint64) {
	t.Helper()
	ways := []Key{k}
	if rules&ruleAsk != 0 {
		ways[0].Ask = true
		ways = append(ways, Key{Passphrase: k.Passphrase, Ask: true})
	}
	for i, k := range ways {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		o, err := Open(ctx, link, w.Config)
		if err != nil {
			t.Fatal(err)
		}
		if i := o.Info; (i.Views != 0) != (rules&ruleViews != 0) || i.Passphrase != (rules&rulePhrase != 0) ||
			i.Recipients != (rules&ruleNamed != 0) || i.AskFirst != (rules&ruleAsk != 0) || i.Log != (rules&ruleLog != 0) {
			t.Errorf("Info = %+v", i)
		}
		done := make(chan error, 1)
		go func() {
			_, err := o.Unlock(ctx, k)
			done <- err
		}()
		if rules&ruleAsk != 0 && (i == 1 || rules&ruleNamed == 0) {
			letInNext(t, ctx, m)
		}
		if err := <-done; err != nil {
			t.Errorf("way %d: Unlock = %v", i, err)
		}
		if rules&ruleViews != 0 {
			*taken++
		}
		if o, err = Open(ctx, link, w.Config); err != nil || rules&ruleViews != 0 && o.Info.Taken != *taken {
			t.Errorf("%d views taken, %v, want %d", o.Info.Taken, err, *taken)
		}
	}
}

func letInNext(t *testing.T, ctx context.Context, m *Managed) {
	t.Helper()
	for ctx.Err() == nil {
		list, err := m.Knocks(ctx)
		if err != nil {
			t.Fatal(err)
		}
		for _, k := range list {
			if k.Words == "" {
				continue
			}
			if err := m.LetIn(ctx, k); err != nil {
				t.Fatal(err)
			}
			return
		}
		time.Sleep(askAgain)
	}
	t.Fatal("nobody knocked")
}

// opensNot takes away one thing at a time.
func (w *world) opensNot(t *testing.T, link string, rules int, full Key) {
	t.Helper()
	stranger, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name  string
		rules int
		less  func(*Key)
		want  error
	}{
		{"no passphrase", rulePhrase, func(k *Key) { k.Passphrase = "" }, ErrLocked},
		{"a wrong passphrase", rulePhrase, func(k *Key) { k.Passphrase = "seven lemons under snow" }, ErrPassphrase},
		{"no key, and nobody asked", ruleNamed | ruleAsk, func(k *Key) { k.Identities = nil }, ErrLocked},
		{"another's key, and nobody asked", ruleNamed | ruleAsk, func(k *Key) { k.Identities = []age.Identity{stranger} }, ErrLocked},
	} {
		if rules&tt.rules == 0 || tt.rules == rulePhrase && rules&(ruleNamed|ruleAsk) == ruleAsk {
			continue // the second: nobody would answer
		}
		o, err := Open(t.Context(), link, w.Config)
		if err != nil {
			t.Fatal(err)
		}
		k := full
		tt.less(&k)
		if _, err := o.Unlock(t.Context(), k); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.want)
		}
	}
}
