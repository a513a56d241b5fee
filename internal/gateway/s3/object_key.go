package s3

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/gatehouse-iam/gatehouse/internal/api"
)

// maxKey is the length of the longest key in bytes [object-keys]. The built-in back end
// keeps each segment as the name of a file, which is no longer than maxSegment.
const (
	maxKey     = 1024
	maxSegment = 255
)

// checkKey refuses a key that the back end might take for another one, or that names
// what is its own.
func checkKey(key string, embedded bool) error {
	if err := api.CheckKey(key); err != nil {
		return err
	}
	if len(key) > maxKey {
		return errKeyTooLong(len(key), maxKey)
	}
	if !embedded {
		return nil
	}
	if strings.ContainsFunc(key, isUnlisted) {
		return api.Errorf(http.StatusBadRequest, "InvalidRequest", "The built-in back end lists no keys with control characters.")
	}
	for segment := range strings.SplitSeq(key, "/") {
		if isReserved(segment) {
			return errReserved(segment)
		}
		if len(segment) > maxSegment {
			return errKeyTooLong(len(segment), maxSegment)
		}
	}
	return nil
}

// isUnlisted: XML cannot hold it, and the built-in back end does not encode it
// [object-keys, "XML related object key constraints"].
func isUnlisted(r rune) bool {
	return r < ' ' && r != '\n' && r != '\t' || r == 0xFFFE || r == 0xFFFF || r == 0xFFFD
}

// checkPrefix: what is the back end's own is not listed either.
func checkPrefix(prefix string, embedded bool) error {
	if err := api.CheckPrefix(prefix); err != nil {
		return err
	}
	if !embedded {
		return nil
	}
	for segment := range strings.SplitSeq(prefix, "/") {
		if isReserved(segment) {
			return errReserved(segment)
		}
	}
	return nil
}

// reservedName is where VersityGW keeps the uploads that are under way, in each bucket.
const reservedName = ".sgwtmp"

// isReserved: file systems that ignore case are out there.
func isReserved(segment string) bool { return strings.EqualFold(segment, reservedName) }

func errReserved(segment string) error {
	return api.Errorf(http.StatusBadRequest, "InvalidRequest", "Keys with a segment %s are reserved by the built-in back end.", segment)
}

func errKeyTooLong(size, allowed int) error {
	e := api.Errorf(http.StatusBadRequest, "KeyTooLongError", "Your key is too long")
	e.Members = []api.Member{{Name: "Size", Value: strconv.Itoa(size)}, {Name: "MaxSizeAllowed", Value: strconv.Itoa(allowed)}}
	return e
}

// maxID is the length of the longest version id [versioning-workflows].
const maxID = 1024

// checkVersion refuses what no back end gives as a version id, before it can be part of
// a path. "null" is the version from before versioning.
func checkVersion(id *string, embedded bool) error {
	if id == nil || isID(*id, embedded) {
		return nil
	}
	return errArgument("versionId", *id, "Invalid version id specified")
}

func checkUpload(id *string, embedded bool) error {
	if id == nil || isID(*id, embedded) {
		return nil
	}
	return errNoSuchUpload(*id)
}

func errNoSuchUpload(id string) error {
	e := api.Errorf(http.StatusNotFound, "NoSuchUpload", "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.")
	e.Members = []api.Member{{Name: "UploadId", Value: id}}
	return e
}

// isID: the built-in back end gives ULIDs and UUIDs; AWS and others have also ".", "_"
// and characters of base64.
func isID(id string, embedded bool) bool {
	more := "-._+=~"
	if embedded {
		more = "-"
	}
	for i := range len(id) {
		c := id[i]
		if !(c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z') && strings.IndexByte(more, c) < 0 {
			return false
		}
	}
	return id != "" && len(id) <= maxID && strings.Trim(id, ".") != ""
}
