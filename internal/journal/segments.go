package journal

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	segmentPrefix, segmentSuffix = "journal-", ".jsonl"
	formatLine                   = `{"journal":2}` + "\n"
	// formerLine began segments whose decisions have no authorization id and whose
	// policies stand as hashes alone. They are read, and not written to any more.
	formerLine = `{"journal":1}` + "\n"
)

// file is what a segment needs of one; tests have disks that fail.
type file interface {
	Write(p []byte) (int, error)
	Truncate(size int64) error
	Sync() error
	Close() error
}

func openFile(path string, flags int) (file, error) {
	return os.OpenFile(path, os.O_WRONLY|os.O_APPEND|flags, 0o600)
}

// segments are the files of a journal's folder; the last one is open. They have
// one owner at a time.
type segments struct {
	dir    string
	limit  int64 // bytes a segment
	keep   int   // beyond so many the oldest are removed, once they are older than retain
	most   int   // beyond so many, however young
	retain time.Duration
	clock  func() time.Time
	log    *slog.Logger
	open   func(path string, flags int) (file, error)

	file     file
	number   int
	size     int64 // what is written whole
	unsynced bool  // lines may be in the system's memory only
	torn     bool  // something may stand behind size: it is cut off before the next write
	texts    textSet
}

// lost is what a crash cost.
type lost struct {
	unclean bool  // the journal was not closed
	torn    int64 // bytes at the end that were not written whole
}

