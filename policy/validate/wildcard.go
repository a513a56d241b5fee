package validate

import "strings"

// matches compares a text with a pattern of literal text, "*" and "?": the
// pattern is cut at its stars, and each piece is found once, from left to right
// (M-06).
func matches(pattern, text string) bool {
	head, rest, starred := strings.Cut(pattern, "*")
	if !starred {
		return len(text) == len(head) && startsLike(text, head)
	}
	if !startsLike(text, head) {
		return false
	}
	text = text[len(head):]
	for {
		piece, more, another := strings.Cut(rest, "*")
		if !another {
			return len(text) >= len(piece) && startsLike(text[len(text)-len(piece):], piece)
		}
		at := 0
		for at+len(piece) <= len(text) && !startsLike(text[at:], piece) {
			at++
		}
		if at+len(piece) > len(text) {
			return false
		}
		text, rest = text[at+len(piece):], more
	}
}

// startsLike compares the start of a text with a piece without stars.
func startsLike(text, piece string) bool {
	if len(text) < len(piece) {
		return false
	}
	for i := range len(piece) {
		if piece[i] != '?' && piece[i] != text[i] {
			return false
		}
	}
	return true
}

// overlaps says whether some text is like both patterns.
func overlaps(a, b string) bool {
	for len(a) > 0 && len(b) > 0 && a[0] != '*' && b[0] != '*' {
		if a[0] != b[0] && a[0] != '?' && b[0] != '?' {
			return false
		}
		a, b = a[1:], b[1:]
	}
	if a == b || a == "*" || b == "*" {
		return true
	}
	// row[j]: the pattern a so far and the first j bytes of b have a text in
	// common.
	row := make([]bool, len(b)+1)
	row[0] = true
	for j := range len(b) {
		row[j+1] = row[j] && b[j] == '*'
	}
	for i := range len(a) {
		corner := row[0]
		row[0] = row[0] && a[i] == '*'
		for j := range len(b) {
			above := row[j+1]
			if a[i] == '*' || b[j] == '*' { // the star takes in the other's byte, or nothing
				row[j+1] = above || row[j]
			} else {
				row[j+1] = corner && (a[i] == b[j] || a[i] == '?' || b[j] == '?')
			}
			corner = above
		}
	}
	return row[len(b)]
}
