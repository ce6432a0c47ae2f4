//go:build js

package bridge

import (
	"encoding/base64"
	"errors"
	"runtime"
	"slices"
	"syscall/js"

	"safelight/client/share"
	"safelight/client/strip"
	"safelight/client/variant"
	"safelight/crypto/keys"
	"safelight/crypto/locks"
	"safelight/crypto/statement"
)

// pack is the share that this engine makes, if it is the one that packs. Only remove may be called while another
// function of it runs.
type pack struct {
	owner  keys.Owner
	packer *share.Packer
	photos int       // described so far
	plain  [2]uint64 // bytes of entries so far, by bundle
}

// entryOverhead is about what an entry adds to its data: its header and name.
const entryOverhead = 46

// sealed is about where in the sealed bundle the entries so far end, for the page's progress. The packer itself knows
// only what has left it, up to 64 KiB less.
func (p *pack) sealed(b share.Bundle) any {
	n := p.plain[b]
	return float64(statement.HeaderSize + n + n>>16*16)
}

func (p *pack) count(b share.Bundle, data []byte) { p.plain[b] += uint64(len(data)) + entryOverhead }

// rules is what begin is told, as JSON.
type rules struct {
	Title    string    `json:"title"`
	Created  uint64    `json:"created"` // server time, ms
	Lifetime uint64    `json:"lifetime"`
	Views    uint64    `json:"views"` // 0: no limit
	PartSize int       `json:"partSize"`
	Uploads  [2]string `json:"uploads"`

	Recipients []string `json:"recipients"`
	AskFirst   bool     `json:"askFirst"`
	Log        bool     `json:"log"`
}

// photo is what addPhoto is told, as JSON; the bytes of the variants follow in their order.
type photo struct {
	Media       variant.Media `json:"media"`
	Width       int           `json:"width"`
	Height      int           `json:"height"`
	Orientation int           `json:"orientation"`
	Alt         string        `json:"alt"`
	Decorative  bool          `json:"decorative"`
	Caption     string        `json:"caption"`
	Credit      string        `json:"credit"`
	Pose        strip.Pose    `json:"pose"` // of a panorama
	Variants    []coded       `json:"variants"`
}

type coded struct {
	Role   variant.Role  `json:"role"`
	Media  variant.Media `json:"media"`
	Width  int           `json:"width"`
	Height int           `json:"height"`
}

// newShare makes the secrets and returns what the share is called: id and the two codes.
func (p *pack) newShare([]js.Value) (any, error) {
	p.owner = keys.NewOwner()
	return text(struct {
		ID         string `json:"id"`
		ViewCode   string `json:"viewCode"`
		ManageCode string `json:"manageCode"`
	}{p.owner.ID().String(), p.owner.View().Code().Text(), p.owner.Code().Text()}), nil
}

// create(expires ms) returns the body that announces the share.
func (p *pack) create(args []js.Value) (any, error) {
	return body(share.CreateRequest(p.owner, uint64(args[0].Float())))
}

// begin(rules, PW, k, emit, host): PW and k are empty without a passphrase. emit(bundle, number, bytes, digest) returns a
// promise; as long as it is pending, no more is sealed. host may have what the browser itself does: see hostOf.
func (p *pack) begin(args []js.Value) (any, error) {
	var r rules
	if err := parse(args[0], &r); err != nil {
		return nil, faultReply
	}
	release, err := releaseOf(r)
	if err != nil {
		return nil, err
	}
	lock, err := lockOf(args[1], args[2])
	if err != nil {
		return nil, err
	}
	c := share.Config{
		Owner: p.owner, Created: r.Created, Expires: r.Created + r.Lifetime, ViewLimit: r.Views, Lock: lock,
		PartSize: r.PartSize, Title: r.Title, Emit: emitter(args[3]), Host: hostOf(args[4]), Release: release, Log: r.Log,
	}
	for i, id := range r.Uploads {
		if c.Uploads[i], err = statement.ParseUploadID(id); err != nil {
			return nil, faultReply
		}
	}
	p.packer, err = share.NewPacker(c)
	return nil, err
}

// releaseOf reads who may open it. The page has checked the recipients as they were typed; one that is none after all ends
// the share, for a rule that is asked for and not kept would be worse than none.
func releaseOf(r rules) (share.Release, error) {
	release := share.Release{AskFirst: r.AskFirst}
	for _, text := range r.Recipients {
		to, err := locks.ParseRecipient(text)
		if err != nil {
			return release, faultInternal
		}
		release.Recipients = append(release.Recipients, to)
	}
	return release, nil
}

func lockOf(pw, k js.Value) (*share.Lock, error) {
	if pw.Length() == 0 && k.Length() == 0 {
		return nil, nil
	}
	if pw.Length() != 32 || k.Length() != 32 {
		return nil, faultInternal
	}
	var l share.Lock
	js.CopyBytesToGo(l.PW[:], pw)
	js.CopyBytesToGo(l.Key[:], k)
	return &l, nil
}

