package share

import (
	"testing"

	"safelight/client/strip"
	"safelight/crypto/manifest"
)

// TestPose: what strip tells goes into the manifest and comes back; what would make the manifest unreadable stays out of it.
func TestPose(t *testing.T) {
	crooked := strip.Pose{Across: 240_00, Down: 80_00, Left: 120_00, Top: 100_00, Pitch: -2_50, Roll: 359_90, Heading: 271_00, Tilt: 10_00}
	edit := func(f func(*strip.Pose)) *strip.Pose { p := crooked; f(&p); return &p }
	for _, tt := range []struct {
		name string
		w, h int
		pose *strip.Pose
		kept bool
	}{
		{"none", 6000, 2000, nil, false},
		{"crooked", 6000, 2000, &crooked, true},
		{"smaller", 2048, 683, &crooked, true},
		{"another shape", 2000, 2000, &crooked, false},
		{"goes round twice", 6000, 2000, edit(func(p *strip.Pose) { p.Left = 121_00 }), false},
		{"negative", 6000, 2000, edit(func(p *strip.Pose) { p.Left = -1 }), false},
		{"pitch below straight down", 6000, 2000, edit(func(p *strip.Pose) { p.Pitch = -90_01 }), false},
		{"pitch that overflows", 6000, 2000, edit(func(p *strip.Pose) { p.Pitch = -1 << 62 }), false},
		{"nothing", 6000, 2000, &strip.Pose{}, false},
	} {
		m := Photo{Media: 1, Width: tt.w, Height: tt.h, Pose: tt.pose}.manifest()
		if (m.Pose != nil) != tt.kept {
			t.Errorf("%s: %+v, want one %v", tt.name, m.Pose, tt.kept)
		}
		if back := PoseOf(m.Pose); tt.kept && *back != *tt.pose {
			t.Errorf("%s: PoseOf = %+v, want %+v", tt.name, back, tt.pose)
		}
		if tt.kept && m.Pose.Projection != manifest.Equirectangular {
			t.Errorf("%s: projection %d", tt.name, m.Pose.Projection)
		}
	}
}

// TestPosePacked: a photo with a pose is packed, sealed and opened.
func TestPosePacked(t *testing.T) {
	h := newHost(t)
	p := newPacker(t, h.config())
	packQuick(t, p, 2)
	pose := strip.Pose{Across: 360_00, Down: 180_00, Pitch: 1_00}
	if err := p.Describe(1, Photo{Media: 1, Width: 4000, Height: 2000, Pose: &pose}); err != nil {
		t.Fatal(err)
	}
	h.apply(p.CommitQuick())
	photos, err := h.open(nil).Photos(h.fetch)
	if err != nil {
		t.Fatal(err)
	}
	if got := PoseOf(photos[1].Pose); got == nil || *got != pose || photos[0].Pose != nil {
		t.Errorf("poses %+v and %+v, want none and %+v", photos[0].Pose, got, pose)
	}
}
