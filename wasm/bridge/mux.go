//go:build js

package bridge

import (
	"syscall/js"

	"safelight/client/variant/avif"
)

// mux(frame, width, height) makes an AVIF file of a key frame that the browser's encoder gave.
func mux(args []js.Value) (any, error) {
	frame, err := bytesOf(args[0])
	if err != nil {
		return nil, err
	}
	file, err := avif.Mux(avif.Input{Color: frame, Width: args[1].Int(), Height: args[2].Int()})
	if err != nil {
		return nil, fault("damaged")
	}
	return array(file), nil
}