// start continues the last segment, or begins the first.
func (s *segments) start() (lost, error) {
	numbers, err := segmentNumbers(s.dir)
	if err != nil {
		return lost{}, err
	}
	if len(numbers) == 0 {
		return lost{}, s.begin(1)
	}
	return s.resume(numbers[len(numbers)-1])
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

// begin opens a new segment.
func (s *segments) begin(number int) error {
	path := segmentPath(s.dir, number)
	f, err := s.open(path, os.O_CREATE|os.O_EXCL)
	if errors.Is(err, fs.ErrExist) { // left by a beginning that failed
		return s.begin(number + 1)
	}
	if err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	if _, err := f.Write([]byte(formatLine)); err != nil {
		return fmt.Errorf("journal: %w", errors.Join(err, f.Close(), os.Remove(path)))
	}
	if err := syncFolder(s.dir); err != nil {
		return errors.Join(err, f.Close(), os.Remove(path))
	}
	s.file, s.number, s.size, s.torn, s.texts = f, number, int64(len(formatLine)), false, textSet{}
	return nil
}

// syncFolder makes a new segment's name as durable as its lines.
func syncFolder(dir string) error {
	folder, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	if err := errors.Join(folder.Sync(), folder.Close()); err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	return nil
}

// removeOldest removes the segments that are too many: those that hold no denial
// that must still be explained, and where the disk's bound asks for it, those that
// do. A failure costs room, not events: it is tried again with the next segment.
func (s *segments) removeOldest() {
	numbers, err := segmentNumbers(s.dir)
	for len(numbers) > s.keep && err == nil {
		old := segmentPath(s.dir, numbers[0])
		early := s.isYoung(old)
		if early && len(numbers) <= s.most {
			break
		}
		if err = os.Remove(old); err == nil && early {
			s.log.Warn("denials are forgotten before their time: the journal has no more room", "segment", numbers[0], "retention", s.retain)
		}
		numbers = numbers[1:]
	}
	if err != nil {
		s.log.Warn("old segments of the journal cannot be removed", "err", err)
	}
}

// isYoung says whether the newest line of a segment is within the retention.
func (s *segments) isYoung(path string) bool {
	info, err := os.Stat(path)
	return err == nil && s.clock().Sub(info.ModTime()) < s.retain
}

// resume opens the last segment, and cuts off what a crash left at its end that is
// not a whole line.
func (s *segments) resume(number int) (lost, error) {
	path := segmentPath(s.dir, number)
	end, err := lastWhole(path)
	if err != nil {
		return lost{}, err
	}
	f, err := s.open(path, 0)
	if err != nil {
		return lost{}, fmt.Errorf("journal: %w", err)
	}
	s.file, s.number, s.size, s.torn = f, number, end.offset, end.torn > 0
	if end.offset == 0 { // a crash at the segment's beginning
		if _, err := s.append([]byte(formatLine)); err != nil {
			return lost{}, errors.Join(err, f.Close())
		}
	}
	// Follow deletes from the store what it finds here: it must be on the disk.
	if err := errors.Join(s.cut(), s.sync()); err != nil {
		return lost{}, err
	}
	if end.former {
		err = errors.Join(f.Close(), s.begin(number+1))
	}
	return lost{unclean: !end.closed || end.torn > 0, torn: end.torn}, err
}

// ending is how a segment ends.
type ending struct {
	offset int64 // behind the last whole line
	torn   int64 // bytes behind that
	closed bool  // the last whole line is that of Close
	former bool  // the segment is of the former version
}

// lastWhole finds the end of the last line that is whole: a crash of the machine
// can leave half a line, or blocks of zeros.
func lastWhole(path string) (ending, error) {
	f, err := os.Open(path)
	if err != nil {
		return ending{}, fmt.Errorf("journal: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return ending{}, fmt.Errorf("journal: %w", err)
	}
	former, err := checkFormat(f, path)
	if err != nil {
		return ending{}, err
	}
	lines := newBackward(f, info.Size())
	for lines.next() {
		if lines.whole && json.Valid(lines.line) {
			end := lines.offset + int64(len(lines.line)) + 1
			return ending{end, info.Size() - end, bytes.HasPrefix(lines.line, []byte(closedNote)), former}, nil
		}
	}
	return ending{torn: info.Size()}, lines.err
}

// checkFormat refuses a segment of a version that is not known, and says whether it
// is of the former one. One that a crash cut short before its first line was whole is
// of ours.
func checkFormat(f *os.File, path string) (former bool, err error) {
	first := make([]byte, len(formatLine))
	n, err := f.ReadAt(first, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return false, fmt.Errorf("journal: %w", err)
	}
	begins := string(bytes.TrimRight(first[:n], "\x00"))
	if !strings.HasPrefix(formatLine, begins) && begins != formerLine {
		return false, fmt.Errorf("journal: %s is not of a format that this version reads: move the folder %s aside, or start the version that wrote it", path, filepath.Dir(path))
	}
	return begins == formerLine, nil
}

// makeRoom rotates where the last segment is full.
func (s *segments) makeRoom() error {
	if err := s.cut(); err != nil {
		return err
	}
	if s.size < s.limit {
		return nil
	}
	if err := s.sync(); err != nil { // what is behind a segment is not on the disk before it
		return err
	}
	old := s.file
	if err := s.begin(s.number + 1); err != nil {
		return err
	}
	s.removeOldest()
	return old.Close()
}

// cut cuts off what stands behind the last whole line.
func (s *segments) cut() error {
	if !s.torn {
		return nil
	}
	if err := s.file.Truncate(s.size); err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	s.torn = false
	return nil
}

// append writes whole lines, in a new segment where the last one is full. It
// returns how many bytes of whole lines are written; a failed write leaves no torn
// line in front of the next.
func (s *segments) append(lines []byte) (int, error) {
	if err := s.makeRoom(); err != nil {
		return 0, err
	}
	return s.write(lines)
}

// write is append to the segment that is open, full or not: what belongs together
// stays together.
func (s *segments) write(lines []byte) (int, error) {
	if err := s.cut(); err != nil {
		return 0, err
	}
	n, err := s.file.Write(lines)
	s.unsynced = true
	if err == nil {
		s.size += int64(n)
		return n, nil
	}
	whole := bytes.LastIndexByte(lines[:n], '\n') + 1
	s.size += int64(whole)
	s.torn = n > whole
	return whole, errors.Join(fmt.Errorf("journal: %w", err), s.cut())
}

// appendSynced writes lines and returns when they are on the disk: all of them or,
// with an error, none.
func (s *segments) appendSynced(lines []byte) error {
	if err := s.makeRoom(); err != nil {
		return err
	}
	before := s.size
	if _, err := s.append(lines); err != nil {
		return errors.Join(err, s.back(before))
	}
	if err := s.sync(); err != nil {
		return errors.Join(err, s.back(before))
	}
	return nil
}

// back takes back what was written behind a size.
func (s *segments) back(size int64) error {
	s.size, s.torn = size, true
	return s.cut()
}

func (s *segments) sync() error {
	if err := s.file.Sync(); err != nil {
		return fmt.Errorf("journal: %w", err)
	}
	s.unsynced = false
	return nil
}

func (s *segments) close() error { return errors.Join(s.sync(), s.file.Close()) }
