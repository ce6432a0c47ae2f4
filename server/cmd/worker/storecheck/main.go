//go:build js

// Command storecheck runs the cases of storetest against D1 and R2, inside a Worker: worker_test.go starts it in the
// place of the server. GET /api/parts/3 runs the third case for parts, on an empty bucket, and answers "ok NAME" or what failed.
package main

import (
	"context"
	"fmt"
	"net/http"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall/js"

	"github.com/syumai/workers"
	"github.com/syumai/workers/cloudflare"

	"safelight/server/store"
	"safelight/server/store/d1"
	"safelight/server/store/r2"
	"safelight/server/store/storetest"
)

func main() { workers.Serve(http.HandlerFunc(serve)) }

// rawWriter is syumai's response, which takes whole bodies without a pipe.
type rawWriter interface{ WriteRawJSBody(js.Value) }

func serve(w http.ResponseWriter, r *http.Request) {
	status, text := check(r.URL.Path)
	w.WriteHeader(status)
	w.(rawWriter).WriteRawJSBody(js.ValueOf(text))
}

func check(path string) (status int, text string) {
	kind, number, _ := strings.Cut(strings.TrimPrefix(path, "/api/"), "/")
	i, err := strconv.Atoi(number)
	if err != nil {
		return http.StatusBadRequest, "want /api/records/N or /api/parts/N"
	}
	if err := empty(); err != nil {
		return http.StatusInternalServerError, err.Error()
	}
	if kind == "records" {
		s, err := d1.Open("DB")
		if err != nil {
			return http.StatusInternalServerError, err.Error()
		}
		return run(storetest.Records(), i, storetest.Database(s))
	}
	return run(storetest.Parts(), i, store.Parts(r2.New(r2.Config{
		Bucket: cloudflare.GetBinding("PARTS"),
		Concat: js.Global().Get("context").Get("concat"),
	})))
}

// empty removes everything from database and bucket.
func empty() error {
	for _, table := range []string{"record", "manifest"} {
		statement := cloudflare.GetBinding("DB").Call("prepare", "DELETE FROM "+table)
		if _, err := r2.Await(statement.Call("run")); err != nil {
			return err
		}
	}
	for {
		list, err := r2.Await(cloudflare.GetBinding("PARTS").Call("list"))
		if err != nil {
			return err
		}
		objects := list.Get("objects")
		if objects.Length() == 0 {
			return nil
		}
		var keys []any
		for i := range objects.Length() {
			keys = append(keys, objects.Index(i).Get("key"))
		}
		if _, err := r2.Await(cloudflare.GetBinding("PARTS").Call("delete", keys)); err != nil {
			return err
		}
	}
}

func run[S any](cases []storetest.Case[S], i int, s S) (status int, text string) {
	if i < 0 || i >= len(cases) {
		return http.StatusNotFound, "no more cases"
	}
	t := &report{}
	done := make(chan struct{})
	go func() {
		defer close(done)
		cases[i].Run(t, s)
	}()
	<-done
	if len(t.failures) > 0 {
		return http.StatusConflict, cases[i].Name + ": " + strings.Join(t.failures, "\n")
	}
	return http.StatusOK, "ok " + cases[i].Name
}

// report is a storetest.T.
type report struct {
	mu       sync.Mutex
	failures []string
}

func (*report) Helper()                  {}
func (*report) Context() context.Context { return context.Background() }

func (r *report) Errorf(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.failures = append(r.failures, fmt.Sprintf(format, args...))
}

func (r *report) Fatalf(format string, args ...any) {
	r.Errorf(format, args...)
	runtime.Goexit()
}
