package client

import (
	"testing"

	"safelight/client/strip/striptest"
	"safelight/client/variant"
	"safelight/crypto/manifest"
)

// TestAVIFBesideWebP: where it is asked for, the view is there in both formats, behind the originals and clearly smaller; not of
// a photo whose colours it cannot carry.
func TestAVIFBesideWebP(t *testing.T) {
	w := newWorld(t)
	plain := given(striptest.CameraJPEG(1600, 1200, striptest.Options{}))
	for _, tt := range []struct {
		name string
		avif bool
		p    Photo
		want bool
	}{{"asked for", true, plain, true}, {"not asked for", false, plain, false}, {"wide colours", true, photo(1600, 1200), false}} {
		sent := w.send(t, SendConfig{AVIF: tt.avif}, tt.p)
		o, err := Open(t.Context(), sent.Link, w.Config)
		if err != nil {
			t.Fatal(err)
		}
		s, err := o.Unlock(t.Context(), Key{})
		if err != nil {
			t.Fatal(err)
		}
		views := map[manifest.Media]manifest.Variant{}
		for _, v := range s.Photos[0].Variants {
			if v.Role == manifest.View {
				views[v.Media] = v
			}
		}
		avif, ok := views[manifest.AVIF]
		if ok != tt.want {
			t.Errorf("%s: AVIF %v", tt.name, ok)
		}
		if ok && (!variant.Worth(int(avif.Size), int(views[manifest.WebP].Size)) || avif.Width != views[manifest.WebP].Width || avif.Bundle != 1) {
			t.Errorf("%s: %+v beside %+v", tt.name, avif, views[manifest.WebP])
		}
		if ok {
			if _, err := s.Read(t.Context(), avif); err != nil {
				t.Error(err)
			}
		}
	}
}
