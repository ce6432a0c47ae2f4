package bmff

import "encoding/binary"

// FrameType is what a frame is predicted from.
type FrameType int

// Types of section 6.8.2 of the AV1 specification.
const (
	KeyFrame FrameType = iota
	InterFrame
	IntraOnlyFrame
	SwitchFrame
)

// Frame is what a frame header says (section 5.9 of the AV1 specification).
type Frame struct {
	// Again says that it only shows an earlier frame.
	Again bool
	Type  FrameType
	Shown bool
	// The rest is known of key frames only.
	Width, Height int // after superresolution
	BaseQIdx      int
	headerBits    int

	showable, screenTools, intrabc, quiet bool
	coded                                 int // width before superresolution
	tileCols, tileRows                    int
	tileBits, sizeBytes                   int
	lossless                              bool
	deltas                                bool // the quantizer differs between planes
}

// ParseFrame reads the header at the front of a frame or frame header unit. Of frames that are no key frames it reads
// only what they are.
func ParseFrame(b []byte, s *Sequence) (*Frame, error) {
	r := BitsOf(b)
	f := &Frame{Shown: true}
	resilient := true
	if !s.Reduced {
		if f.Again = r.Flag(); f.Again {
			return f, nil
		}
		f.Type, f.Shown = FrameType(r.U(2)), r.Flag()
		if f.Type != KeyFrame {
			return f, failed(r)
		}
		if f.Shown && s.decoderModel && !s.equal {
			r.Skip(s.timeBits)
		}
		f.showable = !f.Shown && r.Flag()
		resilient = f.Shown || r.Flag()
	}
	f.references(r, s, resilient)
	f.size(r, s)
	if f.screenTools && f.coded == f.Width {
		f.intrabc = r.Flag()
	}
	if !s.Reduced && !f.quiet {
		r.Skip(1) // update at the end of the frame
	}
	f.tiles(r, s)
	f.quantizers(r, s)
	f.filters(r, s)
	f.lastFlags(r, s)
	f.headerBits = r.Position()
	return f, failed(r)
}

func failed(r *Bits) error {
	if r.Failed() {
		return ErrFormat
	}
	return nil
}

// references reads up to the references that a key frame refreshes.
func (f *Frame) references(r *Bits, s *Sequence, resilient bool) {
	f.quiet = r.Flag()
	f.screenTools = s.screenTools == 1 || s.screenTools == 2 && r.Flag()
	if f.screenTools && s.integerMV == 2 {
		r.Skip(1)
	}
	r.Skip(s.idBits)
	f.Width, f.Height = s.Width, s.Height
	override := !s.Reduced && r.Flag()
	r.Skip(s.hintBits)
	if s.decoderModel && r.Flag() {
		// The layers of a still's first frame are 0, and all operating points have them.
		for _, p := range s.OperatingPoints {
			if p.model {
				r.Skip(s.removalBits)
			}
		}
	}
	if !f.Shown && r.U(8) != 0xff && resilient && s.hintBits > 0 {
		r.Skip(8 * s.hintBits)
	}
	if override {
		f.Width, f.Height = r.U(s.widthBits)+1, r.U(s.heightBits)+1
	}
}

func (f *Frame) size(r *Bits, s *Sequence) {
	f.coded = f.Width
	if s.superres && r.Flag() {
		denominator := r.U(3) + 9
		f.coded = (f.Width*8 + denominator/2) / denominator
	}
	if r.Flag() {
		r.Skip(32) // the size it is meant to be shown at
	}
}

// log2 returns the smallest k for which n<<k is not below target.
func log2(n, target int) int {
	k := 0
	for n<<k < target {
		k++
	}
	return k
}

func (f *Frame) tiles(r *Bits, s *Sequence) {
	shift := 4
	if s.large {
		shift = 5
	}
	mi := func(n int) int { return (2*((n+7)>>3) + 1<<shift - 1) >> shift }
	cols, rows := mi(f.coded), mi(f.Height)
	widest, area := 4096>>(shift+2), 4096*2304>>(2*(shift+2))
	leastCols := log2(widest, cols)
	least := max(leastCols, log2(area, rows*cols))
	colsLog, rowsLog := 0, 0
	if r.Flag() {
		colsLog, f.tileCols = uniform(r, cols, leastCols)
		rowsLog, f.tileRows = uniform(r, rows, max(least-colsLog, 0))
	} else {
		var broadest int
		f.tileCols, broadest = uneven(r, cols, widest)
		area = rows * cols
		if least > 0 {
			area >>= least + 1
		}
		f.tileRows, _ = uneven(r, rows, max(area/broadest, 1))
		colsLog, rowsLog = log2(1, f.tileCols), log2(1, f.tileRows)
	}
	if f.tileBits = colsLog + rowsLog; f.tileBits > 0 {
		r.Skip(f.tileBits)
		f.sizeBytes = r.U(2) + 1
	}
	if f.tileCols > 64 || f.tileRows > 64 {
		r.failed = true
	}
}

// uniform reads into how many parts of one size n superblocks are divided.
func uniform(r *Bits, n, log int) (k, count int) {
	for most := log2(1, min(n, 64)); log < most && r.Flag(); {
		log++
	}
	each := (n + 1<<log - 1) >> log
	return log, (n + each - 1) / each
}

func uneven(r *Bits, n, most int) (count, widest int) {
	for at := 0; at < n; count++ {
		size := r.NS(min(n-at, most)) + 1
		widest = max(widest, size)
		at += size
	}
	return count, widest
}

