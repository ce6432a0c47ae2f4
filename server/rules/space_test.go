package rules

import (
	"bytes"
	"context"
	"crypto/sha256"
	"io"
	"sync"
	"testing"

	"safelight/server/wire"
)

// slowBody says when it is first read, and then waits.
type slowBody struct {
	io.Reader
	began func()
	going <-chan struct{}
}

func (b *slowBody) Read(p []byte) (int, error) {
	b.began()
	<-b.going
	return b.Reader.Read(p)
}

// TestSlowPartsCannotFillTheDisk begins many parts at once, none of which is stored yet when the next is counted.
func TestSlowPartsCannotFillTheDisk(t *testing.T) {
	const part, limit, parts = 1 << 20, 2 << 20, 12
	w := newWorld(t)
	w.Shares.limits.ShareBytes = limit
	o := newOwner(w.rand)
	grant := w.create(o).Uploads[0]
	data := make([]byte, part)
	sum := sha256.Sum256(data)

	going := make(chan struct{})
	errs := make([]error, parts)
	var all sync.WaitGroup
	for i := range parts {
		settled := make(chan struct{}) // the part is being read, or was refused
		once := sync.OnceFunc(func() { close(settled) })
		all.Go(func() {
			defer once()
			body := &slowBody{bytes.NewReader(data), once, going}
			_, errs[i] = w.Shares.Put(context.Background(), ID(o.Public().ID()), Upload(grant.Upload), uint32(i+1), grant.Token, part, sum, body)
		})
		<-settled
	}
	close(going)
	all.Wait()

	stored := 0
	for _, err := range errs {
		switch {
		case err == nil:
			stored++
		case AsError(err).Code != wire.CodeLarge:
			t.Errorf("a part too many: %v, want %v", err, wire.CodeLarge)
		}
	}
	if stored < limit/part || stored*part > maxBegun*limit {
		t.Errorf("stored %d MiB with a limit of %d MiB, want at most %d times that", stored, limit>>20, maxBegun)
	}
}
