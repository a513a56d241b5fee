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

// isHoisted says whether a parameter stands for a header. Those of checksums do not: the
// SDK for JavaScript puts that of an empty body into each URL for an upload, and S3 takes
// any body for it (github.com/aws/aws-sdk-go-v2/issues/2610, aws/aws-sdk/issues/480,
// localstack/localstack/issues/12169).
func isHoisted(key string) bool {
	return strings.HasPrefix(key, "X-Amz-") && !signingParameters[key] &&
		!strings.HasPrefix(key, "X-Amz-Checksum-") && key != "X-Amz-Sdk-Checksum-Algorithm"
}

// Hoisted is a presigned request with the headers that its signer put into the query
// where they belong: the SDKs do so with x-amz-* headers, so that the URL is all that its
// receiver needs. One that is given in both places is given twice.
func Hoisted(r *http.Request) (*http.Request, *Error) {
	var header http.Header
	err := eachParameter([2]string{r.URL.RawQuery}, func(name, value string) *Error {
		key := textproto.CanonicalMIMEHeaderKey(name)
		if !isHoisted(key) {
			return nil
		}
		if strings.ContainsAny(value, "\r\n\x00") {
			return Errorf(http.StatusBadRequest, "InvalidArgument", "%s: not a value of a header", name)
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
