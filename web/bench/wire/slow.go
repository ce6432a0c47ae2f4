package main

import (
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
)

const (
	// Of this, a slowed process runs for one part in rate.
	period = 8 * time.Millisecond
	// New renderers are looked for so often.
	look = 40 * time.Millisecond
)

// slow keeps every thread of the renderers below a browser stopped for most of the time, so that workers, WebCrypto and
// decoders of images are as slow as the page: what developer tools call CPU throttling reaches the page's thread alone. It
// ends, with everything running, by SIGTERM or with the browser.
func slow(browser int, rate float64) error {
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM, syscall.SIGINT)
	var found atomic.Pointer[[]int]
	found.Store(&[]int{})
	go func() {
		for ; ; time.Sleep(look) {
			pids := renderers(browser)
			found.Store(&pids)
		}
	}()
	runs := time.Duration(float64(period) / rate)
	for syscall.Kill(browser, 0) == nil {
		pids := *found.Load()
		select {
		case <-stop:
			all(renderers(browser), syscall.SIGCONT)
			return nil
		default:
		}
		began := time.Now()
		all(pids, syscall.SIGSTOP)
		time.Sleep(time.Until(began.Add(period - runs)))
		all(pids, syscall.SIGCONT)
		time.Sleep(time.Until(began.Add(period)))
	}
	return nil
}

func all(pids []int, signal syscall.Signal) {
	for _, pid := range pids {
		_ = syscall.Kill(pid, signal) // it may have ended
	}
}

// renderers lists the processes below a browser that run pages: Chromium's renderers, Firefox's content processes.
func renderers(browser int) []int {
	children := map[int][]int{}
	pages := map[int]bool{}
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, file := range stats {
		pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(file)))
		stat, err := os.ReadFile(file)
		if err != nil {
			continue
		}
		// The name, in brackets, may hold anything.
		fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
		parent, _ := strconv.Atoi(fields[1])
		children[parent] = append(children[parent], pid)
		line, _ := os.ReadFile(filepath.Join(filepath.Dir(file), "cmdline"))
		pages[pid] = isPage(string(line))
	}
	var below []int
	for next := []int{browser}; len(next) > 0; next = next[1:] {
		if pages[next[0]] {
			below = append(below, next[0])
		}
		next = append(next, children[next[0]]...)
	}
	return below
}

func isPage(commandLine string) bool {
	if strings.Contains(commandLine, "--type=renderer") {
		return true
	}
	words := strings.Split(strings.TrimRight(commandLine, "\x00"), "\x00")
	return strings.Contains(commandLine, "-contentproc") && words[len(words)-1] == "tab"
}
