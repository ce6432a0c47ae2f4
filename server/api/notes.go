package api

import (
	"html"
	"net/http"
	"strconv"
	"strings"
)

// A note is a page of plain words, for what happens before a page of ours can run.
type note struct{ title, says, does string }

// A noteKey names a note in every catalogue.
type noteKey int

const (
	noteRewritten noteKey = iota // the path holds %23, a # that somebody rewrote
	noteMissing                  // no such page
	noteUnbuilt                  // no pages at all
)

// notes are the catalogues. The first language is the one for everybody else.
var notes = []struct {
	lang  string
	words map[noteKey]note
}{
	{"en", map[noteKey]note{
		noteRewritten: {
			"This link was rewritten on its way",
			"A mail filter or an app turned the # in the link into %23. What stands behind # is the key, and it should never reach us. " +
				"This time it did, in the address that your browser just asked for. We have not written it down, and we do not use it.",
			"Do not repair the link. Tell the sender: delete this share, and send a new link another way. " +
				"Until it is deleted, whoever rewrote the link can open the photos too.",
		},
		noteMissing: {
			"There is no page here",
			"The address leads nowhere on this server. Links to photos begin with /s# and have 50 letters and digits behind the #.",
			"Copy the whole link once more, or ask the sender for it.",
		},
		noteUnbuilt: {
			"The pages have not been built",
			"This server runs, but it was compiled without its pages.",
			"Run go tool task build, then start it again.",
		},
	}},
	{"de", map[noteKey]note{
		noteRewritten: {
			"Dieser Link wurde unterwegs umgeschrieben",
			"Ein Mailfilter oder eine App hat das # im Link durch %23 ersetzt. Hinter dem # steht der Schlüssel, und er soll uns nie erreichen. " +
				"Diesmal stand er in der Adresse, die Ihr Browser eben abgerufen hat. Wir haben ihn nicht aufgeschrieben und benutzen ihn nicht.",
			"Bitte reparieren Sie den Link nicht. Sagen Sie der Person, die ihn geschickt hat: die Freigabe löschen und auf anderem Weg einen " +
				"neuen Link schicken. Bis dahin kann auch die Fotos öffnen, wer den Link umgeschrieben hat.",
		},
		noteMissing: {
			"Hier ist keine Seite",
			"Die Adresse führt auf diesem Server nirgendwohin. Links zu Fotos beginnen mit /s#, dahinter stehen 50 Buchstaben und Ziffern.",
			"Kopieren Sie den ganzen Link noch einmal, oder fragen Sie danach.",
		},
		noteUnbuilt: {
			"Die Seiten sind nicht gebaut",
			"Der Server läuft, wurde aber ohne seine Seiten übersetzt.",
			"Rufen Sie go tool task build auf und starten Sie ihn neu.",
		},
	}},
}

// writeNote answers with a page of plain words: no script, no style, nothing loaded, and no part of the address.
func writeNote(w http.ResponseWriter, r *http.Request, status int, key noteKey) {
	lang, n := pick(r.Header.Get("Accept-Language"), key)
	body := "<!doctype html>\n<html lang=\"" + lang + "\">\n<head>\n<meta charset=\"utf-8\">\n" +
		"<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n" +
		"<title>" + html.EscapeString(n.title) + "</title>\n</head>\n<body>\n<main>\n<h1>" + html.EscapeString(n.title) + "</h1>\n<p>" +
		html.EscapeString(n.says) + "</p>\n<p>" + html.EscapeString(n.does) + "</p>\n</main>\n</body>\n</html>\n"
	h := w.Header()
	setPage(h, mediaTypes[".html"], apiPolicy, noStore)
	h.Set("Content-Language", lang)
	h.Set("Vary", "Accept-Language")
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		w.Write([]byte(body))
	}
}

// pick returns the note in the first language of the header that there is a catalogue for.
func pick(accept string, key noteKey) (lang string, n note) {
	for item := range strings.SplitSeq(accept, ",") {
		tag, _, _ := strings.Cut(strings.TrimSpace(item), ";")
		primary, _, _ := strings.Cut(tag, "-")
		for _, c := range notes {
			if strings.EqualFold(primary, c.lang) {
				return c.lang, c.words[key]
			}
		}
	}
	return notes[0].lang, notes[0].words[key]
}

// rewritten reports whether the address carries a # as %23, or as the %2523 of two filters in a row: a secret, sent.
func rewritten(r *http.Request) bool {
	address := strings.ToLower(r.URL.EscapedPath() + "?" + r.URL.RawQuery)
	return strings.Contains(address, "%23") || strings.Contains(address, "%2523")
}
