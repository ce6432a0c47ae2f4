package exif

import "slices"

// maxDirectories bounds how many directories of a file are looked at for pictures.
const maxDirectories = 64

// Pictures returns the JPEGs that a TIFF or a raw file holds in the directories of its pages and below them: previews,
// and photos in lossless coding, which only the caller can tell apart.
func Pictures(block []byte) [][]byte {
	order := rawOrder(block)
	if order == nil {
		return nil
	}
	var found [][]byte
	queue := []uint32{order.Uint32(block[4:])}
	seen := map[uint32]bool{0: true}
	for i := 0; i < len(queue) && i < maxDirectories; i++ {
		if seen[queue[i]] {
			continue
		}
		seen[queue[i]] = true
		w := walk{block: block, order: order}
		next := w.directory(Main, queue[i])
		queue = append(queue, next)
		for _, e := range w.entries {
			if e.Tag == 0x014a && e.Kind == 4 {
				for k := 0; k+4 <= len(e.Value); k += 4 {
					queue = append(queue, order.Uint32(e.Value[k:]))
				}
			}
		}
		found = append(found, w.jpegs()...)
	}
	return found
}

// jpegs returns those of one directory: by the tags for them, as a page of one strip, or as Panasonic has it.
func (w *walk) jpegs() (found [][]byte) {
	find := func(tag uint16) (Entry, bool) {
		i := slices.IndexFunc(w.entries, func(e Entry) bool { return e.Tag == tag })
		if i < 0 {
			return Entry{}, false
		}
		return w.entries[i], true
	}
	for _, pair := range [][2]uint16{{0x0201, 0x0202}, {0x0111, 0x0117}} {
		at, okAt := find(pair[0])
		n, okN := find(pair[1])
		if !okAt || !okN || at.Count != 1 {
			continue
		}
		from, _ := at.Uint()
		size, _ := n.Uint()
		if end := uint64(from) + uint64(size); end <= uint64(len(w.block)) {
			found = append(found, w.block[from:end])
		}
	}
	if e, ok := find(0x002e); ok {
		found = append(found, e.Value)
	}
	return slices.DeleteFunc(found, func(b []byte) bool { return len(b) < 4 || string(b[:3]) != "\xff\xd8\xff" })
}
