package journal

import (
	"strconv"
	"time"
)

// closedNote begins the line of Close; a journal that ends in another was not
// closed.
const closedNote = `{"note":"closed",`

func appendClosed(dst []byte, at time.Time) []byte {
	dst = append(dst, closedNote+`"time":`...)
	return append(appendTime(dst, at), '}', '\n')
}

// appendOpened begins what a closed journal goes on with: a crash right behind it
// is not taken for a closing.
func appendOpened(dst []byte, at time.Time) []byte {
	dst = append(dst, `{"note":"opened","time":`...)
	return append(appendTime(dst, at), '}', '\n')
}

// appendDropped notes entries that had no room in memory, since the disk was full
// or slow.
func appendDropped(dst []byte, at time.Time, calls int64) []byte {
	dst = append(dst, `{"note":"dropped","calls":`...)
	dst = strconv.AppendInt(dst, calls, 10)
	dst = append(dst, `,"time":`...)
	return append(appendTime(dst, at), '}', '\n')
}

// appendTextsDropped notes policy texts that had no room in memory: the decisions in
// front of it that name them are recorded without them.
func appendTextsDropped(dst []byte, at time.Time, texts int64) []byte {
	dst = append(dst, `{"note":"policies dropped","texts":`...)
	dst = strconv.AppendInt(dst, texts, 10)
	dst = append(dst, `,"time":`...)
	return append(appendTime(dst, at), '}', '\n')
}

// appendUnclean notes what a crash cost: calls that changed nothing may be missing
// in front of it.
func appendUnclean(dst []byte, at time.Time, torn int64) []byte {
	dst = append(dst, `{"note":"not closed","mayMissMilliseconds":`...)
	dst = strconv.AppendInt(dst, mayMiss.Milliseconds(), 10)
	dst = append(dst, `,"tornBytes":`...)
	dst = strconv.AppendInt(dst, torn, 10)
	dst = append(dst, `,"time":`...)
	return append(appendTime(dst, at), '}', '\n')
}
