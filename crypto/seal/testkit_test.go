package seal

import (
	"bytes"
	"compress/zlib"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"strings"
	"testing"

	agetest "c2sp.org/CCTV/age"
	"filippo.io/age"
	"filippo.io/age/armor"
)

// kitFile is one file of the age test kit (C2SP CCTV): lines "key: value", an empty line, the age file.
type kitFile struct {
	expect     string
	payload    string // SHA-256 of the plaintext, hexadecimal
	fileKey    []byte
	identities []age.Identity
	armored    bool
	file       []byte
}

func forEachKitFile(t *testing.T, f func(t *testing.T, k kitFile)) {
	t.Helper()
	files, err := fs.ReadDir(agetest.Vectors, ".")
	if err != nil {
		t.Fatal(err)
	}
	if len(files) < 100 {
		t.Fatalf("%d files in the kit", len(files))
	}
	for _, file := range files {
		b, err := fs.ReadFile(agetest.Vectors, file.Name())
		if err != nil {
			t.Fatal(err)
		}
		t.Run(file.Name(), func(t *testing.T) { f(t, parseKitFile(t, b)) })
	}
}

func parseKitFile(t *testing.T, b []byte) kitFile {
	t.Helper()
	var k kitFile
	head, file, ok := bytes.Cut(b, []byte("\n\n"))
	if !ok {
		t.Fatal("no empty line")
	}
	k.file = file
	for line := range strings.SplitSeq(string(head), "\n") {
		key, value, _ := strings.Cut(line, ": ")
		switch key {
		case "expect":
			k.expect = value
		case "payload":
			k.payload = value
		case "file key":
			k.fileKey, _ = hex.DecodeString(value)
		case "identity", "passphrase":
			k.identities = append(k.identities, kitIdentity(t, key, value))
		case "armored":
			k.armored = true
		case "compressed":
			r, err := zlib.NewReader(bytes.NewReader(k.file))
			if err != nil {
				t.Fatal(err)
			}
			if k.file, err = io.ReadAll(r); err != nil {
				t.Fatal(err)
			}
		case "comment":
		default:
			t.Fatalf("unknown key %q", key)
		}
	}
	return k
}

func kitIdentity(t *testing.T, key, value string) age.Identity {
	t.Helper()
	var id age.Identity
	var err error
	switch {
	case key == "passphrase":
		id, err = age.NewScryptIdentity(value)
	case strings.HasPrefix(value, "AGE-SECRET-KEY-PQ-"):
		id, err = age.ParseHybridIdentity(value)
	default:
		id, err = age.ParseX25519Identity(value)
	}
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// TestKit runs the kit through the age that is linked, natively and as js/wasm.
func TestKit(t *testing.T) {
	forEachKitFile(t, func(t *testing.T, k kitFile) {
		if got := decryptKit(k); got != k.expect {
			t.Errorf("age.Decrypt: %s, want %s", got, k.expect)
		}
	})
}

func decryptKit(k kitFile) string {
	var in io.Reader = bytes.NewReader(k.file)
	if k.armored {
		in = armor.NewReader(in)
	}
	armorErr, noMatch := new(armor.Error), new(age.NoIdentityMatchError)
	r, err := age.Decrypt(in, k.identities...)
	switch {
	case err == nil:
	case errors.As(err, &armorErr):
		return "armor failure"
	case errors.As(err, &noMatch):
		return "no match"
	case strings.HasSuffix(err.Error(), "bad header MAC"):
		return "HMAC failure"
	default:
		return "header failure"
	}
	plain, err := io.ReadAll(r)
	sum := sha256.Sum256(plain)
	switch {
	case k.payload != "" && hex.EncodeToString(sum[:]) != k.payload:
		return "another payload"
	case errors.As(err, &armorErr):
		return "armor failure"
	case err != nil:
		return "payload failure"
	}
	return "success"
}

// TestKitRefused: no file of the kit has the one header of this format, whatever age says of it.
func TestKitRefused(t *testing.T) {
	forEachKitFile(t, func(t *testing.T, k kitFile) {
		if _, err := Open(pass, k.file); !errors.Is(err, ErrHeader) {
			t.Errorf("Open = %v, want ErrHeader", err)
		}
	})
}

// TestKitStream reads the payloads of the kit, of which it tells the file key, with the code that opens ranges.
func TestKitStream(t *testing.T) {
	good, bad := 0, 0
	forEachKitFile(t, func(t *testing.T, k kitFile) {
		if k.armored || k.fileKey == nil || k.expect != "success" && k.expect != "payload failure" {
			return
		}
		head, err := age.ExtractHeader(bytes.NewReader(k.file))
		if err != nil {
			t.Fatal(err)
		}
		body := k.file[len(head):]
		if len(body) < nonceSize {
			bad++
			return // the header of our files is never cut: it is taken whole from the manifest
		}
		plain, err := openStream(k.fileKey, body[:nonceSize], body[nonceSize:])
		sum := sha256.Sum256(plain)
		switch ok := err == nil && hex.EncodeToString(sum[:]) == k.payload; {
		case k.expect == "success" && len(body) == nonceSize+16: // an empty plaintext, which no bundle has
			if err == nil {
				t.Error("a file of no bytes opened")
			}
		case ok != (k.expect == "success"):
			t.Errorf("%d bytes, %v, want %s", len(plain), err, k.expect)
		case ok:
			good++
		default:
			bad++
		}
	})
	if good < 4 || bad < 10 {
		t.Errorf("the kit had %d good and %d bad payloads: too few to mean anything", good, bad)
	}
}

func openStream(fileKey, nonce, chunks []byte) ([]byte, error) {
	file := append(make([]byte, HeaderSize), chunks...)
	b, err := newBundle(fileKey, nonce, uint64(len(file)))
	if err != nil {
		return nil, err
	}
	return b.Open(bytes.NewReader(file), 0, b.Size())
}