func (f *Frame) quantizers(r *Bits, s *Sequence) {
	f.BaseQIdx = r.U(8)
	delta := func() {
		if r.Flag() && r.S(7) != 0 {
			f.deltas = true
		}
	}
	delta()
	if !s.Mono {
		apart := s.separateUV && r.Flag()
		delta()
		delta()
		if apart {
			delta()
			delta()
		}
	}
	if r.Flag() {
		r.Skip(8)
		if s.separateUV {
			r.Skip(4)
		}
	}
	f.lossless = f.segments(r) && !f.deltas
	if f.BaseQIdx > 0 && r.Flag() {
		r.Skip(2)
		if !f.intrabc && r.Flag() {
			r.Skip(3)
		}
	}
}

// segments reads the segmentation and reports whether all segments have quantizer 0.
func (f *Frame) segments(r *Bits) bool {
	if !r.Flag() {
		return f.BaseQIdx == 0
	}
	all := true
	for range 8 {
		q := f.BaseQIdx
		for feature, bits := range [8]int{8, 6, 6, 6, 6, 3, 0, 0} {
			if !r.Flag() {
				continue
			}
			switch {
			case feature == 0:
				q += r.S(9)
			case feature < 5:
				r.S(1 + bits)
			default:
				r.Skip(bits)
			}
		}
		all = all && q <= 0
	}
	return all
}

func (f *Frame) filters(r *Bits, s *Sequence) {
	if f.lossless || f.intrabc {
		// Neither deblocking nor CDEF; restoration only where superresolution blurs.
		if f.intrabc || f.coded == f.Width {
			return
		}
	} else {
		f.deblocking(r, s)
		if s.cdef {
			r.Skip(2)
			each := 6
			if !s.Mono {
				each = 12
			}
			r.Skip(each << r.U(2))
		}
	}
	if !s.restoration {
		return
	}
	uses, chroma := false, false
	for i := range s.planes() {
		if r.U(2) != 0 {
			uses, chroma = true, chroma || i > 0
		}
	}
	if uses {
		if r.Flag() && !s.large {
			r.Skip(1)
		}
		if chroma && s.SubX+s.SubY == 2 {
			r.Skip(1)
		}
	}
}

func (f *Frame) deblocking(r *Bits, s *Sequence) {
	first, second := r.U(6), r.U(6)
	if !s.Mono && first+second > 0 {
		r.Skip(12)
	}
	r.Skip(3)
	if r.Flag() && r.Flag() {
		for range 10 {
			if r.Flag() {
				r.Skip(7)
			}
		}
	}
}

func (f *Frame) lastFlags(r *Bits, s *Sequence) {
	if !f.lossless {
		r.Skip(1) // transform mode
	}
	r.Skip(1) // reduced set of transforms
	if s.FilmGrain && (f.Shown || f.showable) && r.Flag() {
		grain(r, s)
	}
}

func grain(r *Bits, s *Sequence) {
	r.Skip(16)
	luma := r.U(4)
	r.Skip(16 * luma)
	fromLuma := !s.Mono && r.Flag()
	cb, cr := 0, 0
	if !s.Mono && !fromLuma && (s.SubX+s.SubY < 2 || luma > 0) {
		cb = r.U(4)
		r.Skip(16 * cb)
		cr = r.U(4)
		r.Skip(16 * cr)
	}
	r.Skip(2)
	lag := r.U(2)
	positions := 2 * lag * (lag + 1)
	if luma > 0 {
		r.Skip(8 * positions)
		positions++
	}
	for _, points := range []int{cb, cr} {
		if fromLuma || points > 0 {
			r.Skip(8 * positions)
		}
	}
	r.Skip(4)
	for _, points := range []int{cb, cr} {
		if points > 0 {
			r.Skip(25)
		}
	}
	r.Skip(2)
}

// Rest returns what of the unit b follows the header of a key frame: its tile group, or nothing where the unit is a header
// alone.
func (f *Frame) Rest(b []byte, alone bool) ([]byte, error) {
	r := BitsOf(b)
	r.at = f.headerBits
	if alone {
		if !r.Trailing() {
			return nil, ErrFormat
		}
		return nil, nil
	}
	r.Align()
	return b[r.at/8:], failed(r)
}

// Tiles checks the tile group b, behind the header: that it has the tiles from first on, in their exact sizes. It returns
// the number of the tile that comes next, and whether that is the end of the frame.
func (f *Frame) Tiles(b []byte, first int) (next int, end bool, err error) {
	count := f.tileCols * f.tileRows
	from, to := 0, count-1
	if count > 1 {
		r := BitsOf(b)
		if r.Flag() {
			from, to = r.U(f.tileBits), r.U(f.tileBits)
		}
		r.Align()
		if r.Failed() {
			return 0, false, ErrFormat
		}
		b = b[r.Position()/8:]
	}
	if from != first || to < from || to >= count {
		return 0, false, ErrFormat
	}
	for range to - from {
		if len(b) < f.sizeBytes {
			return 0, false, ErrFormat
		}
		var size [8]byte
		copy(size[:], b[:f.sizeBytes])
		n := binary.LittleEndian.Uint64(size[:]) + 1
		b = b[f.sizeBytes:]
		if n > uint64(len(b)) {
			return 0, false, ErrFormat
		}
		b = b[n:]
	}
	if len(b) == 0 {
		return 0, false, ErrFormat
	}
	return to + 1, to == count-1, nil
}
