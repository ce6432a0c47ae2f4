// Command reading opens an access log, which the server must not be able to do: the control of a test.
package main

import (
	"fmt"
	"os"

	"safelight/crypto/accesslog"
	"safelight/crypto/statement"
)

func main() {
	event, err := accesslog.DeriveKey([32]byte{1}).Open(statement.ID{}, []byte(os.Args[0]))
	fmt.Println(event, err)
}
