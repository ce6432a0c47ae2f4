package rules

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"safelight/crypto/statement"
	"safelight/server/store/mem"
)

// The model is one share, its owner on two devices, viewers, and sweeps. Every request is a task that stops before
// each step of storage; the model draws whose step comes next, whether it fails or its reply is lost, when the process
// dies, and what the clock does. truth_test.go knows what may be answered, from what was sent and acknowledged alone.

// model is one run.
type model struct {
	*rapid.T
	truth
	now     int64 // of the system clock
	records mem.Records
	parts   mem.Parts
	rand    random
	shares  *Shares
	faults  faults
	tasks   []*task
	current *task
	bad     string // the first violation
	story   []string
	mode    mode
}

// mode is what a run is about.
type mode int

const (
	aShare  mode = iota
	aKnock       // a share that keeps a log and asks first
	mailbox      // no share
)

// task is a request or a sweep under way.
type task struct {
	name   string
	next   func() (string, bool)
	stop   func()
	yield  func(string) bool
	before bool // this step fails
	after  bool // the reply of this step is lost
	hurt   bool // a step failed
	lost   bool // nobody reads the answer
	sweep  bool
	start  knowledge
	low    int64 // lowest time of the system clock since it began
}

// errStorage is what a failed step or a lost reply looks like; crashed ends a task whose process died.
var errStorage = errors.New("storage does not answer")

type crashed struct{}

// step is mem's Fault. Checks between tasks run without interruption.
func (m *model) step(op string) error {
	t := m.current
	if t == nil {
		return nil
	}
	if op[:5] == "after" {
		if t.after {
			t.after, t.hurt = false, true
			return errStorage
		}
		return nil
	}
	if !t.yield(op) {
		panic(crashed{})
	}
	if t.before {
		t.before, t.hurt = false, true
		return errStorage
	}
	return nil
}

// begin adds a task. It does nothing before its first advance.
func (m *model) begin(name string, f func(t *task)) *task {
	t := &task{name: name, sweep: name == "sweep"}
	t.next, t.stop = iter.Pull(func(yield func(string) bool) {
		defer func() {
			if p := recover(); p != nil && p != (crashed{}) {
				panic(p)
			}
		}()
		t.yield = yield
		t.start, t.low = m.know(), m.now
		f(t)
	})
	m.tasks = append(m.tasks, t)
	return t
}

// advance lets t do one step, and reports whether there is another one.
func (m *model) advance(t *task) bool {
	m.current = t
	at, more := t.next()
	m.current = nil
	m.tell("%s: at %q, failing %v, reply lost %v %v", t.name, at, t.before, t.after, t.lost)
	if !more {
		m.end(t)
	}
	return more
}

func (m *model) end(t *task) {
	t.stop()
	m.tasks = slices.DeleteFunc(m.tasks, func(o *task) bool { return o == t })
}

func (m *model) run(t *task) {
	for m.advance(t) {
	}
}

// restart is a process that dies and one that begins.
func (m *model) restart() {
	m.tell("restart")
	for len(m.tasks) > 0 {
		m.end(m.tasks[0])
	}
	s, err := New(Config{
		Records: &m.records, Manifests: &m.records, Parts: &m.parts, RecordKey: RecordKey{1}, Rand: &m.rand,
		Now: func() time.Time { return time.UnixMilli(m.now) },
	})
	if err != nil {
		panic(err)
	}
	s.faults, s.clock.forget = m.faults, m.faults.forgetClock
	s.pause = func(context.Context, int) error { return nil }
	s.sizes = small
	m.shares = s
}

// tick moves the clock. No request lasts longer than an hour; a sweep may.
func (m *model) tick(d int64) {
	if d >= hour {
		for _, t := range slices.Clone(m.tasks) {
			if !t.sweep {
				m.end(t)
			}
		}
	}
	m.tell("clock %+d min", d/60_000)
	m.now += d
	m.high = max(m.high, m.now)
	for _, t := range m.tasks {
		t.low = min(t.low, m.now)
	}
}

