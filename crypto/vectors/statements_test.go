package vectors

import (
	"bytes"
	"testing"

	"safelight/crypto/keys"
	"safelight/crypto/statement"
	"safelight/crypto/strict"
)

// exampleStatement is a statement of owner that nothing is wrong with.
func exampleStatement() statement.Statement {
	o := owner()
	return statement.Statement{
		Version: 1, ID: o.ID(), Owner: o.Public(), Revision: 1, Created: 1_767_225_600_000, Expires: 1_767_830_400_000,
		Manifest: [32]byte(count(0x60, 32)), Stage: statement.StageComplete,
		Bundles: []statement.Bundle{
			{Upload: statement.UploadID(count(0x10, 16)), Size: 300_000, PartSize: statement.MinPartSize},
			{Upload: statement.UploadID(count(0x20, 16)), Size: 5_000_000_00, PartSize: statement.MaxPartSize},
		},
	}
}

func statements(t *testing.T) any {
	o := owner()
	f := File[Statement]{About: "FORMAT.md, The statement. Errors in the order of the checks: header, version, form, id, signature, rules."}
	raw := func(name string, doc, sig []byte, id statement.ID, code string) {
		c := Statement{Name: name, ID: id[:], Statement: doc, Signature: sig, Error: code}
		if code == "" {
			c.Fields = fields(t, doc)
		}
		f.Cases = append(f.Cases, c)
	}
	edited := func(name, code string, edit func(*statement.Statement)) {
		s := exampleStatement()
		edit(&s)
		doc, err := s.MarshalMsg(nil)
		if err != nil {
			t.Fatal(err)
		}
		raw(name, doc, o.Sign(statement.TypeStatement, doc), o.ID(), code)
	}
	for _, e := range statementEdits {
		edited(e.name, e.code, e.edit)
	}
	s := exampleStatement()
	good, err := s.Append(nil)
	if err != nil {
		t.Fatal(err)
	}
	bytesOf := func(name, code string, edit func([]byte) []byte) {
		doc := edit(bytes.Clone(good))
		raw(name, doc, o.Sign(statement.TypeStatement, doc), o.ID(), code)
	}
	// Where things stand in the good document: 9e 01 c410<id> c420<P> 01 cf<created> cf<expires> 00 00 c400 c420<manifest> …
	const revision, created = 2 + 18 + 34, 2 + 18 + 34 + 1
	bytesOf("nothing", "header", func([]byte) []byte { return nil })
	bytesOf("header alone", "header", func(b []byte) []byte { return b[:1] })
	bytesOf("thirteen elements", "header", func(b []byte) []byte { b[0] = 0x9d; return b[:len(b)-1] })
	bytesOf("fifteen elements", "header", func(b []byte) []byte { b[0] = 0x9f; return append(b, 0) })
	bytesOf("array16", "header", func(b []byte) []byte { return append([]byte{0xdc, 0, 14}, b[1:]...) })
	bytesOf("a map", "header", func(b []byte) []byte { b[0] = 0x8e; return b })
	bytesOf("version written long", "version", func(b []byte) []byte { return append([]byte{0x9e, 0xcc, 1}, b[2:]...) })
	bytesOf("a byte behind the end", "form", func(b []byte) []byte { return append(b, 0) })
	bytesOf("cut", "form", func(b []byte) []byte { return b[:len(b)-1] })
	bytesOf("id as bin16", "form", func(b []byte) []byte { return append([]byte{0x9e, 1, 0xc5, 0}, b[3:]...) })
	bytesOf("id as str", "form", func(b []byte) []byte { return append([]byte{0x9e, 1, 0xb0}, b[4:]...) })
	bytesOf("revision written long", "form", func(b []byte) []byte { return splice(b, revision, 1, 0xcc, 1) })
	bytesOf("revision as signed integer", "form", func(b []byte) []byte { return splice(b, revision, 1, 0xd0, 1) })
	bytesOf("revision 300 as msgp's AppendInt64 writes it", "form", func(b []byte) []byte { return splice(b, revision, 1, 0xd1, 0x01, 0x2c) })
	bytesOf("revision negative", "form", func(b []byte) []byte { return splice(b, revision, 1, 0xff) })
	bytesOf("revision nil", "form", func(b []byte) []byte { return splice(b, revision, 1, 0xc0) })
	bytesOf("revision true", "form", func(b []byte) []byte { return splice(b, revision, 1, 0xc3) })
	bytesOf("created as int64", "form", func(b []byte) []byte { b[created] = 0xd3; return b })
	bytesOf("created as float64", "form", func(b []byte) []byte { b[created] = 0xcb; return b })
	bytesOf("locks nil", "form", func(b []byte) []byte { return splice(b, created+9+9+2, 2, 0xc0) })
	bytesOf("locks as an empty array", "form", func(b []byte) []byte { return splice(b, created+9+9+2, 2, 0x90) })

	other := newSigner(0x33)
	raw("link to another share", good, o.Sign(statement.TypeStatement, good), other.Public().ID(), "id")
	raw("signed by another key", good, other.Sign(statement.TypeStatement, good), o.ID(), "signature")
	raw("signature of a request", good, o.Sign(statement.TypeRequest, good), o.ID(), "signature")
	raw("signature without the type", good, keysSignRaw(o, good), o.ID(), "signature")
	sig := o.Sign(statement.TypeStatement, good)
	raw("signature cut", good, sig[:63], o.ID(), "signature")
	raw("signature of 65 bytes", good, append(bytes.Clone(sig), 0), o.ID(), "signature")
	raw("no signature", good, nil, o.ID(), "signature")
	return f
}

// keysSignRaw signs body as it stands, without PAE, by asking for an empty type: another message altogether.
func keysSignRaw(o keys.Owner, body []byte) []byte { return o.Sign("", body) }

