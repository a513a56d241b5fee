package policy

import "unicode/utf8"

// attempts are the ways in which a piece may be on at one place of the text: bit n
// of the words is set where the piece's first n bytes match what stands before the
// place. One step over a byte of the text moves 64 attempts at once (the Shift-And
// method of Baeza-Yates and Gonnet), and so costs the piece's length / 64.
type attempts struct {
	words int
	// moves has for each byte of a text the places of the piece that take it; ones
	// has those of the wildcard, which takes a character of several bytes whole.
	moves [256][]uint64
	ones  []uint64
	// at is the attempts at the next few places of the text, by place modulo its
	// length: a character has up to four bytes.
	at [utf8.UTFMax + 1][]uint64
}

func (w wildcards) attempts(piece string) *attempts {
	a := &attempts{words: len(piece)/64 + 1}
	a.ones = make([]uint64, a.words)
	for i := range a.at {
		a.at[i] = make([]uint64, a.words)
	}
	for i := 0; i < len(piece); i++ {
		c := piece[i]
		if c == w.one {
			a.ones[i/64] |= 1 << (i % 64)
			continue
		}
		if a.moves[c] == nil {
			a.moves[c] = make([]uint64, a.words)
		}
		a.moves[c][i/64] |= 1 << (i % 64)
	}
	for c := range a.moves { // a character of one byte is a step as any other
		switch {
		case a.moves[c] == nil && c < utf8.RuneSelf:
			a.moves[c] = a.ones
		case c < utf8.RuneSelf:
			for j, bits := range a.ones {
				a.moves[c][j] |= bits
			}
		}
	}
	return a
}

// findTogether is find from a start on, where no earlier one matches, for pieces
// and texts that take long to compare.
func (w wildcards) findTogether(piece, text string, start int) int {
	a := w.attempts(piece)
	word, bit := len(piece)/64, uint64(1)<<(len(piece)%64)
	for i, next := start, start; i <= len(text); i++ {
		now := a.at[i%len(a.at)]
		if now[word]&bit != 0 {
			return i
		}
		if i == len(text) {
			break
		}
		_, size := utf8.DecodeRuneInString(text[i:])
		if i == next || piece[0] != w.one { // a wildcard begins with a character
			now[0] |= 1
		}
		if i == next {
			next += size
		}
		if text[i] >= utf8.RuneSelf {
			advance(a.at[(i+size)%len(a.at)], now, a.ones)
		}
		if moves := a.moves[text[i]]; moves != nil {
			advance(a.at[(i+1)%len(a.at)], now, moves)
		}
		clear(now)
	}
	return -1
}

// advance moves the attempts whose places are among the moves on by one.
func advance(to, from, moves []uint64) {
	from, moves = from[:len(to)], moves[:len(to)]
	carry := uint64(0)
	for j := range to {
		moved := from[j] & moves[j]
		to[j] |= moved<<1 | carry
		carry = moved >> 63
	}
}
