package policy

import (
	"encoding/binary"
	"math/bits"
	"unsafe"
)

// What every decision begins with is done eight bytes at a time: a word is
// eight bytes of a text, the first one lowest.
const (
	wordSize = 8
	ones     = 0x0101010101010101
	highs    = 0x80 * ones
)

// bytesOf is s without a copy, to read only.
func bytesOf(s string) []byte { return unsafe.Slice(unsafe.StringData(s), len(s)) }

// wordAt is the word at a place in a text; zeros follow the end.
func wordAt(text string, at int) (w uint64) {
	b := bytesOf(text)
	rest := len(b) - at
	switch {
	case rest >= wordSize:
		return binary.LittleEndian.Uint64(b[at:])
	case len(b) >= wordSize:
		return binary.LittleEndian.Uint64(b[len(b)-wordSize:]) >> (8 * (wordSize - rest))
	}
	for i := rest - 1; i >= 0; i-- {
		w = w<<8 | uint64(b[at+i])
	}
	return w
}

// foldWord turns the capital letters of ASCII into small ones.
func foldWord(w uint64) uint64 {
	low := w &^ highs
	fromA := low + (0x80-'A')*ones           // its high bits: at or above A
	aboveZ := low + (0x80-'Z'-1)*ones        // above Z
	capital := (fromA ^ aboveZ) &^ w & highs // and ASCII
	return w + capital>>2                    // 'a' - 'A'
}

// colonsIn marks each colon in a word by the high bit of its byte.
func colonsIn(w uint64) uint64 {
	w ^= ':' * ones
	return ^((w&^highs + 0x7f*ones) | w) & highs
}

// fifthColon is where it stands in a text, -1 for nowhere.
func fifthColon(text string) int {
	found, at := 0, 0
	for b := bytesOf(text); len(b) >= wordSize; b = b[wordSize:] {
		colons := colonsIn(binary.LittleEndian.Uint64(b))
		if found += bits.OnesCount64(colons); found >= arnParts-1 {
			for ; found >= arnParts; found-- {
				colons &^= 1 << (bits.Len64(colons) - 1) // one too many
			}
			return at + (bits.Len64(colons)-1)/8
		}
		at += wordSize
	}
	for ; at < len(text); at++ {
		if text[at] == ':' {
			if found++; found == arnParts-1 {
				return at
			}
		}
	}
	return -1
}

// headAt is the bytes at a place in a text as a number, such that texts are in
// the order of their heads.
func headAt(text string, at int) uint64 {
	return bits.ReverseBytes64(wordAt(text, at))
}

// readAction is an action in lower case, in the room if it fits, where its
// service ends, and the hash of that: -1 and 0 where there is none. The room is
// of whole words.
func readAction(room []byte, action string) (folded []byte, colon int, service serviceHash) {
	if len(action) > len(room) {
		room = make([]byte, (len(action)+wordSize-1)&^(wordSize-1))
	}
	colon = -1
	var h uint64
	at := 0
	for ; at < len(action); at += wordSize {
		w := foldWord(wordAt(action, at))
		binary.LittleEndian.PutUint64(room[at:], w)
		if colons := colonsIn(w); colons != 0 {
			last := bits.TrailingZeros64(colons) &^ 7
			colon, service = at+last/8, finish(mix(h, w&(1<<last-1)))
			break
		}
		h = mix(h, w)
	}
	for at += wordSize; at < len(action); at += wordSize {
		binary.LittleEndian.PutUint64(room[at:], foldWord(wordAt(action, at)))
	}
	return room[:len(action)], colon, service
}

// serviceHash stands for a service's name in lower case. Services that share
// one share a group, which costs time and changes nothing.
type serviceHash uint32

// hashService hashes a name. No name has 0.
func hashService(name string) serviceHash {
	_, _, h := readAction(nil, name+":")
	return h
}

func mix(h, w uint64) uint64 {
	const golden = 0x9e3779b97f4a7c15
	h = (h ^ w) * golden
	return h ^ h>>32
}

func finish(h uint64) serviceHash { return serviceHash(h | 1) }
