package directory

import (
	"encoding/json"
	"strings"
	"sync"
	"testing"

	"github.com/gatehouse-iam/gatehouse/policy"
)

// A document is kept as it was sent, white space and escapes too.
func TestDocumentKeepsItsText(t *testing.T) {
	for _, text := range []string{testDocument, "", "{ \n\t\"Version\" : \"2012-10-17\"\r\n}", `{"a":"é\u00e9<>& "}`, `"`} {
		value, err := json.Marshal(NewDocument(text))
		if err != nil {
			t.Fatal(err)
		}
		var back Document
		if err := json.Unmarshal(value, &back); err != nil || back.Text != text {
			t.Errorf("%q came back as %q: %v", text, back.Text, err)
		}
	}
	if err := json.Unmarshal([]byte(`{"Version":"2012-10-17"}`), &Document{}); err == nil {
		t.Error("a document that is an object was read")
	}
}

// How decision records name a document.
func TestDocumentHash(t *testing.T) {
	const sha256OfABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" // FIPS 180-4, SHA-256 of "abc"
	if got := NewDocument("abc").Hash(); got != sha256OfABC {
		t.Errorf("hash %s", got)
	}
}

// A document is compiled once, by however many readers, and so is its error kept.
func TestDocumentIsCompiledOnce(t *testing.T) {
	for name, c := range map[string]struct {
		text  string
		fails bool
	}{"good": {testDocument, false}, "bad": {"{", true}} {
		t.Run(name, func(t *testing.T) {
			d := NewDocument(c.text)
			first, firstErr := d.Compile(policy.Identity, "first")
			if (firstErr != nil) != c.fails || (first == nil) != c.fails {
				t.Fatalf("%v, %v", first, firstErr)
			}
			var wait sync.WaitGroup
			for range 8 {
				wait.Go(func() {
					if p, err := d.Compile(policy.Identity, "again"); p != first || err != firstErr {
						t.Errorf("%v, %v", p, err)
					}
				})
			}
			wait.Wait()
		})
	}
}

// The compiled forms that are kept are bounded by their text: the oldest goes, and
// comes again when it is asked for.
func TestCompiledDocumentsAreBounded(t *testing.T) {
	text := strings.Repeat(" ", maxCompiledBytes/4)
	var q compiledQueue
	kept := &compiled{}
	var all []*Document
	for range 10 {
		d := NewDocument(text)
		d.compiled.Store(kept)
		all = append(all, d)
		q.add(d)
		if q.bytes > maxCompiledBytes || q.bytes != len(q.queue)*len(text) {
			t.Fatalf("%d documents of %d bytes", len(q.queue), q.bytes)
		}
	}
	for i, d := range all {
		if has := d.compiled.Load() != nil; has != (i >= 6) {
			t.Errorf("document %d of 10: compiled %v", i, has)
		}
	}
	t.Run("larger than all room", func(t *testing.T) {
		d := NewDocument(strings.Repeat(" ", maxCompiledBytes+1))
		d.compiled.Store(kept)
		q.add(d)
		if len(q.queue) != 1 || d.compiled.Load() == nil {
			t.Errorf("%d documents kept", len(q.queue))
		}
		q.add(NewDocument("small"))
		if d.compiled.Load() != nil || q.bytes != len("small") {
			t.Errorf("%d bytes kept", q.bytes)
		}
	})
	t.Run("compiled again", func(t *testing.T) {
		d := NewDocument(testDocument)
		first, _ := d.Compile(policy.Identity, "")
		d.compiled.Store(nil)
		if again, err := d.Compile(policy.Identity, ""); err != nil || again == nil || again == first {
			t.Errorf("%v, %v", again, err)
		}
	})
}
