package server

import "github.com/gatehouse-iam/gatehouse/internal/api"

// withMessage is the refusal of a call of EC2 with the encoded message of its denial
// behind it, which sts:DecodeAuthorizationMessage reads (aws-errors 4.2). The log and the
// journal have the denial itself and leave the message out. Without one the call is
// refused all the same.
func (s *Server) withMessage(x *exchange, failure *api.Error) *api.Error {
	if failure == nil || x.denial == nil || failure != x.denial.Answer || x.call.Principal == nil || s.Messages == nil {
		return failure
	}
	if x.call.Service.Protocol != api.EC2Query {
		return failure
	}
	entry := x.entry(x.eventID(), failure)
	text, err := s.Messages.Append(failure.Message+".", &entry)
	if err != nil {
		s.Log.Error("a refusal has no encoded message", append(x.attributes(), "err", err)...)
		return failure
	}
	answer := *failure
	answer.Message, answer.Recorded = text, failure.Record()
	return &answer
}

// eventID is the id of the call's event, made when it is first asked for.
func (x *exchange) eventID() string {
	if x.event == "" {
		x.event = newID()
	}
	return x.event
}
