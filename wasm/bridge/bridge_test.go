//go:build js

package bridge

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"syscall/js"
	"testing"
	"time"

	"safelight/client/share"
	"safelight/client/strip"
	"safelight/client/strip/striptest"
	"safelight/crypto/keys"
	"safelight/crypto/link"
	"safelight/crypto/statement"
)

// call calls what Serve put into the global scope, as a page does. A rejection comes back as its code.
func call(t *testing.T, name string, args ...any) (js.Value, error) {
	t.Helper()
	type outcome struct {
		value js.Value
		err   error
	}
	settled := make(chan outcome, 1)
	resolve := js.FuncOf(func(_ js.Value, v []js.Value) any { settled <- outcome{value: v[0]}; return nil })
	reject := js.FuncOf(func(_ js.Value, v []js.Value) any {
		settled <- outcome{err: errors.New(v[0].Get("code").String())}
		return nil
	})
	defer resolve.Release()
	defer reject.Release()
	js.Global().Get("safelight").Call(name, args...).Call("then", resolve, reject)
	select {
	case o := <-settled:
		return o.value, o.err
	case <-time.After(time.Minute):
		t.Fatalf("%s does not answer", name)
		return js.Value{}, nil
	}
}

func must(t *testing.T, name string, args ...any) js.Value {
	t.Helper()
	v, err := call(t, name, args...)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return v
}

func goBytes(v js.Value) []byte {
	b := make([]byte, v.Length())
	js.CopyBytesToGo(b, v)
	return b
}

func TestStripIsStrip(t *testing.T) {
	Serve()
	photo := striptest.CameraJPEG(64, 48, striptest.Everything("PLANTED"))
	got := must(t, "strip", array(photo))
	want, r, err := strip.Strip(photo)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(goBytes(got.Get("bytes")), want) {
		t.Error("the engine strips to other bytes than the command line")
	}
	var s told
	if err := json.Unmarshal([]byte(got.Get("report").String()), &s); err != nil {
		t.Fatal(err)
	}
	if s.Width != 48 || s.Height != 64 || s.Orientation != 6 {
		t.Errorf("%d×%d under %d, want 48×64 under 6: upright", s.Width, s.Height, s.Orientation)
	}
	if len(s.Findings) != len(r.Findings) || len(s.Plan) != 3 {
		t.Errorf("%d findings and %d variants, want %d and 3", len(s.Findings), len(s.Plan), len(r.Findings))
	}
}

// TestPanoramaTold: how a panorama lies is told as strip tells it, and a photo without one has nothing of the kind.
func TestPanoramaTold(t *testing.T) {
	Serve()
	for _, tt := range []struct {
		photo []byte
		want  string
	}{
		{striptest.PanoramaJPEG(64, 32, striptest.Options{Panorama: true}), `"pose":{"across":36000,"down":18000,"left":0,"top":0,"pitch":250,"roll":35880,"heading":0,"tilt":0}`},
		{striptest.PanoramaJPEG(64, 32, striptest.Options{}), ""},
	} {
		got := must(t, "strip", array(tt.photo)).Get("report").String()
		if tt.want != "" && !strings.Contains(got, tt.want) || tt.want == "" && strings.Contains(got, "pose") {
			t.Errorf("told %s, want %s", got, tt.want)
		}
	}
}

func TestStripRefuses(t *testing.T) {
	Serve()
	whole := striptest.CameraJPEG(64, 48, striptest.Options{})
	for _, tt := range []struct {
		name string
		src  []byte
		want string
	}{
		{"nothing", nil, "empty"},
		{"a document", []byte("%PDF-1.7\n"), "not-a-photo"},
		{"words", []byte("hello"), "not-a-photo"},
		{"a film", []byte("\x00\x00\x00\x18ftypisom"), "not-a-photo"},
		{"HEIC", []byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"), "damaged"},
		{"half a photo", whole[:len(whole)/2], "damaged"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := call(t, "strip", array(tt.src)); fmt.Sprint(err) != tt.want {
				t.Errorf("strip = %v, want %s", err, tt.want)
			}
		})
	}
	if _, err := call(t, "strip", "no bytes"); fmt.Sprint(err) != "internal" {
		t.Errorf("strip of a string = %v, want internal", err)
	}
	if _, err := call(t, "strip"); fmt.Sprint(err) != "internal" {
		t.Errorf("strip without arguments = %v, want internal: a panic is a fault, not the end", err)
	}
}

// parts collects what the engine hands over, and lets it go on as a page does: later.
type parts struct {
	emit   js.Func
	sealed [2][]byte
}

func newParts() *parts {
	p := &parts{}
	p.emit = js.FuncOf(func(_ js.Value, args []js.Value) any {
		b := args[0].Int()
		p.sealed[b] = append(p.sealed[b], goBytes(args[2])...)
		executor := js.FuncOf(func(_ js.Value, settle []js.Value) any {
			js.Global().Call("setTimeout", settle[0], 1)
			return nil
		})
		return js.Global().Get("Promise").New(executor)
	})
	return p
}

