package heif

import (
	"bytes"
	"encoding/binary"
	"maps"
	"slices"

	"safelight/client/bmff"
)

// padded is how many columns or rows an encoder may code beyond the picture: its largest block.
const padded = 64

// hevc takes a coded image apart.
type hevc struct {
	p      *parser
	vps    map[int]bmff.NAL
	sps    map[int]bmff.NAL
	pps    map[int]bmff.NAL
	parsed map[int]*bmff.SPS
	owner  map[int]int // SPS of a PPS
	used   map[int]bool
	slices []bmff.NAL
}

// cleanHEVC rebuilds the data of an HEVC item and its configuration.
func (p *parser) cleanHEVC(pic *picture, b []byte) error {
	h := &hevc{
		p: p, vps: map[int]bmff.NAL{}, sps: map[int]bmff.NAL{}, pps: map[int]bmff.NAL{},
		parsed: map[int]*bmff.SPS{}, owner: map[int]int{}, used: map[int]bool{},
	}
	// A large configuration that many tiles share takes its time with each of them.
	if p.configured += len(pic.properties.config); p.configured > 16*len(p.src) {
		return p.refuse("tiles that share too much")
	}
	lengthSize, sets, err := h.configuration(pic.properties.config)
	if err != nil {
		return err
	}
	units, err := bmff.NALs(b, lengthSize)
	if err != nil {
		return damaged("coded picture")
	}
	for _, u := range append(sets, units...) {
		if err := h.unit(u); err != nil {
			return err
		}
	}
	s, err := h.active()
	if err != nil {
		return err
	}
	if s.Width != pic.width || s.Height != pic.height || s.CroppedX >= padded || s.CroppedY >= padded {
		return p.refuse("coded in another size than it says")
	}
	pic.properties.coded = h.config(s)
	for _, u := range h.slices {
		pic.data = append(binary.BigEndian.AppendUint32(pic.data, uint32(len(u))), u...)
	}
	p.implied(pic, s.Primaries, s.Transfer, s.Matrix)
	return nil
}

// configuration reads hvcC: the size of lengths, and the units in it.
func (h *hevc) configuration(b []byte) (lengthSize int, sets []bmff.NAL, err error) {
	r := bmff.Read(b)
	head := r.Take(22)
	if r.Failed() || head[0] != 1 || head[21]&3 == 2 {
		return 0, nil, damaged("configuration")
	}
	for range r.Int(1) {
		r.Take(1)
		for range r.Int(2) {
			n := bmff.NAL(r.Take(r.Int(2)))
			// The forbidden bit, and the layer's number plus one.
			if r.Failed() || len(n) < 2 || n[0]&0x80 != 0 || n[1]&7 == 0 {
				return 0, nil, damaged("configuration")
			}
			sets = append(sets, n)
		}
	}
	if r.Failed() {
		return 0, nil, damaged("configuration")
	}
	if rest := r.Rest(); len(rest) > 0 {
		h.p.drop(Part{Kind: Coded, Name: "hvcC", Data: rest})
	}
	return int(head[21]&3) + 1, sets, nil
}

func (h *hevc) drop(name string, u bmff.NAL) { h.p.drop(Part{Kind: Coded, Name: name, Data: u[2:]}) }

func (h *hevc) unit(u bmff.NAL) error {
	kind := u.Type()
	if u.Layer() != 0 {
		h.drop("layer", u)
		return nil
	}
	switch {
	case kind == bmff.NALVPS || kind == bmff.NALSPS || kind == bmff.NALPPS:
		return h.set(kind, u.Trimmed())
	case kind >= bmff.NALFirstIRAP && kind < 22:
		return h.slice(u)
	case kind < 32:
		return h.p.refuse("a second picture behind the first")
	case kind == bmff.NALPrefixSEI || kind == bmff.NALSuffixSEI:
		h.drop("sei", u)
	case kind == bmff.NALAUD || kind == 36 || kind == 37:
		if len(u) > 3 {
			h.drop("delimiter", u)
		}
	case kind == bmff.NALFiller:
		h.drop("padding", u)
	default:
		h.drop("unknown unit", u)
	}
	return nil
}

