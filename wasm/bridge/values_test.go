//go:build js

package bridge

import (
	"encoding/json"
	"reflect"
	"syscall/js"
	"testing"

	"safelight/client/strip"
)

// everything has a value in each field, and what JSON has to quote.
func everything() told {
	quoted := "\"<\\\u2028\t\u00e9\U0001F600"
	return told{
		Media: 1, Format: quoted, Width: 1, Height: 2, Orientation: 6, Alpha: true, Animated: true, Wide: true,
		Findings: []strip.Finding{
			{Group: "location", Code: "gps", Label: "finding.gps", Value: quoted, Width: 3, Height: 4, Bytes: 5, Picture: []byte("not told")},
			{},
		},
		Caption: quoted, Credit: "c", Plan: []spec{{1, 2, 3, 4, true, true, true}, {}}, PixelsOnly: []spec{{}}, Tiles: []spec{{3, 8000, 6000, 85, false, false, true}},
		Refusal: "r", Convertible: true,
	}
}

// TestText compares with encoding/json, whose tags these are.
func TestText(t *testing.T) {
	rest := rules{"t", 1 << 53, 2, 3, 4, [2]string{"a", "b"}, []string{"r"}, true, true}
	ph := photo{Media: 2, Width: 3, Height: 4, Orientation: 5, Alt: "a", Decorative: true, Variants: []coded{{1, 2, 3, 4}}}
	for _, v := range []any{everything(), told{Findings: []strip.Finding{}, Plan: []spec{}, PixelsOnly: []spec{}}, rest, ph} {
		b, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		var want, got any
		if err := json.Unmarshal(b, &want); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal([]byte(text(v)), &got); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("text = %s, want %s (%v)", text(v), b, err)
		}
		again := reflect.New(reflect.TypeOf(v))
		same := reflect.New(reflect.TypeOf(v))
		if err := json.Unmarshal(b, same.Interface()); err != nil {
			t.Fatal(err)
		}
		if err := parse(js.ValueOf(string(b)), again.Interface()); err != nil || !reflect.DeepEqual(again.Interface(), same.Interface()) {
			t.Errorf("parse(%s) = %+v, want %+v (%v)", b, again, same, err)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for _, doc := range []string{
		``, `{`, `null`, `7`, `"text"`, `[]`, `{"title":7}`, `{"created":-1}`, `{"created":1.5}`, `{"created":1e300}`,
		`{"created":"1"}`, `{"partSize":9007199254740994}`, `{"askFirst":1}`, `{"recipients":"age1"}`, `{"recipients":[7]}`,
		`{"recipients":{"length":1}}`, `{"uploads":null}`,
	} {
		var r rules
		if parse(js.ValueOf(doc), &r) == nil {
			t.Errorf("parse(%s) = %+v, want a fault", doc, r)
		}
	}
	var r rules
	if err := parse(js.ValueOf(`{"title":"a","other":[7]}`), &r); err != nil || r.Title != "a" {
		t.Errorf("parse = %+v, %v: a field that nobody reads is no fault", r, err)
	}
}
