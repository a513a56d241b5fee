package policy

import (
	"strings"
	"unicode/utf8"
)

// ruler tells the lines and columns of a text, in any order, without counting
// from its start each time.
type ruler struct {
	text  string
	ticks []tick // one for every so many bytes
}

// tick is the line and column of a byte.
type tick struct{ line, column int }

const ticksApart = 1 << 10

func newRuler(text string) *ruler {
	r := &ruler{text: text}
	at := tick{1, 1}
	for rest := text; rest != ""; {
		piece := rest[:min(ticksApart, len(rest))]
		r.ticks = append(r.ticks, at)
		at, rest = at.after(piece), rest[len(piece):]
	}
	return r
}

// after is the position behind a piece of text.
func (t tick) after(piece string) tick {
	if last := strings.LastIndexByte(piece, '\n'); last >= 0 {
		t = tick{t.line + strings.Count(piece, "\n"), 1}
		piece = piece[last+1:]
	}
	for i := range len(piece) { // a character that the piece cuts counts once
		if utf8.RuneStart(piece[i]) {
			t.column++
		}
	}
	return t
}

// at is the line and column of a byte of the text.
func (r *ruler) at(offset int) (line, column int) {
	start := offset / ticksApart * ticksApart
	t := r.ticks[start/ticksApart].after(r.text[start:offset])
	return t.line, t.column
}
