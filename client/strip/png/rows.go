package png

import (
	"bytes"
	"compress/zlib"
	"errors"
	"io"
)

// rows is the coded data of one frame: one pass, or the seven of Adam7.
type rows struct {
	depth, kind byte
	bits        int // per pixel
	passes      []pass
	used        *[256]bool // palette entries, noted where not nil
	unseen      bool       // colour was taken from under transparent pixels
}

type pass struct{ width, height int }

func (p *parser) rows(width, height int) *rows {
	channels := map[byte]int{0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[p.kind]
	r := &rows{depth: p.depth, kind: p.kind, bits: channels * int(p.depth), passes: []pass{{width, height}}}
	if p.interlaced {
		r.passes = nil
		for _, a := range [7][4]int{{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}} {
			w, h := (width-a[0]+a[2]-1)/a[2], (height-a[1]+a[3]-1)/a[3]
			if w > 0 && h > 0 {
				r.passes = append(r.passes, pass{w, h})
			}
		}
	}
	return r
}

// copy inflates src, hands each row on to w, and returns what lies in the compressed data behind the last row.
func (r *rows) copy(w io.Writer, src [][]byte) (tail []byte, err error) {
	joined := src[0]
	if len(src) > 1 {
		joined = bytes.Join(src, nil)
	}
	in := bytes.NewReader(joined)
	z, err := zlib.NewReader(in)
	if err != nil {
		return nil, damaged("compressed data")
	}
	for _, p := range r.passes {
		if err := r.pass(w, z, p); err != nil {
			return nil, err
		}
	}
	var more [64]byte
	n, err := io.ReadFull(z, more[:])
	switch {
	case n > 0:
		return more[:n], nil
	case !errors.Is(err, io.EOF):
		return nil, damaged("compressed data")
	}
	return joined[len(joined)-in.Len():], nil
}

// pass copies the rows of a pass. A row that is changed, or that follows a changed one, is filtered anew in the way that
// it was: other rows are copied as they are.
func (r *rows) pass(w io.Writer, z io.Reader, p pass) error {
	n := (p.width*r.bits + 7) / 8
	step := max(r.bits/8, 1)
	// A row before the first counts as zeros.
	row, filtered := make([]byte, 1+n), make([]byte, 1+n)
	above, aboveNow, now := make([]byte, n), make([]byte, n), make([]byte, n)
	pad := byte(1)<<(-p.width*r.bits&7) - 1
	look := r.kind&4 != 0 || r.used != nil || pad != 0
	changedAbove := false
	for range p.height {
		if _, err := io.ReadFull(z, row); err != nil {
			return damaged("compressed data, or fewer rows than there should be")
		}
		if row[0] > 4 {
			return damaged("a filter that does not exist")
		}
		if look {
			copy(filtered, row)
			unfilter(row[0], row[1:], above, step)
			copy(now, row[1:])
			changed := r.clean(now, pad, p.width)
			out := filtered
			if changed || changedAbove {
				refilter(filtered[0], filtered[1:], now, aboveNow, step)
			}
			changedAbove = changed
			copy(above, row[1:])
			now, aboveNow = aboveNow, now
			if _, err := w.Write(out); err != nil {
				return err
			}
			continue
		}
		if _, err := w.Write(row); err != nil {
			return err
		}
	}
	return nil
}

// clean zeroes what of a row is not seen, and notes which palette entries are.
func (r *rows) clean(row []byte, pad byte, width int) (changed bool) {
	if pad != 0 && row[len(row)-1]&pad != 0 {
		row[len(row)-1] &^= pad
		changed = true
	}
	if r.used != nil {
		r.note(row, width)
	}
	if r.kind&4 == 0 {
		return changed
	}
	size, alpha := r.bits/8, int(r.depth)/8
	for i := 0; i+size <= len(row); i += size {
		pixel := row[i : i+size]
		if pixel[size-1] != 0 || pixel[size-alpha] != 0 {
			continue
		}
		for k := range size - alpha {
			if pixel[k] != 0 {
				pixel[k] = 0
				changed, r.unseen = true, true
			}
		}
	}
	return changed
}

// note marks the palette entries of a row.
func (r *rows) note(row []byte, width int) {
	if r.depth == 8 {
		for _, v := range row {
			r.used[v] = true
		}
		return
	}
	d := int(r.depth)
	for x := range width {
		bit := x * d
		r.used[row[bit>>3]>>(8-d-bit&7)&(1<<d-1)] = true
	}
}

// unfilter turns a filtered row into pixels, in place.
func unfilter(filter byte, row, above []byte, step int) {
	switch filter {
	case 1:
		for i := step; i < len(row); i++ {
			row[i] += row[i-step]
		}
	case 2:
		for i := range row {
			row[i] += above[i]
		}
	case 3:
		for i := range row {
			left := 0
			if i >= step {
				left = int(row[i-step])
			}
			row[i] += byte((left + int(above[i])) / 2)
		}
	case 4:
		for i := range min(step, len(row)) {
			row[i] += above[i]
		}
		for i := step; i < len(row); i++ {
			row[i] += paeth(row[i-step], above[i], above[i-step])
		}
	}
}

// refilter turns pixels into a filtered row.
func refilter(filter byte, out, row, above []byte, step int) {
	for i := range row {
		var left, corner byte
		if i >= step {
			left, corner = row[i-step], above[i-step]
		}
		var guess byte
		switch filter {
		case 1:
			guess = left
		case 2:
			guess = above[i]
		case 3:
			guess = byte((int(left) + int(above[i])) / 2)
		case 4:
			guess = paeth(left, above[i], corner)
		}
		out[i] = row[i] - guess
	}
}

func paeth(left, above, corner byte) byte {
	a, b, c := int(left), int(above), int(corner)
	pa, pb, pc := abs(b-c), abs(a-c), abs(a+b-2*c)
	if pa <= pb && pa <= pc {
		return left
	}
	if pb <= pc {
		return above
	}
	return corner
}

func abs(v int) int { return max(v, -v) }
