package strip_test

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"hash/crc32"
	"slices"
	"strings"
	"testing"
	"time"

	"safelight/client/strip"
	"safelight/client/strip/refuse"
	"safelight/client/strip/striptest"
)

func ftyp(brands ...string) []byte {
	body := []byte(brands[0] + "\x00\x00\x00\x00" + strings.Join(brands[1:], ""))
	return slices.Concat(binary.BigEndian.AppendUint32(nil, uint32(8+len(body))), []byte("ftyp"), body)
}

func TestRefusals(t *testing.T) {
	photo := striptest.CameraJPEG(64, 48, striptest.Options{})
	shot := striptest.ScreenshotPNG(64, 48, striptest.Options{})
	progressive := striptest.Layout{Width: 40, Height: 40, Sampling: [][2]int{{1, 1}}, Progressive: true}.Code()
	sof := bytes.Index(photo, []byte{0xff, 0xc0})
	with := func(file []byte, at int, b ...byte) []byte { return patch(file, at, b) }
	for _, tt := range []struct {
		name string
		file []byte
		code refuse.Code
	}{
		{"empty", nil, refuse.Empty},
		{"text", []byte("hello"), refuse.Unknown},
		{"noise", bytes.Repeat([]byte{7}, 1000), refuse.Unknown},
		{"two bytes", []byte{0xff, 0xd8}, refuse.Unknown},
		{"HEIC without a picture", ftyp("heic", "mif1", "heic"), refuse.Damaged},
		{"HEIF with mif1 first", ftyp("mif1", "heic"), refuse.Damaged},
		{"AVIF without a picture", ftyp("avif", "mif1", "miaf"), refuse.Damaged},
		{"AVIF with mif1 first", ftyp("mif1", "avif", "miaf"), refuse.Damaged},
		{"MP4", ftyp("isom", "iso2"), refuse.Video},
		{"CR3", ftyp("crx ", "crx "), refuse.Raw},
		{"JXL codestream, cut", []byte("\xff\x0a\x00\x00"), refuse.Damaged},
		{"JXL container, empty", []byte("\x00\x00\x00\x0cJXL \r\n\x87\n"), refuse.Damaged},
		{"WebP, cut", []byte("RIFF\x10\x00\x00\x00WEBPVP8 "), refuse.Damaged},
		{"GIF without a picture", []byte("GIF89a\x01\x00"), refuse.Damaged},
		{"TIFF", []byte("II*\x00\x08\x00\x00\x00\x00\x00\x00\x00"), refuse.TIFF},
		{"CR2", []byte("II*\x00\x10\x00\x00\x00CR\x02\x00"), refuse.Raw},
		{"DNG", []byte("II*\x00\x08\x00\x00\x00\x01\x00\x12\xc6\x01\x00\x04\x00\x00\x00\x01\x04\x00\x00"), refuse.Raw},
		{"RAF", []byte("FUJIFILMCCD-RAW 0201"), refuse.Raw},
		{"BMP", []byte("BM\x00\x00\x00\x00"), refuse.BMP},
		{"PSD", []byte("8BPS\x00\x01"), refuse.PSD},
		{"ICO", []byte("\x00\x00\x01\x00\x01\x00"), refuse.ICO},
		{"JPEG 2000", []byte("\x00\x00\x00\x0cjP  \r\n\x87\n"), refuse.JP2},
		{"SVG", []byte("<?xml version='1.0'?>\n<svg xmlns='x'>"), refuse.SVG},
		{"PDF", []byte("%PDF-1.7"), refuse.PDF},
		{"HTML", []byte("\xef\xbb\xbf <!DOCTYPE html><p>"), refuse.HTML},
		{"JPEG cut in the coded data", photo[:len(photo)-300], refuse.Damaged},
		{"JPEG cut in a segment", photo[:30], refuse.Damaged},
		{"JPEG cut behind the header", photo[:sof+19], refuse.Damaged},
		{"progressive cut between scans", progressive[:bytes.LastIndex(progressive, []byte{0xff, 0xc4})], refuse.Damaged},
		{"a restart marker missing", withoutRestart(), refuse.Damaged},
		{"lossless", with(photo, sof+1, 0xc3), refuse.Coding},
		{"arithmetic", with(photo, sof+1, 0xc9), refuse.Coding},
		{"12 bits", with(photo, sof+4, 12), refuse.Coding},
		{"height comes late", with(photo, sof+5, 0, 0), refuse.Coding},
		{"no width", with(photo, sof+7, 0, 0), refuse.Damaged},
		{"two components", striptest.Layout{Width: 9, Height: 9, Sampling: [][2]int{{1, 1}, {1, 1}}}.Code(), refuse.Coding},
		{"a quantisation step of zero", zeroStep(photo), refuse.Damaged},
		{"JPEG of 4 gigapixels", with(photo, sof+5, 0xff, 0xff, 0xff, 0xff), refuse.LargeSize},
		{"JPEG of 100 megapixels in 2 kB", with(photo, sof+5, 0x27, 0x10, 0x27, 0x10), refuse.Damaged},
		{"PNG cut", shot[:len(shot)-20], refuse.Damaged},
		{"PNG without end", shot[:len(shot)-12], refuse.Damaged},
		{"PNG with a wrong checksum", with(shot, len(shot)-14, 0), refuse.Damaged},
		{"PNG of 2^31 × 1", sized(shot, 1<<31-1, 1), refuse.LargeSize},
		{"PNG of 2^31 × 2^31", sized(shot, 1<<31-1, 1<<31-1), refuse.LargeSize},
		{"PNG with fewer rows", sized(shot, 64, 10_000), refuse.Damaged},
		{"PNG without image data", slices.Concat(shot[:33], striptest.Chunk("IEND")), refuse.Damaged},
		{"iPhone's own PNG", slices.Concat(shot[:8], striptest.Chunk("CgBI", []byte{0x50, 0, 0x20, 2}), shot[8:]), refuse.Coding},
		{"unknown critical chunk", slices.Concat(shot[:33], striptest.Chunk("ABCD"), shot[33:]), refuse.Coding},
		{"a film beside no picture", slices.Concat(ftyp("avis", "msf1"), striptest.Box("meta", make([]byte, 4)), striptest.Box("moov")), refuse.AVIF},
		{"no picture and no film", slices.Concat(ftyp("avis", "msf1"), striptest.Box("meta", make([]byte, 4))), refuse.Damaged},
		{"too large a file", append(slices.Clone(photo), make([]byte, strip.MaxBytes)...), refuse.LargeFile},
	} {
		t.Run(tt.name, func(t *testing.T) {
			began := time.Now()
			out, _, err := strip.Strip(tt.file)
			var refusal *strip.Error
			if !errors.As(err, &refusal) || out != nil {
				t.Fatalf("error is %v, want a refusal", err)
			}
			if refusal.Code != tt.code {
				t.Errorf("code is %q (%v), want %q", refusal.Code, err, tt.code)
			}
			if d := time.Since(began); d > 2*time.Second {
				t.Errorf("the refusal took %v", d)
			}
		})
	}
}

