package api

import "fmt"

// Error is the one error that a caller may see. It is made where the fact is
// known; anything else that reaches the edge is an InternalFailure outside and
// one full line in the log.
type Error struct {
	Code    string // on the wire of the query protocols, e.g. "NoSuchEntity"
	Status  int    // HTTP
	Message string
	Fault   bool // the server's fault (Type Receiver)
	// Recorded stands for Message in the log and the journal where Message repeats
	// what may be secret; "" where it does not.
	Recorded string
	// Members are extra members of the error shape, in order.
	Members []Member
	// Log is what the log says beyond Message: a position, a cause. Never sent.
	Log string
}

// Member is an extra member of an error shape.
type Member struct{ Name, Value string }

func (e *Error) Error() string { return e.Code + ": " + e.Message }

// Record is what the log and the journal say of the error.
func (e *Error) Record() string {
	if e.Recorded != "" {
		return e.Recorded
	}
	return e.Message
}

// Errorf makes an Error of the sender's.
func Errorf(status int, code, format string, args ...any) *Error {
	return &Error{Code: code, Status: status, Message: fmt.Sprintf(format, args...)}
}
