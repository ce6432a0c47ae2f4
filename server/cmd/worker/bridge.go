//go:build js

package main

import (
	"bytes"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"syscall/js"
)

// bridge adapts the router to the host. Replies are handed over whole, or as a stream of the host's own: syumai/workers
// would pipe them, and ends the program when the second pipe is closed.
type bridge struct {
	next http.Handler
	log  *slog.Logger
}

// rawWriter is the response of syumai/workers.
type rawWriter interface {
	http.ResponseWriter
	WriteRawJSBody(js.Value)
}

func (b bridge) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	mend(r)
	reply := &reply{header: w.Header(), stream: js.Null()}
	b.serve(reply, r)
	w.WriteHeader(reply.statusOr200())
	w.(rawWriter).WriteRawJSBody(reply.content(r.Method))
}

// serve turns a panic into a 500. One that got further would end the program with every request in it.
func (b bridge) serve(w *reply, r *http.Request) {
	defer func() {
		p := recover()
		if p == nil {
			return
		}
		if p != http.ErrAbortHandler {
			b.log.Error("a request panicked outside the router")
		}
		clear(w.header)
		w.status, w.stream = http.StatusInternalServerError, js.Null()
		w.body.Reset()
	}()
	b.next.ServeHTTP(w, r)
}

// mend repairs what syumai/workers v0.32.0 makes of a request: headers cut at each comma, no address with a port, no
// host, length 0 where it is unknown.
func mend(r *http.Request) {
	for name, values := range r.Header {
		r.Header[name] = []string{strings.Join(values, ",")}
	}
	r.Host = r.URL.Host
	r.RequestURI = r.URL.RequestURI()
	// Cloudflare sets this header itself, whatever the client sent.
	r.RemoteAddr = r.Header.Get("Cf-Connecting-Ip")
	if raw, ok := r.Body.(interface{ GetRawJSBody() js.Value }); ok {
		r.Body = &requestBody{ReadCloser: r.Body, stream: raw.GetRawJSBody()}
		if r.Header.Get("Content-Length") == "" {
			r.ContentLength = -1
		}
	}
}

// requestBody is a body that R2 can take as it is, as long as nobody has read from it.
type requestBody struct {
	io.ReadCloser
	stream js.Value
	begun  bool
}

func (b *requestBody) Read(p []byte) (int, error) {
	b.begun = true
	return b.ReadCloser.Read(p)
}

// RawJSBody implements r2.RawBody.
func (b *requestBody) RawJSBody() js.Value {
	if b.begun {
		return js.Null()
	}
	return b.stream
}

// reply collects an answer. It implements r2.RawWriter.
type reply struct {
	header http.Header
	status int
	body   bytes.Buffer
	stream js.Value // instead of body, unless null
}

func (w *reply) Header() http.Header            { return w.header }
func (w *reply) WriteRawJSBody(stream js.Value) { w.stream = stream }

func (w *reply) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
}

func (w *reply) Write(p []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	return w.body.Write(p)
}

func (w *reply) statusOr200() int {
	if w.status == 0 {
		return http.StatusOK
	}
	return w.status
}

// content returns what goes into the host's response; HEAD has nothing.
func (w *reply) content(method string) js.Value {
	if method == http.MethodHead {
		return js.Null()
	}
	if !w.stream.IsNull() {
		return w.stream
	}
	b := js.Global().Get("Uint8Array").New(w.body.Len())
	js.CopyBytesToJS(b, w.body.Bytes())
	return b
}