// Every code has a sentence and a class.
func TestCodes(t *testing.T) {
	classes := []string{"empty", "large", "damaged", "not-a-photo", "unsupported"}
	for _, code := range refuse.Codes() {
		err := refuse.New(code, "")
		if len(err.Error()) < 20 || !slices.Contains(classes, err.Class()) {
			t.Errorf("%s: %q, class %q", code, err, err.Class())
		}
	}
}

func zeroStep(photo []byte) []byte {
	at := bytes.Index(photo, []byte{0xff, 0xdb})
	return patch(photo, at+10, []byte{0})
}

func withoutRestart() []byte {
	file := striptest.Layout{Width: 64, Height: 64, Sampling: [][2]int{{1, 1}}, Restart: 8}.Code()
	at := bytes.Index(file, []byte{0xff, 0xd3})
	return slices.Delete(file, at, at+2)
}

// sized writes another size into the header of a PNG.
func sized(shot []byte, w, h uint32) []byte {
	out := slices.Clone(shot)
	binary.BigEndian.PutUint32(out[16:], w)
	binary.BigEndian.PutUint32(out[20:], h)
	binary.BigEndian.PutUint32(out[29:], crc32.ChecksumIEEE(out[12:29]))
	return out
}

// What would take long in a careless parser.
func TestHostile(t *testing.T) {
	shot := striptest.ScreenshotPNG(16, 16, striptest.Options{})
	for name, file := range map[string][]byte{
		"a megabyte of fill":       slices.Concat([]byte{0xff, 0xd8}, bytes.Repeat([]byte{0xff}, 8<<20)),
		"a megabyte of segments":   slices.Concat([]byte{0xff, 0xd8}, bytes.Repeat([]byte{0xff, 0xfe, 0, 2}, 2<<20)),
		"junk between many":        slices.Concat([]byte{0xff, 0xd8, 0xff}, bytes.Repeat([]byte{0, 1, 0xff}, 2<<20)),
		"many empty restarts":      slices.Concat([]byte{0xff, 0xd8}, bytes.Repeat([]byte{0xff, 0xd0}, 4<<20)),
		"many PNG chunks":          slices.Concat(shot[:33], bytes.Repeat(striptest.Chunk("tEXt"), 500_000), shot[33:]),
		"a profile of 40 MB":       slices.Concat(shot[:33], striptest.Chunk("iCCP", []byte("x\x00\x00"), striptest.Deflate(make([]byte, 40<<20))), shot[33:]),
		"rows of 40 MB too much":   pngFile{depth: 8, width: 4, height: 4, rows: make([]byte, 40<<20)}.bytes(),
		"text of 40 MB":            slices.Concat(shot[:33], striptest.Chunk("zTXt", []byte("x\x00\x00"), striptest.Deflate(make([]byte, 40<<20))), shot[33:]),
		"scans that say nothing":   emptyScans(),
		"EXIF that points to self": slices.Concat([]byte{0xff, 0xd8}, striptest.Segment(0xe1, []byte("Exif\x00\x00II*\x00\x08\x00\x00\x00\x01\x00\x69\x87\x04\x00\x01\x00\x00\x00\x08\x00\x00\x00\x08\x00\x00\x00"))),
	} {
		t.Run(name, func(t *testing.T) {
			began := time.Now()
			_, _, err := strip.Strip(file)
			if d := time.Since(began); d > 5*time.Second {
				t.Errorf("took %v (%v)", d, err)
			}
		})
	}
}

