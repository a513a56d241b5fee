package directory

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"

	"github.com/gatehouse-iam/gatehouse/internal/api"
)

// What no name of a bucket begins or ends with [bucketnamingrules]. Names that end in
// -an are those of an account's regional namespace, which there is none of here.
var (
	reservedBucketPrefixes = []string{"xn--", "sthree-", "amzn-s3-demo-"}
	reservedBucketSuffixes = []string{"-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3", "-an"}
)

// CheckBucketName refuses a name that no new bucket can have [bucketnamingrules].
func CheckBucketName(name string) error {
	if isBucketName(name) {
		return nil
	}
	return BucketError(http.StatusBadRequest, "InvalidBucketName", "The specified bucket is not valid.", name)
}

func isBucketName(name string) bool {
	if len(name) < 3 || len(name) > 63 || strings.Trim(name, bucketCharacters) != "" || strings.Contains(name, "..") {
		return false
	}
	if strings.Trim(name[:1]+name[len(name)-1:], bucketEnds) != "" {
		return false
	}
	if _, err := netip.ParseAddr(name); err == nil || looksLikeAddress(name) {
		return false
	}
	return !slices.ContainsFunc(reservedBucketPrefixes, func(p string) bool { return strings.HasPrefix(name, p) }) &&
		!slices.ContainsFunc(reservedBucketSuffixes, func(s string) bool { return strings.HasSuffix(name, s) })
}

const (
	bucketEnds       = "abcdefghijklmnopqrstuvwxyz0123456789"
	bucketCharacters = bucketEnds + ".-"
)

// looksLikeAddress reports four numbers with dots between, whatever their size.
func looksLikeAddress(name string) bool {
	parts := strings.Split(name, ".")
	return len(parts) == 4 && !slices.ContainsFunc(parts, func(p string) bool {
		return p == "" || strings.Trim(p, "0123456789") != ""
	})
}

// BucketError is an error of S3 about a bucket, which it names [ErrorResponses].
func BucketError(status int, code, message, bucket string) *api.Error {
	e := api.Errorf(status, code, "%s", message)
	e.Members = []api.Member{{Name: "BucketName", Value: bucket}}
	return e
}