// splice replaces n bytes of b at i.
func splice(b []byte, i, n int, with ...byte) []byte {
	return append(append(bytes.Clone(b[:i]), with...), b[i+n:]...)
}

var statementEdits = []struct {
	name, code string
	edit       func(*statement.Statement)
}{
	{"two bundles", "", func(*statement.Statement) {}},
	{"stage 1", "", func(s *statement.Statement) { s.Stage, s.Bundles = 1, s.Bundles[:1] }},
	{"stage 2 with the quick bundle alone", "", func(s *statement.Statement) { s.Bundles = s.Bundles[:1] }},
	{"passphrase, view limit, locks, log key, ask first", "", func(s *statement.Statement) {
		s.Revision, s.ViewLimit, s.Suite, s.Locks, s.LogKey, s.AskFirst = 300, 65_536, 1, count(0x70, 32), count(0x80, 32), 1
	}},
	{"largest integers", "", func(s *statement.Statement) {
		s.Revision, s.Expires, s.ViewLimit = strict.MaxInt, strict.MaxInt, strict.MaxInt
	}},
	{"largest bundle, smallest bundle", "", func(s *statement.Statement) {
		s.Bundles[0].Size, s.Bundles[1].Size = statement.MinBundleSize, statement.MaxBundleSize
	}},
	{"version 0", "version", func(s *statement.Statement) { s.Version = 0 }},
	{"version 2", "version", func(s *statement.Statement) { s.Version = 2 }},
	{"expires over 2^53-1", "form", func(s *statement.Statement) { s.Expires = strict.MaxInt + 1 }},
	{"locks of 31 bytes", "form", func(s *statement.Statement) { s.Locks = count(0, 31) }},
	{"log key of 33 bytes", "form", func(s *statement.Statement) { s.LogKey = count(0, 33) }},
	{"no bundle", "form", func(s *statement.Statement) { s.Bundles = nil }},
	{"three bundles", "form", func(s *statement.Statement) {
		s.Bundles = append(s.Bundles, statement.Bundle{Upload: statement.UploadID(count(0x30, 16)), Size: 300_000, PartSize: statement.MinPartSize})
	}},
	{"id of another key", "id", func(s *statement.Statement) { s.ID = newSigner(0x33).Public().ID() }},
	{"key of another id", "id", func(s *statement.Statement) { s.Owner = newSigner(0x33).Public() }},
	{"revision 0", "rules", func(s *statement.Statement) { s.Revision = 0 }},
	{"expires when it was created", "rules", func(s *statement.Statement) { s.Expires = s.Created }},
	{"expires before it was created", "rules", func(s *statement.Statement) { s.Expires = s.Created - 1 }},
	{"suite 2", "rules", func(s *statement.Statement) { s.Suite = 2 }},
	{"stage 0", "rules", func(s *statement.Statement) { s.Stage = 0 }},
	{"stage 3", "rules", func(s *statement.Statement) { s.Stage = 3 }},
	{"ask first 2", "rules", func(s *statement.Statement) { s.AskFirst = 2 }},
	{"stage 1 with two bundles", "rules", func(s *statement.Statement) { s.Stage = 1 }},
	{"stage 1 with a view limit", "rules", func(s *statement.Statement) { s.Stage, s.Bundles, s.ViewLimit = 1, s.Bundles[:1], 1 }},
	{"one upload twice", "rules", func(s *statement.Statement) { s.Bundles[1].Upload = s.Bundles[0].Upload }},
	{"part size not a multiple of 64 KiB", "rules", func(s *statement.Statement) { s.Bundles[0].PartSize = 300_000 }},
	{"part size of 192 KiB", "rules", func(s *statement.Statement) { s.Bundles[0].PartSize = 192 << 10 }},
	{"part size of 8,256 KiB", "rules", func(s *statement.Statement) { s.Bundles[0].PartSize = 8256 << 10 }},
	{"part size 0", "rules", func(s *statement.Statement) { s.Bundles[1].PartSize = 0 }},
	{"bundle of 181 bytes", "rules", func(s *statement.Statement) { s.Bundles[0].Size = statement.MinBundleSize - 1 }},
	{"bundle over 4 GiB", "rules", func(s *statement.Statement) { s.Bundles[1].Size = statement.MaxBundleSize + 1 }},
}

func fields(t *testing.T, doc []byte) *StatementFields {
	t.Helper()
	s, err := statement.Parse(doc)
	if err != nil {
		t.Fatal(err)
	}
	f := &StatementFields{
		Owner: s.Owner[:], Revision: s.Revision, Created: s.Created, Expires: s.Expires, ViewLimit: s.ViewLimit, Suite: s.Suite,
		Locks: s.Locks, Manifest: s.Manifest[:], LogKey: s.LogKey, Stage: s.Stage, AskFirst: s.AskFirst,
	}
	for _, b := range s.Bundles {
		f.Bundles = append(f.Bundles, Upload{Upload: b.Upload[:], Size: b.Size, PartSize: b.PartSize})
	}
	return f
}

func TestStatements(t *testing.T) {
	for _, tt := range load[Statement](t, "statements") {
		t.Run(tt.Name, func(t *testing.T) {
			_, err := statement.Open(tt.Statement, tt.Signature, statement.ID(tt.ID))
			if got := statement.CodeOf(err); got != tt.Error || (err == nil) != (tt.Error == "") {
				t.Fatalf("Open = %v, want %q", err, tt.Error)
			}
			if err == nil {
				if a, b := encode(t, fields(t, tt.Statement)), encode(t, tt.Fields); !bytes.Equal(a, b) {
					t.Errorf("fields\n%s, want\n%s", a, b)
				}
			}
		})
	}
}
