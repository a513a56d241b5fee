package payload

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/gatehouse-iam/gatehouse/internal/api"
	"github.com/gatehouse-iam/gatehouse/sigv4"
)

// Words of the S3 API Reference, "Error Responses", and of the service.
const (
	wordsTrailer  = "The value specified in the x-amz-trailer header is not supported"
	wordsMultiple = "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed."
)

func invalid(message string) error {
	return api.Errorf(http.StatusBadRequest, "InvalidRequest", "%s", message)
}

// errNoLength: S3 takes no body whose length it does not know.
func errNoLength() error {
	return api.Errorf(http.StatusLengthRequired, "MissingContentLength", "You must provide the Content-Length HTTP header.")
}

// errIncomplete is a body that is shorter, or longer, than was announced.
func errIncomplete() error {
	return api.Errorf(http.StatusBadRequest, "IncompleteBody", "You did not provide the number of bytes specified by the Content-Length HTTP header")
}

// errBroken is a body whose reading failed.
func errBroken(cause error) error {
	e := api.Errorf(http.StatusBadRequest, "IncompleteBody", "The request body terminated unexpectedly")
	e.Log = cause.Error()
	return e
}

func errHash() error {
	return api.Errorf(http.StatusBadRequest, "XAmzContentSHA256Mismatch", "The provided 'x-amz-content-sha256' header does not match what was computed.")
}

func errDigestForm() error {
	return api.Errorf(http.StatusBadRequest, "InvalidDigest", "The Content-MD5 you specified was invalid.")
}

// errNoChecksum: an answer of the service (github.com/aws/aws-cli/issues/400).
func errNoChecksum() error {
	return invalid("Missing required header for this request: Content-MD5")
}

func errMD5() error {
	return api.Errorf(http.StatusBadRequest, "BadDigest", "The Content-MD5 you specified did not match what we received.")
}

func errChecksum(name string) error {
	algorithm := strings.ToUpper(strings.TrimPrefix(name, checksumPrefix))
	return api.Errorf(http.StatusBadRequest, "BadDigest", "The %s you specified did not match the calculated checksum.", algorithm)
}

func errTrailer() error {
	return api.Errorf(http.StatusBadRequest, "MalformedTrailerError", "The request contained trailing data that was not well-formed or did not conform to our published schema.")
}

// errChunkSize names the chunk whose header showed that the one before was too small.
func errChunkSize(chunk int, size int64) error {
	e := api.Errorf(http.StatusBadRequest, "InvalidChunkSizeError", "Only the last chunk is allowed to have a size less than 8192 bytes")
	e.Members = []api.Member{{Name: "Chunk", Value: strconv.Itoa(chunk)}, {Name: "BadChunkSize", Value: strconv.FormatInt(size, 10)}}
	return e
}

// errSignature is the service's answer to a chunk or trailer with a wrong signature.
func errSignature(cause error) error {
	e := api.Errorf(http.StatusForbidden, "SignatureDoesNotMatch", "The request signature we calculated does not match the signature you provided. Check your key and signing method.")
	var fault *sigv4.Error
	if errors.As(cause, &fault) && fault.StringToSign != "" {
		e.Log = "string to sign of the chunk: " + strings.ReplaceAll(fault.StringToSign, "\n", "\\n")
	}
	return e
}

// errUnknownChecksum is a checksum that nothing here can compute: passed on unverified
// it would look verified.
func errUnknownChecksum(name string) error {
	return api.Errorf(http.StatusNotImplemented, "NotImplemented", "A header you provided implies functionality that is not implemented: %s", name)
}

// errMalformed is an encoding that is not aws-chunked. S3 has no code of its own for it.
func errMalformed(why string) error {
	e := api.Errorf(http.StatusBadRequest, "IncompleteBody", "The request body terminated unexpectedly")
	e.Log = why
	return e
}
