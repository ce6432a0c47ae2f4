//go:build js

package bridge

import (
	"math"
	"reflect"
	"strings"
	"syscall/js"
)

// What crosses as JSON is written and read by JavaScript's own JSON: encoding/json would make the engine 30 kB larger,
// compressed. Structures are described by their json tags all the same, of which omitempty and omitzero alone are heeded.

// text writes v: structures, lists, strings, numbers up to 2^53 and truths.
func text(v any) string {
	return js.Global().Get("JSON").Call("stringify", value(reflect.ValueOf(v))).String()
}

func value(v reflect.Value) js.Value {
	switch v.Kind() {
	case reflect.Struct:
		return object(v)
	case reflect.Slice, reflect.Array:
		list := js.Global().Get("Array").New(v.Len())
		for i := range v.Len() {
			list.SetIndex(i, value(v.Index(i)))
		}
		return list
	case reflect.String:
		return js.ValueOf(v.String())
	case reflect.Bool:
		return js.ValueOf(v.Bool())
	}
	if v.CanInt() {
		return js.ValueOf(v.Int())
	}
	return js.ValueOf(v.Uint()) // panics where v is none of what text takes
}

func object(v reflect.Value) js.Value {
	o := js.Global().Get("Object").New()
	for i := range v.NumField() {
		name, omit := nameOf(v.Type().Field(i))
		if name != "-" && !(omit && v.Field(i).IsZero()) {
			o.Set(name, value(v.Field(i)))
		}
	}
	return o
}

// nameOf returns what a field is called, and whether it is left out when empty.
func nameOf(f reflect.StructField) (name string, omit bool) {
	name, option, _ := strings.Cut(f.Tag.Get("json"), ",")
	return name, option == "omitempty" || option == "omitzero"
}

// parse reads what text wrote, or the page, into the structure or list that into points to. What is missing stays as it
// is; what is of another kind, or no JSON, is a fault.
func parse(doc js.Value, into any) (err error) {
	defer func() {
		if recover() != nil { // JSON.parse throws, and a Go value of another type panics
			err = faultInternal
		}
	}()
	return fill(js.Global().Get("JSON").Call("parse", doc), reflect.ValueOf(into).Elem())
}

func fill(from js.Value, into reflect.Value) error {
	switch into.Kind() {
	case reflect.Struct:
		return fillFields(from, into)
	case reflect.Slice, reflect.Array:
		return fillList(from, into)
	case reflect.String:
		if from.Type() != js.TypeString {
			return faultInternal
		}
		into.SetString(from.String())
	case reflect.Bool:
		into.SetBool(from.Bool())
	default:
		return fillNumber(from.Float(), into)
	}
	return nil
}

func fillFields(from js.Value, into reflect.Value) error {
	if from.Type() != js.TypeObject || isArray(from) {
		return faultInternal
	}
	for i := range into.NumField() {
		name, _ := nameOf(into.Type().Field(i))
		if v := from.Get(name); !v.IsUndefined() {
			if err := fill(v, into.Field(i)); err != nil {
				return err
			}
		}
	}
	return nil
}

func fillList(from js.Value, into reflect.Value) error {
	if !isArray(from) {
		return faultInternal
	}
	n := from.Length()
	if into.Kind() == reflect.Slice {
		into.Set(reflect.MakeSlice(into.Type(), n, n))
	}
	for i := range min(n, into.Len()) {
		if err := fill(from.Index(i), into.Index(i)); err != nil {
			return err
		}
	}
	return nil
}

func isArray(v js.Value) bool { return js.Global().Get("Array").Call("isArray", v).Bool() }

func fillNumber(f float64, into reflect.Value) error {
	if f != math.Trunc(f) || math.Abs(f) > 1<<53 {
		return faultInternal
	}
	if into.CanInt() {
		if into.OverflowInt(int64(f)) {
			return faultInternal
		}
		into.SetInt(int64(f))
		return nil
	}
	if f < 0 || into.OverflowUint(uint64(f)) {
		return faultInternal
	}
	into.SetUint(uint64(f))
	return nil
}
