package heif

import (
	"errors"

	"safelight/client/bmff"
)

// cleanAV1 rebuilds the data of an AV1 item and its configuration.
func (p *parser) cleanAV1(pic *picture, b []byte) error {
	a, err := bmff.ParseAV1(b)
	if errors.Is(err, bmff.ErrSecond) {
		return p.refuse("a second picture behind the first")
	}
	if err != nil {
		return damaged("coded picture")
	}
	for _, u := range a.Dropped {
		p.drop(Part{Kind: Coded, Name: u.Type.String(), Data: u.Data})
	}
	s := a.Sequence
	same := a.Key.Width == pic.width && a.Key.Height == pic.height && s.Width == pic.width && s.Height == pic.height
	// Of layers the last is shown, whose size only a decoder knows.
	if a.Frames == 1 && !same || s.Width < pic.width || s.Height < pic.height {
		return p.refuse("coded in another size than it says")
	}
	if c := pic.properties.config; len(c) > 4 {
		p.configUnits(c[4:])
	}
	pic.data, pic.properties.coded = a.Data, s.Config()
	p.implied(pic, s.Primaries, s.Transfer, s.Matrix)
	return nil
}

// configUnits reports the units in a configuration, unless they repeat the sequence header that is in the data too.
func (p *parser) configUnits(units []byte) {
	first, err := bmff.OBUs(units)
	if err == nil && len(first) == 1 && first[0].Type == bmff.OBUSequence {
		return
	}
	p.drop(Part{Kind: Coded, Name: "av1C", Data: units})
}

// implied takes the code points of the coded picture where no property says them.
func (p *parser) implied(pic *picture, primaries, transfer, matrix int) {
	if m := p.m; (pic.role == primary || pic.role == tile) && m.Primaries == 2 && m.Transfer == 2 {
		m.Primaries, m.Transfer, m.Matrix = primaries, transfer, matrix
	}
}