// set takes a parameter set. The same one may come again.
func (h *hevc) set(kind int, u bmff.NAL) error {
	var id int
	var err error
	place := h.vps
	switch kind {
	case bmff.NALVPS:
		id, err = bmff.ParseVPS(u)
	case bmff.NALSPS:
		place = h.sps
		var s *bmff.SPS
		if s, err = bmff.ParseSPS(u); err == nil {
			id = s.ID
			h.parsed[id] = s
		}
	default:
		place = h.pps
		var of int
		if id, of, err = bmff.ParsePPS(u); err == nil {
			h.owner[id] = of
		}
	}
	if err != nil || u[1] != 1 {
		return h.p.refuse("parameters with extensions")
	}
	if was, ok := place[id]; ok && !bytes.Equal(was, u) {
		return h.p.refuse("parameters that change")
	}
	place[id] = u
	return nil
}

// slice takes a slice segment: the first of a picture comes first, and no second one.
func (h *hevc) slice(u bmff.NAL) error {
	u = u.Trimmed()
	if !u.Escaped() || u[1] != 1 || len(u) < 4 {
		return damaged("coded picture")
	}
	head := bmff.BitsOf(u[2:min(len(u), 16)])
	first := head.Flag()
	head.Skip(1)
	pps := head.UE()
	if head.Failed() || len(h.slices) == 0 && !first {
		return damaged("coded picture")
	}
	if first && len(h.slices) > 0 || len(h.slices) > 0 && u.Type() != h.slices[0].Type() {
		return h.p.refuse("a second picture behind the first")
	}
	h.used[pps] = true
	h.slices = append(h.slices, u)
	return nil
}

// active drops parameter sets that no slice uses, and returns the one SPS that is left.
func (h *hevc) active() (*bmff.SPS, error) {
	sps := -1
	for id := range h.used {
		of, ok := h.owner[id]
		if !ok || sps >= 0 && sps != of {
			return nil, damaged("coded picture")
		}
		sps = of
	}
	s := h.parsed[sps]
	if s == nil || h.vps[s.VPS] == nil {
		return nil, damaged("coded picture")
	}
	// Of these only what shows the picture is written; a picture of these kinds takes nothing from any before it.
	resets := h.slices[0].Type() == bmff.NALIDR || h.slices[0].Type() == bmff.NALIDRLeading
	h.vps, h.sps = map[int]bmff.NAL{s.VPS: s.VPSBytes()}, map[int]bmff.NAL{sps: s.Bytes(resets)}
	maps.DeleteFunc(h.pps, func(id int, u bmff.NAL) bool { return !h.used[id] })
	return s, nil
}

// config writes hvcC anew: what it says of the coding comes from the SPS.
func (h *hevc) config(s *bmff.SPS) []byte {
	var w bmff.Writer
	w.Uint(1, 1)
	w.B = append(w.B, s.General...)
	nested := 0
	if s.Nested {
		nested = 4
	}
	w.B = append(w.B, 0xf0, 0, 0xfc, 0xfc|byte(s.Chroma), 0xf8|byte(s.DepthLuma-8), 0xf8|byte(s.DepthChroma-8), 0, 0, byte(s.SubLayers<<3|nested|3), 3)
	for i, list := range []map[int]bmff.NAL{h.vps, h.sps, h.pps} {
		w.Uint(1, uint64(0x80|bmff.NALVPS+i))
		w.Uint(2, uint64(len(list)))
		for _, id := range slices.Sorted(maps.Keys(list)) {
			w.Uint(2, uint64(len(list[id])))
			w.B = append(w.B, list[id]...)
		}
	}
	return w.B
}
