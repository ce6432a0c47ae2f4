package main

import (
	"io"
	"os"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"safelight/client"
)

// bar shows progress on a terminal, and nothing anywhere else: a log file is no place for it.
type bar struct {
	mu  sync.Mutex
	bar *progressbar.ProgressBar
}

// newBar returns a bar that writes to w if that is a terminal.
func newBar(w io.Writer, what string) *bar {
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return &bar{}
	}
	b := &bar{bar: progressbar.NewOptions64(1,
		progressbar.OptionSetWriter(w),
		progressbar.OptionSetDescription(what),
		progressbar.OptionShowBytes(true),
		progressbar.OptionSetPredictTime(true),
		progressbar.OptionThrottle(100*time.Millisecond),
		progressbar.OptionClearOnFinish(),
		progressbar.OptionFullWidth(),
	)}
	_ = b.bar.RenderBlank() // the speed counts from now
	return b
}

// update shows how far sending is. The whole grows and shrinks a little while photos are packed, because only then it
// is known what they come to; it never shows done before it is.
func (b *bar) update(p client.Progress) {
	if b.bar == nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.bar.ChangeMax64(max(p.Expected, p.Stored+1))
	_ = b.bar.Set64(p.Stored)
}

// set shows n of total bytes.
func (b *bar) set(n, total int64) {
	if b.bar == nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.bar.ChangeMax64(max(total, n+1))
	_ = b.bar.Set64(n)
}

// clear makes room for a line of output on the same terminal; the next update draws the bar again.
func (b *bar) clear() {
	if b.bar != nil {
		_ = b.bar.Clear()
	}
}
