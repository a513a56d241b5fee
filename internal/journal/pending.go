package journal

import "sync"

const (
	// maxPending bounds what waits for the disk, policy texts included; calls and
	// texts beyond it are dropped, counted and noted.
	maxPending = 16 << 20
	// enough is what is worth a write before its time has come.
	enough = 256 << 10
	// maxSpare is the largest buffer that is kept for the next lines.
	maxSpare = 2 << 20
)

// pending is what waits for the disk, in memory and bounded. It is safe for
// concurrent use, and held for no longer than a copy takes.
type pending struct {
	full chan struct{} // told when there is enough

	mu      sync.Mutex
	lines   []byte
	denials []mention
	texts   texts
	spare   []byte
	writing int // bytes that were taken and are not on the disk yet
	missed  missed
}

// missed is what had no room since the last note of it.
type missed struct {
	entries int64
	texts   int64
}

// batch is what was taken to be written: lines, where the decisions of denials begin
// in them, and the policies that these name.
type batch struct {
	lines   []byte
	denials []mention
	texts   texts
}

// size is what the batch takes of the bound.
func (b *batch) size() int { return len(b.lines) + b.texts.bytes }

func newPending() *pending { return &pending{full: make(chan struct{}, 1)} }

// add takes whole lines in, or counts an entry as dropped.
func (p *pending) add(lines []byte) { p.addDenial(lines, nil, texts{}) }

// addDenial is add for the lines of a denial. A text that has no room is dropped, and
// its denial is recorded without it.
func (p *pending) addDenial(lines []byte, denial *mention, policies texts) {
	p.mu.Lock()
	before := len(p.lines)
	used := before + p.writing + p.texts.bytes
	if used+len(lines) > maxPending {
		p.missed.entries++
		p.mu.Unlock()
		return
	}
	p.lines = append(p.lines, lines...)
	if denial != nil {
		denial.offset += before
		p.denials = append(p.denials, *denial)
		p.missed.texts += p.texts.add(policies, maxPending-used-len(lines))
	}
	p.mu.Unlock()
	if before < enough && before+len(lines) >= enough {
		select {
		case p.full <- struct{}{}:
		default: // told already
		}
	}
}

// take takes all that waits, to be written.
func (p *pending) take() batch {
	p.mu.Lock()
	defer p.mu.Unlock()
	b := batch{p.lines, p.denials, p.texts}
	p.lines, p.denials, p.texts, p.spare, p.writing = p.spare[:0], nil, texts{}, nil, b.size()
	return b
}

// written says how many bytes of those taken are not on the disk yet; buffer is
// used again when it is none.
func (p *pending) written(left int, buffer []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.writing = left
	if left == 0 && cap(buffer) <= maxSpare {
		p.spare = buffer[:0]
	}
}

// missing is what was dropped and not noted; noted counts it off.
func (p *pending) missing() missed {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.missed
}

func (p *pending) noted(m missed) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.missed.entries -= m.entries
	p.missed.texts -= m.texts
}