func (m *model) tell(format string, args ...any) {
	m.story = append(m.story, fmt.Sprintf(format, args...))
}

// violated notes the first thing that must not be.
func (m *model) violated(format string, args ...any) {
	if m.bad == "" {
		m.bad = fmt.Sprintf(format, args...)
		m.tell("VIOLATED: %s", m.bad)
	}
}

func (m *model) below(n int, label string) int { return rapid.IntRange(0, n-1).Draw(m.T, label) }

// play is one run; it returns the first violation, or "".
func play(rt *rapid.T, about mode, f faults) (bad string, story []string) {
	m := &model{T: rt, now: epoch, faults: f, mode: about}
	m.high = m.now
	m.records.Fault, m.parts.Fault = m.step, m.step
	m.truth.init(&m.rand)
	m.restart()
	m.prelude()
	for range 20 + m.below(60, "length") {
		if m.turn(); m.bad != "" {
			break
		}
	}
	m.quiet()
	for len(m.tasks) > 0 {
		m.end(m.tasks[0])
	}
	return m.bad, m.story
}

// prelude brings most runs to where more can happen.
func (m *model) prelude() {
	if m.mode == mailbox {
		m.run(m.begin("make", m.makeBox))
		for range m.below(6, "prelude") {
			m.run(m.begin(m.drawBox()))
		}
		return
	}
	for range m.below(6, "prelude") {
		switch {
		case !m.exists:
			m.run(m.begin("create", m.create))
		case !m.grants[0].acked:
			m.run(m.begin("put", m.put(0)))
		case m.acked == nil:
			m.run(m.begin("commit", m.commit(0)))
			for m.mode == aKnock && m.below(4, "open") > 0 {
				m.run(m.begin("open", m.open(0)))
			}
		default:
			m.run(m.begin("publish", m.publish(0, 1, m.below(3, "limit"))))
			m.run(m.begin("put", m.put(1)))
		}
	}
}

// turn draws what happens next.
func (m *model) turn() {
	switch n := m.below(100, "turn"); {
	case n < 30 && len(m.tasks) < 4, n < 90 && len(m.tasks) == 0:
		name, f := m.draw()
		m.begin(name, f)
	case n < 90:
		m.turnTask(m.tasks[m.below(len(m.tasks), "task")])
	case n < 97:
		steps := []int64{1000, 20 * 60_000, 7 * hour, 25 * hour, 25 * hour, 8 * day, -hour, -9 * day}
		d := steps[m.below(len(steps), "clock")]
		if m.tick(d); d > day {
			m.begin("sweep", m.sweep) // many a sweep begins as early as it can, and meets somebody
			m.begin(m.draw())
			if m.mode != mailbox && m.below(3, "late publish") == 0 {
				m.begin("publish", m.publish(0, 3, 0)) // of an upload that waited for long
			}
		}
	default:
		m.restart()
		if m.below(2, "wrong clock") == 0 {
			m.tick(-9 * day)
		}
	}
}

// turnTask lets a task do some steps, the first of which may fail.
func (m *model) turnTask(t *task) {
	switch m.below(20, "fault") {
	case 0:
		t.before = true
	case 1:
		t.after = true
	case 2:
		t.lost = true
	}
	steps := []int{1, 1, 2, 3, 5, 100}
	for range steps[m.below(len(steps), "steps")] {
		if !m.advance(t) {
			return
		}
	}
}

// quiet ends all tasks, looks at what has to be readable, lets all time pass, and looks whether anything is left.
func (m *model) quiet() {
	for len(m.tasks) > 0 && m.bad == "" {
		m.run(m.tasks[0])
	}
	m.restart()
	if m.mode == mailbox {
		m.run(m.begin("open", m.openBox))
		m.run(m.begin("look", m.lookBox))
	} else {
		m.run(m.begin("open", m.open(0)))
		m.run(m.begin("read", m.read(0)))
	}
	if m.mode == aKnock {
		m.run(m.begin("log", m.readLog))
		m.run(m.begin("list", m.admit(0, statement.AdmitList)))
	}
	if m.now < m.high {
		m.now = m.high
	}
	last := m.lastExpiry()
	if m.mode == mailbox {
		last = m.boxExpiry()
	}
	m.tick(last + hour - min(m.now, last))
	for range 4 {
		if _, err := m.shares.Sweep(ctx); err != nil {
			m.violated("last sweep: %v", err)
		}
		m.tick(25 * hour)
	}
	if !m.parts.Empty() {
		m.violated("parts are orphaned")
	}
	if st, err := m.records.Stats(ctx); err != nil || st.Records > 1 || st.Manifests > 0 {
		m.violated("rows are left for ever: %+v, %v", st, err)
	}
}

