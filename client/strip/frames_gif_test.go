package strip_test

import (
	"bytes"
	"fmt"
	stdgif "image/gif"
	"slices"
	"testing"

	"safelight/client/strip/gif"
	"safelight/client/strip/refuse"
)

// sameFrames compares what the standard decoder shows of both, frame by frame. It is no judge of what it cannot decode.
func sameFrames(a, b []byte) error {
	first, err := stdgif.DecodeAll(bytes.NewReader(a))
	if err != nil {
		return nil
	}
	second, err := stdgif.DecodeAll(bytes.NewReader(b))
	if err != nil {
		return fmt.Errorf("the output does not decode: %w", err)
	}
	if len(first.Image) != len(second.Image) || first.Config.Width != second.Config.Width || first.Config.Height != second.Config.Height {
		return fmt.Errorf("%d frames became %d", len(first.Image), len(second.Image))
	}
	for i := range first.Image {
		if first.Image[i].Rect != second.Image[i].Rect {
			return fmt.Errorf("frame %d: %v became %v", i, first.Image[i].Rect, second.Image[i].Rect)
		}
		if err := differ(first.Image[i], second.Image[i]); err != nil {
			return fmt.Errorf("frame %d: %w", i, err)
		}
		if len(first.Image) > 1 && (first.Delay[i] != second.Delay[i] || first.Disposal[i] != second.Disposal[i] && first.Disposal[i] < 4) {
			return fmt.Errorf("frame %d: another delay or disposal", i)
		}
	}
	// Go does not read loops that are written with more than they need; browsers do.
	if len(first.Image) > 1 && first.LoopCount != second.LoopCount && first.LoopCount != -1 {
		return fmt.Errorf("%d loops became %d", first.LoopCount, second.LoopCount)
	}
	return nil
}

func TestGIFControl(t *testing.T) {
	a, b := movingGIF(), movingGIF()
	b.blocks[5] = gifControl(0x0d, 301, 2)
	if sameFrames(a.bytes(), b.bytes()) == nil {
		t.Error("another delay is the same")
	}
	b = movingGIF()
	b.table = slices.Clone(gifTable)
	b.table[0]++
	if sameFrames(a.bytes(), b.bytes()) == nil {
		t.Error("another colour is the same")
	}
}

// What has to be shown is: frames, holes, tables, loops.
func TestGIFKept(t *testing.T) {
	for _, tt := range []struct {
		name   string
		src    []byte
		frames int
		parts  bool
	}{
		{"still", plainGIF().bytes(), 1, false},
		{"old version", func() []byte { f := plainGIF(); f.version = "87a"; return f.bytes() }(), 1, false},
		{"no end", func() []byte { f := plainGIF(); f.endless = true; return f.bytes() }(), 1, false},
		{"animation", movingGIF().bytes(), 3, true},
		{"no size", func() []byte { f := plainGIF(); f.width, f.height = 0, 0; return f.bytes() }(), 1, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			out, image := strippedGIF(t, tt.src)
			if err := sameFrames(tt.src, out); err != nil && tt.name != "no size" {
				t.Error(err)
			}
			if image.Frames != tt.frames || image.Width != 4 || (len(image.Parts) > 0) != tt.parts {
				t.Errorf("image is %+v", image)
			}
		})
	}
}

// A file that is cut off keeps the frames that are whole; what is left of the next goes. Without a whole one it is refused.
func TestGIFCut(t *testing.T) {
	f := movingGIF()
	whole, err := stdgif.DecodeAll(bytes.NewReader(f.bytes()))
	if err != nil {
		t.Fatal(err)
	}
	src := f.bytes()
	ends := []int{} // where the codes of each frame have ended
	at := len(src) - len(slices.Concat(f.blocks...)) - 1
	for _, block := range f.blocks {
		if at += len(block); block[0] == 0x2c {
			ends = append(ends, at-1)
		}
	}
	for n := ends[0] - 30; n <= len(src); n++ {
		frames := 0
		for frames < len(ends) && n >= ends[frames] {
			frames++
		}
		if frames == 0 && n >= ends[0]-1 {
			continue // the last byte may be needed for the end code only
		}
		out, image, err := gif.Strip(src[:n], gif.Options{MaxPixels: 1 << 20})
		if frames == 0 {
			if e, ok := err.(*refuse.Error); !ok || e.Code != refuse.Damaged {
				t.Errorf("cut at %d: error is %v", n, err)
			}
			continue
		}
		if err != nil || image.Frames < frames {
			t.Errorf("cut at %d: %d frames of %d, %v", n, image.Frames, frames, err)
			continue
		}
		strippedGIF(t, src[:n])
		got, err := stdgif.DecodeAll(bytes.NewReader(out))
		if err != nil || len(got.Image) != image.Frames {
			t.Fatalf("cut at %d: the output does not decode: %v", n, err)
		}
		for i := range got.Image {
			if err := differ(whole.Image[i], got.Image[i]); err != nil {
				t.Errorf("cut at %d: frame %d: %v", n, i, err)
			}
		}
	}
}
