package embedded

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/crc32"
	"strconv"

	"go.etcd.io/bbolt"

	"github.com/gatehouse-iam/gatehouse/internal/store"
)

// The file, format 1. Integers are big endian; a checksum is CRC-32C and
// there because bbolt has none on its data pages: a flipped bit in a policy
// must be an error, not another policy.
//
//	meta  "format"   → "1"
//	      "id"       → 32 hexadecimal digits
//	      "revision" → 8 bytes, the last commit's
//	keys  key        → 8 bytes revision, 4 bytes checksum of key, value and revision, value
//	log   8 bytes revision → 4 bytes checksum of the rest and the revision, then for each change:
//	      1 byte flags, key, value unless flagDelete, and with flagReplaces:
//	      uvarint revision and value of what was there. Keys and values are
//	      preceded by their length as uvarint.
//
// The log has every revision from its first to the current one.
const formatVersion = 1

var (
	bucketMeta = []byte("meta")
	bucketKeys = []byte("keys")
	bucketLog  = []byte("log")

	metaFormat   = []byte("format")
	metaID       = []byte("id")
	metaRevision = []byte("revision")

	castagnoli = crc32.MakeTable(crc32.Castagnoli)
)

const (
	recordHeader = 12 // revision and checksum before a value
	logHeader    = 4  // checksum before a log record's changes

	flagDelete   = 1
	flagReplaces = 2
)

var errRecord = errors.New("a record does not match its checksum")

// errEmpty: the file has nothing in it yet.
var errEmpty = errors.New("no store yet")

// check looks at what the file has, and reads from it what does not change.
func (s *Store) check(tx *bbolt.Tx) error {
	meta := tx.Bucket(bucketMeta)
	if meta == nil {
		if first, _ := tx.Cursor().First(); first != nil {
			return damaged(s.path, errors.New("not a store of Gatehouse"))
		}
		return errEmpty
	}
	if err := checkFormat(s.path, string(meta.Get(metaFormat))); err != nil {
		return err
	}
	revision, err := currentRevision(tx)
	if err != nil {
		return damaged(s.path, err)
	}
	if err := checkLogEnd(tx, revision); err != nil {
		return damaged(s.path, err)
	}
	s.id = string(meta.Get(metaID))
	s.durable.Store(revision)
	return nil
}

// create writes a new store's first contents.
func (s *Store) create(tx *bbolt.Tx) error {
	var id [16]byte
	rand.Read(id[:]) // never fails
	s.id = hex.EncodeToString(id[:])
	for _, name := range [][]byte{bucketMeta, bucketKeys, bucketLog} {
		if _, err := tx.CreateBucket(name); err != nil {
			return err
		}
	}
	meta := tx.Bucket(bucketMeta)
	return errors.Join(
		meta.Put(metaFormat, []byte(strconv.Itoa(formatVersion))),
		meta.Put(metaID, []byte(s.id)),
		meta.Put(metaRevision, make([]byte, 8)))
}

func checkFormat(path, format string) error {
	version, err := strconv.Atoi(format)
	switch {
	case err != nil || version < 1:
		return damaged(path, fmt.Errorf("format version %q", format))
	case version > formatVersion:
		return newerFormat(path, version)
	}
	return nil
}

// checkLogEnd compares the log's last revision with the current one.
func checkLogEnd(tx *bbolt.Tx, revision int64) error {
	keys, log := tx.Bucket(bucketKeys), tx.Bucket(bucketLog)
	if keys == nil || log == nil {
		return errors.New("a bucket is missing")
	}
	last, _ := log.Cursor().Last()
	if last == nil && revision == 0 {
		return nil
	}
	if len(last) != 8 || int64(binary.BigEndian.Uint64(last)) != revision {
		return fmt.Errorf("the log does not end at revision %d", revision)
	}
	return nil
}

func currentRevision(tx *bbolt.Tx) (int64, error) {
	meta := tx.Bucket(bucketMeta)
	if meta == nil {
		return 0, errors.New("a bucket is missing")
	}
	b := meta.Get(metaRevision)
	if len(b) != 8 {
		return 0, errors.New("the revision is missing")
	}
	return int64(binary.BigEndian.Uint64(b)), nil
}

func revisionKey(revision int64) []byte {
	return binary.BigEndian.AppendUint64(make([]byte, 0, 8), uint64(revision))
}

