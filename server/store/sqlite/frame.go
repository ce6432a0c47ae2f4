package sqlite

import "safelight/server/store/sqlrec"

// frame keeps values out of b-tree leaves.
//
// secure_delete zeroes what is freed, but when SQLite moves live cells from leaf to leaf (balancing), it leaves copies
// in the gap of the old page that no later DELETE knows of. Measured: about one in ten thousand deleted values was
// still in the file after a truncating checkpoint. Overflow pages are never moved and are zeroed as a whole when they
// are freed. So each value is stored behind zeros that fill the part of a row that SQLite keeps in the leaf, and ends
// where that part has its least size.
//
// The rule (https://sqlite.org/fileformat.html#b_tree_pages): of a payload of P bytes, in pages of U bytes, more than
// U-35, the leaf keeps K = M + (P-M) mod (U-4) bytes if K ≤ U-35, else M, with M = (U-12)·32/255 - 23.
func frame(pageSize int) sqlrec.Frame {
	// What stands before the value in a row: the header of the row, and the columns id to size.
	const least, most = 20, 90
	leaf := (pageSize-12)*32/255 - 23
	offset := leaf + most - 2*least // the leaf keeps at most leaf + (most - least) bytes, at least least are columns
	overflow := pageSize - 4
	return sqlrec.Frame{
		Offset: offset,
		Size: func(valueSize int) int {
			pages := (valueSize + offset - (leaf - least) + overflow - 1) / overflow
			return leaf - least + max(pages, 1)*overflow
		},
	}
}