// firstViolation plays numbered runs, the same ones every time.
func firstViolation(about mode, f faults, seeds int) (seed int, bad string) {
	runs := rapid.Custom(func(rt *rapid.T) string { bad, _ := play(rt, about, f); return bad })
	for seed := range seeds {
		if bad := runs.Example(seed); bad != "" {
			return seed, bad
		}
	}
	return seeds, ""
}

func TestModel(t *testing.T) {
	// The runs that find what TestModelNotices breaks, with nothing broken.
	for about, seeds := range []int{aShare: 3000, aKnock: 2500, mailbox: 1000} {
		about := mode(about)
		if testing.Short() {
			seeds /= 10 // the race detector has nothing to find: tasks take turns
		}
		if seed, bad := firstViolation(about, faults{}, seeds); bad != "" {
			t.Fatalf("mode %d, run %d: %s", about, seed, bad)
		}
		rapid.Check(t, func(rt *rapid.T) {
			if bad, story := play(rt, about, faults{}); bad != "" {
				rt.Fatal(bad + "\n" + strings.Join(story, "\n"))
			}
		})
	}
}

// TestModelNotices takes sentences out of FORMAT.md, one at a time, and expects the model to find what breaks.
func TestModelNotices(t *testing.T) {
	tests := []struct {
		name   string
		faults faults
		about  mode
	}{
		{"manifest and pepper change together", faults{splitPublish: true}, aShare},
		{"publish is one transaction", faults{blindPublish: true}, aShare},
		{"expired is gone before the sweep", faults{lateExpiry: true}, aShare},
		{"the highest time is kept", faults{forgetClock: true}, aShare},
		{"manifest is written before the swap", faults{lateManifest: true}, aShare},
		{"manifest is removed after the swap", faults{earlyDrop: true}, aShare},
		{"a reader that misses the manifest loads again", faults{noReload: true}, aShare},
		{"take carries the revision", faults{anyTake: true}, aShare},
		{"guess carries the revision", faults{anyGuess: true}, aShare},
		{"open is one snapshot", faults{tornOpen: true}, aShare},
		{"parts are deleted once more", faults{purgeOnce: true}, aShare},
		{"an abandoned upload is closed first", faults{partsFirst: true}, aShare},
		{"a dropped bundle is deleted after the publish", faults{dropFirst: true}, aShare},
		{"an event stands in the transaction that counts", faults{lateNote: true}, aKnock},
		{"a row is written before the swap", faults{lateRow: true}, aKnock},
		{"a row is dropped after the swap", faults{earlyRow: true}, aKnock},
		{"another log key ends the log", faults{keepLog: true}, aKnock},
		{"not asking first drops the knocks", faults{keepKnocks: true}, aKnock},
		{"knocks are judged in one transaction", faults{blindKnock: true}, aKnock},
		{"a commitment has one answer", faults{answerTwice: true}, aKnock},
		{"posts are judged in one transaction", faults{blindPost: true}, mailbox},
		{"a post is stored once", faults{postTwice: true}, mailbox},
	}
	if testing.Short() {
		return // takes a minute under the race detector, for the same reason
	}
	const seeds = 20_000
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			seed, bad := firstViolation(tt.about, tt.faults, seeds)
			if bad == "" {
				t.Errorf("%d runs without this rule found nothing", seeds)
			}
			t.Logf("run %d: %s", seed, bad)
		})
	}
}
