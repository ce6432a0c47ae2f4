//go:build js

package bridge

import (
	"syscall/js"

	"safelight/client/variant/avif"
)

// mux(frame, width, height, alpha) makes an AVIF file of a key frame that the browser's encoder gave, and of that of its
// transparency, which is undefined where there is none.
func mux(args []js.Value) (any, error) {
	frame, err := bytesOf(args[0])
	if err != nil {
		return nil, err
	}
	in := avif.Input{Color: frame, Width: args[1].Int(), Height: args[2].Int()}
	if len(args) > 3 && !args[3].IsUndefined() {
		if in.Alpha, err = bytesOf(args[3]); err != nil {
			return nil, err
		}
	}
	file, err := avif.Mux(in)
	if err != nil {
		return nil, fault("damaged")
	}
	return array(file), nil
}
