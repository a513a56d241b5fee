package junit

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
)

func TestWrite(t *testing.T) {
	var b strings.Builder
	err := Write(&b, "run", []Suite{
		{Name: "a.yaml", Cases: []Case{
			{Name: "good"},
			{Name: "bad <&\"", File: "a.yaml", Line: 3, Failure: &Problem{"m\x00", "line\n\x1b[31m<tag>"}},
		}},
		{Name: "b\xff", Cases: []Case{{Name: "none", Error: &Problem{Message: "gone"}}}},
		{Name: "empty"},
	})
	if err != nil {
		t.Fatal(err)
	}
	const want = `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="run" tests="3" failures="1" errors="1">
  <testsuite name="a.yaml" tests="2" failures="1" errors="0">
    <testcase name="good" classname="a.yaml"></testcase>
    <testcase name="bad &lt;&amp;&#34;" classname="a.yaml" file="a.yaml" line="3">
      <failure message="m�">line&#xA;�[31m&lt;tag&gt;</failure>
    </testcase>
  </testsuite>
  <testsuite name="b�" tests="1" failures="0" errors="1">
    <testcase name="none" classname="b�">
      <error message="gone"></error>
    </testcase>
  </testsuite>
  <testsuite name="empty" tests="0" failures="0" errors="0"></testsuite>
</testsuites>
`
	if b.String() != want {
		t.Error(b.String())
	}
}

// Whatever a name or a message holds, it is XML.
func FuzzWrite(f *testing.F) {
	f.Add("a", "b")
	f.Add("\x00", "]]>\ufffe\xff")
	f.Fuzz(func(t *testing.T, name, text string) {
		var b strings.Builder
		if err := Write(&b, name, []Suite{{name, []Case{{Name: name, File: text, Error: &Problem{name, text}}}}}); err != nil {
			t.Fatal(err)
		}
		d := xml.NewDecoder(strings.NewReader(b.String()))
		for {
			if _, err := d.Token(); err == io.EOF {
				return
			} else if err != nil {
				t.Fatalf("%v: %s", err, b.String())
			}
		}
	})
}

var errFull = errors.New("full")

type shortWriter struct{ left int }

func (w *shortWriter) Write(p []byte) (int, error) {
	if w.left -= len(p); w.left < 0 {
		return 0, errFull
	}
	return len(p), nil
}

func TestWriteFails(t *testing.T) {
	suites := []Suite{{Name: "a", Cases: []Case{{Name: strings.Repeat("x", 5000)}}}}
	var all strings.Builder
	if err := Write(&all, "r", suites); err != nil {
		t.Fatal(err)
	}
	for _, left := range []int{0, len("<?xml"), 100, all.Len() - 1} {
		if err := Write(&shortWriter{left}, "r", suites); !errors.Is(err, errFull) {
			t.Errorf("%d: %v", left, err)
		}
	}
}