// emptyScans has 100 megapixels in 200 kB and then refines one coefficient after the other without saying anything: each
// scan has 100 bytes and visits all blocks.
func emptyScans() []byte {
	const blocks = 1250 * 1250
	seg := striptest.Segment
	table := func(class byte, symbols ...byte) []byte {
		counts := make([]byte, 16)
		counts[0], counts[7] = 1, byte(len(symbols)-1)
		return seg(0xc4, []byte{class << 4}, counts, symbols)
	}
	file := slices.Concat([]byte{0xff, 0xd8}, seg(0xdb, []byte{0}, bytes.Repeat([]byte{1}, 64)),
		seg(0xc2, []byte{8, 0x27, 0x10, 0x27, 0x10, 1, 1, 0x11, 0}), table(0, 0), table(1, 0xe0),
		seg(0xda, []byte{1, 1, 0, 0, 0, 0}), make([]byte, blocks/8), []byte{0x7f >> (blocks%8 - 1)})
	// The end of band for 32,767 blocks is one code of one bit and fourteen ones.
	var bits []byte
	for left := blocks; left > 0; left -= 32767 {
		bits = append(bits, 0)
		for range 14 {
			bits = append(bits, 1)
		}
	}
	var coded []byte
	for len(bits)%8 != 0 {
		bits = append(bits, 1)
	}
	for i := 0; i < len(bits); i += 8 {
		var v byte
		for _, b := range bits[i : i+8] {
			v = v<<1 | b
		}
		if coded = append(coded, v); v == 0xff {
			coded = append(coded, 0)
		}
	}
	for k := byte(1); k < 64; k++ {
		for al := 13; al >= 0; al-- {
			ah := byte(al+1) << 4
			if al == 13 {
				ah = 0
			}
			file = slices.Concat(file, seg(0xda, []byte{1, 1, 0, k, k, ah | byte(al)}), coded)
		}
	}
	return append(file, 0xff, 0xd9)
}

