package vectors

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"safelight/crypto/link"
)

func links(*testing.T) any {
	o := owner()
	view, comment, manage := o.View().Code().Text(), o.Comment().Code().Text(), o.Code().Text()
	secret, _ := o.View().Code().Secret()
	request := link.NewRequest(o.ID(), secret).Text()
	f := File[Link]{About: "FORMAT.md, Link codes. The fragment is given without #; what may follow the 50 characters is dropped unread."}
	add := func(name, fragment, page, code string) {
		c := Link{Name: name, Fragment: fragment, Page: page, Error: code}
		if code == "" {
			c.Kind, c.ID, c.Secret = parts(fragment)
		}
		f.Cases = append(f.Cases, c)
	}
	add("view", view, "s", "")
	add("comment", comment, "s", "")
	add("manage", manage, "m", "")
	add("request", request, "r", "")
	for _, tail := range []string{"&utm_source=mail", "?x", ".", ")", ">", "%20", "\"", "'", "…", " more", "\nmore", "#", "-", "_", "é", "\u0660"} {
		add("view, then "+tail, view+tail, "s", "")
	}
	zeros := link.NewView([16]byte{}, [16]byte{}).Text()
	ones := link.NewManage([32]byte(bytes.Repeat([]byte{0xff}, 32))).Text()
	add("id and secret of zeros", zeros, "s", "")
	add("owner secret of ones", ones, "m", "")

	add("nothing", "", "s", "cut")
	add("cut by one", view[:49], "s", "cut")
	add("cut to one", view[:1], "s", "cut")
	add("cut, then a full stop", view[:49]+".", "s", "cut")
	add("# in front", "#"+view, "s", "cut")
	add("space in front", " "+view, "s", "cut")
	add("0 is not base58", view[:20]+"0"+view[21:], "s", "cut")
	add("O is not base58", view[:20]+"O"+view[21:], "s", "cut")
	add("I is not base58", view[:20]+"I"+view[21:], "s", "cut")
	add("l is not base58", view[:20]+"l"+view[21:], "s", "cut")
	add("broken by a line feed", view[:20]+"\n"+view[20:], "s", "cut")
	add("letter behind it", view+"a", "s", "long")
	add("digit behind it", view+"7", "s", "long")
	add("letter behind it that is not base58", view+"l", "s", "long")
	add("twice", view+view, "s", "long")
	add("mistyped and long", view[:49]+"6a", "s", "long")
	add("last character", view[:49]+"6", "s", "check")
	add("first character", "2"+view[1:], "s", "check")
	add("two neighbours swapped", view[:3]+view[4:5]+view[3:4]+view[5:], "s", "check")
	add("all ones", strings.Repeat("1", 50), "s", "check")
	add("all z", strings.Repeat("z", 50), "s", "check")
	for _, kind := range []byte{0, 5, 29} {
		add("kind "+string(rune('0'+kind/10))+string(rune('0'+kind%10)), rawCode(kind, o.ID(), secret), "s", "kind")
	}
	add("manage code on the view page", manage, "s", "page")
	add("manage code on the request page", manage, "r", "page")
	add("view code on the manage page", view, "m", "page")
	add("view code on the request page", view, "r", "page")
	add("comment code on the manage page", comment, "m", "page")
	add("request code on the view page", request, "s", "page")
	return f
}

// parts takes a good code apart.
func parts(fragment string) (kind int, id, secret Hex) {
	c, err := link.Parse(fragment)
	if err != nil {
		panic(err)
	}
	if o, ok := c.Owner(); ok {
		return int(c.Kind()), nil, o[:]
	}
	i, _ := c.ID()
	s, _ := c.Secret()
	return int(c.Kind()), i[:], s[:]
}

func TestLinks(t *testing.T) {
	errs := map[string]error{"cut": link.ErrCut, "long": link.ErrLong, "check": link.ErrCheck, "kind": link.ErrKind, "page": link.ErrPage}
	for _, tt := range load[Link](t, "links") {
		t.Run(tt.Name, func(t *testing.T) {
			c, err := link.Parse(tt.Fragment)
			if err == nil {
				err = c.On(link.Page(tt.Page))
			}
			if want := errs[tt.Error]; !errors.Is(err, want) || (want == nil) != (tt.Error == "") {
				t.Fatalf("Parse = %v, want %q", err, tt.Error)
			}
			if err != nil {
				return
			}
			kind, id, secret := parts(tt.Fragment)
			if kind != tt.Kind || !bytes.Equal(id, tt.ID) || !bytes.Equal(secret, tt.Secret) {
				t.Errorf("kind %d, id %x, secret %x; want %d, %x, %x", kind, id, secret, tt.Kind, tt.ID, tt.Secret)
			}
		})
	}
}
