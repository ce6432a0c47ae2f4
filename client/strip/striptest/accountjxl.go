package striptest

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
)

// accountJXL checks a stripped JPEG XL: three or four boxes or none, headers without names, extensions, previews,
// animation and profile, and frames that end with the file. What is inside of sections it does not check.
func accountJXL(b []byte) error {
	if bytes.HasPrefix(b, []byte("\xff\x0a")) {
		return accountCodestream(b)
	}
	head := []byte("\x00\x00\x00\x0cJXL \r\n\x87\n\x00\x00\x00\x14ftypjxl \x00\x00\x00\x00jxl ")
	if !bytes.HasPrefix(b, head) {
		return errors.New("jxl: signature and file type")
	}
	b = bytes.TrimPrefix(b[len(head):], []byte("\x00\x00\x00\x09jxll\x0a"))
	if int(binary.BigEndian.Uint32(b)) != len(b) || string(b[4:8]) != "jxlc" {
		return errors.New("jxl: a box that is not the codestream, or more than it")
	}
	return accountCodestream(b[8:])
}

// jxlBits reads fields; what a number must not be is an error that stays.
type jxlBits struct {
	b        []byte
	at       int
	extra    int
	w, h     int
	xyb      bool
	err      error
	modular  bool
	pictures map[int]int // frames by kind
	enlarged int         // factors by which frames are, halved
}

func (r *jxlBits) u(n int) int {
	v := 0
	for i := range n {
		v |= int(r.b[r.at/8]>>(r.at%8)&1) << i
		r.at++
	}
	return v
}

func (r *jxlBits) no(what string, set bool) {
	if set && r.err == nil {
		r.err = errors.New("jxl: " + what)
	}
}

// u32 reads a number in one of four forms, bits and offset each, and wants the first that can hold it.
func (r *jxlBits) u32(forms ...int) int {
	s := r.u(2)
	v := forms[2*s+1] + r.u(forms[2*s])
	for i := range s {
		r.no("a number in a longer form", v >= forms[2*i+1] && v < forms[2*i+1]+1<<forms[2*i])
	}
	return v
}

func (r *jxlBits) enum() int { return r.u32(0, 0, 0, 1, 4, 2, 6, 18) }

func (r *jxlBits) align() {
	for r.at%8 != 0 {
		r.no("bits between headers", r.u(1) != 0)
	}
}

func (r *jxlBits) dimension(small bool) int {
	if small {
		return 8 * (1 + r.u(5))
	}
	return r.u32(9, 1, 13, 1, 18, 1, 30, 1)
}

func (r *jxlBits) depth() {
	if r.u(1) == 1 {
		r.u32(0, 32, 0, 16, 0, 24, 6, 1)
		r.u(4)
	} else {
		r.u32(0, 8, 0, 10, 0, 12, 6, 1)
	}
}

func accountCodestream(b []byte) error {
	r := &jxlBits{b: b, at: 16, xyb: true, pictures: map[int]int{}}
	small := r.u(1) == 1
	r.h = r.dimension(small)
	if ratio := r.u(3); ratio == 0 {
		r.w = r.dimension(small)
	} else {
		r.w = r.h * []int{0, 1, 12, 4, 3, 16, 5, 2}[ratio] / []int{1, 1, 10, 3, 2, 9, 4, 1}[ratio]
	}
	if r.u(1) == 0 {
		r.metadata()
	}
	mask := 0
	if r.u(1) == 0 {
		if r.xyb && r.u(1) == 0 {
			r.u(16 * 3)
			r.u(16 * 3)
			r.u(16 * 3)
			r.u(16 * 3)
			r.u(16 * 3)
			r.u(16)
		}
		mask = r.u(3)
		for i, n := range []int{15, 55, 210} {
			for range n * (mask >> i & 1) {
				r.u(16)
			}
		}
	}
	for last := false; !last && r.err == nil; {
		r.align()
		last = r.frame()
	}
	r.no("weights that nothing is enlarged by", mask&^r.enlarged != 0)
	if r.err == nil && r.at != 8*len(b) {
		return fmt.Errorf("jxl: %d bytes behind the last frame", len(b)-r.at/8)
	}
	return r.err
}

