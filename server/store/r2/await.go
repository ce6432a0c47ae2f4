//go:build js

package r2

import (
	"errors"
	"fmt"
	"syscall/js"
)

// Error is what the host threw or rejected with.
type Error struct{ text string }

func (e *Error) Error() string { return e.text }

// Await waits for a promise. The goroutine goes on in the context of the request that began the promise, which is why
// requests wait for promises and never for each other.
func Await(promise js.Value) (js.Value, error) {
	type outcome struct {
		value js.Value
		err   error
	}
	done := make(chan outcome, 1)
	then := js.FuncOf(func(_ js.Value, args []js.Value) any {
		done <- outcome{value: args[0]}
		return nil
	})
	defer then.Release()
	catch := js.FuncOf(func(_ js.Value, args []js.Value) any {
		done <- outcome{err: &Error{js.Global().Call("String", args[0]).String()}}
		return nil
	})
	defer catch.Release()
	promise.Call("then", then, catch)
	o := <-done
	return o.value, o.err
}

// call awaits obj.method(args…). What the method throws at once is an error too.
func call(obj js.Value, method string, args ...any) (v js.Value, err error) {
	defer func() {
		var thrown js.Error
		if r := recover(); r == nil {
			return
		} else if e, ok := r.(error); !ok || !errors.As(e, &thrown) {
			panic(r)
		}
		err = fmt.Errorf("%s: %w", method, &Error{thrown.Error()})
	}()
	return Await(obj.Call(method, args...))
}

func bytesToJS(b []byte) js.Value {
	a := js.Global().Get("Uint8Array").New(len(b))
	js.CopyBytesToJS(a, b)
	return a
}
