package api

import (
	"net/http"
	"net/textproto"
	"strings"
)

// signingParameters are those of a presigned URL itself ("Authenticating Requests: Using
// Query Parameters").
var signingParameters = map[string]bool{
	"X-Amz-Algorithm": true, "X-Amz-Credential": true, "X-Amz-Date": true, "X-Amz-Expires": true, "X-Amz-Signedheaders": true,
	"X-Amz-Signature": true, "X-Amz-Security-Token": true, "X-Amz-Content-Sha256": true,
}

// isHoisted says whether an x-amz-* parameter stands for a header. Checksums do not: the
// SDK for JavaScript puts that of an empty body into each URL for an upload, and S3 takes
// any body for it (github.com/aws/aws-sdk-go-v2/issues/2610, aws/aws-sdk/issues/480,
// localstack/localstack/issues/12169).
func isHoisted(key string) bool {
	if signingParameters[key] {
		return false
	}
	if of, isChecksum := strings.CutPrefix(key, "X-Amz-Checksum-"); isChecksum {
		return of == "Algorithm" || of == "Mode" || of == "Type" // that say what is asked for
	}
	return key != "X-Amz-Sdk-Checksum-Algorithm"
}

// isField says whether a name and a value are such as a header can have.
func isField(name, value string) bool {
	return !strings.ContainsFunc(name, func(c rune) bool { return c <= ' ' || c >= 0x7F || c == ':' }) && !strings.ContainsAny(value, "\r\n\x00")
}

// Hoisted is a presigned request with the headers that its signer put into the query
// where they belong: the SDKs do so with x-amz-* headers, so that the URL is all that its
// receiver needs. One that is given in both places is given twice.
func Hoisted(r *http.Request) (*http.Request, *Error) {
	var header http.Header
	err := eachParameter([2]string{r.URL.RawQuery}, func(name, value string) *Error {
		const prefix = "X-Amz-"
		if len(name) < len(prefix) || !strings.EqualFold(name[:len(prefix)], prefix) {
			return nil
		}
		if !isField(name, value) {
			return Errorf(http.StatusBadRequest, "InvalidArgument", "%q: not a header", name)
		}
		key := textproto.CanonicalMIMEHeaderKey(name)
		if !isHoisted(key) {
			return nil
		}
		if header == nil {
			header = r.Header.Clone()
		}
		header[key] = append(header[key], value)
		return nil
	})
	if header == nil || err != nil {
		return r, err
	}
	hoisted := *r
	hoisted.Header = header
	return &hoisted, nil
}
