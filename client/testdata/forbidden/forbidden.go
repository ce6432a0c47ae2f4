// Package forbidden is the control of deps_test.go: what client/share would be if it moved its bytes itself.
package forbidden

import "safelight/client/transfer"

// Client is here to need the import.
type Client = transfer.Client
