package s3

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"strings"

	"github.com/gatehouse-iam/gatehouse/internal/api"
)

// fault is an error of S3 that a back end may answer a client with.
type fault struct {
	status  int
	message string
}

// faults are the errors of S3's "List of error codes" that can be the client's affair at
// a back end. Whatever is about who asks is not: the back end knows nobody but us.
var faults = map[string]fault{
	"BadDigest":                               {400, "The Content-MD5 or checksum value that you specified did not match what the server received."},
	"BucketAlreadyExists":                     {409, "The requested bucket name is not available."},
	"BucketAlreadyOwnedByYou":                 {409, "The bucket that you tried to create already exists, and you own it."},
	"BucketNotEmpty":                          {409, "The bucket that you tried to delete is not empty."},
	"ConditionalRequestConflict":              {409, "The conditional request cannot succeed due to a conflicting operation against this resource."},
	"EntityTooLarge":                          {400, "Your proposed upload exceeds the maximum allowed object size."},
	"EntityTooSmall":                          {400, "Your proposed upload is smaller than the minimum allowed size"},
	"IllegalLocationConstraintException":      {400, "The location constraint is incompatible for the region specific endpoint this request was sent to."},
	"IllegalVersioningConfigurationException": {400, "The versioning configuration specified in the request is invalid."},
	"IncompleteBody":                          {400, "You did not provide the number of bytes specified by the Content-Length HTTP header."},
	"InvalidArgument":                         {400, "Invalid Argument"},
	"InvalidBucketName":                       {400, "The specified bucket is not valid."},
	"InvalidBucketState":                      {409, "The request is not valid with the current state of the bucket."},
	"InvalidDigest":                           {400, "The Content-MD5 or checksum value that you specified is not valid."},
	"InvalidEncryptionAlgorithmError":         {400, "The encryption request that you specified is not valid."},
	"InvalidObjectState":                      {403, "The operation is not valid for the current state of the object."},
	"InvalidPart":                             {400, "One or more of the specified parts could not be found. The part may not have been uploaded, or the specified entity tag may not match the part's entity tag."},
	"InvalidPartOrder":                        {400, "The list of parts was not in ascending order. The parts list must be specified in order by part number."},
	"InvalidPartNumber":                       {416, "The requested partnumber is not satisfiable"},
	"InvalidRange":                            {416, "The requested range is not satisfiable"},
	"InvalidRequest":                          {400, "The request is not valid."},
	"InvalidStorageClass":                     {400, "The storage class you specified is not valid"},
	"InvalidTag":                              {400, "The tag provided was not a valid tag."},
	"KeyTooLongError":                         {400, "Your key is too long"},
	"MalformedXML":                            {400, "The XML you provided was not well-formed or did not validate against our published schema"},
	"MetadataTooLarge":                        {400, "Your metadata headers exceed the maximum allowed metadata size"},
	"MethodNotAllowed":                        {405, "The specified method is not allowed against this resource."},
	"NoSuchBucket":                            {404, "The specified bucket does not exist"},
	"NoSuchKey":                               {404, "The specified key does not exist."},
	"NoSuchTagSet":                            {404, "The TagSet does not exist"},
	"NoSuchUpload":                            {404, "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed."},
	"NoSuchVersion":                           {404, "The specified version does not exist."},
	"NotFound":                                {404, "Not Found"},
	"NotImplemented":                          {501, "A header you provided implies functionality that is not implemented"},
	"ObjectNotInActiveTierError":              {403, "The source object of the COPY action is not in the active tier."},
	"OperationAborted":                        {409, "A conflicting conditional action is currently in progress against this resource. Try again."},
	"PreconditionFailed":                      {412, "At least one of the pre-conditions you specified did not hold"},
	"RequestTimeout":                          {400, "Your socket connection to the server was not read from or written to within the timeout period."},
	"TooManyParts":                            {400, "You have attempted to upload more parts than are allowed."},
	"XAmzContentChecksumMismatch":             {400, "The provided checksum does not match what was computed."},
}

// statusCodes are the codes of answers without a body: to HEAD, and to conditions.
var statusCodes = map[int]string{
	http.StatusBadRequest: "InvalidRequest", http.StatusNotFound: "NotFound", http.StatusMethodNotAllowed: "MethodNotAllowed",
	http.StatusConflict: "OperationAborted", http.StatusPreconditionFailed: "PreconditionFailed",
	http.StatusRequestedRangeNotSatisfiable: "InvalidRange", http.StatusNotImplemented: "NotImplemented",
}

// renamed are what back ends call errors that S3 has another name for.
var renamed = map[string]string{
	"ObjectParentIsFile": "InvalidRequest", "ObjectExistsAsDirectory": "InvalidRequest", "ExistingObjectIsDirectory": "InvalidRequest",
	"DirectoryObjectContainsData": "InvalidRequest", "KeyTooLong": "KeyTooLongError", "InvalidTagValue": "InvalidTag", "InvalidTagKey": "InvalidTag",
}

// unfit are the words for what the built-in back end cannot keep, by its codes.
var unfit = map[string]string{
	"ObjectParentIsFile":          "The built-in back end keeps no object whose key begins with the key of another and a slash.",
	"ObjectExistsAsDirectory":     "The built-in back end keeps no object whose key, with a slash, begins the key of another.",
	"ExistingObjectIsDirectory":   "The built-in back end keeps no object whose key, with a slash, begins the key of another.",
	"DirectoryObjectContainsData": "The built-in back end keeps no data in an object whose key ends in a slash.",
}

