package manifest

import "github.com/tinylib/msgp/msgp"

// Equirectangular is the only projection there is: straight lines of latitude and longitude.
const Equirectangular = 1

// Angles of a Pose are hundredths of a degree.
const (
	turn     = 360_00 // all the way round
	half     = turn / 2
	leastArc = 1_00 // what a picture of the world around covers at least, in both directions
)

// Fits reports whether p can be the pose of a photo of width × height: inside the sphere, with pixels as high as wide, give
// or take two in a hundred.
func (p *Pose) Fits(width, height uint64) bool {
	switch {
	case p.Projection != Equirectangular,
		p.Across < leastArc, p.Across > turn, p.Left > turn-p.Across,
		p.Down < leastArc, p.Down > half, p.Top > half-p.Down,
		p.Pitch > half, p.Roll >= turn, p.Heading >= turn, p.Tilt > half:
		return false
	}
	// At most 2^24 · 36,000 · 50, which is below 2^53: a reader that counts in doubles agrees.
	a, b := width*p.Down, height*p.Across
	return 50*(max(a, b)-min(a, b)) <= a
}

// photoFields is how many elements a photo has; its pose is one more.
const photoFields = 11

// MarshalMsg implements msgp.Marshaler. What msgp generates for tuples of any length always writes them whole, and a photo
// without a pose has no place for it.
func (z *Photo) MarshalMsg(b []byte) (o []byte, err error) {
	o = msgp.Require(b, z.Msgsize())
	n := uint32(photoFields)
	if z.Pose != nil {
		n++
	}
	o = msgp.AppendArrayHeader(o, n)
	o = msgp.AppendBytes(o, toBytes(z.Name))
	o = msgp.AppendUint64(o, uint64(z.Media))
	o = msgp.AppendUint64(o, z.Width)
	o = msgp.AppendUint64(o, z.Height)
	o = msgp.AppendUint64(o, z.Orientation)
	o = msgp.AppendBytes(o, toBytes(z.Alt))
	o = msgp.AppendUint64(o, z.Decorative)
	o = msgp.AppendBytes(o, toBytes(z.Caption))
	o = msgp.AppendBytes(o, toBytes(z.Credit))
	o = msgp.AppendBytes(o, z.Preview)
	o = msgp.AppendArrayHeader(o, uint32(len(z.Variants)))
	for i := range z.Variants {
		if o, err = z.Variants[i].MarshalMsg(o); err != nil {
			return o, err
		}
	}
	if z.Pose != nil {
		return z.Pose.MarshalMsg(o)
	}
	return o, nil
}
