package directory

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"sync"
	"sync/atomic"

	"github.com/gatehouse-iam/gatehouse/policy"
)

// Document is a policy document as it was sent. Its compiled form is made on
// first use and kept while there is room.
type Document struct {
	Text     string
	compiled atomic.Pointer[compiled]
	public   atomic.Pointer[bool] // what isPublic found
}

type compiled struct {
	policy *policy.Policy
	err    error
}

// NewDocument returns a document of the text.
func NewDocument(text string) *Document { return &Document{Text: text} }

// MarshalJSON writes the text.
func (d *Document) MarshalJSON() ([]byte, error) { return json.Marshal(d.Text) }

// UnmarshalJSON reads the text.
func (d *Document) UnmarshalJSON(b []byte) error { return json.Unmarshal(b, &d.Text) }

// Hash is the lower-case hex SHA-256 of the text: how decision records name it.
func (d *Document) Hash() string {
	sum := sha256.Sum256([]byte(d.Text))
	return hex.EncodeToString(sum[:])
}

// Compile returns the compiled document. Identity, boundary and session policies
// are one language: which of them a document is follows from where it stands in a
// policy.Set. A document that cannot be compiled
// fails whoever depends on it (E-25).
func (d *Document) Compile(t policy.Type, name string) (*policy.Policy, error) {
	if c := d.compiled.Load(); c != nil {
		return c.policy, c.err
	}
	p, err := policy.Compile(t, name, d.Text)
	compilations.Add(1)
	if d.compiled.CompareAndSwap(nil, &compiled{p, err}) {
		compiledDocuments.add(d)
	}
	return p, err
}

// compilations counts what Compile compiled.
var compilations atomic.Int64

// Compilations is how often this process has compiled a document: what a change
// costs beyond its own document shows in it.
func Compilations() int64 { return compilations.Load() }

// keep is the document of before where the text is the same, so that what is
// compiled stays so.
func (d *Document) keep(before *Document) *Document {
	if d != nil && before != nil && d.Text == before.Text {
		return before
	}
	return d
}

// maxCompiledBytes bounds the text whose compiled forms are kept; a compiled
// form is of the order of its text.
const maxCompiledBytes = 64 << 20

// compiledDocuments forgets the oldest compiled forms when there are too many.
var compiledDocuments compiledQueue

type compiledQueue struct {
	mu    sync.Mutex
	queue []*Document
	bytes int
}

func (q *compiledQueue) add(d *Document) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.queue = append(q.queue, d)
	q.bytes += len(d.Text)
	for q.bytes > maxCompiledBytes && len(q.queue) > 1 {
		old := q.queue[0]
		q.queue[0] = nil
		q.queue = q.queue[1:]
		q.bytes -= len(old.Text)
		old.compiled.Store(nil)
	}
}