// newRecord makes room for a header before the value; stampRecord fills it.
func newRecord(value []byte) []byte {
	record := make([]byte, recordHeader+len(value))
	copy(record[recordHeader:], value)
	return record
}

// stampRecord writes the header once the revision is known.
func stampRecord(record []byte, key string, revision int64) {
	binary.BigEndian.PutUint64(record, uint64(revision))
	binary.BigEndian.PutUint32(record[8:], recordSum(key, record))
}

func recordSum(key string, record []byte) uint32 {
	sum := crc32.Update(0, castagnoli, []byte(key))
	sum = crc32.Update(sum, castagnoli, record[recordHeader:])
	return crc32.Update(sum, castagnoli, record[:8])
}

// openRecord checks a record and gives its parts, which share its memory.
func openRecord(key string, record []byte) (revision int64, value []byte, err error) {
	if len(record) < recordHeader || binary.BigEndian.Uint32(record[8:]) != recordSum(key, record) {
		return 0, nil, fmt.Errorf("key %q: %w", key, errRecord)
	}
	return int64(binary.BigEndian.Uint64(record)), record[recordHeader:], nil
}

// logged is a change as the log has it: with the entry that it replaced, if any.
type logged struct {
	store.Change
	previous         []byte
	previousRevision int64 // 0: there was none
}

func appendLogged(b []byte, c logged) []byte {
	var flags byte
	if c.Delete {
		flags |= flagDelete
	}
	if c.previousRevision != 0 {
		flags |= flagReplaces
	}
	b = append(b, flags)
	b = binary.AppendUvarint(b, uint64(len(c.Key)))
	b = append(b, c.Key...)
	if !c.Delete {
		b = appendBytes(b, c.Value)
	}
	if c.previousRevision != 0 {
		b = binary.AppendUvarint(b, uint64(c.previousRevision))
		b = appendBytes(b, c.previous)
	}
	return b
}

func appendBytes(b, value []byte) []byte {
	return append(binary.AppendUvarint(b, uint64(len(value))), value...)
}

// stampLog writes a log record's checksum.
func stampLog(record []byte, revision int64) {
	binary.BigEndian.PutUint32(record, logSum(record, revision))
}

func logSum(record []byte, revision int64) uint32 {
	var r [8]byte
	binary.BigEndian.PutUint64(r[:], uint64(revision))
	sum := crc32.Update(0, castagnoli, record[logHeader:])
	return crc32.Update(sum, castagnoli, r[:])
}

// openLog checks a log record and calls fn for each change; values share the
// record's memory.
func openLog(revision int64, record []byte, fn func(logged) error) error {
	bad := fmt.Errorf("log of revision %d: %w", revision, errRecord)
	if len(record) < logHeader || binary.BigEndian.Uint32(record) != logSum(record, revision) {
		return bad
	}
	r := reader{rest: record[logHeader:]}
	for len(r.rest) > 0 && !r.failed {
		if c := r.logged(); !r.failed {
			if err := fn(c); err != nil {
				return err
			}
		}
	}
	if r.failed {
		return bad
	}
	return nil
}

// reader takes a log record apart; after a failure it returns zero values.
type reader struct {
	rest   []byte
	failed bool
}

func (r *reader) logged() (c logged) {
	flags := r.take(1)
	if r.failed {
		return c
	}
	c.Delete = flags[0]&flagDelete != 0
	c.Key = string(r.bytes())
	if !c.Delete {
		c.Value = r.bytes()
	}
	if flags[0]&flagReplaces != 0 {
		c.previousRevision = int64(r.uvarint())
		c.previous = r.bytes()
		r.failed = r.failed || c.previousRevision < 1
	}
	r.failed = r.failed || flags[0]&^(flagDelete|flagReplaces) != 0
	return c
}

func (r *reader) uvarint() uint64 {
	n, size := binary.Uvarint(r.rest)
	if size <= 0 {
		r.failed = true
		return 0
	}
	r.rest = r.rest[size:]
	return n
}

func (r *reader) bytes() []byte { return r.take(r.uvarint()) }

func (r *reader) take(n uint64) []byte {
	if r.failed || n > uint64(len(r.rest)) {
		r.failed = true
		return nil
	}
	b := r.rest[:n:n]
	r.rest = r.rest[n:]
	return b
}