func (r *jxlBits) metadata() {
	extra := r.u(1) == 1
	if extra {
		r.u(3)
		r.no("size to be shown at, preview or animation", r.u(3) != 0)
	}
	r.depth()
	r.u(1)
	r.extra = r.u32(0, 0, 0, 1, 4, 2, 12, 1)
	r.no("channels", r.extra > 1)
	if r.extra == 1 && r.u(1) == 0 {
		r.no("channel that is not alpha", r.enum() != 0)
		r.depth()
		r.no("size or name of a channel", r.u(4) != 0)
		r.u(1)
	}
	r.xyb = r.u(1) == 1
	if r.u(1) == 0 {
		r.no("profile", r.u(1) != 0)
		space := r.enum()
		point := func() { r.u32(19, 0, 19, 524288, 20, 1048576, 21, 2097152) }
		if space != 2 {
			if r.enum() == 2 {
				point()
				point()
			}
			if space != 1 && r.enum() == 2 {
				for range 6 {
					point()
				}
			}
			if r.u(1) == 1 {
				r.u(24)
			} else {
				r.enum()
			}
		}
		r.enum()
	}
	if extra && r.u(1) == 0 {
		r.u(16 + 16 + 1 + 16)
	}
	r.no("extensions", r.u(2) != 0)
}

func (r *jxlBits) frame() (last bool) {
	kind, flags, up, shift, passes := 0, 0, 1, 1, 1
	w, h := r.w, r.h
	r.modular = false
	if last = r.u(1) == 1; !last {
		kind, r.modular = r.u(2), r.u(1) == 1
		switch r.u(2) {
		case 1:
			flags = 1 + r.u(4)
		case 2:
			flags = 17 + r.u(8)
		case 3:
			r.no("flags", true)
		}
		ycc := !r.xyb && r.u(1) == 1
		if flags&32 == 0 {
			if ycc {
				r.u(6)
			}
			for i := range 1 + r.extra {
				v := r.u32(0, 1, 0, 2, 0, 4, 0, 8)
				if r.enlarged |= v / 2; i == 0 {
					up = v
				}
			}
		}
		if r.modular {
			shift = r.u(2)
		} else if r.xyb {
			r.u(6)
		}
		if kind != 2 {
			if passes = r.u32(0, 1, 0, 2, 0, 3, 3, 4); passes > 1 {
				n := r.u32(0, 0, 0, 1, 0, 2, 1, 3)
				r.u(2 * (passes - 1))
				for range n {
					r.u32(0, 1, 0, 2, 0, 4, 0, 8)
				}
				for range n {
					r.u32(0, 0, 0, 1, 0, 2, 3, 0)
				}
			}
		}
		if kind == 1 {
			r.no("level of a frame", r.u(2) != 0)
			w, h = (w+7)/8, (h+7)/8
		} else if r.u(1) == 1 {
			r.no("part of a picture", kind != 2)
			w = r.u32(8, 0, 11, 256, 14, 2304, 30, 18688)
			h = r.u32(8, 0, 11, 256, 14, 2304, 30, 18688)
		}
		r.no("kind of a frame", kind == 3)
		if kind == 0 {
			r.no("layers", r.u(2*(1+r.extra)+1) != 1<<(2*(1+r.extra)))
			last = true
		}
		if kind == 2 {
			r.u(3)
		}
		r.no("name of a frame", r.u(2) != 0)
		r.filter()
		r.no("extensions of a frame", r.u(2) != 0)
	}
	r.pictures[kind]++
	r.no("frames", r.pictures[kind] > 1)
	if r.err == nil {
		r.sections((w+up-1)/up, (h+up-1)/up, 128<<shift, passes)
	}
	return last
}

func (r *jxlBits) filter() {
	if r.u(1) == 1 {
		return
	}
	if r.u(1) == 1 && r.u(1) == 1 {
		r.u(48)
		r.u(48)
	}
	if r.u(2) > 0 {
		if !r.modular && r.u(1) == 1 {
			r.u(48)
			r.u(48)
			r.u(32)
		}
		if r.u(1) == 1 {
			r.u(48)
			r.u(32)
		}
		if r.u(1) == 1 {
			if !r.modular {
				r.u(16)
			}
			r.u(48)
		}
		if r.modular {
			r.u(16)
		}
	}
	r.no("extensions of a filter", r.u(2) != 0)
}

func (r *jxlBits) sections(w, h, side, passes int) {
	r.no("order of sections", r.u(1) != 0)
	r.align()
	across := func(side int) int { return (w + side - 1) / side * ((h + side - 1) / side) }
	n := 1
	if across(side) > 1 || passes > 1 {
		n = 2 + across(8*side) + across(side)*passes
	}
	total := 0
	for range n {
		total += r.u32(10, 0, 14, 1024, 22, 17408, 30, 4211712)
	}
	r.align()
	r.at += 8 * total
}
