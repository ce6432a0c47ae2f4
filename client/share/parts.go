package share

// Part is a slice of a sealed bundle, ready to be stored. Whoever gets it owns Data.
type Part struct {
	Bundle Bundle
	N      uint32
	Data   []byte
	Sum    [32]byte // SHA-256 of Data
}

// Bundle names one of the two streams while they are made: which upload its parts go to.
type Bundle int

// The bundles.
const (
	Quick Bundle = 0 // thumbs and views: what the link opens with
	Full  Bundle = 1 // stripped originals and whatever comes late
)

// partWriter cuts a sealed stream into parts and hands each on as soon as it is full.
type partWriter struct {
	bundle Bundle
	size   int
	emit   func(Part) error
	host   Host

	n     uint32
	buf   []byte
	total uint64
}

func (w *partWriter) Write(b []byte) (int, error) {
	written := len(b)
	w.total += uint64(len(b))
	for len(b) > 0 {
		if w.buf == nil {
			w.buf = make([]byte, 0, w.size)
		}
		n := min(len(b), w.size-len(w.buf))
		w.buf, b = append(w.buf, b[:n]...), b[n:]
		if len(w.buf) == w.size {
			if err := w.flush(); err != nil {
				return 0, err
			}
		}
	}
	return written, nil
}

// flush hands on what is there: a whole part, or at the end the last.
func (w *partWriter) flush() error {
	if len(w.buf) == 0 {
		return nil
	}
	sum, err := w.host.SHA256(w.buf)
	if err != nil {
		return err
	}
	p := Part{Bundle: w.bundle, N: w.n, Data: w.buf, Sum: sum}
	w.n, w.buf = w.n+1, nil
	return w.emit(p)
}