func emitter(emit js.Value) func(share.Part) error {
	return func(p share.Part) error {
		_, err := await(emit.Invoke(int(p.Bundle), int(p.N), array(p.Data), base64.StdEncoding.EncodeToString(p.Sum[:])))
		return err
	}
}

// addPhoto(photo, bytes of its variants) puts a photo into the quick bundle and returns about where it ends there.
func (p *pack) addPhoto(args []js.Value) (any, error) {
	defer runtime.GC()
	if p.packer == nil {
		return nil, faultInternal
	}
	var ph photo
	if err := parse(args[0], &ph); err != nil || len(ph.Variants) != args[1].Length() {
		return nil, faultInternal
	}
	about := share.Photo{
		Media: ph.Media, Width: ph.Width, Height: ph.Height, Orientation: ph.Orientation,
		Alt: ph.Alt, Decorative: ph.Decorative, Caption: ph.Caption, Credit: ph.Credit,
	}
	if ph.Pose != (strip.Pose{}) {
		about.Pose = &ph.Pose
	}
	made, preview, err := variants(ph.Variants, args[1])
	if err != nil {
		return nil, err
	}
	about.Preview = preview
	return p.add(about, made)
}

// variants takes the bytes of coded pictures and puts the smallest first: they were scaled one from the other. What the
// browser has coded is stripped as well; an original is already.
func variants(list []coded, data js.Value) (made []share.Variant, preview []byte, err error) {
	for i, c := range list {
		if c.Role == variant.TileSet {
			set, err := tiled(c, data.Index(i))
			if err != nil {
				return nil, nil, err
			}
			made = append(made, set)
			continue
		}
		strip := stripVariant
		if c.Role == variant.Original {
			strip = func(v js.Value, _ variant.Media) ([]byte, error) { return bytesOf(v) }
		}
		data, err := strip(data.Index(i), c.Media)
		if err != nil {
			return nil, nil, err
		}
		if c.Role != variant.Preview {
			made = append(made, share.Variant{Role: c.Role, Media: c.Media, Width: c.Width, Height: c.Height, Data: data})
		} else if len(data) <= variant.MaxPreview {
			preview = data
		}
	}
	slices.Reverse(made)
	return made, preview, nil
}

// tiled takes a list of the bytes of tiles, row by row, and strips each.
func tiled(c coded, data js.Value) (share.Variant, error) {
	tiles := make([][]byte, data.Length())
	for i := range tiles {
		var err error
		if tiles[i], err = stripVariant(data.Index(i), c.Media); err != nil {
			return share.Variant{}, err
		}
	}
	return share.Tiled(c.Media, c.Width, c.Height, tiles)
}

func (p *pack) add(about share.Photo, made []share.Variant) (any, error) {
	if err := p.packer.Describe(p.photos, about); err != nil {
		return nil, err
	}
	for _, v := range made {
		if err := p.packer.Add(p.photos, share.Quick, v); err != nil {
			return nil, err
		}
		p.count(share.Quick, v.Data)
	}
	p.photos++
	return p.sealed(share.Quick), nil
}

// commitQuick returns the body that opens the link, or undefined where the share is committed once, at its end.
func (p *pack) commitQuick([]js.Value) (any, error) {
	b, err := p.packer.CommitQuick()
	if errors.Is(err, share.ErrOnce) {
		return js.Undefined(), nil
	}
	return body(b, err)
}

// beginFull(part size) says that originals follow.
func (p *pack) beginFull(args []js.Value) (any, error) {
	return nil, p.packer.SetPartSize(args[0].Int())
}

// addRest(photo, variants, their bytes) puts what else there is of a photo, by its number, into the full bundle, the
// original among it, and returns about where it ends there. Photos come in order; one may come more than once, and the next
// one before it is added. A further view that is refused is left out: the share is whole without it.
func (p *pack) addRest(args []js.Value) (any, error) {
	defer runtime.GC()
	if p.packer == nil {
		return nil, faultInternal
	}
	var list []coded
	i := args[0].Int()
	if err := parse(args[1], &list); err != nil || len(list) != args[2].Length() || i > p.photos {
		return nil, faultInternal
	}
	made, _, err := variants(list, args[2])
	if _, ok := errors.AsType[refused](err); ok {
		return p.sealed(share.Full), nil
	}
	if err != nil {
		return nil, err
	}
	for _, v := range made {
		if err := p.packer.Add(i, share.Full, v); err != nil {
			return nil, err
		}
		p.count(share.Full, v.Data)
	}
	return p.sealed(share.Full), nil
}

// publish returns the body that makes the share complete.
func (p *pack) publish([]js.Value) (any, error) { return body(p.packer.Publish()) }

// signed returns the function (challenge) that makes the body of a request without arguments: remove deletes the share;
// state and upload go on where the reply to create was lost.
func (p *pack) signed(request func(statement.Signer, []byte) ([]byte, error)) function {
	return func(args []js.Value) (any, error) {
		challenge, err := bytesOf(args[0])
		if err != nil {
			return nil, err
		}
		return body(request(p.owner, challenge))
	}
}

func body(b []byte, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	return array(b), nil
}
