package main

// terminal is the person's terminal, whatever standard input is.
const terminal = "CONIN$"
