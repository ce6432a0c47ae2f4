//go:build js

package bridge

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"image/png"
	"slices"
	"syscall/js"
	"testing"

	"safelight/client/strip"
	"safelight/client/strip/striptest"
	"safelight/client/variant"
)

// halves is a picture that is red on the left and blue, half transparent, on the right.
func halves(w, h int) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.NRGBA{200, 10, 10, 255}
			if x >= w/2 {
				c = color.NRGBA{10, 10, 200, 128}
			}
			img.SetNRGBA(x, y, c)
		}
	}
	return img
}

func TestInspectTells(t *testing.T) {
	Serve()
	for _, tt := range []struct {
		name, refusal string
		src           []byte
		convertible   bool
		pictures      int
	}{
		{"a camera's photo", "", striptest.CameraJPEG(64, 48, striptest.Options{Thumbnail: true}), false, 1},
		{"the head of one", "", striptest.CameraJPEG(640, 480, striptest.Options{})[:4096], false, 0},
		{"a film", "video", []byte("\x00\x00\x00\x18ftypisom"), false, 0},
		{"a bitmap", "bmp", append([]byte("BM"), make([]byte, 60)...), true, 0},
	} {
		got := must(t, "inspect", array(tt.src))
		var said told
		if err := json.Unmarshal([]byte(got.Get("report").String()), &said); err != nil {
			t.Fatal(err)
		}
		if said.Refusal != tt.refusal || said.Convertible != tt.convertible {
			t.Errorf("inspect of %s: refusal %q, convertible %v, want %q and %v", tt.name, said.Refusal, said.Convertible, tt.refusal, tt.convertible)
		}
		pictures := 0
		for i := range said.Findings {
			if p := got.Get("pictures").Index(i); !p.IsUndefined() {
				pictures++
				if media, _ := strip.Sniff(goBytes(p)); media == 0 {
					t.Errorf("inspect of %s: picture %d is none", tt.name, i)
				}
			}
		}
		if pictures != tt.pictures {
			t.Errorf("inspect of %s shows %d pictures, want %d", tt.name, pictures, tt.pictures)
		}
	}
}

func TestPixels(t *testing.T) {
	Serve()
	src := halves(40, 20)
	scaled := must(t, "scale", array(src.Pix), 40, 20, 20, 10)
	want := variant.Straight(variant.Scale(src, 20, 10))
	if !bytes.Equal(goBytes(scaled.Get("data")), want.Pix) || scaled.Get("width").Int() != 20 {
		t.Error("the engine scales otherwise than the command line")
	}
	made := must(t, "fromPixels", array(src.Pix), 40, 20)
	back := must(t, "decode", made.Get("bytes"))
	if !bytes.Equal(goBytes(back.Get("data")), src.Pix) {
		t.Error("pixels made a photo and back are others")
	}
	again, _, err := strip.Strip(goBytes(made.Get("bytes")))
	if err != nil || !bytes.Equal(again, goBytes(made.Get("bytes"))) {
		t.Errorf("a photo made of pixels is not stripped (%v)", err)
	}
	plain := must(t, "toSRGB", array(src.Pix), 40, 20, made.Get("bytes"))
	if !bytes.Equal(goBytes(plain.Get("data")), src.Pix) {
		t.Error("pixels without a profile were converted")
	}
	wide := striptest.CameraJPEG(40, 20, striptest.Options{Profile: "a screen"})
	if other := must(t, "toSRGB", array(src.Pix), 40, 20, array(wide)); bytes.Equal(goBytes(other.Get("data")), src.Pix) {
		t.Error("pixels with a wide profile were not converted")
	} else if other.Get("asSRGB").Bool() || plain.Get("asSRGB").Bool() {
		t.Error("what was converted, or is sRGB, is told to have been taken as sRGB")
	}
	photo := striptest.EncodeJPEG(striptest.Landscape(40, 20, 1), 80)
	tables := slices.Concat(photo[:2], striptest.Segment(0xe2, []byte("ICC_PROFILE\x00\x01\x01"), striptest.TableICC()), photo[2:])
	if taken := must(t, "toSRGB", array(src.Pix), 40, 20, array(tables)); !taken.Get("asSRGB").Bool() {
		t.Error("a profile of tables is not told of")
	}
}

func TestDecodes(t *testing.T) {
	Serve()
	var p, g bytes.Buffer
	png.Encode(&p, halves(40, 20))
	gif.Encode(&g, halves(40, 20), nil)
	for _, tt := range []struct {
		name string
		src  []byte
		want string // fault
	}{
		{"PNG", p.Bytes(), "<nil>"},
		{"GIF", g.Bytes(), "<nil>"},
		{"JPEG, which the page has a codec for", striptest.CameraJPEG(64, 48, striptest.Options{}), "no-decoder"},
		{"half a PNG", p.Bytes()[:p.Len()/2], "damaged"},
		{"nothing", nil, "empty"},
	} {
		got, err := call(t, "decode", array(tt.src))
		if fmt.Sprint(err) != tt.want {
			t.Errorf("decode of %s = %v, want %s", tt.name, err, tt.want)
		}
		if err == nil && got.Get("data").Length() != 4*40*20 {
			t.Errorf("decode of %s has %d bytes", tt.name, got.Get("data").Length())
		}
	}
}

func TestPixelsRefused(t *testing.T) {
	Serve()
	short := array(make([]byte, 4*40*20-1))
	for name, args := range map[string][]any{
		"fromPixels": {short, 40, 20},
		"scale":      {array(make([]byte, 4)), 1, 1, 2, 2},
		"toSRGB":     {short, 1 << 30, 1 << 30, array(nil)},
	} {
		if _, err := call(t, name, args...); fmt.Sprint(err) != "internal" {
			t.Errorf("%s = %v, want internal", name, err)
		}
	}
	if _, err := call(t, "mux", array([]byte("no frame")), 40, 20); fmt.Sprint(err) != "damaged" {
		t.Errorf("mux = %v, want damaged", err)
	}
	if _, err := call(t, "warm", 0); err != nil {
		t.Errorf("warm = %v", err)
	}
	if v := must(t, "inspect", js.Global().Get("Uint8Array").New(0)); v.Get("report").String() == "" {
		t.Error("inspect of nothing tells nothing")
	}
}
