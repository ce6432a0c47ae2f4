package share

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"

	"safelight/client/variant"
	"safelight/crypto/keys"
	"safelight/crypto/manifest"
	"safelight/crypto/seal"
	"safelight/crypto/statement"
)

// Config says what is packed, under which rules.
type Config struct {
	Owner     keys.Owner
	Created   uint64 // server time that create answered, Unix ms
	Expires   uint64 // Unix ms of the server's clock
	ViewLimit uint64 // 0: none
	Lock      *Lock  // nil: no passphrase
	Release   Release
	Log       bool // the server seals to the owner what happens to the share

	Uploads  [2]statement.UploadID // of Quick and Full, from the answer to create
	PartSize int                   // bytes; 256 KiB–8 MiB in steps of 64 KiB

	Title string
	Words string

	// Host does by other means what costs most; the bytes are the same.
	Host Host

	// Emit takes a part. It may block: as long as it does, no more is packed, and so memory holds no more than the
	// parts on their way and one unfinished part of each bundle.
	Emit func(Part) error
}

// Host is what the platform does faster than Go does there, such as a browser's cryptography. What is nil, Go does.
type Host struct {
	Seal seal.Chunks
	Sum  func([]byte) ([32]byte, error) // SHA-256
}

// SHA256 hashes b, by the host if it can.
func (h Host) SHA256(b []byte) ([32]byte, error) {
	if h.Sum == nil {
		return sha256.Sum256(b), nil
	}
	return h.Sum(b)
}

// Variant is one encoding of a photo, whole in memory.
type Variant struct {
	Role          variant.Role // of a TileSet: see Tiled
	Media         variant.Media
	Width, Height int // as displayed
	Data          []byte

	head [32]byte // SHA-256 of the head of a tile set
}

// Tiled returns the tile set of a picture of width × height: its tiles, row by row, each coded as media.
func Tiled(media variant.Media, width, height int, tiles [][]byte) (Variant, error) {
	v := Variant{Role: variant.TileSet, Media: media, Width: width, Height: height}
	if width < 1 || height < 1 {
		return v, fmt.Errorf("%w: a tile set of %d × %d", ErrLimit, width, height)
	}
	var err error
	if v.Data, v.head, err = manifest.JoinTiles(uint64(width), uint64(height), tiles); err != nil {
		return v, fmt.Errorf("%w: %w", ErrLimit, err)
	}
	return v, nil
}

// Packer makes one share. It is not safe for concurrent use. After an error of Add, CommitQuick or Publish it is of no
// further use, except after ErrOrder, ErrLimit and ErrOnce, which change nothing.
type Packer struct {
	c        Config
	bundles  [2]*bundle
	photos   []manifest.Photo
	variants [][]*placed // by photo
	current  *statement.Statement
	rules    statement.Statement // of the first commit: what does not depend on the bundles
	gate     keys.Gate
	locks    []byte // sealed, or empty
	publish  []byte // the body of the last Publish, which is final
}

// placed is a variant and the stream it went to. Which number the stream has is decided when the manifest is made.
type placed struct {
	manifest.Variant
	which Bundle
}

// NewPacker returns a packer without photos.
func NewPacker(c Config) (*Packer, error) {
	if err := checkPartSize(c.PartSize); err != nil {
		return nil, err
	}
	switch {
	case c.Created >= c.Expires:
		return nil, errors.New("share: it would expire before it was created")
	case c.Emit == nil:
		return nil, errors.New("share: nowhere to send parts")
	case c.Uploads[0] == c.Uploads[1]:
		return nil, errors.New("share: both bundles would go to one upload")
	}
	p := &Packer{c: c}
	return p, p.rule()
}

// rule makes the rules with which the share begins, and what they need.
func (p *Packer) rule() (err error) {
	p.rules = statement.Statement{
		Version: statement.Version, ID: p.c.Owner.ID(), Owner: p.c.Owner.Public(), Revision: 1,
		Created: p.c.Created, Expires: p.c.Expires, ViewLimit: p.c.ViewLimit, LogKey: logKey(p.c.Owner, p.c.Log),
	}
	if p.c.Lock != nil {
		p.gate.PW, p.rules.Suite = &p.c.Lock.PW, statement.SuiteOPRF1
	}
	p.locks, err = p.c.Release.apply(p.c.Owner, &p.rules, &p.gate)
	return err
}

// SetPartSize sets the size of the parts of bundles that have nothing in them yet, by what was measured meanwhile.
func (p *Packer) SetPartSize(size int) error {
	if err := checkPartSize(size); err != nil {
		return err
	}
	p.c.PartSize = size
	return nil
}

func checkPartSize(size int) error {
	if size < statement.MinPartSize || size > statement.MaxPartSize || size%statement.PartSizeStep != 0 {
		return fmt.Errorf("share: part size %d", size)
	}
	return nil
}

