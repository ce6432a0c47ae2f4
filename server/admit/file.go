package admit

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// File keeps the hashes of tokens, one in a line. A missing file is an empty one.
type File string

// Hashes reads all of them.
func (f File) Hashes(context.Context) ([]Hash, error) {
	b, err := os.ReadFile(string(f))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var hashes []Hash
	for line := range strings.Lines(string(b)) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		h, err := ParseHash(line)
		if err != nil {
			return nil, err
		}
		hashes = append(hashes, h)
	}
	return hashes, nil
}

// Add makes a token and keeps its hash beside the others, or instead of them.
func (f File) Add(ctx context.Context, instead bool) (token string, err error) {
	var hashes []Hash
	if !instead {
		if hashes, err = f.Hashes(ctx); err != nil {
			return "", err
		}
	}
	token = New()
	var b strings.Builder
	for _, h := range append(hashes, Sum(token)) {
		b.WriteString(hex.EncodeToString(h[:]) + "\n")
	}
	return token, f.replace(b.String())
}

// replace writes the file anew, so that a reader sees the old or the new one and never half of it.
func (f File) replace(content string) error {
	tmp, err := os.CreateTemp(filepath.Dir(string(f)), "."+filepath.Base(string(f))+"-*") // mode 0600
	if err != nil {
		return fmt.Errorf("keep the token's hash: %w", err)
	}
	defer os.Remove(tmp.Name()) // gone already when all went well
	_, err = tmp.WriteString(content)
	if err == nil {
		err = tmp.Sync()
	}
	if err = errors.Join(err, tmp.Close()); err == nil {
		err = os.Rename(tmp.Name(), string(f))
	}
	if err != nil {
		return fmt.Errorf("keep the token's hash: %w", err)
	}
	return nil
}
