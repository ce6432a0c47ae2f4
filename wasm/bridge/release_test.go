//go:build js

package bridge

import (
	"encoding/json"
	"fmt"
	"strings"
	"syscall/js"
	"testing"
	"time"

	"filippo.io/age"

	"safelight/client/share"
	"safelight/client/strip/striptest"
	"safelight/crypto/keys"
	"safelight/crypto/link"
	"safelight/crypto/statement"
)

// begun starts a share with rules of release, and returns its view code and begin's error.
func begun(t *testing.T, recipients string) (string, *parts, error) {
	t.Helper()
	Serve()
	var names struct{ ViewCode string }
	if err := json.Unmarshal([]byte(must(t, "newShare").String()), &names); err != nil {
		t.Fatal(err)
	}
	p, none := newParts(), array(nil)
	rules := fmt.Sprintf(`{"title":"","created":%d,"lifetime":3600000,"views":2,"partSize":262144,"uploads":[%q,%q],"recipients":%s,"askFirst":true,"log":true}`,
		time.Now().UnixMilli(), strings.Repeat("01", 16), strings.Repeat("02", 16), recipients)
	_, err := call(t, "begin", rules, none, none, p.emit, hostFrom(noHost))
	return names.ViewCode, p, err
}

// TestRulesOfRelease: recipients, asking first and the access log reach the statement, and the named one gets R.
func TestRulesOfRelease(t *testing.T) {
	id, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	code, _, err := begun(t, fmt.Sprintf("[%q]", id.Recipient()))
	if err != nil {
		t.Fatal(err)
	}
	view := striptest.EncodeJPEG(striptest.Landscape(64, 48, 1), 80)
	about := `{"media":1,"width":64,"height":48,"orientation":1,"alt":"","decorative":false,"variants":[{"role":2,"media":1,"width":64,"height":48}]}`
	must(t, "addPhoto", about, js.ValueOf([]any{array(view)}))
	must(t, "commitQuick")
	r, err := statement.ParseRequest(goBytes(must(t, "publish")))
	if err != nil {
		t.Fatal(err)
	}
	args, err := r.CommitArgs()
	if err != nil {
		t.Fatal(err)
	}
	c, err := link.Parse(code)
	if err != nil {
		t.Fatal(err)
	}
	v, _ := keys.ViewOf(c)
	o, err := share.Open(v, share.Reply{Statement: args.Statement, Signature: args.Signature, Manifest: args.Manifest, Locks: args.Locks}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if !o.AsksFirst() || !o.HasLocks() || len(o.Statement.LogKey) != 32 {
		t.Errorf("asks first %v, locks %v, log key of %d bytes", o.AsksFirst(), o.HasLocks(), len(o.Statement.LogKey))
	}
	secret, err := o.Release(id)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := o.Unseal([32]byte(args.Pepper), keys.Gate{R: &secret}); err != nil {
		t.Errorf("with R: %v", err)
	}
	if _, err := o.Unseal([32]byte(args.Pepper), keys.Gate{R: new([32]byte)}); err == nil {
		t.Error("opened with another R")
	}
}

func TestNoRecipient(t *testing.T) {
	if _, _, err := begun(t, `["somebody"]`); err == nil || err.Error() != string(faultInternal) {
		t.Errorf("a recipient that is none: %v", err)
	}
}