// Describe sets or replaces what is said of photo i, counted from 0. Every photo has to be described before a commit.
func (p *Packer) Describe(i int, photo Photo) error {
	if err := p.grow(i); err != nil {
		return err
	}
	p.photos[i] = photo.manifest()
	return nil
}

// Add packs a variant of photo i into a bundle. Within a bundle, photos come in ascending order: readers rely on it.
func (p *Packer) Add(i int, to Bundle, v Variant) error {
	switch {
	case to != Quick && to != Full:
		return fmt.Errorf("share: no bundle %d", to)
	case v.Role == variant.TileSet && v.head == [32]byte{}:
		return errors.New("share: a tile set is made by Tiled")
	case roleName[manifest.Role(v.Role)] == "" || extension[manifest.Media(v.Media)] == "":
		return fmt.Errorf("share: role %d, media type %d", v.Role, v.Media)
	case len(v.Data) == 0 || len(v.Data) > manifest.MaxSize:
		return fmt.Errorf("%w: a variant of %d bytes", ErrLimit, len(v.Data))
	}
	if err := p.grow(i); err != nil {
		return err
	}
	if len(p.variants[i]) == manifest.MaxVariants {
		return fmt.Errorf("%w: %d variants of a photo", ErrLimit, manifest.MaxVariants+1)
	}
	b, err := p.bundle(to)
	if err != nil {
		return err
	}
	at, err := b.add(i, v)
	if err != nil {
		return err
	}
	p.variants[i] = append(p.variants[i], at)
	return nil
}

// bundle returns a stream, begun when its first variant comes.
func (p *Packer) bundle(which Bundle) (*bundle, error) {
	if p.bundles[which] == nil {
		b, err := newBundle(&p.c, which)
		if err != nil {
			return nil, err
		}
		p.bundles[which] = b
	}
	return p.bundles[which], nil
}

// grow makes room for photo i.
func (p *Packer) grow(i int) error {
	if i < 0 || i >= manifest.MaxPhotos {
		return fmt.Errorf("%w: photo %d", ErrLimit, i)
	}
	for len(p.photos) <= i {
		p.photos = append(p.photos, manifest.Photo{})
		p.variants = append(p.variants, nil)
	}
	return nil
}

// Sealed returns the bytes that Emit has been given or that wait for the part to be full.
func (p *Packer) Sealed() uint64 {
	var n uint64
	for _, b := range p.bundles {
		if b != nil {
			n += b.parts.total
		}
	}
	return n
}

// CommitQuick closes the quick bundle and returns the request that makes the share open with what is in it: revision
// 1, stage 1. Send it when every part is durable. A share with a view limit has no stage 1: ErrOnce.
func (p *Packer) CommitQuick() ([]byte, error) {
	switch quick := p.bundles[Quick]; {
	case p.c.ViewLimit != 0:
		return nil, ErrOnce
	case p.current != nil:
		return nil, ErrDone
	case quick == nil || quick.empty():
		return nil, ErrNothing
	default:
		return p.commit(statement.StageViews, []*bundle{quick})
	}
}

// Publish closes all bundles and returns the request that makes the share complete: a publish after CommitQuick, with
// a new manifest and a new pepper; otherwise a commit, once for all. Send it when every part is durable. It always
// returns the same bytes, so that a lost answer can be asked for again; only after Rebase it makes new ones.
func (p *Packer) Publish() ([]byte, error) {
	if p.publish != nil {
		return p.publish, nil
	}
	var bundles []*bundle
	for _, b := range p.bundles {
		if b != nil && !b.empty() {
			bundles = append(bundles, b)
		}
	}
	if len(bundles) == 0 {
		return nil, ErrNothing
	}
	body, err := p.commit(statement.StageComplete, bundles)
	if err != nil {
		return nil, err
	}
	p.publish = body
	return body, nil
}

// Rebase takes over what another device of the owner published between CommitQuick and Publish, after the server
// answered the latter with code revision: rules, passphrase. The next Publish is made on top of it.
func (p *Packer) Rebase(state State) error {
	e, err := OpenState(p.c.Owner, state)
	if err != nil {
		return err
	}
	p.current, p.gate, p.publish = &e.Statement, e.gate, nil
	return nil
}

