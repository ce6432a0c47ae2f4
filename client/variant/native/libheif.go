package native

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"image"
	"io"
	"sync"
	_ "unsafe" // for go:linkname

	_ "github.com/gen2brain/heic" // carries libheif as WebAssembly
	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"
)

// heicModule is libheif 1.18 with libde265 (both LGPL). Its Go wrapper is not used: it takes the rows of narrow pictures for
// shorter than they are, hands out what the module says on standard output, bounds no memory, and prefers a library of the
// system, which would decode hostile files with our rights.
//
//go:linkname heicModule github.com/gen2brain/heic.heifWasm
var heicModule []byte

// heicPages bounds the memory of one decoding: 2 GiB, in pages of 64 KiB. Pictures of 120 megapixels take less.
const heicPages = 2 << 30 >> 16

// compiled is the module ready to run. Compiling takes a third of a second, once, when the first HEIC comes.
var compiled = sync.OnceValues(func() (func(context.Context) (api.Module, error), error) {
	z, err := gzip.NewReader(bytes.NewReader(heicModule))
	if err != nil {
		return nil, err
	}
	code, err := io.ReadAll(z)
	if err != nil {
		return nil, err
	}
	ctx := context.Background()
	runtime := wazero.NewRuntimeWithConfig(ctx, wazero.NewRuntimeConfig().WithMemoryLimitPages(heicPages))
	if _, err := wasi_snapshot_preview1.Instantiate(ctx, runtime); err != nil {
		return nil, err
	}
	module, err := runtime.CompileModule(ctx, code)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context) (api.Module, error) {
		return runtime.InstantiateModule(ctx, module, wazero.NewModuleConfig().WithName(""))
	}, nil
})

var errHEIC = errors.New("the file does not decode")

// libheif is one decoding: the module with the file in its memory.
type libheif struct {
	module api.Module
	file   uint64
	size   int
	facts  uint64 // five numbers: width, height, colour space, chroma, premultiplied
}

// decodeLibheif returns what the decoder makes of the file's picture: turned and cropped as it says, 8 bits.
func decodeLibheif(data []byte) (image.Image, error) {
	instantiate, err := compiled()
	if err != nil {
		return nil, fmt.Errorf("starting the decoder: %w", err)
	}
	ctx := context.Background()
	module, err := instantiate(ctx)
	if err != nil {
		return nil, fmt.Errorf("starting the decoder: %w", err)
	}
	defer module.Close(ctx)
	l := libheif{module: module, size: len(data)}
	if l.file, err = l.alloc(len(data)); err != nil {
		return nil, err
	}
	if l.facts, err = l.alloc(4 * 5); err != nil || !module.Memory().Write(uint32(l.file), data) {
		return nil, errHEIC
	}
	if err := l.call(true, 0); err != nil {
		return nil, err
	}
	return l.picture()
}

func (l *libheif) alloc(n int) (uint64, error) {
	got, err := l.module.ExportedFunction("malloc").Call(context.Background(), uint64(n))
	if err != nil || got[0] == 0 {
		return 0, errHEIC
	}
	return got[0], nil
}

func (l *libheif) call(headOnly bool, out uint64) error {
	only := uint64(0)
	if headOnly {
		only = 1
	}
	f := l.facts
	got, err := l.module.ExportedFunction("decode").Call(context.Background(), l.file, uint64(l.size), only, f, f+4, f+8, f+12, f+16, out)
	if err != nil || got[0] == 0 {
		return errHEIC // what a trap says is of no use to anybody
	}
	return nil
}

// picture decodes into rows as libheif lays them out: at least 64 pixels, and a multiple of 16 bytes.
func (l *libheif) picture() (image.Image, error) {
	var n [5]int
	for i := range n {
		v, ok := l.module.Memory().ReadUint32Le(uint32(l.facts) + uint32(4*i))
		if !ok || v > 1<<20 {
			return nil, errHEIC
		}
		n[i] = int(v)
	}
	w, h, space, chroma := n[0], n[1], n[2], n[3]
	if w == 0 || h == 0 || w*h > maxPixels {
		return nil, errHEIC
	}
	row := func(pixels, size int) int { return (max(64, (pixels+1)&^1)*size + 15) &^ 15 }
	all := image.Rect(0, 0, w, h)
	switch space {
	case 0: // planes
		m := &image.YCbCr{Rect: all, YStride: row(w, 1)}
		cw, ch := w, h
		switch chroma {
		case 1:
			m.SubsampleRatio, cw, ch = image.YCbCrSubsampleRatio420, (w+1)/2, (h+1)/2
		case 2:
			m.SubsampleRatio, cw = image.YCbCrSubsampleRatio422, (w+1)/2
		case 3:
			m.SubsampleRatio = image.YCbCrSubsampleRatio444
		default:
			return nil, errHEIC
		}
		m.CStride = row(cw, 1)
		y, c := m.YStride*h, m.CStride*ch
		pix, err := l.pixels(y + 2*c)
		if err != nil {
			return nil, err
		}
		m.Y, m.Cb, m.Cr = pix[:y:y], pix[y:y+c:y+c], pix[y+c:]
		return m, nil
	case 1:
		pix, err := l.pixels(row(w, 4) * h)
		if n[4] == 1 {
			return &image.RGBA{Pix: pix, Stride: row(w, 4), Rect: all}, err
		}
		return &image.NRGBA{Pix: pix, Stride: row(w, 4), Rect: all}, err
	case 2:
		pix, err := l.pixels(row(w, 1) * h)
		return &image.Gray{Pix: pix, Stride: row(w, 1), Rect: all}, err
	}
	return nil, errHEIC
}

// pixels decodes and copies the result out of the module. There is room behind it for rows longer than expected.
func (l *libheif) pixels(n int) ([]byte, error) {
	out, err := l.alloc(2*n + 1<<16)
	if err != nil {
		return nil, err
	}
	if err := l.call(false, out); err != nil {
		return nil, err
	}
	b, ok := l.module.Memory().Read(uint32(out), uint32(n))
	if !ok {
		return nil, errHEIC
	}
	return bytes.Clone(b), nil
}