// maxErrorAnswer bounds an error that is read.
const maxErrorAnswer = 64 << 10

// backendError is S3's error document, as far as it is passed on.
type backendError struct {
	Code, Message                                      string
	ActualObjectSize, RangeRequested, PartNumber, ETag string
	ProposedSize, MinSizeAllowed, PartNumberRequested  string
	MaxSizeAllowed, Condition, ActualPartCount         string
}

// refusal is the error that the client gets for an answer of the back end that is no
// success.
func (b *Backend) refusal(op *api.Operation, in any, answer *http.Response) error {
	var e backendError
	text, err := io.ReadAll(io.LimitReader(answer.Body, maxErrorAnswer))
	if err != nil {
		return b.unavailable(answer.Request.Context(), err)
	}
	if err := xml.Unmarshal(text, &e); err != nil || e.Code == "" {
		e = backendError{Code: statusCodes[answer.StatusCode]}
	}
	return b.mapped(op, in, answer.StatusCode, &e)
}

// mapped words an error of the back end anew: only what S3 has, and only what is the
// client's affair.
func (b *Backend) mapped(op *api.Operation, in any, status int, e *backendError) error {
	detail := fmt.Sprintf("back end answered %s with %d %s: %s", op.Name, status, e.Code, e.Message)
	code := e.Code
	if name := renamed[code]; name != "" {
		code = name
	}
	f, known := faults[code]
	if words := unfit[e.Code]; words != "" {
		f.message = words
	}
	switch {
	case status == http.StatusTooManyRequests || code == "SlowDown":
		return errSlowDown(detail)
	case known && status < 500, known && code == "NotImplemented":
		return f.error(code, detail, in, e)
	case status == http.StatusBadRequest && e.Code != "" && !ours(e.Code):
		return faults["InvalidRequest"].error("InvalidRequest", detail, in, e)
	}
	b.Log.Error("the back end refused a request of ours", "operation", op.Name, "status", status, "code", e.Code, "message", e.Message)
	return errUnavailable(detail)
}

// ours are refusals that are about how we sign or frame.
func ours(code string) bool {
	switch code {
	case "AuthorizationHeaderMalformed", "AuthorizationQueryParametersError", "ExpiredToken", "InvalidToken", "InvalidURI",
		"MissingContentLength", "MissingSecurityHeader", "TokenRefreshRequired", "XAmzContentSHA256Mismatch":
		return true
	}
	return strings.Contains(code, "Signature") || strings.Contains(code, "AccessKey")
}

// error makes the client's error, with S3's members where they are known.
func (f fault) error(code, detail string, in any, e *backendError) error {
	answer := &api.Error{Code: code, Status: f.status, Message: f.message, Log: detail}
	switch code {
	case "NoSuchKey", "NoSuchVersion":
		answer.Members = members(in, "Key", "VersionId")
	case "NoSuchBucket", "BucketNotEmpty":
		for _, m := range members(in, "Bucket") {
			answer.Members = append(answer.Members, api.Member{Name: "BucketName", Value: m.Value})
		}
	case "NoSuchUpload":
		answer.Members = members(in, "UploadId")
	case "InvalidRange":
		answer.Members = numbers(e, "RangeRequested", "ActualObjectSize")
	case "EntityTooSmall":
		answer.Members = numbers(e, "ProposedSize", "MinSizeAllowed", "PartNumber", "ETag")
	case "EntityTooLarge":
		answer.Members = numbers(e, "ProposedSize", "MaxSizeAllowed")
	case "PreconditionFailed":
		answer.Members = numbers(e, "Condition")
	}
	return answer
}

// members are members of the input.
func members(in any, names ...string) (all []api.Member) {
	v := reflect.ValueOf(in).Elem()
	for _, name := range names {
		if f := v.FieldByName(name); f.IsValid() {
			if text, ok := f.Interface().(*string); ok && text != nil {
				all = append(all, api.Member{Name: name, Value: *text})
			}
		}
	}
	return all
}

// numbers are members of the back end's error.
func numbers(e *backendError, names ...string) (all []api.Member) {
	v := reflect.ValueOf(e).Elem()
	for _, name := range names {
		if text := v.FieldByName(name).String(); text != "" && len(text) <= maxID {
			all = append(all, api.Member{Name: name, Value: text})
		}
	}
	return all
}

// unavailable is the client's error where the back end gave no whole answer. What was
// wrong with the client's own body, and a client that went away, stay what they are.
func (b *Backend) unavailable(ctx context.Context, err error) error {
	var e *api.Error
	if errors.As(err, &e) {
		return err
	}
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		return err
	}
	b.Log.Warn("the back end did not answer", "err", err)
	return errUnavailable(err.Error())
}

func errUnavailable(detail string) *api.Error {
	return &api.Error{Code: "ServiceUnavailable", Status: http.StatusServiceUnavailable, Fault: true,
		Message: "Service is unable to handle request.", Log: detail}
}

func errNoBackend() error {
	return api.Errorf(http.StatusNotImplemented, "NotImplemented", "This server has no S3 back end.")
}