// TestPack makes a share through the bridge and opens it with the library.
func TestPack(t *testing.T) {
	for _, tt := range []struct {
		name  string
		views int
		host  string
	}{
		{"two commits", 0, noHost}, {"one commit, with a view limit", 3, noHost},
		{"the cipher and the sums of the host", 0, nodeHost},
	} {
		t.Run(tt.name, func(t *testing.T) { packAndOpen(t, tt.views, hostFrom(tt.host)) })
	}
}

func packAndOpen(t *testing.T, views int, host js.Value) {
	Serve()
	var names struct{ ID, ViewCode, ManageCode string }
	if err := json.Unmarshal([]byte(must(t, "newShare").String()), &names); err != nil {
		t.Fatal(err)
	}
	created := uint64(time.Now().UnixMilli())
	create, err := statement.ParseRequest(goBytes(must(t, "create", float64(created+3600_000))))
	if err != nil || create.ID.String() != names.ID {
		t.Fatalf("create is for %s (%v), want %s", create.ID, err, names.ID)
	}
	p := newParts()
	rules := fmt.Sprintf(`{"title":"Lamps","created":%d,"lifetime":3600000,"views":%d,"partSize":262144,"uploads":[%q,%q]}`,
		created, views, strings.Repeat("01", 16), strings.Repeat("02", 16))
	none := array(nil)
	must(t, "begin", rules, none, none, p.emit, host)

	original := striptest.CameraJPEG(1600, 1200, striptest.Options{})
	view := striptest.EncodeJPEG(striptest.Landscape(64, 48, 1), 80)
	about := `{"media":1,"width":1600,"height":1200,"orientation":1,"alt":"A lamp","decorative":false,
		"variants":[{"role":2,"media":1,"width":64,"height":48},{"role":0,"media":1,"width":64,"height":48}]}`
	quick := must(t, "addPhoto", about, js.ValueOf([]any{array(view), array(view)})).Int()
	if quick < len(view) {
		t.Errorf("addPhoto = %d, want more than the %d bytes of the view", quick, len(view))
	}
	commit := must(t, "commitQuick")
	if got, want := commit.IsUndefined(), views > 0; got != want {
		t.Fatalf("no commit after the quick bundle: %v, want %v", got, want)
	}
	must(t, "beginFull", 524288)
	rest := `[{"role":4,"media":1,"width":1600,"height":1200}]`
	if n := must(t, "addRest", 0, rest, js.ValueOf([]any{array(original)})).Int(); n < len(original) {
		t.Errorf("addRest = %d, want more than %d", n, len(original))
	}
	body := goBytes(must(t, "publish"))
	check(t, names.ViewCode, names.ManageCode, body, p, original)
}

// check opens what was published and compares the original.
func check(t *testing.T, viewCode, manageCode string, body []byte, p *parts, original []byte) {
	t.Helper()
	r, err := statement.ParseRequest(body)
	if err != nil {
		t.Fatal(err)
	}
	args, err := r.CommitArgs()
	if err != nil {
		t.Fatal(err)
	}
	code, err := link.Parse(viewCode)
	if err != nil {
		t.Fatal(err)
	}
	v, _ := keys.ViewOf(code)
	o, err := share.Open(v, share.Reply{Statement: args.Statement, Signature: args.Signature, Manifest: args.Manifest}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if got := o.Statement.Bundles[1].PartSize; got != 524288 {
		t.Errorf("originals are cut at %d, want 524288", got)
	}
	s, err := o.Unseal([32]byte(args.Pepper), keys.Gate{})
	if err != nil {
		t.Fatal(err)
	}
	fetch := func(bundle int, from, to int64) ([]byte, error) { return p.sealed[bundle][from:to], nil }
	photos, err := s.Photos(fetch)
	if err != nil || len(photos) != 1 {
		t.Fatalf("Photos: %d, %v, want 1", len(photos), err)
	}
	ph := photos[0]
	if s.Title() != "Lamps" || string(ph.Alt) != "A lamp" || len(ph.Preview) == 0 || len(ph.Variants) != 2 {
		t.Errorf("title %q, alt %q, preview of %d bytes, %d variants", s.Title(), ph.Alt, len(ph.Preview), len(ph.Variants))
	}
	if got, err := s.Read(ph.Variants[1], fetch); err != nil || !bytes.Equal(got, original) {
		t.Errorf("the original is not what was packed: %d bytes, %v", len(got), err)
	}
	if c, err := link.Parse(manageCode); err != nil || c.Kind() != link.Manage {
		t.Errorf("manage code: %v", err)
	}
}

func TestPlainRequests(t *testing.T) {
	Serve()
	must(t, "newShare")
	for name, want := range map[string]statement.Action{
		"remove": statement.ActionDelete, "state": statement.ActionState, "upload": statement.ActionUpload,
	} {
		r, err := statement.ParseRequest(goBytes(must(t, name, array(make([]byte, statement.FreshnessSize)))))
		if err != nil || r.Action != want {
			t.Errorf("%s asks for %v, %v, want %v", name, r.Action, err, want)
		}
		if _, err := call(t, name, array([]byte("short"))); err == nil {
			t.Errorf("%s takes a challenge of the wrong length", name)
		}
	}
}
