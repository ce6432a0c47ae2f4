package strip

import "testing"

// FuzzPanorama: whatever a packet says, what is kept of it lies inside the sphere and fits the picture.
func FuzzPanorama(f *testing.F) {
	f.Add(`xmlns:GPano="http://ns.google.com/photos/1.0/panorama/" GPano:ProjectionType="equirectangular"`, 80, 40)
	f.Add(`xmlns:a = 'http://ns.google.com/photos/1.0/panorama/' a:ProjectionType='equirectangular' <a:FullPanoWidthPixels>80</a:FullPanoWidthPixels>`+
		` a:FullPanoHeightPixels="40" a:CroppedAreaImageWidthPixels="60" a:CroppedAreaImageHeightPixels="20" a:CroppedAreaLeftPixels="20" a:CroppedAreaTopPixels="20.0"`+
		` a:PoseHeadingDegrees="1" a:PosePitchDegrees="-90" a:PoseRollDegrees="-359.99" a:InitialViewHeadingDegrees="-360" a:InitialViewPitchDegrees="90"`, 60, 20)
	f.Fuzz(func(t *testing.T, packet string, width, height int) {
		if width > 1<<24 || height > 1<<24 {
			return // Strip refuses them before
		}
		o := readPanorama(packet).pose(width, height)
		if o == nil {
			return
		}
		inside := o.Across >= leastArc && o.Left >= 0 && o.Left+o.Across <= wholeTurn && o.Down >= leastArc && o.Top >= 0 && o.Top+o.Down <= halfTurn
		held := o.Pitch >= -90_00 && o.Pitch <= 90_00 && o.Roll >= 0 && o.Roll < wholeTurn
		first := o.Heading >= 0 && o.Heading < wholeTurn && o.Tilt >= -90_00 && o.Tilt <= 90_00
		rough := o.Pitch%10 == 0 && o.Roll%10 == 0 && o.Heading%100 == 0 && o.Tilt%10 == 0
		if !inside || !held || !first || !rough || !square(o, width, height) {
			t.Errorf("%d × %d: %+v", width, height, o)
		}
	})
}
