// Command byname finds a method by a name that the linker cannot know: the control of TestProgram.
package main

import (
	"os"
	"reflect"
)

func main() { reflect.ValueOf(os.Stdout).MethodByName(os.Args[0]).Call(nil) }
