package cases

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

const short = `{"id":"%s","request":{"principal":"*","action":"a:b","resource":"*"}}`

// read is what Lines gives: ids and errors.
func read(l *Lines) (list []string) {
	for c, err := range l.All() {
		switch {
		case c == nil:
			list = append(list, "end: "+err.Error())
		case err != nil:
			list = append(list, err.Error())
		default:
			line, _ := c.Start()
			list = append(list, fmt.Sprintf("%s %d", c.ID, line))
		}
	}
	return list
}

func TestLines(t *testing.T) {
	one, two := fmt.Sprintf(short, "one"), fmt.Sprintf(short, "two")
	for _, c := range []struct{ name, text, want string }{
		{"nothing", "", ""},
		{"one", one, "one 1"},
		{"with an end", one + "\n", "one 1"},
		{"several", one + "\n" + two + "\r\n", "one 1|two 2"},
		{"empty lines", "\n \t\n" + one + "\r\n\n" + two, "one 3|two 5"},
		{"the run goes on", one + "\n{\"x\"}\n\n[]\n" + two, `one 1|line 2, column 5: ":" is expected here|line 4, column 1: a decision case is a JSON object|two 5`},
		{"a case over two lines", "{\"id\":\n\"x\"}", `line 1, column 7: a value is expected here|line 2, column 1: a decision case is a JSON object`},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, in := range []io.Reader{strings.NewReader(c.text), iotest.OneByteReader(strings.NewReader(c.text))} {
				if got := strings.Join(read(NewLines(in)), "|"); got != c.want {
					t.Errorf("%s\nwant %s", got, c.want)
				}
			}
		})
	}
}

// A line that is too long is stepped over, not kept.
func TestLinesBoundsALine(t *testing.T) {
	one := fmt.Sprintf(short, "one")
	long := strings.Repeat("x", 200<<10)
	for _, text := range []string{one + "\n" + long + "\n" + one, one + "\n" + long} {
		l := NewLines(strings.NewReader(text))
		l.longest = 100 << 10
		got := read(l)
		if len(got) < 2 || got[0] != "one 1" || got[1] != "line 2, column 102401: the line is longer than a case may be" {
			t.Errorf("%q", got)
		}
		if l.buffer.Cap() > 400<<10 {
			t.Errorf("kept %d bytes", l.buffer.Cap())
		}
		if strings.HasSuffix(text, one) && (len(got) != 3 || got[2] != "one 3") {
			t.Errorf("%q", got)
		}
	}
}

func TestLinesEndsWhereReadingFails(t *testing.T) {
	broken := errors.New("broken")
	in := io.MultiReader(strings.NewReader(fmt.Sprintf(short, "one")+"\n{"), iotest.ErrReader(broken))
	if got := strings.Join(read(NewLines(in)), "|"); got != "one 1|end: broken" {
		t.Error(got)
	}
}

func TestLinesStopsWhereItsLoopDoes(t *testing.T) {
	text := "x\n" + fmt.Sprintf(short, "one") + "\n" + strings.Repeat("y", 100) + "\n"
	for stop := 1; stop <= 3; stop++ {
		n := 0
		l := NewLines(strings.NewReader(text))
		l.longest = 90
		for range l.All() {
			if n++; n == stop {
				break
			}
		}
		if n != stop {
			t.Errorf("%d of %d", n, stop)
		}
	}
}
