package journal

import "sync"

const (
	// maxPending bounds what waits for the disk; calls beyond it are dropped,
	// counted and noted.
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
	spare   []byte
	writing int   // bytes that were taken and are not on the disk yet
	dropped int64 // entries since the last dropped note
}

func newPending() *pending { return &pending{full: make(chan struct{}, 1)} }

// add takes whole lines in, or counts an entry as dropped.
func (p *pending) add(lines []byte) {
	p.mu.Lock()
	before := len(p.lines)
	if before+p.writing+len(lines) > maxPending {
		p.dropped++
		p.mu.Unlock()
		return
	}
	p.lines = append(p.lines, lines...)
	p.mu.Unlock()
	if before < enough && before+len(lines) >= enough {
		select {
		case p.full <- struct{}{}:
		default: // told already
		}
	}
}

// take takes all lines, to be written.
func (p *pending) take() []byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	lines := p.lines
	p.lines, p.spare, p.writing = p.spare[:0], nil, len(lines)
	return lines
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

// missing is how many entries were dropped and not noted; noted counts them off.
func (p *pending) missing() int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.dropped
}

func (p *pending) noted(n int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.dropped -= n
}
