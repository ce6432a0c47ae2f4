// Command leaky imports what a server must not: it is the control that shows that the test would notice.
package main

import (
	"fmt"
	_ "image/png"

	"filippo.io/age"
)

func main() { fmt.Println(age.NewScryptRecipient("")) }
