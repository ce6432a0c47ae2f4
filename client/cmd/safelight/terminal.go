//go:build !windows

package main

// terminal is the person's terminal, whatever standard input is.
const terminal = "/dev/tty"
