package passphrase

import (
	"crypto/rand"
	_ "embed"
	"encoding/binary"
	"math"
	"strings"

	"github.com/trustelem/zxcvbn"
)

// words.txt holds 2,048 short, common English words, one a line, sorted: made for Safelight, without words that sound
// like another one, so that a phrase can be told over the telephone.
//
//go:embed words.txt
var wordFile string

// Words is the word list. An index of 11 bits is one word.
var Words = strings.Fields(wordFile)

// GeneratedWords is how many words Generate joins: 6 × 11 = 66 bits.
const GeneratedWords = 6

// Generate returns a random passphrase of six words with hyphens between them.
func Generate() string {
	words := make([]string, GeneratedWords)
	for i := range words {
		var b [2]byte
		rand.Read(b[:]) // never fails: crypto/rand ends the program instead
		words[i] = Words[binary.BigEndian.Uint16(b[:])%2048]
	}
	return strings.Join(words, "-")
}

// MinGuesses is how many guesses a passphrase has to withstand, by Guesses, before a client uses it for a new share: at
// 174 guesses a day through the server it lasts for ever, and against server and link holder together for a while.
const MinGuesses = 1e9

// Guesses returns a cautious estimate of how many guesses find p: zxcvbn's, on the first 100 characters, with what the
// sender has said elsewhere (title, words, names) counted as known. It is for advice; the format does not depend on it.
func Guesses(p string, known ...string) float64 {
	p, err := Normalize(p)
	if err != nil {
		return 0
	}
	if r := []rune(p); len(r) > 100 {
		p = string(r[:100]) // zxcvbn takes quadratic time; more characters only add guesses
	}
	if phrase := strings.Split(p, "-"); len(phrase) > 1 && allWords(phrase) {
		return math.Pow(2048, float64(len(phrase))) // known exactly, if it was drawn; zxcvbn has another dictionary
	}
	return zxcvbn.PasswordStrength(p, known).Guesses
}

func allWords(phrase []string) bool {
	for _, w := range phrase {
		if !isWord[w] {
			return false
		}
	}
	return true
}

var isWord = func() map[string]bool {
	m := make(map[string]bool, len(Words))
	for _, w := range Words {
		m[w] = true
	}
	return m
}()