// The report is what the pages and the command line read: names are fixed, values bounded and clean.
func TestReport(t *testing.T) {
	o := striptest.Everything("PLANTED")
	o.Comment = "two\r\nlines\x00hidden"
	o.Owner = "Amelia \u202eevil\u200b " + strings.Repeat("long ", 100)
	for name, src := range map[string][]byte{"jpeg": striptest.CameraJPEG(64, 48, o), "png": striptest.ScreenshotPNG(64, 48, o)} {
		t.Run(name, func(t *testing.T) {
			_, report, err := strip.Strip(src)
			if err != nil {
				t.Fatal(err)
			}
			inspected, err := strip.Inspect(src)
			if err != nil {
				t.Fatal(err)
			}
			want := map[string]string{
				"gps-position": "52.37020, 4.89520", "gps-altitude": "0 m", "camera": "Safelight Optical SO-7 Mark II", "camera-serial": "PLANTED-serial",
				"lens": "SO 24-70mm F2.8", "settings": "1/250 s, f/2.8, ISO 200", "taken": "2026-05-04 11:12:13",
				"colour-profile": "PLANTED-profile", "edit-history": "Darkroom 4.2",
			}
			for _, r := range []strip.Report{report, inspected} {
				for code, value := range want {
					if !slices.ContainsFunc(r.Findings, func(f strip.Finding) bool {
						return f.Code == code && (f.Count == 2) == (code == "edit-history") && (f.Value == value || code == "taken" && strings.HasPrefix(f.Value, value))
					}) {
						t.Errorf("%s %q is not among %s", code, value, told(r))
					}
				}
				checkFindings(t, r)
			}
			if report.Width != 64 || report.Height != 48 || report.Orientation != 6 || !report.ICC || report.Before != len(src) || report.After == 0 {
				t.Errorf("report is %s", told(report))
			}
			b, err := json.Marshal(report)
			if err != nil {
				t.Fatal(err)
			}
			for _, key := range []string{`"media":"image/` + name + `"`, `"width":64`, `"orientation":6`, `"findings":[{"group":"place","code":"gps-position","label":"finding.gps-position","value":"`} {
				if !bytes.Contains(b, []byte(key)) {
					t.Errorf("JSON lacks %s: %s", key, b)
				}
			}
		})
	}
}

// told writes a report without the bytes of its pictures.
func told(r strip.Report) string {
	b, err := json.Marshal(r)
	if err != nil {
		return err.Error()
	}
	return string(b)
}

func checkFindings(t *testing.T, r strip.Report) {
	t.Helper()
	for _, f := range r.Findings {
		if !slices.Contains(strip.Codes(), f.Code) {
			t.Errorf("code %q is not listed", f.Code)
		}
		if len([]rune(f.Value)) > 200 || strings.ContainsAny(f.Value, "\r\n\x00\u202e\u200b") {
			t.Errorf("%s has value %q", f.Code, f.Value)
		}
		if f.Code == "thumbnail" && (f.Width != 160 || f.Height != 120) {
			t.Errorf("the thumbnail has %d×%d pixels", f.Width, f.Height)
		}
		if f.Code == "comment" && f.Value != "two lines" {
			t.Errorf("comment is %q", f.Value)
		}
	}
}

// A file that gives nothing away says so as an empty list, not as null.
func TestReportEmpty(t *testing.T) {
	r, err := strip.Inspect(plainJPEG())
	if err != nil {
		t.Fatal(err)
	}
	if b, _ := json.Marshal(r); !bytes.Contains(b, []byte(`"findings":[]`)) {
		t.Errorf("JSON is %s", b)
	}
}

// What lies behind the image is named by what it is.
func TestTrailers(t *testing.T) {
	photo := striptest.EncodeJPEG(striptest.Landscape(64, 32, 1), 90)
	for _, tt := range []struct {
		name, code string
		trailer    []byte
	}{
		{"second picture", "second-picture", photo},
		{"film", "motion-photo", ftyp("mp42", "isom")},
		{"anything", "trailer", []byte("anything")},
	} {
		_, r, err := strip.Strip(slices.Concat(photo, tt.trailer))
		if err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(r.Findings, func(f strip.Finding) bool { return f.Code == tt.code })
		if i < 0 {
			t.Errorf("%s: %s", tt.name, told(r))
			continue
		}
		if f := r.Findings[i]; tt.code == "second-picture" && (f.Width != 64 || f.Height != 32) {
			t.Errorf("the second picture has %d×%d pixels", f.Width, f.Height)
		}
	}
}