// commit makes statement, manifest, pepper and owner box for these bundles, in this order unless the index asks for
// another, and closes them.
func (p *Packer) commit(stage uint64, bundles []*bundle) ([]byte, error) {
	m, bundles, err := p.manifest(bundles)
	if err != nil {
		return nil, err
	}
	s := p.statement(stage, bundles)
	sealed, err := sealManifest(p.c.Owner, m, &s, p.gate)
	if err != nil {
		return nil, err
	}
	action, args := statement.ActionPublish, sealed.args()
	if p.current == nil {
		action = statement.ActionCommit
		p.first(&args)
	}
	// What was new in this request: all bundles of a commit, and of a publish those that the one before did not have.
	var fresh *statement.UploadID
	for _, b := range bundles {
		if p.current == nil || !slices.Contains(p.current.Bundles, b.inStatement()) {
			fresh = &b.upload
		}
	}
	body, err := commitRequest(p.c.Owner, action, fresh, &s, args)
	if err != nil {
		return nil, err
	}
	if stage == statement.StageViews {
		p.current = &s
	}
	return body, nil
}

// first fills in what only a commit says.
func (p *Packer) first(args *statement.CommitArgs) {
	view := p.c.Owner.View()
	read, unlock, comment := view.ReadToken().Hash(), view.UnlockToken(p.gate).Hash(), p.c.Owner.Comment().Token().Hash()
	args.ReadHash, args.UnlockHash, args.CommentHash = read[:], unlock[:], comment[:]
	args.Locks, args.OPRFKey = p.locks, []byte{}
	if p.c.Lock != nil {
		args.OPRFKey = p.c.Lock.Key[:]
	}
}

func (p *Packer) statement(stage uint64, bundles []*bundle) statement.Statement {
	s := p.rules
	if p.current != nil {
		s = *p.current
		s.Revision++
	}
	s.Stage, s.Bundles = stage, nil
	for _, b := range bundles {
		s.Bundles = append(s.Bundles, b.inStatement())
	}
	return s
}

// maxInline is the longest manifest that the largest padding class holds.
const maxInline = 262144 - 4

// manifest describes all photos by what these bundles hold of them, closes the bundles, and returns them in the order
// in which they are numbered. Details that are too long inline become an index, which lies in the bundle numbered 0:
// when that one is closed, since the link has been open with it, the other takes its number.
func (p *Packer) manifest(bundles []*bundle) (*manifest.Manifest, []*bundle, error) {
	for _, b := range bundles {
		if err := b.addThumbs(); err != nil {
			return nil, nil, err
		}
	}
	m := p.describe(bundles)
	doc, err := m.Encode()
	if err != nil {
		return nil, nil, err
	}
	if len(doc) > maxInline {
		if len(bundles) == 2 && bundles[0].closed {
			bundles = []*bundle{bundles[1], bundles[0]}
			m = p.describe(bundles)
		}
		if err := moveToIndex(m, bundles[0]); err != nil {
			return nil, nil, err
		}
	}
	for i, b := range bundles {
		if err := b.close(); err != nil {
			return nil, nil, err
		}
		m.Bundles[i] = b.inManifest()
	}
	return m, bundles, nil
}

func (p *Packer) describe(bundles []*bundle) *manifest.Manifest {
	m := &manifest.Manifest{
		Version: manifest.Version,
		Title:   manifest.CleanLine(p.c.Title),
		Words:   manifest.CleanLines(p.c.Words),
		Bundles: make([]manifest.Bundle, len(bundles)),
		Photos:  slices.Clone(p.photos),
	}
	for i := range m.Photos {
		for _, v := range p.variants[i] {
			n := slices.IndexFunc(bundles, func(b *bundle) bool { return b.which == v.which })
			if n < 0 {
				continue
			}
			found := v.Variant
			found.Bundle = uint64(n)
			m.Photos[i].Variants = append(m.Photos[i].Variants, found)
		}
	}
	return m
}

func moveToIndex(m *manifest.Manifest, b *bundle) error {
	doc, err := manifest.EncodeIndex(m.Photos)
	if err != nil {
		return err
	}
	ref, err := b.addIndex(doc)
	if err != nil {
		return err
	}
	return m.SetIndex(ref)
}

// edition is what changes together: a manifest, its pepper, and the owner box.
type edition struct {
	manifest, box []byte
	pepper        [32]byte
}

// sealManifest seals m under a new pepper and puts its hash into s, whose bundles and rules have to be final.
func sealManifest(o keys.Owner, m *manifest.Manifest, s *statement.Statement, g keys.Gate) (edition, error) {
	e := edition{pepper: keys.Random32()}
	var err error
	if e.manifest, err = m.Seal(o.View().Root(e.pepper, g).ManifestPassphrase(), s.Bundles); err != nil {
		return edition{}, err
	}
	if e.box, err = seal.Seal(o.BoxPassphrase(e.pepper), g.Box()); err != nil {
		return edition{}, err
	}
	s.Manifest = sha256.Sum256(e.manifest)
	return e, nil
}

func (e *edition) args() statement.CommitArgs {
	return statement.CommitArgs{Manifest: e.manifest, OwnerBox: e.box, Pepper: e.pepper[:]}
}
