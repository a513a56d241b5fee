package journal

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	segmentPrefix, segmentSuffix = "journal-", ".jsonl"
	formatLine                   = `{"journal":1}` + "\n"
	closedNote                   = `{"note":"closed",`
)

// segments are the files of a journal's folder; the last one is open.
type segments struct {
	dir    string
	limit  int64 // bytes a segment
	keep   int
	file   *os.File
	number int
	size   int64
}

// lost is what a crash cost.
type lost struct {
	unclean bool  // the journal was not closed
	torn    int64 // bytes of a line that was not written whole
}

// openSegments continues the last segment, or begins the first.
func openSegments(dir string, limit int64, keep int) (*segments, lost, error) {
	s := &segments{dir: dir, limit: limit, keep: keep}
	numbers, err := segmentNumbers(dir)
	if err != nil {
		return nil, lost{}, err
	}
	if len(numbers) == 0 {
		return s, lost{}, s.begin(1)
	}
	l, err := s.resume(numbers[len(numbers)-1])
	return s, l, err
}

func segmentPath(dir string, number int) string {
	return filepath.Join(dir, fmt.Sprintf("%s%016d%s", segmentPrefix, number, segmentSuffix))
}

// segmentNumbers lists the segments of a folder, in order.
func segmentNumbers(dir string) ([]int, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("journal: %w", err)
	}
	var numbers []int
	for _, e := range entries {
		digits, isSegment := strings.CutPrefix(e.Name(), segmentPrefix)
		digits, ends := strings.CutSuffix(digits, segmentSuffix)
		if n, err := strconv.Atoi(digits); isSegment && ends && err == nil {
			numbers = append(numbers, n)
		}
	}
	slices.Sort(numbers)
	return numbers, nil
}

// begin opens a new segment and removes the oldest ones that are too many.
func (s *segments) begin(number int) error {
	f, err := os.OpenFile(segmentPath(s.dir, number), os.O_CREATE|os.O_EXCL|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	if _, err := f.WriteString(formatLine); err != nil {
		return fmt.Errorf("journal: %w", errors.Join(err, f.Close(), os.Remove(f.Name())))
	}
	s.file, s.number, s.size = f, number, int64(len(formatLine))
	return s.removeOldest()
}

func (s *segments) removeOldest() error {
	numbers, err := segmentNumbers(s.dir)
	if err != nil {
		return err
	}
	for len(numbers) > s.keep {
		if err := os.Remove(segmentPath(s.dir, numbers[0])); err != nil {
			return fmt.Errorf("journal: %w", err)
		}
		numbers = numbers[1:]
	}
	return nil
}

// resume opens the last segment, and cuts off a line that is not whole.
func (s *segments) resume(number int) (lost, error) {
	path := segmentPath(s.dir, number)
	text, err := os.ReadFile(path)
	if err != nil {
		return lost{}, fmt.Errorf("journal: %w", err)
	}
	if len(text) >= len(formatLine) && !bytes.HasPrefix(text, []byte(formatLine)) {
		return lost{}, fmt.Errorf("journal: %s is not of a format that this version reads: move the folder %s aside, or start the version that wrote it", path, s.dir)
	}
	whole := bytes.LastIndexByte(text, '\n') + 1
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return lost{}, fmt.Errorf("journal: %w", err)
	}
	l := lost{torn: int64(len(text) - whole), unclean: !endsClosed(text[:whole])}
	if l.torn > 0 {
		if err := f.Truncate(int64(whole)); err != nil {
			return lost{}, fmt.Errorf("journal: %w", errors.Join(err, f.Close()))
		}
	}
	if whole == 0 {
		if _, err := f.WriteString(formatLine); err != nil {
			return lost{}, fmt.Errorf("journal: %w", errors.Join(err, f.Close()))
		}
		whole = len(formatLine)
	}
	s.file, s.number, s.size = f, number, int64(whole)
	return l, nil
}

// endsClosed says whether the last line is that of Close.
func endsClosed(text []byte) bool {
	if len(text) == 0 {
		return false
	}
	start := bytes.LastIndexByte(text[:len(text)-1], '\n') + 1
	return bytes.HasPrefix(text[start:], []byte(closedNote))
}

// append writes whole lines, in a new segment where the last one is full. It
// returns how many bytes of whole lines are written: a failed write leaves no torn
// line behind.
func (s *segments) append(lines []byte) (int, error) {
	if s.size >= s.limit {
		if err := s.rotate(); err != nil {
			return 0, err
		}
	}
	n, err := s.file.Write(lines)
	if err == nil {
		s.size += int64(n)
		return n, nil
	}
	whole := bytes.LastIndexByte(lines[:n], '\n') + 1
	if cut := s.file.Truncate(s.size + int64(whole)); cut != nil {
		err = errors.Join(err, cut)
	}
	s.size += int64(whole)
	return whole, fmt.Errorf("journal: %w", err)
}

func (s *segments) rotate() error {
	old := s.file
	if err := s.begin(s.number + 1); err != nil {
		return err
	}
	return errors.Join(old.Sync(), old.Close())
}

func (s *segments) sync() error {
	if err := s.file.Sync(); err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	return nil
}

// close notes that the journal was closed.
func (s *segments) close(at time.Time) error {
	line := append([]byte(closedNote), `"time":`...)
	line = append(appendTime(line, at), '}', '\n')
	_, err := s.append(line)
	return errors.Join(err, s.sync(), s.file.Close())
}

// tail reads the last bytes of the last segment: whole lines only.
func (s *segments) tail(n int64) ([]byte, error) {
	f, err := os.Open(s.file.Name())
	if err != nil {
		return nil, fmt.Errorf("journal: %w", err)
	}
	defer f.Close()
	from := max(0, s.size-n)
	text, err := io.ReadAll(io.NewSectionReader(f, from, s.size-from))
	if err != nil {
		return nil, fmt.Errorf("journal: %w", err)
	}
	if from > 0 {
		text = text[bytes.IndexByte(text, '\n')+1:]
	}
	return text, nil
}
