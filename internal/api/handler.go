package api

import "net/http"

// NotImplemented is what an operation of the model answers that nothing handles
// yet.
func NotImplemented(op *Operation) *Error {
	return Errorf(http.StatusNotImplemented, "NotImplemented", "The operation %s is not implemented.", op.Name)
}

// errUnknownOperation is what the JSON protocols answer when there is no such
// operation, or the request is not of their form.
func errUnknownOperation() *Error {
	return &Error{Code: "UnknownOperationException", Status: http.StatusBadRequest}
}
