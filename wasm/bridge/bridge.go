//go:build js

// Package bridge lets JavaScript call the engine. Serve puts one object into the global scope whose functions return
// promises; what goes wrong rejects with an object {code}, and with nothing else, since an error's text may quote input. The
// fault of a refused file says which reason, and whether it may be converted, beside its class.
package bridge

import (
	"errors"
	"syscall/js"

	"safelight/client/share"
)

// fault is an error whose code the page has words for.
type fault string

func (f fault) Error() string { return "engine: " + string(f) }

// What the page is told apart from the codes of the packages below.
const (
	faultInternal fault = "internal" // the page called in a way that it never should
	faultReply    fault = "reply"    // a reply of the server that does not make sense
)

// function is what is exported. The result is nil, a string, a number, or a js.Value.
type function func(args []js.Value) (any, error)

// Serve hands the functions to JavaScript, as globalThis.safelight.
func Serve() {
	object := js.Global().Get("Object").New()
	var p pack
	for name, f := range map[string]function{
		"warm":        warm,
		"inspect":     inspectPhoto,
		"strip":       stripPhoto,
		"fromPixels":  fromPixels,
		"decode":      decode,
		"scale":       scale,
		"toSRGB":      toSRGB,
		"mux":         mux,
		"newShare":    p.newShare,
		"create":      p.create,
		"begin":       p.begin,
		"addPhoto":    p.addPhoto,
		"commitQuick": p.commitQuick,
		"beginFull":   p.beginFull,
		"addRest":     p.addRest,
		"publish":     p.publish,
		"remove":      p.signed(share.DeleteRequest),
		"state":       p.signed(share.StateRequest),
		"upload":      p.signed(share.UploadRequest),
	} {
		object.Set(name, export(f))
	}
	js.Global().Set("safelight", object)
}

// export wraps f so that it runs in a goroutine of its own: only there it may wait for JavaScript.
func export(f function) js.Func {
	return js.FuncOf(func(_ js.Value, args []js.Value) any {
		var executor js.Func
		executor = js.FuncOf(func(_ js.Value, settle []js.Value) any {
			go func() {
				defer executor.Release()
				value, err := guarded(f, args)
				if err != nil {
					settle[1].Invoke(reason(err))
					return
				}
				settle[0].Invoke(value)
			}()
			return nil
		})
		return js.Global().Get("Promise").New(executor)
	})
}

// guarded turns a panic into a fault: a photo that breaks an invariant must not take the share down with it.
func guarded(f function, args []js.Value) (value any, err error) {
	defer func() {
		if recover() != nil {
			value, err = nil, faultInternal
		}
	}()
	return f(args)
}

func reason(err error) js.Value {
	object := js.Global().Get("Object").New()
	if r, ok := errors.AsType[refused](err); ok {
		object.Set("code", r.class)
		object.Set("refusal", r.code)
		object.Set("convertible", r.convertible)
		return object
	}
	code := faultInternal
	errors.As(err, &code)
	object.Set("code", string(code))
	return object
}

// bytesOf copies a Uint8Array in.
func bytesOf(v js.Value) ([]byte, error) {
	if v.Type() != js.TypeObject || !v.InstanceOf(js.Global().Get("Uint8Array")) {
		return nil, faultInternal
	}
	b := make([]byte, v.Length())
	js.CopyBytesToGo(b, v)
	return b, nil
}

// array copies bytes out, into a new Uint8Array.
func array(b []byte) js.Value {
	v := js.Global().Get("Uint8Array").New(len(b))
	js.CopyBytesToJS(v, b)
	return v
}

// await blocks the goroutine until a promise is settled.
func await(promise js.Value) (js.Value, error) {
	settled := make(chan js.Value, 2)
	failed := false
	resolved := js.FuncOf(func(_ js.Value, v []js.Value) any {
		settled <- v[0]
		return nil
	})
	rejected := js.FuncOf(func(js.Value, []js.Value) any {
		failed = true
		settled <- js.Undefined()
		return nil
	})
	defer resolved.Release()
	defer rejected.Release()
	promise.Call("then", resolved, rejected)
	v := <-settled
	if failed {
		return v, faultInternal
	}
	return v, nil
}
