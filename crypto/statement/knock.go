package statement

import "encoding/binary"

// The document types of "ask first", FORMAT.md.
const (
	TypeKnock = "knock" // the owner's answer to a commitment
	TypeAdmit = "admit" // the owner lets in who made it
)

// Sizes in bytes of what is passed while somebody asks to be let in.
const (
	CommitmentSize = 32
	BoxSize        = 80                       // R, sealed to the viewer's key: encapsulated key (32), ciphertext and tag (48)
	AdmissionSize  = CommitmentSize + BoxSize // what is signed to let somebody in
)

// Commitment is c, by which a viewer binds himself to his key and his random bytes before he sees the owner's.
type Commitment [CommitmentSize]byte

// NewCommitment returns the commitment to a viewer's X25519 key and 32 random bytes, for one share.
func NewCommitment(id ID, key, random [32]byte) Commitment {
	return Hash("knock/commit", lengthPrefixed(id[:], key[:], random[:]))
}

// KnockBody returns what the owner signs, as TypeKnock, with his random bytes to answer c.
func KnockBody(id ID, c Commitment, random [32]byte) []byte {
	return lengthPrefixed(id[:], c[:], random[:])
}

// AdmitBody returns what the owner signs, as TypeAdmit, to let in who made c.
func AdmitBody(c Commitment, box []byte) []byte {
	return append(append(make([]byte, 0, AdmissionSize), c[:]...), box...)
}

// BoxInfo returns the info of the HPKE that seals R to the viewer who made c.
func BoxInfo(id ID, c Commitment) []byte {
	return append(append([]byte("safelight/v1/knock"), id[:]...), c[:]...)
}

// KnockWords returns the three words that owner and viewer see, as indices into a list of 2,048: the first 33 bits of
// a hash over everything that was said.
func KnockWords(id ID, p PublicKey, c Commitment, owner, key, random [32]byte) [3]uint16 {
	h := Hash("knock/words", lengthPrefixed(id[:], p[:], c[:], owner[:], key[:], random[:]))
	bits := binary.BigEndian.Uint64(h[:]) >> (64 - 33)
	return [3]uint16{uint16(bits >> 22), uint16(bits >> 11 & 2047), uint16(bits & 2047)}
}

// lengthPrefixed is lp of FORMAT.md.
func lengthPrefixed(values ...[]byte) (b []byte) {
	for _, v := range values {
		b = binary.BigEndian.AppendUint32(b, uint32(len(v)))
		b = append(b, v...)
	}
	return b
}
