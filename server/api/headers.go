package api

import (
	"net/http"
	"strings"
)

// The headers of the pages were measured as a set (design, "Pages and engine"): with them, hostile script in a page
// finds no way out in Chromium and six of 32 in Firefox. Change none of them alone.
const (
	pagePolicy = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' blob:; " +
		"connect-src 'self'; worker-src 'self'; manifest-src 'self'; form-action 'none'; frame-ancestors 'none'; " +
		"base-uri 'none'; object-src 'none'; require-trusted-types-for 'script'; trusted-types worker"

	// apiPolicy is for documents that nobody is meant to look at.
	apiPolicy = "default-src 'none'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'; sandbox"

	immutable = "public, max-age=31536000, immutable"
	noStore   = "no-store"
	noCache   = "no-cache" // kept, but asked about before every use
)

// viewPolicy is for the page that opens photos: it needs no WebAssembly.
var viewPolicy = strings.Replace(pagePolicy, " 'wasm-unsafe-eval'", "", 1)

// allowed are the features that a page uses; it may use none of the others. Wake lock is there beside
// camera and clipboard because the send page keeps the screen on while it uploads, passkeys because one of them can be the
// key of a named recipient; the share sheet is allowed to a page itself by default, and its name is unknown to the browsers
// that have none.
var allowed = []string{
	"camera", "clipboard-write", "screen-wake-lock", "fullscreen", "publickey-credentials-create", "publickey-credentials-get",
}

// refused are all others that Chromium 156 knows; it complains on the console about names that it does not.
var refused = []string{
	"accelerometer", "autoplay", "browsing-topics",
	"clipboard-read", "compute-pressure", "cross-origin-isolated", "display-capture", "encrypted-media", "gamepad", "geolocation",
	"gyroscope", "hid", "identity-credentials-get", "idle-detection", "interest-cohort",
	"keyboard-map", "local-fonts", "magnetometer", "microphone", "midi", "otp-credentials", "payment", "picture-in-picture",
	"private-state-token-issuance", "private-state-token-redemption", "serial", "speaker-selection", "storage-access",
	"sync-xhr", "unload", "usb", "window-management", "xr-spatial-tracking",
}

var permissions = func() string {
	var b []string
	for _, f := range allowed {
		b = append(b, f+"=(self)")
	}
	for _, f := range refused {
		b = append(b, f+"=()")
	}
	return strings.Join(b, ", ")
}()

// common are the headers of every answer, pages and API.
var common = [][2]string{
	{"Connection-Allowlist", "(response-origin)"},
	{"Integrity-Policy", "blocked-destinations=(script)"},
	{"Referrer-Policy", "no-referrer"},
	{"Cross-Origin-Opener-Policy", "same-origin"},
	{"Cross-Origin-Embedder-Policy", "require-corp"},
	{"Cross-Origin-Resource-Policy", "same-origin"},
	{"X-Content-Type-Options", "nosniff"},
	{"Origin-Agent-Cluster", "?1"},
	{"X-Robots-Tag", "noindex, noarchive"},
}

// setPage puts the headers of a document that a browser shows on h.
func setPage(h http.Header, mediaType, policy, caching string) {
	h.Set("Content-Type", mediaType)
	h.Set("Content-Security-Policy", policy)
	h.Set("Permissions-Policy", permissions)
	h.Set("Cache-Control", caching)
}

// setCommon puts the headers of every answer on h, with policy and caching of an API answer; pages replace those two.
func setCommon(h http.Header, hsts bool) {
	for _, kv := range common {
		h.Set(kv[0], kv[1])
	}
	h.Set("Content-Security-Policy", apiPolicy)
	h.Set("Cache-Control", noStore)
	if hsts {
		h.Set("Strict-Transport-Security", "max-age=63072000")
	}
}
