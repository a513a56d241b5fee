package api

import (
	"net/http"
	"strings"
	"unicode/utf8"
)

// ErrInvalidURI: S3's "List of error codes".
func ErrInvalidURI() *Error {
	return Errorf(http.StatusBadRequest, "InvalidURI", "Couldn't parse the specified URI.")
}

// CheckKey refuses a key of S3 that a store on a file system reads as another: with a
// segment that is empty, "." or "..". AWS takes them; docs/differences.md says why they
// are refused here. A key that ends in a slash is one of its own. NUL ends names, and
// keys are UTF-8 ("Object key naming").
func CheckKey(key string) *Error {
	name := strings.TrimSuffix(key, "/")
	last := name[strings.LastIndexByte(name, '/')+1:]
	if !isPlainPath(name) || isDot(last) || last == "" && key != "" {
		return ErrInvalidURI()
	}
	return nil
}

// CheckPrefix is CheckKey for the prefix of a listing: its last segment may be the
// beginning of any.
func CheckPrefix(prefix string) *Error {
	if !isPlainPath(prefix) {
		return ErrInvalidURI()
	}
	return nil
}

// isPlainPath says whether every segment but the last is one of a key. It does not
// allocate.
func isPlainPath(path string) bool {
	if strings.IndexByte(path, 0) >= 0 || !utf8.ValidString(path) {
		return false
	}
	for {
		segment, rest, more := strings.Cut(path, "/")
		if !more {
			return true
		}
		if segment == "" || isDot(segment) {
			return false
		}
		path = rest
	}
}

func isDot(segment string) bool { return segment == "." || segment == ".." }
